"""The clearing price of years that trade as one."""

from __future__ import annotations

import numpy as np

from airshed.lab.equilibrium.curves import Curve

#: How far what is wanted may lie above all that can be abated by the rounding of sums, as a part of it.
ROUNDING = 1e-10
#: Candidates among which the price is sought one by one; above it the longest range of them is halved.
FEW = 64


def clear(curve: Curve, wanted: float, years: range, lowest: float = 0.0) -> float:
    """The lowest discounted price from `lowest` up at which the years together abate what is wanted.

    Infinite if none does.
    """

    def abated(pi: float) -> float:
        return sum(curve.until(year, pi) for year in years)

    if abated(lowest) >= wanted:
        return lowest
    most = abated(float("inf"))
    if most < wanted <= most * (1 + ROUNDING):
        wanted = most
    low, high = lowest, float("inf")
    while True:
        ranges = [curve.prices(year, low, high) for year in years]
        if sum(map(len, ranges)) <= FEW:
            break
        longest = max(ranges, key=len)
        middle = float(longest[(len(longest) - 1) // 2])
        if abated(middle) >= wanted:
            if middle == high:
                break
            high = middle
        else:
            low = middle
    for pi in np.unique(np.concatenate(ranges)).tolist():
        if abated(pi) >= wanted:
            high = min(high, pi)
            break
        low = pi
    return _between(curve, wanted, years, low, high)


def _between(curve: Curve, wanted: float, years: range, low: float, high: float) -> float:
    """Between two neighbouring jumps abatement is constant, or linear in the price."""
    less = sum(curve.until(year, low) for year in years)
    if high == float("inf"):
        beyond = max(2.0 * low, 1.0)
        more = sum(curve.until(year, beyond) for year in years)
        if more <= less:
            return low if wanted <= less * (1 + ROUNDING) else high
        return low + (wanted - less) * (beyond - low) / (more - less)
    more = sum(curve.below(year, high) for year in years)
    if more >= wanted and more > less:
        return low + (wanted - less) * (high - low) / (more - less)
    return high
