"""Shares after which each group has its fair part of what trading together saves (A9)."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf
from typing import Literal, NamedTuple

from airshed.market.sharing.games import MOST_EXACT, nucleolus, shapley, shapley_sampled
from airshed.model.refusal import Malformed

#: Orders of joining that are drawn where groups are too many to go through them all, and the seed of the draw.
ORDERS, SEED = 500, 1
#: What abating costs each, and how much it takes.
Curve = Sequence[tuple[float, float]]


class GroupMarket(NamedTuple):
    """A market of some groups: the marginal cost, what each abates, and what that costs it."""

    price: float
    abated: tuple[float, ...]
    costs: tuple[float, ...]


def cleared(curves: Sequence[Curve], need: float) -> GroupMarket:
    """The cheapest way to abate what is needed; of equal costs the first group goes first.

    Malformed if all steps together cannot.

    >>> cleared([[(10.0, 5.0)], [(40.0, 5.0)]], 7.0)
    GroupMarket(price=40.0, abated=(5.0, 2.0), costs=(50.0, 80.0))
    """
    steps = sorted((cost, group, most) for group, curve in enumerate(curves) for cost, most in curve)
    abated, costs, left, price = [0.0] * len(curves), [0.0] * len(curves), need, 0.0
    for cost, group, most in steps:
        if left <= 0:
            break
        part = min(most, left)
        abated[group] += part
        costs[group] += part * cost
        left -= part
        price = cost
    if left > 1e-9 * max(1.0, need):
        raise Malformed("steps", f"they abate {need - left:,.3f} of the {need:,.3f} needed", "add steps, or claim less")
    return GroupMarket(price, tuple(abated), tuple(costs))


def fair_shares(
    pool: float, emissions: Sequence[float], curves: Sequence[Curve], rule: Literal["shapley", "nucleolus"]
) -> list[float]:
    """What each group is given so that after trade it pays its cost alone less its part of the saving.

    Alone each keeps a part of the pool in proportion to its emissions; v(S) is what a coalition saves by one market.
    With the price p, emissions e* and costs c* of the market of all, A = e* - (C alone - part - c*) / p, which adds up
    to the pool. Where the pool covers all emissions there is nothing to save. Of more than 12 groups the Shapley value
    is the mean over 500 drawn orders, each also taken backwards, the same every time. Malformed, naming the group by
    number, for a step below zero, steps that cannot keep its part alone, or a share that would be below zero.

    >>> [round(each, 6) for each in fair_shares(20.0, [15.0, 15.0], [[(40.0, 10.0)], [(10.0, 10.0)]], "shapley")]
    [2.5, 17.5]
    """
    for number, curve in enumerate(curves, 1):
        for each_t, most in curve:
            if not (0 <= each_t < inf and 0 <= most < inf):
                raise Malformed(
                    f"steps of group {number}", f"{each_t:g} yuan/t for {most:g}", "give figures from zero up"
                )
    total = sum(emissions)
    caps = [pool * each / total for each in emissions]
    if pool >= total:
        return caps
    needs = [emitted - cap for emitted, cap in zip(emissions, caps, strict=True)]

    def cost(team: frozenset[int]) -> float:
        own = sorted(team)
        return sum(cleared([curves[each] for each in own], sum(needs[each] for each in own)).costs)

    alone = []
    for number, (curve, need) in enumerate(zip(curves, needs, strict=True), 1):
        try:
            alone.append(sum(cleared([curve], need).costs))
        except Malformed as error:
            raise Malformed(f"steps of group {number}", error.what, error.cure) from None

    def worth(team: frozenset[int]) -> float:
        return sum(alone[each] for each in team) - cost(team) if team else 0.0

    market = cleared(curves, sum(needs))
    if not market.price:
        return caps
    many = len(emissions)
    if rule == "nucleolus":
        value = nucleolus(many, worth)
    else:
        value = shapley(many, worth) if many <= MOST_EXACT else shapley_sampled(many, worth, ORDERS, SEED)
    shares = [
        emitted - abated - (single - part - spent) / market.price
        for emitted, abated, single, part, spent in zip(
            emissions, market.abated, alone, value, market.costs, strict=True
        )
    ]
    for number, share in enumerate(shares, 1):
        if share < -1e-9 * pool:
            raise Malformed(
                f"group {number}",
                f"its part of the saving is worth {-share:,.3f} more than it emits",
                "choose a rule over claims",
            )
    return [max(0.0, share) for share in shares]
