# SPDX-License-Identifier: Apache-2.0
"""`flagstream import` and `flagstream export` as processes."""

import json
import pathlib
import subprocess

from harness.deadline import PATIENCE
from harness.server import binary_path, environment_of_server


def start(*arguments: object) -> subprocess.Popen:
    return subprocess.Popen([str(binary_path()), *map(str, arguments)], env=environment_of_server(), text=True,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def run(*arguments: object) -> subprocess.CompletedProcess:
    return subprocess.run([str(binary_path()), *map(str, arguments)], env=environment_of_server(), text=True,
                          capture_output=True, timeout=60 * PATIENCE, check=False)


def export_to(file: pathlib.Path, data: pathlib.Path, *options: object) -> pathlib.Path:
    result = run("export", file, "--data", data, *options)
    assert result.returncode == 0, result.stderr
    return file


def import_from(file: pathlib.Path, data: pathlib.Path, *options: object) -> str:
    """What it printed."""
    result = run("import", file, "--data", data, *options)
    assert result.returncode == 0, result.stderr
    return result.stdout


def without_stamps(document: dict) -> dict:
    return {name: value for name, value in document.items() if name != "updated_at"}


def rows_of(export: pathlib.Path, table: str) -> list[dict]:
    rows = [json.loads(line) for line in export.read_text().splitlines()]
    return [row[table] for row in rows if table in row]
