# SPDX-License-Identifier: Apache-2.0
"""Stamps as clients see them: decimal seconds, exact as text, as a fraction and as a double."""

import datetime
import re
from fractions import Fraction

STAMP_HEADER = "X-Flagsmith-Document-Updated-At"

# At least one digit of fraction, zeros at its end trimmed.
STAMP_TEXT = re.compile(r"[1-9][0-9]*\.(0|[0-9]{0,5}[1-9])")

TICK = Fraction(1, 64)


def parse_stamp(text: str) -> Fraction:
    assert STAMP_TEXT.fullmatch(text), f"not the text of a stamp: {text!r}"
    return Fraction(text)


def stamp_of(response) -> Fraction:
    """The stamp in the header of a response that must have one."""
    text = response.headers.get(STAMP_HEADER)
    assert text is not None, f"no {STAMP_HEADER}: {response.head!r}"
    return parse_stamp(text)


def stamp_of_iso(text: str) -> Fraction:
    """A time with exactly six decimals and a zone, as the environment document has it."""
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}\+00:00", text), text
    moment = datetime.datetime.fromisoformat(text)
    epoch = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
    return Fraction((moment - epoch) // datetime.timedelta(microseconds=1), 1_000_000)
