# SPDX-License-Identifier: Apache-2.0
"""The hub command: queue-change in, streams out, and an answer of 200 means that the stamp is on disk."""

import datetime
import json
import math
import random
import threading
from fractions import Fraction

import pytest

from harness.http import Connection, fetch
from harness.publish import publish_headers, publish_path, publish_request
from harness.server import LONG_STREAMS, PUBLISH_TOKEN, Server
from harness.sse import EVENT, Stream
from harness.stream_pool import StreamPool

pytestmark = pytest.mark.hub

EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
SEED = 31


def micros_of(text: str) -> int:
    moment = datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=datetime.UTC)
    return (moment - EPOCH) // datetime.timedelta(microseconds=1)


def iso_of(micros: int) -> str:
    return (EPOCH + datetime.timedelta(microseconds=micros)).isoformat()


def double_not_above(micros: int) -> float:
    """The largest double that is not above the exact decimal: what a hub prints."""
    exact = Fraction(micros, 1_000_000)
    nearest = micros / 1_000_000
    return nearest if Fraction(nearest) <= exact else math.nextafter(nearest, 0)


def publish(port: int, key: str, updated_at: str, token: str | None = PUBLISH_TOKEN):
    return fetch(port, publish_path(key), publish_headers(token), "POST",
                 json.dumps({"updated_at": updated_at}).encode())


def next_text(stream: Stream) -> str:
    """The number of the next event, as it stands there."""
    while (match := EVENT.fullmatch(stream.next_chunk())) is None:
        continue
    return match[1].decode()




def newest_text(port: int, key: str) -> str:
    with Stream(port, key) as stream:
        return next_text(stream)


@pytest.fixture(scope="module")
def hub(tmp_path_factory):
    with Server(tmp_path_factory.mktemp("hub"), *LONG_STREAMS, command="hub") as server:
        yield server


@pytest.mark.wire
@pytest.mark.parametrize("updated_at", [
    "2026-05-01T09:30:00.123456+00:00", "2026-05-01T09:30:00.123456Z", "2026-05-01T09:30:00.123456",
    "2026-05-01T09:30:00.5", "2026-05-01T09:30:00", "2026-05-01T09:30:00Z", "2026-05-01T09:30:00.1234+00:00",
    "2026-05-01T11:30:00.760000+02:00", "2026-05-01T04:00:00.76-05:30", "2026-11-24T01:40:54.928717+00:00",
])
def test_wire_31_formats(hub, request, updated_at):
    """Each form of the date is taken, and the stream prints the largest double that is not above it."""
    key = f"formats-{abs(hash(request.node.name))}"
    answer = publish(hub.port, key, updated_at)
    assert answer.expect(200).json() == {}
    text = newest_text(hub.port, key)
    assert "." in text
    assert float(text) == double_not_above(micros_of(updated_at))
    assert Fraction(text) > 0 and float(text) <= Fraction(micros_of(updated_at), 1_000_000)


@pytest.mark.wire
def test_wire_31_newest_wins(hub):
    """An older stamp and an equal one are accepted and dropped; a newer one, by a microsecond, reaches the stream."""
    key = "newest-wins"
    base = micros_of("2026-05-01T09:30:00.500000")
    publish(hub.port, key, iso_of(base)).expect(200)
    with Stream(hub.port, key) as stream:
        assert float(next_text(stream)) == double_not_above(base)
        for micros in (base - 1, base, base - 10_000_000, base + 1):
            publish(hub.port, key, iso_of(micros)).expect(200)
        assert float(next_text(stream)) == double_not_above(base + 1)
        publish(hub.port, key, iso_of(base + 2)).expect(200)
        assert float(next_text(stream)) == double_not_above(base + 2)
        assert len(stream.stamps) == 3


@pytest.mark.wire
def test_wire_31_refused(hub):
    """Wrong and missing tokens: 401. What cannot be read: 400. Neither leaves a stamp."""
    key = "refused"
    good = "2026-05-01T09:30:00.123456+00:00"
    for token in ("wrong", "", PUBLISH_TOKEN + "x", PUBLISH_TOKEN[:-1], None):
        assert publish(hub.port, key, good, token).status == 401
    for body in (b"", b"{", b"[]", b"{}", b'{"updated_at": null}', b'{"updated_at": 5}', b'{"updated_at": ""}',
                 b'{"updated_at": "today"}', b'{"updated_at": "2026-13-01T00:00:00Z"}',
                 b'{"updated_at": "2026-05-01T25:00:00Z"}'):
        answer = fetch(hub.port, publish_path(key), publish_headers(), "POST", body)
        assert answer.status == 400, body
        assert isinstance(answer.json(), dict)
    with Stream(hub.port, key) as stream:
        publish(hub.port, key, good).expect(200)
        assert float(next_text(stream)) == double_not_above(micros_of(good))
        assert len(stream.stamps) == 1


