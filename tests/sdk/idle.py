# SPDX-License-Identifier: Apache-2.0
"""A client that is left alone while other tests run."""

from harness.admin import Environment
from harness.deadline import wait_until
from harness.driver import Client, Driver
from harness.sdks import Way

STREAM_ENDS = 10
# React Native waits before each next stream for as long as the last one told it to, which is 15 s.
STREAM_ENDS_NATIVE = 4


class IdleClient:
    """On a server with short streams."""

    def __init__(self, driver: Driver, way: Way, environment: Environment):
        self._environment = environment
        self._client = Client(driver, way, environment)
        self._client.wait_for_stream()
        # Once this change is seen, nothing that the start set off is under way any more.
        environment.set("banner", feature_state_value="settled")
        self._client.wait_for("banner", True, "settled")
        self._fetches = self._client.fetches
        self._ends = self._client.gate.clean_ends
        self._ends_wanted = STREAM_ENDS_NATIVE if way.sdk == "react-native-11" else STREAM_ENDS

    def assert_ends_cause_no_fetch(self) -> None:
        """After several ends of streams with nothing new a change causes the first fetch, and only one."""
        gate = self._client.gate
        wait_until(lambda: gate.clean_ends >= self._ends + self._ends_wanted, "streams to end", seconds=120)
        streams = gate.count(r"/sse/.*")
        wait_until(lambda: gate.count(r"/sse/.*") > streams or self._client.stream_is_open, "the next stream")
        assert self._client.fetches == self._fetches
        # The server has ended the connection that was idle for so long.
        self._environment.admin.forget_connection()
        self._environment.set("banner", feature_state_value="after")
        self._client.wait_for("banner", True, "after")
        assert self._client.fetches == self._fetches + 1

    def close(self) -> None:
        self._client.close()
