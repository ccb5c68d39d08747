# SPDX-License-Identifier: Apache-2.0
"""What SDKs ask by REST. Each test bears the number it has in the wire specification's list."""

import datetime
import email.utils
import json
import sqlite3
import threading
import urllib.parse

import pytest

from harness import schema
from harness.admin import Admin
from harness.deadline import wait_until
from harness.http import Connection, encode_request, fetch
from harness.sse import Stream
from harness.stamps import STAMP_HEADER, TICK, stamp_of, stamp_of_iso

pytestmark = pytest.mark.wire

NO_KEY = {"detail": "Invalid or missing Environment key"}
UNKNOWN_KEY = {"detail": "Invalid or missing Environment Key"}
DISABLED = {"detail": "Organisation is disabled from serving flags."}

# Each SDK route with a body that succeeds.
ROUTES = [
    ("GET", "flags/", None),
    ("GET", "identities/?identifier=alice", None),
    ("POST", "identities/", {"identifier": "alice", "traits": [{"trait_key": "plan", "trait_value": "pro"}]}),
    ("POST", "traits/", {"identity": {"identifier": "alice"}, "trait_key": "plan", "trait_value": "pro"}),
    ("PUT", "traits/bulk/", [{"identity": {"identifier": "alice"}, "trait_key": "plan", "trait_value": "pro"}]),
    ("POST", "traits/increment-value/", {"identifier": "alice", "trait_key": "visits", "increment_by": 1}),
    ("POST", "analytics/flags/", {"banner": 1}),
    ("POST", "bulk-identities/", {"data": [{"identifier": "alice", "traits": []}]}),
    ("GET", "environment-document/", None),
]
route_ids = [f"{method} {path.split('?')[0]}" for method, path, _ in ROUTES]


# ---- 1: keys ----

@pytest.mark.parametrize(("method", "path", "body"), ROUTES, ids=route_ids)
def test_wire_01_keys(environment, method, path, body):
    """Each route tells a client key, a server key, no key and an unknown key apart, by status and body."""
    assert environment.sdk(method, path, body, server=True).status == 200
    by_client = environment.sdk(method, path, body)
    if path == "environment-document/":
        assert by_client.expect(403).json() == NO_KEY
    else:
        by_client.expect(200)

    data = None if body is None else json.dumps(body).encode()
    headers = [("Content-Type", "application/json")]
    nobody = fetch(environment.port, f"/api/v1/{path}", headers, method, data)
    assert nobody.expect(403).json() == NO_KEY
    for wrong in ("nope", "ser.nope", environment.key[:-1], environment.key + "x"):
        answer = fetch(environment.port, f"/api/v1/{path}", [*headers, ("X-Environment-Key", wrong)], method, data)
        assert answer.expect(403).json() == UNKNOWN_KEY


def test_wire_01_server_key_ends(environment):
    """A server key that is switched off, out of date or deleted is an unknown key, and works again when switched on."""
    def status_with(key: str) -> int:
        return fetch(environment.port, "/api/v1/flags/", [("X-Environment-Key", key)]).status

    key = environment.make_server_key()
    item = f"{environment.path}/api-keys/{key['id']}/"
    assert status_with(key["key"]) == 200
    environment.admin.patch(item, {"active": False})
    assert wait_until(lambda: status_with(key["key"]) == 403, "the key to be refused")
    environment.admin.patch(item, {"active": True})
    assert wait_until(lambda: status_with(key["key"]) == 200, "the key to work again")
    environment.admin.patch(item, {"expires_at": "2020-01-01T00:00:00Z"})
    assert wait_until(lambda: status_with(key["key"]) == 403, "the key to be out of date")
    environment.admin.patch(item, {"expires_at": None})
    assert wait_until(lambda: status_with(key["key"]) == 200, "the key to work again")
    environment.admin.delete(item)
    assert wait_until(lambda: status_with(key["key"]) == 403, "the key to be unknown")


def test_wire_01_disabled_organisation(make_server, environment_on):
    """An organisation that is not served gets 403 with its sentence on every route that reads flags."""
    server = make_server()
    environment = environment_on(server)
    server.stop()
    with sqlite3.connect(server.data / "flagstream.db") as database:
        changed = database.execute("UPDATE organisation SET stop_serving_flags = 1")
        assert changed.rowcount >= 1
    database.close()
    server.start()
    for method, path, body in ROUTES:
        answer = environment.sdk(method, path, body, server=True)
        assert (answer.status, answer.json()) == (403, DISABLED), path


# ---- 2: the flag list ----

