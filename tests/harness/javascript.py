# SPDX-License-Identifier: Apache-2.0
"""Published JavaScript SDKs as clients: in Node.js, or in Chromium on another origin. See sdk/js/protocol.mjs."""

import itertools
import json
import pathlib
import shutil
import subprocess
import threading

from harness.deadline import PATIENCE, wait_until
from harness.gate import Gate

TESTS = pathlib.Path(__file__).resolve().parents[1]
AGENTS = {"node": TESTS / "sdk/js/agent.mjs", "chromium": TESTS / "browser/agent.mjs"}
PACKAGES = ["12", "10"]
NAMES = itertools.count(1)


class Agent:
    """A Node.js process that runs clients and tells what they see."""

    def __init__(self, runtime: str):
        node = shutil.which("node")
        assert node, "Node.js is not installed"
        assert (TESTS / "sdk/js/node_modules").is_dir(), "npm ci in tests/sdk/js has not run"
        self._lock = threading.Lock()
        self._heard: dict[str, list[dict]] = {"": []}
        self._process = subprocess.Popen([node, str(AGENTS[runtime])], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                         text=True)
        self._reader = threading.Thread(target=self._read, name="agent", daemon=True)
        self._reader.start()
        wait_until(lambda: self.heard("") or self._fail_if_ended(), f"the {runtime} agent to start", seconds=60)

    def close(self) -> None:
        self._process.stdin.close()
        try:
            self._process.wait(30 * PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            raise

    @property
    def origin(self) -> str:
        """Where the pages of the clients come from."""
        return self.heard("")[0]["origin"].rstrip("/")

    def heard(self, client: str) -> list[dict]:
        with self._lock:
            return list(self._heard.get(client, []))

    def tell(self, command: dict) -> None:
        self._process.stdin.write(json.dumps(command) + "\n")
        self._process.stdin.flush()

    def _fail_if_ended(self) -> None:
        assert self._process.poll() is None, f"the agent ended with {self._process.returncode}"

    def _read(self) -> None:
        for line in self._process.stdout:
            message = json.loads(line)
            with self._lock:
                self._heard.setdefault(message["client"], []).append(message)


class Client:
    """One SDK instance with real-time on, behind a gate of its own that counts what it asks and what it is told."""

    def __init__(self, agent: Agent, package: str, port: int, key: str, **options):
        self._agent = agent
        self.name = f"client-{next(NAMES)}"
        self.gate = Gate(port)
        base = f"http://127.0.0.1:{self.gate.port}/"
        agent.tell({"open": self.name, "package": package, "environmentID": key, "api": f"{base}api/v1/",
                    "eventSourceUrl": base, **options})

    def __enter__(self) -> "Client":
        self.wait_ready()
        return self

    def __exit__(self, *_exception) -> None:
        self.close()

    def close(self) -> None:
        self._agent.tell({"close": self.name})
        wait_until(lambda: any(one["type"] == "closed" for one in self._agent.heard(self.name)), "the client to close")
        self.gate.close()

    def wait_ready(self) -> None:
        wait_until(lambda: any(one["type"] == "ready" for one in self.messages()), "the SDK to be ready", seconds=60)

    def messages(self) -> list[dict]:
        """What it said so far; an error it told of fails the test."""
        heard = self._agent.heard(self.name)
        errors = [one["error"] for one in heard if one["type"] == "error"]
        assert not errors, errors[:3]
        return heard

    def changes(self) -> list[dict]:
        """What onChange was called with, oldest first."""
        return [one for one in self.messages() if one["type"] == "change"]

    def flags(self) -> dict[str, list]:
        """Name to [enabled, value], as of the last onChange."""
        changes = self.changes()
        return changes[-1]["flags"] if changes else {}

    def wait_for(self, feature: str, enabled: bool, value, seconds: float = 60) -> None:
        wanted = [enabled, value]
        wait_until(lambda: self.flags().get(feature) == wanted, f"{feature} to be {wanted}", seconds)

    @property
    def fetches(self) -> int:
        """Requests for flags so far, those of an identity included."""
        return self.gate.count(r"/api/v1/(flags|identities)/") + self.gate.count(r"/api/v1/identities/", "POST")
