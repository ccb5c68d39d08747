# SPDX-License-Identifier: Apache-2.0
"""Which of the ways to drive SDKs a test is for."""

import pytest

from harness.sdks import WAYS


def those(wanted=lambda way: True) -> pytest.MarkDecorator:
    """Parameters: the ways that `wanted` picks. All tests of a program are on one worker, so that one process serves
    them."""
    return pytest.mark.parametrize("way", [
        pytest.param(way, id=str(way), marks=[pytest.mark.sdk, pytest.mark.xdist_group(way.program)])
        for way in WAYS if wanted(way)])
