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
import signal
import socket
import subprocess
import sys
import tempfile
import time

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
    with tempfile.TemporaryDirectory() as folder:
        with open(f"{folder}/out", "wb") as out:
            process = subprocess.Popen(
                [binary, "serve", "--demo", "--threads", "1", "--listen", "127.0.0.1:0", "--data", f"{folder}/data",
                 "--stream-max-age", "3600", "--max-streams", str(streams + 100), "--log-level", "error"],
                stdout=out, stdin=subprocess.DEVNULL)
        try:
            yield process, wait_for_port(process, pathlib.Path(folder) / "out")
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait()


def wait_for_port(process, printed):
    end = time.monotonic() + DEADLINE_SECONDS
    while time.monotonic() < end and process.poll() is None:
        found = re.search(r"^listening on http://127\.0\.0\.1:(\d+)$", printed.read_text(), re.MULTILINE)
        if found:
            return int(found[1])
        time.sleep(0.01)
    sys.exit("the server did not start")


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
