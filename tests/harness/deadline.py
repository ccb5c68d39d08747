# SPDX-License-Identifier: Apache-2.0
"""Bounded waiting. A deadline only ends a hang; no test asserts how long something took."""

import os
import time
from collections.abc import Callable

# Sanitizer builds and busy machines need more of it.
PATIENCE = float(os.environ.get("FLAGSTREAM_TEST_PATIENCE", "1"))
SECONDS_DEFAULT = 30.0


class DeadlineExceeded(AssertionError):
    """What was waited for did not come."""


class Deadline:
    """An instant by which something must have happened, and what that something is."""

    def __init__(self, what: str, seconds: float = SECONDS_DEFAULT):
        self.what = what
        self._end = time.monotonic() + seconds * PATIENCE

    def remaining(self) -> float:
        """Seconds left; raises when there are none."""
        left = self._end - time.monotonic()
        if left <= 0:
            raise DeadlineExceeded(f"waited in vain for {self.what}")
        return left


def wait_until(condition: Callable[[], object], what: str, seconds: float = SECONDS_DEFAULT):
    """The first true value of `condition`, asked again and again."""
    deadline = Deadline(what, seconds)
    while True:
        value = condition()
        if value:
            return value
        time.sleep(min(0.01, deadline.remaining()))
