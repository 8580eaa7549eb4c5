"""Slow and obviously right: an auction lot by lot, that the real one is compared with."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from random import Random

from airshed.market.auction import AuctionLaw, Bidder, Consigned, SealedBid
from airshed.market.auction.law import Offer


@dataclass(frozen=True, order=True)
class Lot:
    """One lot that somebody wants; sorted, the first is served first."""

    rank: int
    moved: int
    at: int
    bidder: str
    key: str

    @property
    def price(self) -> int:
        return -self.rank


@dataclass
class NaiveSale:
    price: int | None
    awards: dict[str, int]
    payments: dict[str, int]
    withheld: int
    released: int
    sold: int
    own_sold: int
    proceeds: dict[str, tuple[int, int]]
    book: list[Lot]


def naive_worth(lots: list[Lot], law: AuctionLaw) -> Fraction:
    """The most that lots can cost, times the share of the guarantee."""
    assert law.guarantee is not None
    share = Fraction(law.auction.lot * law.guarantee.basis_points, law.per * 10_000)
    if law.auction.price_rule == "pay-as-bid":
        return share * sum(lot.price for lot in lots)
    return share * max((p * sum(1 for lot in lots if lot.price >= p) for p in {lot.price for lot in lots}), default=0)


def naive_limit(lots: list[Lot], members: set[str], room: int, size: int) -> list[Lot]:
    """Take a group's last lot out, again and again."""
    lots = sorted(lots)
    while sum(size for lot in lots if lot.bidder in members) > room:
        lots.remove([lot for lot in lots if lot.bidder in members][-1])
    return lots


def naive_guarantee(lots: list[Lot], bidder: str, means: int, law: AuctionLaw, prices: list[int]) -> list[Lot]:
    """Offer each lot, and each one that was too much before, at every price of the book from the dearest down."""
    kept: list[Lot] = []
    excess: list[Lot] = []
    for price in sorted(prices, reverse=True):
        fresh = sorted(lot for lot in lots if lot.bidder == bidder and lot.price == price)
        again = [replace(lot, rank=-price, moved=1) for lot in excess]
        excess = []
        for lot in fresh + again:
            if naive_worth([*kept, lot], law) <= means:
                kept.append(lot)
            else:
                excess.append(lot)
    return sorted([lot for lot in lots if lot.bidder != bidder] + kept)


def naive_serve(lots: list[Lot], many: int, law: AuctionLaw) -> list[Lot]:
    """The `many` lots that win, the dearest first; at the last price by the rule for ties."""
    won: list[Lot] = []
    for price in sorted({lot.price for lot in lots}, reverse=True):
        tied = sorted(lot for lot in lots if lot.price == price)
        left = many - len(won)
        won += tied if len(tied) <= left else naive_tie(tied, left, law)
    return won


