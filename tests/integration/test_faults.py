# SPDX-License-Identifier: Apache-2.0
"""A network that fails at random, and a server that is killed in between: what is promised to every client holds."""

import contextlib
import os
import random
import time

import pytest

from harness.deadline import wait_until
from harness.fault_gate import FaultGates
from harness.follower import Follower

pytestmark = [pytest.mark.durability, pytest.mark.timeout(300)]

FOLLOWERS = 40
CHANGES = 60
SEEDS = [int(seed) for seed in os.environ.get("FLAGSTREAM_FAULT_SEEDS", "1,2,3").split(",")]


@pytest.mark.parametrize("seed", SEEDS)
def test_random_faults(make_server, environment_on, seed):
    """Connections delayed, sliced to bytes, stalled, reset, ended early and swallowed during changes. No answer is older than
    the event it was asked for; once the network is whole, every client holds the newest; and from then on, unchanged, the
    streams of clients end and open again without a fetch."""
    chance = random.Random(seed)
    server = make_server("--threads", "2", "--keepalive", "1", "--stream-max-age", "5")
    environment = environment_on(server)
    with FaultGates(server.port, seed) as gates, contextlib.ExitStack() as running:
        followers = [running.enter_context(Follower(environment, gates.ports[number % len(gates.ports)]))
                     for number in range(FOLLOWERS)]
        killed_at = chance.randrange(CHANGES)
        for number in range(CHANGES):
            environment.set("banner", feature_state_value=number)
            if number == killed_at:
                server.kill()
                server.start()
                environment.admin.forget_connection()
            time.sleep(chance.uniform(0, 0.1))
        gates.heal()
        newest = environment.stamp()

        def all_hold_the_newest() -> bool:
            assert not (faults := [fault for one in followers for fault in one.faults]), faults[:3]
            return all((one.held, one.value) == (newest, CHANGES - 1) for one in followers)

        wait_until(all_hold_the_newest, f"all to hold {newest} (seed {seed})", seconds=60)
        assert sum(one.broken for one in followers) > FOLLOWERS, "the network was too good to show anything"
        fetches, streams = [one.fetches for one in followers], [one.streams for one in followers]
        wait_until(lambda: all(one.streams >= before + 2 for one, before in zip(followers, streams)),
                   "two more streams of each", seconds=60)
        assert [one.fetches for one in followers] == fetches
        assert not [fault for one in followers for fault in one.faults]
