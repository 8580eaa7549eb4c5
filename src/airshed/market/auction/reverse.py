"""Reverse auctions: the government buys allowances back from the holders who ask least."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import groupby
from operator import attrgetter
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from airshed.market.auction.consigning import shared_out
from airshed.market.auction.law import PER, Fen, Seed, SeriesName, Tick
from airshed.market.auction.levels import Served, serve
from airshed.market.auction.nouns import Lots, RefusedBid
from airshed.market.auction.sealed import Rule
from airshed.model.measures import yuan
from airshed.model.refusal import Malformed, Refusal, Why
from airshed.rulebook.kinds import Count
from airshed.rulebook.section import Section


class RepurchaseTerms(Section, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How the government buys back one series."""

    #: Its name.
    id: str
    #: What is bought.
    series: SeriesName
    #: Every seller gets one price, or each what it asked.
    price_rule: Rule
    #: Prices are fen per tonne of 1,000 allowances, or per allowance.
    price_per: Literal["tonne", "allowance"]
    #: Most that is bought, in allowances.
    count: Count
    #: Most that is spent, in fen; no such limit if left out.
    budget_fen: Annotated[int, Meta(ge=0, le=2**62)] | None = None
    #: No ask above this price is accepted, in fen.
    ceiling_fen: Fen
    #: Allowances are asked for and bought in whole lots of so many.
    lot: Count
    #: Step of a price, in fen.
    tick_fen: Tick
    #: How equal asks at the last price share what is left.
    tie: Literal["random", "pro-rata"]
    #: Orders equal asks; published before they are opened.
    seed: Seed


