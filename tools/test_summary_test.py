#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Goal: a red or empty run is never summed up as green."""

import contextlib
import io
import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import test_summary

CTEST = """<testsuite>
  <testcase name="a" status="run"/>
  <testcase name="b" status="fail"><failure message=""/></testcase>
  <testcase name="c" status="notrun"><skipped message=""/></testcase>
  <testcase name="d" status="disabled"/>
</testsuite>"""
PYTEST = """<testsuites><testsuite>
  <testcase name="a"/><testcase name="b"/><testcase name="c"><error message=""/></testcase>
</testsuite></testsuites>"""
GREEN = '<testsuite><testcase name="a"/></testsuite>'
EMPTY = "<testsuite/>"


class SummaryTest(unittest.TestCase):
    def summary(self, *runs: tuple[str | None, int]) -> tuple[str, int]:
        """Writes each report (None: the runner left none) and returns the closing line and the exit status."""
        with tempfile.TemporaryDirectory() as folder:
            arguments = []
            for index, (text, exit_status) in enumerate(runs):
                report = pathlib.Path(folder, f"{index}.xml")
                if text is not None:
                    report.write_text(text)
                arguments.append(f"{report}:{exit_status}")
            output = io.StringIO()
            with contextlib.redirect_stdout(output), contextlib.redirect_stderr(io.StringIO()):
                status = test_summary.main(arguments)
        return output.getvalue().strip(), status

    def test_adds_both_runners(self):
        self.assertEqual(self.summary((CTEST, 8), (PYTEST, 1)), ("3 passed, 2 failed, 2 skipped", 1))

    def test_green(self):
        self.assertEqual(self.summary((GREEN, 0), (GREEN, 0)), ("2 passed, 0 failed", 0))

    def test_nothing_ran_is_red(self):
        self.assertEqual(self.summary((EMPTY, 0)), ("0 passed, 0 failed", 1))

    def test_runner_that_left_no_report_is_red(self):
        self.assertEqual(self.summary((GREEN, 0), (None, 2)), ("1 passed, 1 failed", 1))

    def test_runner_that_failed_after_green_cases_is_red(self):
        self.assertEqual(self.summary((GREEN, 139)), ("1 passed, 1 failed", 1))

    def test_pattern_that_matches_only_one_runner_is_green(self):
        self.assertEqual(self.summary((GREEN, 0), (None, 5)), ("1 passed, 0 failed", 0))


if __name__ == "__main__":
    unittest.main()
