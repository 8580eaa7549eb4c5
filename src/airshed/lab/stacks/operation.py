"""When a simulated stack runs, when its monitor is calibrated or fails, and when its frames arrive."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

import numpy as np
from numpy.typing import NDArray

from airshed.lab.stacks.episodes import Episode
from airshed.mrv.spans import hours_in, month_bounds
from airshed.zone.zone import Stack

Mask = NDArray[np.bool_]
Flags = NDArray[np.uint8]

NORMAL, STOPPED, CALIBRATING, FAULT, LINK_FAULT, MAINTENANCE = (ord(flag) for flag in "NFCDBM")
"""Data flags of HJ 212-2017 table 8."""


CALIBRATION_EVERY_H = 168
TROUBLESOME_IN_100 = 14
"""So many monitors in a hundred fail often enough to reach the lower rows of the substitution table."""


@dataclass(frozen=True, slots=True, eq=False)
class Operation:
    """A year of one stack, hour by hour."""

    running: Mask
    #: Data flag of the gas analysers (pollutants and oxygen), and of everything else.
    gas: Flags
    duct: Flags
    #: Whether a frame of the hour is ever sent, and how many hours late it arrives.
    sent: Mask
    late_h: NDArray[np.int64]
    #: Whether its frame is sent twice, for want of an answer.
    twice: Mask


def luck(seed: int, *about: object) -> np.random.Generator:
    """A generator for one purpose: the same whatever else is drawn, in whatever order or process.

    >>> float(luck(7, 2027, "KM-CEM-01-A").random()) == float(luck(7, 2027, "KM-CEM-01-A").random())
    True
    """
    words = sha256("/".join(str(each) for each in (seed, *about)).encode()).digest()[:16]
    return np.random.Generator(np.random.PCG64(int.from_bytes(words, "big")))


def month_of_hours(year: int) -> NDArray[np.int64]:
    """The month of every hour of a year, 0 to 11."""
    return np.searchsorted(np.array(month_bounds(year))[1:], np.arange(hours_in(year)), side="right").astype(np.int64)


def operate(stack: Stack, year: int, seed: int, episodes: Sequence[Episode] = ()) -> Operation:
    """Draw the year of a stack; `episodes` are its own."""
    hours = hours_in(year)
    running = ~_stops(stack, year, seed)
    drawn = luck(seed, year, stack.stack, "monitor")
    gas = np.full(hours, NORMAL, np.uint8)
    duct = np.full(hours, NORMAL, np.uint8)
    sent = np.ones(hours, np.bool_)
    late = np.zeros(hours, np.int64)

    gas[drawn.integers(CALIBRATION_EVERY_H) :: CALIBRATION_EVERY_H] = CALIBRATING
    for first, length, cause in _outages(drawn, hours):
        span = slice(first, first + length)
        if cause < 0.3:  # the line is down; the logger sends everything once it is back
            late[span] = np.maximum(late[span], min(first + length, hours) - np.arange(hours)[span])
        elif cause < 0.45:  # the line is down and the logger keeps nothing
            sent[span] = False
        elif cause < 0.6:
            gas[span] = duct[span] = LINK_FAULT
        else:
            gas[span] = FAULT if cause < 0.9 else MAINTENANCE
    twice = drawn.random(hours) < 0.002

    for episode in episodes:
        first = episode.first_hour(year)
        span = slice(first, first + episode.hours)
        if episode.kind == "outage":
            gas[span], sent[span] = FAULT, True
        else:
            gas[span], duct[span], sent[span], late[span] = NORMAL, NORMAL, True, 0
        if episode.kind in ("peak", "false_stop"):
            running[span] = True
    gas[~running] = duct[~running] = STOPPED
    for episode in episodes:
        if episode.kind == "false_stop":
            first = episode.first_hour(year)
            gas[first : first + episode.hours] = duct[first : first + episode.hours] = STOPPED
    return Operation(running, gas, duct, sent, late, twice)


def _stops(stack: Stack, year: int, seed: int) -> Mask:
    """Stops until the stack has run its share of the year.

    Kiln tail and kiln head of one line have the same share in the inventory, and stop together.
    """
    profile, hours = stack.load, hours_in(year)
    drawn = luck(seed, year, stack.source, stack.operating_share, "stops")
    weights = np.array(profile.stop_months)[month_of_hours(year)]
    chances = np.cumsum(weights) / weights.sum()
    stopped = np.zeros(hours, np.bool_)
    wanted = round(hours * (1 - stack.operating_share))
    shortest, longest = profile.stop_hours_low, profile.stop_hours_high
    while (left := wanted - int(stopped.sum())) > 0:
        first = int(np.searchsorted(chances, drawn.random()))
        length = min(int(drawn.integers(shortest, longest + 1)), left)
        stopped[first : first + length] = True
    return stopped


def _outages(drawn: np.random.Generator, hours: int) -> list[tuple[int, int, float]]:
    """First hour, length and cause (0 to 1) of each; lengths have a heavy tail, as those of real monitors do."""
    troublesome = int(drawn.integers(100)) < TROUBLESOME_IN_100
    count = int(drawn.poisson(20 if troublesome else 9))
    scale, longest = (7.0, 220) if troublesome else (2.0, 96)
    lengths = np.minimum(1 + (scale * drawn.pareto(1.1, count)).astype(np.int64), longest)
    firsts = drawn.integers(0, hours, count)
    return list(zip(firsts.tolist(), lengths.tolist(), drawn.random(count).tolist(), strict=True))
