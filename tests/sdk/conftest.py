# SPDX-License-Identifier: Apache-2.0
"""Drivers and clients for the SDK suites."""

import pytest

from conftest import make_environment
from harness.admin import Admin
from harness.driver import Client, Driver, NotInstalled
from harness.sdks import ALL, PROGRAMS, WAYS, Way
from sdk.idle import IdleClient


class Drivers:
    """The drivers that tests of this worker asked for, each started once."""

    def __init__(self):
        self._running: dict[str, Driver | NotInstalled] = {}

    def get(self, program: str) -> Driver:
        if program not in self._running:
            try:
                self._running[program] = Driver(PROGRAMS[program])
            except NotInstalled as why:
                self._running[program] = why
        driver = self._running[program]
        if isinstance(driver, Driver):
            return driver
        if PROGRAMS[program].required and (PROGRAMS[program].small or ALL):
            pytest.fail(str(driver))
        pytest.skip(str(driver))

    def close(self) -> None:
        for driver in self._running.values():
            if isinstance(driver, Driver):
                driver.close()


@pytest.fixture(scope="session")
def drivers():
    drivers = Drivers()
    yield drivers
    drivers.close()


@pytest.fixture
def open_client(way: Way, drivers, request):
    """Opens a client of the test's way, closed when the test ends: open_client(environment, identity="alice")."""
    driver = drivers.get(way.program)
    if way.mode == "stream":
        # From the first test of a program on, so that the ends of their streams are over when a test asks for them.
        request.getfixturevalue("idle_clients").open_all(driver, way.program)
    clients = []

    def open_one(environment, **options) -> Client:
        clients.append(Client(driver, way, environment, **options))
        return clients[-1]

    yield open_one
    for client in clients:
        client.close()


class IdleClients:
    """One idle client of each way with a stream, per program."""

    def __init__(self, port: int):
        self._port = port
        self._clients: dict[Way, IdleClient] = {}

    def open_all(self, driver: Driver, program: str) -> None:
        for way in WAYS:
            if way.program == program and way.mode == "stream" and way not in self._clients:
                self._clients[way] = IdleClient(driver, way, make_environment(Admin(self._port)))

    def of(self, way: Way) -> IdleClient:
        return self._clients[way]

    def close(self) -> None:
        for client in self._clients.values():
            client.close()


@pytest.fixture(scope="session")
def idle_clients(short_streams, drivers):
    clients = IdleClients(short_streams.port)
    yield clients
    clients.close()


@pytest.fixture
def short_streams_environment(short_streams):
    return make_environment(Admin(short_streams.port))
