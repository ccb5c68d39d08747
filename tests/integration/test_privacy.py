# SPDX-License-Identifier: Apache-2.0
"""Keys and tokens appear neither in logs nor in metrics, whatever goes wrong with them."""

import json
import pathlib
import re

import pytest

from harness.admin import Admin
from harness.http import Connection, encode_request, fetch
from harness.server import ADMIN_PASSWORD, ADMIN_TOKEN, PUBLISH_TOKEN, free_port, samples
from harness.sse import Stream, stream_path

pytestmark = pytest.mark.privacy

ROOT = pathlib.Path(__file__).resolve().parents[2]

WRONG = {"token": "a1" * 20, "client": "wrong-client-key-77", "server": "ser.wrong-server-key-78",
         "password": "Wrong-Password-79", "publish": "wrong-publish-80"}


def use_everything(server, environment) -> None:
    """Each kind of secret, right and wrong, in each place it can stand."""
    port = server.port
    for key in (environment.key, environment.server_key, WRONG["client"], WRONG["server"]):
        for path in ("/api/v1/flags/", "/api/v1/environment-document/", "/api/v1/identities/", "/nothing/"):
            fetch(port, path, [("X-Environment-Key", key)])
        fetch(port, f"/api/v1/environments/{key}/", [("Authorization", f"Token {ADMIN_TOKEN}")])
        fetch(port, f"/sse/environments/{key}/nothing")
        with Stream(port, key) as stream:
            stream.head()
        for token in (PUBLISH_TOKEN, WRONG["publish"]):
            headers = [("Authorization", f"Token {token}"), ("Content-Type", "application/json")]
            for body in (b'{"updated_at": "2026-05-01T09:30:00Z"}', b"{"):
                fetch(port, f"/sse/environments/{key}/queue-change", headers, "POST", body)
    Admin(port, WRONG["token"]).call("GET", "projects/")
    Admin(port, None).call("POST", "auth/login/", {"email": "admin@flags.example", "password": WRONG["password"]})
    Admin(port, None).call("POST", "auth/login/", {"email": "admin@flags.example", "password": ADMIN_PASSWORD})
    with Connection(port) as connection:
        connection.send(encode_request("GET", stream_path(environment.key))[:-2] + b"bad header\r\n\r\n")
        connection.read_to_end()


@pytest.mark.parametrize("log_format", ["text", "json"])
def test_no_secrets_in_logs_and_metrics(make_server, environment_on, log_format):
    """At the most talkative level no key, token or password is in the log or in /metrics."""
    server = make_server("--log-level", "debug", "--log-format", log_format, demo=False)
    environment = environment_on(server)
    use_everything(server, environment)
    metrics = server.metrics()
    server.stop()
    secrets = [environment.key, environment.server_key, ADMIN_TOKEN, ADMIN_PASSWORD, PUBLISH_TOKEN, *WRONG.values()]
    logs = server.logs()
    assert len(logs) > 200, "the log says nothing"
    for secret in secrets:
        assert secret not in metrics, f"{secret} in metrics"
        assert secret not in logs, f"{secret} in: " + next(line for line in logs.splitlines() if secret in line)


def test_json_log_lines(make_server):
    """With the JSON format every line of the log is one object."""
    server = make_server("--log-format", "json")
    fetch(server.port, "/api/v1/flags/", [("X-Environment-Key", "demo-development")])
    server.stop()
    lines = [line for line in (server.folder / "stderr-1.txt").read_text().splitlines() if line]
    assert lines
    for line in lines:
        assert isinstance(json.loads(line), dict), line


def test_first_start_prints_credentials_once(make_server):
    """Credentials that were not given are made and printed at the first start, and never again."""
    server = make_server(environment={"FLAGSTREAM_ADMIN_EMAIL": None, "FLAGSTREAM_ADMIN_PASSWORD": None,
                                      "FLAGSTREAM_ADMIN_TOKEN": None})
    printed = (server.folder / "stdout-1.txt").read_text()
    tokens = [word for word in printed.replace('"', " ").split() if len(word) == 40]
    token = next(word for word in tokens if set(word) <= set("0123456789abcdef"))
    assert Admin(server.port, token).get("projects/")
    server.restart()
    assert token not in (server.folder / "stdout-2.txt").read_text()
    assert Admin(server.port, token).get("projects/")


def test_metrics(make_server, environment_on):
    """The figures that operators are promised are there, well formed, with a help line each, and count."""
    server = make_server()
    environment = environment_on(server)
    with Stream(server.port, environment.key) as stream:
        stream.next_stamp()
        environment.set("banner", feature_state_value="seen")
        stream.stamp_at_least(environment.stamp())
        assert server.metric("flagstream_streams_open") == 1
        text = server.metrics()
    names = {name for name, _labels, _value in samples(text)}
    helped = {line.split()[2] for line in text.splitlines() if line.startswith("# HELP ")}
    typed = {line.split()[2] for line in text.splitlines() if line.startswith("# TYPE ")}
    assert helped == typed
    for name in names:
        stem = name.removesuffix("_bucket").removesuffix("_sum").removesuffix("_count")
        assert name in typed or stem in typed, name
    assert all(name.startswith(("flagstream_", "process_")) for name in names)
    for promised in ("flagstream_streams_open", "flagstream_streams_behind", "flagstream_stream_channels",
                     "flagstream_streams_ended_total", "flagstream_stream_frames_offered_total",
                     "flagstream_stream_frames_delivered_total", "flagstream_stream_propagation_seconds_bucket",
                     "flagstream_http_requests_total", "flagstream_http_request_seconds_bucket"):
        assert promised in names, sorted(names)
    assert server.metric("flagstream_stream_frames_delivered_total") >= 2
    assert server.metric("flagstream_http_requests_total", status="201") >= 3


def test_documented_metrics(make_server, environment_on):
    """Every metric that docs/operations.md tells an operator to watch is there."""
    server = make_server()
    environment = environment_on(server)
    with Stream(server.port, environment.key) as stream:
        stream.next_stamp()
        typed = {line.split()[2] for line in server.metrics().splitlines() if line.startswith("# TYPE ")}
    text = (ROOT / "docs/operations.md").read_text()
    table = text[text.index("| Metric |"):].split("\n\n", 1)[0].splitlines()[2:]
    documented = {f"flagstream_{name}" for row in table for name in re.findall(r"`([a-z_]+)", row.split("|")[1])}
    assert len(documented) > 15
    assert documented <= typed, documented - typed


def test_ops_listener(make_server):
    """With an address for operations, metrics are there and nowhere else."""
    port = free_port()
    server = make_server("--ops-listen", f"127.0.0.1:{port}")
    assert fetch(port, "/metrics").status == 200
    assert fetch(server.port, "/metrics").status == 404
    assert fetch(port, "/api/v1/flags/").status == 404
