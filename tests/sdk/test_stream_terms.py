# SPDX-License-Identifier: Apache-2.0
"""Each kind of client gets a stream that is good for it: its age, its end, and what never happens to it. The clients are
models of the SDKs."""

import pytest

from harness.deadline import wait_until
from harness.sse import Stream
from harness.stream_models import Android, Browser, Flutter, Go, Ios, Python, ReactNative, Ruby, StreamModel, Unknown

pytestmark = [pytest.mark.sdk, pytest.mark.wire]


@pytest.fixture
def start():
    """Starts models that end with the test."""
    models = []

    def start_one(kind: type[StreamModel], environment) -> StreamModel:
        models.append(kind(environment))
        return models[-1]

    yield start_one
    for model in models:
        model.close()


@pytest.fixture
def follow(start):
    """The same, and waits until it holds what there is and its stream has told it so."""
    def follow_one(kind: type[StreamModel], environment) -> StreamModel:
        model = start(kind, environment)
        wait_for_first_events(model)
        return model

    return follow_one


def wait_for_first_events(model: StreamModel) -> None:
    """Each stream that it opened has told it something."""
    wait_until(lambda: model.faults or model.chunks >= model.streams >= model.ends + model.streams_at_once,
               "the first event of a stream")
    assert model.faults == []


def test_ages_by_client(environment, follow):
    """Without an age of the operator's, those who need their streams to end see one end while all others stay open."""
    short = [follow(kind, environment) for kind in (ReactNative, Flutter, Ruby, Unknown)]
    long = [follow(kind, environment) for kind in (Browser, Python, Go, Android, Ios)]
    for model in short:
        wait_until(lambda model=model: model.ends >= 1, f"a stream of {type(model).__name__} to end", seconds=60)
    assert [model.ends for model in long] == [0] * len(long)
    assert [model.faults for model in short + long] == [[]] * 9


def test_ruby_sees_a_change_at_once(make_server, environment_on, follow):
    """Its stream ends right after a change and only then, so it sees each change, opens one stream more for it, and none
    besides."""
    environment = environment_on(make_server())
    ruby = follow(Ruby, environment)
    for number in range(1, 4):
        environment.set("banner", feature_state_value=f"value {number}")
        ruby.wait_for_banner(f"value {number}")
        # It fetches at the end of a stream, before it counts that end and opens the next.
        wait_until(lambda: ruby.streams > number, "its next stream")
        wait_for_first_events(ruby)
        assert (ruby.ends, ruby.streams) == (number, number + 1)


def test_android_meets_no_error(make_server, environment_on, start):
    """Over the limit of streams, at its age, after its environment is gone: never anything that would stop it."""
    server = make_server("--stream-max-age", "5", "--max-streams", "1", "--threads", "1")
    environment = environment_on(server)
    with Stream(server.port, environment.key) as other:
        other.head().expect(200)
        android = start(Android, environment)
        wait_until(lambda: server.metric("flagstream_streams_refused_total") > 0, "the limit to be reached")
    environment.set("banner", feature_state_value="seen by all")
    android.wait_for_banner("seen by all")
    ends = server.metric("flagstream_streams_ended_total", reason="age_limit")
    wait_until(lambda: server.metric("flagstream_streams_ended_total", reason="age_limit") > ends, "its stream to end")
    environment.admin.delete(f"{environment.path}/")
    ends = android.ends
    wait_until(lambda: android.faults or android.ends > ends + 1, "streams without an environment to end", seconds=60)
    assert android.faults == []


def test_repeats_cost_no_fetch(make_server, environment_on, follow):
    """Those who get an event once more do not fetch for it, and iOS, which would, gets none: two changes, two fetches."""
    server = make_server("--repeat", "1", "--threads", "1", "--keepalive", "55")
    environment = environment_on(server)
    repeated = [follow(kind, environment) for kind in (Browser, Python, Go, Android, ReactNative)]
    others = [follow(kind, environment) for kind in (Ios, Unknown)]
    before = {model: model.fetches for model in repeated + others}
    for number in (1, 2):
        environment.set("banner", feature_state_value=f"value {number}")
        for model in before:
            model.wait_for_banner(f"value {number}")
        repeats = number * len(repeated)
        wait_until(lambda repeats=repeats: server.metric("flagstream_stream_repeats_total") >= repeats, "the repeats")
        chunks = 1 + 2 * number
        wait_until(lambda chunks=chunks: all(model.chunks >= chunks for model in repeated), "all to have read theirs")
    assert server.metric("flagstream_stream_repeats_total") == 2 * len(repeated)
    assert {model: model.fetches - fetches for model, fetches in before.items()} == dict.fromkeys(before, 2)
    assert [model.chunks for model in others] == [3, 3]
