# SPDX-License-Identifier: Apache-2.0
"""What subscribers see on the stream. Each test bears the number it has in the wire specification's list."""

import datetime
import json
import math
import re
import threading
from fractions import Fraction

import pytest

from harness.admin import Admin
from harness.deadline import wait_until
from harness.gate import Gate
from harness.http import Connection, encode_request
from harness.publish import publish_many, publish_one_by_one, publish_request, publish_until_behind
from harness.server import LONG_STREAMS, PUBLISH_TOKEN
from harness.sse import COMMENT, EVENT, Stream, stamp_in, stream_path
from harness.stamps import STAMP_HEADER, TICK, parse_stamp, stamp_of, stamp_of_iso
from harness.stream_pool import StreamPool

pytestmark = pytest.mark.wire


# ---- 16: bytes ----

def test_wire_16_head_and_bytes(make_server, environment_on):
    """The head comes before any event, chunked; event and comment are the exact bytes; no CR is in the body."""
    server = make_server("--keepalive", "1")
    environment = environment_on(server)
    unknown = Stream(server.port, "no-such-key")
    head = unknown.head()
    assert head.status == 200
    assert head.headers.get("Content-Type").split(";")[0] == "text/event-stream"
    assert head.headers.get("Cache-Control") == "no-cache"
    assert head.headers.get("X-Accel-Buffering") == "no"
    assert head.headers.get("X-Content-Type-Options") == "nosniff"
    assert head.headers.get("Access-Control-Allow-Origin") == "*"
    assert head.headers.get("Transfer-Encoding") == "chunked"
    assert "Content-Encoding" not in head.headers and "Content-Length" not in head.headers
    assert unknown.chunks == [] or all(COMMENT.fullmatch(chunk) for chunk in unknown.chunks)
    unknown.connection.close()

    with Stream(server.port, environment.key, headers=[("Accept-Encoding", "gzip")]) as stream:
        first = stream.next_chunk()
        text = environment.flags().headers.get(STAMP_HEADER)
        assert first == f'event: environment_updated\ndata: {{"updated_at": {text}}}\nretry: 15000\n\n'.encode()
        assert stream.next_chunk("a keep-alive comment") in (b":\n\n", b": keep-alive\n\n")
        environment.set("dark", enabled=True)
        while stamp_in(stream.next_chunk()) is None:
            continue
        assert not any(b"\r" in chunk for chunk in stream.chunks)


@pytest.mark.parametrize("accept", [
    ["text/event-stream"], ["application/json, text/event-stream"], ["application/json , text/event-stream"],
    ["application/json", "text/event-stream"], ["text/event-stream, application/json; charset=utf-8"], ["*/*"], [],
    ["text/html"],
], ids=repr)
def test_wire_16_any_accept(environment, accept):
    """Whatever Accept says, the stream is the answer; also with the path's slash and a server key."""
    for path in (stream_path(environment.key), stream_path(environment.key) + "/", stream_path(environment.server_key)):
        with Stream(environment.port, path=path, headers=[("Accept", value) for value in accept]) as stream:
            assert stream.head().headers.get("Content-Type").startswith("text/event-stream")
            assert stream.next_stamp() == environment.stamp()


# ---- 17: chunks ----

def test_wire_17_event_is_one_chunk(environment):
    """Each event is one chunk of its own."""
    with Stream(environment.port, environment.key) as stream:
        stream.next_stamp()
        for number in range(50):
            environment.set("banner", feature_state_value=number)
        stream.stamp_at_least(environment.stamp())
        assert all(EVENT.fullmatch(chunk) or COMMENT.fullmatch(chunk) for chunk in stream.chunks)


@pytest.mark.load
def test_wire_17_whole_under_back_pressure(make_server, environment_on):
    """A reader with the smallest of windows that stalls through many changes still gets whole events only, fewer than
    others got, and the newest at the end."""
    server = make_server()
    environment = environment_on(server)
    with (Stream(server.port, environment.key, receive_buffer=2048) as stalled,
          Stream(server.port, environment.key) as reader):
        stalled.next_stamp()
        reader.next_stamp()
        publish_until_behind(server, environment.key, reader, 1)
        newest = publish_one_by_one(server.port, environment.key, reader, 100)
        stalled.stamp_at_least(newest)
        stamps = stalled.stamps
        assert stamps == sorted(set(stamps)) and set(stamps) < set(reader.stamps)
        assert len(reader.stamps) - len(stamps) > 50


