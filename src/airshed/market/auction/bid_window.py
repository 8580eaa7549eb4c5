"""Which bids enter the book: each one is taken, or refused for the first reason that holds."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from airshed.market.auction.law import AuctionLaw, Offer
from airshed.market.auction.nouns import Bidder, RefusedBid, SealedBid
from airshed.market.auction.trimming import ALL_BASIS_POINTS
from airshed.model.civil import DEFAULT, CivilTime, civil
from airshed.model.measures import yuan
from airshed.model.refusal import Refusal, Why

#: What one bid may be for, in allowances, and worth, in fen: beyond it lies a slip of the pen, or an attack.
LARGEST_COUNT, LARGEST_VALUE = 10**12, 2**53

#: The thing and the cure, and the article; None where the reason does not hold.
Reason = tuple[str, str] | None


class TakenBids(NamedTuple):
    """The bids in the order of the window: by time, then by name and content, never by the order of a file."""

    bids: list[SealedBid]
    refused: list[RefusedBid]


def minute_instant(minute: str) -> int:
    """The millisecond at which a minute of the rules begins, of Beijing time where it names no other.

    >>> minute_instant("2027-01-01T08:30") == minute_instant("2027-01-01T01:30+01:00")
    True
    """
    return civil(DEFAULT).instant_in(minute, "[auction]")


def _shown(at: int, minute: str | None) -> str:
    """An instant in the time in which a minute of the rules is written."""
    zone = datetime.fromisoformat(minute or "").tzinfo
    return (civil(DEFAULT) if zone is None else CivilTime("", zone)).clock(at)


def purchase_room(law: AuctionLaw, offer: Offer, consigned: int, bidders: Mapping[str, Bidder]) -> dict[str, int]:
    """The most that each group may buy of a series, in allowances.

    A share of what is on offer, consigned allowances included, rounded down; a group's own limit stands instead.
    """
    if law.limits is None:
        return {}
    share = law.limits.purchase_basis_points
    general = None if share is None else (offer.count + consigned) * share // ALL_BASIS_POINTS
    room: dict[str, int] = {}
    for bidder in bidders.values():
        own = general if bidder.purchase_limit is None else bidder.purchase_limit
        if own is not None:
            room[group_of(bidder)] = own
    return room


def holding_room(law: AuctionLaw, bidders: Mapping[str, Bidder]) -> dict[str, int]:
    """What each group may still take in: its holding limit less what all its members hold."""
    if law.limits is None:
        return {}
    held: dict[str, int] = {}
    most: dict[str, int] = {}
    for bidder in bidders.values():
        group = group_of(bidder)
        held[group] = held.get(group, 0) + bidder.held
        if bidder.holding_limit is not None:
            most[group] = min(bidder.holding_limit, most.get(group, bidder.holding_limit))
    return {group: max(0, limit - held[group]) for group, limit in most.items()}


def group_of(bidder: Bidder) -> str:
    """The corporate group, or the bidder itself where it has none."""
    return bidder.group or bidder.bidder


def take(
    law: AuctionLaw,
    bids: Sequence[SealedBid],
    bidders: Mapping[str, Bidder],
    consigned: Mapping[str, int],
) -> TakenBids:
    """Go through the bids as they came; each refusal names the article.

    `bidders` has everybody who may bid, `consigned` what holders sell of each series. Two bids under one key are one
    bid; with other content the later one is refused.
    """
    desk = _Desk(law, bidders, consigned)
    order = sorted(range(len(bids)), key=lambda place: _as_it_came(bids[place]))
    taken: list[SealedBid] = []
    refused: list[RefusedBid] = []
    for place in order:
        bid = bids[place]
        refusal = desk.look(bid)
        if refusal is None:
            taken.append(bid)
        else:
            refused.append(RefusedBid(place, bid.bidder, refusal))
    return TakenBids(taken, sorted(refused, key=lambda each: each.place))


def _as_it_came(bid: SealedBid) -> tuple[int, str, str, int, int, str]:
    return bid.at or 0, bid.bidder, bid.series, -bid.price, bid.count, bid.key


class _Desk:
    """Looks at one bid after the other, in the order of `Why`, and keeps count of what was taken."""

    def __init__(self, law: AuctionLaw, bidders: Mapping[str, Bidder], consigned: Mapping[str, int]) -> None:
        self.law, self.bidders = law, bidders
        self.offers = {offer.series: offer for offer in law.offer}
        self.keys: dict[tuple[str, str], SealedBid] = {}
        self.value: dict[tuple[str, str], int] = {}
        self.purchase = {
            offer.series: purchase_room(law, offer, consigned.get(offer.series, 0), bidders) for offer in law.offer
        }
        self.holding = holding_room(law, bidders)
        self.opens = minute_instant(law.auction.opens) if law.auction.opens else None
        self.closes = minute_instant(law.auction.closes) if law.auction.closes else None

    def look(self, bid: SealedBid) -> Refusal | None:
        """The first reason against a bid; a bid that is taken is counted."""
        for why, question in self.questions:
            reason = question(self, bid)
            if reason is not None:
                detail, cite = reason
                return Refusal(why, detail, cite)
        self._count(bid)
        return None

    def _count(self, bid: SealedBid) -> None:
        if bid.key:
            self.keys[bid.bidder, bid.key] = bid
        own = bid.bidder, bid.series
        self.value[own] = self.value.get(own, 0) + bid.price * bid.count
        group = group_of(self.bidders[bid.bidder])
        for room in (self.purchase[bid.series], self.holding):
            if group in room:
                room[group] -= bid.count

    def _key_reused(self, bid: SealedBid) -> Reason:
        earlier = self.keys.get((bid.bidder, bid.key))
        if earlier is None or _same(earlier, bid):
            return None
        return f"the key {bid.key!r} stands for another bid of {bid.bidder}; use a new key", self.law.auction.cite

    def _unknown_account(self, bid: SealedBid) -> Reason:
        if bid.bidder in self.bidders:
            return None
        return f"{bid.bidder} is not on the list of bidders; register before the window opens", self.law.auction.cite

    def _unknown_series(self, bid: SealedBid) -> Reason:
        if bid.series in self.offers:
            return None
        return f"{bid.series} is not on offer; there are {', '.join(self.offers)}", self.law.auction.cite

    def _already_exists(self, bid: SealedBid) -> Reason:
        if (bid.bidder, bid.key) not in self.keys:
            return None
        return f"the bid {bid.key!r} of {bid.bidder} is in the book already; it counts once", self.law.auction.cite

    def _auction_closed(self, bid: SealedBid) -> Reason:
        if self.closes is None or bid.at is None or bid.at <= self.closes:
            return None
        return (
            f"it came at {_shown(bid.at, self.law.auction.closes)}, the window closed at {self.law.auction.closes}",
            self.law.auction.cite,
        )

    def _too_early(self, bid: SealedBid) -> Reason:
        if self.opens is None or bid.at is None or bid.at >= self.opens:
            return None
        return (
            f"it came at {_shown(bid.at, self.law.auction.opens)}, the window opens at {self.law.auction.opens}",
            self.law.auction.cite,
        )

    def _not_positive(self, bid: SealedBid) -> Reason:
        if bid.count > 0 and bid.price >= 0:
            return None
        return (
            f"{bid.count} allowances at {yuan(bid.price)} yuan; bid for at least one, at zero or more",
            self.law.auction.cite,
        )

    def _too_large(self, bid: SealedBid) -> Reason:
        if bid.count > LARGEST_COUNT or bid.price * bid.count > LARGEST_VALUE * self.law.per:
            return (
                f"{bid.count} allowances at {yuan(bid.price)} yuan are beyond any account; check their measure",
                self.law.auction.cite,
            )
        limits = self.law.limits
        if limits is None or limits.over == "trim":
            return None
        group = group_of(self.bidders[bid.bidder])
        for name, room in (("buy", self.purchase[bid.series]), ("hold", self.holding)):
            if group in room and bid.count > room[group]:
                return f"the group {group} may {name} {max(0, room[group])} more, not {bid.count}", limits.cite
        return None

    def _off_lot(self, bid: SealedBid) -> Reason:
        lot = self.law.auction.lot
        return (f"{bid.count} is not a multiple of the lot, {lot}", self.law.auction.cite) if bid.count % lot else None

    def _off_tick(self, bid: SealedBid) -> Reason:
        tick = self.law.auction.tick_fen
        if bid.price % tick == 0:
            return None
        return f"{yuan(bid.price)} yuan is not a multiple of the tick, {yuan(tick)}", self.law.auction.cite

    def _under_reserve(self, bid: SealedBid) -> Reason:
        offer = self.offers[bid.series]
        if offer.reserve_fen is None or bid.price >= offer.reserve_fen:
            return None
        return f"{yuan(bid.price)} yuan is under the reserve price of {yuan(offer.reserve_fen)}", offer.cite

    def _insufficient_cash(self, bid: SealedBid) -> Reason:
        law = self.law.guarantee
        if law is None:
            return None
        there = self.bidders[bid.bidder].guarantee_fen
        if not there:
            return f"{bid.bidder} has lodged no guarantee; lodge one before the window closes", law.cite
        if law.short == "trim":
            return None
        values = {series: self.value.get((bid.bidder, series), 0) for series in self.offers}
        values[bid.series] += bid.price * bid.count
        needed = sum(-(-value * law.basis_points // (self.law.per * ALL_BASIS_POINTS)) for value in values.values())
        if needed <= there:
            return None
        return f"all bids of {bid.bidder} need a guarantee of {yuan(needed)} yuan, it has {yuan(there)}", law.cite

    questions: tuple[tuple[Why, Callable[[_Desk, SealedBid], Reason]], ...] = (
        (Why.KEY_REUSED, _key_reused),
        (Why.UNKNOWN_ACCOUNT, _unknown_account),
        (Why.UNKNOWN_SERIES, _unknown_series),
        (Why.ALREADY_EXISTS, _already_exists),
        (Why.AUCTION_CLOSED, _auction_closed),
        (Why.TOO_EARLY, _too_early),
        (Why.NOT_POSITIVE, _not_positive),
        (Why.TOO_LARGE, _too_large),
        (Why.OFF_LOT, _off_lot),
        (Why.OFF_TICK, _off_tick),
        (Why.UNDER_RESERVE, _under_reserve),
        (Why.INSUFFICIENT_CASH, _insufficient_cash),
    )


def _same(one: SealedBid, other: SealedBid) -> bool:
    return (one.bidder, one.series, one.price, one.count) == (other.bidder, other.series, other.price, other.count)
