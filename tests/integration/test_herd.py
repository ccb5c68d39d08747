# SPDX-License-Identifier: Apache-2.0
"""Changes that follow each other closely are told as one, and an environment's events can be spread over a time."""

import pytest

from harness.http import Connection
from harness.publish import publish_many, publish_request
from harness.server import LONG_STREAMS, Server
from harness.sse import Stream
from harness.stamps import TICK
from harness.stream_pool import StreamPool

pytestmark = [pytest.mark.wire]

STREAMS = 100


def test_followers_merge(tmp_path):
    """Of many changes in a row a stream is told fewer, the newest among them. Each that was passed on to it either came
    or gave way to a newer one."""
    changes = 400
    with Server(tmp_path, *LONG_STREAMS, "--threads", "1", command="hub") as hub, Stream(hub.port, "busy") as stream:
        stream.head().expect(200)
        with Connection(hub.port) as connection:
            connection.send(b"".join(publish_request("busy", f"2026-05-01T09:30:00.{number:06}Z")
                                     for number in range(1, changes + 1)))
            for _ in range(changes):
                connection.read_response("POST").expect(200)
        with Stream(hub.port, "busy") as late:
            stream.stamp_at_least(late.next_stamp())
        offered = hub.metric("flagstream_stream_frames_offered_total")
        assert offered == len(stream.stamps) + hub.metric("flagstream_stream_frames_merged_total")
        assert len(stream.stamps) < changes


def test_spread(make_server, environment_on):
    """When the first client is told the last is not; in the end all are, each once or twice, though there were many
    changes."""
    server = make_server("--threads", "1", "--spread-ms", "4000")
    environment = environment_on(server)
    with StreamPool(server.port, [environment.key] * STREAMS) as pool:
        pool.wait(lambda one: one.events == 1, "the first events")
        first = pool.subscribers[0].latest
        delivered = server.metric("flagstream_stream_frames_delivered_total")
        with Stream(server.port, environment.key) as probe:
            probe.next_stamp()
            changes = publish_many(server.port, environment.key, 40)
            assert server.metric("flagstream_stream_frames_delivered_total") < delivered + STREAMS
            newest = first + changes * TICK
            pool.wait(lambda one: one.latest >= newest, "the newest stamp")
            probe.stamp_at_least(newest)
        assert all(one.events <= 3 for one in pool.subscribers)
        assert pool.total("breaks") == pool.total("clean_ends") == 0
