#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Measures a storm: many clients that connect and ask for a stream at once, beside those who are there already.

Told are how long the newcomers wait for their stream, from their request, and, before the storm and during it, how long a
fetch on a kept connection takes, and how long a change takes to the last of the streams that were there. The server has one
core, all clients have another; since connecting takes these longer than accepting takes the server, the newcomers ask only
when all are connected.

usage: bench/storm.py [--binary build/release/flagstream] [--streams 15000] [--established 1000]
"""

import argparse
import multiprocessing
import os
import pathlib
import resource
import select
import socket
import sys
import tempfile
import time

from processes import LOAD_CORE, SERVER_CORE, free_port, pinned, running

ROOT = pathlib.Path(__file__).resolve().parent.parent
CLIENT_KEY = "demo-development"
TOKEN = "storm"
DEADLINE_SECONDS = 60
CALM_SECONDS = 2
FETCH_EVERY, CHANGE_EVERY = 0.003, 0.1

STREAM = f"GET /sse/environments/{CLIENT_KEY}/stream HTTP/1.1\r\nHost: bench\r\n\r\n".encode()
FETCH = f"GET /api/v1/flags/ HTTP/1.1\r\nHost: bench\r\nX-Environment-Key: {CLIENT_KEY}\r\n\r\n".encode()
CHANGE = (f"POST /sse/environments/{CLIENT_KEY}/queue-change HTTP/1.1\r\nHost: bench\r\nAuthorization: Token {TOKEN}\r\n"
          "Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}").encode()


class Neighbours:
    """Streams that are there before the storm, and two kept connections: one fetches, one makes changes. `fetches` and
    `changes` are (begin, end) of each."""

    def __init__(self, port, count):
        self._poll = select.epoll()
        self._streams = {}
        for _ in range(count):
            stream = self._connect(port)
            stream.sendall(STREAM)
            self._streams[stream.fileno()] = stream
        self._fetching, self._changing = self._connect(port), self._connect(port)
        self._fetch_at, self._change_at, self._told = 0.0, 0.0, 0
        self.fetches, self.changes = [], []

    def _connect(self, port):
        connection = socket.create_connection(("127.0.0.1", port))
        self._poll.register(connection, select.EPOLLIN)
        return connection

    def run(self, stop):
        time.sleep(1)
        for stream in self._streams.values():
            stream.recv(1 << 16)  # head and first event
        next_fetch = next_change = 0.0
        while not stop.is_set():
            now = time.monotonic()
            if next_fetch <= now:
                self._fetching.sendall(FETCH)
                self._fetch_at, next_fetch = now, float("inf")
            if next_change <= now:
                self._changing.sendall(CHANGE)
                self._change_at, self._told, next_change = now, 0, float("inf")
            for descriptor, _event in self._poll.poll(0.002):
                if descriptor == self._changing.fileno():
                    self._changing.recv(1 << 16)
                elif descriptor == self._fetching.fileno():
                    self._fetching.recv(1 << 16)
                    self.fetches.append((self._fetch_at, time.monotonic()))
                    next_fetch = time.monotonic() + FETCH_EVERY
                else:
                    self._told += self._streams[descriptor].recv(1 << 16).count(b"environment_updated")
            if next_change == float("inf") and self._told >= len(self._streams):
                self.changes.append((self._change_at, time.monotonic()))
                next_change = time.monotonic() + CHANGE_EVERY


def run_neighbours(port, count, ready, stop, results):
    neighbours = Neighbours(port, count)
    ready.set()
    neighbours.run(stop)
    results.put((neighbours.fetches, neighbours.changes))


def storm(port, count):
    """(request sent, stream began) of each."""
    poll = select.epoll()
    connections = {}
    for _ in range(count):
        connection = socket.create_connection(("127.0.0.1", port))
        connections[connection.fileno()] = connection
        poll.register(connection, select.EPOLLIN)
    asked, began = {}, {}
    for descriptor, connection in connections.items():
        asked[descriptor] = time.monotonic()
        connection.sendall(STREAM)
    end = time.monotonic() + DEADLINE_SECONDS
    while len(began) < count:
        if time.monotonic() > end:
            sys.exit(f"{count - len(began)} of {count} have no stream")
        for descriptor, _event in poll.poll(1):
            began[descriptor] = time.monotonic()
            if not connections[descriptor].recv(1 << 16).startswith(b"HTTP/1.1 200"):
                sys.exit("a stream was refused")
            poll.unregister(descriptor)
    return [(asked[descriptor], began[descriptor]) for descriptor in connections]


def describe(name, seconds):
    ordered = sorted(seconds)
    places = {"median": len(ordered) // 2, "99 of 100 within": len(ordered) * 99 // 100, "longest": len(ordered) - 1}
    figures = ", ".join(f"{what} {ordered[place] * 1000:.0f} ms" for what, place in places.items())
    print(f"{name}: {figures} ({len(ordered):,})")


def between(spans, begin, end):
    """How long those took that were under way then."""
    return [to - since for since, to in spans if to >= begin and since <= end]


def measure(port, streams, established):
    ready, stop, results = multiprocessing.Event(), multiprocessing.Event(), multiprocessing.Queue()
    child = multiprocessing.Process(target=run_neighbours, args=(port, established, ready, stop, results))
    child.start()
    ready.wait()
    time.sleep(1 + CALM_SECONDS)
    newcomers = storm(port, streams)
    begin, end = min(asked for asked, _began in newcomers), max(began for _asked, began in newcomers)
    stop.set()
    fetches, changes = results.get()
    child.join()
    describe("new: from request to stream", between(newcomers, begin, end))
    for name, spans in (("kept connection: a fetch", fetches), ("established: a change told to all", changes)):
        describe(f"{name}, before", between(spans, 0, begin))
        describe(f"{name}, during", between(spans, begin, end))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--binary", default=ROOT / "build/release/flagstream", help="default: %(default)s")
    parser.add_argument("--streams", type=int, default=15_000, help="default: %(default)s")
    parser.add_argument("--established", type=int, default=1_000, help="default: %(default)s")
    arguments = parser.parse_args()
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    if not os.access(arguments.binary, os.X_OK):
        parser.error(f"{arguments.binary}: no such program; build it with ./dev build")
    os.sched_setaffinity(0, {int(LOAD_CORE)})
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        command = pinned(SERVER_CORE, arguments.binary, "serve", "--demo", "--threads", "1", "--listen", f"127.0.0.1:{port}",
                         "--data", f"{folder}/data", "--stream-max-age", "3600", "--log-level", "error")
        with running(command, port, env=os.environ | {"FLAGSTREAM_PUBLISH_TOKEN": TOKEN}):
            measure(port, arguments.streams, arguments.established)


if __name__ == "__main__":
    main()
