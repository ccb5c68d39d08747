# SPDX-License-Identifier: Apache-2.0
"""Every subscriber that can be reached ends up with the newest stamp, whatever happens to its connections."""

import random

import pytest

from harness.gate import Gate
from harness.stream_pool import StreamPool

pytestmark = pytest.mark.durability

SEED = 7
SUBSCRIBERS = 30


def test_connections_cut(make_server, environment_on):
    """Connections cut again and again during a hundred changes: all subscribers come back and have the newest stamp."""
    chance = random.Random(SEED)
    print(f"seed {SEED}")
    server = make_server("--threads", "2")
    environment = environment_on(server)
    with Gate(server.port) as gate, StreamPool(gate.port, [environment.key] * SUBSCRIBERS, reconnect=True) as pool:
        pool.wait(lambda one: one.events > 0, "the first events")
        cut = 0
        for number in range(100):
            environment.set("banner", feature_state_value=number)
            if chance.random() < 0.1:
                cut += gate.cut()
        newest = environment.stamp()
        pool.wait(lambda one: one.latest == newest, "the newest stamp")
        assert cut > SUBSCRIBERS
        assert pool.total("breaks") >= cut - SUBSCRIBERS


@pytest.mark.parametrize("slice_bytes", [1, 7])
def test_bytes_in_slices(make_server, environment_on, slice_bytes):
    """A network that hands bytes on in slices: events arrive whole, in order, and the newest last."""
    server = make_server()
    environment = environment_on(server)
    with Gate(server.port) as gate:
        gate.slice_bytes = slice_bytes
        with StreamPool(gate.port, [environment.key] * 5) as pool:
            for number in range(20):
                environment.set("banner", feature_state_value=number)
            newest = environment.stamp()
            pool.wait(lambda one: one.latest == newest, "the newest stamp")
            assert pool.total("breaks") == 0


def test_stalled_then_drained(make_server, environment_on):
    """A network that stalls during changes and goes on: the newest stamp comes on the same stream."""
    server = make_server()
    environment = environment_on(server)
    with Gate(server.port) as gate, StreamPool(gate.port, [environment.key] * 5) as pool:
        pool.wait(lambda one: one.events == 1, "the first events")
        with gate.stalled():
            for number in range(50):
                environment.set("banner", feature_state_value=number)
        newest = environment.stamp()
        pool.wait(lambda one: one.latest == newest, "the newest stamp")
        assert pool.total("breaks") == 0 and pool.total("heads") == 5
