# SPDX-License-Identifier: Apache-2.0
"""Limits of streams: who is over one is held back and given a clean end, everyone else notices nothing, and what was refused
is counted by the limit."""

import contextlib

import pytest

from harness.deadline import wait_until
from harness.http import Connection, encode_request
from harness.publish import publish_many, publish_request
from harness.server import LONG_STREAMS, Server
from harness.sse import Stream, stream_path
from harness.stamps import TICK

pytestmark = pytest.mark.load


def assert_held_back(port: int, key: str, headers=()) -> None:
    """A whole stream of one comment."""
    with Stream(port, key, headers=headers) as stream:
        head = stream.head().expect(200)
        assert head.headers.get("Content-Type") == "text/event-stream"
        stream.read_to_last_chunk()
        stream.assert_clean_end()
        assert stream.stamps == [] and len(stream.chunks) == 1


def refused(server: Server) -> dict[str, float]:
    return {limit: server.metric("flagstream_streams_refused_total", limit=limit)
            for limit in ("total", "memory", "environment", "address")}


def forwarded(addresses: str) -> list[tuple[str, str]]:
    return [("X-Forwarded-For", addresses)]


def test_streams_of_an_environment(make_server, environment_on):
    """One environment with too many streams, those of its identities included, takes none from another."""
    server = make_server("--max-streams-per-environment", "2", "--threads", "2")
    crowded, other = environment_on(server), environment_on(server)
    identity_path = f"/sse/environments/{crowded.key}/identities/alice/stream"
    with Stream(server.port, crowded.key) as first, Stream(server.port, path=identity_path) as second:
        first.next_stamp(), second.next_stamp()
        assert_held_back(server.port, crowded.key)
        with Stream(server.port, other.key) as elsewhere:
            elsewhere.next_stamp()
        assert refused(server) == {"total": 0, "memory": 0, "environment": 1, "address": 0}
        crowded.set("dark", enabled=True)
        first.stamp_at_least(crowded.stamp())
        second.stamp_at_least(crowded.stamp())
    wait_until(lambda: server.metric("flagstream_streams_open") == 0, "the streams to be gone")
    with Stream(server.port, crowded.key) as first, Stream(server.port, crowded.key) as second:
        assert first.next_stamp() == second.next_stamp()


def test_streams_of_an_environment_of_a_hub(tmp_path):
    """A hub knows no environments but by their keys."""
    with Server(tmp_path, *LONG_STREAMS, "--max-streams-per-environment", "1", command="hub") as hub:
        with Connection(hub.port) as connection:
            for key in ("a", "b"):
                connection.send(publish_request(key))
                connection.read_response("POST").expect(200)
        with Stream(hub.port, "a") as a, Stream(hub.port, "b") as b:
            a.next_stamp(), b.next_stamp()
            assert_held_back(hub.port, "a")
            assert refused(hub) == {"total": 0, "memory": 0, "environment": 1, "address": 0}


def test_streams_of_an_address(make_server):
    """The address is the peer's where no proxy is trusted, whatever it claims."""
    server = make_server("--max-streams-per-address", "2")
    key = "demo-development"
    with Stream(server.port, key, headers=forwarded("192.0.2.1")) as first, \
            Stream(server.port, "unknown", headers=forwarded("192.0.2.2")) as second:
        first.next_stamp()
        second.head().expect(200)  # Counted from here on; another shard may be slower than the third client.
        assert_held_back(server.port, key, forwarded("192.0.2.3"))
        with Connection(server.port, source="127.0.0.2") as other:
            other.send(encode_request("GET", stream_path(key)))
            other.read_until(b"environment_updated")
        assert refused(server) == {"total": 0, "memory": 0, "environment": 0, "address": 1}


def test_streams_of_an_address_behind_a_proxy(make_server):
    """Behind a trusted proxy it is the client's: of IPv6 the network, and nothing that the client put in front."""
    server = make_server("--max-streams-per-address", "2", "--trusted-proxies", "127.0.0.1")
    key = "demo-development"
    with Stream(server.port, key, headers=forwarded("2001:db8:1:2::1")) as first, \
            Stream(server.port, key, headers=forwarded("2001:db8:1:2:ffff::2")) as second, \
            Stream(server.port, key, headers=forwarded("2001:db8:1:3::1")) as neighbour, \
            Stream(server.port, key, headers=forwarded("192.0.2.1")) as by_v4:
        for stream in (first, second, neighbour, by_v4):
            stream.next_stamp()
        assert_held_back(server.port, key, forwarded("2001:db8:1:2::3"))
        assert_held_back(server.port, key, forwarded("198.51.100.1, 2001:db8:1:2::4"))
        assert refused(server) == {"total": 0, "memory": 0, "environment": 0, "address": 2}


def test_memory_ceiling(make_server):
    """Above the ceiling the number of streams does not grow: those that are there go on, and one that ends may come back."""
    key = "demo-development"
    mib = make_server(name="probe").memory_kib() // 1024
    server = make_server("--max-memory", str(mib + 48), "--threads", "1")
    with Stream(server.port, key) as stays, contextlib.ExitStack() as half_sent:
        first = stays.next_stamp()
        with Stream(server.port, key) as leaves:
            leaves.next_stamp()
            assert server.metric("flagstream_memory_short") == 0
            # Bodies that are never complete are memory too.
            for _ in range(200):
                if server.metric("flagstream_memory_bytes") > (mib + 48) << 20:
                    break
                connection = half_sent.enter_context(Connection(server.port))
                connection.send(encode_request("POST", "/api/v1/identities/", [("Content-Length", str(1 << 20))])
                                + bytes(900 << 10))
            wait_until(lambda: server.metric("flagstream_memory_short") == 1, "the ceiling to be noticed")
            assert_held_back(server.port, key)
            assert refused(server) == {"total": 0, "memory": 1, "environment": 0, "address": 0}
            newest = first + publish_many(server.port, key, 8) * TICK
            stays.stamp_at_least(newest), leaves.stamp_at_least(newest)
        wait_until(lambda: server.metric("flagstream_streams_open") == 1, "the stream to be gone")
        with Stream(server.port, key) as back:
            assert back.next_stamp() >= newest
            assert_held_back(server.port, key)
