# SPDX-License-Identifier: Apache-2.0
"""What an organisation's applications asked for, from their requests to the management API, on a real server."""

import pytest

from harness.admin import Environment
from harness.deadline import wait_until

pytestmark = pytest.mark.admin

COUNTED = {"flags": 3, "identities": 2, "traits": 1, "environment_document": 1}


def ask(environment: Environment) -> None:
    """One connection for each request, so that both shards get some."""
    for _ in range(2):
        environment.flags()
    environment.sdk("GET", "flags/?feature=missing").expect(404)
    environment.identify("anna")
    environment.sdk("GET", "identities/?identifier=anna").expect(200)
    environment.sdk("POST", "traits/", {"identity": {"identifier": "anna"}, "trait_key": "plan",
                                        "trait_value": "pro"}).expect(200)
    environment.document()
    environment.sdk("POST", "analytics/flags/", {"banner": 5}).expect(200)


def usage(environment: Environment) -> list[dict]:
    days = environment.admin.get(f"organisations/1/usage-data/?environment_id={environment.id}")
    return [{name: day[name] for name in COUNTED} for day in days]


def total(days: list[dict]) -> dict:
    """Of two days, if midnight came between."""
    return {name: sum(day[name] for day in days) for name in COUNTED}


def test_requests_are_counted(make_server, environment_on):
    """Requests of SDKs are counted by what they ask for, on all shards, and reach the store in time."""
    server = make_server("--threads", "2", "--analytics-flush", "1")
    environment = environment_on(server)
    ask(environment)
    wait_until(lambda: total(usage(environment)) == COUNTED, "all requests to be counted")
    path = f"organisations/1/usage-data/total-count/?environment_id={environment.id}"
    assert environment.admin.get(path) == {"count": 7}
    other = environment.project.make_environment()
    assert usage(other) == []


def test_a_stop_loses_no_request(make_server, environment_on):
    """What a shard has counted is stored before the server ends."""
    server = make_server("--threads", "2", "--analytics-flush", "3600")
    environment = environment_on(server)
    ask(environment)
    assert usage(environment) == []
    server.restart()
    environment.admin.forget_connection()
    assert total(usage(environment)) == COUNTED