def test_wire_02_strict_flags(environment):
    """The list passes the strictest typed reading, with values of each type and with an identity override there."""
    for name, value in (("text", "hello"), ("empty", ""), ("number", 42), ("negative", -7), ("off", False),
                        ("on", True)):
        environment.project.make_feature(name)
        environment.set(name, enabled=True, feature_state_value=value)
    environment.override("alice", "banner", enabled=False, feature_state_value="only alice")
    for server in (False, True):
        flags = environment.flags(server=server).json()
        schema.flags_answer(flags, "flags")
        values = {flag["feature"]["name"]: flag["feature_state_value"] for flag in flags}
        assert values == {"banner": "blue", "dark": None, "text": "hello", "empty": "", "number": 42, "negative": -7,
                          "off": False, "on": True}
        ids = [flag["feature"]["id"] for flag in flags]
        assert ids == sorted(ids)


def test_wire_02_one_flag(environment):
    """?feature= answers one object, or 404 with the sentence for an unknown name; neither has a stamp."""
    one = environment.sdk("GET", "flags/?feature=banner").expect(200)
    schema.flags_answer([one.json()], "flag")
    assert one.json()["feature"]["name"] == "banner"
    none = environment.sdk("GET", "flags/?feature=nope").expect(404)
    assert none.json() == {"detail": "Given feature not found"}
    assert STAMP_HEADER not in one.headers and STAMP_HEADER not in none.headers


def test_wire_02_server_key_only(environment):
    """A feature for server keys only is not in a client key's list, identity answer or look-up by name."""
    environment.project.make_feature("secret", enabled=True, value="s", is_server_key_only=True)
    for server, expected in ((False, {"banner", "dark"}), (True, {"banner", "dark", "secret"})):
        assert {flag["feature"]["name"] for flag in environment.flags(server).json()} == expected
        identity = environment.sdk("POST", "identities/", {"identifier": "a"}, server=server).expect(200).json()
        assert {flag["feature"]["name"] for flag in identity["flags"]} == expected
        assert environment.sdk("GET", "flags/?feature=secret", server=server).status == (200 if server else 404)
    assert len(environment.document().json()["project"]["server_key_only_feature_ids"]) == 1


# ---- 3: slashes ----

@pytest.mark.parametrize(("method", "path", "body"), ROUTES, ids=route_ids)
def test_wire_03_slash_both_ways(environment, method, path, body):
    """Each route answers the same with and without its last slash, and never redirects."""
    bare, question, query = path.partition("?")
    without = environment.sdk(method, bare.rstrip("/") + question + query, body, server=True)
    with_slash = environment.sdk(method, path, body, server=True)
    assert without.status == with_slash.status == 200
    if "increment" not in path:
        assert without.content == with_slash.content
    assert "Location" not in without.headers


# ---- 4: the variants of POST identities ----

def post_traits(environment, traits, identifier="walter", **fields) -> dict:
    answer = environment.sdk("POST", "identities/", {"identifier": identifier, "traits": traits, **fields})
    body = answer.expect(200).json()
    schema.identity_answer(body, "identity")
    return body


def stored_traits(environment, identifier="walter") -> dict:
    answer = environment.sdk("GET", f"identities/?identifier={identifier}").expect(200).json()
    schema.identity_answer(answer, "identity")
    return {trait["trait_key"]: trait["trait_value"] for trait in answer["traits"]}


@pytest.mark.parametrize("value", ["pro", "", "41", 41, -1, 2147483648, 9007199254740993, 1.5, 0.1, True, False],
                         ids=repr)
def test_wire_04_scalar_traits(environment, value):
    """Text, integers to 64 bits, decimals and booleans come back as they were sent, at once and when read later."""
    body = post_traits(environment, [{"trait_key": "k", "trait_value": value}])
    assert body["traits"][0]["trait_value"] == value and type(body["traits"][0]["trait_value"]) is type(value)
    found = stored_traits(environment)["k"]
    assert found == value and type(found) is type(value)


@pytest.mark.parametrize("trait", [{"trait_key": "k", "trait_value": None}, {"trait_key": "k"}],
                         ids=["null", "missing"])
def test_wire_04_null_deletes(environment, trait):
    """A null value, and a missing one, delete the stored trait."""
    post_traits(environment, [{"trait_key": "k", "trait_value": "v"}, {"trait_key": "kept", "trait_value": 1}])
    body = post_traits(environment, [trait])
    assert {one["trait_key"] for one in body["traits"]} == {"kept"}
    assert stored_traits(environment) == {"kept": 1}


@pytest.mark.parametrize(("wrapped", "expected"), [
    ({"type": "string", "value": "x"}, "x"),
    ({"type": "decimal", "value": "10"}, 10),
    ({"type": "decimal", "value": "1.5"}, 1.5),
    ({"type": "boolean", "value": True}, True),
    ({"type": "semver", "value": {"major": 1, "minor": 2, "patch": 3}}, "1.2.3:semver"),
], ids=lambda value: json.dumps(value) if isinstance(value, dict) else "")
def test_wire_04_typed_objects(environment, wrapped, expected):
    """Values wrapped in an object with their type are unwrapped."""
    found = post_traits(environment, [{"trait_key": "k", "trait_value": wrapped}])["traits"][0]["trait_value"]
    assert found == expected and type(found) is type(expected)


