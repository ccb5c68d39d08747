# SPDX-License-Identifier: Apache-2.0
"""The store in a PostgreSQL database, against a server of its own."""

import os
import pathlib
import subprocess

import pytest

from harness import postgres

pytestmark = pytest.mark.skipif(postgres.BINARIES is None, reason="PostgreSQL is not installed (apt-get install postgresql-15)")

BUILD = pathlib.Path(os.environ.get("FLAGSTREAM_BINARY", "build/dev/flagstream")).resolve().parent


@pytest.mark.parametrize("program", [
    pytest.param("tests/contract/postgres_store_contract_test", id="contract"),
    pytest.param("src/store/postgres_store_test", id="beyond"),
])
def test_postgres_store(tmp_path, program):
    """What every store must do, with one writer and with several, and what this one does beyond that. The programs' own output says which
    case failed."""
    # Nothing in them is about what survives a crash of the server.
    with postgres.Postgres(tmp_path / "postgres", "fsync=off") as server:
        done = subprocess.run([BUILD / program, "--gtest_brief=1"],
                              env=os.environ | {"FLAGSTREAM_TEST_POSTGRES": server.address},
                              capture_output=True, text=True, timeout=600, check=False)
        assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-2000:]
