# SPDX-License-Identifier: Apache-2.0
"""What the suites on bare sockets have of their own."""

import pytest

from harness.server import LONG_STREAMS, Server


@pytest.fixture(scope="session")
def shared_server(tmp_path_factory):
    """As for the SDKs, but with streams that no test sees the end of."""
    with Server(tmp_path_factory.mktemp("shared"), "--threads", "2", *LONG_STREAMS) as server:
        yield server
