#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Goal: the vectors runner reads every form of file, names what differs, and fails when something does.

usage: runner_test.py FLAGSTREAM_VECTORS
"""

import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

RUNNER = pathlib.Path(sys.argv.pop())
CONTEXT = {
    "environment": {"key": "e", "name": "E"},
    "features": {"f": {"key": "1", "name": "f", "enabled": True, "value": 30}},
}
FLAG = {"name": "f", "enabled": True, "value": 30, "reason": "STATIC", "variant": None}
CASE = {"$schema": "x", "context": CONTEXT, "result": {"segments": [], "flags": {"f": FLAG}}}


def case_with(**changes: object) -> dict:
    return {**CASE, "result": {"segments": [], "flags": {"f": {**FLAG, **changes}}}}


class RunnerTest(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def run_it(self, *arguments: object) -> tuple[int, str]:
        done = subprocess.run([RUNNER, *map(str, arguments)], capture_output=True, text=True, check=False)
        return done.returncode, done.stdout

    def write(self, name: str, text: str) -> pathlib.Path:
        path = self.folder / name
        path.write_text(text)
        return path

    def test_one_case_per_file_with_comments(self) -> None:
        self.write("a.json", json.dumps(CASE))
        self.write("b.jsonc", "// why\n" + json.dumps(CASE)[:-1] + ", /* that */ }")
        self.write("notes.txt", "not read")
        code, output = self.run_it(self.folder)
        self.assertEqual((code, output.splitlines()), (0, ["ok      a.json", "ok      b.jsonc", "2 passed, 0 failed"]))

    def test_a_difference_is_told_and_fails(self) -> None:
        for name, change in {"value": 30.0, "enabled": 1, "reason": "DEFAULT", "variant": "control"}.items():
            path = self.write("wrong.json", json.dumps(case_with(**{name: change})))
            code, output = self.run_it(path)
            self.assertEqual(code, 1, name)
            self.assertIn("FAILED  wrong.json: flags\n    expected ", output)

    def test_a_file_of_cases_names_each(self) -> None:
        path = self.write("many.json", json.dumps({"cases": [{"name": "good", **CASE}, case_with(value="x")]}))
        code, output = self.run_it(path)
        self.assertEqual(code, 1)
        self.assertIn("ok      many.json/good\n", output)
        self.assertIn("FAILED  many.json/1: flags", output)

    def test_what_is_broken_fails(self) -> None:
        self.assertEqual(self.run_it(self.write("bad.json", "{"))[0], 1)
        self.assertEqual(self.run_it(self.write("half.json", '{"context": {}}'))[0], 1)

    def test_what_is_not_there_is_skipped_and_an_empty_folder_is_not(self) -> None:
        code, output = self.run_it(self.folder / "absent")
        self.assertEqual(code, 0)
        self.assertIn("it is not there", output)
        self.assertEqual(self.run_it(self.folder)[0], 1)

    def test_batch_answers_line_by_line(self) -> None:
        lines = [json.dumps(CONTEXT), "{}", "nonsense"]
        done = subprocess.run([RUNNER, "--batch"], input="\n".join(lines), capture_output=True, text=True, check=True)
        first, second, third = map(json.loads, done.stdout.splitlines())
        self.assertEqual(first["flags"], {"f": FLAG})
        self.assertIn("error", second)
        self.assertIn("error", third)


if __name__ == "__main__":
    unittest.main()
