#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Goal: each rule of check_tree.py finds what it is for, and a good file passes them all."""

import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import check_tree

SPDX = "// SPDX-License-Identifier: Apache-2.0\n"
GOOD = {
    "src/net/README.md": "# net\n\nSee [the header](shard.h) and [a site](https://example.com/x).\n",
    "src/net/shard.h": SPDX + "#pragma once\n",
    "dev": "#!/bin/sh\n# SPDX-License-Identifier: Apache-2.0\n",
}


class TreeTest(unittest.TestCase):
    def problems(self, changed: dict[str, str | None]) -> list[str]:
        """What is found in the good tree with these files changed (None: removed)."""
        with tempfile.TemporaryDirectory() as folder:
            for name, text in (GOOD | changed).items():
                if text is None:
                    continue
                path = pathlib.Path(folder, name)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text)
            return [str(problem) for problem in check_tree.check(pathlib.Path(folder))]

    def assert_one(self, changed: dict[str, str | None], begin: str) -> None:
        problems = self.problems(changed)
        self.assertEqual([problem[: len(begin)] for problem in problems], [begin])

    def test_good_tree(self):
        self.assertEqual(self.problems({}), [])

    def test_build_results_are_not_looked_at(self):
        self.assertEqual(self.problems({"build/dev/a.cc": "", "web/node_modules/util/a.js": ""}), [])

    def test_recorded_bytes_are_not_looked_at(self):
        self.assertEqual(self.problems({"tests/fuzz/corpus/a.js": "x "}), [])

    def test_licence(self):
        self.assert_one({"src/net/shard.h": "#pragma once\n"}, "src/net/shard.h:1: begin with SPDX")
        self.assert_one({"dev": "#!/bin/sh\n"}, "dev:1: begin with SPDX")
        self.assert_one({"tools/a.py": ""}, "tools/a.py:1: begin with SPDX")

    def test_names(self):
        self.assert_one({"src/net/util/a.cc": SPDX}, "src/net/util/a.cc: 'util' says nothing")
        self.assert_one({"src/net/helpers.cc": SPDX}, "src/net/helpers.cc: 'helpers.cc' says nothing")
        self.assert_one({"src/net/HttpSession.cc": SPDX}, "src/net/HttpSession.cc: files and folders")

    def test_module_readme(self):
        self.assert_one({"src/net/README.md": None}, "src/net/README.md: each module says")
        self.assert_one({"src/net/README.md": "# network\n"}, "src/net/README.md:1: begin with '# net'")
        self.assert_one({"src/net/README.md": "# net\n" + "line\n" * 60}, "src/net/README.md: 61 lines")

    def test_text(self):
        self.assert_one({"src/net/a.cc": SPDX + "int x; \n"}, "src/net/a.cc:2: space at the end")
        self.assert_one({"src/net/a.cc": SPDX + "int x;"}, "src/net/a.cc:2: no newline")
        self.assert_one({"src/net/a.cc": SPDX + "// FIX" + "ME\n"}, "src/net/a.cc:2: finish it")
        self.assert_one({"src/net/a.cc": SPDX + "// TO" + "DO: tidy\n"}, "src/net/a.cc:2: a to-do names")
        self.assertEqual(self.problems({"src/net/a.cc": SPDX + "// TO" + "DO: when C++23 is here, use it\n"}), [])

    def test_cpp(self):
        self.assert_one({"src/net/shard.h": SPDX}, "src/net/shard.h: a header has #pragma once")
        self.assert_one({"src/net/a.cc": SPDX + "try {\n} catch (...) {\n}\n"}, "src/net/a.cc:3: a caught exception")
        self.assert_one({"src/net/a.cc": SPDX + "auto t = steady_clock::now();\n"}, "src/net/a.cc:2: steady_clock::now")

    def test_links(self):
        self.assert_one({"docs/a.md": "see [b](b.md#part)\n"}, "docs/a.md:1: the link to b.md leads nowhere")

    def test_promises(self):
        tests = {
            "src/net/a_test.cc": SPDX + "TEST_F(NetTest, Holds) {}\n",
            "tests/test_b.py": "# SPDX-License-Identifier: Apache-2.0\ndef test_kept():\n    pass\n",
        }
        good = "| P1 | kept | `NetTest.Holds`, `test_kept` |\n"
        self.assertEqual(self.problems(tests | {"ARCHITECTURE.md": good}), [])
        self.assert_one({"ARCHITECTURE.md": "| P1 | kept | |\n"}, "ARCHITECTURE.md:1: a promise names")
        self.assert_one(tests | {"ARCHITECTURE.md": good.replace("Holds", "Gone")}, "ARCHITECTURE.md:1: there is no test")


if __name__ == "__main__":
    unittest.main()
