#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks who includes whom in src/, and which module sees which third-party library.

usage: check_layers.py [ROOT]

A module sees a library when one of its files includes it, directly or through headers of ours. So a library whose
types leak into a module's interface is found at the first other module that includes that header.
"""

import pathlib
import re
import sys
from collections.abc import Iterator

from tree import Problem, files, report

# What the files of a module may include beside their own. Acyclic; lower rows stand on upper rows.
MAY_INCLUDE = {
    "base": "",
    "telemetry": "base",
    "flags": "base",
    "auth": "base",
    "dashboard": "base",
    "bus": "base telemetry",
    "net": "base telemetry",
    "wire": "base flags",
    "store": "base flags wire auth telemetry",
    "stream": "base wire telemetry",
    "service": "base flags wire store bus auth telemetry",
    "replica": "base flags wire store bus stream telemetry",
    "api": "base flags wire net auth stream replica service dashboard telemetry",
    "loadgen": "base net wire telemetry",
    "server": "base telemetry flags auth dashboard bus net wire store stream service replica api loadgen",
    # Only tests link it. It fakes the edges of modules, so it may know any of them.
    "testing": "base telemetry flags auth dashboard bus net wire store stream service replica api",
}
MAY_INCLUDE = {module: set(others.split()) for module, others in MAY_INCLUDE.items()}

# Implementations live beside their interface, yet only the wiring and tests may name them.
ADAPTER = re.compile(r"^(store/\w+_store|bus/\w+_bus)\.h$")
MAY_NAME_ADAPTERS = {"server", "testing"}

# Which modules may see a library, by the beginning of the included path; the longest match counts.
LIBRARIES = {
    "boost/asio": "net api loadgen server",
    "boost/beast": "net",
    "boost/json": "wire api",
    "openssl/": "base net",
    "sodium": "auth",
    "zlib.h": "wire",
    "sqlite3.h": "store",
    "libpq-fe.h": "store",
    "nats/": "bus",
    "nats.h": "bus",
    "nghttp2/": "net",
    "pcre2.h": "flags",
    "spdlog/": "server",
    "systemd/": "server",
    "CLI/": "server",
    # Small tools without a world of their own may be used wherever they serve.
    "boost/system": "*",
    "boost/container": "*",
    "boost/intrusive": "*",
    "boost/smart_ptr": "*",
    "boost/unordered": "*",
    "fmt/": "*",
    # What is not named above gets a row here first, with a thought about who should see it.
    "boost/": "",
}
LIBRARIES = {prefix: set(modules.split()) for prefix, modules in LIBRARIES.items()}

# `flags`, `wire` and `stream` compute: they neither block nor reach outside.
PURE_MODULES = {"flags", "wire", "stream"}
IMPURE_HEADER = re.compile(
    r"^(thread|mutex|shared_mutex|condition_variable|future|semaphore|latch|barrier|fstream|iostream|filesystem"
    r"|random|unistd\.h|fcntl\.h|poll\.h|sys/(socket|epoll|stat|mman|random)\.h|netinet/.*|base/worker_pool\.h)$"
)

# `hub_test.cc`, and what several of them share: `hub_test.h`, `replica_test_world.h`.
TEST_FILE = re.compile(r"_test(_\w+)?\.(cc|h)$")

INCLUDE = re.compile(r'^\s*#\s*include\s+(?:"([^"]+)"|<([^>]+)>)')


def library_of(header: str) -> str | None:
    matches = [prefix for prefix in LIBRARIES if header.startswith(prefix)]
    return max(matches, key=len, default=None)


def reach(module: str) -> set[str]:
    """All modules that `module` stands on, directly or not."""
    reached: set[str] = set()
    waiting = [module]
    while waiting:
        for below in MAY_INCLUDE[waiting.pop()] - reached:
            reached.add(below)
            waiting.append(below)
    return reached


class Sources:
    """The include graph of src/."""

    def __init__(self, root: pathlib.Path):
        self.ours: dict[str, list[tuple[int, str]]] = {}  # file -> (line, "module/file.h")
        self.others: dict[str, list[tuple[int, str]]] = {}  # file -> (line, system or third-party header)
        src = root / "src"
        for path in files(src):
            if path.suffix in (".h", ".cc", ".c") and len(path.parts) > 1:
                self._read(src, str(path))

    def _read(self, src: pathlib.Path, name: str) -> None:
        self.ours[name], self.others[name] = [], []
        for number, line in enumerate((src / name).read_text().splitlines(), 1):
            if match := INCLUDE.match(line):
                kind, header = (self.ours, match[1]) if match[1] else (self.others, match[2])
                kind[name].append((number, header))

    def libraries_seen_through(self, header: str) -> dict[str, str]:
        """Library -> the header of ours that includes it, over everything that `header` brings in."""
        seen: dict[str, str] = {}
        visited = {header}
        waiting = [header]
        while waiting:
            name = waiting.pop()
            for _, other in self.others.get(name, []):
                if library := library_of(other):
                    seen.setdefault(library, name)
            for _, ours in self.ours.get(name, []):
                if ours not in visited:
                    visited.add(ours)
                    waiting.append(ours)
        return seen


def check_modules(sources: Sources, name: str, module: str, is_test: bool) -> Iterator[Problem]:
    allowed = MAY_INCLUDE[module] | {module}
    if is_test:
        allowed = allowed | reach(module) | {"testing"}
    for line, header in sources.ours[name]:
        target = header.split("/")[0]
        if "/" not in header or target == "..":
            yield Problem(f"src/{name}", line, f'include "{header}" as "module/file.h"')
        elif target not in allowed:
            yield Problem(f"src/{name}", line, f"{module} may not include {target} ({header})")
        elif TEST_FILE.search(header) and not is_test:
            yield Problem(f"src/{name}", line, f"{header} is for tests")
        elif ADAPTER.match(header) and target != module and module not in MAY_NAME_ADAPTERS and not is_test:
            yield Problem(f"src/{name}", line, f"only server and tests may name the adapter {header}")


def check_libraries(sources: Sources, name: str, module: str) -> Iterator[Problem]:
    def forbidden(library: str) -> bool:
        return not LIBRARIES[library] & {module, "*"}

    for line, header in sources.others[name]:
        library = library_of(header)
        if library and forbidden(library):
            yield Problem(f"src/{name}", line, f"{module} may not see {library} (<{header}>)")
    for line, header in sources.ours[name]:
        for library, through in sources.libraries_seen_through(header).items():
            # A header of the same module is reported itself.
            if forbidden(library) and through.split("/")[0] != module:
                yield Problem(f"src/{name}", line, f"{module} may not see {library}, which {through} shows")


def check_purity(sources: Sources, name: str, module: str) -> Iterator[Problem]:
    if module not in PURE_MODULES:
        return
    for line, header in sources.others[name] + sources.ours[name]:
        if IMPURE_HEADER.match(header):
            yield Problem(f"src/{name}", line, f"{module} neither blocks nor reaches outside, so not {header}")


def check(root: pathlib.Path) -> list[Problem]:
    sources = Sources(root)
    problems: list[Problem] = []
    for name in sources.ours:
        module = name.split("/")[0]
        if module not in MAY_INCLUDE:
            problems.append(Problem(f"src/{name}", 0, f"module {module} has no row in the table of tools/check_layers.py"))
            continue
        is_test = TEST_FILE.search(name) is not None
        problems += check_modules(sources, name, module, is_test)
        if not is_test and module != "testing":
            problems += check_libraries(sources, name, module)
            problems += check_purity(sources, name, module)
    return problems


if __name__ == "__main__":
    sys.exit(report(check(pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else "."))))
