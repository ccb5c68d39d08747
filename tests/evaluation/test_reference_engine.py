# SPDX-License-Identifier: Apache-2.0
"""Goal: our engine gives what Flagsmith's own gives, on random contexts. A difference prints its context."""

import json
import os
import pathlib
import subprocess
import warnings
from typing import Any

import pytest
from contexts import ContextMaker
from flag_engine.engine import get_evaluation_result

CONTEXTS = 10_000
SEED = int(os.environ.get("FLAGSTREAM_EVALUATION_SEED", "20261124"))


def expected_of(context: dict[str, Any]) -> dict[str, Any] | None:
    """Nothing where the reference throws, which ours never does."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            result = get_evaluation_result(context)
    except Exception:  # noqa: BLE001 - whatever it throws
        return None
    # Through JSON, so that both sides are of plain types.
    return json.loads(json.dumps(result))


def results_of(runner: pathlib.Path, contexts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    lines = "\n".join(map(json.dumps, contexts))
    done = subprocess.run([runner, "--batch"], input=lines, capture_output=True, text=True, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def canonical(value: Any) -> str:
    """Equal exactly for equal JSON: 30 is not 30.0, and not True."""
    return json.dumps(value, sort_keys=True)


@pytest.mark.timeout(600)
def test_ten_thousand_random_contexts() -> None:
    runner = pathlib.Path(os.environ["FLAGSTREAM_BINARY"]).parent / "flagstream-vectors"
    contexts = [ContextMaker(SEED + i).make() for i in range(CONTEXTS)]
    results = results_of(runner, contexts)
    assert len(results) == CONTEXTS
    compared = with_circle = with_segments = 0
    for i, (context, result) in enumerate(zip(contexts, results, strict=True)):
        assert "error" not in result, (SEED + i, context, result)
        expected = expected_of(context)
        if expected is None:
            continue
        assert canonical(result) == canonical(expected), (
            f"seed {SEED + i}\ncontext  {json.dumps(context)}\nours     {canonical(result)}\nexpected {canonical(expected)}"
        )
        compared += 1
        with_segments += bool(expected["segments"])
        with_circle += "CIRCULAR" in canonical(expected)
    # The contexts are worth comparing only while most are evaluated, and meet what matters.
    assert compared > 0.7 * CONTEXTS
    assert with_segments > 0.3 * CONTEXTS
    assert with_circle > 0.005 * CONTEXTS