@pytest.mark.wire
def test_wire_31_no_rounding_refetch(hub):
    """Random microsecond stamps: never above the exact value, and a stamp a microsecond later is still later."""
    chance = random.Random(SEED)
    key = "rounding"
    micros = micros_of("2026-05-01T09:30:00")
    publish(hub.port, key, iso_of(micros)).expect(200)
    with Stream(hub.port, key) as stream, Connection(hub.port) as connection:
        last = float(next_text(stream))
        for number in range(300):
            micros += 1 if number % 2 else chance.randrange(1, 5_000_000)
            body = json.dumps({"updated_at": iso_of(micros)}).encode()
            connection.request("POST", publish_path(key), publish_headers(), body).expect(200)
            value = float(next_text(stream))
            assert value == double_not_above(micros)
            assert value > last and Fraction(value) <= Fraction(micros, 1_000_000)
            last = value


def test_both_token_names(make_server):
    """SSE_AUTHENTICATION_TOKEN is another name of the token; FLAGSTREAM_PUBLISH_TOKEN outweighs it."""
    good = "2026-05-01T09:30:00Z"
    alias = make_server(command="hub", name="alias",
                        environment={"FLAGSTREAM_PUBLISH_TOKEN": None, "SSE_AUTHENTICATION_TOKEN": "by-alias"})
    assert publish(alias.port, "k", good, "by-alias").status == 200
    assert publish(alias.port, "k", good, PUBLISH_TOKEN).status == 401
    both = make_server(command="hub", name="both", environment={"SSE_AUTHENTICATION_TOKEN": "by-alias"})
    assert publish(both.port, "k", good, PUBLISH_TOKEN).status == 200
    assert publish(both.port, "k", good, "by-alias").status == 401


def test_hub_needs_a_token(make_server):
    """Without a token a hub does not start, and says which setting is missing."""
    hub = make_server(command="hub", start=False, environment={"FLAGSTREAM_PUBLISH_TOKEN": None})
    refusal = hub.refused_start()
    assert refusal.exit_code not in (0, -6, -11)
    assert "FLAGSTREAM_PUBLISH_TOKEN" in refusal.output


def test_hub_keeps_stamps(make_server):
    """A stamp outlives a clean restart, and a client that comes later gets it."""
    hub = make_server(command="hub")
    publish(hub.port, "kept", "2026-05-01T09:30:00.25Z").expect(200)
    hub.restart()
    assert float(newest_text(hub.port, "kept")) == micros_of("2026-05-01T09:30:00.25Z") / 1e6
    publish(hub.port, "kept", "2026-05-01T09:30:00.125Z").expect(200)
    assert float(newest_text(hub.port, "kept")) == micros_of("2026-05-01T09:30:00.25Z") / 1e6


class Publisher:
    """Publishes rising stamps for keys of its own until told to stop; remembers what was acknowledged."""

    def __init__(self, port: int, name: str):
        self._port = port
        self._keys = [f"{name}-{number}" for number in range(8)]
        self._stop = threading.Event()
        self.acknowledged: dict[str, int] = {}
        self.thread = threading.Thread(target=self._run, name=name, daemon=True)

    def stop(self) -> None:
        self._stop.set()
        self.thread.join(30)

    def _run(self) -> None:
        micros = micros_of("2026-05-01T09:30:00")
        try:
            with Connection(self._port) as connection:
                while not self._stop.is_set():
                    micros += 1
                    for key in self._keys:
                        connection.send(publish_request(key, iso_of(micros)))
                    for key in self._keys:
                        connection.read_response("POST").expect(200)
                        self.acknowledged[key] = micros
        except OSError:
            return  # the process was killed, as it was meant to be


