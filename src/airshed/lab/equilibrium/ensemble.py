"""Thousands of markets at once: uncertain costs by sector, uncertain needs, one zone with banking, in numpy.

A multiplier of a sector's costs keeps the order of its steps, so nothing is sorted again: at a price p the sector
abates what its own curve does at p / multiplier. Years are pooled as in `banking`, for all draws in step: each draw
keeps its own blocks, and those that must be cleared anew are cleared together, by halving the price between its bounds.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from airshed.lab.equilibrium.curves import Floats, Steps
from airshed.model.refusal import Malformed

#: How near the price is found, as a part of it.
NEAR = 1e-8
#: Prices below this part of the lowest cost are nothing.
TINY = 1e-3


@dataclass(frozen=True, slots=True)
class Ensemble:
    """Draws (rows) by year: discounted and current yuan/t; discounted yuan of each. Infinite where no price does."""

    discounted: Floats
    price: Floats
    cost: Floats

    @property
    def kept(self) -> NDArray[np.bool_]:
        """Draws whose caps can be kept."""
        return np.asarray(np.isfinite(self.discounted).all(axis=1))


def ensemble(sectors: Sequence[Steps], multipliers: Floats, need: Floats) -> Ensemble:
    """The equilibrium of every draw.

    `sectors` are curves whose steps are the same every year and cost more than nothing; `multipliers` has shape (draws,
    sectors), `need` (draws, years), t. Malformed, naming the row from 1, for figures that are none.

    >>> one = Steps([10.0, 40.0], [5.0, 5.0], [1.0, 0.5])
    >>> found = ensemble([one], np.array([[1.0], [2.0]]), np.array([[2.0, 7.0], [2.0, 7.0]]))
    >>> found.price.round(3).tolist(), found.cost.round(3).tolist()
    ([[10.0, 20.0], [20.0, 40.0]], [65.0, 130.0])
    """
    _examine(sectors, multipliers, need)
    draws, years = need.shape
    market = _Market(sectors, multipliers)
    starts = np.zeros((draws, years), dtype=np.int64)  # where each block of a draw begins, as a stack
    prices = np.zeros((draws, years))
    depth = np.zeros(draws, dtype=np.int64)
    everybody = np.arange(draws)
    for year in range(years):
        starts[everybody, depth] = year
        nothing, endless = np.zeros(draws), np.full(draws, np.inf)
        prices[everybody, depth] = market.clear(everybody, np.full(draws, year), year + 1, need, nothing, endless)
        depth += 1
        while True:
            top, under = prices[everybody, depth - 1], prices[everybody, np.maximum(depth - 2, 0)]
            rising = everybody[(depth > 1) & (under < top)]
            if not len(rising):
                break
            depth[rising] -= 1
            begin = starts[rising, depth[rising] - 1]
            # what clears two blocks together lies between what clears each
            prices[rising, depth[rising] - 1] = market.clear(rising, begin, year + 1, need, under[rising], top[rising])
    discounted = np.zeros((draws, years))
    for place in range(years):
        own = everybody[depth > place]
        end = np.where(depth[own] > place + 1, starts[own, np.minimum(place + 1, years - 1)], years)
        for year in range(years):
            inside = own[(starts[own, place] <= year) & (year < end)]
            discounted[inside, year] = prices[inside, place]
    return Ensemble(discounted, discounted / market.discount, market.cost(discounted, need))


class _Market:
    """All sectors' curves, and the draws' multipliers."""

    def __init__(self, sectors: Sequence[Steps], multipliers: Floats) -> None:
        self.sectors, self.multipliers, self.discount = sectors, multipliers, sectors[0].discount
        self.running = [sector.running(0) for sector in sectors]
        costs = [sector.costs for sector in sectors if sector.count]
        low = np.min([cost[0] for cost in costs], initial=np.inf)
        high = np.max([cost[-1] for cost in costs], initial=0.0)
        self.low = float(low * multipliers.min() * self.discount.min()) * TINY
        self.high = float(high * multipliers.max() * self.discount.max()) * (1 + 1e-9)

    def abating(self, rows: NDArray[np.int64], begin: NDArray[np.int64], end: int) -> Callable[[Floats], Floats]:
        """What the draws abate from the year they begin with until `end`, as a function of their discounted prices."""
        inverse = 1.0 / self.multipliers[rows].T
        years = []
        for year in range(int(begin.min(initial=end)), end):
            inside = np.flatnonzero(begin <= year)
            years.append((slice(None) if len(inside) == len(rows) else inside, 1.0 / float(self.discount[year])))

        def abated(price: Floats) -> Floats:
            found = np.zeros(len(rows))
            for inside, factor in years:
                asked = price[inside] * factor
                for number, sector in enumerate(self.sectors):
                    place = np.searchsorted(sector.costs, asked * inverse[number][inside], side="right")
                    found[inside] += self.running[number][0][place]
            return found

        return abated

    def clear(
        self, rows: NDArray[np.int64], begin: NDArray[np.int64], end: int, need: Floats, under: Floats, over: Floats
    ) -> Floats:
        """The lowest discounted price at which each draw abates what it needs from `begin` to `end`.

        It lies above `under` and up to `over`, or nowhere.
        """
        years = np.arange(need.shape[1])
        wanted = np.where((years >= begin[:, None]) & (years < end), need[rows], 0.0).sum(axis=1)
        found = np.zeros(len(rows))
        most = self.abating(rows, begin, end)(np.full(len(rows), self.high))
        found[most < wanted - 1e-9 * np.abs(wanted)] = np.inf
        left = np.flatnonzero((wanted > 0) & np.isfinite(found))
        if not len(left):
            return found
        wish, abated = wanted[left], self.abating(rows[left], begin[left], end)
        low = np.log(np.clip(under[left] * (1 - NEAR), self.low, self.high))
        high = np.log(np.clip(over[left] * (1 + NEAR), self.low, self.high))
        while float((high - low).max()) > NEAR:
            middle = (low + high) / 2
            enough = abated(np.exp(middle)) >= wish
            high = np.where(enough, middle, high)
            low = np.where(enough, low, middle)
        found[left] = np.exp(high)
        return found

    def cost(self, discounted: Floats, need: Floats) -> Floats:
        """By duality: sum of pi n less what is left of pi above the cost of each tonne."""
        total = np.where(np.isfinite(discounted), discounted, 0.0) * need
        for year in range(need.shape[1]):
            for number, sector in enumerate(self.sectors):
                due = self.multipliers[:, number] * float(self.discount[year])
                pi = np.where(np.isfinite(discounted[:, year]), discounted[:, year], 0.0)
                place = np.searchsorted(sector.costs, pi / due, side="left")
                tonnes, yuan = self.running[number]
                total[:, year] -= pi * tonnes[place] - due * yuan[place]
        found: Floats = total.sum(axis=1)
        found[~np.isfinite(discounted).all(axis=1)] = np.inf
        return found


def _examine(sectors: Sequence[Steps], multipliers: Floats, need: Floats) -> None:
    if not sectors or need.ndim != 2 or multipliers.shape != (len(need), len(sectors)):
        raise Malformed(
            "draws",
            f"multipliers of shape {multipliers.shape}, need of shape {need.shape} for {len(sectors)} sectors",
            "give a row a draw: a multiplier each sector, a need each year",
        )
    for number, sector in enumerate(sectors, 1):
        if sector.years != need.shape[1] or len(sector.potentials()) != 1:
            raise Malformed(f"sector {number}", "its steps do not fit the years", "give the same steps every year")
        if sector.count and not sector.costs[0] > 0:
            raise Malformed(f"sector {number}", f"a step costs {sector.costs[0]:g}", "give costs above zero")
    for row, column in np.argwhere(~((multipliers > 0) & np.isfinite(multipliers))).tolist():
        raise Malformed(f"draw {row + 1}", f"the multiplier of sector {column + 1}", "give multipliers above zero")
    for row, column in np.argwhere(~np.isfinite(need)).tolist():
        raise Malformed(f"draw {row + 1}", f"the need of year {column + 1} is missing", "give tonnes")
