# SPDX-License-Identifier: Apache-2.0
"""HTTP/1.1 on a bare socket, so that a test sees and decides every byte."""

import ctypes
import dataclasses
import gzip
import json
import socket
import struct
from collections.abc import Iterable

from harness.deadline import Deadline

SO_ATTACH_FILTER = 26  # asm-generic/socket.h

HeaderList = Iterable[tuple[str, str]]


class Headers:
    """Header fields in the order they came; names without regard to case."""

    def __init__(self, pairs: HeaderList):
        self.pairs = list(pairs)

    def all(self, name: str) -> list[str]:
        return [value for key, value in self.pairs if key.lower() == name.lower()]

    def get(self, name: str) -> str | None:
        """The value of a field that may come once at most."""
        values = self.all(name)
        assert len(values) <= 1, f"{name} came {len(values)} times: {values}"
        return values[0] if values else None

    def items_of(self, name: str) -> set[str]:
        """The elements of a comma list, in lower case."""
        return {item.strip().lower() for value in self.all(name) for item in value.split(",") if item.strip()}

    def __contains__(self, name: str) -> bool:
        return bool(self.all(name))

    def __repr__(self) -> str:
        return repr(self.pairs)


@dataclasses.dataclass
class Response:
    """One answer. `chunks` is None unless the body came chunked."""

    status: int
    reason: str
    headers: Headers
    body: bytes = b""
    chunks: list[bytes] | None = None
    head: bytes = b""

    @property
    def content(self) -> bytes:
        """The body without its content coding."""
        return gzip.decompress(self.body) if self.headers.get("Content-Encoding") == "gzip" else self.body

    def json(self):
        return json.loads(self.content)

    def expect(self, status: int) -> "Response":
        assert self.status == status, f"{self.status} instead of {status}: {self.body[:500]!r}"
        return self


def parse_head(head: bytes) -> Response:
    """A response head, strictly: CRLF line ends, no folding, no space before the colon."""
    assert head.endswith(b"\r\n\r\n"), head
    lines = head[:-4].split(b"\r\n")
    assert not any(b"\n" in line or b"\r" in line for line in lines), head
    version, _, rest = lines[0].decode("ascii").partition(" ")
    assert version == "HTTP/1.1", lines[0]
    code, _, reason = rest.partition(" ")
    pairs = []
    for line in lines[1:]:
        name, colon, value = line.decode("latin-1").partition(":")
        assert colon and name and name == name.strip(), line
        pairs.append((name, value.strip()))
    return Response(int(code), reason, Headers(pairs), head=head)


def encode_request(method: str, target: str, headers: HeaderList = (), body: bytes | None = None) -> bytes:
    """A request with Host, and Content-Length if there is a body, unless `headers` name them."""
    pairs = list(headers)
    names = {name.lower() for name, _ in pairs}
    if "host" not in names:
        pairs.insert(0, ("Host", "flags.example"))
    if body is not None and not names & {"content-length", "transfer-encoding"}:
        pairs.append(("Content-Length", str(len(body))))
    lines = [f"{method} {target} HTTP/1.1"] + [f"{name}: {value}" for name, value in pairs]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("utf-8") + (body or b"")


def encode_chunks(pieces: Iterable[bytes]) -> bytes:
    return b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"


class Connection:
    """One connection to the server on this machine; used by one thread at a time."""

    def __init__(self, port: int, receive_buffer: int | None = None, seconds: float = 30.0, source: str = "127.0.0.1"):
        self._seconds = seconds
        self._buffer = bytearray()
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        if receive_buffer is not None:
            # Before connect, since it decides the window that is announced.
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.settimeout(seconds)
        if source != "127.0.0.1":
            self.socket.bind((source, 0))
        self.socket.connect(("127.0.0.1", port))

    def __enter__(self) -> "Connection":
        return self

    def __exit__(self, *_exception) -> None:
        self.close()

    def close(self) -> None:
        self.socket.close()

    def hear_nothing(self) -> None:
        """From now on the kernel drops all that comes for this connection, unacknowledged: to the peer it has vanished.
        By a filter of one instruction, "keep 0 bytes" (linux/filter.h)."""
        program = ctypes.create_string_buffer(struct.pack("HBBI", 0x06, 0, 0, 0))  # BPF_RET | BPF_K
        self.socket.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, struct.pack("HL", 1, ctypes.addressof(program)))

    def half_close(self) -> None:
        self.socket.shutdown(socket.SHUT_WR)

    def send(self, data: bytes) -> None:
        self.socket.sendall(data)

    def request(self, method: str, target: str, headers: HeaderList = (), body: bytes | None = None) -> Response:
        self.send(encode_request(method, target, headers, body))
        return self.read_response(method)

    def get(self, target: str, headers: HeaderList = ()) -> Response:
        return self.request("GET", target, headers)

    # ---- reading ----

    def read_response(self, method: str = "GET", deadline: Deadline | None = None) -> Response:
        """The next final or interim response in full."""
        deadline = deadline or Deadline("a response", self._seconds)
        response = parse_head(self.read_until(b"\r\n\r\n", deadline))
        if method == "HEAD" or response.status in (204, 304) or response.status < 200:
            return response
        if response.headers.items_of("Transfer-Encoding"):
            assert "Content-Length" not in response.headers, response.head
            assert response.headers.items_of("Transfer-Encoding") == {"chunked"}, response.head
            response.chunks = list(self._read_chunks(deadline))
            response.body = b"".join(response.chunks)
            return response
        length = response.headers.get("Content-Length")
        assert length is not None, f"neither length nor chunks: {response.head!r}"
        response.body = self.read_exactly(int(length), deadline)
        return response

    def _read_chunks(self, deadline: Deadline):
        while True:
            size = int(self.read_until(b"\r\n", deadline)[:-2], 16)
            data = self.read_exactly(size + 2, deadline)
            assert data.endswith(b"\r\n"), data
            if size == 0:
                return
            yield data[:-2]

    def read_until(self, mark: bytes, deadline: Deadline | None = None) -> bytes:
        deadline = deadline or Deadline(repr(mark), self._seconds)
        while (at := self._buffer.find(mark)) < 0:
            self._receive(deadline)
        return self._take(at + len(mark))

    def read_exactly(self, count: int, deadline: Deadline | None = None) -> bytes:
        deadline = deadline or Deadline(f"{count} bytes", self._seconds)
        while len(self._buffer) < count:
            self._receive(deadline)
        return self._take(count)

    def read_to_end(self, deadline: Deadline | None = None) -> bytes:
        """All bytes up to the peer's FIN. A reset raises ConnectionResetError."""
        deadline = deadline or Deadline("the end of the connection", self._seconds)
        while True:
            self.socket.settimeout(deadline.remaining())
            data = self.socket.recv(1 << 16)
            if not data:
                return self._take(len(self._buffer))
            self._buffer += data

    def _take(self, count: int) -> bytes:
        data = bytes(self._buffer[:count])
        del self._buffer[:count]
        return data

    def _receive(self, deadline: Deadline) -> None:
        self.socket.settimeout(deadline.remaining())
        try:
            data = self.socket.recv(1 << 16)
        except TimeoutError:
            deadline.remaining()
            raise
        if not data:
            raise ConnectionError(f"closed while waiting for {deadline.what}; unread: {bytes(self._buffer[:200])!r}")
        self._buffer += data


def fetch(port: int, target: str, headers: HeaderList = (), method: str = "GET", body: bytes | None = None) -> Response:
    """One request on a connection of its own."""
    with Connection(port) as connection:
        return connection.request(method, target, headers, body)
