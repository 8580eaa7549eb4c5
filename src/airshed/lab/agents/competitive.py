"""The competitive equilibrium of a market: exactly, in whole allowances and fen, by matching demand against supply."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from airshed.lab.agents.market import SessionMarket
from airshed.lab.agents.nouns import Side
from airshed.lab.agents.worth import Worth


@dataclass(frozen=True, slots=True)
class Competitive:
    """What price-takers would do: any price from `low` to `high` (fen/t) clears the market.

    `volume` allowances change hands with a gain; up to `volume_most` may, when some gain nothing. `surplus` is all
    that can be gained, in thousandths of a fen.
    """

    low: int
    high: int
    volume: int
    volume_most: int
    surplus: int

    @property
    def price(self) -> float:
        """The middle of the prices that clear the market, in fen per tonne."""
        return (self.low + self.high) / 2


def equilibrium_of(market: SessionMarket, held: list[int] | None = None) -> Competitive:
    """The competitive equilibrium of a market, without walls, borders, bands and fees; of other holdings if given."""
    held = [trader.held for trader in market.traders] if held is None else held
    return competitive((trader.worth, count, trader.sides) for trader, count in zip(market.traders, held, strict=True))


def competitive(holders: Iterable[tuple[Worth, int, Sequence[Side]]]) -> Competitive:
    """The equilibrium of those who hold so many allowances and may trade on those sides.

    Whole allowances, so a coarse lot can reach a little less.

    >>> two = [(Worth(((1, 90), (1, 40))), 0, ("buy",)), (Worth(((2, 50),)), 2, ("sell",))]
    >>> competitive(two)
    Competitive(low=50, high=50, volume=1, volume_most=1, surplus=40)
    """
    wanted: list[tuple[int, int]] = []
    offered: list[tuple[int, int]] = []
    for worth, held, sides in holders:
        start = 0
        for count, price in worth.blocks:
            above = start + count - max(held, start)
            below = min(held, start + count) - start
            if above > 0 and "buy" in sides:
                wanted.append((price, above))
            if below > 0 and "sell" in sides:
                offered.append((price, below))
            start += count
        if held > start and "sell" in sides:
            offered.append((0, held - start))
    return _matched(sorted(wanted, reverse=True), sorted(offered))


def _matched(wanted: list[tuple[int, int]], offered: list[tuple[int, int]]) -> Competitive:
    """Dearest wish against cheapest offer, block by block, while there is a gain; then those that gain nothing."""
    volume = most = surplus = 0
    worth = cost = 0
    i = j = 0
    left_i = wanted[0][1] if wanted else 0
    left_j = offered[0][1] if offered else 0
    next_worth = next_cost = None
    while i < len(wanted) and j < len(offered) and wanted[i][0] >= offered[j][0]:
        gain = wanted[i][0] - offered[j][0]
        count = min(left_i, left_j)
        most += count
        if gain:
            worth, cost = wanted[i][0], offered[j][0]
            volume += count
            surplus += count * gain
        elif next_worth is None:
            next_worth, next_cost = wanted[i][0], offered[j][0]
        left_i, left_j = left_i - count, left_j - count
        if not left_i:
            i += 1
            left_i = wanted[i][1] if i < len(wanted) else 0
        if not left_j:
            j += 1
            left_j = offered[j][1] if j < len(offered) else 0
    if next_worth is None:
        next_worth = wanted[i][0] if i < len(wanted) else None
    if next_cost is None:
        next_cost = offered[j][0] if j < len(offered) else None
    low = max((price for price in (next_worth, cost if volume else None) if price is not None), default=0)
    high = min((price for price in (next_cost, worth if volume else None) if price is not None), default=low)
    return Competitive(min(low, high), max(low, high), volume, most, surplus)
