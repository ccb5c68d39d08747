# SPDX-License-Identifier: Apache-2.0
"""The requests of every official SDK, replayed with its headers and its form of body. The answers are read as strictly
as the strictest SDK reads them."""

from urllib.parse import quote

import pytest

from harness import schema
from harness.admin import Environment
from harness.http import Connection, Response
from harness.replayed_requests import REPLAYED, Replayed
from harness.stamps import STAMP_HEADER

pytestmark = [pytest.mark.sdk, pytest.mark.wire]
TRAITS = {"plan": "pro", "age": 41, "ratio": 0.5, "beta": True}


def of(wanted=lambda sdk: True) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("sdk", [pytest.param(sdk, id=sdk.name) for sdk in REPLAYED if wanted(sdk)])


@pytest.fixture
def call(sdk: Replayed, environment: Environment):
    """Sends one request as the SDK does, all on one connection: call("POST", "identities/", body)."""
    with Connection(environment.port) as connection:
        key = environment.key if sdk.client_side else environment.server_key

        def send(method: str, path: str, body: dict | None = None) -> Response:
            data = None if body is None else sdk.encode(body)
            return connection.request(method, f"/api/v1/{path}", sdk.headers(key, body=body is not None), data)

        yield send


def read(answer: Response):
    """What every SDK takes as success: 200, of JSON, with a body."""
    answer.expect(200)
    assert answer.headers.get("Content-Type").partition(";")[0] == "application/json"
    assert answer.content
    return answer.json()


def stored_traits(environment: Environment, identifier: str) -> dict:
    traits = environment.sdk("GET", f"identities/?identifier={identifier}", server=True).expect(200).json()["traits"]
    return {trait["trait_key"]: trait["trait_value"] for trait in traits}


def flags_of(answer: list) -> dict:
    return {flag["feature"]["name"]: [flag["enabled"], flag["feature_state_value"]] for flag in answer}


@of(lambda sdk: sdk.flags)
def test_replayed_flags(call):
    """The environment's flags."""
    answer = call("GET", "flags/")
    flags = read(answer)
    schema.flags_answer(flags, "flags")
    assert flags_of(flags) == {"banner": [True, "blue"], "dark": [False, None]}
    assert STAMP_HEADER in answer.headers


@of()
def test_replayed_identity_with_traits(call, sdk, environment):
    """An identity with traits: its flags, the traits echoed first, and all of them stored with their types."""
    environment.override("alice", "banner", enabled=False, feature_state_value="vip")
    answer = read(call("POST", "identities/", sdk.identity_body("alice", TRAITS, False)))
    schema.identity_answer(answer, "identity")
    assert answer["identifier"] == "alice"
    assert flags_of(answer["flags"]) == {"banner": [False, "vip"], "dark": [False, None]}
    assert [trait["trait_key"] for trait in answer["traits"]] == list(TRAITS)
    assert stored_traits(environment, "alice") == {key: sdk.stored(value) for key, value in TRAITS.items()}
    again = read(call("POST", "identities/", sdk.identity_body("alice", {}, False)))
    assert flags_of(again["flags"])["banner"] == [False, "vip"]
    assert stored_traits(environment, "alice").keys() == TRAITS.keys()


@of()
def test_replayed_transient_identity(call, sdk, environment):
    """A transient identity is served and not stored."""
    answer = read(call("POST", "identities/", sdk.identity_body("ghost", TRAITS, True)))
    assert flags_of(answer["flags"])["banner"] == [True, "blue"]
    assert environment.admin.get(f'{environment.path}/identities/?q="ghost"')["results"] == []


@of(lambda sdk: sdk.identity_by_get)
def test_replayed_identity_by_get(call, environment):
    """An identity without traits, as clients on devices ask for it; and one that is not to be stored."""
    name = quote("zoë & co", safe="")
    answer = read(call("GET", f"identities/?identifier={name}"))
    schema.identity_answer(answer, "identity")
    assert answer["identifier"] == "zoë & co" and answer["traits"] == []
    read(call("GET", "identities/?identifier=ghost&transient=true"))
    listed = environment.admin.get(f"{environment.path}/identities/")["results"]
    assert [one["identifier"] for one in listed] == ["zoë & co"]


@of(lambda sdk: sdk.trait_body)
def test_replayed_single_trait(call, sdk, environment):
    """One trait of an identity, written alone."""
    for key, value in TRAITS.items():
        answer = read(call("POST", "traits/", sdk.trait_body("alice", key, value)))
        assert answer["identity"]["identifier"] == "alice"
        assert (answer["trait_key"], answer["trait_value"]) == (key, value)
    assert stored_traits(environment, "alice") == TRAITS


@of(lambda sdk: sdk.bulk)
def test_replayed_bulk_identities(call, environment):
    """Many identities at once."""
    data = [{"identifier": name, "traits": [{"trait_key": "plan", "trait_value": name}]} for name in ("a", "b")]
    assert read(call("POST", "bulk-identities/", {"data": data})) == {}
    assert stored_traits(environment, "a") == {"plan": "a"} and stored_traits(environment, "b") == {"plan": "b"}


@of(lambda sdk: sdk.document)
def test_replayed_document(call, environment):
    """The environment document, in one page."""
    environment.override("alice", "banner", enabled=False, feature_state_value="vip")
    answer = call("GET", "environment-document/")
    document = read(answer)
    schema.document(document)
    assert "Link" not in answer.headers
    assert [one["identifier"] for one in document["identity_overrides"]] == ["alice"]


@of()
def test_replayed_analytics(call):
    """Counts of evaluations: 200 with an object, and no stamp."""
    answer = call("POST", "analytics/flags/", {"banner": 3, "dark": 1})
    assert read(answer) == {}
    assert STAMP_HEADER not in answer.headers
