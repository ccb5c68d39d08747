# SPDX-License-Identifier: Apache-2.0
"""Each request that writes, at every route there is: what it stamps, whom it tells, what it notes, and nothing more."""

import json
import re

import pytest

from harness.admin import Admin
from harness.effect_rows import ROWS, Row
from harness.effects import PROJECT, Scene
from harness.http import fetch
from harness.server import ADMIN_TOKEN, LONG_STREAMS, PUBLISH_TOKEN, Server

pytestmark = pytest.mark.admin

READING = {"GET", "HEAD", "OPTIONS"}
CASES = [(method, row) for row in ROWS for method in row.methods.split(", ")]


def name_of(case) -> str:
    method, row = case
    return f"{method} {row.route} {row.caller if row.caller != 'admin' else ''} {row.note}".strip()


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    options = ("--threads", "2", "--allow-registration", "--log-level", "debug", *LONG_STREAMS)
    with Server(tmp_path_factory.mktemp("effects"), *options) as server:
        yield server


@pytest.fixture(scope="module")
def stranger(server):
    """An environment of another organisation."""
    admin = Admin(server.port)
    project = admin.make_project(admin.make_organisation()["id"])
    project.make_feature("signal", enabled=True, value="0")
    return project.make_environment()


@pytest.fixture
def scene(server, stranger):
    made = Scene(server, stranger)
    yield made
    made.close()


def fill(value, names: dict):
    """`value` with names put in: a text that is one name becomes what the name stands for."""
    if isinstance(value, dict):
        return {key: fill(one, names) for key, one in value.items()}
    if isinstance(value, list):
        return [fill(one, names) for one in value]
    if not isinstance(value, str):
        return value
    whole = re.fullmatch(r"\{(\w+)\}", value)
    return names[whole[1]] if whole else value


def credentials(row: Row, names: dict, scene: Scene) -> list[tuple[str, str]]:
    return {"nobody": [],
            "admin": [("Authorization", f"Token {ADMIN_TOKEN}")],
            "user": [("Authorization", f"Token {names.get('token')}")],
            "publisher": [("Authorization", f"Token {PUBLISH_TOKEN}")],
            "client": [("X-Environment-Key", scene.dev.key)],
            "server": [("X-Environment-Key", scene.dev.server_key)]}[row.caller]


@pytest.mark.parametrize("case", CASES, ids=name_of)
def test_effect(scene, case):
    """One request gives one stamp where it should and none elsewhere; each stream is told that one stamp, which a fetch
    then has, or nothing; the audit log gets its row."""
    method, row = case
    names = scene.names() | (row.prepare(scene) if row.prepare else {})
    scene.open_streams()
    path = re.sub(r"\{(\w+)\}", lambda name: str(names[name[1]]), row.pattern) + row.query
    headers = [("Content-Type", "application/json"), *credentials(row, names, scene)]
    body = b"" if row.body is None else json.dumps(fill(row.body, names)).encode()
    scene.assert_effect(lambda: fetch(scene.admin.port, path, headers, method, body).expect(row.status),
                        row.effect, row.audit)


def test_realtime_switched(scene):
    """Switching real-time off or on gives each environment of the project one stamp, and no other any; whoever asks for
    a stream then is told that stamp if it is on."""
    environments = scene.environments.items()
    for on in (False, True):
        before = {name: scene.rows.stamps_issued(one.id) for name, one in environments}
        scene.project.patch(enable_realtime_updates=on)
        for name, one in environments:
            rise = 1 if name in PROJECT.stamped else 0
            assert scene.rows.stamps_issued(one.id)[2] == before[name][2] + rise
            assert (scene.rows.stamps_issued(one.id)[0] > before[name][0]) == bool(rise)
    scene.open_streams()


def test_every_route_is_in_the_table(server):
    """What the server lists as its routes is what the table has; a new route that may write needs a row."""
    lines = re.findall(r"route path=(\S+) methods=\"?([A-Z, ]+)\"?$", server.logs(), re.MULTILINE)
    listed = {(method, re.sub(r":int\}", "}", path)) for path, methods in lines
              for method in methods.split(", ") if method not in READING}
    assert listed, "the server lists no routes"
    described = {(method, row.pattern) for method, row in CASES}
    assert described == listed
