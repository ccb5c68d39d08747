# SPDX-License-Identifier: Apache-2.0
"""A TCP gate between a client and the server: it can delay, cut, slice, stall and hold answers, and it
notes what passes."""

import contextlib
import dataclasses
import re
import socket
import threading
import time

from harness.server import free_port
from harness.sse import EVENT

PIECE = 1 << 16


@dataclasses.dataclass
class Passed:
    """One request that went through: its head, and of a body with a length what has come of it."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytearray = dataclasses.field(default_factory=bytearray)

    @property
    def path(self) -> str:
        return self.target.partition("?")[0]

    @property
    def body_length(self) -> int:
        return int(self.headers.get("content-length", "0"))


class RequestSpotter:
    """Finds requests in what one client sends. One is found with its head; its body is filled in as it comes."""

    def __init__(self):
        self._buffer = bytearray()
        self._last: Passed | None = None

    def feed(self, data: bytes) -> list[Passed]:
        self._buffer += data
        found = []
        while True:
            body_left = self._fill_body()
            end = self._buffer.find(b"\r\n\r\n")
            if body_left or end < 0:
                return found
            self._last = self._parse(self._buffer[:end].decode("latin-1"))
            found.append(self._last)
            del self._buffer[: end + 4]

    def _fill_body(self) -> int:
        """Bytes that its body still lacks."""
        if self._last is None:
            return 0
        left = self._last.body_length - len(self._last.body)
        self._last.body += self._buffer[:left]
        del self._buffer[:left]
        return self._last.body_length - len(self._last.body)

    @staticmethod
    def _parse(head: str) -> Passed:
        first, *lines = head.split("\r\n")
        method, target, _version = first.split(" ")
        pairs = (line.partition(":") for line in lines)
        return Passed(method, target, {name.lower(): value.strip() for name, _, value in pairs})


class Hold:
    """Answers that a gate holds back. `requests`: those that wait for one."""

    def __init__(self, pattern: re.Pattern, method: str):
        self._pattern = pattern
        self._method = method
        self.requests: list[Passed] = []
        self.released = threading.Event()

    def is_meant(self, request: Passed) -> bool:
        return request.method == self._method and self._pattern.fullmatch(request.path) is not None


class Gate:
    """Listens on a port of its own and passes bytes on to `target`. Switches, which act on open connections too:

    target       the port of new connections' server
    delay        seconds each piece waits on its way to the client
    slice_bytes  largest piece passed on at once to the client, None = as it comes
    stalled()    inside, nothing goes to the client
    holding()    inside, answers to some requests do not go to the client
    cut()        ends all connections
    """

    def __init__(self, target: int):
        self.target = target
        self._lock = threading.Lock()
        self._links: list[tuple[socket.socket, socket.socket]] = []
        self._open = threading.Event()
        self._open.set()
        self._holds: list[Hold] = []
        # Not one that the kernel chooses, who would soon give it again: threads of an SDK that was closed may still call.
        self.port = free_port()
        self._listener = socket.create_server(("127.0.0.1", self.port), backlog=512)
        self.delay = 0.0
        self.slice_bytes: int | None = None
        self.requests: list[Passed] = []
        self.events = 0
        self.clean_ends = 0
        threading.Thread(target=self._accept, name="gate", daemon=True).start()

    def __enter__(self) -> "Gate":
        return self

    def __exit__(self, *_exception) -> None:
        self.close()

    def close(self) -> None:
        self._listener.close()
        self._open.set()
        for hold in [*self._holds]:
            hold.released.set()
        self.cut()

    @contextlib.contextmanager
    def stalled(self):
        self._open.clear()
        try:
            yield
        finally:
            self._open.set()

    @contextlib.contextmanager
    def holding(self, pattern: str, method: str = "GET"):
        """Requests of the method whose path matches go to the server, and what comes for them waits here until the end of
        the block. Their connections must carry nothing else meanwhile."""
        hold = Hold(re.compile(pattern), method)
        with self._lock:
            self._holds.append(hold)
        try:
            yield hold
        finally:
            with self._lock:
                self._holds.remove(hold)
            hold.released.set()

    def cut(self) -> int:
        """Ends every open connection in the middle of whatever it was doing. How many there were."""
        with self._lock:
            links, self._links = self._links, []
        for client, server in links:
            with contextlib.suppress(OSError):
                client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
            for end in (client, server):
                with contextlib.suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)
        return len(links)

    def count(self, pattern: str, method: str = "GET") -> int:
        """Requests so far whose path matches."""
        matches = re.compile(pattern).fullmatch
        with self._lock:
            return sum(1 for passed in self.requests if passed.method == method and matches(passed.path))

    def bodies(self, pattern: str, method: str = "POST") -> list[bytes]:
        """Of the requests so far whose path matches, those that have come whole."""
        matches = re.compile(pattern).fullmatch
        with self._lock:
            return [bytes(passed.body) for passed in self.requests
                    if passed.method == method and matches(passed.path) and len(passed.body) == passed.body_length]

    # ---- threads: one accepts, two per connection pass bytes on ----

    def _accept(self) -> None:
        while True:
            try:
                client, _address = self._listener.accept()
            except OSError:
                return
            try:
                server = socket.create_connection(("127.0.0.1", self.target), timeout=30)
            except OSError:
                client.close()
                continue
            for end in (client, server):
                end.settimeout(None)
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self._lock:
                self._links.append((client, server))
            threading.Thread(target=self._link, args=(client, server), name="gate link", daemon=True).start()

    def _link(self, client: socket.socket, server: socket.socket) -> None:
        """One connection from its beginning to its end."""
        ended = threading.Event()
        holds: list[Hold] = []
        upward = threading.Thread(target=self._to_server, args=(client, server, ended, holds), name="gate upward",
                                  daemon=True)
        upward.start()
        self._to_client(client, server, holds)
        ended.set()
        upward.join()
        with self._lock, contextlib.suppress(ValueError):
            self._links.remove((client, server))
        client.close()
        server.close()

    def _to_server(self, client: socket.socket, server: socket.socket, ended: threading.Event,
                   holds: list[Hold]) -> None:
        """What comes after the server's end reaches nobody and is not noted; a client may then ask once more."""
        spotter = RequestSpotter()
        with contextlib.suppress(OSError):
            while data := client.recv(PIECE):
                if ended.is_set():
                    return
                with self._lock:
                    passed = spotter.feed(data)
                    self.requests += passed
                    for hold in self._holds:
                        matching = [one for one in passed if hold.is_meant(one)]
                        hold.requests += matching
                        holds += [hold] * bool(matching)
                server.sendall(data)
            server.shutdown(socket.SHUT_WR)

    def _to_client(self, client: socket.socket, server: socket.socket, holds: list[Hold]) -> None:
        seen = b""
        with contextlib.suppress(OSError):
            while data := server.recv(PIECE):
                while holds:
                    holds.pop().released.wait()
                seen = self._note(seen + data)
                self._pass_on(client, data)
            client.shutdown(socket.SHUT_WR)

    def _note(self, seen: bytes) -> bytes:
        """Counts events and ends of streams; returns the tail that may belong to one not complete yet."""
        done = 0
        with self._lock:
            for event in EVENT.finditer(seen):
                self.events += 1
                done = event.end()
            if seen[done:].endswith(b"\r\n0\r\n\r\n"):
                self.clean_ends += 1
                done = len(seen)
        return seen[max(done, len(seen) - 200):]

    def _pass_on(self, client: socket.socket, data: bytes) -> None:
        size = self.slice_bytes or len(data)
        for at in range(0, len(data), size):
            self._open.wait()
            if self.delay:
                time.sleep(self.delay)
            client.sendall(data[at : at + size])
