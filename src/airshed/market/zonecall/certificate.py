"""The proof of a call: everything that a stranger needs to check it, in whole numbers and fractions."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Annotated, Any, Literal

import msgspec

from airshed.market.zonecall.call import cover_price_fen, lot_price_fen, value_fen
from airshed.market.zonecall.groups import admitted, cover_key, lot_key
from airshed.market.zonecall.nouns import (
    Bound,
    CallAir,
    CallOffer,
    CallRules,
    CoverBid,
    CoverKey,
    LotKey,
    Trade,
    ZoneCleared,
)
from airshed.market.zonecall.prices import at_place
from airshed.model.allowance import Series
from airshed.model.measures import KG_PER_T
from airshed.model.provenance import Told
from airshed.model.refusal import Malformed

FORMAT = "airshed zone call 1"

#: A fraction as it is written: `3`, `-7/4`. Longer ones come from no call.
Number = Annotated[str, msgspec.Meta(pattern=r"^-?[0-9]{1,2000}(/[1-9][0-9]{0,2000})?$")]


class BoundRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A limit: the load of a tonne from each place, the most that may be added, what is added, its dual."""

    name: str
    per_t: dict[str, Number]
    most: Number
    load: Number
    dual: Number


class CoverRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The dual of the cover in one book, in fen per tonne."""

    place: str
    year: int
    wall: str
    dual: Number


class OrderRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An order and what became of it: kilograms of cover or allowances, fen per tonne, fen.

    `issued` and `year` are those of the series of an offer; a bid has no `issued` and the year to be covered.
    """

    order: str
    side: Literal["offer", "bid"]
    account: str
    sector: str
    issued: str
    year: int
    place: str
    count: int
    limit: int
    filled: Number
    price: int
    fen: int


class RoundRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One round of a call."""

    format: Literal["airshed zone call 1"]
    pollutant: str
    trade: Trade
    walls: tuple[str, ...]
    vintages_back: int
    #: `KM>QJ`: kilograms of cover that an allowance of KM gives in QJ, or null; no ratios at all: one for one.
    ratios: dict[str, Number | None] | None
    bounds: tuple[BoundRow, ...]
    covers: tuple[CoverRow, ...]
    orders: tuple[OrderRow, ...]
    deliveries: tuple[tuple[str, str, int], ...]
    zone_fen: int
    gain: Number
    bound: Number
    gap: Number
    #: SHA-256 of all the rest as canonical JSON (keys sorted, no blanks).
    digest: str


class CallCertificate(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The rounds of a call: one, or the city's and then the zone's."""

    rounds: tuple[RoundRow, ...]
    #: What its figures are; not part of what is proved, nor of the digests.
    provenance: Told | None = None


def certificate(rounds: Sequence[ZoneCleared]) -> dict[str, Any]:
    """The certificate of a call as plain values, ready for JSON."""
    return {"rounds": [_sealed(_round(done)) for done in rounds]}


def check(text: bytes | str, place: str = "certificate") -> CallCertificate:
    """The certificate, if all its rounds hold. Malformed, naming the first thing that does not, otherwise.

    Nothing is believed: prices, money, loads, gain and the bound on any gain are worked out again from the orders,
    the duals and the deliveries. `scripts/verify_call.py` does the same without Airshed.
    """
    try:
        found = msgspec.json.decode(text, type=CallCertificate)
        plain = json.loads(text)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Malformed(place, str(error)[:200], "give a file that airshed call clear --certificate wrote") from None
    if not 1 <= len(found.rounds) <= 2:
        raise Malformed(place, f"{len(found.rounds)} rounds", "a call has one, or the city's and the zone's")
    for number, (each, raw) in enumerate(zip(found.rounds, plain["rounds"], strict=True), 1):
        here = place if len(found.rounds) == 1 else f"{place} round {number}"
        if _digest(raw) != each.digest:
            raise Malformed(here, "the digest is that of another text", "ask for the certificate again")
        for fault in _faults(each):
            raise Malformed(here, fault, "the call does not stand; clear it again")
    if len(found.rounds) == 2:
        for fault in _second_faults(*found.rounds):
            raise Malformed(f"{place} round 2", fault, "the call does not stand; clear it again")
    return found


