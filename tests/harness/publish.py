# SPDX-License-Identifier: Apache-2.0
"""queue-change: how another product, or a test that wants many changes quickly, tells of a change."""

import json
import threading
from fractions import Fraction

from harness.http import Connection, encode_request
from harness.server import PUBLISH_TOKEN, Server
from harness.sse import Stream

CONNECTIONS = 8
PIPELINED = 25


def publish_path(key: str) -> str:
    return f"/sse/environments/{key}/queue-change"


def publish_headers(token: str | None = PUBLISH_TOKEN) -> list[tuple[str, str]]:
    headers = [("Content-Type", "application/json")]
    return headers if token is None else [*headers, ("Authorization", f"Token {token}")]


def publish_request(key: str, updated_at: str = "2026-05-01T09:30:00.123456+00:00",
                    token: str | None = PUBLISH_TOKEN) -> bytes:
    return encode_request("POST", publish_path(key), publish_headers(token),
                          json.dumps({"updated_at": updated_at}).encode())


def publish_many(port: int, key: str, count: int) -> int:
    """Publishes `count` changes, rounded down to a multiple of 8, on several connections, pipelined. All are answered
    with 200 when this returns; how many that were."""
    faults: list[BaseException] = []

    def work() -> None:
        try:
            with Connection(port, seconds=120) as connection:
                publish_pipelined(connection, key, count // CONNECTIONS)
        except BaseException as fault:  # raised again below, where the test sees it
            faults.append(fault)

    threads = [threading.Thread(target=work, name="publisher", daemon=True) for _ in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if faults:
        raise faults[0]
    return count // CONNECTIONS * CONNECTIONS


def publish_pipelined(connection: Connection, key: str, count: int) -> None:
    for start in range(0, count, PIPELINED):
        batch = min(PIPELINED, count - start)
        connection.send(publish_request(key) * batch)
        for _ in range(batch):
            connection.read_response("POST").expect(200)


def publish_one_by_one(port: int, key: str, reader: Stream, count: int) -> Fraction:
    """Publishes, each time waiting for the event, so that no two changes merge. Returns the last stamp."""
    stamp = Fraction(0)
    with Connection(port) as connection:
        for _ in range(count):
            connection.send(publish_request(key))
            connection.read_response("POST").expect(200)
            stamp = reader.next_stamp()
    return stamp


def publish_until_behind(server: Server, key: str, reader: Stream, behind: int) -> Fraction:
    """Until that many streams, which nobody reads, have no room for another event. Returns the last stamp."""
    for _ in range(100):
        newest = publish_one_by_one(server.port, key, reader, 50)
        if server.metric("flagstream_streams_behind") == behind:
            return newest
    raise AssertionError("5,000 events went to a stream that nobody reads")