@pytest.mark.parametrize("value", [{"a": 1}, [1, 2], {}, []], ids=repr)
def test_wire_04_other_objects_are_text(environment, value):
    """Objects and arrays of no known kind are stored as text."""
    found = post_traits(environment, [{"trait_key": "k", "trait_value": value}])["traits"][0]["trait_value"]
    assert isinstance(found, str)
    assert stored_traits(environment)["k"] == found


@pytest.mark.parametrize("body", [
    {"identifier": "walter"},
    {"identifier": "walter", "traits": None},
    {"identifier": "walter", "traits": []},
    {"identifier": "walter", "traits": [], "transient": None},
    {"identifier": "walter", "traits": [], "transient": False},
    {"identifier": "walter", "traits": [{"trait_key": "k", "trait_value": 1, "transient": None}]},
    {"identifier": "walter", "traits": [{"trait_key": "k", "trait_value": 1, "transient": False}]},
    {"identifier": "walter", "traits": [{"trait_key": "k", "trait_value": 1, "identifier": "walter", "id": 7}]},
], ids=json.dumps)
def test_wire_04_members_that_vary(environment, body):
    """Missing, null and extra members are all taken, and the identity is stored."""
    answer = environment.sdk("POST", "identities/", body).expect(200).json()
    schema.identity_answer(answer, "identity")
    assert answer["identifier"] == "walter"
    assert [trait["trait_key"] for trait in answer["traits"]] == [t["trait_key"] for t in body.get("traits") or []]
    listed = environment.admin.get(f'{environment.path}/identities/?q="walter"')
    assert [one["identifier"] for one in listed["results"]] == ["walter"]


def test_wire_04_transient(environment):
    """A transient identity, and transient traits, count for the answer and are not stored."""
    ghost = post_traits(environment, [{"trait_key": "k", "trait_value": 1}], "ghost", transient=True)
    assert [(one["trait_key"], one["transient"]) for one in ghost["traits"]] == [("k", True)]
    post_traits(environment, [{"trait_key": "kept", "trait_value": "stored"}])
    body = post_traits(environment, [{"trait_key": "kept", "trait_value": "passing", "transient": True}])
    assert [(one["trait_key"], one["trait_value"], one["transient"]) for one in body["traits"]] == [
        ("kept", "passing", True)]
    assert stored_traits(environment) == {"kept": "stored"}
    assert environment.admin.get(f'{environment.path}/identities/?q="ghost"')["results"] == []


def test_wire_04_number_as_identifier(environment):
    """A number is taken as its text."""
    answer = environment.sdk("POST", "identities/", {"identifier": 12345, "traits": []}).expect(200).json()
    assert answer["identifier"] == "12345"


def test_wire_04_equal_keys(environment):
    """Of equal keys in one request the last wins."""
    post_traits(environment, [{"trait_key": "k", "trait_value": 1}, {"trait_key": "k", "trait_value": 2}])
    assert stored_traits(environment) == {"k": 2}


@pytest.mark.parametrize(("body", "expected"), [
    (b"{bad", None),
    (b"[]", {"non_field_errors": ["Invalid data. Expected a dictionary, but got list."]}),
    (b'{"identifier": "a", "traits": [{"trait_value": 1}]}', {"traits": [{"trait_key": ["This field is required."]}]}),
    (b'{"identifier": "a", "traits": [{"trait_key": "ok", "trait_value": 1}, {"trait_value": 1}]}',
     {"traits": [{}, {"trait_key": ["This field is required."]}]}),
    (json.dumps({"identifier": "a", "traits": [{"trait_key": "k", "trait_value": "y" * 2001}]}).encode(),
     {"traits": [{"trait_value": ["Value string is too long. Must be less than 2000 character"]}]}),
], ids=["no json", "array", "no key", "second has no key", "long"])
def test_wire_04_refused(environment, body, expected):
    """Bad bodies get 400 in the shapes SDK users know, and nothing is stored."""
    answer = environment.sdk("POST", "identities/", body).expect(400)
    if expected is None:
        assert answer.json()["detail"].startswith("JSON parse error - ")
    else:
        assert answer.json() == expected
    assert environment.admin.get(f'{environment.path}/identities/?q="a"')["results"] == []


def test_wire_04_content_type(environment):
    """A body of another type is refused with 415 and its sentence."""
    answer = environment.sdk("POST", "identities/", None)
    headers = [("X-Environment-Key", environment.key), ("Content-Type", "text/plain")]
    answer = fetch(environment.port, "/api/v1/identities/", headers, "POST", b"{}")
    assert answer.expect(415).json() == {"detail": 'Unsupported media type "text/plain" in request.'}


def test_wire_04_missing_identifier(environment):
    """GET identities/ without identifier is a 400 that says so."""
    for query in ("", "?identifier="):
        answer = environment.sdk("GET", f"identities/{query}").expect(400)
        assert answer.json() == {"detail": "Missing identifier"}
        assert STAMP_HEADER not in answer.headers


