# SPDX-License-Identifier: Apache-2.0
"""Streams of single identities: told when what the identity is served changes, and only then."""

from urllib.parse import quote

import pytest

from harness.admin import Environment
from harness.deadline import wait_until
from harness.http import Connection, encode_request
from harness.segments import serve_segment
from harness.sse import EVENT, Stream, identity_stream_path, identity_stream_path_by_base
from harness.stamps import stamp_of

pytestmark = pytest.mark.wire

BOTH_PATHS = [identity_stream_path, identity_stream_path_by_base]


def open_stream(environment: Environment, identifier: str, path=identity_stream_path) -> Stream:
    return Stream(environment.port, path=path(environment.key, identifier))


def answer(environment: Environment, identifier: str):
    return environment.sdk("GET", f"identities/?identifier={quote(identifier, safe='')}").expect(200)


def value_of(response, feature: str):
    return next(flag["feature_state_value"] for flag in response.json()["flags"] if flag["feature"]["name"] == feature)


@pytest.fixture
def several(make_server, environment_on):
    """An environment on a server of several shards."""
    return environment_on(make_server("--threads", "4"))


# ---- what is told ----


@pytest.mark.parametrize("path", BOTH_PATHS)
@pytest.mark.parametrize("identifier", ["alice", "a/b c+é%2F", "x" * 2000])
def test_first_event_equals_header(environment, path, identifier):
    """The first event of the stream has the stamp in the header of a fetch, which is the identity's own after a write
    of its traits; by either address and for identifiers of any kind."""
    with open_stream(environment, identifier, path) as stream:
        assert stream.next_stamp() == stamp_of(answer(environment, identifier)) == environment.stamp()
    written = stamp_of(environment.identify(identifier, [{"trait_key": "colour", "trait_value": "blue"}]))
    assert written > environment.stamp()
    with open_stream(environment, identifier, path) as stream:
        assert stream.next_stamp() == written == stamp_of(answer(environment, identifier))


def test_override_reaches_its_identity_alone(environment):
    """An override made, changed and removed for one identity is told on its stream and not on another's, and a fetch
    in reaction is answered with it."""
    with open_stream(environment, "alice") as alice, open_stream(environment, "bob") as bob:
        alice.next_stamp(), bob.next_stamp()
        state = environment.override("alice", "banner", enabled=True, feature_state_value="hers")
        told = alice.next_stamp()
        response = answer(environment, "alice")
        assert stamp_of(response) >= told and value_of(response, "banner") == "hers"
        path = f"{environment.path}/identities/{environment.identity_id('alice')}/featurestates/{state['id']}/"
        environment.admin.put(path, {"feature": state["feature"], "enabled": True, "feature_state_value": "new"})
        assert alice.next_stamp() > told
        assert value_of(answer(environment, "alice"), "banner") == "new"
        environment.admin.delete(path)
        alice.next_stamp()
        assert value_of(answer(environment, "alice"), "banner") == "blue"
        # What comes next on the other stream is a change that does concern it.
        environment.set("banner", feature_state_value="for all")
        assert bob.next_stamp() == environment.stamp()
        assert len(bob.stamps) == 2


def test_change_that_does_not_concern_it(environment):
    """A change of a default that the identity does not get, because it has an override, is told to others and not on
    its stream; who connects then is told the newest stamp all the same."""
    environment.override("alice", "banner", enabled=True, feature_state_value="hers")
    with open_stream(environment, "alice") as alice, open_stream(environment, "bob") as bob:
        first = alice.next_stamp()
        bob.next_stamp()
        environment.set("banner", feature_state_value="red")
        assert bob.next_stamp() == environment.stamp() > first
        with open_stream(environment, "alice") as late:
            assert late.next_stamp() == stamp_of(answer(environment, "alice")) == environment.stamp()
        environment.set("dark", enabled=True)
        assert alice.next_stamp() == environment.stamp()
        assert alice.stamps == [first, environment.stamp()]


