"""Clearing a call: the programme, its prices, whole allowances, money to the fen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from fractions import Fraction
from math import ceil, floor

import msgspec

from airshed.market.zonecall.examine import examine
from airshed.market.zonecall.groups import Shape, shape
from airshed.market.zonecall.nouns import (
    SECONDS,
    Air,
    Bid,
    BidFill,
    CallRules,
    Cleared,
    NotCleared,
    Offer,
    OfferFill,
)
from airshed.market.zonecall.prices import Duals, cover_prices, lot_prices, prices
from airshed.market.zonecall.program import solve
from airshed.market.zonecall.settle import Settled, deliveries, settle
from airshed.model.measures import KG_PER_T

#: How near a float must come to an exact gain to be looked at exactly.
CLOSE = 1e-6
#: Said of a call whose cities gain more in whole allowances by themselves.
ALONE = "in whole allowances the books of the cities gain more by themselves: they cleared alone"


def clear(
    offers: Iterable[Offer], bids: Iterable[Bid], air: Air, rules: CallRules, *, seconds: float = SECONDS
) -> Cleared | NotCleared:
    """Clear all orders of one pollutant together, to the greatest gain that the air and the rules allow.

    A buyer pays the price of its book, rounded up to a fen per tonne and never below zero; a seller gets that of
    its lot, rounded down; each value is rounded once. What the buyers pay above what the sellers get, or below,
    is the zone's account's. With `trade = "city_first"` use `clear_in_rounds`. Malformed if orders, air and rules
    do not fit each other; NotCleared, with nothing done, if there is no answer or not in time.

    >>> from airshed.model.allowance import Series
    >>> offer = Offer("1", "yuxi-steel", "steel", Series("SO2", "YX", 2027), "YX", 500, 300_000)
    >>> bid = Bid("2", "kunming-cement", "cement", "SO2", "KM", 2027, 400, 500_000)
    >>> done = clear([offer], [bid], Air(), CallRules())
    >>> done.deliveries, done.bought[0].price, done.bought[0].paid_fen, done.gap
    ((Delivery(offer='1', bid='2', count=400),), 300000, 120000, Fraction(0, 1))
    """
    offers, bids = tuple(offers), tuple(bids)
    examine(offers, bids, air, rules)
    done = _clear(offers, bids, air, rules, seconds)
    if isinstance(done, Cleared) and rules.trade == "zone" and done.gap > 0:
        # Rounding may cost more than trade between cities gains. Whole allowances fit a city's own book exactly.
        cities = msgspec.structs.replace(rules, trade="city")
        solved = solve(shape(offers, bids, air, cities), seconds)
        if not isinstance(solved, NotCleared) and solved.gain >= float(done.gain) * (1 - CLOSE):
            alone = _clear(offers, bids, air, cities, seconds)
            if isinstance(alone, Cleared) and alone.gain > done.gain:
                return msgspec.structs.replace(alone, note=ALONE)
    return done


def clear_in_rounds(
    offers: Iterable[Offer], bids: Iterable[Bid], air: Air, rules: CallRules, *, seconds: float = SECONDS
) -> tuple[Cleared, ...] | NotCleared:
    """Clear as the rules' `trade` says: one round, or with `city_first` the city's and then the zone's.

    The second round has what the first one left of each order. In the first nothing crosses a border of a city,
    so that it adds no load anywhere. If a round does not clear, none does.
    """
    offers, bids = tuple(offers), tuple(bids)
    if rules.trade != "city_first":
        done = clear(offers, bids, air, rules, seconds=seconds)
        return done if isinstance(done, NotCleared) else (done,)
    examine(offers, bids, air, rules)
    # A limit below zero asks for less load than there is, which no city does by itself: the zone's round does.
    calm = msgspec.structs.replace(air, receptors=())
    first = _clear(offers, bids, calm, msgspec.structs.replace(rules, trade="city", areas=()), seconds)
    if isinstance(first, NotCleared):
        return first
    sold = {fill.offer.order: fill.count for fill in first.sold}
    served = {fill.bid.order: ceil(fill.cover) for fill in first.bought}
    rest_offers = [
        msgspec.structs.replace(offer, count=offer.count - sold.get(offer.order, 0))
        for offer in offers
        if offer.count > sold.get(offer.order, 0)
    ]
    rest_bids = [
        msgspec.structs.replace(bid, count=bid.count - served.get(bid.order, 0))
        for bid in bids
        if bid.count > served.get(bid.order, 0)
    ]
    second = _clear(rest_offers, rest_bids, air, msgspec.structs.replace(rules, trade="zone"), seconds)
    return second if isinstance(second, NotCleared) else (first, second)


def _clear(
    offers: Sequence[Offer], bids: Sequence[Bid], air: Air, rules: CallRules, seconds: float
) -> Cleared | NotCleared:
    call = shape(offers, bids, air, rules)
    solved = solve(call, seconds)
    if isinstance(solved, NotCleared):
        return solved
    duals = prices(call, solved, seconds)
    if isinstance(duals, NotCleared):
        return duals
    settled = settle(call, solved.flows, cover_prices(call, duals), lot_prices(call, duals))
    for bound, load in zip(call.bounds, settled.loads, strict=True):
        if load > bound.most:
            return NotCleared("infeasible", f"no whole allowances near the answer keep {bound.name}; raise its limit")
    return _paid(offers, bids, air, rules, call, duals, settled)


def _paid(
    offers: Sequence[Offer],
    bids: Sequence[Bid],
    air: Air,
    rules: CallRules,
    call: Shape,
    duals: Duals,
    settled: Settled,
) -> Cleared | NotCleared:
    """Fills, money and the bound on any gain."""
    moved = deliveries(call, settled)
    given: Counter[str] = Counter()
    received: Counter[str] = Counter()
    for delivery in moved:
        given[delivery.offer] += delivery.count
        received[delivery.bid] += delivery.count
    sold: list[OfferFill] = []
    bought: list[BidFill] = []
    gain = bound = Fraction(0)
    for lot, price in zip(call.lots, lot_prices(call, duals), strict=True):
        paid = lot_price_fen(price)
        if price is not None:
            better = [(offer.count, offer.limit) for offer in lot.offers if offer.limit < price]
            bound += price * sum(count for count, _ in better) - sum(count * limit for count, limit in better)
        gain -= sum(offer.limit * given[offer.order] for offer in lot.offers)
        for offer in lot.offers:
            count = given[offer.order]
            if count:
                assert paid >= offer.limit, f"I5: {offer} gets {paid}"
                sold.append(OfferFill(offer, count, paid, value_fen(Fraction(count), paid)))
    for cover, worth in zip(call.covers, cover_prices(call, duals), strict=True):
        pays = cover_price_fen(worth)
        better = [(bid.count, bid.limit) for bid in cover.bids if bid.limit > worth]
        bound += sum(count * limit for count, limit in better) - worth * sum(count for count, _ in better)
        for bid in cover.bids:
            own = settled.received.get(bid.order)
            if own:
                covered = sum((count * call.links[at].ratio for at, count in own.items()), Fraction(0))
                gain += bid.limit * covered
                assert pays <= bid.limit, f"I5: {bid} pays {pays}"
                assert covered <= bid.count, f"I8: {bid} is covered for {covered}"
                bought.append(BidFill(bid, received[bid.order], covered, pays, value_fen(covered, pays)))
    gain, bound = gain / KG_PER_T, bound / KG_PER_T
    bound += sum((dual * each.most for dual, each in zip(duals.bounds, call.bounds, strict=True)), Fraction(0))
    assert sum(fill.count for fill in sold) == sum(fill.count for fill in bought), "I2: allowances come out uneven"
    zone = sum(fill.paid_fen for fill in bought) - sum(fill.received_fen for fill in sold)
    if -zone > rules.fund_fen:
        return NotCleared(
            "unfunded", f"the zone's account would put in {-zone} fen of at most {rules.fund_fen}; raise fund_fen"
        )
    return Cleared(
        pollutant=pollutant_of(offers, bids),
        rules=rules,
        air=air,
        offers=tuple(offers),
        bids=tuple(bids),
        bounds=call.bounds,
        cover_duals={cover.key: dual for cover, dual in zip(call.covers, duals.covers, strict=True)},
        bound_duals=duals.bounds,
        sold=tuple(sold),
        bought=tuple(bought),
        deliveries=moved,
        loads=settled.loads,
        zone_fen=zone,
        gain=gain,
        bound=bound,
    )


def value_fen(kilograms: Fraction, price: int) -> int:
    """What kilograms cost at a price in fen per tonne, rounded once, half a fen upwards.

    >>> value_fen(Fraction(1, 2), 1_000), value_fen(Fraction(1500), 1_800_000)
    (1, 2700000)
    """
    return floor(kilograms * price / KG_PER_T + Fraction(1, 2))


def cover_price_fen(price: Fraction) -> int:
    """What a buyer pays for a tonne of cover: a limit is a whole number, so rounding up stays within it."""
    return max(0, ceil(price))


def lot_price_fen(price: Fraction | None) -> int:
    """What a seller gets for a tonne: rounding down stays at or above its limit."""
    return 0 if price is None else max(0, floor(price))


def pollutant_of(offers: Sequence[Offer], bids: Sequence[Bid]) -> str:
    """The one pollutant of a call; "" when nobody came."""
    return offers[0].series.pollutant if offers else bids[0].pollutant if bids else ""
