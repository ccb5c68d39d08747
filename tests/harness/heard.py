# SPDX-License-Identifier: Apache-2.0
"""What a stream hears of requests, one by one."""

from fractions import Fraction

from harness.admin import Environment
from harness.sse import Stream


class Heard:
    """The events of one environment, told apart by the request that caused them."""

    def __init__(self, environment: Environment):
        self._environment = environment
        self._stream = Stream(environment.port, environment.key)
        # The first event is the newest that all shards had; what was just written may come after it.
        self._last = self._stream.stamp_at_least(environment.stamp())

    def __enter__(self) -> "Heard":
        return self

    def __exit__(self, *_exception) -> None:
        self._stream.connection.close()

    def assert_one(self, request):
        """The request's answer; it gave the environment a new stamp, and that is the next event."""
        answer = request()
        assert self._environment.stamp() > self._last
        self._last = self._next()
        return answer

    def assert_none(self, request):
        """The request's answer; the environment has the stamp it had, so there is nothing to tell."""
        answer = request()
        assert self._environment.stamp() == self._last
        return answer

    def _next(self) -> Fraction:
        stamp = self._stream.next_stamp()
        assert stamp == self._environment.stamp(), "an event that is not the newest: there was more than one"
        return stamp
