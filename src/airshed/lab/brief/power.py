"""Who could move the price: the dominant firm of each market (Hahn 1984), on the curve that the equilibrium shows."""

from __future__ import annotations

from typing import NamedTuple

from airshed.lab.brief.markets import TradingGroup
from airshed.lab.brief.world import World
from airshed.lab.equilibrium.curves import Floats
from airshed.lab.equilibrium.frictions import dominated

#: A group of firms that abates less than this part of what it emits is taken to abate so much: a curve needs a slope.
LEAST = 1e-3
#: A price that a strong firm makes is not believed beyond this: a doubling, or nothing.
MOST_MOVED = 1.0


class GroupPower(NamedTuple):
    """What the strongest group could do to a market: the price it would make over the competitive one, less one."""

    market: TradingGroup
    group: str
    price: float
    markup: float


def strongest(world: World, market: TradingGroup, price: Floats, emitted: Floats, free: Floats) -> GroupPower:
    """The strongest group of a market in the first year; price, emitted and free are of that year (S,).

    Marginal costs are taken as lines from nothing through the equilibrium: slope = price / abated. The mark-up is kept
    within `MOST_MOVED`; below zero it is a buyer's.
    """
    there = market.sources
    weights = world.baseline[there]
    mean = float((price[there] * weights).sum() / weights.sum())
    best = GroupPower(market, "", mean, 0.0)
    sides = [market.rivals.sums(column) for column in (world.baseline, emitted, free, price * world.baseline)]
    for group, own, rest, left, rest_left, given, paid in zip(
        market.rivals.groups, *sides[0], *sides[1], sides[2][0], sides[3][1], strict=True
    ):
        markup = _markup(own, rest, left, rest_left, given, paid, market.cap)
        if abs(markup) > abs(best.markup):
            best = GroupPower(market, world.groups[group], mean, max(-MOST_MOVED, min(MOST_MOVED, markup)))
    return best


def _markup(own: float, rest: float, left: float, rest_left: float, given: float, paid: float, cap: float) -> float:
    """Of a group that would emit `own` and emits `left`; the rest of the market `rest` and `rest_left`, for which it
    would pay `paid` yuan at its price. The group was given `given`, of `cap`.
    """
    if not own:
        return 0.0
    if not rest:
        return MOST_MOVED
    price = paid / rest
    if price <= 0:
        return 0.0
    abates, fringe_abates = max(own - left, LEAST * own), max(rest - rest_left, LEAST * rest)
    holds = min(given, cap)
    done = dominated(price / abates, own, holds, price / fringe_abates, rest, max(cap - holds, 0.0))
    return done.price / done.competitive_price - 1 if done.competitive_price > 0 else 0.0