def _round(done: ZoneCleared) -> RoundRow:
    fills: dict[str, tuple[str, int, int]] = {}
    for sold in done.sold:
        fills[sold.offer.order] = (str(sold.count), sold.price, sold.received_fen)
    for bought in done.bought:
        fills[bought.bid.order] = (str(bought.cover), bought.price, bought.paid_fen)
    nothing = ("0", 0, 0)
    orders = [
        OrderRow(
            each.order,
            "offer",
            each.account,
            each.sector,
            each.series.jurisdiction,
            each.series.vintage,
            each.place,
            each.count,
            each.limit,
            *fills.get(each.order, nothing),
        )
        for each in done.offers
    ]
    orders += [
        OrderRow(
            each.order,
            "bid",
            each.account,
            each.sector,
            "",
            each.year,
            each.place,
            each.count,
            each.limit,
            *fills.get(each.order, nothing),
        )
        for each in done.bids
    ]
    ratios = done.air.ratios
    return RoundRow(
        format="airshed zone call 1",
        pollutant=done.pollutant,
        trade=done.rules.trade,
        walls=done.rules.walls,
        vintages_back=done.rules.vintages_back,
        ratios=None
        if ratios is None
        else {
            f"{origin}>{target}": None if ratio is None else str(ratio) for (origin, target), ratio in ratios.items()
        },
        bounds=tuple(
            BoundRow(
                bound.name,
                {place: str(each) for place, each in sorted(bound.per_t.items())},
                str(bound.most),
                str(load),
                str(dual),
            )
            for bound, load, dual in zip(done.bounds, done.loads, done.bound_duals, strict=True)
        ),
        covers=tuple(CoverRow(*key, str(dual)) for key, dual in done.cover_duals.items()),
        orders=tuple(orders),
        deliveries=tuple((each.offer, each.bid, each.count) for each in done.deliveries),
        zone_fen=done.zone_fen,
        gain=str(done.gain),
        bound=str(done.bound),
        gap=str(done.gap),
        digest="",
    )


def _sealed(row: RoundRow) -> dict[str, Any]:
    plain: dict[str, Any] = msgspec.to_builtins(row)
    plain["digest"] = _digest(plain)
    return plain