@pytest.mark.durability
def test_hub_200_is_durable(make_server):
    """kill -9 at random instants under load: each acknowledged stamp, or a later one, is there after the restart."""
    chance = random.Random(SEED)
    print(f"seed {SEED}")
    hub = make_server("--threads", "2", command="hub")
    for life in range(5):
        publishers = [Publisher(hub.port, f"life{life}-{number}") for number in range(4)]
        for publisher in publishers:
            publisher.thread.start()
        enough = chance.randrange(20, 200)
        with Stream(hub.port, f"life{life}-0-0") as stream:
            first = None
            while first is None or float(next_text(stream)) < first + enough / 1e6:
                first = first or float(micros_of("2026-05-01T09:30:00") / 1e6)
        hub.kill()
        for publisher in publishers:
            publisher.stop()
        hub.start()
        for publisher in publishers:
            assert len(publisher.acknowledged) == 8
            for key, micros in publisher.acknowledged.items():
                assert float(newest_text(hub.port, key)) >= double_not_above(micros), key


def test_stamp_of_the_future(make_server):
    """A stamp years ahead, by a clock that was wrong, is told like any other, and no later report of its environment is
    news until then: others go on, a metric shows it, and an emptied data folder ends it."""
    hub = make_server(command="hub")
    ahead = "2099-01-01T00:00:00Z"
    publish(hub.port, "ahead", ahead).expect(200)
    with Stream(hub.port, "ahead") as stream:
        assert float(next_text(stream)) == micros_of(ahead) / 1e6
        publish(hub.port, "ahead", "2026-05-01T09:30:00Z").expect(200)
        publish(hub.port, "ahead", "2099-01-01T00:00:01Z").expect(200)
        assert float(next_text(stream)) == micros_of(ahead) / 1e6 + 1
        assert len(stream.stamps) == 2
    publish(hub.port, "other", "2026-05-01T09:30:00Z").expect(200)
    assert float(newest_text(hub.port, "other")) == micros_of("2026-05-01T09:30:00Z") / 1e6
    assert hub.metric("flagstream_stamp_lead_microseconds") > 365 * 86400 * 1e6
    hub.stop()
    for file in hub.data.iterdir():
        file.unlink()
    hub.start()
    assert hub.metric("flagstream_stamp_lead_microseconds") == 0
    publish(hub.port, "ahead", "2026-05-01T09:30:00Z").expect(200)
    assert float(newest_text(hub.port, "ahead")) == micros_of("2026-05-01T09:30:00Z") / 1e6


def test_hub_streams(hub):
    """A change reaches all streams of its environment, and none of another's."""
    keys = ["streams-a"] * 50 + ["streams-b"] * 50
    for key in ("streams-a", "streams-b"):
        publish(hub.port, key, iso_of(1_000_000_000_000_000)).expect(200)
    with StreamPool(hub.port, keys) as pool:
        pool.wait(lambda one: one.events == 1, "the first events")
        publish(hub.port, "streams-a", iso_of(1_000_000_001_500_000)).expect(200)
        pool.wait(lambda one: "streams-b" in one.path or one.events == 2, "the change of the one")
        publish(hub.port, "streams-b", iso_of(1_000_000_002_500_000)).expect(200)
        pool.wait(lambda one: one.events == 2, "the change of the other")
        for one in pool.subscribers:
            assert one.latest == Fraction(1_000_000_001_500_000 if "-a" in one.path else 1_000_000_002_500_000, 10**6)


def test_hub_has_no_data(hub):
    """A hub answers for streams and operations alone: everything else is 404 in JSON."""
    for path in ("/api/v1/flags/", "/api/v1/environment-document/", "/api/v1/projects/"):
        assert isinstance(fetch(hub.port, path).expect(404).json()["detail"], str)
    assert fetch(hub.port, "/health").status == 200
    assert fetch(hub.port, "/ready").status == 200


def test_hub_limit_of_environments(make_server):
    """Past the limit of environments a new one is refused, and those known go on."""
    hub = make_server("--max-environments", "3", command="hub")
    for number in range(3):
        publish(hub.port, f"k{number}", "2026-05-01T09:30:00Z").expect(200)
    assert publish(hub.port, "one-too-many", "2026-05-01T09:30:00Z").status >= 400
    publish(hub.port, "k1", "2026-05-01T09:31:00Z").expect(200)
    assert float(newest_text(hub.port, "k1")) == micros_of("2026-05-01T09:31:00Z") / 1e6
