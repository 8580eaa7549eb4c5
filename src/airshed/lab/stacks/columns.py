"""Columns of numbers as text, for many frames of one layout at once: a matrix of bytes, a row per frame."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Text = NDArray[np.uint8]
"""A column as bytes, one row per frame; NUL stands for no character, so that rows may differ in length."""

Part = bytes | Text
"""A piece of a layout: the same bytes in every row, or a column."""

_ZERO, _POINT, _MINUS = ord("0"), ord("."), ord("-")
_LONGEST = 2_000_000_000


def number_text(values: NDArray[np.float64], decimals: int) -> Text:
    """Numbers with a fixed count of decimals, rounded half to even, without leading zeros.

    >>> [bytes(row).replace(b"\\0", b"") for row in number_text(np.array([0.0, 38.34, -0.251, 1659.7]), 2)]
    [b'0.00', b'38.34', b'-0.25', b'1659.70']
    """
    scaled = np.rint(values * 10**decimals)
    assert np.abs(scaled).max(initial=0) < _LONGEST, "too large for a column"
    left = np.abs(scaled).astype(np.int32)
    digits = max(len(str(int(left.max(initial=0)))), decimals + 1)
    text = np.zeros((len(values), 1 + digits + (decimals > 0)), np.uint8)
    place = text.shape[1] - 1
    for digit in range(digits):
        if digit == decimals and decimals:
            text[:, place] = _POINT
            place -= 1
        left, last = np.divmod(left, 10)
        shown = last.astype(np.uint8) + _ZERO
        if digit > decimals:
            shown[np.abs(scaled) < 10**digit] = 0
        text[:, place] = shown
        place -= 1
    text[scaled < 0, 0] = _MINUS
    return text


def instant_text(instants: NDArray[np.datetime64], digits: int) -> Text:
    """Wall-clock times as YYYYMMDDhhmmss (14 digits) or with milliseconds (17).

    >>> bytes(instant_text(np.array(["2027-01-02T03:00:01.025"], "datetime64[ms]"), 17)[0])
    b'20270102030001025'
    """
    said = np.datetime_as_string(instants.astype("datetime64[ms]"), unit="ms").astype("S23")
    matrix = said.view(np.uint8).reshape(len(instants), 23)
    kept = [*range(4), 5, 6, 8, 9, 11, 12, 14, 15, 17, 18, 20, 21, 22]
    return matrix[:, kept[:digits]]


def letter_text(codes: NDArray[np.uint8]) -> Text:
    """One character per row."""
    return codes.reshape(-1, 1)


def rows_of_text(parts: Sequence[Part], count: int) -> list[bytes]:
    """The parts of each row joined.

    >>> rows_of_text([b"a=", number_text(np.array([1.0, 12.0]), 0), b";"], 2)
    [b'a=1;', b'a=12;']
    """
    matrices = [
        np.broadcast_to(np.frombuffer(part, np.uint8), (count, len(part))) if isinstance(part, bytes) else part
        for part in (*parts, b"\n")
    ]
    joined = np.concatenate(matrices, axis=1).tobytes().translate(None, b"\0")
    rows = joined.split(b"\n")[:-1]
    assert len(rows) == count, "a column holds a line feed"
    return rows
