# SPDX-License-Identifier: Apache-2.0
"""What is asked of every official SDK: one list, in each way that the SDK holds flags. The SDKs are the published
packages, unmodified, in a driver of their language."""

import pytest

from harness.deadline import wait_until
from harness.sdks import Way
from harness.segments import serve_segment
from sdk.rules import Rules
from sdk.variants import Variants
from sdk.ways import those

CHANGES = 100

every_way = those()
with_stream = those(lambda way: way.mode == "stream")
polling = those(lambda way: way.mode == "local")
browser = those(lambda way: way.program == "chromium" and way.sdk != "react-native-11")
telling_changes = those(lambda way: way.client_side)
# Kotlin sends the values of traits as text.
sending_typed_traits = those(lambda way: (way.mode == "remote" or way.client_side) and way.sdk != "kotlin")


@pytest.fixture
def settled(way: Way):
    """Waits until a client is in the state in which a change will reach it."""
    return lambda client: client.wait_for_stream() if way.mode == "stream" else None


# ---- flags ----


@every_way
def test_flags(open_client, environment, way):
    """The SDK gives out the flags of its environment, with values of each type."""
    for name, value in {"count": 7, "yes": True, "no": False, "empty": ""}.items():
        environment.project.make_feature(name, enabled=True)
        environment.set(name, feature_state_value=value)
    client = open_client(environment)
    seen = way.seen
    assert client.flags() == {"banner": [True, seen("blue")], "dark": [False, None], "count": [True, seen(7)],
                              "yes": [True, seen(True)], "no": [True, seen(False)], "empty": [True, seen("")]}


@every_way
def test_changes(open_client, environment, settled):
    """Changes by the management API are seen without a restart: state, value, a new feature, a deleted one."""
    client = open_client(environment)
    settled(client)
    environment.set("banner", enabled=False, feature_state_value="red")
    client.wait_for("banner", False, "red")
    environment.set("dark", enabled=True, feature_state_value=7)
    client.wait_for("dark", True, 7)
    feature = environment.project.make_feature("fresh", enabled=True, value="new")
    client.wait_for("fresh", True, "new")
    environment.admin.delete(f"projects/{environment.project.id}/features/{feature['id']}/")
    wait_until(lambda: "fresh" not in client.flags(), "the deleted feature to go")
    assert client.flags() == {"banner": [False, "red"], "dark": [True, client.way.seen(7)]}


# ---- identities ----


@every_way
def test_identity_override(open_client, environment, settled):
    """Overrides set, changed and removed for an identity reach the client that speaks for it."""
    client = open_client(environment, identity="alice")
    settled(client)
    client.wait_for("banner", True, "blue")
    state = environment.override("alice", "banner", enabled=False, feature_state_value="only alice")
    client.wait_for("banner", False, "only alice")
    path = f"{environment.path}/identities/{environment.identity_id('alice')}/featurestates/{state['id']}/"
    environment.admin.put(path, {"feature": state["feature"], "enabled": True, "feature_state_value": "3"})
    client.wait_for("banner", True, "3")
    environment.admin.delete(path)
    client.wait_for("banner", True, "blue")


@every_way
def test_segment_override(open_client, environment, settled):
    """An identity whose traits put it into a segment gets the segment's state, whoever evaluates; others do not. A
    change of the override, of the segment's rule and the end of both are seen."""
    rules = Rules(environment)
    segment = rules.make_segment(plan="pro")
    state = rules.override(segment, "banner", enabled=False, value="for pro")
    member = open_client(environment, identity="alice", traits={"plan": "pro", "age": 41})
    other = open_client(environment, identity="bob", traits={"plan": "free"})
    settled(member)
    settled(other)
    member.wait_for("banner", False, "for pro")
    other.wait_for("banner", True, "blue")
    rules.change_override(state, enabled=True, value="still pro")
    member.wait_for("banner", True, "still pro")
    rules.change_rule(segment, plan="free")
    other.wait_for("banner", True, "still pro")
    member.wait_for("banner", True, "blue")
    rules.delete_segment(segment)
    other.wait_for("banner", True, "blue")


@every_way
def test_segment_priority(open_client, environment):
    """Of two segments that an identity is in, the override with the lower number decides."""
    put_into_two_segments(environment)
    client = open_client(environment, identity="alice", traits={"plan": "pro"})
    client.wait_for("banner", True, "first")


# Ruby's own evaluation sorts the other way round.
@those(lambda way: str(way) != "ruby-local")
def test_identity_override_before_segments(open_client, environment):
    """An override of an identity decides over those of its segments."""
    put_into_two_segments(environment)
    environment.override("alice", "banner", enabled=True, feature_state_value="alice alone")
    client = open_client(environment, identity="alice", traits={"plan": "pro"})
    client.wait_for("banner", True, "alice alone")


