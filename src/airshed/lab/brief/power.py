"""Who could move the price: the dominant firm of each market (Hahn 1984), on the curve that the equilibrium shows."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from airshed.lab.brief.markets import Flags, TradingGroup
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
    for group in dict.fromkeys(world.group[there].tolist()):
        mine = there & (world.group == group)
        markup = _markup(world, mine, there & ~mine, price, emitted, free, market.cap)
        if abs(markup) > abs(best.markup):
            best = GroupPower(market, world.groups[group], mean, max(-MOST_MOVED, min(MOST_MOVED, markup)))
    return best


def _markup(
    world: World, mine: Flags, fringe: Flags, price: Floats, emitted: Floats, free: Floats, cap: float
) -> float:
    own, rest = float(world.baseline[mine].sum()), float(world.baseline[fringe].sum())
    if not own:
        return 0.0
    if not rest:
        return MOST_MOVED
    abates = max(own - float(emitted[mine].sum()), LEAST * own)
    fringe_abates = max(rest - float(emitted[fringe].sum()), LEAST * rest)
    paid = float((price[fringe] * world.baseline[fringe]).sum()) / rest
    if paid <= 0:
        return 0.0
    holds = min(float(free[mine].sum()), cap)
    done = dominated(paid / abates, own, holds, paid / fringe_abates, rest, max(cap - holds, 0.0))
    return float(np.divide(done.price, done.competitive_price)) - 1 if done.competitive_price > 0 else 0.0
