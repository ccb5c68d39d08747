# SPDX-License-Identifier: Apache-2.0
"""The published JavaScript SDKs, unmodified, in Node.js."""

import pytest

from harness import scenarios
from harness.javascript import PACKAGES, Agent

# One worker for all, so that one agent serves them.
pytestmark = [pytest.mark.sdk, pytest.mark.xdist_group("node")]
each_package = pytest.mark.parametrize("package", PACKAGES)


@pytest.fixture(scope="module")
def agent():
    agent = Agent("node")
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
