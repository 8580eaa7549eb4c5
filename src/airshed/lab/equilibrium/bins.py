"""Curves cut into bins of their mean cost: few at first, finer around prices and quantities that a solution names."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from airshed.lab.equilibrium.curves import Cuttable

#: Bins of a zone and year at first, and those added around price and quantity in a round.
FIRST_BINS, MORE_BINS = 40, 20
#: No bin is cut narrower than this part of all that can be abated.
NARROW = 1e-12

#: Quantities at which the curve of a zone and year is cut, from zero to all that can be abated.
Edges = dict[tuple[int, int], list[float]]


def first_bins(curves: Sequence[Cuttable], years: int) -> Edges:
    """Every curve and year cut for the first round."""
    return {
        (z, t): sorted({0.0, curve.most(t), *curve.cuts(t, 0.0, curve.most(t), FIRST_BINS).tolist()})
        for z, curve in enumerate(curves)
        for t in range(years)
    }


def finer(curve: Cuttable, year: int, cuts: list[float], price: float, tonnes: float) -> list[float]:
    """More bins around the quantities at the price and around the quantity."""
    found, known = set(cuts), frozenset(cuts)
    for wanted in (curve.below(year, price), curve.until(year, price), tonnes):
        at = bisect_right(cuts, wanted)
        first, last = cuts[max(0, at - 2)], cuts[min(len(cuts) - 1, at + 1)]
        found.update(curve.cuts(year, first, last, MORE_BINS).tolist())
        found.update(curve.near(year, wanted))
    kept: list[float] = []
    for cut in sorted(found):
        if not kept or cut in known or cut - kept[-1] > NARROW * cuts[-1]:
            kept.append(cut)
    return kept


def measures(curves: Sequence[Cuttable], edges: Edges) -> tuple[float, float, dict[tuple[int, int], list[float]]]:
    """A tonne and a yuan per tonne of the programme, and what each cut costs.

    The solver's tolerances are absolute, so figures of every case are brought near one; by powers of two, which round
    nothing.
    """
    spends = {(z, t): [curves[z].cost(t, cut) for cut in cuts] for (z, t), cuts in edges.items()}
    tonne = max((cuts[-1] for cuts in edges.values()), default=0.0) or 1.0
    each = [
        abs(more - paid) / (last - first)
        for place, cuts in edges.items()
        for (first, paid), (last, more) in pairwise(zip(cuts, spends[place], strict=True))
        if last > first and more != paid
    ]
    return power_of_two(tonne), power_of_two(float(np.median(each))) if each else 1.0, spends


def power_of_two(size: float) -> float:
    """The power of two below a size, or that size."""
    return float(2.0 ** np.floor(np.log2(size)))
