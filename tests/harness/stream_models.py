# SPDX-License-Identifier: Apache-2.0
"""How each SDK with real-time follows a stream, in what matters to a server: how it cuts the bytes, what it compares,
when it fetches and when it opens the next stream. For those whose package cannot be had where tests run."""

import json
import random
import threading
import time
from abc import abstractmethod

from harness.admin import Environment
from harness.deadline import wait_until
from harness.http import HeaderList, fetch
from harness.sse import Stream
from harness.stamps import STAMP_HEADER, stamp_of_iso

NANOSECONDS = 1_000_000_000


class StreamModel:
    """One client on threads of its own. `faults` holds what would have hurt the SDK."""

    fetch_path = "/api/v1/flags/"
    stream_headers: HeaderList = ()
    server_key = False
    # Streams that it holds at once.
    streams_at_once = 1

    def __init__(self, environment: Environment):
        self._environment = environment
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self.fetches = 0
        self.streams = 0
        self.chunks = 0
        self.ends = 0
        self.banner = None
        self.faults: list[str] = []
        self.start_up()
        self._threads = [threading.Thread(target=self._run, name=type(self).__name__, daemon=True)
                         for _ in range(self.streams_at_once)]
        for thread in self._threads:
            thread.start()

    def close(self) -> None:
        self._stop.set()

    def wait_for_banner(self, value) -> None:
        def there() -> bool:
            assert not self.faults, self.faults[:3]
            return self.banner == value
        wait_until(there, f"{type(self).__name__} to have {value}")

    # ---- what differs ----

    def start_up(self) -> None:
        """Before the first stream."""
        self.fetch()

    def on_bytes(self, data: bytes) -> None:
        """One piece of the body as it came."""
        for line in data.decode().split("\n"):
            if line.startswith("data: "):
                self.on_event(json.loads(line.removeprefix("data: "), parse_int=self._no_integer)["updated_at"])

    def on_event(self, updated_at: float) -> None:
        if self.is_newer(updated_at):
            self.fetch()

    @abstractmethod
    def is_newer(self, updated_at: float) -> bool:
        ...

    def on_clean_end(self) -> None:
        """After the last chunk."""

    def pause(self) -> None:
        """Between a clean end and the next stream."""

    @staticmethod
    def seconds_after_break(_breaks: int) -> float | None:
        """Between a connection that broke, the n-th in a row, and the next; None: there is none. A program of someone's own
        may ask again at once."""
        return 0.0

    def take(self, answer) -> None:
        """The answer to a fetch."""
        self.banner = next(one["feature_state_value"] for one in answer.json() if one["feature"]["name"] == "banner")

    # ---- what all do ----

    def fetch(self) -> None:
        key = self._environment.server_key if self.server_key else self._environment.key
        answer = fetch(self._environment.port, self.fetch_path, [("X-Environment-Key", key)]).expect(200)
        with self._lock:
            self.fetches += 1
        self.take(answer)

    def _no_integer(self, text: str) -> None:
        raise ValueError(f"updated_at without a fraction: {text}")

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                self._follow_one_stream()
            except (OSError, AssertionError, ValueError, KeyError) as fault:
                if not self._stop.is_set():
                    self.faults.append(f"{type(fault).__name__}: {fault}")
                # As Android: after anything but a clean end there is no next stream.
                return

    def _follow_one_stream(self) -> None:
        with Stream(self._environment.port, self._environment.key, headers=self.stream_headers) as stream:
            with self._lock:
                self.streams += 1
            head = stream.head().expect(200)
            assert head.headers.get("Content-Type").partition(";")[0] == "text/event-stream", head.head
            while (chunk := stream.next_chunk_or_end()) is not None:
                if self._stop.is_set():
                    return
                self.on_bytes(chunk)
                with self._lock:
                    self.chunks += 1
            self.on_clean_end()
            with self._lock:
                self.ends += 1
        self.pause()


class Go(StreamModel):
    """Holds the document. Its time of an event is the number cut to nanoseconds."""

    fetch_path = "/api/v1/environment-document/"
    stream_headers = (("User-Agent", "Go-http-client/1.1"), ("Accept-Encoding", "gzip"))
    server_key = True

    @staticmethod
    def seconds_after_break(breaks: int) -> float:
        return min(0.2 * 2 ** (breaks - 1), 51.2) + random.uniform(0, 1)

    def take(self, answer) -> None:
        document = answer.json()
        self._updated_at = int(stamp_of_iso(document["updated_at"]) * NANOSECONDS)
        self.banner = next(one["feature_state_value"] for one in document["feature_states"]
                           if one["feature"]["name"] == "banner")

    def is_newer(self, updated_at: float) -> bool:
        seconds = int(updated_at)
        return seconds * NANOSECONDS + int((updated_at - seconds) * NANOSECONDS) > self._updated_at


class Python(Go):
    """The same, in whole microseconds."""

    stream_headers = (("User-Agent", "python-requests/2.34.0"), ("Accept-Encoding", "gzip, deflate"),
                      ("Accept", "application/json, text/event-stream"))

    @staticmethod
    def seconds_after_break(_breaks: int) -> float:
        return 1.0

    def is_newer(self, updated_at: float) -> bool:
        return round(updated_at * 1_000_000) * 1_000 > self._updated_at


