"""What trade is left when every tonne traded costs something (Stavins 1995), with steps of many sources.

min cost of abatement + cost of trading x tonnes bought, each source covering what it emits with what it was given and
buys. The volume and what is saved against nobody trading say how thin fees make a market.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf

from airshed.market.linear import Columns, solve
from airshed.model.refusal import Malformed

Ladder = Sequence[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Traded:
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


def traded(needs_t: Sequence[float], ladders: Sequence[Ladder], each_t: float, ceiling: float) -> Traded:
    """The cheapest trades when each tonne bought costs `each_t` yuan.

    `needs_t` is what each source must abate without trade (below zero it has too many), `ladders` its steps of yuan/t
    and t; what neither covers is paid at the `ceiling`. Malformed, naming the source by number, for figures below zero.

    >>> case = ([10.0, 0.0], [[(40.0, 10.0)], [(10.0, 10.0)]])
    >>> [traded(*case, each_t, 1e4).volume_t for each_t in (0.0, 29.0, 31.0)]
    [10.0, 10.0, 0.0]
    """
    if len(needs_t) != len(ladders) or not 0 <= each_t < inf or not 0 < ceiling < inf:
        raise Malformed(
            "trading", f"{len(needs_t)} needs, {len(ladders)} ladders, {each_t:g} yuan/t", "give one of each a source"
        )
    columns = Columns()
    market = len(needs_t)
    spans: list[tuple[float, int]] = []
    for number, ladder in enumerate(ladders):
        for cost, most in ladder:
            if not cost >= 0 or not most >= 0:
                raise Malformed(
                    f"source {number + 1}", f"a step of {most:g} t at {cost:g}", "give figures from zero up"
                )
            spans.append((cost, columns.add(cost, 0.0, most, [(number, 1.0)])))
    bought = [columns.add(each_t, 0.0, inf, [(number, 1.0), (market, -1.0)]) for number in range(market)]
    for number in range(market):
        columns.add(0.0, 0.0, inf, [(number, -1.0), (market, 1.0)])
    over = [columns.add(ceiling, 0.0, inf, [(number, 1.0)]) for number in range(market)]
    found = solve(columns.programme([*needs_t, 0.0], [inf] * (market + 1)))
    volume = float(sum(found.columns[bought]))
    paid = float(sum(found.columns[over]))
    abated = float(sum(cost * found.columns[at] for cost, at in spans)) + ceiling * paid
    return Traded(volume, abated, each_t * volume, float(found.duals[market]), paid)