class RepurchaseLaw(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Everything that is fixed before anybody asks."""

    repurchase: RepurchaseTerms


class Ask(msgspec.Struct, frozen=True, kw_only=True):
    """A wish to sell `count` allowances at `price` fen or more. A seller may make several."""

    seller: str
    price: int
    count: int


class Bought(msgspec.Struct, frozen=True):
    """What the government takes of a seller, and pays."""

    seller: str
    count: int
    payment_fen: int


class ReverseOutcome(msgspec.Struct, frozen=True, kw_only=True):
    """The outcome of a reverse auction."""

    auction: str
    series: str
    #: The price of a uniform purchase, else the highest ask that was served; None when nothing is bought.
    price: int | None
    bought: int
    paid_fen: int
    awards: tuple[Bought, ...]
    refused: tuple[RefusedBid, ...]


def buy_back(law: RepurchaseLaw, asks: Sequence[Ask], holdings: Mapping[str, int] | None = None) -> ReverseOutcome:
    """Buy from the lowest asks up, as far as the volume and the budget reach. No cheaper ask is left behind.

    Where all get one price, it is that of the dearest ask that is served; of the prices at which the budget buys most,
    the lowest. The sum of the payments is the worth of all that is bought, rounded once, half a fen upwards, and never
    above the budget; it is shared among the sellers to the fen. The order in which asks are given changes nothing.

    `holdings` is what sellers hold; a seller's asks together may not be for more. If left out, everybody holds enough.

    >>> terms = RepurchaseTerms(id="r-1", series="SO2-KM-2028", price_rule="uniform", price_per="allowance", count=100,
    ...     budget_fen=900, ceiling_fen=20, lot=10, tick_fen=1, tie="random", seed=7, cite="x", status="to confirm")
    >>> asks = [Ask(seller="a", price=5, count=60), Ask(seller="b", price=10, count=60)]
    >>> bought = buy_back(RepurchaseLaw(repurchase=terms), asks)
    >>> bought.price, bought.bought, bought.paid_fen
    (10, 90, 900)
    """
    terms = law.repurchase
    per = PER[terms.price_per]
    if terms.count % terms.lot:
        raise Malformed(
            "[repurchase] count", f"{terms.count} is not a multiple of the lot, {terms.lot}", "use whole lots"
        )
    taken, refused = _taken(terms, asks, holdings)
    # the book of a reverse auction ranks by the price itself: the cheapest sorts first
    book = sorted(Lots(ask.price, 0, 0, ask.seller, "", ask.count) for ask in taken)
    means = None if terms.budget_fen is None else terms.budget_fen * per // terms.lot
    volume = VOLUMES[terms.price_rule](book, terms.count // terms.lot, means, terms.lot)
    served = serve(book, volume * terms.lot, None, terms.tie, terms.seed, terms.lot)
    highest = None if served.price is None else -served.price
    return _settled(terms, per, served, highest, refused)


def _settled(
    terms: RepurchaseTerms, per: int, served: Served, highest: int | None, refused: tuple[RefusedBid, ...]
) -> ReverseOutcome:
    counts: dict[str, int] = {}
    values: dict[str, int] = {}
    for line, count in served.lines:
        assert highest is not None
        price = highest if terms.price_rule == "uniform" else line.rank
        assert line.rank <= price <= terms.ceiling_fen, f"I8: {line} gets {price}"
        counts[line.bidder] = counts.get(line.bidder, 0) + count
        values[line.bidder] = values.get(line.bidder, 0) + count * price
    paid = (sum(values.values()) + per // 2) // per
    bought = sum(counts.values())
    assert bought <= terms.count, f"I8: {bought} bought of {terms.count}"
    assert terms.budget_fen is None or paid <= terms.budget_fen, f"{paid} fen of {terms.budget_fen}"
    fen = shared_out(paid, values)
    return ReverseOutcome(
        auction=terms.id,
        series=terms.series,
        price=highest,
        bought=bought,
        paid_fen=paid,
        awards=tuple(Bought(seller, count, fen[seller]) for seller, count in counts.items()),
        refused=refused,
    )


def _taken(
    terms: RepurchaseTerms, asks: Sequence[Ask], holdings: Mapping[str, int] | None
) -> tuple[list[Ask], tuple[RefusedBid, ...]]:
    """The asks that may be served; of a seller's own, the cheapest are looked at first."""
    taken: list[Ask] = []
    refused: list[RefusedBid] = []
    asked: dict[str, int] = {}
    for place in sorted(range(len(asks)), key=lambda place: (asks[place].price, asks[place].seller, asks[place].count)):
        ask = asks[place]
        why = _reason(terms, ask, asked.get(ask.seller, 0), holdings)
        if why is not None:
            refused.append(RefusedBid(place, ask.seller, Refusal(why[0], why[1], terms.cite)))
            continue
        asked[ask.seller] = asked.get(ask.seller, 0) + ask.count
        taken.append(ask)
    return taken, tuple(sorted(refused, key=lambda each: each.place))


def _reason(terms: RepurchaseTerms, ask: Ask, asked: int, holdings: Mapping[str, int] | None) -> tuple[Why, str] | None:
    """The first reason against an ask, in the order of `Why`."""
    if holdings is not None and ask.seller not in holdings:
        return Why.UNKNOWN_ACCOUNT, f"{ask.seller} is not on the list of holders"
    if ask.count <= 0 or ask.price < 0:
        return (
            Why.NOT_POSITIVE,
            f"{ask.count} allowances at {yuan(ask.price)} yuan; ask for at least one, at zero or more",
        )
    if ask.count % terms.lot:
        return Why.OFF_LOT, f"{ask.count} is not a multiple of the lot, {terms.lot}"
    if ask.price % terms.tick_fen:
        return Why.OFF_TICK, f"{yuan(ask.price)} yuan is not a multiple of the tick, {yuan(terms.tick_fen)}"
    if ask.price > terms.ceiling_fen:
        return Why.OUTSIDE_BAND, f"{yuan(ask.price)} yuan is above the ceiling of {yuan(terms.ceiling_fen)}"
    if holdings is not None and asked + ask.count > holdings[ask.seller]:
        return (
            Why.INSUFFICIENT_HOLDING,
            f"all asks of {ask.seller} are for {asked + ask.count}, it holds {holdings[ask.seller]}",
        )
    return None


def _at_one_price(book: Sequence[Lots], wanted: int, means: int | None, lot: int) -> int:
    """The most lots that the budget buys at the price of the last one."""
    most = offered = 0
    for price, group in groupby(book, key=attrgetter("rank")):
        offered += sum(line.wanted for line in group) // lot
        affordable = wanted if means is None or price == 0 else means // price
        most = max(most, min(offered, wanted, affordable))
    return most


def _each_its_own(book: Sequence[Lots], wanted: int, means: int | None, lot: int) -> int:
    """The most lots that the budget buys from the cheapest up."""
    bought = spent = 0
    for line in book:
        count = min(line.wanted // lot, wanted - bought)
        if means is not None and line.rank:
            count = min(count, (means - spent) // line.rank)
        bought += count
        spent += count * line.rank
        if count < line.wanted // lot:
            break
    return bought


#: How many lots are bought, by the rule of the price.
VOLUMES: Mapping[Rule, Callable[[Sequence[Lots], int, int | None, int], int]] = {
    "uniform": _at_one_price,
    "pay-as-bid": _each_its_own,
}
