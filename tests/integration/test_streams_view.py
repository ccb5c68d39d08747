# SPDX-License-Identifier: Apache-2.0
"""What an operator sees of an environment's streams, on a real server: the view of the management API and the metrics."""

import contextlib
import sqlite3
from collections.abc import Iterator
from fractions import Fraction

import pytest

from harness.admin import Admin, Environment
from harness.deadline import wait_until
from harness.http import HeaderList
from harness.publish import publish_until_behind
from harness.sse import Stream, identity_stream_path

pytestmark = pytest.mark.admin

# How many streams of each kind of client, and the headers that tell it.
CLIENTS: dict[str, tuple[int, HeaderList]] = {
    "ios": (3, [("User-Agent", "flagsmith-swift-ios-sdk/3.10.0")]),
    "react-native": (4, [("User-Agent", "okhttp/4.12.0"), ("X-Requested-With", "XMLHttpRequest")]),
    "browser": (9, [("User-Agent", "Mozilla/5.0 (X11; Linux x86_64) Chrome/120.0")]),
    "python": (5, [("User-Agent", "python-requests/2.34.0")]),
    "other": (2, []),
}
STREAMS = sum(count for count, _ in CLIENTS.values())


def view_of(environment: Environment) -> dict:
    return environment.admin.get(f"{environment.path}/streams/")


@contextlib.contextmanager
def streams_of_all_clients(environment: Environment) -> Iterator[list[Stream]]:
    """Each has had its first event. There are enough that each shard gets some."""
    with contextlib.ExitStack() as stack:
        streams = [stack.enter_context(Stream(environment.port, environment.key, headers=headers))
                   for count, headers in CLIENTS.values() for _ in range(count)]
        for stream in streams:
            stream.next_stamp()
        yield streams


def change(environment: Environment, streams: list[Stream], **fields) -> None:
    """One that all of them have heard of when this returns."""
    environment.set("banner", **fields)
    stamp = environment.stamp()
    for stream in streams:
        stream.stamp_at_least(stamp)


def test_figures_of_all_shards(make_server, environment_on):
    """Streams by client, how far the newest stamp came, and what became of each change, of both shards together."""
    server = make_server("--threads", "2")
    environment, other = environment_on(server), environment_on(server)
    with streams_of_all_clients(environment) as streams, Stream(server.port, other.key), Stream(server.port, "unknown"):
        for value in ("red", "green"):
            change(environment, streams, feature_state_value=value)
        view = view_of(environment)
        assert Fraction(view["newest_stamp"]) == environment.stamp()
        told = {"streams": STREAMS, "offered": STREAMS, "written": STREAMS, "behind": 0}
        assert {name: view[name] for name in told} == told
        assert view["ages"] == {"under_1_minute": STREAMS, "under_10_minutes": 0, "under_1_hour": 0, "older": 0}
        assert {client["client"]: client["streams"] for client in view["clients"]} == \
            {client: count for client, (count, _) in CLIENTS.items()}
        assert all(client["written"] == client["streams"] for client in view["clients"])

        green, red = view["changes"]
        assert Fraction(green["stamp"]) == environment.stamp() > Fraction(red["stamp"])
        for one in (green, red):
            assert (one["offered"], one["written"], one["late"]) == (STREAMS, STREAMS, 0)
            assert 0 <= one["first_write_ms"] <= one["last_write_ms"]
            assert one["last_late_write_ms"] is None
        assert green["committed_at"] > red["committed_at"]

        assert view_of(other)["streams"] == 1 and view_of(other)["changes"] == []
        for client, (count, _) in CLIENTS.items():
            more = 2 if client == "other" else 0  # of the other environment, and of the unknown key
            assert server.metric("flagstream_streams_open_by_client", client=client) == count + more
        assert server.metric("flagstream_streams_idle") == 1
        assert 2 <= server.metric("flagstream_stream_fan_out_seconds_count") <= 4  # a shard may have got no stream
    wait_until(lambda: view_of(environment)["streams"] == 0, "the streams to be gone")
    assert view_of(environment)["clients"] == [] and len(view_of(environment)["changes"]) == 2
    wait_until(lambda: server.metric("flagstream_stream_age_seconds_count") == STREAMS + 2, "all ends to be counted")


def test_one_that_does_not_read(make_server, environment_on):
    """A stream that is behind shows as such, and as late in the change that it got when it read again."""
    server = make_server("--threads", "2")
    environment = environment_on(server)
    with Stream(server.port, environment.key, receive_buffer=2048) as slow, \
            Stream(server.port, environment.key) as reader:
        slow.next_stamp(), reader.next_stamp()
        publish_until_behind(server, environment.key, reader, 1)
        change(environment, [reader], enabled=False)
        view = view_of(environment)
        assert (view["streams"], view["offered"], view["written"], view["behind"]) == (2, 2, 1, 1)
        newest = view["changes"][0]
        assert (newest["offered"], newest["written"], newest["late"]) == (2, 1, 0)
        slow.stamp_at_least(environment.stamp())
        wait_until(lambda: view_of(environment)["behind"] == 0, "the stream to have caught up")
        view = view_of(environment)
        assert view["written"] == 2
        assert (view["changes"][0]["written"], view["changes"][0]["late"]) == (1, 1)
        assert view["changes"][0]["last_late_write_ms"] >= view["changes"][0]["last_write_ms"]
        assert len(view["changes"]) <= 100


def test_an_identity_has_streams_of_its_own(make_server, environment_on):
    """They are not in the environment's figures, but in the metrics."""
    server = make_server("--threads", "2")
    environment = environment_on(server)
    with Stream(server.port, path=identity_stream_path(environment.key, "anna"), headers=CLIENTS["ios"][1]) as stream:
        stream.next_stamp()
        assert view_of(environment)["streams"] == 0
        assert server.metric("flagstream_streams_open_by_client", client="ios") == 1
        assert server.metric("flagstream_identity_streams_open") == 1


def test_who_may_see_streams(make_server, environment_on):
    """Who may see the environment; to a member of the organisation without that right it is forbidden, to others it is
    not there."""
    server = make_server("--allow-registration")
    environment = environment_on(server)
    path = f"{environment.path}/streams/"
    token = Admin(server.port, None).post("auth/users/", {
        "email": "member@flags.example", "password": "Passw0rd-of-a-member", "first_name": "A", "last_name": "B"})["key"]
    user = Admin(server.port, token)
    assert Admin(server.port, None).call("GET", path).status == 401
    user.call("GET", path).expect(404)
    me = user.get("auth/users/me/")["id"]
    server.stop()
    with sqlite3.connect(server.data / "flagstream.db") as database:
        database.execute("INSERT INTO membership (user_id, organisation_id, role, date_joined) VALUES (?, 1, 'USER', 0)", [me])
    database.close()
    server.start()
    environment.admin.forget_connection(), user.forget_connection()
    user.call("GET", path).expect(403)
    environment.admin.post(f"{environment.path}/user-permissions/", {"user": me, "permissions": ["VIEW_ENVIRONMENT"]})
    assert user.get(path) == view_of(environment)
    user.call("GET", "environments/unknown/streams/").expect(404)
