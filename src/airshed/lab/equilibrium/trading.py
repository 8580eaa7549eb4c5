"""What trade is left when every tonne traded costs something (Stavins 1995), with steps of many sources.

min cost of abatement + cost of trading x tonnes bought, each source covering what it emits with what it was given and
buys. The volume and what is saved against nobody trading say how thin fees make a market.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf
from typing import NamedTuple

import numpy as np

from airshed.lab.equilibrium.curves import LARGEST, Floats
from airshed.lab.equilibrium.rounds import gap_of
from airshed.market.linear import Optimum, ProgrammeColumns, solve
from airshed.model.refusal import Malformed

Ladder = Sequence[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class TradedPlan:
    """Tonnes bought, yuan of abatement and of trading, the price that sellers get, t covered at the ceiling."""

    volume_t: float
    abatement_yuan: float
    trading_yuan: float
    price: float
    at_ceiling_t: float

    @property
    def cost_yuan(self) -> float:
        """Of abatement and trading."""
        return self.abatement_yuan + self.trading_yuan


@dataclass(frozen=True, slots=True)
class TradePlan:
    """The cheapest trades source by source: t of each step, bought, sold and covered at the ceiling.

    `worth` is what a tonne is worth to each source, `price` what sellers get, both yuan/t; `bound` is what no trades
    cost less than, in yuan, as they show.
    """

    abated: tuple[tuple[float, ...], ...]
    bought: Floats
    sold: Floats
    over: Floats
    worth: Floats
    price: float
    bound: float
    total: TradedPlan

    @property
    def gap(self) -> float:
        """How far the cost may lie above the least one, as a part of it."""
        return gap_of(self.total.cost_yuan, self.bound)


def traded(needs_t: Sequence[float], ladders: Sequence[Ladder], each_t: float, ceiling: float) -> TradedPlan:
    """The cheapest trades when each tonne bought costs `each_t` yuan, summed up; arguments as `trade_plan`."""
    return trade_plan(needs_t, ladders, each_t, ceiling).total


def trade_plan(needs_t: Sequence[float], ladders: Sequence[Ladder], each_t: float, ceiling: float) -> TradePlan:
    """The cheapest trades when each tonne bought costs `each_t` yuan.

    `needs_t` is what each source must abate without trade (below zero it has too many), `ladders` its steps of yuan/t
    and t; what neither covers is paid at the `ceiling`. Malformed, naming the source by number, for figures below zero.

    >>> case = ([10.0, 0.0], [[(40.0, 10.0)], [(10.0, 10.0)]])
    >>> [traded(*case, each_t, 1e4).volume_t for each_t in (0.0, 29.0, 31.0)]
    [10.0, 10.0, 0.0]
    """
    if len(needs_t) != len(ladders):
        raise Malformed("trading", f"{len(needs_t)} needs, {len(ladders)} ladders", "give one of each a source")
    if not 0 <= each_t <= LARGEST or not 0 < ceiling <= LARGEST:
        raise Malformed(
            "trading", f"{each_t:g} yuan a tonne traded, a ceiling of {ceiling:g}", "give yuan per tonne from zero up"
        )
    for number, need in enumerate(needs_t, 1):
        if not abs(need) <= LARGEST:
            raise Malformed(f"source {number}", f"its need is {need:g} t", "give tonnes")
    columns = ProgrammeColumns()
    market = len(needs_t)
    spans: list[list[int]] = []
    for number, ladder in enumerate(ladders):
        for cost, most in ladder:
            if not 0 <= cost <= LARGEST or not 0 <= most <= LARGEST:
                raise Malformed(
                    f"source {number + 1}", f"a step of {most:g} t at {cost:g}", "give figures from zero up"
                )
        spans.append([columns.add(cost, 0.0, most, [(number, 1.0)]) for cost, most in ladder])
    bought = [columns.add(each_t, 0.0, inf, [(number, 1.0), (market, -1.0)]) for number in range(market)]
    sold = [columns.add(0.0, 0.0, inf, [(number, -1.0), (market, 1.0)]) for number in range(market)]
    over = [columns.add(ceiling, 0.0, inf, [(number, 1.0)]) for number in range(market)]
    found = solve(columns.programme([*needs_t, 0.0], [inf] * (market + 1)))
    return _plan(needs_t, ladders, each_t, ceiling, _Answer(found, spans, bought, sold, over))


class _Answer(NamedTuple):
    """What the solver says, and which columns are whose."""

    found: Optimum
    spans: list[list[int]]
    bought: list[int]
    sold: list[int]
    over: list[int]


def _plan(
    needs_t: Sequence[float], ladders: Sequence[Ladder], each_t: float, ceiling: float, answer: _Answer
) -> TradePlan:
    """The plan with what the solver's tolerance left open made good, and prices that bound it."""
    columns = np.maximum(answer.found.columns, 0.0)
    abated = tuple(
        tuple(min(float(columns[at]), most) for at, (_, most) in zip(own, ladder, strict=True))
        for own, ladder in zip(answer.spans, ladders, strict=True)
    )
    bought, sold = columns[answer.bought], columns[answer.sold]
    both = np.minimum(bought, sold)  # nobody buys what it sells: that is the same tonne
    bought, sold = bought - both, sold - both
    if float(bought.sum()) > float(sold.sum()):
        bought = bought * (float(sold.sum()) / float(bought.sum()))
    own = np.array([sum(each) for each in abated], dtype=np.float64)
    needs = np.asarray(needs_t, dtype=np.float64)
    over = np.maximum(columns[answer.over], 0.0)
    over = over + np.maximum(needs - (own + bought - sold + over), 0.0)
    price = float(np.clip(answer.found.duals[-1], 0.0, ceiling))
    worth = np.clip(answer.found.duals[:-1], price, min(ceiling, price + each_t))
    bound = float((worth * needs).sum())
    for value, ladder in zip(worth.tolist(), ladders, strict=True):
        bound -= sum(max(0.0, value - cost) * most for cost, most in ladder)
    spent = sum(
        cost * tonnes
        for own_steps, ladder in zip(abated, ladders, strict=True)
        for tonnes, (cost, _) in zip(own_steps, ladder, strict=True)
    )
    volume, paid = float(bought.sum()), float(over.sum())
    total = TradedPlan(volume, spent + ceiling * paid, each_t * volume, price, paid)
    return TradePlan(abated, bought, sold, over, worth, price, bound, total)
