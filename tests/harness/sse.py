# SPDX-License-Identifier: Apache-2.0
"""Reading streams: head, chunk boundaries, events, and how the stream ended."""

import re
from fractions import Fraction
from urllib.parse import quote

from harness.deadline import Deadline
from harness.http import Connection, HeaderList, Response, encode_request, parse_head

EVENT = re.compile(rb'event: environment_updated\ndata: \{"updated_at": ([0-9]+\.[0-9]+)\}\nretry: 15000\n\n')
COMMENT = re.compile(rb":( keep-alive)?\n\n")


def stream_path(key: str) -> str:
    return f"/sse/environments/{key}/stream"


def identity_stream_path(key: str, identifier: str) -> str:
    return f"/sse/environments/{key}/identities/{quote(identifier, safe='')}/stream"


def identity_stream_path_by_base(key: str, identifier: str) -> str:
    """The same stream, where an SDK looks for it by its base-URL option."""
    return f"/identities/{quote(identifier, safe='')}{stream_path(key)}"


def stamp_in(chunk: bytes) -> Fraction | None:
    """The stamp of a chunk that is one event; None for a comment. Anything else is no chunk of a stream."""
    event = EVENT.fullmatch(chunk)
    if event:
        return Fraction(event[1].decode())
    assert COMMENT.fullmatch(chunk), f"neither one event nor one comment: {chunk!r}"
    return None


class StreamDecoder:
    """The bytes of one chunked answer, cut into head and chunks as they come in pieces of any size."""

    def __init__(self):
        self._buffer = bytearray()
        self.head: Response | None = None
        self.chunks: list[bytes] = []
        self.ended = False

    @property
    def left_over(self) -> bytes:
        """What came after the last chunk, or the part of a chunk that is not complete."""
        return bytes(self._buffer)

    def feed(self, data: bytes) -> list[bytes]:
        """The chunks that are complete now."""
        self._buffer += data
        if self.head is None and not self._read_head():
            return []
        fresh = []
        while not self.ended and (chunk := self._read_chunk()) is not None:
            fresh.append(chunk)
        if fresh and not fresh[-1]:
            fresh.pop()
            self.ended = True
        self.chunks += fresh
        return fresh

    def _read_head(self) -> bool:
        end = self._buffer.find(b"\r\n\r\n")
        if end < 0:
            return False
        self.head = parse_head(bytes(self._buffer[: end + 4]))
        assert self.head.headers.items_of("Transfer-Encoding") == {"chunked"}, self.head.head
        del self._buffer[: end + 4]
        return True

    def _read_chunk(self) -> bytes | None:
        line = self._buffer.find(b"\r\n")
        if line < 0:
            return None
        size = int(self._buffer[:line], 16)
        end = line + 2 + size + 2
        if len(self._buffer) < end:
            return None
        chunk = bytes(self._buffer[line + 2 : end - 2])
        assert self._buffer[end - 2 : end] == b"\r\n", bytes(self._buffer[:end])
        del self._buffer[:end]
        if size == 0:
            self.ended = True
        return chunk


class Stream:
    """One subscriber, read by the thread that asks."""

    def __init__(self, port: int, key: str = "", path: str | None = None, headers: HeaderList = (),
                 receive_buffer: int | None = None):
        self.connection = Connection(port, receive_buffer=receive_buffer)
        self.connection.send(encode_request("GET", path or stream_path(key), [*headers]))
        self._decoder = StreamDecoder()
        self._unread: list[bytes] = []

    def __enter__(self) -> "Stream":
        return self

    def __exit__(self, *_exception) -> None:
        self.connection.close()

    @property
    def chunks(self) -> list[bytes]:
        return self._decoder.chunks

    @property
    def stamps(self) -> list[Fraction]:
        """Those of all events read so far."""
        return [stamp for chunk in self.chunks if (stamp := stamp_in(chunk)) is not None]

    def head(self) -> Response:
        deadline = Deadline("the head of a stream")
        while self._decoder.head is None:
            self._receive(deadline)
        return self._decoder.head

    def next_chunk(self, what: str = "a chunk", seconds: float = 30.0) -> bytes:
        return self._next_chunk(Deadline(what, seconds))

    def next_chunk_or_end(self, seconds: float = 60.0) -> bytes | None:
        """The next chunk, or None after a clean end."""
        deadline = Deadline("a chunk or the end of the stream", seconds)
        while not self._unread and not self._decoder.ended:
            self._receive(deadline)
        return self._unread.pop(0) if self._unread else None

    def next_stamp(self, seconds: float = 30.0) -> Fraction:
        """The stamp of the next event; comments are passed over, and give it no more time."""
        deadline = Deadline("an event", seconds)
        while (stamp := stamp_in(self._next_chunk(deadline))) is None:
            continue
        return stamp

    def stamp_at_least(self, least: Fraction) -> Fraction:
        """Reads events up to the first with that stamp or a later one."""
        while (stamp := self.next_stamp()) < least:
            continue
        return stamp

    def read_to_last_chunk(self, seconds: float = 30.0) -> None:
        deadline = Deadline("the last chunk of the stream", seconds)
        while not self._decoder.ended:
            self._receive(deadline)

    def assert_clean_end(self) -> None:
        """After the last chunk nothing but a FIN: either the server's own, or the answer to ours if it kept the
        connection for a next request. A reset raises."""
        assert self._decoder.ended
        assert self._decoder.left_over == b"", self._decoder.left_over
        self.connection.half_close()
        assert self.connection.read_to_end() == b""

    def _next_chunk(self, deadline: Deadline) -> bytes:
        while not self._unread:
            assert not self._decoder.ended, f"the stream ended before {deadline.what}"
            self._receive(deadline)
        return self._unread.pop(0)

    def _receive(self, deadline: Deadline) -> None:
        self.connection.socket.settimeout(deadline.remaining())
        try:
            data = self.connection.socket.recv(1 << 16)
        except TimeoutError:
            deadline.remaining()
            raise
        if not data:
            raise ConnectionError(f"the stream broke off; unread: {self._decoder.left_over!r}")
        self._unread += self._decoder.feed(data)
