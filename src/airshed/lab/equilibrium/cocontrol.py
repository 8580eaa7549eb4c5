"""Technologies that take out several pollutants at once: one equilibrium of all their markets, by column generation.

A measure n of a zone costs c(n) yuan a year and takes r(n, p) tonnes of each pollutant, in full or in part. At given
prices it is worth while if and only if they pay for it, so the best plan of a zone and year is found by looking
(Dantzig and Wolfe 1960). The master programme mixes such plans until nothing better can be found; its bound needs no
solver.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from airshed.lab.equilibrium.curves import LARGEST, Floats, examine_discount
from airshed.lab.equilibrium.rounds import gap_of
from airshed.market.linear import ProgrammeColumns, solve
from airshed.model.refusal import Malformed

#: Part of the last best prices that the next ones keep, rounds at most, and the gap at which it is done.
SMOOTH, ROUNDS, DONE = 0.7, 400, 1e-6


@dataclass(frozen=True, slots=True)
class ControlMeasures:
    """Measures: yuan a year (n,), tonnes a year of each pollutant (n, pollutants), and the zone of each (n,) from 0."""

    cost: Floats
    removal: Floats
    zone: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class CoEquilibrium:
    """Discounted prices (zones, pollutants, years) in yuan/t, use of each measure (n, years) from 0 to 1.

    `extra` is what is sold at the ceiling (zones, pollutants, years), t. `cost` counts it; `bound` is what nothing
    costs less than, in yuan, as those prices show.
    """

    discounted: Floats
    use: Floats
    bank: Floats
    extra: Floats
    cost: float
    bound: float
    rounds: int

    @property
    def gap(self) -> float:
        """How far the cost may lie above the least one, as a part of it."""
        return gap_of(self.cost, self.bound)


def co_equilibrium(
    measures: ControlMeasures,
    need: Floats,
    discount: Sequence[float] | Floats,
    ceiling: float,
    *,
    banking: bool = True,
    done: float = DONE,
) -> CoEquilibrium:
    """The equilibrium of all pollutants' markets together.

    `need[z, p, t]` tonnes must be taken out in zone z in year t without a bank; what measures cannot take out is bought
    at the `ceiling` (yuan/t, undiscounted). Malformed, naming the row, for figures that are none.

    >>> both = ControlMeasures(np.array([100.0]), np.array([[4.0, 6.0]]), np.array([0]))
    >>> found = co_equilibrium(both, np.array([[[2.0], [3.0]]]), [1.0], 1e4)
    >>> found.use.tolist(), found.cost
    ([[0.5]], 50.0)
    """
    factors = np.asarray(discount, dtype=np.float64)
    examine_discount(factors)
    examine_measures(measures, need, len(factors), ceiling)
    zones, _, years = need.shape
    own = [np.flatnonzero(measures.zone == z) for z in range(zones)]
    removal, cost = [measures.removal[each] for each in own], [measures.cost[each] for each in own]
    due = [factors[:, None] * each for each in cost]
    plans: list[MeasuresPlan] = []
    whole = measures.removal.sum(axis=1)
    each = measures.cost[whole > 0] / whole[whole > 0]
    usual = each[(each > 0) & (each < ceiling)]
    master = _Master(need, factors, ceiling, banking, float(np.median(usual)) if len(usual) else ceiling)
    seen: set[tuple[int, int, bytes]] = set()
    best, centre = -inf, np.zeros(need.shape)
    asked = centre
    rounds = 0
    while True:
        rounds += 1
        bound = float((asked * need).sum())
        fresh = False
        for z in range(zones):
            # not a product of matrices: small ones spread over cores cost more than they save
            left = np.einsum("np,pt->tn", removal[z], asked[z]) - due[z]
            chosen = left > 0
            bound -= float(left[chosen].sum())
            for t in range(years):
                packed = np.packbits(chosen[t])
                if packed.any() and (z, t, packed.tobytes()) not in seen:
                    seen.add((z, t, packed.tobytes()))
                    spent, taken = cost[z][chosen[t]].sum(), removal[z][chosen[t]].sum(axis=0)
                    plans.append(MeasuresPlan(z, t, packed, float(spent * factors[t]), taken))
                    master.add(plans[-1])
                    fresh = True
        if bound > best:
            best, centre = bound, asked
        mixed = master.mixed()
        closed = mixed.cost - best <= done * max(abs(mixed.cost), 1.0)
        if closed or rounds == ROUNDS or (not fresh and np.array_equal(asked, mixed.prices)):
            break
        asked = SMOOTH * centre + (1 - SMOOTH) * mixed.prices if fresh else mixed.prices
    use = np.zeros((len(measures.cost), years))
    for plan, weight in zip(plans, mixed.parts.tolist(), strict=True):
        if weight > 0:
            use[own[plan.zone], plan.year] += weight * np.unpackbits(plan.chosen, count=len(own[plan.zone]))
    use = np.minimum(use, 1.0)
    extra, bank = kept(measures, need, use, mixed.extra, banking)
    spent = co_cost(measures, use, extra, factors, ceiling)
    last = co_bound(measures, need, factors, mixed.prices)
    # the prices that are shown are those that are proven: the last ones, or the best of the smoothed ones
    prices, bound = (mixed.prices, last) if last >= best else (centre, best)
    return CoEquilibrium(prices, use, bank, extra, spent, bound, rounds)


def kept(measures: ControlMeasures, need: Floats, use: Floats, extra: Floats, banking: bool) -> tuple[Floats, Floats]:
    """What is bought at the ceiling, with what the solver's tolerance left open made good, and the bank, t."""
    taken = taken_by(measures, use, need.shape)
    bought, bank = np.maximum(extra, 0.0), np.zeros(need.shape)
    held = np.zeros(need.shape[:2])
    for t in range(need.shape[2]):
        over = held + taken[:, :, t] + bought[:, :, t] - need[:, :, t]
        bought[:, :, t] += np.maximum(-over, 0.0)
        if banking:
            held = np.maximum(over, 0.0)
            bank[:, :, t] = held
    return bought, bank