def test_wire_04_client_traits_not_allowed(environment):
    """Where client keys may not write traits, theirs are left aside on identities/ and refused on traits/."""
    environment.patch(allow_client_traits=False)
    trait = {"trait_key": "k", "trait_value": "v"}
    environment.sdk("POST", "identities/", {"identifier": "w", "traits": [trait]}).expect(200)
    assert stored_traits(environment, "w") == {}
    refused = environment.sdk("POST", "traits/", {"identity": {"identifier": "w"}, **trait}).expect(400)
    assert refused.json() == {"non_field_errors": ["Setting traits not allowed with client key."]}
    environment.sdk("POST", "identities/", {"identifier": "w", "traits": [trait]}, server=True).expect(200)
    assert stored_traits(environment, "w") == {"k": "v"}


# ---- 5: what the answer to POST echoes ----

def test_wire_05_echo_and_order(environment):
    """The posted traits come first, in the order of the request, then those stored before; the identifier is echoed."""
    post_traits(environment, [{"trait_key": key, "trait_value": 1} for key in ("a", "b", "c")])
    body = post_traits(environment, [{"trait_key": key, "trait_value": 2} for key in ("z", "b", "m")])
    keys = [trait["trait_key"] for trait in body["traits"]]
    assert keys[:3] == ["z", "b", "m"] and sorted(keys[3:]) == ["a", "c"]
    assert body["identifier"] == "walter"


@pytest.mark.parametrize("nobody", [{}, {"identifier": None}, {"identifier": ""}], ids=json.dumps)
def test_wire_05_anonymous(environment, nobody):
    """Without an identifier one is made: the same for equal traits in any order, else another; nothing is stored."""
    def made(*traits) -> str:
        body = {**nobody, "traits": [{"trait_key": key, "trait_value": value} for key, value in traits]}
        answer = environment.sdk("POST", "identities/", body).expect(200).json()
        schema.identity_answer(answer, "identity")
        assert answer["identifier"]
        return answer["identifier"]

    first = made(("plan", "pro"), ("age", 3))
    assert made(("age", 3), ("plan", "pro")) == first
    assert made(("age", 4), ("plan", "pro")) != first
    assert made() != made()
    assert environment.admin.get(f"{environment.path}/identities/")["count"] == 0


def test_wire_05_override_decides(environment):
    """An identity override is what that identity gets by POST and GET, transient or not, and nobody else."""
    environment.override("alice", "banner", enabled=False, feature_state_value="only alice")

    def banner(answer) -> tuple:
        flag = next(flag for flag in answer.expect(200).json()["flags"] if flag["feature"]["name"] == "banner")
        return flag["enabled"], flag["feature_state_value"]

    assert banner(environment.sdk("GET", "identities/?identifier=alice")) == (False, "only alice")
    assert banner(environment.sdk("GET", "identities/?identifier=alice&transient=true")) == (False, "only alice")
    assert banner(environment.sdk("POST", "identities/", {"identifier": "alice"})) == (False, "only alice")
    assert banner(environment.sdk("POST", "identities/", {"identifier": "alice", "transient": True})) == (
        False, "only alice")
    assert banner(environment.sdk("POST", "identities/", {"identifier": "Alice"})) == (True, "blue")


# ---- 6: identifiers ----

IDENTIFIERS = ["a+b", "a b", "50%", "a/b", "a?b=c&d", "zoë", "東京", "😀", 'quo"te', "back\\slash", "a%2Fb", "x" * 2000]


@pytest.mark.parametrize("identifier", IDENTIFIERS, ids=lambda text: text[:12])
def test_wire_06_identifiers(environment, identifier):
    """An identifier with any character, up to 2000, is one and the same by GET, encoded either way, and by POST."""
    environment.identify(identifier, [{"trait_key": "mine", "trait_value": identifier[:50]}])
    for encoded in (urllib.parse.quote(identifier, safe=""), urllib.parse.quote_plus(identifier)):
        answer = environment.sdk("GET", f"identities/?identifier={encoded}").expect(200).json()
        assert answer["identifier"] == identifier
        assert [trait["trait_value"] for trait in answer["traits"]] == [identifier[:50]]
    assert environment.admin.get(f"{environment.path}/identities/")["count"] == 1


def test_wire_06_plus_is_a_space(environment):
    """In a query a bare + and %20 are a space, %2B is a plus."""
    for query, identifier in (("a+b", "a b"), ("a%20b", "a b"), ("a%2Bb", "a+b"), ("a%2bb", "a+b")):
        answer = environment.sdk("GET", f"identities/?identifier={query}&transient=true").expect(200)
        assert answer.json()["identifier"] == identifier


# ---- 7: nulls ----

