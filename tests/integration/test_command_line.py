# SPDX-License-Identifier: Apache-2.0
"""Starting, settings, the way back in, and ending."""

import signal
import socket
import subprocess

import pytest

from harness.admin import Admin
from harness.deadline import PATIENCE
from harness.publish import publish_request
from harness.http import Connection
from harness.server import ADMIN_EMAIL, ADMIN_PASSWORD, ADMIN_TOKEN, binary_path, environment_of_server

pytestmark = pytest.mark.admin


def run(*arguments: str, environment: dict | None = None) -> subprocess.CompletedProcess:
    return subprocess.run([str(binary_path()), *arguments], env=environment_of_server(environment), text=True,
                          capture_output=True, timeout=60 * PATIENCE, check=False)


@pytest.mark.parametrize("command", ["serve", "hub"])
def test_help(command):
    """--help names every promised setting with its default."""
    result = run(command, "--help")
    assert result.returncode == 0
    for name in ("listen", "data", "threads", "max-streams", "max-streams-per-environment", "max-streams-per-address", "max-memory", "stream-max-age", "keepalive", "write-timeout", "repeat", "spread-ms",
                 "trusted-proxies", "public-url", "ops-listen", "log-level", "log-format", "config",
                 "publish-token-file"):
        assert f"--{name}" in result.stdout, name
    assert "15" in result.stdout and "60" in result.stdout


def test_version():
    """--version prints one and nothing else."""
    result = run("--version")
    assert result.returncode == 0 and result.stdout.strip().count("\n") == 0 and any(map(str.isdigit, result.stdout))


@pytest.mark.parametrize(("arguments", "named"), [
    (["--threads", "0"], "--threads"), (["--threads", "many"], "--threads"), (["--keepalive", "-1"], "--keepalive"),
    (["--stream-max-age", "1"], "--stream-max-age"), (["--listen", "nowhere"], "--listen"),
    (["--listen", "127.0.0.1:99999"], "--listen"), (["--log-level", "loud"], "--log-level"),
    (["--no-such-setting", "1"], "--no-such-setting"), (["--trusted-proxies", "nonsense"], "--trusted-proxies")])
def test_wrong_value_is_named(tmp_path, arguments, named):
    """A wrong value stops the start with a sentence that names the setting; no data folder is made."""
    result = run("serve", "--listen", "127.0.0.1:0", "--data", str(tmp_path / "data"), *arguments)
    assert result.returncode not in (0, -6, -11)
    assert named in result.stderr and result.stdout == ""
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize(("variable", "value"), [
    ("FLAGSTREAM_THREADS", "many"), ("FLAGSTREAM_ADMIN_TOKEN", "too short"), ("FLAGSTREAM_KEEPALIVE", "1000000")])
def test_wrong_variable_is_named(tmp_path, variable, value):
    """So does a wrong variable."""
    result = run("serve", "--listen", "127.0.0.1:0", "--data", str(tmp_path / "data"), environment={variable: value})
    assert result.returncode not in (0, -6, -11)
    assert variable in result.stderr
    assert value not in result.stderr or variable != "FLAGSTREAM_ADMIN_TOKEN"


def test_weight_of_settings(make_server, tmp_path):
    """A flag outweighs a variable, which outweighs the file."""
    config = tmp_path / "flagstream.toml"
    config.write_text("threads = 0\n")
    server = make_server("--config", str(config), environment={"FLAGSTREAM_THREADS": "2"}, name="variable")
    assert server.get("/health").status == 200
    refused = make_server("--config", str(config), start=False, name="file").refused_start()
    assert refused.exit_code not in (0, -6, -11) and "threads" in refused.output
    flag = make_server("--threads", "1", "--config", str(config), environment={"FLAGSTREAM_THREADS": "0"}, name="flag")
    assert flag.get("/health").status == 200


def test_token_from_a_file(make_server, tmp_path):
    """A secret can come from a file, whose last line break does not count; it is never a plain flag."""
    secret = tmp_path / "token"
    secret.write_text("from-a-file\n")
    hub = make_server("--publish-token-file", str(secret), command="hub",
                      environment={"FLAGSTREAM_PUBLISH_TOKEN": None})
    with Connection(hub.port) as connection:
        connection.send(publish_request("k", token="from-a-file"))
        assert connection.read_response("POST").status == 200
    plain = run("hub", "--listen", "127.0.0.1:0", "--data", str(tmp_path / "x"), "--publish-token", "plain")
    assert plain.returncode not in (0, -6, -11)


