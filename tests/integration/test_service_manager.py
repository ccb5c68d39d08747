# SPDX-License-Identifier: Apache-2.0
"""Under systemd: sockets that it keeps, readiness that it hears of, and restarts in which nobody is refused."""

import contextlib
import pathlib
import shutil
import subprocess

import pytest

from harness.deadline import PATIENCE, wait_until
from harness.http import Connection, fetch
from harness.loop import Loop
from harness.server import binary_path, environment_of_server, free_port
from harness.service_manager import ServiceManager
from harness.stream_pool import StreamPool

PACKAGING = pathlib.Path(__file__).resolve().parents[2] / "packaging/systemd"
STREAMS = 60
FETCHERS = 4
RESTARTS = 2


def tool(name: str) -> str:
    path = shutil.which(name)
    if path is None:
        pytest.skip(f"not installed: {name}")
    return path


def test_units_are_well_formed(tmp_path):
    """systemd itself finds nothing wrong with them."""
    for name in ("flagstream.service", "flagstream.socket"):
        text = (PACKAGING / name).read_text()
        (tmp_path / name).write_text(text.replace("/usr/bin/flagstream", str(binary_path())))
    done = subprocess.run([tool("systemd-analyze"), "verify", "--man=no", tmp_path / "flagstream.service",
                           tmp_path / "flagstream.socket"], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


def test_socket_activation(tmp_path):
    """Started by the first connection, on the socket that systemd's own tool listens on; --listen does not count."""
    port, elsewhere = free_port(), free_port()
    variables = [f"--setenv={name}={value}" for name, value in environment_of_server().items()
                 if name.startswith("FLAGSTREAM_")]
    command = [tool("systemd-socket-activate"), f"--listen=127.0.0.1:{port}", *variables, binary_path(), "serve", "--demo",
               "--data", tmp_path / "data", "--listen", f"127.0.0.1:{elsewhere}"]
    with open(tmp_path / "stdout.txt", "wb") as out:
        process = subprocess.Popen(command, stdout=out)
    try:
        wait_until(lambda: answers(port), "the activated server to answer")
        assert f"listening on http://127.0.0.1:{port}\n" in (tmp_path / "stdout.txt").read_text()
        with pytest.raises(ConnectionRefusedError):
            fetch(elsewhere, "/health")
    finally:
        process.terminate()
        assert process.wait(60 * PATIENCE) == 0


def answers(port: int) -> bool:
    try:
        return fetch(port, "/ready").status == 200
    except ConnectionRefusedError:  # the tool does not listen yet
        return False


def test_readiness_is_told(tmp_path, make_server):
    """READY comes once it serves, STOPPING when it was asked to end."""
    port = free_port()
    with ServiceManager(tmp_path, port) as manager:
        server = make_server(port=port, manager=manager)
        assert manager.next_state("the server to be ready") == (
            f"MAINPID={server.pid}\nREADY=1\nSTATUS=serving on http://127.0.0.1:{port}")
        assert manager.says_nothing()
        server.stop()
        assert manager.next_state("the server to say that it stops") == "STOPPING=1\nSTATUS=stopping"


def test_operators_have_a_socket_of_their_own(tmp_path, make_server):
    """The one named `ops` has the metrics, and the public one no longer."""
    port, operators_port = free_port(), free_port()
    with ServiceManager(tmp_path, port, operators_port=operators_port) as manager:
        server = make_server(port=port, manager=manager)
        fetch(operators_port, "/metrics").expect(200)
        server.get("/metrics").expect(404)
        server.stop()


def test_what_is_no_listening_socket_is_refused(tmp_path, make_server):
    """Half a start is none: the sentence names the descriptor."""
    with ServiceManager(tmp_path, free_port()) as manager:
        server = make_server(start=False)
        refused = subprocess.run(
            ["bash", "-c", f'export LISTEN_PID=$$; exec "{binary_path()}" serve --data "{server.data}" 3</dev/null'],
            env=environment_of_server(manager.environment()), capture_output=True, text=True, timeout=60, check=False)
        assert refused.returncode != 0
        assert "descriptor 3, which was passed to listen on, is no socket" in refused.stderr


def fetching(port: int, key: str) -> Loop:
    """Fetches flags on a new connection each time. Each must be answered."""

    def step(_turn: int) -> None:
        with Connection(port, seconds=60 * PATIENCE) as connection:
            connection.get("/api/v1/flags/", [("X-Environment-Key", key)]).expect(200)

    return Loop(step)


@pytest.mark.durability
@pytest.mark.timeout(300)
@pytest.mark.parametrize("threads", [1, 3])
def test_restarts_refuse_nobody(tmp_path, make_server, environment_on, threads):
    """Two restarts under fetches and changes: every connection is taken and answered, every stream ends cleanly and its
    next one opens, and all end with the newest stamp."""
    port = free_port()
    with ServiceManager(tmp_path, port, shared=2) as manager:
        server = make_server("--threads", str(threads), port=port, manager=manager)
        environment = environment_on(server)
        fetchers = [fetching(port, environment.key) for _ in range(FETCHERS)]
        with contextlib.ExitStack() as running, StreamPool(port, [environment.key] * STREAMS, reconnect=True) as pool:
            pool.wait(lambda one: one.events >= 1, "the streams to be open")
            for fetcher in fetchers:
                running.enter_context(fetcher)
            for number in range(1, RESTARTS + 1):
                environment.set("banner", feature_state_value=f"before {number}")
                before = [fetcher.turns for fetcher in fetchers]
                server.restart()
                environment.admin.forget_connection()
                environment.set("banner", feature_state_value=f"after {number}")
                wait_until(lambda: all(now.turns > then or now.faults for now, then in zip(fetchers, before)),
                           "each fetcher to be answered again")
            newest = environment.stamp()
            pool.wait(lambda one: one.latest == newest and one.connection is not None, "the newest stamp on all streams")
            running.close()
            assert [fetcher.faults for fetcher in fetchers] == [[]] * FETCHERS
            assert pool.total("clean_ends") == RESTARTS * STREAMS
            assert pool.total("breaks") == 0
        server.stop()
