#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Goal: each rule of check_layers.py finds what it is for, and lets pass what is allowed."""

import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import check_layers


class LayersTest(unittest.TestCase):
    def problems(self, sources: dict[str, str]) -> list[str]:
        with tempfile.TemporaryDirectory() as folder:
            for name, text in sources.items():
                path = pathlib.Path(folder, "src", name)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text)
            return [str(problem) for problem in check_layers.check(pathlib.Path(folder))]

    def test_table_has_no_cycle(self):
        for module in check_layers.MAY_INCLUDE:
            self.assertNotIn(module, check_layers.reach(module))

    def test_includes_downward_pass(self):
        self.assertEqual(self.problems({"api/a.cc": '#include "service/s.h"\n#include <string>\n'}), [])

    def test_include_upward_fails(self):
        self.assertEqual(
            self.problems({"stream/hub.cc": '\n#include "net/socket.h"\n'}),
            ["src/stream/hub.cc:2: stream may not include net (net/socket.h)"],
        )

    def test_include_without_module_fails(self):
        self.assertEqual(len(self.problems({"net/a.cc": '#include "b.h"\n', "net/c.cc": '#include "../base/b.h"\n'})), 2)

    def test_unknown_module_fails(self):
        self.assertIn("has no row", self.problems({"misc/a.cc": ""})[0])

    def test_adapter_is_for_server_and_tests(self):
        line = '#include "store/sqlite_store.h"\n'
        self.assertEqual(len(self.problems({"service/users.cc": line})), 1)
        self.assertEqual(
            self.problems({"server/main.cc": line, "service/users_test.cc": line, "store/sqlite_store.cc": line}), []
        )

    def test_interface_named_like_its_folder_is_no_adapter(self):
        self.assertEqual(self.problems({"service/users.cc": '#include "store/store.h"\n#include "bus/bus.h"\n'}), [])

    def test_header_of_tests_is_a_test(self):
        sources = {"net/net_test_world.h": '#include "testing/fake_clock.h"\n'}
        self.assertEqual(self.problems(sources), [])
        self.assertEqual(self.problems(sources | {"net/a_test.cc": '#include "net/net_test_world.h"\n'}), [])
        self.assertEqual(
            self.problems(sources | {"net/a.cc": '#include "net/net_test_world.h"\n'}),
            ["src/net/a.cc:1: net/net_test_world.h is for tests"],
        )

    def test_library_in_the_wrong_module_fails(self):
        self.assertEqual(len(self.problems({"service/a.cc": "#include <boost/json.hpp>\n"})), 1)
        self.assertEqual(self.problems({"wire/json.cc": "#include <boost/json.hpp>\n"}), [])

    def test_library_without_a_row_fails(self):
        self.assertEqual(len(self.problems({"base/a.cc": "#include <boost/regex.hpp>\n"})), 1)

    def test_library_that_leaks_through_headers_fails_where_it_arrives(self):
        sources = {
            "store/statement.h": "#include <sqlite3.h>\n",
            "store/store.h": '#include "store/statement.h"\n',
            "service/users.cc": '#include "store/store.h"\n',
        }
        self.assertEqual(
            self.problems(sources),
            ["src/service/users.cc:1: service may not see sqlite3.h, which store/statement.h shows"],
        )

    def test_headers_that_include_each_other_end(self):
        self.assertEqual(self.problems({"net/a.h": '#include "net/b.h"\n', "net/b.h": '#include "net/a.h"\n'}), [])

    def test_pure_modules_stay_pure(self):
        self.assertEqual(len(self.problems({"flags/a.cc": "#include <thread>\n"})), 1)
        self.assertEqual(self.problems({"flags/a_test.cc": "#include <thread>\n", "net/a.cc": "#include <thread>\n"}), [])


if __name__ == "__main__":
    unittest.main()