def naive_tie(tied: list[Lot], left: int, law: AuctionLaw) -> list[Lot]:
    if left == 0:
        return []
    lines = sorted(set(tied))
    chance = Random(law.auction.seed)
    if law.auction.tie == "pro-rata":
        names = sorted({lot.bidder for lot in tied})
        given = {name: left * sum(lot.bidder == name for lot in tied) // len(tied) for name in names}
        waiting = [name for name in names for _ in range(sum(lot.bidder == name for lot in tied) - given[name])]
        for name in chance.sample(waiting, left - sum(given.values())):
            given[name] += 1
        return [lot for name in names for lot in [each for each in tied if each.bidder == name][: given[name]]]
    chance.shuffle(lines)
    if law.auction.tie == "time":
        lines.sort(key=lambda lot: (lot.moved, lot.at))
    return [lot for line in lines for lot in tied if lot == line][:left]


def naive_sale(
    law: AuctionLaw,
    offer: Offer,
    lots: list[Lot],
    consigned: list[Consigned],
) -> NaiveSale:
    """Clear a trimmed book."""
    size, rule = law.auction.lot, law.auction.price_rule
    last = law.consignment is not None and law.consignment.sold == "last"
    many = offer.count // size + (0 if last else sum(each.count for each in consigned) // size)
    floor = offer.reserve_fen or 0
    released = withheld = 0
    touched = False
    cost, emissions = offer.cost_containment, offer.emissions_containment
    if cost and sum(lot.price > cost.trigger_fen for lot in lots) > many:
        floor = cost.trigger_fen
        released = min(cost.count // size, sum(lot.price >= floor for lot in lots) - many)
        touched = released < cost.count // size
    elif emissions and sum(lot.price >= emissions.trigger_fen for lot in lots) < many:
        at_trigger = sum(lot.price >= emissions.trigger_fen for lot in lots)
        while withheld < emissions.count // size and many - withheld > at_trigger:
            withheld += 1
        if many - withheld == at_trigger:
            floor, touched = emissions.trigger_fen, True
    many += released - withheld
    able = [lot for lot in lots if lot.price >= floor]
    if len(able) < many:
        touched = True
        if law.auction.undersubscribed == "cancel":
            able = []
    won = naive_serve(able, many, law)
    matched: list[tuple[Lot, Consigned]] = []
    if last and not (law.auction.undersubscribed == "cancel" and touched and not won and many):
        asks = sorted(
            (each for each in consigned for _ in range(each.count // size)),
            key=lambda each: (each.minimum_fen or 0, each.holder, each.count),
        )
        rest = sorted(lots)
        for lot in won:
            rest.remove(lot)
        able_asks = 0
        while able_asks < min(len(asks), len(rest)) and rest[able_asks].price >= (asks[able_asks].minimum_fen or 0):
            able_asks += 1
        matched = list(zip(naive_serve(rest, able_asks, law), asks[:able_asks], strict=True))
    everything = won + [lot for lot, _ in matched]
    price = min((lot.price for lot in everything), default=None)
    if rule == "uniform" and law.auction.undersubscribed == "reserve" and touched and everything:
        price = floor
    awards: dict[str, int] = {}
    exact: dict[str, Fraction] = {}
    for lot in everything:
        paid = price if rule == "uniform" else lot.price
        assert paid is not None
        awards[lot.bidder] = awards.get(lot.bidder, 0) + size
        exact[lot.bidder] = exact.get(lot.bidder, Fraction(0)) + Fraction(paid * size, law.per)
    payments = {who: int(value + Fraction(1, 2)) for who, value in exact.items()}
    return NaiveSale(
        price,
        awards,
        payments,
        withheld * size,
        released * size,
        len(everything) * size,
        len(won) * size,
        naive_proceeds(law, consigned, won, matched, sum(payments.values())),
        lots,
    )


def naive_proceeds(
    law: AuctionLaw, consigned: list[Consigned], won: list[Lot], matched: list[tuple[Lot, Consigned]], paid: int
) -> dict[str, tuple[int, int]]:
    """What each holder sold and gets; the fen that rounding leaves over go to the largest remainders."""
    size = law.auction.lot
    holders = sorted({each.holder for each in consigned})
    weight: dict[str, int] = {}
    sold = dict.fromkeys(holders, 0)
    if law.consignment is not None and law.consignment.sold == "last":
        weight[""] = sum(lot.price * size for lot in won)
        for holder in holders:
            mine = [lot.price * size for lot, ask in matched if ask.holder == holder]
            sold[holder], weight[holder] = len(mine) * size, sum(mine)
    else:
        offered = {holder: sum(each.count for each in consigned if each.holder == holder) for holder in holders}
        total = min(sum(offered.values()), len(won) * size)
        for holder in holders:
            sold[holder] = total * offered[holder] // sum(offered.values())
        order = [holder for holder in holders if sold[holder] < offered[holder]]
        Random(law.auction.seed).shuffle(order)
        for holder in order:
            if sum(sold.values()) < total:
                sold[holder] += 1
        weight = {"": len(won) * size - total} | sold
    whole = sum(weight.values()) or 1
    got = {who: int(Fraction(paid * each, whole)) for who, each in weight.items()}
    for who in sorted(weight, key=lambda who: (-(Fraction(paid * weight[who], whole) % 1), who)):
        if sum(got.values()) < paid:
            got[who] += 1
    return {holder: (sold[holder], got[holder]) for holder in holders}


def naive_hold(
    law: AuctionLaw, bids: list[SealedBid], bidders: list[Bidder], consigned: list[Consigned]
) -> list[NaiveSale]:
    """A whole event of bids that the rules allow."""
    size = law.auction.lot
    members: dict[str, set[str]] = {}
    for each in bidders:
        members.setdefault(each.group or each.bidder, set()).add(each.bidder)
    means = {each.bidder: each.guarantee_fen or 0 for each in bidders}
    used = dict.fromkeys(members, 0)
    sales = []
    for offer in law.offer:
        asks = [each for each in consigned if each.series == offer.series]
        lots = sorted(
            Lot(-bid.price, 0, bid.at or 0, bid.bidder, bid.key)
            for bid in bids
            if bid.series == offer.series
            for _ in range(bid.count // size)
        )
        prices = sorted({lot.price for lot in lots})
        for step in law.trimming.order if law.trimming else ():
            for group, names in members.items():
                one = next(each for each in bidders if each.bidder in names)
                if step == "purchase" and law.limits is not None:
                    room = one.purchase_limit
                    if room is None and law.limits.purchase_basis_points is not None:
                        whole = offer.count + sum(each.count for each in asks)
                        room = whole * law.limits.purchase_basis_points // 10_000
                    lots = lots if room is None else naive_limit(lots, names, room, size)
                if step == "holding" and one.holding_limit is not None:
                    held = sum(each.held for each in bidders if each.bidder in names)
                    lots = naive_limit(lots, names, max(0, one.holding_limit - held - used[group]), size)
            if step == "guarantee":
                for name, there in means.items():
                    lots = naive_guarantee(lots, name, there, law, prices)
        for group, names in members.items():
            used[group] += sum(size for lot in lots if lot.bidder in names)
        if law.guarantee is not None:
            for name in means:
                needed = naive_worth([lot for lot in lots if lot.bidder == name], law)
                means[name] -= -int(-needed // 1)
        sales.append(naive_sale(law, offer, lots, asks))
    return sales
