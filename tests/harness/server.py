# SPDX-License-Identifier: Apache-2.0
"""The server as a process: started, stopped, killed, started again on the same port."""

import dataclasses
import itertools
import os
import pathlib
import re
import signal
import socket
import subprocess

from harness.deadline import PATIENCE, DeadlineExceeded, wait_until
from harness.http import HeaderList, Response, fetch
from harness.service_manager import ServiceManager

ADMIN_EMAIL = "admin@flags.example"
ADMIN_PASSWORD = "Correct-Horse-9"
ADMIN_TOKEN = "0123456789abcdef0123456789abcdef01234567"
PUBLISH_TOKEN = "publish-secret-5f2d"

# For tests that read one stream through and are not about its end, however slow the machine is.
LONG_STREAMS = ("--stream-max-age", "3600")

LISTENING = re.compile(r"^listening on http://127\.0\.0\.1:(\d+)$", re.MULTILINE)
SANITIZER = re.compile(r"ERROR: AddressSanitizer|ERROR: LeakSanitizer|WARNING: ThreadSanitizer|runtime error:")


def binary_path() -> pathlib.Path:
    """The server to test: FLAGSTREAM_BINARY, else what the dev preset built."""
    root = pathlib.Path(__file__).resolve().parents[2]
    path = pathlib.Path(os.environ.get("FLAGSTREAM_BINARY", root / "build/dev/flagstream"))
    assert path.exists(), f"no server at {path}: build it or set FLAGSTREAM_BINARY"
    return path


