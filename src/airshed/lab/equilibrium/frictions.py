"""What keeps a market from the competitive price: a dominant firm (Hahn 1984) and costs of trading (Stavins 1995)."""

from __future__ import annotations

from dataclasses import dataclass

from airshed.model.refusal import Malformed


@dataclass(frozen=True, slots=True)
class Dominated:
    """A market with a dominant firm. Abatement in t, price in yuan/t, cost in yuan; `competitive_...` without power."""

    abated: float
    fringe_abated: float
    price: float
    cost: float
    competitive_abated: float
    competitive_price: float
    competitive_cost: float


def dominated(
    slope: float,
    emission: float,
    allocation: float,
    fringe_slope: float,
    fringe_emission: float,
    fringe_allocation: float,
) -> Dominated:
    """One firm sets the price, the fringe takes it; marginal costs are slope x abatement (Hahn 1984, equations 4-7).

    With c1, e1, a1 of the firm, c2, e2, a2 of the fringe and L = a1 + a2 it emits
    x1 = (c1 e1 - c2 (e2 - L) + c2 a1) / (c1 + 2 c2), and p = c2 (e2 - L + x1). Up to x1 = L - e2 the price is nothing,
    so it emits at least that. The market is competitive only if the firm is given just what it emits in competition.
    Malformed for figures below zero.

    >>> found = dominated(1.0, 100.0, 0.0, 1.0, 100.0, 120.0)
    >>> found.price, found.cost, found.competitive_price, found.competitive_cost
    (20.0, 2000.0, 40.0, 1600.0)
    """
    for name, value in (("slope", slope), ("fringe_slope", fringe_slope)):
        if not value > 0:
            raise Malformed("dominant firm", f"{name} is {value:g}", "give a slope above zero")
    for name, value in (
        ("emission", emission),
        ("allocation", allocation),
        ("fringe_emission", fringe_emission),
        ("fringe_allocation", fringe_allocation),
    ):
        if not value >= 0:
            raise Malformed("dominant firm", f"{name} is {value:g}", "give tonnes from zero up")
    cap = allocation + fringe_allocation

    def outcome(own: float) -> tuple[float, float, float, float]:
        """Abatement of both, price and cost when the firm emits `own`."""
        own = min(max(own, 0.0), emission, cap)
        fringe = max(0.0, fringe_emission - (cap - own))
        mine = emission - own
        return mine, fringe, fringe_slope * fringe, 0.5 * (slope * mine**2 + fringe_slope * fringe**2)

    free = cap - fringe_emission

    own = (slope * emission - fringe_slope * (fringe_emission - cap) + fringe_slope * allocation) / (
        slope + 2 * fringe_slope
    )
    fair = (slope * emission - fringe_slope * (fringe_emission - cap)) / (slope + fringe_slope)
    abated, fringe, price, cost = outcome(max(own, free))
    freely, others, free_price, free_cost = outcome(fair)
    if others >= fringe_emission:  # it abates all that it emits; what the firm pays then sets the price
        free_price = max(free_price, slope * freely)
    return Dominated(abated, fringe, price, cost, freely, free_price, free_cost)


@dataclass(frozen=True, slots=True)
class Costly:
    """A trade that costs something. `traded` t go from the second firm to the first; costs in yuan."""

    traded: float
    abated: tuple[float, float]
    abatement_cost: float
    trading_cost: float


def costly(slopes: tuple[float, float], alone: tuple[float, float], each_t: float, growing: float = 0.0) -> Costly:
    """Two firms trade at a marginal cost of each_t + growing x traded per tonne (Stavins 1995, section II).

    `alone` is what each must abate without trade; marginal abatement costs are slope x abatement. The first firm buys
    q = max(0, (s1 r1 - s2 r2 - each_t) / (s1 + s2 + growing)). With constant costs the outcome does not depend on the
    allocation while trade occurs; with growing ones it does.

    >>> costly((200.0, 100.0), (10.5, 10.5), 300.0).abated
    (8.0, 13.0)
    """
    first, second = slopes
    if not (first > 0 and second > 0) or min(alone) < 0 or each_t < 0 or growing < 0:
        raise Malformed(
            "costs of trading", "a slope is not above zero, or a figure is below", "give figures from zero up"
        )
    wish = first * alone[0] - second * alone[1]
    traded = max(0.0, (abs(wish) - each_t) / (first + second + growing))
    signed = traded if wish >= 0 else -traded
    abated = (alone[0] - signed, alone[1] + signed)
    return Costly(
        signed,
        abated,
        0.5 * (first * abated[0] ** 2 + second * abated[1] ** 2),
        each_t * traded + 0.5 * growing * traded**2,
    )