# ---- 18: the first event ----

def test_wire_18_first_event_equals_header(environment):
    """The first event of a stream has the text of the header of a fetch just before."""
    for number in range(10):
        text = environment.flags().headers.get(STAMP_HEADER)
        with Stream(environment.port, environment.key) as stream:
            assert EVENT.fullmatch(stream.next_chunk())[1].decode() == text
        environment.set("banner", feature_state_value=number)


# ---- 19: stamps ----

@pytest.mark.load
def test_wire_19_stamps_rise(make_server, environment_on):
    """10,000 quick changes: all stamps seen are multiples of 1/64 s with a fraction and rise strictly, and none was
    lost. By then stamps lead the clock, so what follows, also after a restart, sees a clock that stands behind."""
    server = make_server(*LONG_STREAMS)
    environment = environment_on(server)
    with Stream(server.port, environment.key) as stream:
        first = stream.next_stamp()
        count = publish_many(server.port, environment.key, 10_000)
        environment.set("banner", feature_state_value="last")
        newest = environment.stamp()
        assert newest >= first + (count + 1) * TICK, "each change has a stamp of its own"
        stream.stamp_at_least(newest)
        texts = [EVENT.fullmatch(chunk)[1].decode() for chunk in stream.chunks if not COMMENT.fullmatch(chunk)]
        stamps = [parse_stamp(text) for text in texts]
        assert stamps == sorted(set(stamps)) and all(stamp % TICK == 0 for stamp in stamps)
    clock = Fraction(datetime.datetime.now(datetime.UTC).timestamp())
    assert newest > clock, "the changes were too slow for stamps to lead the clock"
    environment.set("banner", feature_state_value="after")
    assert environment.stamp() == newest + TICK
    server.restart()
    environment.admin.forget_connection()
    assert environment.stamp() >= newest + TICK
    before = environment.stamp()
    environment.set("banner", feature_state_value="later")
    assert environment.stamp() == before + TICK


# ---- 20: arithmetic of the clients ----

def go_time(text: str) -> tuple[int, int]:
    """As the Go SDK makes a time of the number: whole seconds and truncated nanoseconds."""
    fraction, seconds = math.modf(float(text))
    return int(seconds), int(fraction * 1e9)


def python_time(text: str) -> datetime.datetime:
    """As the Python SDK does: rounded to microseconds."""
    return datetime.datetime.fromtimestamp(float(text), tz=datetime.UTC)


def test_wire_20_equal_for_all(environment):
    """Go's truncation, Python's rounding and plain doubles all find stream, header and document equal."""
    with Stream(environment.port, environment.key) as stream:
        for number in range(100):
            environment.set("banner", feature_state_value=number)
            answer = environment.document()
            header = answer.headers.get(STAMP_HEADER)
            in_document = datetime.datetime.fromisoformat(answer.json()["updated_at"])
            while (match := EVENT.fullmatch(stream.next_chunk())) is None or match[1].decode() != header:
                continue
            event = match[1].decode()
            exact = stamp_of_iso(answer.json()["updated_at"])
            assert go_time(event) == (int(exact), int((exact % 1) * 10**9))
            assert python_time(event) == in_document
            assert float(event) == float(header) and Fraction(float(event)) == exact


# ---- 21: the end ----

def test_wire_21_clean_end(make_server, environment_on):
    """At the age limit each of many streams gets its last chunk and then at most a FIN, never a reset."""
    server = make_server("--stream-max-age", "5", "--keepalive", "2")
    environment = environment_on(server)
    streams = [Stream(server.port, environment.key) for _ in range(20)] + [Stream(server.port, "no-such-key")]
    for stream in streams:
        stream.read_to_last_chunk(seconds=30)
        stream.assert_clean_end()
    assert all(len(stream.stamps) == 1 for stream in streams[:-1]) and streams[-1].stamps == []
    assert all(len(stream.chunks) > 1 for stream in streams), "a keep-alive comment came before the end"


# ---- 22: what cannot be served ----

