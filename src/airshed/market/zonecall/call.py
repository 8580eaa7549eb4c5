"""Clearing a call: the solver's answer, its exact prices, whole allowances, money to the fen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from fractions import Fraction
from math import ceil, floor

import msgspec

from airshed.market.zonecall.answer import Round, RoundedAnswer, StandingAnswer, answer, bound_on_gain, judge
from airshed.market.zonecall.checks import examine
from airshed.market.zonecall.groups import Shape, relinked, shape
from airshed.market.zonecall.nouns import (
    SECONDS,
    BidFill,
    CallAir,
    CallOffer,
    CallRules,
    CoverBid,
    NotCleared,
    OfferFill,
    ZoneCleared,
)
from airshed.market.zonecall.prices import cover_prices, lot_prices
from airshed.market.zonecall.program import solve
from airshed.market.zonecall.settle import WholeFlows, deliveries, settle
from airshed.market.zonecall.whole import whole_answer
from airshed.model.measures import KG_PER_T

#: How near a float must come to an exact gain to be looked at exactly.
CLOSE = 1e-6
#: Said of a call whose cities gain more in whole allowances by themselves.
ALONE = "in whole allowances the books of the cities gain more by themselves: they cleared alone, and the gap is theirs"


def clear(
    offers: Iterable[CallOffer], bids: Iterable[CoverBid], air: CallAir, rules: CallRules, *, seconds: float = SECONDS
) -> ZoneCleared | NotCleared:
    """Clear all orders of one pollutant together, to the greatest gain that the air and the rules allow.

    A buyer pays the price of its book, rounded up to a fen per tonne and never below zero; a seller gets that of
    its lot, rounded down; each value is rounded once. What the buyers pay above what the sellers get, or below,
    is the zone's account's. With `trade = "city_first"` use `clear_in_rounds`. Malformed if orders, air and rules
    do not fit each other; NotCleared, with nothing done, if there is no answer or not in time.

    >>> from airshed.model.allowance import Series
    >>> offer = CallOffer("1", "yuxi-steel", "steel", Series("SO2", "YX", 2027), "YX", 500, 300_000)
    >>> bid = CoverBid("2", "kunming-cement", "cement", "SO2", "KM", 2027, 400, 500_000)
    >>> done = clear([offer], [bid], CallAir(), CallRules())
    >>> done.deliveries, done.bought[0].price, done.bought[0].paid_fen, done.gap
    ((Delivery(offer='1', bid='2', count=400),), 300000, 120000, Fraction(0, 1))
    """
    offers, bids = tuple(offers), tuple(bids)
    examine(offers, bids, air, rules)
    found = _solved(offers, bids, air, rules, seconds)
    return found if isinstance(found, NotCleared) else found[1]


def clear_in_rounds(
    offers: Iterable[CallOffer], bids: Iterable[CoverBid], air: CallAir, rules: CallRules, *, seconds: float = SECONDS
) -> tuple[ZoneCleared, ...] | NotCleared:
    """Clear as the rules' `trade` says: one round, or with `city_first` the city's and then the zone's.

    The second round has what the first one left of each order. In the first nothing crosses a border of a city,
    so that it adds no load anywhere. If a round does not clear, none does.
    """
    found = solve_in_rounds(offers, bids, air, rules, seconds=seconds)
    return found if isinstance(found, NotCleared) else tuple(done for _, done in found)


def solve_in_rounds(
    offers: Iterable[CallOffer], bids: Iterable[CoverBid], air: CallAir, rules: CallRules, *, seconds: float = SECONDS
) -> tuple[tuple[Round, ZoneCleared], ...] | NotCleared:
    """As `clear_in_rounds`, with the solver's answers, from which `settle_in_rounds` comes to the same."""
    offers, bids = tuple(offers), tuple(bids)
    examine(offers, bids, air, rules)
    done: list[tuple[Round, ZoneCleared]] = []
    for part in _parts(air, rules):
        found = _solved(offers, bids, *part, seconds)
        if isinstance(found, NotCleared):
            return found
        done.append(found)
        offers, bids = _rest(offers, bids, found[1])
    return tuple(done)


