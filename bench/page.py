#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Puts measured figures into docs/performance.md: its tables, between their marks, and its charts.

The raw figures are docs/performance/budgets.json and hundred_thousand.json (bench/run.py) and servers.json
(bench/compare/run.py). What has no raw figures yet stays as it is on the page.

usage: bench/page.py [--check]    with --check only tells, by its exit code, whether the page is as it would be written
"""

import html
import json
import pathlib
import statistics
import sys

DOCS = pathlib.Path(__file__).resolve().parents[1] / "docs"
PAGE = DOCS / "performance.md"
FIGURES = DOCS / "performance"

CHARTS = {
    "cpu_us": ("Processor time of the server per delivery", "µs", 1),
    "last_ms": ("From the publish to the last client", "ms", 0),
    "bytes": ("Process memory of an idle stream", "KB", 1),
}
WIDTH, LABELS, BAR, GAP, TOP = 860, 270, 22, 8, 44
OURS, OTHERS = "#2f6fde", "#9aa4b2"


def read(name):
    """None if it was not measured yet."""
    path = FIGURES / name
    return json.loads(path.read_text()) if path.exists() else None


def typographic(text):
    return text.replace(">=", "≥").replace("<=", "≤").replace(" x ", " × ").replace(" us", " µs").replace("->", "→")


def budget_table(rows):
    lines = ["| What | Budget | Measured | |", "|---|---|---|---|"]
    for row in rows:
        measured = typographic(row["measured"])
        lines.append(f"| {typographic(row['name'])} | {typographic(row['budget'])} | "
                     f"{measured if row['met'] else f'**{measured}**'} | {'met' if row['met'] else 'missed'} |")
    return lines


def server_table(rows):
    lines = ["| Server | Version | Streams | CPU per delivery | Last delivery | Memory per stream | Lost |",
             "|---|---|---|---|---|---|---|"]
    for row in rows:
        lines.append(f"| {row['what']} | {row['version']} | {row['streams']:,} | "
                     f"{row['cpu_us']:.1f} µs = {row['cpu_ratio']:.2f} × | "
                     f"{row['last_ms']:.0f} ms = {row['last_ratio']:.2f} × | {row['bytes']:,.0f} B | {row['lost']} |")
    charts = [f"![{title}]({FIGURES.name}/{figure}.svg)" for figure, (title, _unit, _decimals) in CHARTS.items()]
    return [*lines, "", *charts]


def mebibytes(number):
    return f"{number / 2**20:,.0f} MiB"


def many_table(row):
    """Of the changes the median; of whether all were reached, the worst."""
    report = row["report"]
    changes, nodes = report["changes"], report["streams_of_nodes"]
    fewest = min(change["reached"] for change in changes)
    reached = f"{fewest:,} of {report['streams']:,}, in each of {len(changes)} changes"
    if not row["met"]:
        reached = f"**{fewest:,} of {report['streams']:,}** in the worst of {len(changes)} changes"

    def median(figure):
        return statistics.median(change[figure] for change in changes if figure in change)

    idle = report["kernel_idle"]
    lines = [
        ("streams, over the processes", f"{report['streams']:,}: {min(nodes):,} to {max(nodes):,} in each of {len(nodes)}"),
        ("all open after", f"{report['open_seconds']:.1f} s; {report['open_cpu_us_per_stream']:.0f} µs of the servers' core each"),
        ("streams reached", reached),
        ("publish → half, 99 %, the last of them",
         f"{median('p50_ms'):,.0f} ms, {median('p99_ms'):,.0f} ms, **{median('last_ms'):,.0f} ms**"),
        ("report → its stamp on the disk of every process", f"{median('answered_ms'):,.0f} ms"),
        ("server CPU per delivery", f"{median('cpu_us_per_delivery'):.2f} µs"),
        ("process memory, idle", f"{mebibytes(report['process_bytes_idle'])} of all processes; "
                                 f"{report['process_bytes_per_stream']:,.0f} B a stream"),
        ("kernel memory, idle", f"{mebibytes(report['kernel_bytes'])} for both ends of all connections; "
                                f"{report['kernel_bytes_per_end']:,.0f} B a stream at the server's end"),
        ("TCP sockets of the machine, and their buffers", f"{idle['tcp']['inuse']:,}; {idle['tcp']['mem']:,} pages"),
    ]
    return ["| What | Measured |", "|---|---|", *(f"| {what} | {measured} |" for what, measured in lines)]


def machine_line(report):
    machine = report["machine"]
    return [f"Machine: virtual, {machine['cores']} cores of an {machine['processor']}, Linux {machine['kernel']}."]


def chart(rows, figure):
    """Horizontal bars, shortest first; the floor is one of them."""
    title, unit, decimals = CHARTS[figure]
    scale = 1 / 1000 if unit == "KB" else 1
    values = sorted(((row[figure] * scale, row) for row in rows), key=lambda pair: pair[0])
    longest = max(value for value, _row in values)
    height = TOP + len(values) * (BAR + GAP)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" font-family="sans-serif" font-size="13">',
        f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>',
        f'<text x="8" y="24" font-size="15" font-weight="bold" fill="#1c2430">{title}, {unit}</text>',
    ]
    for place, (value, row) in enumerate(values):
        top = TOP + place * (BAR + GAP)
        length = max(2, (WIDTH - LABELS - 80) * value / longest)
        colour = OURS if row["name"] == "flagstream" else OTHERS
        middle = top + BAR / 2 + 5
        parts += [
            f'<text x="{LABELS - 8}" y="{middle}" text-anchor="end" fill="#1c2430">{html.escape(row["what"])}</text>',
            f'<rect x="{LABELS}" y="{top}" width="{length:.1f}" height="{BAR}" fill="{colour}"/>',
            f'<text x="{LABELS + length + 6:.1f}" y="{middle}" fill="#1c2430">{value:,.{decimals}f}</text>',
        ]
    return "\n".join([*parts, "</svg>"]) + "\n"


def put(page, mark, lines):
    """Replaces what stands between the marks of this name."""
    begin, end = f"<!-- {mark} -->", f"<!-- end of {mark} -->"
    before, rest = page.split(begin)
    _old, after = rest.split(end)
    return before + "\n".join([begin, "", *lines, "", end]) + after


def files():
    """Path to content of all that is made."""
    page, made = PAGE.read_text(), {}
    if budgets := read("budgets.json"):
        page = put(page, "machine", machine_line(budgets))
        page = put(page, "budgets", budget_table(budgets["rows"]))
    if many := read("hundred_thousand.json"):
        page = put(page, "hundred thousand", many_table(many["rows"][0]))
    if servers := read("servers.json"):
        page = put(page, "servers", server_table(servers["rows"]))
        made = {FIGURES / f"{figure}.svg": chart(servers["rows"], figure) for figure in CHARTS}
    return {PAGE: page, **made}


def main():
    made = files()
    if "--check" in sys.argv[1:]:
        stale = [str(path) for path, text in made.items() if not path.exists() or path.read_text() != text]
        sys.exit(f"not as bench/page.py makes them: {', '.join(stale)}" if stale else 0)
    for path, text in made.items():
        path.write_text(text)


if __name__ == "__main__":
    main()