def test_wire_22_unknown_key(make_server, environment_on):
    """An unknown key, and one whose project has real-time off, get an idle stream of comments that ends cleanly."""
    server = make_server("--stream-max-age", "5", "--keepalive", "1")
    environment = environment_on(server)
    environment.project.patch(enable_realtime_updates=False)
    streams = [Stream(server.port, key) for key in ("no-such-key", environment.key, environment.server_key)]
    environment.set("dark", enabled=True)
    for stream in streams:
        assert stream.head().status == 200
        stream.read_to_last_chunk()
        stream.assert_clean_end()
        assert stream.stamps == [] and len(stream.chunks) >= 1


def test_wire_22_realtime_switched_on(environment):
    """Real-time switched on again reaches who connects then."""
    environment.project.patch(enable_realtime_updates=False)
    environment.project.patch(enable_realtime_updates=True)
    with Stream(environment.port, environment.key) as stream:
        first = stream.next_stamp()
        environment.set("dark", enabled=True)
        assert stream.next_stamp() > first


def test_wire_22_over_the_limit(make_server, environment_on):
    """Past the limit of streams a subscriber still gets 200, nothing but comments, and a clean end; places that become
    free are given again."""
    server = make_server("--max-streams", "3")
    environment = environment_on(server)
    served = [Stream(server.port, environment.key) for _ in range(3)]
    for stream in served:
        stream.next_stamp()
    over = [Connection(server.port) for _ in range(3)]
    for connection in over:
        connection.send(encode_request("GET", stream_path(environment.key)))
    for connection in over:
        answer = connection.read_response()
        assert answer.status == 200 and answer.headers.get("Content-Type").startswith("text/event-stream")
        assert COMMENT.fullmatch(answer.body)
        connection.half_close()
        assert connection.read_to_end() == b""
    environment.set("dark", enabled=True)
    for stream in served:
        stream.stamp_at_least(environment.stamp())
        stream.connection.close()

    def gets_an_event() -> bool:
        with Connection(server.port) as connection:
            connection.send(encode_request("GET", stream_path(environment.key)))
            head = connection.read_until(b"\r\n\r\n")
            return b"chunked" in head and EVENT.search(connection.read_until(b"\n\n")) is not None

    assert wait_until(gets_an_event, "a place that became free")


# ---- 23: shutdown ----

def test_wire_23_shutdown_ends_streams(make_server, environment_on):
    """Asked to end, the server ends every stream with its last chunk, and exits with 0."""
    server = make_server("--threads", "2")
    environment = environment_on(server)
    streams = [Stream(server.port, environment.key) for _ in range(50)]
    for stream in streams:
        stream.next_stamp()
    server.stop()
    for stream in streams:
        stream.read_to_last_chunk()
        stream.assert_clean_end()


def test_wire_23_second_listener(make_server):
    """While one node ends its streams another already accepts: who reconnects the moment its stream ends gets in."""
    first = make_server(name="first")
    second = make_server(name="second")
    with Gate(first.port) as gate, StreamPool(gate.port, ["demo-development"] * 20, reconnect=True) as pool:
        pool.wait(lambda one: one.events == 1, "the first events")
        # What stands before the nodes sends new connections to the other one.
        gate.target = second.port
        first.stop()
        pool.wait(lambda one: one.clean_ends == 1 and one.heads == 2 and one.events >= 1, "the next streams")
        assert pool.total("breaks") == 0


# ---- 24: data before notice ----

@pytest.mark.load
def test_wire_24_data_before_notice(make_server, environment_on):
    """A fetch in reaction to an event, on whichever shard, is answered with data at least as new as the event."""
    server = make_server("--threads", "4")
    environment = environment_on(server)
    writer_done = threading.Event()

    def write() -> None:
        writer = Admin(server.port)
        path = environment.state_path("banner")
        for number in range(150):
            writer.put(path, {"feature_state_value": number})
        writer_done.set()

    connections = [Connection(server.port) for _ in range(32)]
    with Stream(server.port, environment.key) as stream:
        stream.next_stamp()
        writer = threading.Thread(target=write, daemon=True)
        writer.start()
        events = 0
        while not writer_done.is_set() or stream.stamps[-1] < environment.stamp():
            stamp = stream.next_stamp()
            events += 1
            request = encode_request("GET", "/api/v1/flags/", [("X-Environment-Key", environment.key)])
            for connection in connections:
                connection.send(request)
            for connection in connections:
                assert stamp_of(connection.read_response().expect(200)) >= stamp
        writer.join(30)
    assert events > 10, "too few events to tell anything"
    for connection in connections:
        connection.close()