def settle_in_rounds(
    offers: Iterable[CallOffer], bids: Iterable[CoverBid], air: CallAir, rules: CallRules, rounds: Sequence[Round]
) -> tuple[ZoneCleared, ...] | NotCleared:
    """What comes of a call by answers that somebody else has found: they are judged, exactly, and then settled.

    No solver runs. NotCleared("unproven") names what is wrong with an answer.
    """
    offers, bids = tuple(offers), tuple(bids)
    examine(offers, bids, air, rules)
    parts = _parts(air, rules)
    if len(rounds) != len(parts):
        return NotCleared("unproven", f"{len(rounds)} rounds, the rules have {len(parts)}")
    done: list[ZoneCleared] = []
    for (here, law), given in zip(parts, rounds, strict=True):
        call = shape(offers, bids, here, law)
        found = _settled(offers, bids, here, law, given.answer, call)
        if given.alone is not None and isinstance(found, ZoneCleared):
            cities = _alone(law)
            alone = _settled(offers, bids, here, cities, given.alone, relinked(call, here, cities))
            if isinstance(alone, NotCleared):
                return alone
            found = _better(found, alone)
        if isinstance(found, NotCleared):
            return found
        done.append(found)
        offers, bids = _rest(offers, bids, found)
    return tuple(done)


def _parts(air: CallAir, rules: CallRules) -> tuple[tuple[CallAir, CallRules], ...]:
    """The air and the rules of each round."""
    if rules.trade != "city_first":
        return ((air, rules),)
    # A limit below zero asks for less load than there is, which no city does by itself: the zone's round does.
    calm = msgspec.structs.replace(air, receptors=())
    city = msgspec.structs.replace(rules, trade="city", areas=())
    return ((calm, city), (air, msgspec.structs.replace(rules, trade="zone")))


def _rest(
    offers: Sequence[CallOffer], bids: Sequence[CoverBid], done: ZoneCleared
) -> tuple[tuple[CallOffer, ...], tuple[CoverBid, ...]]:
    """What a round has left of each order."""
    replace = msgspec.structs.replace
    sold = {fill.offer.order: fill.count for fill in done.sold}
    served = {fill.bid.order: ceil(fill.cover) for fill in done.bought}
    left = [(offer, offer.count - sold.get(offer.order, 0)) for offer in offers]
    wanted = [(bid, bid.count - served.get(bid.order, 0)) for bid in bids]
    return (
        tuple(replace(offer, count=count) for offer, count in left if count),
        tuple(replace(bid, count=count) for bid, count in wanted if count),
    )


def _solved(
    offers: Sequence[CallOffer], bids: Sequence[CoverBid], air: CallAir, rules: CallRules, seconds: float
) -> tuple[Round, ZoneCleared] | NotCleared:
    """One round. Rounding may cost more than trade between cities gains; whole allowances fit a city's own book."""
    call = shape(offers, bids, air, rules)
    found = _answered(call, seconds)
    if not isinstance(found, RoundedAnswer):
        assert found is not None
        return found
    done = _settled(offers, bids, air, rules, found, call)
    if isinstance(done, NotCleared) and done.why == "infeasible":
        whole = whole_answer(call, found, seconds)
        if whole is not None:
            found, done = whole, _settled(offers, bids, air, rules, whole, call)
    if isinstance(done, NotCleared):
        return done
    if rules.trade == "zone" and done.gap > 0:
        cities = _alone(rules)
        apart = relinked(call, air, cities)
        other = _answered(apart, seconds, float(done.gain) * (1 - CLOSE))
        if isinstance(other, RoundedAnswer):
            alone = _settled(offers, bids, air, cities, other, apart)
            if isinstance(alone, ZoneCleared) and alone.gain > done.gain:
                return Round(found, other), _better(done, alone)
    return Round(found), done


def _answered(call: Shape, seconds: float, least: float | None = None) -> RoundedAnswer | NotCleared | None:
    """The solver's answer; None if it gains less than `least` fen."""
    solved = solve(call, seconds)
    if isinstance(solved, NotCleared):
        return solved
    return answer(call, solved, seconds) if least is None or solved.gain >= least else None


def _alone(rules: CallRules) -> CallRules:
    return msgspec.structs.replace(rules, trade="city")


