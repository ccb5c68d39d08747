# SPDX-License-Identifier: Apache-2.0
"""Published SDKs as clients: a driver is a small program in the SDK's language. sdk/README.md has what is said."""

import collections
import itertools
import json
import pathlib
import subprocess
import threading

from harness.deadline import PATIENCE, wait_until
from harness.gate import Gate
from harness.sdks import Program, Way

TESTS = pathlib.Path(__file__).resolve().parents[1]
NUMBERS = itertools.count(1)


class NotInstalled(Exception):
    """The toolchain, the package or the built driver of an SDK is not on this machine."""


class Driver:
    """A driver's process. Calls may come from any thread; each waits for its own answer."""

    def __init__(self, program: Program):
        self._name = program.name
        missing = program.missing()
        if missing:
            raise NotInstalled(missing)
        self._lock = threading.Lock()
        self._lines: list[dict] = []
        self._answers: dict[int, dict] = {}
        self._said_all = False
        self._process = subprocess.Popen(program.command(), cwd=TESTS.parent, stdin=subprocess.PIPE,
                                         stdout=subprocess.PIPE, text=True)
        threading.Thread(target=self._read, name=f"driver {program.name}", daemon=True).start()
        self.hello = wait_until(self._first_line, f"the {program.name} driver to start", seconds=90)
        if "absent" in self.hello:
            self.close()
            raise NotInstalled(self.hello["absent"])

    @property
    def versions(self) -> dict[str, str]:
        """Version of each SDK that it drives."""
        return self.hello["started"]

    def close(self) -> None:
        self._process.stdin.close()
        try:
            self._process.wait(30 * PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            raise

    def call(self, command: dict, seconds: float = 60) -> dict:
        """The answer; one that tells of an error fails the test."""
        number = next(NUMBERS)
        with self._lock:
            self._process.stdin.write(json.dumps({"id": number, **command}) + "\n")
            self._process.stdin.flush()
        answer = wait_until(lambda: self._answer(number), f"the {self._name} driver to answer {command}", seconds)
        assert "error" not in answer, answer["error"]
        return answer

    def _answer(self, number: int) -> dict | None:
        with self._lock:
            if number in self._answers:
                return self._answers.pop(number)
            self._fail_if_ended()
        return None

    def _first_line(self) -> dict | None:
        with self._lock:
            if self._lines:
                return self._lines[0]
            self._fail_if_ended()
        return None

    def _fail_if_ended(self) -> None:
        """What a driver says before it ends may be read after it ended, so its last line counts and not its end."""
        assert not self._said_all, f"the {self._name} driver ended with {self._process.wait(30 * PATIENCE)}"

    def _read(self) -> None:
        for line in self._process.stdout:
            message = json.loads(line)
            with self._lock:
                if "id" in message:
                    self._answers[message["id"]] = message
                else:
                    self._lines.append(message)
        with self._lock:
            self._said_all = True


class Client:
    """One SDK instance, behind a gate of its own that counts what it asks and what it is told. It speaks for one
    identity, or for none."""

    def __init__(self, driver: Driver, way: Way, environment, *, identity: str | None = None,
                 traits: dict | None = None, transient: bool = False, stream_path: str = "", **options):
        """`stream_path` goes into the SDK's base URL of streams: "identities/alice/"."""
        self._driver = driver
        self.way = way
        self.name = f"client-{next(NUMBERS)}"
        self.gate = Gate(environment.port)
        base = f"http://127.0.0.1:{self.gate.port}/"
        self._who = {}
        if identity:
            self._who = {"identity": identity, "traits": traits or {}, "transient": transient}
        key = environment.server_key if way.needs_server_key else environment.key
        driver.call({"do": "open", "client": self.name, "sdk": way.sdk, "mode": way.mode, "key": key,
                     "api": f"{base}api/v1/", "stream": base + stream_path, "analytics": False, "refresh_seconds": 1,
                     "request_seconds": int(60 * PATIENCE), **self._who, **options}, seconds=90)

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, *_exception) -> None:
        self.close()

    def close(self) -> None:
        self._driver.call({"do": "close", "client": self.name})
        self.gate.close()

    def flags(self) -> dict[str, list]:
        """Name to [enabled, value], as the SDK says at this moment for its identity."""
        return self._driver.call({"do": "flags", "client": self.name, **self._who})["flags"]

    def speak_for(self, identity: str, traits: dict | None = None) -> None:
        """From now on for another identity: a client-side SDK logs it in, the others name it in each call."""
        self._who = {"identity": identity, "traits": traits or {}, "transient": False}
        if self.way.client_side:
            self._driver.call({"do": "identify", "client": self.name, **self._who})

    def changes(self) -> list[dict]:
        """Of an SDK that tells of changes: what it told, oldest first."""
        return self._driver.call({"do": "changes", "client": self.name})["changes"]

    @property
    def heard(self) -> int:
        """Events that have come to a client-side SDK; those of its gate may be on their way."""
        return self._driver.call({"do": "heard", "client": self.name})["events"]

    def wait_for(self, feature: str, enabled: bool, value, seconds: float = 60) -> None:
        wanted = [enabled, self.way.seen(value)]
        wait_until(lambda: self.flags().get(feature) == wanted, f"{feature} to be {wanted}", seconds)

    def wait_for_stream(self) -> None:
        wait_until(lambda: self.gate.events >= 1, "the stream to be open")

    @property
    def reported(self) -> dict[str, int]:
        """Evaluations by feature that the SDK has told the server of."""
        total = collections.Counter()
        for body in self.gate.bodies("/api/v1/analytics/flags/"):
            total.update(json.loads(body))
        return dict(total)

    @property
    def fetches(self) -> int:
        """Requests so far for flags, those of an identity included, or for the environment document."""
        return (self.gate.count(r"/api/v1/(flags|identities|environment-document)/")
                + self.gate.count(r"/api/v1/identities/", "POST"))

    @property
    def stream_is_open(self) -> bool:
        return self.gate.count(r"/sse/.*") > self.gate.clean_ends
