# SPDX-License-Identifier: Apache-2.0
"""The JavaScript client drops an event that arrives while it fetches. Forced here: the gate holds the answer to a fetch
until the SDK has heard the event of the next change."""

from harness.deadline import wait_until
from harness.sse import Stream, stamp_in
from harness.stream_models import Browser
from sdk.ways import those

dropping_events = those(lambda way: way.client_side and way.mode == "stream")


def change_while_fetching(client, environment) -> None:
    """Two changes, the second told while the answer with the first is under way."""
    client.wait_for_stream()
    with client.gate.holding(r"/api/v1/flags/") as hold:
        environment.set("banner", feature_state_value="first")
        wait_until(lambda: hold.requests, "the fetch after the first change")
        heard = client.heard
        environment.set("banner", feature_state_value="second")
        wait_until(lambda: client.heard > heard, "the event of the second change")
        assert client.flags()["banner"] == [True, "blue"]
    client.wait_for("banner", True, "first")


@dropping_events
def test_a_dropped_event_is_repeated(open_client, make_server, environment_on, way):
    """Some seconds after the change its event comes once more, and the client has it, on the same stream."""
    server = make_server("--repeat", "5")
    environment = environment_on(server)
    client = open_client(environment)
    change_while_fetching(client, environment)
    client.wait_for("banner", True, "second")
    assert client.gate.count(r"/sse/.*") == 1
    assert server.metric("flagstream_stream_repeats_total") == 1
    assert client.fetches == 3


@dropping_events
def test_without_repeats_it_is_lost(open_client, make_server, environment_on, way):
    """With --repeat 0 the client still has the older flags when another stream has been silent for longer than a repeat
    would have taken: the test above forces what it says."""
    server = make_server("--repeat", "0", "--keepalive", "6")
    environment = environment_on(server)
    client = open_client(environment)
    with Stream(environment.port, environment.key, headers=Browser.stream_headers) as other:
        change_while_fetching(client, environment)
        while stamp_in(other.next_chunk("a comment", seconds=60)) is not None:
            continue
    assert client.flags()["banner"] == [True, "first"]
    assert server.metric("flagstream_stream_repeats_total") == 0