def test_wire_07_no_null_in_traits(environment):
    """No answer has a trait with a null value or a null `transient`."""
    traits = [{"trait_key": "a", "trait_value": None}, {"trait_key": "b"}, {"trait_key": "c", "trait_value": 1},
              {"trait_key": "d", "trait_value": None, "transient": True},
              {"trait_key": "e", "trait_value": "x", "transient": None}]
    post_traits(environment, [{"trait_key": key, "trait_value": "before"} for key in "abcde"])
    body = post_traits(environment, traits)  # reads it strictly
    assert {trait["trait_key"] for trait in body["traits"]} == {"c", "e"}
    assert stored_traits(environment) == {"c": 1, "d": "before", "e": "x"}
    single = environment.sdk("POST", "traits/", {"identity": {"identifier": "walter"}, "trait_key": "c",
                                                 "trait_value": None})
    assert single.status == 200
    assert "c" not in stored_traits(environment)


# ---- 8: trait writes are silent ----

def test_wire_08_traits_are_silent(environment):
    """1,000 trait writes of one client move neither stamp nor stream; the change after them is the next event."""
    before = environment.stamp()
    with Stream(environment.port, environment.key) as stream:
        assert stream.next_stamp() == before
        with Connection(environment.port) as connection:
            headers = [("X-Environment-Key", environment.key), ("Content-Type", "application/json")]
            for start in range(0, 1000, 50):
                for number in range(start, start + 50):
                    body = {"identifier": "busy", "traits": [{"trait_key": "n", "trait_value": number}]}
                    connection.send(encode_request("POST", "/api/v1/identities/", headers, json.dumps(body).encode()))
                for number in range(start, start + 50):
                    answer = connection.read_response("POST").expect(200)
                    assert answer.json()["traits"][0]["trait_value"] == number
        assert environment.stamp() == before
        assert stamp_of_iso(environment.document().json()["updated_at"]) == before
        environment.set("dark", enabled=True)
        after = stream.next_stamp()
        assert after == environment.stamp() > before
        assert stream.stamps == [before, after]


# ---- 9: analytics ----

@pytest.mark.parametrize("body", [
    {}, {"banner": 3}, {"banner": 3, "nope": 1}, {"banner": -1}, {"banner": 1.5}, {"banner": "7"}, {"banner": None},
    {"banner": [1]}, {"": 1}, {"x" * 3000: 1}, {"banner": 9223372036854775808},
], ids=lambda body: json.dumps(body)[:40])
def test_wire_09_analytics(environment, body):
    """Any JSON object is taken with 200 and {}, without a stamp, whatever the names and counts."""
    answer = environment.sdk("POST", "analytics/flags/", body).expect(200)
    assert answer.json() == {}
    assert STAMP_HEADER not in answer.headers


@pytest.mark.parametrize("body", [b"[1]", b'"x"', b"1", b"null", b"{bad"], ids=repr)
def test_wire_09_analytics_refused(environment, body):
    """What is no object is a 400 in JSON."""
    answer = environment.sdk("POST", "analytics/flags/", body).expect(400)
    assert isinstance(answer.json(), dict)


# ---- 10: the document ----

def test_wire_10_document(environment):
    """The document passes every rule for its members, read as strictly as typed SDKs read it."""
    for name, value in (("text", "hello"), ("number", 42), ("on", True), ("none", None)):
        environment.project.make_feature(name)
        environment.set(name, enabled=True, feature_state_value=value)
    for identifier in ("alice", "zoë", "a,b"):
        environment.override(identifier, "banner", enabled=True, feature_state_value=f"for {identifier}")
        environment.override(identifier, "number", enabled=False, feature_state_value=7)
    answer = environment.document()
    document = answer.json()
    schema.document(document)
    assert document["api_key"] == environment.key and document["id"] == environment.id
    assert stamp_of_iso(document["updated_at"]) == stamp_of(answer)
    values = {state["feature"]["name"]: state["feature_state_value"] for state in document["feature_states"]}
    assert values == {"banner": "blue", "dark": None, "text": "hello", "number": 42, "on": True, "none": None}
    overrides = {one["identifier"]: {state["feature"]["name"]: state["feature_state_value"]
                                     for state in one["identity_features"]} for one in document["identity_overrides"]}
    assert overrides == {name: {"banner": f"for {name}", "number": 7} for name in ("alice", "zoë", "a,b")}
    modified = email.utils.parsedate_to_datetime(answer.headers.get("Last-Modified")).timestamp()
    assert modified == stamp_of(answer) // 1
    assert "Link" not in answer.headers


def test_wire_10_document_of_admin(environment):
    """The management API's document is the same JSON."""
    environment.override("alice", "banner", enabled=True, feature_state_value="x")
    assert environment.admin.get(f"{environment.path}/document/") == environment.document().json()


def test_wire_10_equal_state_equal_bytes(environment):
    """Two fetches without a change between give the same bytes and the same strong tag."""
    environment.override("alice", "banner", enabled=True, feature_state_value="x")
    first, second = environment.document(), environment.document()
    assert first.body == second.body
    assert first.headers.get("ETag") == second.headers.get("ETag")
    assert not first.headers.get("ETag").startswith("W/")


