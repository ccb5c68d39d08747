# SPDX-License-Identifier: Apache-2.0
"""The data folder: who may open it, with which schema, on a full disk, and after another copy was put in its place."""

import os
import shutil
import sqlite3
import subprocess

import pytest

from harness.deadline import wait_until
from harness.sse import Stream

pytestmark = pytest.mark.durability


def test_second_process_is_refused(make_server):
    """A second process on the same folder ends with a sentence that names the owner; the first goes on."""
    server = make_server()
    refusal = server.refused_start()
    assert refusal.exit_code not in (0, -6, -11)
    assert str(server.data) in refusal.output and str(server.pid) in refusal.output
    assert server.get("/health").status == 200
    server.kill()
    server.start()
    assert server.get("/ready").status == 200


@pytest.mark.parametrize("command", ["serve", "hub"])
def test_newer_schema_is_refused(make_server, command):
    """Data of a later release is refused with a sentence, and is not touched."""
    server = make_server(command=command)
    server.stop()
    [database] = server.data.glob("*.db")
    with sqlite3.connect(database) as connection:
        [version] = connection.execute("PRAGMA user_version").fetchone()
        assert version >= 1
        connection.execute(f"PRAGMA user_version = {version + 1}")
    connection.close()
    before = database.read_bytes()
    refusal = server.refused_start()
    assert refusal.exit_code not in (0, -6, -11)
    assert f"schema version {version + 1}" in refusal.output and "later" in refusal.output
    assert database.read_bytes() == before


def test_not_a_database(make_server):
    """A file that is no database is refused with a sentence."""
    server = make_server(start=False)
    server.data.mkdir()
    (server.data / "flagstream.db").write_bytes(b"this is no database " * 500)
    refusal = server.refused_start()
    assert refusal.exit_code not in (0, -6, -11)
    assert "flagstream.db" in refusal.output and "database" in refusal.output


def test_folder_that_cannot_be(make_server, tmp_path):
    """A folder that cannot be made is refused with a sentence that names it."""
    (tmp_path / "file").write_text("")
    server = make_server(start=False)
    server.data = tmp_path / "file" / "data"
    refusal = server.refused_start()
    assert refusal.exit_code not in (0, -6, -11)
    assert str(server.data) in refusal.output


@pytest.fixture
def small_disk(tmp_path):
    """A file system of 6 MiB, if this user may mount one."""
    folder = tmp_path / "small"
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", str(folder)], check=False,
                             capture_output=True, text=True)
    if mounted.returncode != 0:
        pytest.skip(f"may not mount a small file system: {mounted.stderr.strip()}")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill(folder) -> None:
    """Takes the last byte of the disk."""
    with open(folder / "filler", "ab", buffering=0) as filler:
        for size in (1 << 16, 1 << 10, 1):
            try:
                while True:
                    filler.write(b"x" * size)
            except OSError:
                continue
        os.fsync(filler.fileno())


def test_full_disk(make_server, environment_on, small_disk):
    """With a full disk writes are answered with 503 and change nothing, while fetches and streams go on; with room
    again writes work again."""
    server = make_server(start=False)
    server.data = small_disk / "data"
    server.start()
    environment = environment_on(server)
    fill(small_disk)
    path = environment.state_path("banner")
    refused = wait_until(lambda: write_is_refused(environment, path, small_disk), "a write that finds no room")
    assert isinstance(refused.json()["detail"], str)
    assert refused.headers.get("X-Flagsmith-Document-Updated-At") is None

    before = environment.flags()
    stamp = environment.stamp()
    with Stream(server.port, environment.key) as stream:
        assert stream.next_stamp() == stamp
        assert environment.admin.call("PUT", path, {"feature_state_value": "z" * 20_000}).status == 503
        trait = {"identifier": "alice", "traits": [{"trait_key": "k", "trait_value": "z" * 1900}]}
        assert environment.sdk("POST", "identities/", trait).status == 503
        assert environment.flags().body == before.body
        assert environment.document().status == 200
        assert environment.sdk("GET", "identities/?identifier=alice&transient=true").status == 200
        assert server.get("/health").status == 200
        (small_disk / "filler").unlink()
        answer = wait_until(lambda: succeeded(environment, path), "a write to succeed again")
        assert answer["feature_state_value"] == "room again"
        assert stream.stamp_at_least(environment.stamp()) > stamp


def write_is_refused(environment, path: str, disk):
    """Large values use up what room the database files still have inside."""
    answer = environment.admin.call("PUT", path, {"feature_state_value": os.urandom(9_000).hex()})
    assert answer.status in (200, 503), answer.body
    fill(disk)
    return answer if answer.status == 503 else None


def succeeded(environment, path: str):
    answer = environment.admin.call("PUT", path, {"feature_state_value": "room again"})
    assert answer.status in (200, 503), answer.body
    return answer.json() if answer.status == 200 else None


def test_restored_copy(make_server, environment_on):
    """After an older copy of the database is put in place, every environment gets one stamp, newer than any that
    clients may hold; a further restart makes none."""
    server = make_server()
    first = environment_on(server)
    second = first.project.make_environment()
    server.stop()
    copy = server.folder / "copy"
    shutil.copytree(server.data, copy)
    server.start()
    first.admin.forget_connection()
    first.set("banner", feature_state_value="after the copy")
    second.set("banner", feature_state_value="after the copy")
    held = [one.stamp() for one in (first, second)]
    server.stop()
    for name in os.listdir(server.data):
        if name.startswith("flagstream.db"):
            (server.data / name).unlink()
    for name in os.listdir(copy):
        if name.startswith("flagstream.db"):
            shutil.copy(copy / name, server.data / name)
    server.start()
    first.admin.forget_connection()
    stamped = [one.stamp() for one in (first, second)]
    assert all(now > before for now, before in zip(stamped, held, strict=True)), (stamped, held)
    assert [one.flag("banner")["feature_state_value"] for one in (first, second)] == ["blue", "blue"]
    server.restart()
    assert [one.stamp() for one in (first, second)] == stamped
