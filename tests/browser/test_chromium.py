# SPDX-License-Identifier: Apache-2.0
"""The published JavaScript SDKs, unmodified, in headless Chromium on another origin than the server."""

import pytest

from harness import scenarios
from harness.deadline import wait_until
from harness.javascript import PACKAGES, Agent, Client

# One worker for all, so that one agent serves them.
pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("chromium")]
each_package = pytest.mark.parametrize("package", PACKAGES)


@pytest.fixture(scope="module")
def agent():
    agent = Agent("chromium")
    yield agent
    agent.close()


@each_package
def test_initial_flags(agent, package, environment):
    """The SDK starts with the flags of its environment."""
    scenarios.initial_flags(agent, package, environment)


@each_package
def test_change_without_reload(agent, package, environment):
    """A change by the management API shows in onChange without reload."""
    scenarios.change_without_reload(agent, package, environment)


@pytest.mark.wire
@each_package
def test_wire_25_hundred_changes(agent, package, short_streams_environment):
    """100 changes in a row: the last state is reached within one stream, with no more fetches than events."""
    scenarios.hundred_changes(agent, package, short_streams_environment)


@each_package
def test_identity_override(agent, package, environment):
    """An override set by the management API reaches the client that identified as that identity."""
    scenarios.identity_override(agent, package, environment)


@each_package
def test_traits_do_not_loop(agent, package, environment):
    """A client that posts traits on each refresh does not refresh because of them."""
    scenarios.traits_do_not_loop(agent, package, environment)


@pytest.mark.wire
@each_package
def test_wire_25_idle_stream_ends(idle_clients, package):
    """Ten ends of streams at idle cause no fetch."""
    idle_clients[package].assert_ends_cause_no_fetch()


@pytest.mark.wire
@each_package
def test_wire_14_preflight(agent, package, environment):
    """Every call is preflighted, a header of the user's own passes, and the page can read the stamp: a stream's first
    event then causes no fetch."""
    headers = {"X-My-Own-Header": "mine"}
    with Client(agent, package, environment.port, environment.key, headers=headers) as client:
        wait_until(lambda: client.gate.events >= 1, "the stream to be open")
        environment.set("banner", feature_state_value="red")
        client.wait_for("banner", True, "red")
        preflights = [one for one in client.gate.requests if one.method == "OPTIONS"]
        fetches = [one for one in client.gate.requests if one.method == "GET" and one.path == "/api/v1/flags/"]
        streams = [one for one in client.gate.requests if one.path.startswith("/sse/")]
        assert preflights and fetches and streams
        for one in preflights:
            assert one.headers["origin"] == agent.origin != f"http://127.0.0.1:{client.gate.port}"
            assert "x-environment-key" in one.headers["access-control-request-headers"]
            assert "x-my-own-header" in one.headers["access-control-request-headers"]
        for one in fetches:
            assert one.headers["x-my-own-header"] == "mine" and one.headers["origin"] == agent.origin
        assert all(one.method == "GET" and one.headers["origin"] == agent.origin for one in streams)
