# SPDX-License-Identifier: Apache-2.0
"""A process takes over from the one that runs: its clients notice nothing."""

import contextlib

import pytest

from harness.deadline import PATIENCE, wait_until
from harness.follower import Follower
from harness.http import Connection, fetch
from harness.loop import Loop
from harness.publish import publish_request
from harness.sse import Stream, identity_stream_path
from harness.stamps import stamp_of
from harness.stream_pool import StreamPool
from harness.successor import Successor

STREAMS = 5_000
FOLLOWERS = 4
FETCHERS = 4


@contextlib.contextmanager
def fetching(environment):
    """Fetches flags on one kept connection. Each must be answered, and none may be older than the one before."""
    newest = 0
    with Connection(environment.port, seconds=60 * PATIENCE) as connection:

        def step(_turn):
            nonlocal newest
            answer = connection.get("/api/v1/flags/", [("X-Environment-Key", environment.key)]).expect(200)
            assert "Connection" not in answer.headers
            assert stamp_of(answer) >= newest
            newest = stamp_of(answer)

        with Loop(step) as loop:
            yield loop


@pytest.mark.durability
@pytest.mark.timeout(600)
def test_clients_notice_nothing(make_server, environment_on):
    """Twice, under changes and fetches, with other numbers of threads: no connection ends, nobody is refused, no answer is
    older than an event before it, and every stream ends with the newest stamp."""
    server = make_server("--threads", "2")
    environment = environment_on(server)
    with contextlib.ExitStack() as running:
        pool = running.enter_context(StreamPool(server.port, [environment.key] * STREAMS))
        pool.wait(lambda one: one.events >= 1, "the streams to be open")
        followers = [running.enter_context(Follower(environment, server.port)) for _ in range(FOLLOWERS)]
        loops = [running.enter_context(fetching(environment)) for _ in range(FETCHERS)]
        loops.append(running.enter_context(Loop(
            lambda turn: environment.set("banner", feature_state_value=f"value {turn}"))))

        def all_go_on() -> None:
            before = [loop.turns for loop in loops]
            wait_until(lambda: all(now.turns > then + 2 or now.faults for now, then in zip(loops, before)),
                       "each client to be answered again")
            assert [loop.faults for loop in loops] == [[]] * len(loops)

        for threads in ("3", "1"):
            all_go_on()
            server.take_over("--threads", threads)
            all_go_on()
            assert server.metric("flagstream_streams_open") >= STREAMS
        loops[-1].__exit__()
        newest = environment.stamp()
        pool.wait(lambda one: one.latest == newest, "the newest stamp on all streams")
        wait_until(lambda: all(follower.held == newest or follower.faults for follower in followers),
                   "the newest flags at all followers")
        assert (pool.total("clean_ends"), pool.total("breaks")) == (0, 0)
        assert [(one.faults, one.streams, one.broken) for one in followers] == [([], 1, 0)] * FOLLOWERS
    server.stop()


def test_streams_of_identities_go_on(make_server, environment_on):
    """What one is told afterwards is what changes for it afterwards."""
    server = make_server()
    environment = environment_on(server)
    path = identity_stream_path(environment.key, "alice")
    with Stream(server.port, path=path) as stream:
        first = stream.next_stamp()
        server.take_over()
        environment.override("bob", "banner", enabled=True, feature_state_value="his")
        environment.override("alice", "banner", enabled=True, feature_state_value="hers")
        assert stream.next_stamp() == environment.stamp() > first


def test_a_successor_that_ends_too_early_leaves_all_as_it_was(make_server, environment_on):
    """It has been given everything, and ends before it is ready: the first process goes on with its clients."""
    server = make_server()
    environment = environment_on(server)
    with Stream(server.port, environment.key) as stream, Connection(server.port) as kept:
        stream.next_stamp()
        kept.get("/health").expect(200)
        with Successor(server.data) as successor:
            successor.say(take_over=1)
            given = [message["kind"] for message in successor.hear_until("yours")]
            assert sorted(set(given)) == ["connection", "listening", "stream"]
        kept.get("/health").expect(200)
        environment.set("banner", feature_state_value="after")
        assert stream.next_stamp() == environment.stamp()
        fetch(server.port, "/ready").expect(200)
        server.take_over()
        environment.set("banner", feature_state_value="after the next")
        assert stream.next_stamp() == environment.stamp()


def test_who_speaks_another_format_is_refused(make_server):
    """As one of another release may: it is told so, and nothing happens."""
    server = make_server()
    for request, why in (({"take_over": 99}, "another release"), ({"hello": True}, "not understood")):
        with Successor(server.data) as successor:
            successor.say(**request)
            assert why in successor.hear()["refused"]
    fetch(server.port, "/ready").expect(200)


def test_where_nobody_runs_it_starts_as_usual(make_server, environment_on):
    """A script need not know whether there is one; what a killed one left behind is in nobody's way."""
    server = make_server("--take-over")
    environment = environment_on(server)
    environment.set("banner", feature_state_value="kept")
    server.kill()
    server.start()
    environment.admin.forget_connection()
    assert environment.flag("banner")["feature_state_value"] == "kept"


def test_a_hub_is_taken_over(make_server):
    """Streams and kept connections of a hub go on, and its stamps are known to the next process."""
    server = make_server(command="hub")
    with (Connection(server.port) as reporter, Stream(server.port, "a-key") as stream,
          Stream(server.port, "other-key") as other):

        def report(key: str, second: int) -> None:
            reporter.send(publish_request(key, f"2026-01-01T00:00:{second:02}Z"))
            reporter.read_response("POST").expect(200)

        report("a-key", 1)
        first = stream.next_stamp()
        wait_until(lambda: server.metric("flagstream_streams_open") == 2, "both streams")
        server.take_over("--threads", "3")
        report("a-key", 2)
        report("other-key", 3)
        assert stream.next_stamp() == first + 1
        assert other.next_stamp() == first + 2
        with Stream(server.port, "a-key") as late:
            assert late.next_stamp() == first + 1