# ---- 28: a client that reads to the end ----

def test_wire_28_reads_to_the_end(make_server, environment_on):
    """A client that looks at a stream only when it has ended finds a change of its time in it."""
    server = make_server("--stream-max-age", "5")
    environment = environment_on(server)
    held = environment.stamp()
    with Stream(server.port, environment.key) as stream:
        stream.head()
        environment.set("dark", enabled=True)
        stream.read_to_last_chunk()
        body = b"".join(stream.chunks).decode()
    values = [json.loads(line.removeprefix("data: "))["updated_at"]
              for line in body.split("\n") if line.startswith("data: ")]
    assert values[0] <= float(held) < values[-1] == float(environment.stamp())


# ---- 30: a reader that stops ----

@pytest.mark.load
def test_wire_30_reader_that_stops(make_server, environment_on):
    """One that stops reading delays nobody, gets the newest stamp when it drains, and is closed and counted after the
    write timeout if it does not."""
    server = make_server("--write-timeout", "5")
    environment = environment_on(server)
    drains = Stream(server.port, environment.key, receive_buffer=2048)
    never = Stream(server.port, environment.key, receive_buffer=2048)
    drains.next_stamp()
    never.next_stamp()
    with Stream(server.port, environment.key) as reader:
        reader.next_stamp()
        newest = publish_until_behind(server, environment.key, reader, 2)
        # Nothing was read on the two meanwhile; now one of them is.
        assert drains.stamp_at_least(newest) == newest
        wait_until(lambda: server.metric("flagstream_streams_ended_total", reason="write_timeout") == 1,
                   "the stream that never reads to be closed")
        environment.set("dark", enabled=True)
        newest = environment.stamp()
        assert reader.stamp_at_least(newest) == drains.stamp_at_least(newest) == newest
    drains.connection.close()
    never.connection.close()


# ---- 31: publishing ----

def test_wire_31_queue_change_of_serve(make_server):
    """Beside its own data the server takes queue-change as "tell everyone now": a stamp of its own, not the body's."""
    server = make_server()
    key = "demo-development"
    with Stream(server.port, key) as stream, Connection(server.port) as connection:
        first = stream.next_stamp()
        for updated_at in ("1999-01-01T00:00:00Z", "2099-01-01T00:00:00+00:00"):
            connection.send(publish_request(key, updated_at))
            assert connection.read_response("POST").expect(200).json() == {}
            following = stream.next_stamp()
            assert first < following < first + 600 and following % TICK == 0
            first = following
        connection.send(publish_request(key, token="wrong"))
        connection.read_response("POST").expect(401)
        connection.send(publish_request(key))
        connection.read_response("POST").expect(200)
        assert len(stream.stamps) == 3 and stream.next_stamp() > first and len(stream.stamps) == 4


def test_wire_31_without_token(make_server):
    """A server that was given no publishing token takes no queue-change."""
    server = make_server(environment={"FLAGSTREAM_PUBLISH_TOKEN": None})
    with Connection(server.port) as connection:
        for token in (PUBLISH_TOKEN, ""):
            connection.send(publish_request("demo-development", token=token))
            assert connection.read_response("POST").status in (401, 404)


# ---- 32: what is ignored ----

def test_wire_32_query_and_last_event_id(environment):
    """Query strings and Last-Event-ID change nothing."""
    text = environment.flags().headers.get(STAMP_HEADER).encode()
    for query in ("?lastEventId=7", "?lastEventId=", "?a=b&a=c", "?%zz", "?" + "x" * 2000):
        with Stream(environment.port, path=stream_path(environment.key) + query,
                    headers=[("Last-Event-ID", "1"), ("Cache-Control", "no-cache")]) as stream:
            assert re.search(rb'"updated_at": ([0-9.]+)', stream.next_chunk())[1] == text
