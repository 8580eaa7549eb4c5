"""Technologies that are built whole or not at all: a mixed-integer programme, with the integrality gap said.

Half a scrubber cannot be built. Where few sources are in a market that matters, and no price may clear it: the cheapest
whole plan costs more than the divisible one, and that difference is the integrality gap. Steps count as divisible
everywhere else in the lab, so this says how much that assumption is worth.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf

import numpy as np

from airshed.lab.equilibrium.cocontrol import ControlMeasures, co_cost, examine_measures, kept
from airshed.lab.equilibrium.curves import Floats, examine_discount
from airshed.lab.equilibrium.rounds import gap_of
from airshed.market.linear import LinearProgramme, ProgrammeColumns, solve, solve_whole
from airshed.model.refusal import Malformed

#: Measures up to which a whole plan is sought, the gap to its bound that will do, and the nodes of the search.
MOST, DONE, NODES = 400, 1e-6, 20_000


@dataclass(frozen=True, slots=True)
class Lumpy:
    """The cheapest whole plan found: use of each measure (n, years), 0 or 1; yuan discounted.

    `bound` is what no whole plan costs less than as the search says, `divisible_cost` what the plan of divisible
    measures costs. `floor` is what no plan costs less than as the discounted `prices` (zones, pollutants, years) show:
    it needs no search to be believed, and lies where the divisible plan does.
    """

    use: Floats
    extra: Floats
    bank: Floats
    cost: float
    bound: float
    divisible_cost: float
    prices: Floats
    floor: float
    lasting: bool

    @property
    def gap(self) -> float:
        """How far the plan may lie above the cheapest as the prices show, as a part of it; wholeness is in it."""
        return gap_of(self.cost, self.floor)

    @property
    def integrality_gap(self) -> float:
        """What wholeness costs, as a part of the divisible cost."""
        return max(0.0, self.cost - self.divisible_cost) / max(abs(self.divisible_cost), 1.0)

    @property
    def solver_gap(self) -> float:
        """How far the plan may lie above the cheapest whole one, as a part of it."""
        return gap_of(self.cost, self.bound)


def lumpy(
    measures: ControlMeasures,
    need: Floats,
    discount: Sequence[float] | Floats,
    ceiling: float,
    *,
    banking: bool = True,
    lasting: bool = True,
) -> Lumpy:
    """Which measures to build, whole, at least cost; arguments as those of `co_equilibrium`.

    With `lasting` what is built stays, and is paid for, to the end. Malformed for more than 400 measures, or
    figures that are none.

    >>> two = ControlMeasures(np.array([90.0, 60.0]), np.array([[9.0], [4.0]]), np.array([0, 0]))
    >>> found = lumpy(two, np.array([[[6.0]]]), [1.0], 1e4)
    >>> found.use.tolist(), found.cost, found.divisible_cost, round(found.integrality_gap, 3)
    ([[1.0], [0.0]], 90.0, 60.0, 0.5)
    """
    factors = np.asarray(discount, dtype=np.float64)
    examine_discount(factors)
    examine_measures(measures, need, len(factors), ceiling)
    if len(measures.cost) > MOST:
        raise Malformed("measures", f"{len(measures.cost)} of them", f"give at most {MOST}, or let them be divisible")
    programme, many = _programme(measures, need, factors, ceiling, banking, lasting)
    divisible = solve(programme)
    whole = [column < many for column in range(len(programme.cost))]
    found = solve_whole(programme, whole, DONE, NODES)
    years = len(factors)
    use = np.abs(np.round(found.columns[:many])).reshape(len(measures.cost), years)
    extra, bank = kept(measures, need, use, found.columns[many : many + need.size].reshape(need.shape), banking)
    cost = co_cost(measures, use, extra, factors, ceiling)
    prices = np.clip(divisible.duals[: need.size].reshape(need.shape), 0.0, ceiling * factors)
    if banking:
        prices = np.minimum.accumulate(prices, axis=2)
    floor = min(cost, whole_bound(measures, need, factors, prices, lasting=lasting))
    return Lumpy(use, extra, bank, cost, min(found.bound, cost), divisible.cost, prices, floor, lasting)


def whole_bound(
    measures: ControlMeasures, need: Floats, factors: Floats, discounted: Floats, *, lasting: bool
) -> float:
    """What no plan, whole or not, costs less than, at discounted prices that do not rise over banked years.

    A measure that lasts is built in the year from which on its tonnes fetch most above its cost, or never.

    >>> two = ControlMeasures(np.array([90.0, 60.0]), np.array([[9.0], [4.0]]), np.array([0, 0]))
    >>> whole_bound(two, np.array([[[6.0]]]), np.array([1.0]), np.array([[[10.0]]]), lasting=True)
    60.0
    """
    worth = np.einsum("np,npt->nt", measures.removal, discounted[measures.zone])
    left = worth - measures.cost[:, None] * factors
    if lasting:
        left = np.cumsum(left[:, ::-1], axis=1).max(axis=1, initial=0.0)
    return float((discounted * need).sum() - np.maximum(left, 0.0).sum())


def _programme(
    measures: ControlMeasures, need: Floats, factors: Floats, ceiling: float, banking: bool, lasting: bool
) -> tuple[LinearProgramme, int]:
    """A column for every measure and year, then what is bought at the ceiling, then banks; how many are measures'."""
    years = len(factors)
    rows = np.arange(need.size).reshape(need.shape)
    columns = ProgrammeColumns()
    stays = 0
    for n, zone in enumerate(measures.zone):
        for t in range(years):
            cells = [(int(rows[zone, p, t]), float(measures.removal[n, p])) for p in range(need.shape[1])]
            if lasting and years > 1:
                if t:
                    cells.append((need.size + n * (years - 1) + t - 1, 1.0))
                if t + 1 < years:
                    cells.append((need.size + n * (years - 1) + t, -1.0))
            columns.add(float(measures.cost[n] * factors[t]), 0.0, 1.0, cells)
    many = len(columns.cost)
    if lasting:
        stays = len(measures.cost) * (years - 1)
    for (_, _, t), row in np.ndenumerate(rows):
        columns.add(ceiling * float(factors[t]), 0.0, inf, [(int(row), 1.0)])
    for (_, _, t), row in np.ndenumerate(rows):
        if banking and t + 1 < years:
            columns.add(0.0, 0.0, inf, [(int(row), -1.0), (int(row) + 1, 1.0)])
    low = np.concatenate((need.ravel(), np.zeros(stays)))
    return columns.programme(low, np.full(len(low), inf)), many
