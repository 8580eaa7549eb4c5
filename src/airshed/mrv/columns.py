"""Masks over the hours of a year: runs, flat lines, flags, why a reading does not count, and findings of them."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from airshed.mrv import states
from airshed.mrv.findings import Finding, FindingCode
from airshed.mrv.flue_gas import Floats
from airshed.mrv.readings import Flags, flag_code
from airshed.mrv.rules import MonitoringRules

Mask = NDArray[np.bool_]


def runs(mask: Mask) -> NDArray[np.int64]:
    """Runs of true as rows (first, after last).

    >>> runs(np.array([True, False, True, True])).tolist()
    [[0, 1], [2, 4]]
    """
    steps = np.diff(mask.astype(np.int8), prepend=0, append=0)
    return np.column_stack((np.flatnonzero(steps == 1), np.flatnonzero(steps == -1))).astype(np.int64)


def flat_lines(values: Floats, valid: Mask, least: int) -> NDArray[np.int64]:
    """Runs of `least` or more equal non-zero values in neighbouring valid hours, as rows (first, after last).

    >>> flat_lines(np.array([3.0, 3.0, 3.0, 0.0, 0.0, 0.0]), np.ones(6, np.bool_), 3).tolist()
    [[0, 3]]
    """
    equal = np.zeros(len(values), np.bool_)
    if len(values) > 1:
        equal[1:] = (values[1:] == values[:-1]) & valid[1:] & valid[:-1] & (values[1:] != 0)
    pairs = runs(equal)
    pairs[:, 0] -= 1
    return pairs[pairs[:, 1] - pairs[:, 0] >= least]


def finding(code: FindingCode, subject: str, hours: Mask, detail: str) -> tuple[Finding, ...]:
    """One finding for all hours that a mask names; none when it names none."""
    where = np.flatnonzero(hours)
    if not where.size:
        return ()
    return (Finding(code, subject, int(where[0]), int(where[-1]), int(where.size), detail),)


def flagged(marks: Flags, flags: Iterable[str]) -> Mask:
    """Where a column of flags holds one of these.

    >>> flagged(np.array([78, 0], np.uint8), ("N", "S")).tolist()
    [True, False]
    """
    chosen = np.zeros(256, np.bool_)
    chosen[[flag_code(flag) for flag in flags]] = True
    return chosen[marks]


def why_not(values: Floats, marks: Flags, bounds: tuple[float, float], rules: MonitoringRules) -> NDArray[np.uint8]:
    """Why each reading of a factor does not count, 0 where it does. A bad flag speaks before a bad value."""
    why = np.zeros(len(values), np.uint8)
    why[~((values >= bounds[0]) & (values <= bounds[1]))] = states.ABSURD_VALUE
    why[marks == 0] = states.NO_FLAG
    why[np.isnan(values)] = states.NO_VALUE
    bad = (marks != 0) & ~flagged(marks, rules.flags_measured)
    why[bad] = marks[bad]
    return why