def environment_of_server(extra: dict[str, str | None] | None = None) -> dict[str, str]:
    """This process's variables without those that would configure a server, plus known credentials and `extra`, where
    None leaves a variable out."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("FLAGSTREAM_", "SSE_"))}
    kept |= {
        "FLAGSTREAM_ADMIN_EMAIL": ADMIN_EMAIL,
        "FLAGSTREAM_ADMIN_PASSWORD": ADMIN_PASSWORD,
        "FLAGSTREAM_ADMIN_TOKEN": ADMIN_TOKEN,
        "FLAGSTREAM_PUBLISH_TOKEN": PUBLISH_TOKEN,
    }
    return {name: value for name, value in (kept | (extra or {})).items() if value is not None}


@dataclasses.dataclass
class Refusal:
    """How a start that was refused ended."""

    exit_code: int
    output: str


class Server:
    """One data folder and the process that serves it, if it runs. What all its processes print is kept in two files
    beside the folder."""

    def __init__(self, folder: pathlib.Path, *options: str, command: str = "serve", demo: bool = True,
                 environment: dict[str, str | None] | None = None, manager: ServiceManager | None = None,
                 port: int | None = None):
        """`manager`: keeps the sockets, on `port`, and hears of the process's state."""
        self.folder = folder
        self.data = folder / "data"
        self.options = [*options, *(["--demo"] if demo and command == "serve" else [])]
        self.command = command
        self._environment = environment_of_server(environment)
        self._process: subprocess.Popen | None = None
        self._starts = 0
        self._manager = manager
        self.port = port or free_port()
        folder.mkdir(parents=True, exist_ok=True)

    def __enter__(self) -> "Server":
        return self.start()

    def __exit__(self, *_exception) -> None:
        self.close()

    def close(self) -> None:
        """The end of a test: a server that runs must also end well."""
        if self.running:
            try:
                self.stop()
            finally:
                self.kill()

    # ---- life ----

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int:
        assert self._process
        return self._process.pid

    def start(self, wait_ready: bool = True) -> "Server":
        """Starts it, each time on the same port."""
        assert not self.running
        self._wait_until_listening(self._launch())
        if wait_ready:
            self._wait_until_ready()
        return self

    def take_over(self, *options: str) -> None:
        """Starts the next process beside the one that runs, which hands over to it and must end cleanly."""
        before = self._process
        self._wait_until_listening(self._launch("--take-over", *options))
        assert before.wait(60 * PATIENCE) == 0, self.logs()[-3000:]
        self._wait_until_ready()

    def _wait_until_listening(self, printed: pathlib.Path) -> None:
        try:
            found = wait_until(lambda: self._ended_early() or LISTENING.search(printed.read_text()),
                               "the line that says where the server listens")
        except DeadlineExceeded:
            self.kill()
            raise
        self.port = int(found[1])

    def _wait_until_ready(self) -> None:
        wait_until(lambda: self.get("/ready").status == 200, "the server to be ready")

    def refused_start(self, *options: str) -> Refusal:
        """Starts a process that must end by itself with an error."""
        finished = subprocess.run(self._arguments() + list(options), env=self._environment, text=True,
                                  capture_output=True, timeout=60 * PATIENCE, check=False)
        return Refusal(finished.returncode, finished.stdout + finished.stderr)

    def stop(self) -> None:
        """Asks it to end, which it must do cleanly."""
        assert self.running, self.logs()[-3000:]
        self._process.send_signal(signal.SIGTERM)
        self.wait_for_clean_exit()

    def wait_for_clean_exit(self) -> None:
        code = self._process.wait(60 * PATIENCE)
        logs = self.logs()
        assert code == 0, f"exit code {code}:\n{logs[-3000:]}"
        assert not SANITIZER.search(logs), logs[-8000:]

    def signal(self, number: int) -> None:
        self._process.send_signal(number)

    def kill(self) -> None:
        """kill -9."""
        if self.running:
            self._process.kill()
        self._process.wait(60 * PATIENCE)

    def restart(self) -> None:
        self.stop()
        self.start()

    def _launch(self, *options: str) -> pathlib.Path:
        self._starts += 1
        printed = self.folder / f"stdout-{self._starts}.txt"
        with open(printed, "wb") as out, open(self.folder / f"stderr-{self._starts}.txt", "wb") as err:
            self._process = self._spawn(options, stdin=subprocess.DEVNULL, stdout=out, stderr=err)
        return printed

    def _spawn(self, options: tuple[str, ...], **streams) -> subprocess.Popen:
        arguments = [*self._arguments(), *options]
        if self._manager is None:
            return subprocess.Popen(arguments, env=self._environment, **streams)
        return subprocess.Popen(self._manager.command(arguments), pass_fds=self._manager.descriptors,
                                env=self._environment | self._manager.environment(), **streams)

    def _arguments(self) -> list[str]:
        return [str(binary_path()), self.command, "--listen", f"127.0.0.1:{self.port}", "--data", str(self.data),
                *self.options]

    def _ended_early(self) -> None:
        assert self.running, f"the server ended with {self._process.returncode}:\n{self.logs()[-3000:]}"

    # ---- what it says ----

    def get(self, target: str, headers: HeaderList = ()) -> Response:
        return fetch(self.port, target, headers)

    def logs(self) -> str:
        """All that its processes printed, oldest first."""
        names = [f"{kind}-{number}.txt" for number in range(1, self._starts + 1) for kind in ("stdout", "stderr")]
        return "".join((self.folder / name).read_text(errors="replace") for name in names)

    def metrics(self) -> str:
        return self.get("/metrics").expect(200).body.decode()

    def metric(self, name: str, **labels: str) -> float:
        """The sum of the samples of that name which have these labels."""
        return sum(value for sample, found, value in samples(self.metrics())
                   if sample == name and labels.items() <= found.items())

    def assert_grew_less(self, kib: int, since: int) -> None:
        """The memory has grown by less than `kib` since it was `since`. Sanitizers hold back what was freed, so with them
        it says nothing about the server."""
        now = self.memory_kib()
        assert "FLAGSTREAM_TEST_SANITIZER" in os.environ or now - since < kib, f"{since} KiB before, {now} KiB after"

    def memory_kib(self) -> int:
        """Private memory in use: RssAnon."""
        text = pathlib.Path(f"/proc/{self.pid}/status").read_text()
        return int(re.search(r"^RssAnon:\s+(\d+) kB$", text, re.MULTILINE)[1])


# Below the ports that the kernel gives to outgoing connections (net.ipv4.ip_local_port_range), so that nobody takes one
# while its server is down; a range for each worker of pytest-xdist.
PORTS_FIRST = 10_000
PORTS_PER_WORKER = 1_000
# Browsers and Node.js do not connect to it, whatever listens there ("port blocking" of the Fetch standard).
BLOCKED_PORT = 10_080
_worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
_first = PORTS_FIRST + PORTS_PER_WORKER * _worker
_ports = itertools.cycle(port for port in range(_first, _first + PORTS_PER_WORKER) if port != BLOCKED_PORT)


def free_port() -> int:
    """A port that nothing uses; each is given again only after all others of this worker."""
    for port in itertools.islice(_ports, PORTS_PER_WORKER):
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise AssertionError("no port is free")


SAMPLE = re.compile(r"^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)$")
LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\.)*)"')


def samples(text: str):
    """(name, labels, value) of each line of a Prometheus text that is no comment."""
    for line in text.splitlines():
        if not line or line.startswith("#"):
            continue
        match = SAMPLE.fullmatch(line)
        assert match, f"no sample: {line!r}"
        yield match[1], dict(LABEL.findall(match[2] or "")), float(match[3])