def taken_by(measures: ControlMeasures, use: Floats, shape: tuple[int, ...]) -> Floats:
    """Tonnes that measures take out, by zone, pollutant and year."""
    taken = np.zeros(shape)
    for z in range(shape[0]):
        own = measures.zone == z
        taken[z] = measures.removal[own].T @ use[own]
    return taken


def co_cost(measures: ControlMeasures, use: Floats, extra: Floats, factors: Floats, ceiling: float) -> float:
    """Discounted yuan of measures and of what is bought at the ceiling."""
    return float((measures.cost @ use) @ factors + ceiling * (extra.sum(axis=(0, 1)) @ factors))


class MeasuresPlan(NamedTuple):
    """Which measures of a zone work in a year (packed bits), discounted yuan, and tonnes of each pollutant."""

    zone: int
    year: int
    chosen: NDArray[np.uint8]
    cost: float
    taken: Floats


class _Mixed(NamedTuple):
    """A mixture of plans: the part of each, discounted prices, and what it needs beside them."""

    parts: Floats
    prices: Floats
    extra: Floats
    cost: float


def co_bound(measures: ControlMeasures, need: Floats, factors: Floats, discounted: Floats) -> float:
    """What nothing costs less than, at discounted prices up to the ceiling that do not rise over banked years."""
    worth = np.einsum("np,npt->nt", measures.removal, discounted[measures.zone])
    return float((discounted * need).sum() - np.maximum(worth - measures.cost[:, None] * factors, 0.0).sum())


class _Master:
    """The best mixture of the plans found so far; a plan of doing nothing is always there."""

    def __init__(self, need: Floats, factors: Floats, ceiling: float, banking: bool, yuan: float) -> None:
        self.need, self.factors, self.ceiling, self.banking = need, factors, ceiling, banking
        # the solver's tolerances are absolute, so figures of every case are brought near one
        self.yuan, self.tonne = yuan, float(np.abs(need).max()) or 1.0
        zones, _, years = need.shape
        self.rows = np.arange(need.size).reshape(need.shape)
        self.low = np.concatenate((need.ravel() / self.tonne, np.full(zones * years, -1.0)))
        self.columns = ProgrammeColumns()
        for (_, _, t), row in np.ndenumerate(self.rows):
            self.columns.add(ceiling / yuan * float(factors[t]), 0.0, inf, [(int(row), 1.0)])
        for (_, _, t), row in np.ndenumerate(self.rows):
            if banking and t + 1 < years:
                self.columns.add(0.0, 0.0, inf, [(int(row), -1.0), (int(row) + 1, 1.0)])
        #: Columns that are no plans.
        self.others = len(self.columns.cost)

    def add(self, plan: MeasuresPlan) -> None:
        """Let a plan take part."""
        cells = zip(self.rows[plan.zone, :, plan.year].tolist(), (plan.taken / self.tonne).tolist(), strict=True)
        one = self.need.size + plan.zone * self.need.shape[2] + plan.year
        self.columns.add(plan.cost / (self.yuan * self.tonne), 0.0, 1.0, [*cells, (one, -1.0)])

    def mixed(self) -> _Mixed:
        """The mixture, and its prices: up to the ceiling, and never rising where allowances may be banked."""
        solved = solve(self.columns.programme(self.low, np.full(len(self.low), inf)))
        size = self.need.size
        extra = solved.columns[:size].reshape(self.need.shape) * self.tonne
        prices = np.clip(solved.duals[:size].reshape(self.need.shape) * self.yuan, 0.0, self.ceiling * self.factors)
        if self.banking:
            prices = np.minimum.accumulate(prices, axis=2)
        return _Mixed(solved.columns[self.others :], prices, extra, solved.cost * self.yuan * self.tonne)


def examine_measures(measures: ControlMeasures, need: Floats, years: int, ceiling: float) -> None:
    """Shapes that fit, figures from zero up, a ceiling above. Malformed, naming the row, otherwise."""
    if need.ndim != 3 or need.shape[2] != years or measures.removal.shape != (len(measures.cost), need.shape[1]):
        raise Malformed(
            "measures",
            f"removal of shape {measures.removal.shape}, need of shape {need.shape} over {years} years",
            "give a row a measure, a column a pollutant; need by zone, pollutant and year",
        )
    if not 0 < ceiling < LARGEST:
        raise Malformed("ceiling", f"is {ceiling:g}", "give yuan per tonne above zero")
    fine = (measures.cost >= 0) & (measures.cost <= LARGEST)
    fine &= ((measures.removal >= 0) & (measures.removal <= LARGEST)).all(axis=1)
    for number in np.flatnonzero(~fine).tolist():
        raise Malformed(
            f"measure {number + 1}",
            f"a figure is missing, below zero or above {LARGEST:g}",
            "give yuan and tonnes from zero up",
        )
    for number in np.flatnonzero((measures.zone < 0) | (measures.zone >= need.shape[0])).tolist():
        said = f"zone {measures.zone[number]}"
        raise Malformed(f"measure {number + 1}", said, f"number zones from 0 to {need.shape[0] - 1}")
    if not (np.abs(need) <= LARGEST).all():
        raise Malformed("need", "a figure is missing", "give tonnes")