class Ruby(Go):
    """Reads a stream only after it has ended, and compares with the last event it saw."""

    stream_headers = (("User-Agent", "Faraday v2.14.0"), ("Accept", "*/*"))

    @staticmethod
    def seconds_after_break(_breaks: int) -> float:
        return 0.5

    def start_up(self) -> None:
        super().start_up()
        self._last = 0.0
        self._body = b""

    def on_bytes(self, data: bytes) -> None:
        self._body += data

    def on_clean_end(self) -> None:
        body, self._body = self._body, b""
        super().on_bytes(body)

    def pause(self) -> None:
        self._stop.wait(0.5)

    def is_newer(self, updated_at: float) -> bool:
        newer = updated_at > self._last
        self._last = max(self._last, updated_at)
        return newer


class Ios(StreamModel):
    """Each piece is parsed by itself; its own stamp stays 0, so it fetches at each event."""

    stream_headers = (("Accept", "text/event-stream, application/json; charset=utf-8"), ("Cache-Control", "no-cache"),
                      ("User-Agent", "flagsmith-swift-ios-sdk/3.10.0"))

    @staticmethod
    def seconds_after_break(breaks: int) -> float:
        return min(2.0 ** (breaks - 1), 60.0)

    def on_bytes(self, data: bytes) -> None:
        for line in data.decode().split("\n"):
            if line.startswith("data:"):
                self.on_event(json.loads(line.removeprefix("data:"))["updated_at"])

    def is_newer(self, updated_at: float) -> bool:
        return updated_at > 0.0


class HeaderModel(StreamModel):
    """Looks at the event's name, compares with the header of the last answer."""

    def on_bytes(self, data: bytes) -> None:
        name = None
        for line in data.decode().split("\n"):
            field, _, value = line.partition(": ")
            if field == "event":
                name = value
            elif field == "data" and name == "environment_updated":
                self.on_event(float(json.loads(value)["updated_at"]))

    def take(self, answer) -> None:
        super().take(answer)
        self._fetched = float(answer.headers.get(STAMP_HEADER))

    def is_newer(self, updated_at: float) -> bool:
        return updated_at > self._fetched


class Android(HeaderModel):
    """Sends its key."""

    @staticmethod
    def seconds_after_break(_breaks: int) -> None:
        return None

    @property
    def stream_headers(self) -> HeaderList:
        return (("X-environment-key", self._environment.key), ("Accept", "application/json"),
                ("Accept", "text/event-stream"), ("Accept-Encoding", "gzip"),
                ("User-Agent", "flagsmith-kotlin-android-sdk/1.9.0"))


class Browser(HeaderModel):
    """After the end of a stream it pauses for up to three seconds."""

    stream_headers = (("Accept", "text/event-stream"), ("Cache-Control", "no-cache"),
                      ("User-Agent", "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/120.0 Safari/537.36"))

    def pause(self) -> None:
        self._stop.wait(random.uniform(0, 3))

    @staticmethod
    def seconds_after_break(_breaks: int) -> float:
        return random.uniform(0, 3)


class Unknown(HeaderModel):
    """A program of someone's own."""

    stream_headers = (("User-Agent", "curl/8.5.0"), ("Accept", "*/*"))


class ReactNative(HeaderModel):
    """Reads the whole text again at each piece, from where it stopped, and obeys `retry`, which must be above 0."""

    stream_headers = (("Accept", "text/event-stream"), ("Cache-Control", "no-cache"),
                      ("X-Requested-With", "XMLHttpRequest"), ("User-Agent", "okhttp/4.12.0"))

    @staticmethod
    def seconds_after_break(_breaks: int) -> float:
        return 15.0

    def start_up(self) -> None:
        super().start_up()
        self._text = ""
        self._read = 0

    def on_bytes(self, data: bytes) -> None:
        self._text += data.decode()
        assert "\r" not in self._text
        fresh = self._text[self._read:]
        self._read += len(fresh)
        for line in fresh.split("\n"):
            if line.startswith("retry: "):
                assert int(line.removeprefix("retry: ")) > 0, line
        super().on_bytes(fresh.encode())

    def on_clean_end(self) -> None:
        self._text = ""
        self._read = 0


class Flutter(StreamModel):
    """Opens the next stream before the last has ended, so that two overlap. Fetches nothing at its start; compares with
    its own clock at the end of its last fetch."""

    streams_at_once = 2
    stream_headers = (("Accept", "text/event-stream"), ("Cache-Control", "no-cache"),
                      ("User-Agent", "Dart/3.9 (dart:io)"))

    @staticmethod
    def seconds_after_break(_breaks: int) -> float:
        return 5.0

    def start_up(self) -> None:
        self._fetched = 0.0

    def take(self, answer) -> None:
        super().take(answer)
        self._fetched = time.time()

    def is_newer(self, updated_at: float) -> bool:
        return updated_at > self._fetched


STREAM_MODELS = [Browser, Python, Go, Ruby, Ios, Android, ReactNative, Flutter, Unknown]
