#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Measures what a stream costs the server's process in memory: of the environment, of many identities, all of one identity.

RssAnon with N streams less RssAnon with none, over N, each on a server of its own, after every stream has had its first event.

usage: bench/identity_memory.py [--binary build/release/flagstream] [--streams 10000]
"""

import argparse
import contextlib
import os
import pathlib
import re
import resource
import selectors
import socket
import sys
import tempfile
import time

from processes import free_port, running

ROOT = pathlib.Path(__file__).resolve().parent.parent
CLIENT_KEY = "demo-development"
DEADLINE_SECONDS = 300

PATHS = {
    "the environment": lambda _number: f"/sse/environments/{CLIENT_KEY}/stream",
    "one identity": lambda _number: f"/sse/environments/{CLIENT_KEY}/identities/user/stream",
    "an identity each": lambda number: f"/sse/environments/{CLIENT_KEY}/identities/user-{number:06}/stream",
}


@contextlib.contextmanager
def server(binary, streams):
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        command = [binary, "serve", "--demo", "--threads", "1", "--listen", f"127.0.0.1:{port}", "--data",
                   f"{folder}/data", "--stream-max-age", "3600", "--max-streams", str(streams + 100), "--log-level", "error"]
        with running(command, port) as process:
            yield process, port


def memory(process):
    """Private memory in use, in bytes."""
    text = pathlib.Path(f"/proc/{process.pid}/status").read_text()
    return int(re.search(r"^RssAnon:\s+(\d+) kB$", text, re.MULTILINE)[1]) * 1024


def open_stream(port, path):
    stream = socket.create_connection(("127.0.0.1", port))
    stream.sendall(f"GET {path} HTTP/1.1\r\nHost: bench\r\n\r\n".encode())
    stream.setblocking(False)
    return stream


def read_first_events(streams):
    """Until each had one. What comes after is left in the kernel."""
    with selectors.DefaultSelector() as selector:
        for stream in streams:
            selector.register(stream, selectors.EVENT_READ, bytearray())
        end = time.monotonic() + DEADLINE_SECONDS
        while selector.get_map():
            if time.monotonic() > end:
                sys.exit("not all streams got an event")
            for key, _ in selector.select(1):
                key.data.extend(key.fileobj.recv(4096))
                if b"environment_updated" in key.data:
                    selector.unregister(key.fileobj)


def measure(binary, count, path_of):
    with server(binary, count) as (process, port):
        before = memory(process)
        streams = [open_stream(port, path_of(number)) for number in range(count)]
        read_first_events(streams)
        time.sleep(1)  # allocations that evaluations made are given back
        after = memory(process)
        for stream in streams:
            stream.close()
    return (after - before) / count


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--binary", default=ROOT / "build/release/flagstream", help="default: %(default)s")
    parser.add_argument("--streams", type=int, default=10_000, help="default: %(default)s")
    arguments = parser.parse_args()
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    if not os.access(arguments.binary, os.X_OK):
        parser.error(f"{arguments.binary}: no such program; build it with ./dev build")
    figures = {name: measure(arguments.binary, arguments.streams, path_of) for name, path_of in PATHS.items()}
    for name, figure in figures.items():
        print(f"stream of {name}: {figure:,.0f} bytes, {figure - figures['the environment']:+,.0f}")


if __name__ == "__main__":
    main()
