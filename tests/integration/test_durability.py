# SPDX-License-Identifier: Apache-2.0
"""What survives a killed process."""

import random
import threading
import time

import pytest

from harness.admin import Admin, Environment
from harness.deadline import Deadline
from harness.stream_pool import StreamPool

pytestmark = [pytest.mark.durability, pytest.mark.timeout(300)]

WRITES = 200
STREAMS = 50
KILLS = 8
FEATURES = 5
SEED = 20261124


class Writer:
    """Makes numbered writes one after the other, on one feature after the other, on a thread of its own; while the
    server is away it tries the same write again. Remembers the newest acknowledged number of each feature."""

    def __init__(self, environment: Environment):
        self._environment = environment
        self._paths = [environment.state_path(f"f{number}") for number in range(FEATURES)]
        self._lock = threading.Lock()
        self.acknowledged = [0] * FEATURES
        self.count = 0
        self.faults: list[BaseException] = []
        self._thread = threading.Thread(target=self._guarded_run, name="writer", daemon=True)

    def start(self) -> None:
        self._thread.start()

    @property
    def done(self) -> bool:
        return not self._thread.is_alive()

    def snapshot(self) -> list[int]:
        with self._lock:
            return list(self.acknowledged)

    def _guarded_run(self) -> None:
        try:
            self._run()
        except BaseException as fault:  # seen by the test, which fails on it
            self.faults.append(fault)

    def _run(self) -> None:
        admin = Admin(self._environment.port)
        for number in range(1, WRITES + 1):
            index = number % FEATURES
            deadline = Deadline(f"write {number} to be acknowledged")
            while True:
                try:
                    admin.put(self._paths[index], {"feature_state_value": number})
                    break
                except OSError:
                    deadline.remaining()
            with self._lock:
                self.acknowledged[index] = number
                self.count += 1


def assert_all_there(environment: Environment, acknowledged: list[int]) -> None:
    """Each feature has the acknowledged value or one of a later write, whose answer may have been lost."""
    flags = {flag["feature"]["name"]: flag["feature_state_value"] for flag in environment.flags().json()}
    for index, number in enumerate(acknowledged):
        assert flags[f"f{index}"] >= number, f"write {number} was acknowledged and is lost: {flags}"


def test_kill_during_writes(make_server, environment_on):
    """kill -9 at random instants during 200 acknowledged writes, with 50 streams connected and reconnecting: after each
    restart every acknowledged write is there and every stream gets the newest stamp."""
    chance = random.Random(SEED)
    print(f"seed {SEED}")
    server = make_server("--threads", "2")
    environment = environment_on(server)
    for number in range(FEATURES):
        environment.project.make_feature(f"f{number}")
        environment.set(f"f{number}", enabled=True, feature_state_value=0)
    writer = Writer(environment)
    with StreamPool(server.port, [environment.key] * STREAMS, reconnect=True) as pool:
        pool.wait(lambda one: one.events > 0, "the first events")
        writer.start()
        kill_at = sorted(chance.sample(range(5, WRITES - 5), KILLS))
        for target in kill_at:
            deadline = Deadline(f"{target} writes", 60)
            # Mostly a write is under way when the process is killed, and somewhere else in its course each time.
            while writer.count < target and not writer.faults:
                deadline.remaining()
            assert not writer.faults, writer.faults
            acknowledged = writer.snapshot()
            server.kill()
            killed = time.monotonic()
            server.start()
            assert_all_there(environment, acknowledged)
            seen = environment.stamp()
            pool.wait(lambda one, seen=seen, killed=killed: one.opened_at > killed and one.latest_here >= seen,
                      "every subscriber to have a stream since the restart, and on it the stamp served then")
        writer._thread.join(60)
        assert writer.done and not writer.faults, writer.faults
        assert_all_there(environment, writer.acknowledged)
        newest = environment.stamp()
        pool.wait(lambda one: one.latest == newest, "every stream to have the newest stamp")
        assert writer.count == WRITES
        assert pool.total("heads") >= STREAMS * (KILLS + 1)
        print(f"{WRITES} writes, {KILLS} kills, {pool.total('events')} events, {pool.total('breaks')} broken streams")


def test_kill_keeps_traits(make_server, environment_on):
    """A trait write answered with 200 is there after kill -9."""
    server = make_server()
    environment = environment_on(server)
    for number in range(5):
        environment.identify("alice", [{"trait_key": f"k{number}", "trait_value": number}])
        server.kill()
        server.start()
        answer = environment.sdk("GET", "identities/?identifier=alice").expect(200).json()
        assert {trait["trait_key"]: trait["trait_value"] for trait in answer["traits"]} == {
            f"k{index}": index for index in range(number + 1)}


def test_second_start_finds_the_same(make_server, environment_on):
    """A clean restart changes nothing: same flags, same stamp, same token; the demo is not made twice."""
    server = make_server()
    environment = environment_on(server)
    environment.set("banner", feature_state_value="kept")
    before = environment.flags()
    projects = len(environment.admin.get("projects/"))
    server.restart()
    environment.admin.forget_connection()
    after = environment.flags()
    assert after.body == before.body
    assert after.headers.get("X-Flagsmith-Document-Updated-At") == before.headers.get("X-Flagsmith-Document-Updated-At")
    assert after.headers.get("ETag") == before.headers.get("ETag")
    assert len(environment.admin.get("projects/")) == projects


def test_event_of_a_write_before_the_kill(make_server, environment_on):
    """A write whose process is killed at once after the answer still reaches a stream opened after the restart."""
    server = make_server()
    environment = environment_on(server)
    with StreamPool(server.port, [environment.key], reconnect=True) as pool:
        for number in range(5):
            environment.set("banner", feature_state_value=number)
            server.kill()
            server.start()
            environment.admin.forget_connection()
            newest = environment.stamp()
            assert environment.flag("banner")["feature_state_value"] == number
            pool.wait(lambda one, newest=newest: one.latest == newest, "the stamp of the write")