def test_trait_write_without_effect(environment):
    """A write of a trait that decides nothing is silent on the stream of its identity and on that of the environment,
    whose stamp stays; the identity's own stamp goes on."""
    with open_stream(environment, "alice") as alice, Stream(environment.port, environment.key) as everyone:
        first = alice.next_stamp()
        everyone.next_stamp()
        for number in range(100):
            environment.identify("alice", [{"trait_key": "visits", "trait_value": number}])
        assert environment.stamp() == first < stamp_of(answer(environment, "alice"))
        environment.set("banner", feature_state_value="red")
        stamp = environment.stamp()
        assert stamp > first
        assert alice.next_stamp() == everyone.next_stamp() == stamp
        assert len(alice.stamps) == len(everyone.stamps) == 2


@pytest.mark.parametrize("by", ["sdk", "server key", "management"])
def test_trait_write_with_effect(environment, by):
    """A write of a trait by which a segment takes the identity in, or lets it go, is told on its stream and on no
    other, whoever writes; a fetch in reaction is answered with it."""
    serve_segment(environment, "plan", "pro", "banner", "gold")
    environment.identify("alice", [{"trait_key": "plan", "trait_value": "free"}])
    identity = environment.identity_id("alice")
    trait = environment.admin.get(f"{environment.path}/identities/{identity}/traits/")["results"][0]

    def write(plan: str) -> None:
        if by == "management":
            path = f"{environment.path}/identities/{identity}/traits/{trait['id']}/"
            environment.admin.put(path, {"trait_key": "plan", "value_type": "unicode", "string_value": plan})
        else:
            body = {"identity": {"identifier": "alice"}, "trait_key": "plan", "trait_value": plan}
            environment.sdk("POST", "traits/", body, server=by == "server key").expect(200)

    before = environment.stamp()
    with open_stream(environment, "alice") as alice, open_stream(environment, "bob") as bob, \
            Stream(environment.port, environment.key) as everyone:
        alice.next_stamp(), bob.next_stamp(), everyone.next_stamp()
        for plan, served in (("pro", "gold"), ("free", "blue"), ("pro", "gold")):
            write(plan)
            told = alice.next_stamp()
            response = answer(environment, "alice")
            assert stamp_of(response) == told > before and value_of(response, "banner") == served
        assert environment.stamp() == before
        environment.set("dark", enabled=True)
        for stream, events in ((alice, 5), (bob, 2), (everyone, 2)):
            assert stream.next_stamp() == environment.stamp()
            assert len(stream.stamps) == events


def test_hidden_from_client_keys(environment):
    """A feature for server keys alone is told to a stream by a server key, and not to one by the client key."""
    environment.project.make_feature("secret", enabled=True, value="a", is_server_key_only=True)
    with open_stream(environment, "alice") as by_client, \
            Stream(environment.port, path=identity_stream_path(environment.server_key, "alice")) as by_server:
        by_client.next_stamp(), by_server.next_stamp()
        environment.set("secret", feature_state_value="b")
        assert by_server.next_stamp() == environment.stamp()
        environment.set("banner", feature_state_value="red")
        assert by_client.next_stamp() == environment.stamp()
        assert len(by_client.stamps) == 2


def test_environment_stream_is_as_before(environment):
    """Every change is told on the environment's stream, those included that concern one identity."""
    with Stream(environment.port, environment.key) as everyone:
        everyone.next_stamp()
        environment.override("alice", "banner", enabled=True, feature_state_value="hers")
        assert everyone.next_stamp() == environment.stamp()


# ---- shards, ends, restarts ----


def test_all_shards(several):
    """Streams of one identity on several shards are all told, and a fetch on any shard is answered with at least the
    stamp told, though each had the identity cached."""
    connections = [Connection(several.port) for _ in range(12)]
    streams = [open_stream(several, "alice") for _ in range(12)]
    for number in range(1, 11):
        for connection in connections:
            several.sdk_on(connection, "GET", "identities/?identifier=alice").expect(200)
        several.identify("alice", [{"trait_key": "n", "trait_value": number}])
        before = [stream.stamps[-1] if stream.stamps else None for stream in streams]
        several.set("banner", feature_state_value=number)
        for stream, old in zip(streams, before):
            told = stream.next_stamp()
            while old is None and told < several.stamp():
                told = stream.next_stamp()
            for connection in connections[:3]:
                response = several.sdk_on(connection, "GET", "identities/?identifier=alice").expect(200)
                assert stamp_of(response) >= told and value_of(response, "banner") == number
    for one in (*connections, *(stream.connection for stream in streams)):
        one.close()


