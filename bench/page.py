#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Puts measured figures into docs/performance.md: its tables, between their marks, and its charts.

The raw figures are docs/performance/budgets.json (bench/run.py) and docs/performance/servers.json (bench/compare/run.py).

usage: bench/page.py [--check]    with --check only tells, by its exit code, whether the page is as it would be written
"""

import html
import json
import pathlib
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
    return json.loads((FIGURES / name).read_text())


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
    budgets, servers = read("budgets.json"), read("servers.json")
    page = PAGE.read_text()
    page = put(page, "machine", machine_line(budgets))
    page = put(page, "budgets", budget_table(budgets["rows"]))
    page = put(page, "servers", server_table(servers["rows"]))
    made = {PAGE: page}
    for figure in CHARTS:
        made[FIGURES / f"{figure}.svg"] = chart(servers["rows"], figure)
    return made


def main():
    made = files()
    if "--check" in sys.argv[1:]:
        stale = [str(path) for path, text in made.items() if not path.exists() or path.read_text() != text]
        sys.exit(f"not as bench/page.py makes them: {', '.join(stale)}" if stale else 0)
    for path, text in made.items():
        path.write_text(text)


if __name__ == "__main__":
    main()