def test_port_taken(make_server):
    """A port that somebody else listens on is refused with a sentence that names it."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        server = make_server(start=False)
        server.port = other.getsockname()[1]
        refusal = server.refused_start()
    assert refusal.exit_code not in (0, -6, -11)
    assert str(server.port) in refusal.output


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "SIGINT"])
@pytest.mark.parametrize("command", ["serve", "hub"])
def test_ends_cleanly(make_server, command, number):
    """Both signals end it with 0; the folder can be opened again at once."""
    server = make_server(command=command)
    server.signal(number)
    server.wait_for_clean_exit()
    server.start()
    assert server.get("/ready").status == 200


def test_signal_during_start(make_server):
    """A signal that comes as soon as it says where it listens ends it cleanly too."""
    server = make_server(start=False)
    for _ in range(5):
        server.start(wait_ready=False)
        server.signal(signal.SIGTERM)
        server.wait_for_clean_exit()


def test_port_of_the_kernels_choice(make_server):
    """Port 0: the kernel chooses, and the first line says which."""
    server = make_server(start=False)
    server.port = 0
    server.start()
    assert server.port > 0
    assert (server.folder / "stdout-1.txt").read_text().startswith(f"listening on http://127.0.0.1:{server.port}\n")


def test_demo_prints_what_to_paste(make_server):
    """With --demo the start prints address, credentials, keys and curl lines, and the keys work."""
    server = make_server()
    printed = (server.folder / "stdout-1.txt").read_text()
    for expected in (f"http://127.0.0.1:{server.port}", ADMIN_EMAIL, "demo-development", "ser.demo-development",
                     "demo-production"):
        assert expected in printed, expected
    assert printed.count("curl ") >= 3
    for key in ("demo-development", "demo-production", "ser.demo-development", "ser.demo-production"):
        assert server.get("/api/v1/flags/", [("X-Environment-Key", key)]).expect(200).json()


def test_no_demo_without_asking(make_server):
    """Without --demo there is no demo project."""
    server = make_server(demo=False)
    assert server.get("/api/v1/flags/", [("X-Environment-Key", "demo-development")]).status == 403


def test_set_password(make_server):
    """The way back in: a new password, generated or given, works and the old one no longer does."""
    server = make_server()
    server.stop()
    given = run("user", "set-password", ADMIN_EMAIL, "--data", str(server.data),
                environment={"FLAGSTREAM_USER_PASSWORD": "Another-Horse-10"})
    assert given.returncode == 0, given.stderr
    assert "Another-Horse-10" not in given.stderr
    server.start()
    admin = Admin(server.port, token=None)
    for password, status in (("Another-Horse-10", 200), (ADMIN_PASSWORD, 400)):
        assert admin.call("POST", "auth/login/", {"email": ADMIN_EMAIL, "password": password}).status == status
    server.stop()
    made = run("user", "set-password", ADMIN_EMAIL, "--data", str(server.data))
    assert made.returncode == 0, made.stderr
    password = made.stdout.split()[-1]
    server.start()
    admin.forget_connection()
    assert admin.call("POST", "auth/login/", {"email": ADMIN_EMAIL, "password": password}).status == 200
    assert admin.call("POST", "auth/login/", {"email": ADMIN_EMAIL, "password": "Another-Horse-10"}).status == 400


def test_new_token(make_server):
    """A new token works and the old one no longer does."""
    server = make_server()
    server.stop()
    made = run("user", "new-token", ADMIN_EMAIL, "--data", str(server.data))
    assert made.returncode == 0, made.stderr
    token = made.stdout.split()[-1]
    assert len(token) == 40 and token != ADMIN_TOKEN
    server.start()
    assert Admin(server.port, token).get("auth/users/me/")["email"] == ADMIN_EMAIL
    assert Admin(server.port).call("GET", "auth/users/me/").status == 401


def test_user_command_refused(make_server):
    """An unknown user, and a folder that a server has open, are refused with a sentence."""
    server = make_server()
    busy = run("user", "new-token", ADMIN_EMAIL, "--data", str(server.data))
    assert busy.returncode not in (0, -6, -11) and str(server.pid) in busy.stderr
    server.stop()
    unknown = run("user", "new-token", "nobody@flags.example", "--data", str(server.data))
    assert unknown.returncode not in (0, -6, -11) and "e-mail" in unknown.stderr
    nowhere = run("user", "new-token", ADMIN_EMAIL, "--data", str(server.folder / "nowhere"))
    assert nowhere.returncode not in (0, -6, -11) and not (server.folder / "nowhere").exists()
