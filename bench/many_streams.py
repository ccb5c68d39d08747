# SPDX-License-Identifier: Apache-2.0
"""More streams than one process may hold: hubs that share a port, and processes that follow their streams.

Each hub is started as a service manager would: with a socket of the common port, over which the kernel spreads the clients
(SO_REUSEPORT), and one of a port of its own, where it is told of a change. There is no bus between hubs, so each is told
by itself, all of the same change at once. All hubs share one core, all followers another.
"""

import contextlib
import datetime
import fcntl
import http.client
import json
import os
import pathlib
import queue
import resource
import signal
import socket
import statistics
import subprocess
import sys
import threading
import time
import urllib.request

from kernel import growth, kernel_memory, proc_growth, process_stats, settings, slab_caches, slab_growth
from processes import LOAD_CORE, SERVER_CORE, free_port, pinned, running, wait_until_ready

KEY = "environment"
DESCRIPTORS_RESERVED = 512  # by a hub, for what is no stream
UNEVEN = 1.05  # the most that a hub gets, of an even share: the kernel spreads by a hash
OPEN_SECONDS = 330  # a follower itself gives up after 300
ROUND_SECONDS = 60  # then who was not told is not reached
REPORT_SECONDS = 30
QUIET_SECONDS = 2  # before idle memory is read
PAUSE_SECONDS = 1  # between rounds
FIRST_DESCRIPTOR = 3  # sd_listen_fds(3)


# --- hubs --------------------------------------------------------------------------------------------------------------


class Hub:
    """A running one. Reports go over one kept connection."""

    def __init__(self, port, process, token):
        self.port = port
        self._pid = process.pid
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self._headers = {"Authorization": f"Token {token}", "Content-Type": "application/json"}

    def send_report(self, body):
        self._connection.request("POST", f"/sse/environments/{KEY}/queue-change", body, self._headers)

    def confirm_report(self):
        answer = self._connection.getresponse()
        text = answer.read()
        if answer.status != 200:
            sys.exit(f"a hub answered a report with {answer.status}: {text!r}")

    def stats(self):
        return process_stats(self._pid)

    def streams(self):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/metrics", timeout=30) as answer:
            lines = answer.read().decode().splitlines()
        return int(float(next(line for line in lines if line.startswith("flagstream_streams_open ")).split()[1]))


def listening_socket(port=0):
    listening = socket.socket()
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    listening.bind(("127.0.0.1", port))
    listening.listen(65535)  # the kernel cuts it to net.core.somaxconn
    return listening


def with_sockets(descriptors, command):
    """The command, with these where it expects the sockets to listen on. LISTEN_PID is its own number, so a shell sets it."""
    moves = [f"{FIRST_DESCRIPTOR + place}<&{descriptor}" for place, descriptor in enumerate(descriptors)]
    moves += [f"{descriptor}<&-" for descriptor in descriptors]
    script = f'export LISTEN_FDS={len(descriptors)} LISTEN_PID=$$; exec "$@" {" ".join(moves)}'
    return ["bash", "-c", script, "bash", *map(str, command)]


@contextlib.contextmanager
def running_hub(binary, common_port, folder, environment):
    command = [binary, "hub", "--data", folder, "--threads", "1", "--stream-max-age", "86400", "--repeat", "0",
               "--log-level", "warning"]
    with contextlib.ExitStack() as stack:
        with listening_socket(common_port) as common, listening_socket() as own:
            port = own.getsockname()[1]
            # Above those that they are moved to.
            passed = [fcntl.fcntl(kept, fcntl.F_DUPFD_CLOEXEC, 64) for kept in (common, own)]
            with contextlib.ExitStack() as copies:
                for descriptor in passed:
                    copies.callback(os.close, descriptor)
                process = stack.enter_context(running(pinned(SERVER_CORE, *with_sockets(passed, command)), port,
                                                      env=environment, pass_fds=passed))
        wait_until_ready(port)
        yield Hub(port, process, environment["FLAGSTREAM_PUBLISH_TOKEN"]), process


@contextlib.contextmanager
def running_hubs(binary, count, folder, environment):
    """Yields the common port and the hubs."""
    common_port = free_port()
    with contextlib.ExitStack() as stack:
        started = [stack.enter_context(running_hub(binary, common_port, folder / f"hub-{number}", environment))
                   for number in range(count)]
        for _hub, process in started:  # all of them end at the same time
            stack.callback(process.send_signal, signal.SIGTERM)
        yield common_port, [hub for hub, _process in started]