def put_into_two_segments(environment) -> None:
    """Those of the plan "pro"."""
    rules = Rules(environment)
    for value in ("first", "second"):
        rules.override(rules.make_segment(plan="pro"), "banner", enabled=True, value=value)


# ---- variants ----

# Ruby's own evaluation hashes the key that it was given, not the environment's, and drops the variants of overrides.
with_variants = those(lambda way: str(way) != "ruby-local")


@with_variants
def test_variants(open_client, environment, settled):
    """Each identity gets the variant, or the control value, that the server's own evaluation gives it, whoever
    evaluates. New weights and a new value of a variant are seen without a restart."""
    colours = Variants(environment, "colour", "grey", {"red": 30, 7: 25, True: 20})
    served = colours.pick({"red", 7, True, "grey"}, each=5)
    watched = next(identity for identity, value in served.items() if value == "grey")
    client = open_client(environment, identity=watched)
    settled(client)
    assert_same(client, served)

    client.speak_for(watched)
    colours.set_weights({"red": 10, 7: 40, True: 50})
    client.wait_for("colour", True, client.way.seen_variant(True))
    assert_same(client, colours.served(served))

    client.speak_for(watched)
    colours.change_value(True, "crimson")
    client.wait_for("colour", True, "crimson")
    assert_same(client, colours.served(served))


@with_variants
def test_variants_of_a_segment(open_client, environment):
    """The override of a segment has weights of its own: identities of the segment are given variants by them."""
    colours = Variants(environment, "colour", "grey", {"red": 30, 7: 25, True: 20})
    rules = Rules(environment)
    rules.override(rules.make_segment(plan="pro"), "colour", enabled=True, value="plain",
                   weights=colours.weights({"red": 40, 7: 40}))
    pro = {"plan": "pro"}
    assert_same(open_client(environment), colours.pick({"red", 7, "plain"}, each=5, traits=pro), pro)


@every_way
def test_variant_of_an_identity(open_client, environment):
    """The override of an identity that gives one variant all the weight decides its variant."""
    colours = Variants(environment, "colour", "grey", {"red": 30, 7: 25, True: 20})
    environment.override("alice", "colour", enabled=True, feature_state_value="plain",
                         multivariate_feature_state_values=colours.weights({"red": 100}))
    assert colours.served(["alice"]) == {"alice": "red"}
    assert_same(open_client(environment, identity="alice"), {"alice": "red"})


def assert_same(client, served: dict, traits: dict | None = None) -> None:
    """That the SDK gives each identity the value of "colour" that the server gives it."""
    given = {}
    for identity in served:
        client.speak_for(identity, traits)
        given[identity] = client.flags()["colour"][1]
    assert given == {identity: client.way.seen_variant(value) for identity, value in served.items()}


@sending_typed_traits
def test_traits_are_kept(open_client, environment, way):
    """The traits of a client are stored with its identity, with their types."""
    client = open_client(environment, identity="alice", traits={"plan": "pro", "age": 41, "ratio": 0.5, "beta": True})
    assert client.flags()["banner"] == [True, way.seen("blue")]
    stored = environment.sdk("GET", "identities/?identifier=alice").expect(200).json()["traits"]
    assert {trait["trait_key"]: trait["trait_value"] for trait in stored} == {
        "plan": "pro", "age": 41, "ratio": 0.5, "beta": True}


@those(lambda way: way.mode == "remote")
def test_transient_identity(open_client, environment, way):
    """An identity that is said to be transient is served and not stored."""
    client = open_client(environment, identity="passer-by", traits={"plan": "pro"}, transient=True)
    assert client.flags()["banner"] == [True, way.seen("blue")]
    listed = environment.admin.get(f'{environment.path}/identities/?q="passer-by"')["results"]
    assert listed == []


# ---- analytics ----


@every_way
def test_analytics(open_client, environment):
    """What an SDK says that it evaluated can be read, feature by feature. For an identity, because Node.js does not
    count what it evaluates itself for none."""
    client = open_client(environment, identity="alice", analytics=True)
    client.flags()
    environment.project.make_feature("late", enabled=True)

    def reported() -> bool:
        client.flags()
        return "late" in client.reported

    wait_until(reported, "a report of evaluations of all features", seconds=90)
    features = ("banner", "dark", "late")

    def counted() -> dict[str, int] | None:
        """Once it is all that was reported. An SDK may still send what it had not reported yet."""
        counts = {name: environment.evaluations(name) for name in features}
        return counts if counts == {name: client.reported[name] for name in features} else None

    counts = wait_until(counted, "the reported evaluations to be counted")
    assert counts["banner"] > counts["late"] > 0


# ---- its own polling ----


@polling
def test_polling_fetches_documents_only(open_client, environment):
    """A client that evaluates by itself polls the environment document, and asks for nothing else."""
    client = open_client(environment, identity="alice", traits={"plan": "pro"})
    environment.set("banner", feature_state_value="first")
    client.wait_for("banner", True, "first")
    environment.set("banner", feature_state_value="second")
    client.wait_for("banner", True, "second")
    assert client.gate.count("/api/v1/environment-document/") >= 2
    assert {one.path for one in client.gate.requests} == {"/api/v1/environment-document/"}