def test_wire_10_overrides_left_out(environment):
    """Without overrides in local evaluation the list is empty, not missing."""
    environment.override("alice", "banner", enabled=True, feature_state_value="x")
    environment.patch(use_identity_overrides_in_local_eval=False)
    document = environment.document().json()
    schema.document(document)
    assert document["identity_overrides"] == []


# ---- 11: not modified ----

def document_since(environment, since: str):
    return environment.sdk("GET", "environment-document/", server=True, headers=[("If-Modified-Since", since)])


def test_wire_11_two_changes_in_one_second(environment):
    """A document whose second is shared by two revisions is always sent in full; a second of its own allows 304."""
    def change() -> float:
        environment.set("banner", feature_state_value=str(change.count))
        change.count += 1
        return environment.stamp()

    change.count = 0
    shared = alone = 0
    previous = change()
    # Bounded: one of both kinds comes long before, since stamps follow the clock.
    for _ in range(400):
        current = change()
        answer = environment.document()
        again = document_since(environment, answer.headers.get("Last-Modified"))
        assert stamp_of(again) == current
        if current // 1 == previous // 1:
            assert again.expect(200).body == answer.body
            shared += 1
        else:
            assert again.expect(304).body == b""
            alone += 1
        previous = current
        if shared and alone >= 2:
            return
    pytest.fail(f"{shared} shared and {alone} unshared seconds in 400 changes")


def test_wire_11_dates(environment):
    """Older dates and unreadable ones get the document; the same second and later ones 304, with stamp and headers."""
    def fresh_second():
        before = environment.stamp()
        environment.set("banner", feature_state_value=str(before))
        return environment.stamp() // 1 != before // 1

    wait_until(fresh_second, "a change alone in its second")
    modified = email.utils.parsedate_to_datetime(environment.document().headers.get("Last-Modified"))
    for seconds, status in ((-1, 200), (-86400, 200), (0, 304), (1, 304), (86400, 304)):
        date = email.utils.format_datetime(modified + datetime.timedelta(seconds=seconds), usegmt=True)
        answer = document_since(environment, date).expect(status)
        assert stamp_of(answer) == environment.stamp()
        assert answer.headers.get("Last-Modified") == environment.document().headers.get("Last-Modified")
        assert answer.headers.get("Access-Control-Allow-Origin") == "*"
        assert answer.headers.items_of("Vary") == {"x-environment-key", "origin", "accept-encoding"}
    for date in ("yesterday", "", "2026-01-01T00:00:00Z", "Thu, 99 Foo 2026 00:00:00 GMT"):
        document_since(environment, date).expect(200)


# ---- 12: where the stamp is ----

def test_wire_12_stamp_present(environment):
    """Flags, identities and document carry the stamp, also for HEAD and 304; all the same."""
    stamp = environment.stamp()
    answers = [
        environment.sdk("GET", "flags/"), environment.sdk("HEAD", "flags/"),
        environment.sdk("GET", "identities/?identifier=fresh"), environment.sdk("HEAD", "identities/?identifier=fresh"),
        environment.sdk("GET", "identities/?identifier=fresh&transient=true"),
        environment.sdk("POST", "identities/", {"identifier": "fresh"}),
        environment.sdk("GET", "environment-document/", server=True),
        environment.sdk("HEAD", "environment-document/", server=True),
    ]
    for path, server in (("flags/", False), ("flags/", True), ("environment-document/", True)):
        tag = environment.sdk("GET", path, server=server).headers.get("ETag")
        answers.append(environment.sdk("GET", path, server=server, headers=[("If-None-Match", tag)]).expect(304))
    for answer in answers:
        assert answer.status in (200, 304)
        assert stamp_of(answer) == stamp, answer.head


def test_wire_12_stamp_absent(environment):
    """Errors, analytics, trait writes and single flags never carry it."""
    sdk = environment.sdk
    answers = [
        sdk("GET", "flags/?feature=banner").expect(200), sdk("GET", "flags/?feature=nope").expect(404),
        sdk("GET", "identities/").expect(400), sdk("POST", "identities/", b"{bad").expect(400),
        sdk("POST", "flags/", {}).expect(405), sdk("GET", "nothing-here/").expect(404),
        sdk("GET", "environment-document/").expect(403),
        fetch(environment.port, "/api/v1/flags/").expect(403),
        fetch(environment.port, "/api/v1/identities/?identifier=a", [("X-Environment-Key", "nope")]).expect(403),
        sdk("OPTIONS", "flags/"),
        sdk("POST", "analytics/flags/", {"banner": 1}).expect(200),
        sdk("POST", "traits/", {"identity": {"identifier": "a"}, "trait_key": "k", "trait_value": 1}).expect(200),
        sdk("PUT", "traits/bulk/", [{"identity": {"identifier": "a"}, "trait_key": "k", "trait_value": 1}]).expect(200),
        sdk("POST", "traits/increment-value/", {"identifier": "a", "trait_key": "n", "increment_by": 1}).expect(200),
        sdk("POST", "bulk-identities/", {"data": [{"identifier": "a", "traits": []}]}).expect(200),
    ]
    for answer in answers:
        assert STAMP_HEADER not in answer.headers, answer.head


