#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Measures the server on this machine: each budget of the architecture, as a row with its figure, its measure and their ratio.

Server on one core, load on another. Where there is something to compare with (the floor program, nginx), both run in turn in the
same run, because absolute figures differ from machine to machine and ratios do not.

usage: bench/run.py [--binary build/release/flagstream] [--floor build/release/bench/floor] [--streams 15000]
                    [--rounds 20] [--repeat 3] [--only NAME,...] [--json FILE]
       bench/run.py --only hundred_thousand [--many-streams 100000] [--nodes 7] [--rounds 10] [--json FILE]
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

import many_streams
from processes import LOAD_CORE, SERVER_CORE, free_port, load_streams, machine, pinned, running, wait_until_ready

PUBLISH_TOKEN = "bench-publish-token"
ADMIN_TOKEN = "b" * 40
CLIENT_KEY = "demo-development"
NGINX = shutil.which("nginx", path=os.environ.get("PATH", "") + ":/usr/sbin")
ROOT = pathlib.Path(__file__).resolve().parent.parent


class Bench:
    def __init__(self, arguments):
        self.arguments = arguments
        self.rows = []
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="flagstream-bench-"))
        self.environment = {
            **os.environ,
            "FLAGSTREAM_PUBLISH_TOKEN": PUBLISH_TOKEN,
            "FLAGSTREAM_ADMIN_EMAIL": "admin@example.org",
            "FLAGSTREAM_ADMIN_PASSWORD": "bench-password-1",
            "FLAGSTREAM_ADMIN_TOKEN": ADMIN_TOKEN,
        }

    # --- processes -------------------------------------------------------------------------------------------------

    @contextlib.contextmanager
    def flagstream(self, command="serve", data="demo", extra=()):
        port = free_port()
        arguments = [self.arguments.binary, command, "--listen", f"127.0.0.1:{port}", "--data", self.folder / data]
        arguments += ["--threads", "1", "--stream-max-age", "86400", "--log-level", "warning", *extra]
        if command == "serve" and data == "demo":
            arguments.append("--demo")
        with running(pinned(SERVER_CORE, *arguments), port, env=self.environment) as process:
            wait_until_ready(port)
            yield port, process

    @contextlib.contextmanager
    def floor(self):
        port = free_port()
        with running(pinned(SERVER_CORE, self.arguments.floor, port), port) as process:
            yield port, process

    @contextlib.contextmanager
    def nginx(self, body):
        port = free_port()
        root = self.folder / "nginx"
        root.mkdir(exist_ok=True)
        self.folder.chmod(0o755)  # nginx's worker is another user
        (root / "flags").write_bytes(body)
        configuration = root / "nginx.conf"
        configuration.write_text(
            f"""daemon off; worker_processes 1; pid {root}/pid; error_log {root}/error.log;
            events {{ worker_connections 4096; }}
            http {{ access_log off; sendfile on; tcp_nopush on; tcp_nodelay on; keepalive_requests 1000000000;
                   open_file_cache max=10; default_type application/json;
                   client_body_temp_path {root}/t1; proxy_temp_path {root}/t2; fastcgi_temp_path {root}/t3;
                   uwsgi_temp_path {root}/t4; scgi_temp_path {root}/t5;
                   server {{ listen 127.0.0.1:{port}; root {root}; }} }}"""
        )
        with running(pinned(SERVER_CORE, NGINX, "-c", configuration), port):
            yield port

    def streams(self, port, streams, rounds, admin=False, fetch=False):
        environment = dict(self.environment)
        environment.pop("FLAGSTREAM_PUBLISH_TOKEN" if admin else "FLAGSTREAM_ADMIN_TOKEN")
        options = ["--fetch"] if fetch else []
        return load_streams(self.arguments.binary, port, CLIENT_KEY, streams, rounds, environment, options)

    def wrk(self, port, path, script, connections=64, seconds=8):
        file = self.folder / "script.lua"
        file.write_text(script)
        command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "-s", file, f"http://127.0.0.1:{port}{path}"]
        output = subprocess.run(pinned(LOAD_CORE, *command), stdout=subprocess.PIPE, text=True, check=True).stdout
        if "Non-2xx" in output:
            wrong = next(line.strip() for line in output.splitlines() if "Non-2xx" in line)
            sys.exit(f"{path} on port {port}: {wrong}; the rate would be that of refusals")
        rate = next(line for line in output.splitlines() if line.startswith("Requests/sec:"))
        return float(rate.split(":")[1])

    def api(self, port, method, path, body=None):
        request = urllib.request.Request(
            f"http://127.0.0.1:{port}/api/v1/{path}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": f"Token {ADMIN_TOKEN}", "Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.loads(answer.read() or b"null")

    def row(self, name, figure, budget, measured, ok, **details):
        self.rows.append({"name": name, "budget": budget, "measured": measured, "met": ok, "figure": figure, **details})
        print(f"{name}\n    {measured}, budget {budget}: {'met' if ok else 'MISSED'}", flush=True)

    # --- rows ------------------------------------------------------------------------------------------------------

    def fan_out(self):
        """CPU and time of a delivery against the floor, in turn; memory of an idle stream."""
        ours, floor = [], []
        for _ in range(self.arguments.repeat):
            with self.floor() as (port, _process):
                floor.append(self.streams(port, self.arguments.streams, self.arguments.rounds))
            with self.flagstream() as (port, _process):
                ours.append(self.streams(port, self.arguments.streams, self.arguments.rounds))

        def median(reports, key):
            return statistics.median(report[key] for report in reports)

        cpu, cpu_floor = median(ours, "server_cpu_us_per_delivery"), median(floor, "server_cpu_us_per_delivery")
        last, last_floor = median(ours, "last_delivery_p50_ms"), median(floor, "last_delivery_p50_ms")
        memory = median(ours, "server_bytes_per_stream")
        ratio = cpu / cpu_floor
        self.row(f"server CPU per delivery, {self.arguments.streams:,} streams", ratio, "<= 1.15 x floor",
                 f"{cpu:.2f} us = {ratio:.2f} x {cpu_floor:.2f} us", ratio <= 1.15, ours=ours, floor=floor)
        ratio = last / last_floor
        self.row(f"publish -> last of {self.arguments.streams:,} clients", ratio, "<= 1.15 x floor",
                 f"{last:.1f} ms = {ratio:.2f} x {last_floor:.1f} ms", ratio <= 1.15)
        self.row("process memory per idle stream", memory, "<= 1024 B", f"{memory:.0f} B", memory <= 1024)

    def make_features(self, port):
        """Twenty in the demo project, with those that are there."""
        have = self.api(port, "GET", "projects/1/features/")["count"]
        for number in range(have, 20):
            self.api(port, "POST", "projects/1/features/", {"name": f"bench_{number}", "initial_value": "blue"})

    def make_segments(self, port):
        """Ten, each overriding a feature; half of them have the identity that is asked for."""
        features = self.api(port, "GET", "projects/1/features/?page_size=100")["results"]
        have = self.api(port, "GET", "projects/1/segments/")["count"]
        for number in range(have, 10):
            conditions = [{"operator": "EQUAL", "property": "plan", "value": "pro" if number % 2 else "free"},
                          {"operator": "PERCENTAGE_SPLIT", "property": "", "value": "100"}]
            rules = [{"type": "ALL", "rules": [{"type": "ALL", "conditions": conditions}]}]
            body = {"name": f"bench {number}", "project": 1, "rules": rules}
            segment = self.api(port, "POST", "projects/1/segments/", body)["id"]
            override = {"enabled": True, "feature_state_value": {"type": "unicode", "string_value": "red"},
                        "feature_segment": {"segment": segment}}
            self.api(port, "POST", f"environments/{CLIENT_KEY}/features/{features[number]['id']}/create-segment-override/",
                     override)

    def flags(self):
        """GET flags/ with 20 flags against nginx serving the same bytes from a file."""
        if NGINX is None:
            print("GET flags/ left out: there is no nginx to compare with (apt-get install nginx-light)", flush=True)
            return
        with self.flagstream(data="flags", extra=["--demo"]) as (port, _process):
            self.make_features(port)
            request = urllib.request.Request(
                f"http://127.0.0.1:{port}/api/v1/flags/", headers={"X-Environment-Key": CLIENT_KEY}
            )
            body = urllib.request.urlopen(request, timeout=10).read()
            script = f'wrk.headers["X-Environment-Key"] = "{CLIENT_KEY}"'
            rates, nginx_rates = [], []
            with self.nginx(body) as nginx_port:
                for _ in range(self.arguments.repeat):
                    rates.append(self.wrk(port, "/api/v1/flags/", script))
                    nginx_rates.append(self.wrk(nginx_port, "/flags", ""))
        ours, nginx = statistics.median(rates), statistics.median(nginx_rates)
        self.row(f"`GET flags/` (20 flags, {len(body):,} bytes), 64 kept connections", ours / nginx, ">= nginx",
                 f"{ours:,.0f}/s = {ours / nginx:.2f} x {nginx:,.0f}/s", ours >= nginx)

    def queue_change(self):
        """POST queue-change to a hub: 64 connections, pipelining 16, 1,000 environments, durable."""
        script = f"""
        local requests = {{}}
        for number = 1, 1000 do
          local path = string.format("/sse/environments/environment-%04d/queue-change", number)
          local headers = {{["Authorization"] = "Token {PUBLISH_TOKEN}", ["Content-Type"] = "application/json"}}
          requests[number] = {{path = path, headers = headers}}
        end
        local next_number, micros = 0, 0
        function request()
          local parts = {{}}
          for i = 1, 16 do
            next_number = next_number % 1000 + 1
            micros = micros + 1
            local at = requests[next_number]
            local body = string.format('{{"updated_at": "2026-05-01T%02d:%02d:%02d.%06d+00:00"}}',
              math.floor(micros / 3600000000) % 24, math.floor(micros / 60000000) % 60, math.floor(micros / 1000000) % 60,
              micros % 1000000)
            parts[i] = wrk.format("POST", at.path, at.headers, body)
          end
          return table.concat(parts)
        end"""
        with self.flagstream("hub", data="hub") as (port, _process):
            rate = self.wrk(port, "/", script)
        self.row("`POST queue-change` to a hub, 64 kept connections, pipelining 16, 1,000 environments, durable", rate,
                 ">= 60,000/s", f"{rate:,.0f}/s", rate >= 60_000)

    def identities(self):
        """POST identities/ of a known identity with unchanged traits."""
        body = json.dumps({"identifier": "alice", "traits": [{"trait_key": "plan", "trait_value": "pro"}]})
        script = f"""wrk.method = "POST"; wrk.body = '{body}'
        wrk.headers["Content-Type"] = "application/json"; wrk.headers["X-Environment-Key"] = "{CLIENT_KEY}" """
        with self.flagstream(data="flags", extra=["--demo"]) as (port, _process):
            self.make_features(port)
            self.make_segments(port)
            rate = self.wrk(port, "/api/v1/identities/", script)
        self.row("`POST identities/` (20 features, 10 segments, unchanged traits), 64 kept connections", rate,
                 ">= 40,000/s", f"{rate:,.0f}/s", rate >= 40_000)

    def herd(self):
        """9,000 clients, each with a stream and a kept connection, fetch at once after an event."""
        clients = min(9_000, self.arguments.streams)
        with self.flagstream(data="flags", extra=["--demo"]) as (port, _process):
            report = self.streams(port, clients, self.arguments.rounds, fetch=True)
        last = report["last_fetched_p50_ms"]
        self.row(f"{clients:,} clients, each with a stream and a kept connection, fetch after an event", last,
                 "<= 180 ms", f"{last:.0f} ms", last <= 180, report=report)

    def herd_spread(self):
        """The same clients without and with --spread-ms: peak of fetches, last answer, memory of the server. No budget."""
        clients = min(9_000, self.arguments.streams)
        reports = {}
        for spread in (0, 2_000):
            with self.flagstream(data="flags", extra=["--demo", "--spread-ms", str(spread)]) as (port, _process):
                reports[spread] = self.streams(port, clients, min(5, self.arguments.rounds), fetch=True)
        peaks = {spread: report["fetch_peak_p50_per_second"] for spread, report in reports.items()}
        told = ", ".join(f"{spread} ms: {peaks[spread]:,.0f}/s, last {report['last_fetched_p50_ms']:,.0f} ms, "
                         f"{report['server_bytes'] / 2**20:.0f} MiB" for spread, report in reports.items())
        self.row(f"{clients:,} clients fetch, events spread over", peaks[2_000], "lower peak", told,
                 peaks[2_000] < peaks[0], reports=reports)

    def admin_write(self):
        """Admin write -> its event on the first client's socket, idle machine."""
        with self.flagstream() as (port, _process):
            report = self.streams(port, 1, 500, admin=True)
        p99 = report["delivery_p99_ms"]
        self.row("admin write -> its event at the first client", p99, "p99 <= 10 ms", f"p99 {p99:.2f} ms", p99 <= 10,
                 report=report)

    def start(self):
        """Start with 1,000 environments of 50 features."""
        with self.flagstream(data="large") as (port, _process):
            organisation = self.api(port, "POST", "organisations/", {"name": "Large"})["id"]
            for project_number in range(100):
                project = self.api(port, "POST", "projects/",
                                   {"name": f"Project {project_number}", "organisation": organisation})["id"]
                for number in range(10):
                    self.api(port, "POST", "environments/", {"name": f"Environment {number}", "project": project})
                for number in range(50):
                    self.api(port, "POST", f"projects/{project}/features/",
                             {"name": f"feature_{number}", "initial_value": f"value {number}"})
        seconds = []
        for _ in range(self.arguments.repeat):
            started = time.monotonic()
            with self.flagstream(data="large"):
                seconds.append(time.monotonic() - started)
        median = statistics.median(seconds)
        self.row("start, 1,000 environments of 50 features", median, "<= 1 s", f"{median:.2f} s", median <= 1)

    def memory(self):
        """Resident memory at rest with the demo data."""
        with self.flagstream() as (port, process):
            self.api(port, "GET", "projects/1/features/")
            time.sleep(2)
            status = pathlib.Path(f"/proc/{process.pid}/status").read_text()
        kilobytes = int(next(line for line in status.splitlines() if line.startswith("VmRSS:")).split()[1])
        self.row("resident memory at rest, demo data", kilobytes, "<= 25 MiB", f"{kilobytes / 1024:.1f} MiB",
                 kilobytes <= 25 * 1024)

    def hundred_thousand(self):
        """More streams than a process may hold here, over several hubs on one port: one change reaches all."""
        streams, nodes = self.arguments.many_streams, self.arguments.nodes
        figures = many_streams.measure(self.arguments.binary, streams, nodes, min(10, self.arguments.rounds),
                                       self.folder / "many", self.environment)
        last, told, all_reached = many_streams.summary(figures)
        self.row(f"{streams:,} streams over {nodes} processes on one port", last, "all reached", told, all_reached,
                 report=figures)

    ROWS = ["fan_out", "flags", "queue_change", "identities", "herd", "herd_spread", "admin_write", "start", "memory"]

    # A run of its own, since it takes all of the machine: only when it is named.
    ROWS_APART = ["hundred_thousand"]

    def run(self):
        wanted = self.arguments.only.split(",") if self.arguments.only else self.ROWS
        try:
            for name in wanted:
                getattr(self, name)()
        finally:
            shutil.rmtree(self.folder, ignore_errors=True)
        if self.arguments.json:
            report = {"machine": machine(), "rows": self.rows}
            pathlib.Path(self.arguments.json).write_text(json.dumps(report, indent=1) + "\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", default=ROOT / "build/release/flagstream")
    parser.add_argument("--floor", default=ROOT / "build/release/bench/floor")
    parser.add_argument("--streams", type=int, default=15_000)
    parser.add_argument("--many-streams", type=int, default=100_000, help="of the row hundred_thousand")
    parser.add_argument("--nodes", type=int, default=7, help="processes of the row hundred_thousand, on each side")
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--only", choices=None, help="rows to run, by comma: " + ",".join(Bench.ROWS + Bench.ROWS_APART))
    parser.add_argument("--json", help="file for the raw figures")
    Bench(parser.parse_args()).run()


if __name__ == "__main__":
    main()
