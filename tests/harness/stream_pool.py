# SPDX-License-Identifier: Apache-2.0
"""Many subscribers at once, all read by one thread."""

import dataclasses
import heapq
import itertools
import selectors
import socket
import struct
import threading
import time
from collections.abc import Callable
from fractions import Fraction

from harness.deadline import PATIENCE, wait_until
from harness.http import encode_request
from harness.sse import StreamDecoder, stamp_in, stream_path

# Closing sends a reset, as when something between the two goes away.
RESET_ON_CLOSE = struct.pack("ii", 1, 0)


@dataclasses.dataclass
class Subscriber:
    """What one place in the pool has seen, over all the streams it had one after the other."""

    path: str
    connection: socket.socket | None = None
    decoder: StreamDecoder | None = None
    latest: Fraction = Fraction(0)
    events: int = 0
    heads: int = 0
    clean_ends: int = 0
    breaks: int = 0
    # From a break, the n-th, to the next connection.
    seconds_after_break: Callable[[int], float] = lambda _breaks: 0.0
    # Of the stream that is open now: its newest stamp, 0 until its first event, and when it was opened (monotonic).
    latest_here: Fraction = Fraction(0)
    opened_at: float = 0.0


class StreamPool:
    """One subscriber per key, all on a thread of their own. With `reconnect`, each opens its next stream when one ends
    or breaks, as SDKs do, after as long as its `seconds_after_break` says. A stamp that goes back, and bytes that are no stream, are kept in `faults`."""

    def __init__(self, port: int, keys: list[str], *, reconnect: bool = False,
                 path_of: Callable[[str], str] = stream_path):
        self._port = port
        self._reconnect = reconnect
        self._selector = selectors.DefaultSelector()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="stream pool", daemon=True)
        self.subscribers = [Subscriber(path_of(key)) for key in keys]
        self.faults: list[str] = []
        # (when to open it, in which order, whom)
        self._numbers = itertools.count()
        self._waiting = [(0.0, next(self._numbers), subscriber) for subscriber in self.subscribers]
        self._cut = threading.Event()

    def __enter__(self) -> "StreamPool":
        self._thread.start()
        return self

    def __exit__(self, *_exception) -> None:
        self._stop.set()
        self._thread.join(30 * PATIENCE)
        for subscriber in self.subscribers:
            if subscriber.connection:
                subscriber.connection.close()

    def wait(self, condition: Callable[[Subscriber], bool], what: str, seconds: float = 60.0) -> None:
        """Until each subscriber meets the condition. Raises the first fault of the reading thread at once."""
        def all_do() -> bool:
            assert not self.faults, self.faults[:3]
            return all(condition(subscriber) for subscriber in self.subscribers)

        wait_until(all_do, what, seconds)
        assert not self.faults, self.faults[:3]

    def cut(self) -> None:
        """Breaks all connections at once."""
        self._cut.set()
        wait_until(lambda: not self._cut.is_set(), "the connections to be cut")

    def total(self, field: str) -> int:
        return sum(getattr(subscriber, field) for subscriber in self.subscribers)

    # ---- on the pool's thread ----

    def _run(self) -> None:
        while not self._stop.is_set():
            if self._cut.is_set():
                self._cut_all()
            self._open_some()
            for key, _mask in self._selector.select(timeout=0.02):
                self._read(key.data)

    def _open_some(self) -> None:
        """A few at a time, so that reading goes on between."""
        for _ in range(50):
            if not self._waiting or self._waiting[0][0] > time.monotonic():
                return
            _due, _number, subscriber = heapq.heappop(self._waiting)
            if not self._open(subscriber):
                # Nobody listens, as while the server is being started again.
                self._open_later(subscriber, 0.0)
                return

    def _open_later(self, subscriber: Subscriber, seconds: float) -> None:
        heapq.heappush(self._waiting, (time.monotonic() + seconds, next(self._numbers), subscriber))

    def _cut_all(self) -> None:
        for subscriber in self.subscribers:
            if subscriber.connection:
                subscriber.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
                self._break(subscriber)
        self._cut.clear()

    def _open(self, subscriber: Subscriber) -> bool:
        connection = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        try:
            connection.settimeout(5 * PATIENCE)
            connection.connect(("127.0.0.1", self._port))
            connection.sendall(encode_request("GET", subscriber.path))
        except OSError:
            connection.close()
            return False
        connection.setblocking(False)
        subscriber.connection = connection
        subscriber.decoder = StreamDecoder()
        # In this order: who sees the new time on another thread no longer sees the old stamp.
        subscriber.latest_here = Fraction(0)
        subscriber.opened_at = time.monotonic()
        self._selector.register(connection, selectors.EVENT_READ, subscriber)
        return True

    def _read(self, subscriber: Subscriber) -> None:
        try:
            data = subscriber.connection.recv(1 << 16)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self._break(subscriber)
            return
        try:
            self._take(subscriber, data)
        except (AssertionError, ValueError) as fault:
            self.faults.append(f"{subscriber.path}: {fault}")
            self._close(subscriber)

    def _take(self, subscriber: Subscriber, data: bytes) -> None:
        had_head = subscriber.decoder.head is not None
        fresh = subscriber.decoder.feed(data)
        subscriber.decoder.chunks.clear()
        if not had_head and subscriber.decoder.head is not None:
            assert subscriber.decoder.head.status == 200, subscriber.decoder.head.head
            subscriber.heads += 1
        for chunk in fresh:
            self._take_chunk(subscriber, chunk)
        if subscriber.decoder.ended:
            subscriber.clean_ends += 1
            self._close(subscriber)

    def _take_chunk(self, subscriber: Subscriber, chunk: bytes) -> None:
        stamp = stamp_in(chunk)
        if stamp is None:
            return
        assert stamp >= subscriber.latest, f"the stamp went back from {subscriber.latest} to {stamp}"
        assert stamp > subscriber.latest_here, f"{stamp} came twice on one stream"
        subscriber.latest = subscriber.latest_here = stamp
        subscriber.events += 1

    def _break(self, subscriber: Subscriber) -> None:
        subscriber.breaks += 1
        self._close(subscriber, subscriber.seconds_after_break(subscriber.breaks))

    def _close(self, subscriber: Subscriber, seconds_to_next: float = 0.0) -> None:
        self._selector.unregister(subscriber.connection)
        subscriber.connection.close()
        subscriber.connection = None
        if self._reconnect:
            self._open_later(subscriber, seconds_to_next)
