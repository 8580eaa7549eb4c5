"""What a call is held against before it is cleared: orders, air and rules that fit each other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction

from airshed.market.zonecall.groups import could_fill, cover_key, lot_key
from airshed.market.zonecall.nouns import CallAir, CallOffer, CallRules, CoverBid, CoverKey, LotKey
from airshed.model.near import near
from airshed.model.refusal import Malformed
from airshed.rulebook.check_air import money_machine

#: Jurisdictions and receptors of a call: the cycles of the ratios are looked for one by one.
MOST_PLACES = 200
#: Orders of a call.
MOST_ORDERS = 1_000_000
#: Allowances of an order and fen per tonne: sums stay exact in the floats of the solver (2**53).
MOST_COUNT = 10_000_000_000
MOST_LIMIT = 10_000_000_000


def examine(offers: Sequence[CallOffer], bids: Sequence[CoverBid], air: CallAir, rules: CallRules) -> None:
    """Raise `Malformed`, naming the order or the table, if the parts of a call do not fit each other."""
    examine_air(air)
    examine_rules(rules)
    examine_orders(offers, bids, rules)
    _nobody_meets_itself(offers, bids, air, rules)
    places = known_places(air)
    if places is not None:
        for order, place in named_places(offers, bids):
            if place not in places:
                there = ", ".join(sorted(places))
                raise Malformed(f"order {order}", f"the air has no jurisdiction {place!r}", f"there are {there}")
        for area in rules.areas:
            if area.jurisdiction not in places:
                there = ", ".join(sorted(places))
                raise Malformed("areas", f"the air has no jurisdiction {area.jurisdiction!r}", f"there are {there}")


def examine_rules(rules: CallRules, place: str = "rules") -> None:
    """Walls around sectors that there are, each area once, nothing let into one that fails its standard."""
    for wall in rules.walls:
        if wall not in rules.sectors:
            raise Malformed(f"{place} walls", f"no such sector {wall!r}", near(wall, rules.sectors))
    names = [area.jurisdiction for area in rules.areas]
    for number, area in enumerate(rules.areas):
        where = f"{place} [[areas]] {number + 1} ({area.jurisdiction})"
        if area.jurisdiction in names[:number]:
            raise Malformed(where, "stands twice", "write each area once")
        if area.standard == "failed" and area.most_in:
            raise Malformed(where, f"its standard is failed and most_in is {area.most_in}", "leave most_in out, or 0")


def examine_orders(offers: Sequence[CallOffer], bids: Sequence[CoverBid], rules: CallRules) -> None:
    """Names once, whole lots, one pollutant."""
    if len(offers) + len(bids) > MOST_ORDERS:
        raise Malformed("orders", f"more than {MOST_ORDERS:,}", "call them in sessions of their own")
    seen: set[str] = set()
    first = ""
    every: list[CallOffer | CoverBid] = [*offers, *bids]
    for order in every:
        place = f"order {order.order}"
        if order.order in seen:
            raise Malformed(place, "the name stands twice", "give each order a name of its own")
        seen.add(order.order)
        if not 0 < order.count <= MOST_COUNT:
            raise Malformed(place, f"count {order.count}", f"count from 1 to {MOST_COUNT:,} allowances")
        if order.count % rules.lot:
            raise Malformed(place, f"count {order.count} is no multiple of the lot", f"use lots of {rules.lot}")
        if order.sector not in rules.sectors:
            raise Malformed(place, f"no such sector {order.sector!r}", f"there are {', '.join(rules.sectors)}")
        if not 0 <= order.limit <= MOST_LIMIT:
            raise Malformed(place, f"limit {order.limit}", f"write from 0 to {MOST_LIMIT:,} fen per tonne")
        pollutant = order.series.pollutant if isinstance(order, CallOffer) else order.pollutant
        first = first or pollutant
        if pollutant != first:
            raise Malformed(place, f"is of {pollutant}, the first order of {first}", "call one pollutant at a time")


def _nobody_meets_itself(offers: Sequence[CallOffer], bids: Sequence[CoverBid], air: CallAir, rules: CallRules) -> None:
    """Self-trade prevention: no account may have an offer that could fill a bid of its own."""
    both = {offer.account for offer in offers} & {bid.account for bid in bids}
    cheapest: dict[tuple[str, LotKey], CallOffer] = {}
    for offer in offers:
        if offer.account in both:
            mine = (offer.account, lot_key(offer, rules))
            known = cheapest.get(mine)
            if known is None or offer.limit < known.limit:
                cheapest[mine] = offer
    dearest: dict[tuple[str, CoverKey], CoverBid] = {}
    for bid in bids:
        if bid.account in both:
            own = (bid.account, cover_key(bid, rules))
            best = dearest.get(own)
            if best is None or bid.limit > best.limit:
                dearest[own] = bid
    lots: dict[str, list[tuple[LotKey, CallOffer]]] = {}
    for (account, key), offer in cheapest.items():
        lots.setdefault(account, []).append((key, offer))
    for (account, cover), bid in dearest.items():
        for key, offer in lots[account]:
            if could_fill(key, offer.limit, cover, bid.limit, air, rules):
                raise Malformed(
                    f"order {bid.order}",
                    f"{account} could be filled from its own order {offer.order}",
                    "take one of the two back; nobody trades with itself",
                )


def examine_air(air: CallAir) -> None:
    """Each receptor once, each pair once and not below zero, no ratio that makes something of nothing."""
    names = [receptor.receptor for receptor in air.receptors]
    for name in names:
        if names.count(name) > 1:
            raise Malformed(f"receptor {name}", "stands twice", "name each receptor once")
    places = sorted({place for _, place in air.loads})
    if len(places) > MOST_PLACES or len(names) > MOST_PLACES:
        raise Malformed("matrix", f"more than {MOST_PLACES} jurisdictions or receptors", "join some")
    for receptor, place in air.loads:
        if receptor not in names:
            raise Malformed(f"matrix {receptor}, {place}", "no such receptor", "give it a row in the receptors")
    if air.receptors and not places:
        raise Malformed("matrix", "is empty", f"give the load of a tonne at {names[0]} from each jurisdiction")
    for name in names:
        for place in places:
            load = air.loads.get((name, place))
            where = f"matrix {name}, {place}"
            if load is None:
                raise Malformed(where, "the pair is missing", "give its coefficient; 0 where nothing arrives")
            if load < 0:
                raise Malformed(where, f"coefficient {float(load):g} is negative", "a load is zero or more")
    if air.ratios is not None:
        _examine_ratios(air.ratios)


def _examine_ratios(ratios: Mapping[tuple[str, str], Fraction | None]) -> None:
    places = sorted({place for pair in ratios for place in pair})
    if len(places) > MOST_PLACES:
        raise Malformed("ratios", f"more than {MOST_PLACES} jurisdictions", "join some")
    for origin in places:
        for target in places:
            where = f"ratios {origin}, {target}"
            ratio = ratios.get((origin, target))
            if origin == target:
                if ratio is not None and ratio != 1:
                    raise Malformed(where, f"an allowance is worth {float(ratio):g} at home", "write 1, or no row")
            elif (origin, target) not in ratios:
                raise Malformed(where, "the pair is missing", "give its ratio, or an empty one where no trade goes")
            elif ratio is not None and ratio <= 0:
                raise Malformed(where, f"ratio {float(ratio):g}", "a ratio is above zero; leave it empty for no trade")
    cycle = money_machine(ratios)
    if cycle is not None:
        path, product = cycle
        raise Malformed(
            "ratios",
            f"money machine: {' -> '.join((*path, path[0]))} makes {float(product):.6g} out of one",
            "lower a ratio of that cycle until its product is 1 or less",
        )


def known_places(air: CallAir) -> set[str] | None:
    """The jurisdictions of the matrix and the ratios, those that both know; None when there is neither."""
    of_loads = {place for _, place in air.loads}
    of_ratios = {place for pair in air.ratios for place in pair} if air.ratios is not None else set()
    if of_loads and of_ratios:
        return of_loads & of_ratios
    return of_loads or of_ratios or None


def named_places(offers: Sequence[CallOffer], bids: Sequence[CoverBid]) -> Iterable[tuple[str, str]]:
    """Each order with the jurisdictions that it names."""
    for offer in offers:
        yield offer.order, offer.series.jurisdiction
        yield offer.order, offer.place
    for bid in bids:
        yield bid.order, bid.place