def test_restart(make_server, environment_on):
    """After a restart, orderly or not, the first event is the identity's stamp from before, and changes are told."""
    server = make_server()
    environment = environment_on(server)
    environment.identify("alice", [{"trait_key": "colour", "trait_value": "blue"}])
    stamp = stamp_of(answer(environment, "alice"))
    for restart in (server.restart, lambda: (server.kill(), server.start())):
        restart()
        environment.admin.forget_connection()
        with open_stream(environment, "alice") as stream:
            assert stream.next_stamp() == stamp
            environment.override("alice", "banner" if restart == server.restart else "dark", enabled=True,
                                 feature_state_value="hers")
            told = stream.next_stamp()
            stamp = stamp_of(answer(environment, "alice"))
            assert stamp == told
            stamp = stamp_of(environment.identify("alice", [{"trait_key": "colour", "trait_value": str(told)}]))


@pytest.mark.durability
def test_stamp_of_a_deleted_identity(make_server, environment_on):
    """An identity whose stamps lead the clock, from many writes, is deleted: what it is told, and what it is answered,
    never goes back, over a restart, when it is made anew and when the environment changes; nor is it told twice."""
    server = make_server()
    environment = environment_on(server)
    admin = environment.admin

    def delete() -> None:
        admin.delete(f"{environment.path}/identities/{environment.identity_id('alice')}/")

    serve_segment(environment, "plan", "pro", "banner", "gold")
    with Connection(server.port) as connection:
        for number in range(300):
            body = {"identifier": "alice", "traits": [{"trait_key": "n", "trait_value": number}]}
            environment.sdk_on(connection, "POST", "identities/", body).expect(200)
    held = stamp_of(environment.identify("alice", [{"trait_key": "plan", "trait_value": "pro"}]))
    with open_stream(environment, "alice") as stream:
        assert stream.next_stamp() == held
        delete()
        deleted = stream.next_stamp()
        assert deleted == stamp_of(answer(environment, "alice")) > held > environment.stamp()
        assert value_of(answer(environment, "alice"), "banner") == "blue"
    assert stamp_of(answer(environment, "bob")) == environment.stamp()
    server.kill()
    server.start()
    admin.forget_connection()
    with open_stream(environment, "alice") as stream:
        assert stream.next_stamp() == stamp_of(answer(environment, "alice")) == deleted
        environment.identity_id("alice")  # made anew
        assert stamp_of(answer(environment, "alice")) == deleted
        written = stamp_of(environment.identify("alice", [{"trait_key": "plan", "trait_value": "pro"}]))
        assert stream.next_stamp() == written > deleted
        delete()
        deleted = stream.next_stamp()
        assert deleted > written
        environment.set("banner", feature_state_value="for all")
        assert stream.next_stamp() == environment.stamp() == stamp_of(answer(environment, "alice")) > deleted


@pytest.mark.durability
def test_kill_between_write_and_event(make_server, environment_on):
    """A kill right after a write was acknowledged: whoever connects then is told a stamp at which the write is
    fetched."""
    server = make_server()
    environment = environment_on(server)
    state = environment.override("alice", "banner", enabled=True, feature_state_value="0")
    path = f"{environment.path}/identities/{environment.identity_id('alice')}/featurestates/{state['id']}/"
    for number in range(1, 6):
        environment.identify("alice", [{"trait_key": "n", "trait_value": number}])
        environment.admin.put(path, {"feature": state["feature"], "enabled": True, "feature_state_value": str(number)})
        server.kill()
        server.start()
        environment.admin.forget_connection()
        with open_stream(environment, "alice") as stream:
            told = stream.next_stamp()
            response = answer(environment, "alice")
            assert stamp_of(response) == told and value_of(response, "banner") == str(number)


