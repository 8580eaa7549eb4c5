"""Many segments at once: the CRC of HJ 212 of each, and their frames, in a quarter of the time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from airshed.mrv.hj212.crc import AFTER_HIGH, POWERS, START, START_STATE
from airshed.mrv.hj212.encode import framed

BLOCK = 1_024
"""Segments looked at together: as many as stay in the cache of a processor."""

_PERIOD = len(POWERS)
# The byte in the first of the eight places is followed by seven others, the last by none.
_BY_PLACE = [np.frombuffer(power, np.uint8) for power in reversed(POWERS)]
_START_STATE = np.array(START_STATE, np.uint8)
_AFTER_HIGH = np.array(AFTER_HIGH, np.uint16)


def crcs_hj212(segments: Sequence[bytes]) -> Iterator[int]:
    """`crc_hj212` of each segment.

    >>> [f"{crc:04X}" for crc in crcs_hj212([b"", bytes(1)])]
    ['FFFF', '4040']
    """
    for first in range(0, len(segments), BLOCK):
        yield from _crcs(segments[first : first + BLOCK]).tolist()


def seals(segments: Sequence[bytes]) -> list[bytes]:
    """`seal` of each segment."""
    return list(map(framed, segments, crcs_hj212(segments)))


def _crcs(segments: Sequence[bytes]) -> NDArray[np.uint16]:
    """Each segment filled up in front to whole words, the words of each folded to one by xor, and that looked up."""
    lengths = np.fromiter(map(len, segments), np.int64, len(segments))
    words = np.maximum(-(-lengths // _PERIOD), 1)
    text = b"".join(map(bytes.rjust, segments, (words * _PERIOD).tolist(), [b"\0"] * len(segments)))
    begins = words.cumsum() - words
    folded = np.bitwise_xor.reduceat(np.frombuffer(text, np.uint64), begins)
    state = _START_STATE[lengths % _PERIOD]
    for power, byte in zip(_BY_PLACE, folded.view(np.uint8).reshape(-1, _PERIOD).T, strict=True):
        state ^= power[byte]
    return np.where(lengths > 0, _AFTER_HIGH[state], np.uint16(START))
