# SPDX-License-Identifier: Apache-2.0
"""A client that does all that an SDK should: opens the next stream when one ends, fetches when an event is newer than what
it holds, and tries a fetch that failed again."""

import threading
import time
from fractions import Fraction

from harness.admin import Environment
from harness.deadline import DeadlineExceeded
from harness.http import Connection
from harness.sse import Stream, stamp_in
from harness.stamps import stamp_of

# Silence for longer than this is the end of a stream to it; keep-alives come more often.
SECONDS_OF_SILENCE = 6.0
SECONDS_BEFORE_NEXT = 0.05


class Follower:
    """On a thread of its own. `faults` has what no network can excuse: an answer older than its event, a stamp that goes
    back, bytes that are no stream."""

    def __init__(self, environment: Environment, port: int):
        self._environment = environment
        self._port = port
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="follower", daemon=True)
        self.held = Fraction(0)
        self.value = None
        self.fetches = 0  # answered
        self.streams = 0
        self.broken = 0
        self.faults: list[str] = []

    def __enter__(self) -> "Follower":
        self._thread.start()
        return self

    def __exit__(self, *_exception) -> None:
        self._stop.set()
        self._thread.join(60)

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                self._follow_one_stream()
            except (OSError, DeadlineExceeded):
                self.broken += 1
            except (AssertionError, ValueError) as fault:
                self.faults.append(f"{type(fault).__name__}: {fault}")
                return
            time.sleep(SECONDS_BEFORE_NEXT)

    def _follow_one_stream(self) -> None:
        with Stream(self._port, self._environment.key) as stream:
            self.streams += 1
            latest = Fraction(0)
            while (chunk := stream.next_chunk_or_end(SECONDS_OF_SILENCE)) is not None:
                if self._stop.is_set():
                    return
                stamp = stamp_in(chunk)
                if stamp is None:
                    continue
                assert stamp >= latest, f"the stamp went back from {latest} to {stamp} on one stream"
                latest = stamp
                self._catch_up(stamp)

    def _catch_up(self, stamp: Fraction) -> None:
        while self.held < stamp and not self._stop.is_set():
            try:
                self._fetch(stamp)
            except (OSError, DeadlineExceeded):
                self.broken += 1
                time.sleep(SECONDS_BEFORE_NEXT)

    def _fetch(self, stamp: Fraction) -> None:
        with Connection(self._port, seconds=SECONDS_OF_SILENCE) as connection:
            answer = connection.get("/api/v1/flags/", [("X-Environment-Key", self._environment.key)]).expect(200)
        fetched = stamp_of(answer)
        assert fetched >= stamp, f"an event with {stamp}, then an answer with {fetched}"
        assert fetched >= self.held, f"the answer went back from {self.held} to {fetched}"
        self.held = fetched
        self.value = next(flag["feature_state_value"] for flag in answer.json() if flag["feature"]["name"] == "banner")
        self.fetches += 1
