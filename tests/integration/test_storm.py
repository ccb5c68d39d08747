# SPDX-License-Identifier: Apache-2.0
"""Very many streams are cut at once and come back."""

import itertools
import resource

import pytest

from harness.deadline import Deadline, wait_until
from harness.stream_models import STREAM_MODELS
from harness.stream_pool import StreamPool

pytestmark = [pytest.mark.load, pytest.mark.timeout(600)]

CUT = 15_000
ESTABLISHED = 1_000
DESCRIPTORS = CUT + ESTABLISHED + 1_000
# Not Android, which never comes back after a break.
BACKOFFS = [model.seconds_after_break for model in STREAM_MODELS if model.seconds_after_break(1) is not None]
BOUND_SECONDS = 150


@pytest.fixture
def many_descriptors():
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard < DESCRIPTORS:
        pytest.skip(f"a process may have {hard} descriptors here, this takes {DESCRIPTORS}")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, DESCRIPTORS), hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_storm(make_server, environment_on, many_descriptors):
    """All of them are back, as soon as their SDKs try, with the newest stamp; those that were not cut are told of every
    change meanwhile and none of them ends."""
    server = make_server("--threads", "2")
    calm, stormy = environment_on(server), environment_on(server)
    with StreamPool(server.port, [calm.key] * ESTABLISHED) as established, \
            StreamPool(server.port, [stormy.key] * CUT, reconnect=True) as cut:
        for subscriber, backoff in zip(cut.subscribers, itertools.cycle(BACKOFFS)):
            subscriber.seconds_after_break = backoff
        established.wait(lambda one: one.events == 1, "the first events")
        cut.wait(lambda one: one.events == 1, "the first events of those to be cut", BOUND_SECONDS)

        cut.cut()
        stormy.set("banner", feature_state_value="missed by all")
        missed = stormy.stamp()
        rounds = 0
        deadline = Deadline("all streams to be back", BOUND_SECONDS)
        while not all(one.latest_here >= missed for one in cut.subscribers):
            assert deadline.remaining() and not cut.faults, cut.faults[:3]
            rounds += 1
            calm.set("banner", feature_state_value=rounds)
            newest = calm.stamp()
            established.wait(lambda one, newest=newest: one.latest == newest, f"change {rounds}", BOUND_SECONDS)

        assert rounds > 1
        assert all(one.events == 1 + rounds for one in established.subscribers)
        assert established.total("breaks") == established.total("clean_ends") == 0
        assert all((one.breaks, one.clean_ends, one.heads) == (1, 0, 2) for one in cut.subscribers)
        wait_until(lambda: server.metric("flagstream_streams_open") == CUT + ESTABLISHED, "the cut streams to be forgotten")
        assert "\nflagstream_connections_waiting 0\n" in server.metrics()
        assert server.metric("flagstream_streams_refused_total") == 0
        assert server.metric("flagstream_connections_refused_total") == 0
        stormy.set("banner", feature_state_value="seen by all")
        newest = stormy.stamp()
        cut.wait(lambda one: one.latest == newest, "the change after the storm", BOUND_SECONDS)