def _better(done: ZoneCleared, alone: ZoneCleared) -> ZoneCleared:
    return msgspec.structs.replace(alone, note=ALONE) if alone.gain > done.gain else done


def _settled(
    offers: Sequence[CallOffer],
    bids: Sequence[CoverBid],
    air: CallAir,
    rules: CallRules,
    given: RoundedAnswer,
    call: Shape,
) -> ZoneCleared | NotCleared:
    """An answer judged, and brought to whole allowances and money."""
    judged = judge(call, given)
    if isinstance(judged, NotCleared):
        return judged
    settled = settle(call, judged.flows, cover_prices(call, judged.duals), lot_prices(call, judged.duals))
    for bound, load in zip(call.bounds, settled.loads, strict=True):
        if load > bound.most:
            return NotCleared("infeasible", f"no whole allowances near the answer keep {bound.name}; raise its limit")
    return _paid(offers, bids, air, rules, call, judged, settled)


def _paid(
    offers: Sequence[CallOffer],
    bids: Sequence[CoverBid],
    air: CallAir,
    rules: CallRules,
    call: Shape,
    judged: StandingAnswer,
    settled: WholeFlows,
) -> ZoneCleared | NotCleared:
    """Fills, money and the bound on any gain."""
    duals = judged.duals
    moved = deliveries(call, settled)
    given: Counter[str] = Counter()
    received: Counter[str] = Counter()
    for delivery in moved:
        given[delivery.offer] += delivery.count
        received[delivery.bid] += delivery.count
    sold: list[OfferFill] = []
    bought: list[BidFill] = []
    gain = Fraction(0)
    for lot, price in zip(call.lots, lot_prices(call, duals), strict=True):
        paid = lot_price_fen(price)
        gain -= sum(offer.limit * given[offer.order] for offer in lot.offers)
        for offer in lot.offers:
            count = given[offer.order]
            if count:
                assert paid >= offer.limit, f"I5: {offer} gets {paid}"
                sold.append(OfferFill(offer, count, paid, value_fen(Fraction(count), paid)))
    for cover, worth in zip(call.covers, cover_prices(call, duals), strict=True):
        pays = cover_price_fen(worth)
        for bid in cover.bids:
            own = settled.received.get(bid.order)
            if own:
                covered = sum((count * call.links[at].ratio for at, count in own.items()), Fraction(0))
                gain += bid.limit * covered
                assert pays <= bid.limit, f"I5: {bid} pays {pays}"
                assert covered <= bid.count, f"I8: {bid} is covered for {covered}"
                bought.append(BidFill(bid, received[bid.order], covered, pays, value_fen(covered, pays)))
    gain /= KG_PER_T
    assert sum(fill.count for fill in sold) == sum(fill.count for fill in bought), "I2: allowances come out uneven"
    zone = sum(fill.paid_fen for fill in bought) - sum(fill.received_fen for fill in sold)
    if -zone > rules.fund_fen:
        return NotCleared(
            "unfunded", f"the zone's account would put in {-zone} fen of at most {rules.fund_fen}; raise fund_fen"
        )
    return ZoneCleared(
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
        bound=bound_on_gain(call, duals),
    )


def value_fen(kilograms: Fraction, price: int) -> int:
    """What kilograms cost at a price in fen per tonne, rounded once, half a fen upwards.

    >>> value_fen(Fraction(1, 2), 1_000), value_fen(Fraction(1500), 1_800_000)
    (1, 2700000)
    """
    parts = kilograms.denominator * KG_PER_T
    return (2 * kilograms.numerator * price + parts) // (2 * parts)


def cover_price_fen(price: Fraction) -> int:
    """What a buyer pays for a tonne of cover: a limit is a whole number, so rounding up stays within it."""
    return max(0, ceil(price))


def lot_price_fen(price: Fraction | None) -> int:
    """What a seller gets for a tonne: rounding down stays at or above its limit."""
    return 0 if price is None else max(0, floor(price))


def pollutant_of(offers: Sequence[CallOffer], bids: Sequence[CoverBid]) -> str:
    """The one pollutant of a call; "" when nobody came."""
    return offers[0].series.pollutant if offers else bids[0].pollutant if bids else ""
