# SPDX-License-Identifier: Apache-2.0
"""How SDKs with real-time follow a stream, replayed: each sees a change, and none is made to fetch or to reconnect
without need. All models run at once for as long as ten streams last."""

import pytest

from conftest import make_environment
from harness.admin import Admin
from harness.deadline import wait_until
from harness.stream_models import STREAM_MODELS, Flutter, Ios, StreamModel

pytestmark = [pytest.mark.sdk, pytest.mark.wire, pytest.mark.xdist_group("stream-models")]
STREAM_ENDS = 10
NEVER_FETCHING_IDLE = [kind for kind in STREAM_MODELS if kind is not Ios]


def name_of(kind: type[StreamModel]) -> str:
    return kind.__name__.lower()


@pytest.fixture(scope="module")
def environment_of_models(short_streams):
    return make_environment(Admin(short_streams.port))


@pytest.fixture(scope="module")
def models(environment_of_models):
    """One of each, at rest: each has seen a change, and what its start set off is over."""
    models = {kind: kind(environment_of_models) for kind in STREAM_MODELS}
    environment_of_models.set("banner", feature_state_value="settled")
    for model in models.values():
        model.wait_for_banner("settled")
        ends = model.ends
        wait_until(lambda model=model, ends=ends: model.ends > ends, "the end of a stream")
    yield models
    for model in models.values():
        model.close()


@pytest.fixture(scope="module")
def after_ten_ends(models):
    """Fetches and streams per model during ten ends with nothing new."""
    before = {kind: (model.fetches, model.streams, model.ends) for kind, model in models.items()}
    for kind, model in models.items():
        wait_until(lambda model=model, ends=before[kind][2]: model.faults or model.ends >= ends + STREAM_ENDS,
                   f"ten streams of {kind.__name__} to end", seconds=120)
    return {kind: (model.fetches - before[kind][0], model.streams - before[kind][1]) for kind, model in models.items()}


@pytest.mark.parametrize("kind", NEVER_FETCHING_IDLE, ids=name_of)
def test_wire_26_idle_streams_cause_no_fetch(models, after_ten_ends, kind):
    """Ten ends of streams with nothing new: not one fetch, and nothing that would have stopped the SDK."""
    assert models[kind].faults == []
    fetches, streams = after_ten_ends[kind]
    assert fetches == 0 and streams >= STREAM_ENDS - 1


def test_wire_26_ios_fetches_once_a_stream(models, after_ten_ends):
    """iOS fetches at the first event of each stream, by its own bug, and not more."""
    assert models[Ios].faults == []
    fetches, streams = after_ten_ends[Ios]
    # One stream may have been opened without its event seen, at either end of the count.
    assert streams - 1 <= fetches <= streams + 1


def test_wire_27_overlapping_streams(models, after_ten_ends):
    """A client that opens a stream before the last one ended never has more than two, since each ends by itself."""
    assert after_ten_ends[Flutter] and models[Flutter].faults == []
    assert models[Flutter].streams - models[Flutter].ends <= Flutter.streams_at_once


@pytest.mark.parametrize("kind", STREAM_MODELS, ids=name_of)
def test_wire_28_change_after_idle(models, after_ten_ends, environment_of_models, kind):
    """After all that a change still reaches each."""
    assert after_ten_ends
    # The server has ended the connection that was idle for so long.
    environment_of_models.admin.forget_connection()
    environment_of_models.set("banner", feature_state_value=f"for {kind.__name__}")
    models[kind].wait_for_banner(f"for {kind.__name__}")
