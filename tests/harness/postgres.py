# SPDX-License-Identifier: Apache-2.0
"""A PostgreSQL server of its own, in a folder that a test gives."""

import contextlib
import os
import pathlib
import pwd
import shutil
import subprocess

from harness.deadline import PATIENCE
from harness.server import free_port

# Debian keeps each release apart, and none of it on the path.
BINARIES = max(pathlib.Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name), default=None)
USER = "postgres"


class Postgres:
    """Listens on loopback and nowhere else. It refuses to run as root, so there it is another user's."""

    def __init__(self, folder: pathlib.Path, *settings: str):
        """Settings are `name=value` of postgresql.conf."""
        self.folder = folder
        self.port = free_port()
        folder.mkdir()
        if os.geteuid() == 0:
            account = pwd.getpwnam(USER)
            os.chown(folder, account.pw_uid, account.pw_gid)
            for parent in list(folder.parents)[:-2]:  # all but / and /tmp
                parent.chmod(parent.stat().st_mode | 0o011)
        self._run("initdb", "--pgdata", self._data, "--username", USER, "--auth", "trust", "--encoding", "UTF8",
                  "--no-locale", "--no-sync")
        options = [f"port={self.port}", "listen_addresses=127.0.0.1", f"unix_socket_directories={folder}", *settings]
        with_options = " ".join(f"-c {option}" for option in options)
        self._start = ("start", "--log", str(folder / "log"), "--options", with_options)

    @property
    def address(self) -> str:
        """What libpq connects to, without the name of a database."""
        return f"host=127.0.0.1 port={self.port} user={USER}"

    def start(self) -> None:
        self._control(*self._start)

    def stop(self, how: str = "fast") -> None:
        """`how`: smart, fast, or immediate, which is a crash."""
        self._control("stop", "--mode", how)

    def execute(self, sql: str, database: str = "postgres") -> str:
        return self._run("psql", "--no-psqlrc", "--tuples-only", "--no-align", "--set", "ON_ERROR_STOP=1",
                         "--host", "127.0.0.1", "--port", str(self.port), "--username", USER, "--dbname", database,
                         "--command", sql)

    def __enter__(self) -> "Postgres":
        self.start()
        return self

    def __exit__(self, *_exception) -> None:
        with contextlib.suppress(subprocess.CalledProcessError):  # it was stopped by the test
            self.stop("immediate")

    @property
    def _data(self) -> str:
        return str(self.folder / "data")

    def _control(self, *arguments: str) -> None:
        self._run("pg_ctl", "--pgdata", self._data, "--wait", "--timeout", str(int(60 * PATIENCE)), *arguments)

    def _run(self, program: str, *arguments: str) -> str:
        command = [str(BINARIES / program), *arguments]
        if os.geteuid() == 0:
            command = [shutil.which("setpriv"), "--reuid", USER, "--regid", USER, "--clear-groups", *command]
        # A file, since a server that was started holds on to a pipe.
        output = self.folder.parent / f"{self.folder.name}-{program}.txt"
        with output.open("w") as written:
            done = subprocess.run(command, cwd="/", stdin=subprocess.DEVNULL, stdout=written, stderr=subprocess.STDOUT,
                                  check=False)
        if done.returncode != 0:
            raise subprocess.CalledProcessError(done.returncode, command, output.read_text())
        return output.read_text()