# --- followers -----------------------------------------------------------------------------------------------------------


class Followers:
    """Processes of `flagstream bench follow`, each with a share of the streams. Whatever they say comes with their number."""

    def __init__(self, binary, port, streams, count):
        self._shares = [streams // count + (number < streams % count) for number in range(count)]
        self._said = queue.Queue()
        self._processes = []
        self._command = [binary, "bench", "follow", "--url", f"http://127.0.0.1:{port}", "--environment", KEY]

    def __enter__(self):
        for number, share in enumerate(self._shares):
            before = sum(self._shares[:number])
            command = pinned(LOAD_CORE, *self._command, "--streams", share, "--streams-before", before)
            process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
            self._processes.append(process)
            threading.Thread(target=self._listen, args=(number, process), daemon=True).start()
        return self

    def __exit__(self, *_exception):
        for process in self._processes:
            with contextlib.suppress(BrokenPipeError):  # it has ended by itself
                process.stdin.close()
        for process in self._processes:
            try:
                process.wait(timeout=30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def _listen(self, number, process):
        for line in process.stdout:
            self._said.put((number, json.loads(line)))
        self._said.put((number, None))

    def _hear(self, deadline):
        """The next line; None if there is none in time."""
        try:
            number, line = self._said.get(timeout=max(0.0, deadline - time.monotonic()))
        except queue.Empty:
            return None
        if line is None:
            sys.exit("a process that follows streams has ended; what it said is above")
        return number, line

    def wait_until_open(self):
        """Seconds until the last was open."""
        deadline = time.monotonic() + OPEN_SECONDS
        seconds = []
        while len(seconds) < len(self._shares):
            heard = self._hear(deadline)
            if heard is None:
                sys.exit(f"{len(self._shares) - len(seconds)} processes did not open their streams in time")
            if "open_seconds" in heard[1]:
                seconds.append(heard[1]["open_seconds"])
        return max(seconds)

    def reports(self, micros):
        """Of each process how many were told of the change with this stamp, and when: as soon as it is all, else what
        it is after ROUND_SECONDS."""
        reports = self._collect(micros, time.monotonic() + ROUND_SECONDS, lambda line: line["reached"] == line["streams"])
        if len(reports) < len(self._shares):
            for number, process in enumerate(self._processes):
                if number not in reports:
                    process.stdin.write("\n")
                    process.stdin.flush()
            reports |= self._collect(micros, time.monotonic() + REPORT_SECONDS, lambda _line: True,
                                     wanted=len(self._shares) - len(reports))
        return list(reports.values())

    def _collect(self, micros, deadline, is_wanted, wanted=None):
        reports = {}
        while len(reports) < (wanted or len(self._shares)):
            heard = self._hear(deadline)
            if heard is None:
                break
            number, line = heard
            if round(line["stamp"] * 1e6) != micros:  # none of its streams was told
                line = {**line, "reached": 0, "told_at_percents": []}
            if is_wanted(line):
                reports[number] = line
        return reports


# --- a run -----------------------------------------------------------------------------------------------------------------


def check_descriptors(streams, nodes):
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    needed = int(streams / nodes * UNEVEN) + DESCRIPTORS_RESERVED
    if limit != resource.RLIM_INFINITY and needed > limit:
        sys.exit(f"{streams:,} streams over {nodes} hubs need {needed:,} descriptors each, and a process may have "
                 f"{limit:,}: take more hubs (--nodes) or raise the limit (ulimit -Hn)")


def now_micros():
    return time.time_ns() // 1000


def publish(hubs, micros):
    """Tells all hubs of one change. When that began, and how many seconds until all had it on disk."""
    at = datetime.datetime.fromtimestamp(micros // 1_000_000, datetime.timezone.utc)
    body = json.dumps({"updated_at": f"{at:%Y-%m-%dT%H:%M:%S}.{micros % 1_000_000:06}+00:00"})
    sent = time.monotonic()
    for hub in hubs:
        hub.send_report(body)
    for hub in hubs:
        hub.confirm_report()
    return sent, time.monotonic() - sent


def one_change(hubs, followers, streams):
    before = [hub.stats() for hub in hubs]
    micros = now_micros()
    sent, answered = publish(hubs, micros)
    reports = followers.reports(micros)
    after = [hub.stats() for hub in hubs]
    reached = sum(report["reached"] for report in reports)
    # Shares are as good as equal, so the percents of all are those of the joined ones.
    told_ms = sorted((at - sent) * 1000 for report in reports for at in report["told_at_percents"])
    cpu = sum(now["cpu_ns"] - then["cpu_ns"] for now, then in zip(after, before, strict=True))
    figures = {"reached": reached, "answered_ms": answered * 1000, "cpu_us_per_delivery": cpu / 1000 / max(1, reached),
               "open": sum(report["open"] for report in reports), "reopened": sum(report["reopened"] for report in reports)}
    if told_ms:
        figures |= {"p50_ms": told_ms[(len(told_ms) - 1) // 2], "p99_ms": told_ms[(len(told_ms) * 99 - 1) // 100],
                    "last_ms": told_ms[-1]}
    if reached < streams:
        print(f"  NOT ALL WERE REACHED: {streams - reached:,} of {streams:,} streams were not told within "
              f"{ROUND_SECONDS} s", file=sys.stderr)
    return figures


def measure(binary, streams, nodes, rounds, folder, environment):
    """Raw figures of a run."""
    check_descriptors(streams, nodes)
    pathlib.Path(folder).mkdir(exist_ok=True)
    with running_hubs(binary, nodes, pathlib.Path(folder), environment) as (port, hubs):
        publish(hubs, now_micros())  # so that each stream begins with an event, as in use
        empty, kernel_empty, caches_empty = [hub.stats() for hub in hubs], kernel_memory(), slab_caches()
        with Followers(binary, port, streams, nodes) as followers:
            open_seconds = followers.wait_until_open()
            opened = [hub.stats() for hub in hubs]
            time.sleep(QUIET_SECONDS)
            idle, kernel_idle, caches_idle = [hub.stats() for hub in hubs], kernel_memory(), slab_caches()
            changes = []
            for _ in range(rounds):
                changes.append(one_change(hubs, followers, streams))
                time.sleep(PAUSE_SECONDS)
            told, kernel_told = [hub.stats() for hub in hubs], kernel_memory()
            spread = [hub.streams() for hub in hubs]
    watched = proc_growth(caches_empty, caches_idle)
    kernel_bytes = kernel_idle["slab_bytes"] - kernel_empty["slab_bytes"] - watched
    return {
        "streams": streams,
        "nodes": nodes,
        "streams_of_nodes": spread,
        "open_seconds": open_seconds,
        "open_cpu_us_per_stream": growth(empty, opened, "cpu_ns") / 1000 / streams,
        "process_bytes_empty": sum(hub["rss_anon"] for hub in empty),
        "process_bytes_idle": sum(hub["rss_anon"] for hub in idle),
        "process_bytes_after": sum(hub["rss_anon"] for hub in told),
        "process_bytes_per_stream": growth(empty, idle, "rss_anon") / streams,
        # Both ends of each connection are in this kernel.
        "kernel_bytes": kernel_bytes,
        "kernel_bytes_per_end": kernel_bytes / streams / 2,
        "kernel_bytes_for_who_looks_at_proc": watched,
        "kernel_empty": kernel_empty,
        "kernel_idle": kernel_idle,
        "kernel_after": kernel_told,
        "kernel_caches_growth": slab_growth(caches_empty, caches_idle),
        "changes": changes,
        "settings": settings(),
    }


def summary(figures):
    """What a row says: the figure, the sentence, and whether all were reached each time."""
    streams, changes = figures["streams"], figures["changes"]
    fewest = min(change["reached"] for change in changes)
    last = statistics.median(change.get("last_ms", 0) for change in changes)
    reached = f"all {streams:,} in each of {len(changes)} changes"
    if fewest < streams:
        reached = f"NOT ALL: {fewest:,} of {streams:,} in the worst of {len(changes)} changes"
    sentence = (f"{reached}, the last after {last:,.0f} ms; {figures['process_bytes_per_stream']:,.0f} B of process and "
                f"{figures['kernel_bytes_per_end']:,.0f} B of kernel memory a stream")
    return last, sentence, fewest == streams
