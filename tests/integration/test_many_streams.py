# SPDX-License-Identifier: Apache-2.0
"""Several hubs on one port, as the row of 100,000 streams measures them, with few streams. Counts, never times."""

import json
import pathlib
import subprocess
import sys

import pytest

from harness.deadline import PATIENCE
from harness.server import binary_path, environment_of_server, free_port

sys.path.append(str(pathlib.Path(__file__).resolve().parents[2] / "bench"))

import many_streams  # noqa: E402

pytestmark = pytest.mark.load

STREAMS = 300
HUBS = 3


@pytest.fixture(autouse=True)
def unpinned(monkeypatch):
    """The tests' machine may have one core, and others at work on it."""
    monkeypatch.setattr(many_streams, "pinned", lambda _core, *command: list(map(str, command)))


def measure(tmp_path):
    return many_streams.measure(binary_path(), STREAMS, HUBS, rounds=2, folder=tmp_path / "hubs",
                                environment=environment_of_server())


def test_one_change_reaches_the_streams_of_all_hubs(tmp_path):
    """The kernel spreads the streams over all hubs of the port, and each stream is told of each change once."""
    figures = measure(tmp_path)
    assert sum(figures["streams_of_nodes"]) == STREAMS
    assert min(figures["streams_of_nodes"]) > 0
    assert [change["reached"] for change in figures["changes"]] == [STREAMS, STREAMS]
    assert [change["reopened"] for change in figures["changes"]] == [0, 0]
    # Both ends of each connection, beside what others have.
    assert figures["kernel_idle"]["tcp"]["inuse"] >= 2 * STREAMS
    _last, told, all_reached = many_streams.summary(figures)
    assert all_reached
    assert told.startswith(f"all {STREAMS} in each of 2 changes")


def test_a_hub_that_is_not_told_shows(tmp_path, monkeypatch, capsys):
    """Without a bus the streams of a hub that got no report are not reached: the run says so and does not hang."""
    monkeypatch.setattr(many_streams, "ROUND_SECONDS", 2 * PATIENCE)
    publish = many_streams.publish
    monkeypatch.setattr(many_streams, "publish", lambda hubs, micros: publish(hubs[1:], micros))
    figures = measure(tmp_path)
    missing = figures["streams_of_nodes"][0]
    assert [change["reached"] for change in figures["changes"]] == [STREAMS - missing] * 2
    assert f"NOT ALL WERE REACHED: {missing:,} of {STREAMS}" in capsys.readouterr().err
    _last, told, all_reached = many_streams.summary(figures)
    assert not all_reached
    assert told.startswith(f"NOT ALL: {STREAMS - missing} of {STREAMS} in the worst of 2 changes")


def test_streams_that_find_no_descriptors_are_no_run(monkeypatch):
    """What a process may not hold is said before anything is started."""
    monkeypatch.setattr(many_streams.resource, "getrlimit", lambda _limit: (20_000, 20_000))
    many_streams.check_descriptors(100_000, 7)
    with pytest.raises(SystemExit, match="100,000 streams over 5 hubs need 21,512 descriptors each"):
        many_streams.check_descriptors(100_000, 5)


def test_follow_ends_with_its_input_and_says_why_it_cannot_begin():
    """Nobody listens: one sentence and exit code 1, though nothing is said to it."""
    port = free_port()
    done = subprocess.run([binary_path(), "bench", "follow", "--url", f"http://127.0.0.1:{port}", "--environment", "key"],
                          stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60 * PATIENCE, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("flagstream: a stream ")


def test_follow_tells_what_it_is_asked(make_server):
    """Of a change that was before it: nothing reached; at the end of its input it ends well."""
    server = make_server()
    done = subprocess.run([binary_path(), "bench", "follow", "--url", f"http://127.0.0.1:{server.port}", "--environment",
                           "demo-development", "--streams", "5"],
                          input="\n\n", capture_output=True, text=True, timeout=60 * PATIENCE, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    opened, first, second = map(json.loads, done.stdout.splitlines())
    assert opened["open"] == 5
    assert first == second
    assert (first["streams"], first["open"], first["reached"], first["told_at_percents"]) == (5, 5, 0, [])
