"""Prices of a call: the duals of its programme, halfway between the buyers' best and the sellers' best, exactly."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from typing import NamedTuple

from airshed.market.zonecall import rational
from airshed.market.zonecall.groups import Shape
from airshed.market.zonecall.nouns import Bound, NotCleared
from airshed.market.zonecall.program import NOTHING_KG, OrderStep, Solved, Sparse, optimum, weight

#: States of HiGHS: the variable stands at its lower bound, or at its upper one, or is free to be between them.
AT_LOWER, BASIC, AT_UPPER = 0, 1, 2
#: Attempts: at the buyers' best corner and at the sellers' best one.
SIDES = (1.0, -1.0)

Interval = tuple[int | None, int | None]


class Duals(NamedTuple):
    """Of cover in each book (fen per tonne) and of each bound (fen per load)."""

    covers: tuple[Fraction, ...]
    bounds: tuple[Fraction, ...]


def at_place(place: str, bounds: Sequence[Bound], duals: Sequence[Fraction]) -> Fraction:
    """What the bounds add to the price at a place, in fen per tonne: sum over k of H[k, place] lambda_k."""
    return sum(
        (bound.per_t.get(place, 0) * dual for bound, dual in zip(bounds, duals, strict=True) if dual), Fraction(0)
    )


def cover_prices(shape: Shape, duals: Duals) -> list[Fraction]:
    """What a tonne of cover costs in each book: its own dual, and what the bounds add at its place."""
    return [
        own + at_place(cover.key.place, shape.bounds, duals.bounds)
        for own, cover in zip(duals.covers, shape.covers, strict=True)
    ]


def lot_prices(shape: Shape, duals: Duals) -> list[Fraction | None]:
    """What a tonne of each lot brings: the best cover it can become, and the load that it takes from its place.

    None for a lot that may not go anywhere.
    """
    best: list[Fraction | None] = [None] * len(shape.lots)
    for link in shape.links:
        value = link.ratio * duals.covers[link.cover]
        known = best[link.lot]
        best[link.lot] = value if known is None or value > known else known
    return [
        None if value is None else value + lot.relief * at_place(lot.key.place, shape.bounds, duals.bounds)
        for value, lot in zip(best, shape.lots, strict=True)
    ]


def prices(shape: Shape, solved: Solved, seconds: float) -> Duals | NotCleared:
    """The duals that go with what the programme allots, exactly.

    They are no less than the best bid of each book that is not served in full, no more than the worst one that is
    served, and the other way round for offers; no lot is worth less than the cover it could become, and just that
    where it goes; a bound with room left has no price. Where many duals do that, the call takes the middle of two:
    those at which the buyers pay least, and those at which they pay most.
    """
    covers = [_interval(*each, 1) for each in zip(solved.cover_steps, solved.cover_taken, strict=True)]
    lots = [_interval(*each, -1) for each in zip(solved.lot_steps, solved.lot_taken, strict=True)]
    corners: list[Duals] = []
    failed: NotCleared | None = None
    for side in SIDES:
        corner = _corner(shape, solved, covers, lots, side, seconds)
        if isinstance(corner, NotCleared):
            failed = corner
        elif _fits(shape, corner, covers, lots):
            corners.append(corner)
    if not corners:
        return failed or NotCleared("solver", "no exact prices fit the allocation; check the measures of the orders")
    count = len(corners)
    return Duals(
        tuple(sum(each) / count for each in zip(*(corner.covers for corner in corners), strict=True)),
        tuple(sum(each) / count for each in zip(*(corner.bounds for corner in corners), strict=True)),
    )


def _interval(steps: Sequence[OrderStep], taken: Sequence[float], sign: int) -> Interval:
    """Between which limits the price lies. Steps come best first; `sign` is 1 for bids, -1 for offers."""
    served = [step.limit for step, count in zip(steps, taken, strict=True) if count > NOTHING_KG]
    unserved = [step.limit for step, count in zip(steps, taken, strict=True) if count < step.kg - NOTHING_KG]
    worst = served[-1] if served else None
    best = unserved[0] if unserved else None
    return (best, worst) if sign > 0 else (worst, best)


def _corner(
    shape: Shape, solved: Solved, covers: list[Interval], lots: list[Interval], side: float, seconds: float
) -> Duals | NotCleared:
    """The duals at which the buyers pay least (`side` 1) or most (-1)."""
    heads = [(shape.lots[number], number) for number in sorted({link.lot for link in shape.links})]
    row_of = {number: row for row, (_, number) in enumerate(heads, len(covers))}
    links_from = len(covers) + len(heads)
    traded = [sum(taken) for taken in solved.cover_taken]
    total = sum(traded) or 1.0
    weights = [weight(bound) for bound in shape.bounds]
    paying = [0.0 if high is None else kilograms / total for kilograms, (_, high) in zip(traded, covers, strict=True)]

    def in_price(place: str, bound: int) -> Fraction:
        return shape.bounds[bound].per_t.get(place, 0) / weights[bound]

    cells: list[list[tuple[int, Fraction]]] = []
    for number in range(len(covers)):
        own = [(links_from + at, -link.ratio) for at, link in enumerate(shape.links) if link.cover == number]
        cells.append([(number, Fraction(1)), *own])
    for _, number in heads:
        own = [(links_from + at, Fraction(1)) for at, link in enumerate(shape.links) if link.lot == number]
        cells.append([(row_of[number], Fraction(1)), *own])
    for bound in range(len(shape.bounds)):
        there = [(number, in_price(cover.key.place, bound)) for number, cover in enumerate(shape.covers)]
        here = [(row_of[number], lot.relief * in_price(lot.key.place, bound)) for lot, number in heads]
        cells.append([*there, *here])

    programme = Sparse()
    firm = len(covers) + len(heads)
    for column, own in enumerate(cells):
        bound = column - firm
        if bound < 0:
            low, high = -math.inf, math.inf
            cost = side * paying[column] if column < len(covers) else 0.0
        else:
            low, high = 0.0, 0.0 if solved.room[bound] > NOTHING_KG else math.inf
            cost = side * sum(
                paid * float(in_price(cover.key.place, bound)) for paid, cover in zip(paying, shape.covers, strict=True)
            )
        programme.column(cost, low, high, [(row, float(value)) for row, value in own])
    lows = [*(low for low, _ in covers), *(lots[number][0] for _, number in heads), *([0] * len(shape.links))]
    highs = [
        *(high for _, high in covers),
        *(lots[number][1] for _, number in heads),
        *(0 if flow > NOTHING_KG else None for flow in solved.flows),
    ]
    found = optimum(
        programme,
        [-math.inf if low is None else float(low) for low in lows],
        [math.inf if high is None else float(high) for high in highs],
        seconds,
    )
    if isinstance(found, NotCleared):
        return found
    _, _, (columns, rows) = found
    equations: dict[int, tuple[dict[int, Fraction], Fraction]] = {}
    for row, state in enumerate(rows):
        if state != BASIC:
            right = lows[row] if state == AT_LOWER else highs[row]
            equations[row] = ({}, Fraction(right or 0))
    for column, own in enumerate(cells):
        if columns[column] == BASIC:
            for row, value in own:
                if row in equations:
                    equations[row][0][column] = value
    values = rational.solved(equations.values())
    if values is None:
        return NotCleared("solver", "the prices that HiGHS finds contradict each other; check the orders' measures")
    loads = tuple(values.get(firm + number, Fraction(0)) / each for number, each in enumerate(weights))
    own_duals = [values.get(number, Fraction(0)) for number in range(len(covers))]
    for number, (low_limit, high_limit) in enumerate(covers):
        if high_limit is None and low_limit is not None:  # nobody buys: the least price at which nobody need
            own_duals[number] = low_limit - at_place(shape.covers[number].key.place, shape.bounds, loads)
    return Duals(tuple(own_duals), loads)


def _fits(shape: Shape, duals: Duals, covers: list[Interval], lots: list[Interval]) -> bool:
    """Whether exact duals lie where they must; a float may have said so a hair too early."""
    if any(dual < 0 for dual in duals.bounds):
        return False
    inside = all(_within(price, each) for price, each in zip(cover_prices(shape, duals), covers, strict=True))
    return inside and all(
        price is None or _within(price, each) for price, each in zip(lot_prices(shape, duals), lots, strict=True)
    )


def _within(price: Fraction, interval: Interval) -> bool:
    low, high = interval
    return (low is None or low <= price) and (high is None or price <= high)