# ---- 13: one snapshot ----

@pytest.mark.load
def test_wire_13_one_snapshot(make_server, environment_on):
    """Reads hammered during writes: each stamp goes with exactly one value, on all three resources, and later stamps
    with later values."""
    environment = environment_on(make_server("--threads", "2"))
    environment.set("banner", feature_state_value=0)
    seen: dict = {}
    faults: list = []
    lock = threading.Lock()
    done = threading.Event()

    def value_in(path: str, body) -> int:
        if path == "flags/":
            return next(flag["feature_state_value"] for flag in body if flag["feature"]["name"] == "banner")
        states = body["flags"] if path.startswith("identities") else body["feature_states"]
        return next(state["feature_state_value"] for state in states if state["feature"]["name"] == "banner")

    def read(path: str) -> None:
        with Connection(environment.port) as connection:
            while not done.is_set():
                answer = environment.sdk_on(connection, "GET", path, server=True).expect(200)
                value, stamp = value_in(path, answer.json()), stamp_of(answer)
                with lock:
                    if seen.setdefault(stamp, value) != value:
                        faults.append((path, stamp, seen[stamp], value))

    def guarded(path: str) -> None:
        try:
            read(path)
        except Exception as fault:
            faults.append((path, repr(fault)))

    paths = ["flags/", "identities/?identifier=alice&transient=true", "environment-document/"] * 2
    readers = [threading.Thread(target=guarded, args=(path,), daemon=True) for path in paths]
    for reader in readers:
        reader.start()
    for number in range(1, 301):
        environment.set("banner", feature_state_value=number)
    done.set()
    for reader in readers:
        reader.join(30)
    assert not faults, faults[:5]
    in_order = [seen[stamp] for stamp in sorted(seen)]
    assert in_order == sorted(in_order) and len(set(in_order)) == len(in_order)
    assert len(seen) > 20, "too few different snapshots were read to tell anything"
    assert environment.flag("banner")["feature_state_value"] == 300


# ---- 15: a large document ----