def test_ends_with_its_environment(environment):
    """When the environment is deleted the streams of its identities end cleanly."""
    with open_stream(environment, "alice") as stream:
        stream.next_stamp()
        environment.admin.delete(f"{environment.path}/")
        stream.read_to_last_chunk()
        stream.assert_clean_end()


# ---- the rules of every stream ----


def test_unknown_key_or_realtime_off(make_server, environment_on):
    """An unknown key, real-time off, and an identifier that is too long get an idle stream that ends cleanly."""
    server = make_server("--stream-max-age", "5", "--keepalive", "1")
    environment = environment_on(server)
    paths = [path(environment.key, "x" * 2001) for path in BOTH_PATHS]
    paths += [path("no-such-key", "alice") for path in BOTH_PATHS]
    streams = [Stream(server.port, path=path) for path in paths]
    environment.project.patch(enable_realtime_updates=False)
    streams += [open_stream(environment, "alice", path) for path in BOTH_PATHS]
    environment.set("dark", enabled=True)
    for stream in streams:
        assert stream.head().status == 200
        stream.read_to_last_chunk()
        stream.assert_clean_end()
        assert stream.stamps == [] and len(stream.chunks) >= 1


def test_over_the_limit(make_server, environment_on):
    """Streams of identities count like all others; one too many gets a comment and a clean end, after a while."""
    server = make_server("--max-streams", "2")
    environment = environment_on(server)
    with open_stream(environment, "alice") as alice, Stream(server.port, environment.key) as everyone:
        alice.next_stamp(), everyone.next_stamp()
        with open_stream(environment, "bob") as bob:
            bob.read_to_last_chunk()
            bob.assert_clean_end()
            assert bob.stamps == [] and len(bob.chunks) == 1
        assert server.metric("flagstream_identity_streams_open") == 1
        assert server.metric("flagstream_streams_refused_total") == 1
    wait_until(lambda: server.metric("flagstream_identity_streams_open") == 0, "the streams to be gone")
    assert server.metric("flagstream_identities_watched") == 0


def test_head_and_other_methods(environment):
    """HEAD is answered at once with the head of a stream; a POST is no stream."""
    for path in BOTH_PATHS:
        with Connection(environment.port) as connection:
            head = connection.request("HEAD", path(environment.key, "alice"))
            assert head.status == 200 and head.headers.get("Content-Type") == "text/event-stream"
            assert connection.request("POST", path(environment.key, "alice")).status == 405


def test_http10_gets_an_empty_stream(environment):
    """Who does not understand chunks, as nginx by default, is answered after a while, with no event."""
    with Connection(environment.port) as connection:
        request = encode_request("GET", identity_stream_path(environment.key, "alice"))
        connection.send(request.replace(b"HTTP/1.1", b"HTTP/1.0"))
        answered = connection.read_to_end()
        assert answered.startswith(b"HTTP/1.1 200") and answered.endswith(b"\r\n\r\n:\n\n")
        assert not EVENT.search(answered)


def test_bounded_by_a_storm(make_server, environment_on):
    """A thousand writes of traits to one identity with streams, as fast as they go: no more evaluations than writes, no
    event, and none left to do."""
    server = make_server()
    environment = environment_on(server)
    with open_stream(environment, "alice") as stream, Connection(server.port) as connection:
        stream.next_stamp()
        before = server.metric("flagstream_identity_evaluations_total")
        for number in range(1000):
            body = {"identifier": "alice", "traits": [{"trait_key": "n", "trait_value": number}]}
            environment.sdk_on(connection, "POST", "identities/", body).expect(200)
        wait_until(lambda: server.metric("flagstream_identity_evaluations_pending") == 0, "all to be looked at")
        assert server.metric("flagstream_identity_evaluations_total") - before <= 1000
        environment.set("banner", feature_state_value="red")
        assert stream.next_stamp() == environment.stamp()
        assert len(stream.stamps) == 2
