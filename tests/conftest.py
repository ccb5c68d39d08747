# SPDX-License-Identifier: Apache-2.0
"""Servers and environments for all suites."""

import pytest

from harness.admin import Admin, Environment
from harness.server import LONG_STREAMS, Server


@pytest.fixture(scope="session")
def shared_server(tmp_path_factory):
    """One demo server for tests that leave it as they found it, apart from a project of their own. Counts of evaluations
    can be read soon."""
    with Server(tmp_path_factory.mktemp("shared"), "--threads", "2", "--analytics-flush", "1") as server:
        yield server


@pytest.fixture
def make_server(tmp_path):
    """Starts servers of a test's own, with long streams unless told otherwise: make_server("--threads", "1")."""
    servers = []

    def make(*options: str, name: str = "server", start: bool = True, **fields) -> Server:
        age = () if LONG_STREAMS[0] in options else LONG_STREAMS
        server = Server(tmp_path / name, *options, *age, **fields)
        servers.append(server)
        return server.start() if start else server

    yield make
    for server in servers:
        server.close()


@pytest.fixture
def admin(shared_server) -> Admin:
    return Admin(shared_server.port)


@pytest.fixture
def environment(admin) -> Environment:
    """A new environment in a new project with two features: `banner` on with the value "blue", `dark` off without."""
    return make_environment(admin)


def make_environment(admin: Admin) -> Environment:
    project = admin.make_project()
    project.make_feature("banner", enabled=True, value="blue")
    project.make_feature("dark")
    return project.make_environment()


@pytest.fixture
def environment_on():
    """The same on a server of the test's own: environment_on(server)."""
    return lambda server: make_environment(Admin(server.port))


@pytest.fixture(scope="session")
def short_streams(tmp_path_factory):
    """A server whose streams end after the shortest time that may be set."""
    with Server(tmp_path_factory.mktemp("short-streams"), "--stream-max-age", "5") as server:
        yield server