def _digest(plain: Mapping[str, Any]) -> str:
    rest = {key: value for key, value in plain.items() if key != "digest"}
    text = json.dumps(rest, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _faults(row: RoundRow) -> Iterator[str]:
    """What does not hold, in the order: names, deliveries, limits of the air, prices, money, gain."""
    rules = CallRules(trade=row.trade, walls=row.walls, vintages_back=row.vintages_back)
    air = CallAir(ratios=None if row.ratios is None else dict(_pairs(row.ratios)))
    bounds = [
        Bound(each.name, {at: Fraction(load) for at, load in each.per_t.items()}, Fraction(each.most))
        for each in row.bounds
    ]
    duals = [Fraction(each.dual) for each in row.bounds]
    covers = {CoverKey(each.place, each.year, each.wall): Fraction(each.dual) for each in row.covers}
    orders = {each.order: each for each in row.orders}
    offers = {each.order: _offer(each, row.pollutant) for each in row.orders if each.side == "offer"}
    bids = {each.order: _bid(each, row.pollutant) for each in row.orders if each.side == "bid"}
    if len(orders) != len(row.orders) or len(covers) != len(row.covers):
        yield "an order or a price stands twice"
        return
    if any(cover_key(bid, rules) not in covers for bid in bids.values()):
        yield "the price of a book is missing"
        return

    sold: Counter[str] = Counter()
    cover: dict[str, Fraction] = {}
    loads = [Fraction(0)] * len(bounds)
    for offer_name, bid_name, count in row.deliveries:
        offer, bid = offers.get(offer_name), bids.get(bid_name)
        if offer is None or bid is None or count <= 0:
            yield f"delivery {offer_name} to {bid_name} has no such orders or count"
            return
        ratio = admitted(lot_key(offer, rules), cover_key(bid, rules), air, rules)
        if ratio is None:
            yield f"delivery {offer_name} to {bid_name} may not be"
            return
        relief = air.ratio(offer.series.jurisdiction, offer.place) or Fraction(0)
        sold[offer_name] += count
        cover[bid_name] = cover.get(bid_name, Fraction(0)) + count * ratio
        for number, bound in enumerate(bounds):
            there, here = (bound.per_t.get(at, Fraction(0)) for at in (bid.place, offer.place))
            loads[number] += (there * ratio - here * relief) * count / KG_PER_T
    for each, bound, load in zip(row.bounds, bounds, loads, strict=True):
        if load != Fraction(each.load) or load > bound.most:
            yield f"{each.name}: the load is {load} of {bound.most} at most"
        if Fraction(each.dual) < 0:
            yield f"{each.name}: the dual is below zero"

    prices: dict[CoverKey, Fraction] = {}
    worths: dict[LotKey, Fraction | None] = {}
    gain = top = Fraction(0)
    zone = 0
    for name, offer in offers.items():
        lot = lot_key(offer, rules)
        if lot not in worths:
            worths[lot] = _lot_price(lot, covers, bounds, duals, air, rules)
        price = worths[lot]
        yield from _order_faults(orders[name], Fraction(sold[name]), lot_price_fen(price))
        if sold[name] and lot_price_fen(price) < offer.limit:
            yield f"order {name} sells below its limit"
        gain -= Fraction(offer.limit * sold[name], KG_PER_T)
        if price is not None:
            top += max(Fraction(0), price - offer.limit) * offer.count / KG_PER_T
        zone -= orders[name].fen
    for name, bid in bids.items():
        cover_name = cover_key(bid, rules)
        if cover_name not in prices:
            prices[cover_name] = covers[cover_name] + at_place(bid.place, bounds, duals)
        worth = prices[cover_name]
        got = cover.get(name, Fraction(0))
        yield from _order_faults(orders[name], got, cover_price_fen(worth))
        if got and cover_price_fen(worth) > bid.limit:
            yield f"order {name} buys above its limit"
        gain += bid.limit * got / KG_PER_T
        top += max(Fraction(0), bid.limit - worth) * bid.count / KG_PER_T
        zone += orders[name].fen
    top += sum((dual * bound.most for dual, bound in zip(duals, bounds, strict=True)), Fraction(0))
    for what, stated, found in (
        ("what the zone's account receives", Fraction(row.zone_fen), Fraction(zone)),
        ("the gain", Fraction(row.gain), gain),
        ("the bound on any gain", Fraction(row.bound), top),
        ("the gap", Fraction(row.gap), top - gain),
    ):
        if stated != found:
            yield f"{what} is {found} fen, not {stated}"


def _order_faults(row: OrderRow, filled: Fraction, price: int) -> Iterator[str]:
    """Fill, price and money of one order, against what the deliveries and the duals say."""
    if not 0 <= filled <= row.count:
        yield f"order {row.order} is filled with {filled} of {row.count}"
    if Fraction(row.filled) != filled:
        yield f"order {row.order} is filled with {filled}, not {row.filled}"
    expected = (price, value_fen(filled, price)) if filled else (0, 0)
    if (row.price, row.fen) != expected:
        yield f"order {row.order} has {expected[1]} fen at {expected[0]} a tonne, not {row.fen} at {row.price}"


def _lot_price(
    lot: LotKey,
    covers: Mapping[CoverKey, Fraction],
    bounds: Sequence[Bound],
    duals: Sequence[Fraction],
    air: CallAir,
    rules: CallRules,
) -> Fraction | None:
    best: Fraction | None = None
    for key, dual in covers.items():
        ratio = admitted(lot, key, air, rules)
        if ratio is not None and (best is None or ratio * dual > best):
            best = ratio * dual
    relief = air.ratio(lot.issued, lot.place) or Fraction(0)
    return None if best is None else best + relief * at_place(lot.place, bounds, duals)


def _pairs(ratios: Mapping[str, str | None]) -> Iterator[tuple[tuple[str, str], Fraction | None]]:
    for pair, ratio in ratios.items():
        origin, _, target = pair.partition(">")
        yield (origin, target), None if ratio is None else Fraction(ratio)


def _offer(row: OrderRow, pollutant: str) -> CallOffer:
    series = Series(pollutant, row.issued, row.year)
    return CallOffer(row.order, row.account, row.sector, series, row.place, row.count, row.limit)


def _bid(row: OrderRow, pollutant: str) -> CoverBid:
    return CoverBid(row.order, row.account, row.sector, pollutant, row.place, row.year, row.count, row.limit)


def _second_faults(first: RoundRow, second: RoundRow) -> Iterator[str]:
    """The zone's round has what the city's left of each order, no more."""
    if first.trade != "city":
        yield "the first of two rounds is the city's"
    left = {each.order: each.count - -(-Fraction(each.filled) // 1) for each in first.orders}
    now = {each.order: each.count for each in second.orders}
    for name, count in left.items():
        if now.pop(name, 0) != count:
            yield f"order {name} comes with other than the {count} that the first round left"
    for name in now:
        yield f"order {name} was not in the first round"
