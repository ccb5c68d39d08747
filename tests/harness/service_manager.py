# SPDX-License-Identifier: Apache-2.0
"""What systemd does for a service: keeps its listening sockets and hears of its state."""

import pathlib
import socket

from harness.deadline import wait_until

FIRST_DESCRIPTOR = 3  # sd_listen_fds(3)


class ServiceManager:
    """Keeps sockets on a port, as many as `shared`, and one for operators if `operators`; passes them to each process
    of the service."""

    def __init__(self, folder: pathlib.Path, port: int, *, shared: int = 1, operators_port: int | None = None):
        self._sockets = [listening_socket(port) for _ in range(shared)]
        self._names = ["clients"] * shared
        if operators_port is not None:
            self._sockets.append(listening_socket(operators_port))
            self._names.append("ops")
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / "notify"
        self._heard = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._heard.bind(str(path))
        self._environment = {"NOTIFY_SOCKET": str(path)}

    def __enter__(self) -> "ServiceManager":
        return self

    def __exit__(self, *_exception) -> None:
        for kept in [*self._sockets, self._heard]:
            kept.close()

    @property
    def descriptors(self) -> list[int]:
        return [kept.fileno() for kept in self._sockets]

    def environment(self) -> dict[str, str]:
        return {**self._environment, "LISTEN_FDS": str(len(self._sockets)), "LISTEN_FDNAMES": ":".join(self._names)}

    def command(self, arguments: list[str]) -> list[str]:
        """Runs it with the sockets where it expects them. LISTEN_PID is the process's own number, so a shell sets it."""
        moves = " ".join(f"{FIRST_DESCRIPTOR + place}<&{descriptor}"
                         for place, descriptor in enumerate(self.descriptors))
        return ["bash", "-c", f'export LISTEN_PID=$$; exec "$@" {moves}', "bash", *arguments]

    def next_state(self, what: str) -> str:
        """The next message of the service."""
        self._heard.setblocking(False)

        def receive() -> str | None:
            try:
                return self._heard.recv(4096).decode()
            except BlockingIOError:
                return None

        return wait_until(receive, what)

    def says_nothing(self) -> bool:
        self._heard.setblocking(False)
        try:
            self._heard.recv(4096, socket.MSG_PEEK)
        except BlockingIOError:
            return True
        return False


def listening_socket(port: int) -> socket.socket:
    kept = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    kept.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    kept.bind(("127.0.0.1", port))
    kept.listen(4096)
    return kept
