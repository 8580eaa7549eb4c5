"""What a solver says of a call, and how anybody can judge it without one: duals, and flows in whole allowances."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import ceil, floor
from typing import NamedTuple

from airshed.market.zonecall.groups import Shape
from airshed.market.zonecall.nouns import CallOffer, CoverBid, CoverKey, LotKey, NotCleared
from airshed.market.zonecall.prices import Duals, cover_prices, lot_prices, prices
from airshed.market.zonecall.program import NOTHING_KG, Solved
from airshed.market.zonecall.settle import rounded
from airshed.model.measures import KG_PER_T


class RoundedAnswer(NamedTuple):
    """The duals of a programme, and what flows along its links, rounded down; a link that is not named has none.

    `covers` are fen per tonne of cover in each book, `bounds` fen per load by the name of the limit.
    """

    covers: Mapping[CoverKey, Fraction]
    bounds: Mapping[str, Fraction]
    flows: Mapping[tuple[LotKey, CoverKey], int]


class Round(NamedTuple):
    """The answer to a round and, where whole allowances gain more so, that to the cities by themselves."""

    answer: RoundedAnswer
    alone: RoundedAnswer | None = None


class StandingAnswer(NamedTuple):
    """An answer that stands: its duals and its flows in the order of the shape."""

    duals: Duals
    flows: tuple[int, ...]


def answer(shape: Shape, solved: Solved, seconds: float) -> RoundedAnswer | NotCleared:
    """The exact prices and the whole flows of what the solver allots."""
    duals = prices(shape, solved, seconds)
    if isinstance(duals, NotCleared):
        return duals
    flows = rounded(solved.flows)
    return RoundedAnswer(
        {cover.key: dual for cover, dual in zip(shape.covers, duals.covers, strict=True)},
        {bound.name: dual for bound, dual in zip(shape.bounds, duals.bounds, strict=True)},
        {
            (shape.lots[link.lot].key, shape.covers[link.cover].key): flow
            for link, flow in zip(shape.links, flows, strict=True)
            if flow
        },
    )


def judge(shape: Shape, given: RoundedAnswer) -> StandingAnswer | NotCleared:
    """The answer, if it is one to this call; else what is wrong with it. Exact, and without a solver.

    Weak duality: no allocation gains more than the duals say. The flows of a best one, each rounded down, gain less
    than that by no more than an allowance of each link at its dearest bid, and break a limit by no more than an
    allowance of each link that relieves it. So whatever passes is a best allocation but for the rounding.
    """
    wrong = _names(shape, given)
    if wrong:
        return NotCleared("unproven", wrong)
    duals = Duals(
        tuple(given.covers[cover.key] for cover in shape.covers),
        tuple(given.bounds[bound.name] for bound in shape.bounds),
    )
    flows = tuple(given.flows.get((shape.lots[link.lot].key, shape.covers[link.cover].key), 0) for link in shape.links)
    wrong = _flows(shape, flows) or _gain(shape, duals, flows)
    return NotCleared("unproven", wrong) if wrong else StandingAnswer(duals, flows)


def bound_on_gain(shape: Shape, duals: Duals) -> Fraction:
    """What no allocation can gain more than, in fen, whoever chose the duals."""
    most = Fraction(0)
    for lot, price in zip(shape.lots, lot_prices(shape, duals), strict=True):
        if price is not None:
            top = ceil(price)
            better = [(offer.count, offer.limit) for offer in lot.offers if offer.limit < top]
            most += price * sum(count for count, _ in better) - sum(count * limit for count, limit in better)
    for cover, worth in zip(shape.covers, cover_prices(shape, duals), strict=True):
        top = floor(worth)
        better = [(bid.count, bid.limit) for bid in cover.bids if bid.limit > top]
        most += sum(count * limit for count, limit in better) - worth * sum(count for count, _ in better)
    limits = sum((dual * bound.most for dual, bound in zip(duals.bounds, shape.bounds, strict=True)), Fraction(0))
    return most / KG_PER_T + limits


def _names(shape: Shape, given: RoundedAnswer) -> str:
    """It speaks of the books, limits and links of this call, and of no others."""
    books = dict.fromkeys(cover.key for cover in shape.covers)
    for key in books:
        if key not in given.covers:
            return f"it has no price for {_book(key)}"
    for key in given.covers:
        if key not in books:
            return f"there is no book {_book(key)}"
    names = dict.fromkeys(bound.name for bound in shape.bounds)
    if given.bounds.keys() != names.keys():
        return f"it speaks of the limits {', '.join(given.bounds) or 'none'}; there are {', '.join(names) or 'none'}"
    for name, dual in given.bounds.items():
        if dual < 0:
            return f"{name} has a price below zero"
    links = {(shape.lots[link.lot].key, shape.covers[link.cover].key) for link in shape.links}
    for (lot, cover), flow in given.flows.items():
        if (lot, cover) not in links:
            return f"nothing may go from {lot.issued} {lot.vintage} of {lot.place} to {_book(cover)}"
        if flow <= 0:
            return f"{flow} allowances go to {_book(cover)}"
    return ""


def _flows(shape: Shape, flows: Sequence[int]) -> str:
    """No more goes than is offered or wanted, and no limit is broken by more than rounding can."""
    given, got = [0] * len(shape.lots), [Fraction(0)] * len(shape.covers)
    for link, flow in zip(shape.links, flows, strict=True):
        given[link.lot] += flow
        got[link.cover] += flow * link.ratio
    for lot, count in zip(shape.lots, given, strict=True):
        offered = sum(offer.count for offer in lot.offers)
        if count > offered:
            return f"{count} of {lot.key.issued} {lot.key.vintage} go, {offered} are offered"
    for cover, count_of_cover in zip(shape.covers, got, strict=True):
        wanted = sum(bid.count for bid in cover.bids)
        if count_of_cover > wanted:
            return f"{float(count_of_cover):g} kg of cover go to {_book(cover.key)}, {wanted} are wanted"
    for bound in shape.bounds:
        loads = [shape.load(link, bound) for link in shape.links]
        total = sum((flow * load for flow, load in zip(flows, loads, strict=True) if flow), Fraction(0))
        slack = sum((-load if load < 0 else load * Fraction(NOTHING_KG) for load in loads), Fraction(0))
        if total > bound.most * KG_PER_T + slack:
            return f"{bound.name} would get {float(total / KG_PER_T):g}, at most {float(bound.most):g}"
    return ""


def _gain(shape: Shape, duals: Duals, flows: Sequence[int]) -> str:
    """What flows gains what the duals say that it must, but for the rounding."""
    given, got = [0] * len(shape.lots), [Fraction(0)] * len(shape.covers)
    for link, flow in zip(shape.links, flows, strict=True):
        given[link.lot] += flow
        got[link.cover] += flow * link.ratio
    gain = sum((_worth(cover.bids, each) for cover, each in zip(shape.covers, got, strict=True)), Fraction(0))
    gain -= sum((_worth(lot.offers, Fraction(each)) for lot, each in zip(shape.lots, given, strict=True)), Fraction(0))
    lost = sum((link.ratio * shape.covers[link.cover].bids[0].limit for link in shape.links), Fraction(0))
    short = bound_on_gain(shape, duals) - gain / KG_PER_T
    if short > lost / KG_PER_T:
        return f"it gains up to {float(short):.2f} fen less than the best there is"
    return ""


def _worth(orders: Sequence[CallOffer] | Sequence[CoverBid], kilograms: Fraction) -> Fraction:
    """The limits of the best orders that make up so many kilograms, times what each has of them."""
    worth, left, parts = 0, kilograms.numerator, kilograms.denominator
    for order in orders:
        if not left:
            break
        part = min(left, order.count * parts)
        worth += part * order.limit
        left -= part
    return Fraction(worth, parts)


def _book(key: CoverKey) -> str:
    return f"{key.place} {key.year} {key.wall}"
