# SPDX-License-Identifier: Apache-2.0
"""What goes on beside a test."""

import threading

from harness.deadline import PATIENCE


class Loop:
    """Does `step` again and again on a thread of its own, until it fails or is stopped."""

    def __init__(self, step):
        self.turns = 0
        self.faults: list[BaseException] = []
        self._step = step
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="loop", daemon=True)

    def __enter__(self) -> "Loop":
        self._thread.start()
        return self

    def __exit__(self, *_exception) -> None:
        self._stop.set()
        self._thread.join(60 * PATIENCE)

    def _run(self) -> None:
        try:
            while not self._stop.is_set():
                self._step(self.turns)
                self.turns += 1
        except BaseException as fault:  # seen by the test, which fails on it
            self.faults.append(fault)
