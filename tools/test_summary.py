#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Adds up JUnit reports and closes a test run with one line: `N passed, N failed`.

usage: test_summary.py REPORT.xml:EXIT_STATUS ...

A report that is missing while its runner failed counts as one failure, so that a crash of the runner itself is never
green. Exit status: 0 only if something passed and nothing failed.
"""

import dataclasses
import pathlib
import sys
import xml.etree.ElementTree as xml

PYTEST_NO_TESTS_COLLECTED = 5


@dataclasses.dataclass
class Count:
    passed: int = 0
    failed: int = 0
    skipped: int = 0

    def add(self, other: "Count") -> None:
        self.passed += other.passed
        self.failed += other.failed
        self.skipped += other.skipped

    def __str__(self) -> str:
        skipped = f", {self.skipped} skipped" if self.skipped else ""
        return f"{self.passed} passed, {self.failed} failed{skipped}"


def outcome_of(case: xml.Element) -> str:
    if case.find("failure") is not None or case.find("error") is not None:
        return "failed"
    if case.find("skipped") is not None or case.get("status") in ("notrun", "disabled"):
        return "skipped"
    return "passed"


def count_report(text: str) -> Count:
    count = Count()
    for case in xml.fromstring(text).iter("testcase"):
        outcome = outcome_of(case)
        setattr(count, outcome, getattr(count, outcome) + 1)
    return count


def count_run(report: pathlib.Path, exit_status: int) -> Count:
    count = count_report(report.read_text()) if report.exists() else Count()
    if exit_status not in (0, PYTEST_NO_TESTS_COLLECTED) and count.failed == 0:
        print(f"{report.name}: the runner failed with status {exit_status}", file=sys.stderr)
        count.failed = 1
    return count


def main(arguments: list[str]) -> int:
    total = Count()
    for argument in arguments:
        report, _, exit_status = argument.rpartition(":")
        total.add(count_run(pathlib.Path(report), int(exit_status)))
    print(total)
    return 0 if total.passed > 0 and total.failed == 0 else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
