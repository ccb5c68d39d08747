# SPDX-License-Identifier: Apache-2.0
"""Many readers at once. What is asserted are counts and bounds, never times."""

import threading

import pytest

from harness.admin import Admin
from harness.deadline import wait_until
from harness.http import Connection, encode_request
from harness.publish import publish_many
from harness.sse import Stream
from harness.stamps import TICK
from harness.stream_pool import StreamPool

pytestmark = [pytest.mark.load, pytest.mark.timeout(300)]

STREAMS = 1000


def test_read_your_writes(make_server, environment_on):
    """What a PUT answered with 200 wrote is in the flags on every shard at once: 1,000 times in a row."""
    server = make_server("--threads", "4")
    environment = environment_on(server)
    path = environment.state_path("banner")
    # The kernel spreads connections over the shards; so many that none of the four is left out.
    connections = [Connection(server.port) for _ in range(24)]
    request = encode_request("GET", "/api/v1/flags/?feature=banner", [("X-Environment-Key", environment.key)])
    whole = encode_request("GET", "/api/v1/flags/", [("X-Environment-Key", environment.key)])
    for number in range(1000):
        environment.admin.put(path, {"feature_state_value": number})
        asked = whole if number % 10 == 0 else request
        for connection in connections:
            connection.send(asked)
        for connection in connections:
            body = connection.read_response().expect(200).json()
            flags = body if isinstance(body, list) else [body]
            found = [flag["feature_state_value"] for flag in flags if flag["feature"]["name"] == "banner"]
            assert found == [number]
    for connection in connections:
        connection.close()


def test_traits_read_your_writes(make_server, environment_on):
    """A trait written through one shard is read through every other at once."""
    server = make_server("--threads", "4")
    environment = environment_on(server)
    connections = [Connection(server.port) for _ in range(24)]
    for number in range(200):
        body = {"identifier": "alice", "traits": [{"trait_key": "n", "trait_value": number}]}
        environment.sdk_on(connections[number % 24], "POST", "identities/", body).expect(200)
        for connection in connections[number % 4::4]:
            answer = environment.sdk_on(connection, "GET", "identities/?identifier=alice").expect(200).json()
            assert [trait["trait_value"] for trait in answer["traits"]] == [number]
    for connection in connections:
        connection.close()


@pytest.mark.parametrize(("never_reading", "reading"), [(1, STREAMS), (STREAMS, 100)])
def test_reader_that_never_reads(make_server, environment_on, never_reading, reading):
    """Readers that never read, with others beside them: the others get every newest stamp, and the server's memory
    stays in bounds. One that reads again gets the newest."""
    server = make_server("--threads", "2")
    environment = environment_on(server)
    never = [Stream(server.port, environment.key, receive_buffer=2048) for _ in range(never_reading)]
    first = never[0].next_stamp()
    with StreamPool(server.port, [environment.key] * reading) as pool:
        pool.wait(lambda one: one.events == 1, "the first events")
        before = server.memory_kib()
        newest = first
        rounds = rounds_behind = published = 0
        # A round is one event at least; some make those readers fall behind, and five more find them so.
        while rounds_behind < 5:
            assert rounds < 400, "400 events went to streams that nobody reads"
            rounds += 1
            published += publish_many(server.port, environment.key, 8)
            newest = first + published * TICK
            pool.wait(lambda one, newest=newest: one.latest >= newest, f"the newest stamp of round {rounds}")
            rounds_behind += server.metric("flagstream_streams_behind") == never_reading
        assert all(one.events > rounds for one in pool.subscribers)
        assert pool.total("breaks") == pool.total("clean_ends") == 0
        assert server.metric("flagstream_streams_open") == reading + never_reading
        # If events were kept for each stream, that would be 100 KiB a round; what is allowed is the allocator's play.
        server.assert_grew_less(8 * 1024, since=before)
    never[0].stamp_at_least(newest)
    assert len(never[0].stamps) < published
    for stream in never:
        stream.connection.close()


def test_peer_that_vanished(make_server):
    """A client that is gone without a FIN, as when its network is: its stream ends in bounded time, though nothing but
    keep-alives is sent to it and they find room in the kernel."""
    server = make_server("--keepalive", "1", "--write-timeout", "1")
    with Stream(server.port, "demo-development") as gone, Stream(server.port, "demo-development") as here:
        gone.next_stamp()
        here.next_stamp()
        gone.connection.hear_nothing()
        wait_until(lambda: server.metric("flagstream_streams_open") == 1, "the stream of the peer that vanished to end")
        publish_many(server.port, "demo-development", 8)
        assert here.next_stamp() > here.stamps[0]


def test_streams_come_and_go(make_server):
    """Streams that come and go in thousands leave neither places nor memory behind."""
    server = make_server("--threads", "2")
    key = "demo-development"

    def wave(count: int) -> None:
        with StreamPool(server.port, [key] * count) as pool:
            pool.wait(lambda one: one.events == 1, "the first events")
            assert server.metric("flagstream_streams_open") == count

    wave(500)
    before = server.memory_kib()
    for _ in range(6):
        wave(500)
    with Stream(server.port, key) as stream:
        stream.next_stamp()
    server.assert_grew_less(4 * 1024, since=before)


def test_writers_on_many_connections(make_server, environment_on):
    """Eight writers on eight features at once: every write is acknowledged and the last of each is what is served."""
    server = make_server("--threads", "2")
    environment = environment_on(server)
    names = [f"f{number}" for number in range(8)]
    for name in names:
        environment.project.make_feature(name)
        environment.state_path(name)
    faults: list = []

    def write(name: str) -> None:
        admin = Admin(server.port)
        try:
            for number in range(50):
                admin.put(environment.state_path(name), {"feature_state_value": number})
        except Exception as fault:
            faults.append(fault)

    with StreamPool(server.port, [environment.key] * 10) as pool:
        threads = [threading.Thread(target=write, args=(name,), daemon=True) for name in names]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(120)
        assert not faults, faults
        values = {flag["feature"]["name"]: flag["feature_state_value"] for flag in environment.flags().json()}
        assert {name: values[name] for name in names} == dict.fromkeys(names, 49)
        newest = environment.stamp()
        pool.wait(lambda one: one.latest == newest, "the newest stamp")
