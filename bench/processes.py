# SPDX-License-Identifier: Apache-2.0
"""Servers to measure, each on one core, and the load program, on another."""

import contextlib
import json
import os
import platform
import signal
import socket
import subprocess
import sys
import time
import urllib.request

SERVER_CORE, LOAD_CORE = "0", "1"


def pinned(core, *command):
    return ["taskset", "-c", core, *map(str, command)]


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for_port(port, process, seconds=30):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if process.poll() is not None:
            sys.exit(f"a server ended at start: {process.args}")
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.005)
    sys.exit(f"nothing listens on port {port}: {process.args}")


def wait_until_ready(port, seconds=60):
    """Ours listens before it serves."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{port}/ready", timeout=2):
            return
        time.sleep(0.002)
    sys.exit("the server did not become ready")


@contextlib.contextmanager
def running(command, port, **options):
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **options)
    try:
        wait_for_port(port, process)
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def load_streams(binary, port, key, streams, rounds, environment, options=()):
    """The report of `flagstream bench streams`; one that lost a delivery says so."""
    command = [binary, "bench", "streams", "--url", f"http://127.0.0.1:{port}", "--environment", key]
    command += ["--streams", streams, "--rounds", rounds, "--json", *options]
    done = subprocess.run(pinned(LOAD_CORE, *command), env=environment, stdout=subprocess.PIPE, text=True, check=False)
    if not done.stdout:
        sys.exit("the load program gave no report")
    report = json.loads(done.stdout)
    if report["lost"] or report.get("fetches_failed"):
        print(f"  LOST {report['lost']} deliveries, {report.get('fetches_failed', 0)} fetches", file=sys.stderr)
    return report


def machine():
    model = "unknown"
    with contextlib.suppress(OSError), open("/proc/cpuinfo") as lines:
        model = next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), model)
    return {"processor": model, "kernel": platform.release(), "cores": os.cpu_count()}
