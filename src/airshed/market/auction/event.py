"""One auction event: sealed bids on several series in, the outcome out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from airshed.market.auction.bid_window import group_of, holding_room, purchase_room, take
from airshed.market.auction.consigning import in_turn, matched, shared_out, sold_first
from airshed.market.auction.law import AuctionLaw, Offer, examine_law
from airshed.market.auction.levels import Served, serve
from airshed.market.auction.nouns import (
    Bidder,
    Consigned,
    Lots,
    Outcome,
    Proceeds,
    SealedBid,
    SeriesOutcome,
    Trim,
    Won,
)
from airshed.market.auction.sealed import PAID
from airshed.market.auction.supply import DemandSteps, on_offer
from airshed.market.auction.trimming import changes, over_guarantee, over_limit, worth
from airshed.model.measures import yuan
from airshed.model.refusal import Malformed
from airshed.rulebook.kinds import TrimStep

#: What may be bid for, and be paid, in all: beyond it no account could hold the sum.
LARGEST_SUM = 2**62
#: The seller among those who share the payments; no holder has an empty name.
SELLER = ""


def hold(
    law: AuctionLaw,
    bids: Sequence[SealedBid],
    bidders: Iterable[Bidder] | None = None,
    consigned: Sequence[Consigned] = (),
) -> Outcome:
    """Hold an auction: take the bids, trim the book of each series, clear it, settle it.

    `bidders` is the list of those who may bid, with groups, limits and guarantees; if left out, everybody may, each
    a group of its own (rules with a guarantee need the list). Series are cleared in the order of the rules; a
    guarantee and a holding limit serve the first one first. The order in which bids are given changes nothing.

    A payment is price x allowances over all of a bidder's bids on a series, rounded once, half a fen upwards.
    Malformed where the rules contradict themselves, or what is given cannot be an auction; a bid that the rules do
    not allow is refused, with the article, and the others go on.
    """
    examine_law(law)
    names = {bid.bidder: Bidder(bidder=bid.bidder) for bid in bids}
    listed = names if bidders is None else {bidder.bidder: bidder for bidder in _each_once(bidders)}
    if bidders is None and law.guarantee is not None:
        raise Malformed("bidders", "the rules ask for a guarantee and nobody has one", "give the list of bidders")
    offered = _consigned(law, consigned)
    if law.timed and any(bid.at is None for bid in bids):
        raise Malformed("bids", "the rules look at the time and a bid has no time", "say when each bid came")
    taken = take(law, bids, listed, {series: sum(each.count for each in them) for series, them in offered.items()})

    guarantees = {who: bidder.guarantee_fen or 0 for who, bidder in listed.items()}
    holding = holding_room(law, listed)
    groups = {who: group_of(bidder) for who, bidder in listed.items()}
    sales: list[SeriesOutcome] = []
    for offer in law.offer:
        book = sorted(
            Lots(-bid.price, 0, bid.at or 0, bid.bidder, bid.key, bid.count)
            for bid in taken.bids
            if bid.series == offer.series
        )
        asks = offered.get(offer.series, [])
        purchase = purchase_room(law, offer, sum(ask.count for ask in asks), listed)
        book, trims = _trimmed(law, book, groups, purchase, holding, guarantees)
        for line in book:
            if groups[line.bidder] in holding:
                holding[groups[line.bidder]] -= line.wanted
        if law.guarantee is not None:
            _use(guarantees, book, law)
        sale = _sale(law, offer, book, asks, groups, tuple(trims))
        if max(sale.demand, sum(award.payment_fen for award in sale.awards)) >= LARGEST_SUM:
            raise Malformed("bids", f"those on {offer.series} are beyond any account", "check their measure")
        sales.append(sale)
    return Outcome(auction=law.auction.id, seed=law.auction.seed, refused=tuple(taken.refused), sales=tuple(sales))


def _each_once(bidders: Iterable[Bidder]) -> list[Bidder]:
    found: dict[str, Bidder] = {}
    limits: dict[str, tuple[int | None, int | None]] = {}
    for bidder in bidders:
        if bidder.bidder in found:
            raise Malformed("bidders", f"{bidder.bidder} stands twice", "give each bidder one line")
        found[bidder.bidder] = bidder
        group, mine = group_of(bidder), (bidder.purchase_limit, bidder.holding_limit)
        if limits.setdefault(group, mine) != mine:
            raise Malformed(
                "bidders",
                f"{bidder.bidder} has other limits than the group {group}",
                "give a group one limit of a kind",
            )
        for what, count in (
            ("guarantee", bidder.guarantee_fen),
            ("held", bidder.held),
            ("holding limit", bidder.holding_limit),
            ("purchase limit", bidder.purchase_limit),
        ):
            if count is not None and count < 0:
                raise Malformed("bidders", f"the {what} of {bidder.bidder} is {count}", "give zero or more")
    return list(found.values())


def _consigned(law: AuctionLaw, consigned: Sequence[Consigned]) -> dict[str, list[Consigned]]:
    """What holders sell of each series."""
    offers = {offer.series for offer in law.offer}
    found: dict[str, list[Consigned]] = {}
    for each in consigned:
        place = f"consignment of {each.holder}"
        if law.consignment is None:
            raise Malformed(place, "the rules know no consignment", "write [consignment] or leave it out")
        if not each.holder:
            raise Malformed("consignments", "a holder has no name", "name who sells")
        if each.series not in offers:
            raise Malformed(place, f"{each.series} is not on offer", f"there are {', '.join(sorted(offers))}")
        if each.count <= 0 or each.count % law.auction.lot:
            raise Malformed(
                place,
                f"{each.count} is not a multiple of the lot, {law.auction.lot}",
                "consign whole lots, at least one",
            )
        if each.minimum_fen is not None and law.consignment.sold == "first":
            raise Malformed(place, "it has a minimum price and is sold first", "leave the minimum out")
        if each.minimum_fen is not None and (each.minimum_fen < 0 or each.minimum_fen % law.auction.tick_fen):
            raise Malformed(
                place,
                f"its minimum price is {yuan(each.minimum_fen)} yuan",
                f"use the tick, {yuan(law.auction.tick_fen)}, from zero",
            )
        found.setdefault(each.series, []).append(each)
    if sum(each.count for each in consigned) >= LARGEST_SUM:
        raise Malformed("consignments", "they are more than an account can hold", "check their measure")
    return found


def _trimmed(
    law: AuctionLaw,
    book: list[Lots],
    groups: Mapping[str, str],
    purchase: Mapping[str, int],
    holding: Mapping[str, int],
    guarantees: Mapping[str, int],
) -> tuple[list[Lots], list[Trim]]:
    """The book after the steps of the rules in their order, and what each step changed."""
    trims: list[Trim] = []
    prices = sorted({line.price for line in book})
    for step in law.trimming.order if law.trimming else ():
        if not _trims(law, step):
            continue
        before = book
        if step == "guarantee":
            assert law.guarantee is not None
            book = over_guarantee(
                book,
                guarantees,
                law.auction.price_rule,
                law.guarantee.basis_points,
                law.auction.lot,
                law.per,
                prices,
            )
        else:
            book = over_limit(book, groups, purchase if step == "purchase" else holding, law.auction.lot)
        trims += changes(step, before, book)
    return book, trims


def _trims(law: AuctionLaw, step: TrimStep) -> bool:
    """Whether a step takes lots out; where the rules refuse whole bids instead, the window has done it."""
    if step == "guarantee":
        return law.guarantee is not None and law.guarantee.short == "trim"
    return law.limits is not None and law.limits.over == "trim"


def _use(guarantees: dict[str, int], book: Sequence[Lots], law: AuctionLaw) -> None:
    """What the bids on a series take of each guarantee is not there for the next series."""
    assert law.guarantee is not None
    own: dict[str, list[Lots]] = {}
    for line in book:
        own.setdefault(line.bidder, []).append(line)
    for bidder, lines in own.items():
        guarantees[bidder] -= worth(lines, law.auction.price_rule, law.guarantee.basis_points, law.per)
        assert guarantees[bidder] >= 0, f"{bidder} bids {-guarantees[bidder]} fen more than its guarantee"


def _sale(
    law: AuctionLaw,
    offer: Offer,
    book: list[Lots],
    asks: Sequence[Consigned],
    groups: Mapping[str, str],
    trims: tuple[Trim, ...],
) -> SeriesOutcome:
    terms = law.auction
    last = law.consignment is not None and law.consignment.sold == "last"
    consigned = sum(ask.count for ask in asks)
    ordinary = offer.count + (0 if last else consigned)
    demand = DemandSteps.of(book)
    there = on_offer(demand, ordinary, offer.reserve_fen, offer.cost_containment, offer.emissions_containment)
    wanted = demand.sums[-1] if there.floor is None else demand.from_price(there.floor)
    short = wanted < there.volume
    cancelled = short and terms.undersubscribed == "cancel"
    served = serve(book, 0 if cancelled else there.volume, there.floor, terms.tie, terms.seed, terms.lot)
    own = list(served.lines)
    if last and not cancelled:
        more = serve(served.rest, matched(served.rest, asks), None, terms.tie, terms.seed, terms.lot)
        served = Served(served.price if more.price is None else more.price, own + more.lines, more.rest)
    price = served.price
    if terms.price_rule == "uniform" and terms.undersubscribed == "reserve" and (short or there.at_trigger) and own:
        price = there.floor
    awards = _awards(law, served, price, groups)
    sold = sum(award.count for award in awards)
    proceeds, seller = _proceeds(law, asks, served.lines[len(own) :] if last else [], own, awards)
    of_holders = sum(each.sold for each in proceeds)
    assert sold - of_holders + there.withheld <= offer.count + there.released, f"I8: {sold} sold of {there}"
    assert seller + sum(each.proceeds_fen for each in proceeds) == sum(award.payment_fen for award in awards)
    return SeriesOutcome(
        series=offer.series,
        delivery=offer.delivery,
        offered=offer.count,
        consigned=consigned,
        released=there.released,
        withheld=there.withheld,
        demand=demand.sums[-1],
        price=price,
        undersubscribed=short,
        cancelled=cancelled,
        sold=sold,
        unsold=offer.count + there.released - there.withheld - (sold - of_holders),
        seller_fen=seller,
        awards=awards,
        proceeds=proceeds,
        trims=trims,
    )


def _awards(law: AuctionLaw, served: Served, price: int | None, groups: Mapping[str, str]) -> tuple[Won, ...]:
    """What each winner gets and pays, in the order in which they first got something."""
    counts: dict[str, int] = {}
    values: dict[str, int] = {}
    for line, count in served.lines:
        assert price is not None
        paid = PAID[law.auction.price_rule](line.price, price)
        assert paid <= line.price, f"I8: {line} pays {paid}"
        counts[line.bidder] = counts.get(line.bidder, 0) + count
        values[line.bidder] = values.get(line.bidder, 0) + count * paid
    return tuple(Won(who, groups[who], count, (values[who] + law.per // 2) // law.per) for who, count in counts.items())


def _proceeds(
    law: AuctionLaw,
    asks: Sequence[Consigned],
    to_asks: Sequence[tuple[Lots, int]],
    own: Sequence[tuple[Lots, int]],
    awards: Sequence[Won],
) -> tuple[tuple[Proceeds, ...], int]:
    """What each holder sold and gets, and what the seller keeps: all payments, to the fen."""
    offered: Counter[str] = Counter()
    for ask in asks:
        offered[ask.holder] += ask.count
    paid = sum(award.payment_fen for award in awards)
    sold_in_all = sum(award.count for award in awards)
    if law.consignment is not None and law.consignment.sold == "last":
        pairs = in_turn(to_asks, asks)
        sold = {holder: count for holder, (count, _) in pairs.items()}
        weights = {SELLER: sum(line.price * count for line, count in own)}
        weights |= {holder: value for holder, (_, value) in pairs.items()}
    else:
        sold = sold_first(offered, min(offered.total(), sold_in_all), law.auction.seed)
        weights = {SELLER: sold_in_all - sum(sold.values())} | sold
    fen = shared_out(paid, weights)
    lines = tuple(
        Proceeds(holder, sold[holder], offered[holder] - sold[holder], fen[holder]) for holder in sorted(offered)
    )
    return lines, fen[SELLER]
