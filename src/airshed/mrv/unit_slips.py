"""Measures that slip by a thousand: hours whose level is a thousandth or a thousandfold of the stack's own."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from airshed.mrv.columns import Mask, runs
from airshed.mrv.findings import Finding
from airshed.mrv.flue_gas import Floats

#: What a slip multiplies by: mg for g, ug for mg, m3 for 1,000 m3.
SLIP = 1_000.0
#: How far a level may wander from a thousand times another and still be taken for a slip of it: three either way.
WIDTH = 3.0
#: A year whose median lies so many times above the highest limit is in another measure, and so is one that lies so many
#: times below it where other hours are a thousand times higher. Unfiltered gas is some tens of times above its limit.
BEYOND_LIMIT, BELOW_LIMIT = 100.0, 3_000.0


@dataclass(frozen=True, slots=True)
class Slip:
    """A run of hours in another measure."""

    first: int
    after: int
    #: Its median, and that of the stack.
    level: float
    usual: float

    def finding(self, subject: str, measure: str) -> Finding:
        """The slip as a verifier sees it."""
        times = self.level / self.usual
        said = f"{times:,.0f} times" if times > 1 else f"one {1 / times:,.0f}th of"
        detail = f"{self.level:g} {measure} where {self.usual:g} is usual, {said} that: another measure"
        return Finding("unit_slip", subject, self.first, self.after - 1, self.after - self.first, detail)


def unit_slips(values: Floats, valid: Mask, least: int, limit: float | None = None) -> list[Slip]:
    """Runs of at least `least` valid hours at about a thousand times, or a thousandth of, the usual level.

    Usual is the median of the valid hours above zero. Where that is far beyond the highest `limit` the usual level is a
    thousandth of it; where it is far below and other hours stand a thousand times higher, these are the usual ones. A
    real level does not jump by 333 to 3,000 and stay there for hours; a peak lasts shorter or jumps less.

    >>> values = np.full(100, 35.0)
    >>> values[40:50] *= 1_000
    >>> [(slip.first, slip.after) for slip in unit_slips(values, np.ones(100, np.bool_), 3)]
    [(40, 50)]
    """
    there = valid & (values > 0)
    levels = values[there]
    if levels.size < least:
        return []
    highest, lowest = float(levels.max()), float(levels.min())
    wide = highest >= SLIP / WIDTH * lowest
    if not wide and (limit is None or highest <= BEYOND_LIMIT * limit):
        return []
    usual = float(np.median(levels))
    if limit is not None:
        if usual > BEYOND_LIMIT * limit:
            usual /= SLIP
        elif usual < limit / BELOW_LIMIT and highest >= usual * SLIP / WIDTH:
            usual *= SLIP
    ratio = np.where(there, values / usual, 1.0)
    times = np.maximum(ratio, 1 / ratio)
    off = (times >= SLIP / WIDTH) & (times <= SLIP * WIDTH)
    slips: list[Slip] = []
    for side in (off & (ratio > 1), off & (ratio < 1)):
        slips += [
            Slip(first, after, float(np.median(values[first:after])), usual)
            for first, after in runs(side).tolist()
            if after - first >= least
        ]
    return sorted(slips, key=lambda slip: slip.first)
