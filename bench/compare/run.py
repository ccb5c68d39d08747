#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Measures servers of event streams side by side: ours, the floor program, and what else one could take.

Each in turn, as often as --repeat says: the same number of streams of one environment, the same changes, the same event
(each server's own additions, such as an id, stay), the same load program; one core for the server with all its
processes, another for the load. Processor time and memory are those of the server and the processes that it started.

usage: bench/compare/run.py [--binary build/release/flagstream] [--floor build/release/bench/floor]
           [--programs build/compare] [--streams 15000] [--rounds 10] [--repeat 3] [--only NAME,...] [--json FILE]
"""

import argparse
import contextlib
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(HERE.parent))

from processes import SERVER_CORE, free_port, load_streams, machine, pinned, running  # noqa: E402

KEY = "environment"
TOKEN = "bench-publish-token"
DESCRIPTORS = 20_000

# Figures of a stream, by their names in the load program's report.
FIGURES = {"cpu_us": "server_cpu_us_per_delivery", "last_ms": "last_delivery_p50_ms", "bytes": "server_bytes_per_stream"}

NCHAN = """
load_module /usr/lib/nginx/modules/ngx_nchan_module.so;
daemon off; worker_processes 1; worker_rlimit_nofile {descriptors}; pid {folder}/pid; error_log {folder}/error.log;
events {{ worker_connections {descriptors}; }}
http {{
  access_log off; client_body_temp_path {folder}/t1; proxy_temp_path {folder}/t2; fastcgi_temp_path {folder}/t3;
  uwsgi_temp_path {folder}/t4; scgi_temp_path {folder}/t5;
  server {{
    listen 127.0.0.1:{port} backlog=4096;
    location ~ /stream$ {{
      nchan_subscriber eventsource; nchan_channel_id environment; nchan_subscriber_first_message newest;
    }}
    location ~ /queue-change$ {{
      nchan_publisher; nchan_channel_id environment; nchan_publisher_upstream_request /message;
      nchan_eventsource_event environment_updated; nchan_message_buffer_length 1;
    }}
    location = /message {{ internal; proxy_pass http://127.0.0.1:{origin}/queue-change; }}
  }}
}}
"""

# Its usual limit of 2,500 messages a second, counted per subscriber, would only measure itself.
PUSHPIN = """
[global]
include={{libdir}}/internal.conf
rundir={folder}
ipc_prefix=bench-
[runner]
services=condure,zurl,pushpin-proxy,pushpin-handler
http_port=127.0.0.1:{port}
logdir={folder}
log_level=1
client_maxconn={descriptors}
[proxy]
routesfile={folder}/routes
zurl_out_specs=ipc://{{rundir}}/{{ipc_prefix}}zurl-in
zurl_out_stream_specs=ipc://{{rundir}}/{{ipc_prefix}}zurl-in-stream
zurl_in_specs=ipc://{{rundir}}/{{ipc_prefix}}zurl-out
[handler]
push_in_spec=ipc://{{rundir}}/{{ipc_prefix}}push-in
push_in_sub_specs=ipc://{{rundir}}/{{ipc_prefix}}push-in-sub
command_spec=ipc://{{rundir}}/{{ipc_prefix}}command
push_in_http_addr=127.0.0.1
push_in_http_port={control}
message_rate=1000000000
message_hwm=1000000
"""


class Servers:
    """Starts one server after the other. Each yields its port and the process to measure."""

    def __init__(self, arguments, folder):
        self._arguments = arguments
        self._folder = folder
        self.environment = {**os.environ, "FLAGSTREAM_PUBLISH_TOKEN": TOKEN}

    @contextlib.contextmanager
    def _running(self, port, *command):
        with running(pinned(SERVER_CORE, *command), port, env=self.environment) as process:
            yield port, process

    def _program(self, *command):
        """One that takes its port as the last argument."""
        port = free_port()
        return self._running(port, *command, port)

    def _fresh_folder(self, name):
        folder = self._folder / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        folder.chmod(0o777)  # workers are other users
        return folder

    @contextlib.contextmanager
    def flagstream(self):
        port = free_port()
        command = [self._arguments.binary, "hub", "--listen", f"127.0.0.1:{port}", "--data", self._fresh_folder("hub")]
        command += ["--threads", "1", "--stream-max-age", "86400", "--log-level", "warning"]
        with self._running(port, *command) as server:
            yield server

    def floor(self):
        return self._program(self._arguments.floor)

    def go(self):
        return self._program(self._arguments.programs / "hub")

    def centrifuge(self):
        return self._program(self._arguments.programs / "centrifuge")

    def better_sse(self):
        return self._program("node", HERE / "node/better-sse.mjs")

    @contextlib.contextmanager
    def nchan(self):
        folder, port = self._fresh_folder("nchan"), free_port()
        with self._program(self._arguments.programs / "origin") as (origin, _process):
            text = NCHAN.format(folder=folder, port=port, origin=origin, descriptors=DESCRIPTORS)
            (folder / "nginx.conf").write_text(text)
            with self._running(port, "/usr/sbin/nginx", "-c", folder / "nginx.conf") as server:
                yield server

    @contextlib.contextmanager
    def pushpin(self):
        folder, port, origin, control = self._fresh_folder("pushpin"), free_port(), free_port(), free_port()
        (folder / "routes").write_text(f"* 127.0.0.1:{origin}\n")
        (folder / "pushpin.conf").write_text(
            PUSHPIN.format(folder=folder, port=port, control=control, descriptors=DESCRIPTORS))
        with self._running(origin, self._arguments.programs / "origin", origin, control):
            with self._running(port, "pushpin", f"--config={folder / 'pushpin.conf'}") as server:
                wait_for_streams(port)
                yield server


def missing(name, programs):
    """What a contestant needs that is not here; None if it can run."""
    needed = {
        "nchan": [(pathlib.Path("/usr/lib/nginx/modules/ngx_nchan_module.so"), "apt-get install libnginx-mod-nchan"),
                  (programs / "origin", "Go")],
        "pushpin": [(pathlib.Path("/usr/bin/pushpin"), "apt-get install pushpin"), (programs / "origin", "Go")],
        "go": [(programs / "hub", "Go")],
        "centrifuge": [(programs / "centrifuge", "Go")],
        "better_sse": [(HERE / "node/node_modules/better-sse", "Node.js")],
    }
    return next((what for file, what in needed.get(name, []) if not file.exists()), None)


def wait_for_streams(port, seconds=30):
    """Pushpin listens before its parts have found each other."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError):
            urllib.request.urlopen(f"http://127.0.0.1:{port}/sse/environments/{KEY}/stream", timeout=2).close()
            return
        time.sleep(0.1)
    sys.exit("Pushpin opens no stream")


# What is measured, and how many streams it can hold here if not all.
CONTESTANTS = {
    "floor": "floor program (C, no HTTP)",
    "flagstream": "Flagstream",
    "nchan": "nginx with nchan",
    "go": "Go net/http, a goroutine per stream",
    "centrifuge": "centrifuge (Go library)",
    "better_sse": "better-sse (Node.js)",
    "pushpin": "Pushpin",
}
STREAMS_MAX = {"pushpin": 10_000}
# How many are opened at a time, where more are answered 502: each asks the origin first.
OPENING_MAX = {"pushpin": 20}


def first_line(*command):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    return done.stdout.strip().splitlines()[0] if done.stdout.strip() else "unknown"


def package(name):
    return first_line("dpkg-query", "-W", "-f", "${Version}", name)


def centrifuge_version(programs):
    modules = subprocess.run(["go", "version", "-m", programs / "centrifuge"], stdout=subprocess.PIPE, text=True,
                             check=False).stdout.split()
    return modules[modules.index("github.com/centrifugal/centrifuge") + 1]


def better_sse_version():
    version = json.loads((HERE / "node/node_modules/better-sse/package.json").read_text())["version"]
    return f"{version}, Node.js {first_line('node', '--version')}"


def version(name, programs):
    """Of a contestant, as its own tools tell."""
    return {
        "floor": lambda: "",
        "flagstream": lambda: "",
        "nchan": lambda: f"{package('libnginx-mod-nchan')}, {first_line('/usr/sbin/nginx', '-v').split()[-1]}",
        "go": lambda: first_line("go", "version").split()[2],
        "centrifuge": lambda: centrifuge_version(programs),
        "better_sse": better_sse_version,
        "pushpin": lambda: package("pushpin"),
    }[name]()


def measure(name, servers, arguments):
    streams = min(arguments.streams, STREAMS_MAX.get(name, arguments.streams))
    with getattr(servers, name)() as (port, process):
        report = load_streams(arguments.binary, port, KEY, streams, arguments.rounds, servers.environment,
                              ["--server-pid", process.pid, "--opening", OPENING_MAX.get(name, 500)])
    print(f"  {name}: " + ", ".join(f"{figure} {report[key]:.1f}" for figure, key in FIGURES.items()), file=sys.stderr)
    return report


def summary(name, version_of_it, reports, floor):
    row = {"name": name, "what": CONTESTANTS[name], "version": version_of_it, "streams": reports[0]["streams"],
           "lost": sum(report["lost"] for report in reports), "reports": reports}
    for figure, key in FIGURES.items():
        row[figure] = statistics.median(report[key] for report in reports)
    if floor:
        row["cpu_ratio"] = row["cpu_us"] / floor["cpu_us"]
        # The time to the last grows with the number of streams.
        row["last_ratio"] = row["last_ms"] / floor["last_ms"] * floor["streams"] / row["streams"]
    return row


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", type=pathlib.Path, default=ROOT / "build/release/flagstream")
    parser.add_argument("--floor", type=pathlib.Path, default=ROOT / "build/release/bench/floor")
    parser.add_argument("--programs", type=pathlib.Path, default=ROOT / "build/compare")
    parser.add_argument("--streams", type=int, default=15_000)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--only", help="contestants, by comma: " + ",".join(CONTESTANTS))
    parser.add_argument("--json", type=pathlib.Path, help="file for the raw figures")
    arguments = parser.parse_args()
    names = []
    for name in arguments.only.split(",") if arguments.only else CONTESTANTS:
        if lacking := missing(name, arguments.programs):
            print(f"{CONTESTANTS[name]} is left out: it needs {lacking}", file=sys.stderr)
        else:
            names.append(name)
    reports = {name: [] for name in names}
    with tempfile.TemporaryDirectory(prefix="flagstream-compare-") as folder:
        os.chmod(folder, 0o755)
        servers = Servers(arguments, pathlib.Path(folder))
        for number in range(arguments.repeat):
            print(f"turn {number + 1} of {arguments.repeat}", file=sys.stderr)
            for name in names:
                reports[name].append(measure(name, servers, arguments))
    floor = summary("floor", "", reports["floor"], None) if "floor" in reports else None
    rows = [summary(name, version(name, arguments.programs), reports[name], floor) for name in names]
    for row in rows:
        ratios = f"{row['cpu_ratio']:6.2f} x {row['last_ratio']:6.2f} x" if floor else ""
        print(f"{row['what']:<40} {row['streams']:>6} streams {row['cpu_us']:>8.2f} us {row['last_ms']:>8.1f} ms "
              f"{row['bytes']:>8.0f} B {ratios}  lost {row['lost']}")
    if arguments.json:
        report = {"machine": machine(), "rows": rows}
        arguments.json.write_text(json.dumps(report, indent=1) + "\n")


if __name__ == "__main__":
    main()
