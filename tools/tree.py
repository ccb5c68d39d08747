# SPDX-License-Identifier: Apache-2.0
"""The files of the repository, for the checkers. Works in an unpacked archive too, hence without git."""

import dataclasses
import os
import pathlib
from collections.abc import Iterator

IGNORED_AT_THE_TOP = {"build", "var"}
IGNORED_ANYWHERE = {".git", ".venv", "node_modules", "__pycache__", ".pytest_cache", ".ruff_cache"}


@dataclasses.dataclass(frozen=True, order=True)
class Problem:
    path: str  # relative to the root
    line: int  # 0: the whole file
    text: str

    def __str__(self) -> str:
        place = f"{self.path}:{self.line}" if self.line else self.path
        return f"{place}: {self.text}"


def files(root: pathlib.Path) -> Iterator[pathlib.PurePosixPath]:
    """Every file below `root`, relative to it, in a fixed order."""
    for folder, folders, names in os.walk(root):
        here = pathlib.Path(folder).relative_to(root)
        ignored = IGNORED_ANYWHERE | (IGNORED_AT_THE_TOP if here == pathlib.Path(".") else set())
        folders[:] = sorted(name for name in folders if name not in ignored)
        for name in sorted(names):
            yield pathlib.PurePosixPath(here.as_posix()) / name


def report(problems: list[Problem]) -> int:
    """Prints the problems; returns the exit status."""
    for problem in sorted(problems):
        print(problem)
    print(f"{len(problems)} problems" if problems else "no problems")
    return 1 if problems else 0