# ---- real time ----


@pytest.mark.wire
@with_stream
def test_wire_25_hundred_changes(open_client, short_streams_environment):
    """100 changes as fast as the API allows: the last state is reached, and there are no more fetches than events."""
    environment = short_streams_environment
    client = open_client(environment)
    client.wait_for_stream()
    for number in range(1, CHANGES + 1):
        environment.set("banner", feature_state_value=number)
    client.wait_for("banner", True, CHANGES)
    # The first fetch is the SDK's own and answers no event.
    assert client.fetches - 1 <= client.gate.events


@telling_changes
def test_changes_are_told_in_order(open_client, environment):
    """onChange hears of the first flags from the server, and of no older state after a newer one."""
    client = open_client(environment)
    client.wait_for_stream()
    for number in range(1, 21):
        environment.set("banner", feature_state_value=number)
    client.wait_for("banner", True, 20)
    changes = client.changes()
    assert changes[0]["fromServer"] is True
    numbers = [value for change in changes if isinstance(value := change["flags"]["banner"][1], int)]
    assert numbers == sorted(numbers) and numbers[-1] == 20


@telling_changes
def test_traits_do_not_loop(open_client, environment):
    """A client with traits posts them on each refresh; that causes no event, so there are no more fetches than
    events."""
    client = open_client(environment, identity="alice", traits={"plan": "pro"})
    client.wait_for_stream()
    for number in range(5):
        environment.set("banner", feature_state_value=number)
        client.wait_for("banner", True, number)
    assert client.gate.count("/api/v1/identities/", "POST") >= 5
    assert client.fetches - 1 <= client.gate.events <= 6


@pytest.mark.wire
@with_stream
@pytest.mark.usefixtures("open_client")
def test_wire_25_idle_stream_ends(idle_clients, way):
    """Ends of streams at idle, ten of them unless an SDK is slow to reconnect, cause no fetch; then a change causes
    one."""
    idle_clients.of(way).assert_ends_cause_no_fetch()


# ---- the stream of one identity, by the base-URL option ----


@telling_changes
def test_identity_stream_override(open_client, environment):
    """An identified client hears of its override on its identity's stream, and a change that does not concern it
    causes no fetch."""
    client = open_client(environment, identity="alice", stream_path="identities/alice/")
    client.wait_for_stream()
    environment.override("alice", "banner", enabled=False, feature_state_value="only alice")
    client.wait_for("banner", False, "only alice")
    fetches = client.fetches
    environment.set("banner", feature_state_value="for others")
    environment.set("dark", enabled=True)
    client.wait_for("dark", True, None)
    assert client.fetches == fetches + 1
    assert client.flags()["banner"] == [False, "only alice"]


@telling_changes
def test_identity_stream_traits_of_another_client(open_client, environment):
    """An identified client sees a change by another client's write of a trait of that identity, without reload."""
    serve_segment(environment, "plan", "pro", "banner", "gold")
    client = open_client(environment, identity="alice", stream_path="identities/alice/")
    client.wait_for_stream()
    client.wait_for("banner", True, "blue")
    environment.sdk("POST", "traits/", {"identity": {"identifier": "alice"}, "trait_key": "plan",
                                        "trait_value": "pro"}).expect(200)
    client.wait_for("banner", True, "gold")
    assert client.changes()[-1]["fromServer"] is True


# ---- in a browser ----


@pytest.mark.wire
@pytest.mark.browser
@browser
def test_wire_14_preflight(open_client, environment, drivers):
    """Every call is preflighted, a header of the user's own passes, and the page can read the stamp: a stream's first
    event then causes no fetch."""
    origin = drivers.get("chromium").hello["origin"]
    client = open_client(environment, headers={"X-My-Own-Header": "mine"})
    client.wait_for_stream()
    environment.set("banner", feature_state_value="red")
    client.wait_for("banner", True, "red")
    preflights = [one for one in client.gate.requests if one.method == "OPTIONS"]
    fetches = [one for one in client.gate.requests if one.method == "GET" and one.path == "/api/v1/flags/"]
    streams = [one for one in client.gate.requests if one.path.startswith("/sse/")]
    assert preflights and fetches and streams
    for one in preflights:
        assert one.headers["origin"] == origin != f"http://127.0.0.1:{client.gate.port}"
        assert "x-environment-key" in one.headers["access-control-request-headers"]
        assert "x-my-own-header" in one.headers["access-control-request-headers"]
    for one in fetches:
        assert one.headers["x-my-own-header"] == "mine" and one.headers["origin"] == origin
    assert all(one.method == "GET" and one.headers["origin"] == origin for one in streams)
