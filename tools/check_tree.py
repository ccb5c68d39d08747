#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks habits that no compiler sees: licence lines, names, module READMEs, words, links.

usage: check_tree.py [ROOT]
"""

import pathlib
import re
import sys
from collections.abc import Iterator

from tree import Problem, files, report

SOURCE_SUFFIXES = {".h", ".cc", ".c", ".py", ".cmake", ".sh", ".sql", ".ts", ".tsx", ".js", ".mjs", ".toml", ".yml"}
SOURCE_NAMES = {"CMakeLists.txt", "dev", "run", ".clang-format", ".clang-tidy", ".editorconfig", "packages.txt"}
# Data of others and recorded bytes.
NOT_OURS = re.compile(r"(^|/)(corpus|fixtures|testdata|vectors)/")

SPDX = "SPDX-License-Identifier: Apache-2.0"
NAMELESS = {"common", "internal", "misc", "helpers", "helper", "util", "utils"}
SNAKE_CASE = re.compile(r"^[a-z0-9][a-z0-9_]*$")

README_LINES_MAX = 40

# Spelt in pieces so that this file passes its own check.
UNFINISHED = re.compile(r"\b(" + "FIX" + "ME|XX" + "X|HA" + r"CK)\b")
LEFT_OPEN = re.compile(r"\bTO" + r"DO\b(?!: (when|once|until|after) )")
SILENT_CATCH = re.compile(r"catch\s*\([^)]*\)\s*\{\s*\}")

# Time and randomness are passed in (base/clock.h, base/random.h), so that a test decides them.
AMBIENT = re.compile(r"\b(system_clock::now|steady_clock::now|high_resolution_clock|random_device|std::rand\b|sleep_for\b)")
AMBIENT_MODULES = {"base", "loadgen", "testing"}
AMBIENT_FILES = {"src/net/server_test.cc"}  # real sockets: it polls for what the kernel does

# A row of the table of promises in ARCHITECTURE.md, and the tests that it names.
PROMISE_ROW = re.compile(r"^\| P\d \|")
TEST_NAME = re.compile(r"`(test_\w+|\w+\.\w+)`")
TEST_DEFINED = re.compile(r"^TEST(?:_F|_P)?\(\s*(\w+),\s*(\w+)\)|^(?:async )?def (test_\w+)", re.MULTILINE)

LINK = re.compile(r"\[[^\]]*\]\(([^)\s#]+)(?:#[^)]*)?\)")


def is_source(path: pathlib.PurePosixPath) -> bool:
    named = path.suffix in SOURCE_SUFFIXES or path.name in SOURCE_NAMES
    return named and not NOT_OURS.search(str(path))


def check_licence(path: str, lines: list[str]) -> Iterator[Problem]:
    first = lines[1:2] if lines and lines[0].startswith("#!") else lines[:1]
    if not first or SPDX not in first[0]:
        yield Problem(path, 1, f"begin with {SPDX}")


def check_names(path: pathlib.PurePosixPath) -> Iterator[Problem]:
    for part in path.parts:
        if part.split(".")[0] in NAMELESS:
            yield Problem(str(path), 0, f"'{part}' says nothing; if a thing has no name, it has no place yet")
    if path.suffix in (".h", ".cc", ".c") and not all(SNAKE_CASE.match(part) for part in path.with_suffix("").parts):
        yield Problem(str(path), 0, "files and folders are snake_case")


def check_text(path: str, text: str) -> Iterator[Problem]:
    lines = text.splitlines()
    for number, line in enumerate(lines, 1):
        if line != line.rstrip():
            yield Problem(path, number, "space at the end of the line")
    if text and not text.endswith("\n"):
        yield Problem(path, len(lines), "no newline at the end")


def check_loose_ends(path: str, lines: list[str]) -> Iterator[Problem]:
    for number, line in enumerate(lines, 1):
        if UNFINISHED.search(line):
            yield Problem(path, number, "finish it, or say what ends it")
        if LEFT_OPEN.search(line):
            yield Problem(path, number, "a to-do names the condition that ends it: `when ...`")


def check_cpp(path: pathlib.PurePosixPath, text: str) -> Iterator[Problem]:
    if path.suffix == ".h" and "#pragma once" not in text and path.parts[:1] == ("src",):
        yield Problem(str(path), 0, "a header has #pragma once")
    for match in SILENT_CATCH.finditer(text):
        yield Problem(str(path), text.count("\n", 0, match.start()) + 1, "a caught exception is answered or passed on")
    if path.parts[0] == "src" and path.parts[1] not in AMBIENT_MODULES and str(path) not in AMBIENT_FILES:
        for match in AMBIENT.finditer(text):
            line = text.count("\n", 0, match.start()) + 1
            yield Problem(str(path), line, f"{match[0]}: time and randomness are passed in")


def check_links(root: pathlib.Path, path: pathlib.PurePosixPath, text: str) -> Iterator[Problem]:
    for number, line in enumerate(text.splitlines(), 1):
        for target in LINK.findall(line):
            if "://" in target or target.startswith("mailto:"):
                continue
            if not (root / path.parent / target).exists():
                yield Problem(str(path), number, f"the link to {target} leads nowhere")


def check_promises(root: pathlib.Path) -> Iterator[Problem]:
    page = root / "ARCHITECTURE.md"
    if not page.exists():
        return
    defined = set()
    for path in files(root):
        if path.suffix in (".cc", ".py") and "test" in path.name:
            for suite, case, function in TEST_DEFINED.findall((root / path).read_text()):
                defined.add(function or f"{suite}.{case}")
    for number, line in enumerate(page.read_text().splitlines(), 1):
        if not PROMISE_ROW.match(line):
            continue
        names = TEST_NAME.findall(line)
        if not names:
            yield Problem(page.name, number, "a promise names the tests that would fail if it were broken")
        for name in names:
            if name not in defined:
                yield Problem(page.name, number, f"there is no test {name}")


def check_module_readmes(root: pathlib.Path) -> Iterator[Problem]:
    modules = sorted(folder for folder in (root / "src").glob("*") if folder.is_dir())
    for module in modules:
        readme = module / "README.md"
        name = f"src/{module.name}/README.md"
        if not readme.exists():
            yield Problem(name, 0, "each module says what it is, what it must not know and what to read first")
            continue
        lines = readme.read_text().splitlines()
        if not lines or lines[0] != f"# {module.name}":
            yield Problem(name, 1, f"begin with '# {module.name}'")
        if len(lines) > README_LINES_MAX:
            yield Problem(name, 0, f"{len(lines)} lines; about ten are read, so {README_LINES_MAX} at most")


def check(root: pathlib.Path) -> list[Problem]:
    problems = [*check_module_readmes(root), *check_promises(root)]
    for path in files(root):
        problems += check_names(path)
        if not is_source(path) and path.suffix != ".md":
            continue
        text = (root / path).read_text()
        problems += check_text(str(path), text)
        if is_source(path):
            problems += check_licence(str(path), text.splitlines())
            problems += check_loose_ends(str(path), text.splitlines())
        if path.suffix in (".h", ".cc", ".c"):
            problems += check_cpp(path, text)
        if path.suffix == ".md":
            problems += check_links(root, path, text)
    return problems


if __name__ == "__main__":
    sys.exit(report(check(pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else "."))))