@pytest.mark.load
def test_wire_15_large_document(make_server, environment_on):
    """A document of more than 10 MB comes whole, plain and compressed, to a slow reader too; others are served."""
    server = make_server("--threads", "1")
    environment = environment_on(server)
    value = "\U0001D11E" * 20_000  # 80,000 bytes; the limit of 20,000 counts characters
    connection = Connection(server.port, seconds=120)
    made = 131
    for number in range(made):
        connection.send(environment.admin.encode("POST", f"projects/{environment.project.id}/features/", {
            "name": f"large_{number}", "initial_value": f"{number:04d}{value[4:]}"}))
        connection.read_response("POST").expect(201)
    connection.close()
    # Loading so much may take longer than a write waits for it.
    wait_until(lambda: len(environment.flags().json()) == made + 2, "all features to be served", seconds=60)

    slow = Connection(server.port, receive_buffer=8192, seconds=120)
    slow.send(encode_request("GET", "/api/v1/environment-document/", [("X-Environment-Key", environment.server_key)]))
    packed = environment.sdk("GET", "environment-document/", server=True, headers=[("Accept-Encoding", "gzip")])
    assert packed.expect(200).headers.get("Content-Encoding") == "gzip"
    plain = environment.sdk("GET", "environment-document/", server=True).expect(200)
    assert "Content-Encoding" not in plain.headers
    assert len(plain.body) > 10_000_000 > len(packed.body)
    assert packed.content == plain.body
    document = plain.json()
    schema.document(document)
    assert sum(len(state["feature_state_value"] or "") == 20_000 for state in document["feature_states"]) == made

    # The slow reader has its answer under way since before; one shard serves both.
    head = slow.read_until(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200 ")
    left = len(plain.body)
    assert int(dict(line.split(b": ", 1) for line in head.split(b"\r\n")[1:-2])[b"Content-Length"]) == left
    while left > 0:
        part = slow.read_exactly(min(left, 1 << 18))
        assert plain.body.endswith(part, 0, len(plain.body) - left + len(part))
        left -= len(part)
        environment.sdk("GET", "flags/?feature=banner").expect(200)
    slow.close()


# ---- more rules for stamps ----

def test_wire_12_stamps_are_ticks(environment):
    """Every stamp is a multiple of 1/64 s and later than the one before; a write that changes nothing makes none."""
    stamps = [environment.stamp()]
    for number in range(20):
        environment.set("banner", feature_state_value=number)
        stamps.append(environment.stamp())
    assert all(stamp % TICK == 0 for stamp in stamps)
    assert stamps == sorted(set(stamps))
    environment.set("banner", feature_state_value=19)
    assert environment.stamp() == stamps[-1]


def test_wire_12_what_stamps(admin, environment):
    """Which management writes stamp which environments."""
    other = environment.project.make_environment()

    def stamped(write) -> tuple[bool, bool]:
        before = environment.stamp(), other.stamp()
        write()
        return environment.stamp() > before[0], other.stamp() > before[1]

    project = environment.project
    here, both, none = (True, False), (True, True), (False, False)
    feature: dict = {}
    assert stamped(lambda: feature.update(project.make_feature("fresh"))) == both
    path = f"projects/{project.id}/features/{feature['id']}/"
    assert stamped(lambda: admin.patch(path, {"description": "d"})) == both
    assert stamped(lambda: admin.patch(path, {"description": "d"})) == none
    assert stamped(lambda: environment.set("fresh", enabled=True)) == here
    assert stamped(lambda: environment.set("fresh", feature_state_value="x")) == here
    assert stamped(lambda: environment.set("fresh", enabled=True, feature_state_value="x")) == none
    assert stamped(lambda: environment.identity_id("alice")) == none
    override: dict = {}
    assert stamped(lambda: override.update(environment.override("alice", "fresh", enabled=True))) == here
    item = f"{environment.path}/identities/{environment.identity_id('alice')}/featurestates/{override['id']}/"
    assert stamped(lambda: admin.put(item, {"enabled": False, "feature": feature["id"]})) == here
    assert stamped(lambda: admin.delete(item)) == here
    assert stamped(lambda: environment.patch(name="Renamed")) == here
    assert stamped(lambda: environment.patch(hide_disabled_flags=True)) == here
    assert stamped(lambda: project.patch(hide_disabled_flags=True)) == both
    assert stamped(environment.make_server_key) == none
    assert stamped(lambda: environment.identify("bob", [{"trait_key": "k", "trait_value": 1}])) == none
    assert stamped(lambda: admin.delete(path)) == both


def test_wire_12_both_in_one_request(environment):
    """A request that changes state and value makes one stamp and one event."""
    with Stream(environment.port, environment.key) as stream:
        first = stream.next_stamp()
        environment.set("dark", enabled=True, feature_state_value="on")
        second = stream.next_stamp()
        environment.set("dark", enabled=False)
        third = stream.next_stamp()
        assert stream.stamps == [first, second, third] and first < second < third == environment.stamp()


def test_wire_02_hidden_and_blanked(environment):
    """Disabled flags hidden and sensitive members blanked where the environment says so; the document is as ever."""
    environment.patch(hide_disabled_flags=True, hide_sensitive_data=True)
    flags = environment.flags().json()
    assert [flag["feature"]["name"] for flag in flags] == ["banner"]
    flag = flags[0]
    assert flag["enabled"] is True and flag["feature_state_value"] == "blue" and flag["feature"]["id"] >= 1
    for name in ("id", "environment", "identity", "feature_segment"):
        assert flag[name] is None
    for name in ("created_date", "description", "initial_value", "default_enabled"):
        assert flag["feature"][name] is None
    identity = environment.identify("alice", [{"trait_key": "k", "trait_value": 1}]).json()
    assert identity["traits"] == []
    document = environment.document().json()
    schema.document(document)
    assert len(document["feature_states"]) == 2


def test_wire_01_private_between_organisations(admin, environment):
    """A user of another organisation sees neither project nor environment, nor can write there."""
    stranger = Admin(admin.port, token=None)
    assert stranger.call("GET", f"{environment.path}/").expect(401).json() == {
        "detail": "Authentication credentials were not provided."}
    assert stranger.call("GET", f"projects/{environment.project.id}/").status == 401
    for path in (f"{environment.path}/", f"projects/{environment.project.id}/", "organisations/"):
        answer = Admin(admin.port, token="f" * 40).call("GET", path).expect(401)
        assert answer.json() == {"detail": "Invalid token."}
        assert "WWW-Authenticate" in answer.headers


def test_wire_12_identity_stamps(environment):
    """A trait write moves the stamp of its identity alone; a later change of the environment is later than all."""
    start = environment.stamp()
    after_write = stamp_of(environment.identify("alice", [{"trait_key": "k", "trait_value": 1}]))
    read = stamp_of(environment.sdk("GET", "identities/?identifier=alice"))
    assert after_write % TICK == 0 and start <= after_write <= read
    assert stamp_of(environment.sdk("GET", "identities/?identifier=bob&transient=true")) == start
    assert environment.stamp() == start
    again = stamp_of(environment.identify("alice", [{"trait_key": "k", "trait_value": 2}]))
    assert again >= read
    unchanged = stamp_of(environment.identify("alice", [{"trait_key": "k", "trait_value": 2}]))
    assert unchanged == again
    environment.set("dark", enabled=True)
    assert environment.stamp() > again
    assert stamp_of(environment.sdk("GET", "identities/?identifier=alice")) == environment.stamp()
