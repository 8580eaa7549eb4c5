"""Sealed bids: committed to or encrypted before the close, opened after it, and decided then as in the open."""

from __future__ import annotations

import copy
from collections.abc import Container, Mapping
from dataclasses import dataclass, replace
from typing import get_args

import msgspec

from airshed.engine import commands as c
from airshed.engine import events as e
from airshed.engine.apply import apply
from airshed.engine.nouns import SealedBid, Sealing
from airshed.engine.procedures import auction_bids, call, reserve, zone_call
from airshed.engine.procedures.guards import (
    Decision,
    Procedure,
    free_of,
    known_instrument,
    no,
    own_account,
    positive,
    thawed,
)
from airshed.engine.procedures.sealing import MINUTE, instrument, together
from airshed.engine.procedures.trade_rules import not_halted
from airshed.engine.state import State
from airshed.market.sealing import Bound, commitment, decrypt, public_key
from airshed.model.allowance import members, pollutant_of
from airshed.model.measures import yuan
from airshed.model.refusal import Refusal, Why
from airshed.registry.ledger import Ledger
from airshed.rulebook.schema import Rulebook
from airshed.rulebook.transactions import TransactionType

SealedWish = c.PlaceBid | c.PlaceCallOrder | c.PlaceZoneOffer | c.PlaceZoneBid | c.AskRepurchase
#: What may be sealed, where it is made, and what decides it once it is open.
_KINDS: tuple[tuple[type[SealedWish], c.Venue, Procedure], ...] = tuple(
    zip(
        get_args(SealedWish),
        ("auction", "call", "zone_call", "zone_call", "repurchase"),
        (auction_bids.bid, call.order, zone_call.offer, zone_call.bid, reserve.asked),
        strict=True,
    )
)
_VENUES = {kind: venue for kind, venue, _ in _KINDS}
_DECIDES = {kind: procedure for kind, _, procedure in _KINDS}
_decoder = msgspec.json.Decoder(SealedWish)
_UNKNOWN: Mapping[c.Venue, Why] = {
    "auction": Why.UNKNOWN_AUCTION,
    "call": Why.UNKNOWN_CALL,
    "zone_call": Why.UNKNOWN_CALL,
    "repurchase": Why.UNKNOWN_REPURCHASE,
}


def commit_bid(state: State, rules: Rulebook, at: int, actor: str, body: c.CommitBid) -> Decision:
    """Only the digest and the guarantee are told; all else is looked at when it is opened."""
    return _seal(state, rules, actor, body, "commitment", body.digest, "")


def encrypt_bid(state: State, rules: Rulebook, at: int, actor: str, body: c.EncryptBid) -> Decision:
    """Only the guarantee is told; all else is looked at when the key is released."""
    return _seal(state, rules, actor, body, "key", "", body.box)


def _seal(
    state: State, rules: Rulebook, actor: str, body: c.CommitBid | c.EncryptBid, way: str, digest: str, box: str
) -> Decision:
    refusal = own_account(state, rules, actor, body.account)
    if refusal:
        return refusal
    sealing = _known(state, rules, body.venue, body.name, way)
    if isinstance(sealing, Refusal):
        return sealing
    first = sealing.seen.get(digest or box)
    if first is not None:
        same = "digest; every bid has a salt of its own" if digest else "box; every bid is encrypted anew"
        what = f"bid {first} of {body.name} has the same {same}"
        return no(rules, "sealing", Why.ALREADY_EXISTS, what)
    refusal = (
        _guaranteed(state, rules, sealing, body)
        or thawed(
            state,
            rules,
            body.account,
            gives=_gives(sealing) if body.series else None,
            takes=None if body.series else "auction_delivery" if sealing.venue == "auction" else "trade",
        )
        or _taken(rules, sealing)
    )
    if refusal is None and not _public(state, sealing):
        refusal = not_halted(state, rules, instrument(state, sealing))
    if refusal is None and way == "key" and not sealing.key:
        what = f"no key is announced for {body.name} yet; bids are encrypted to it"
        refusal = no(rules, "sealing", Why.SEAL_MISSING, what)
    if refusal:
        return refusal
    if body.series:
        refusal = positive(rules, "sealing", "the count", body.count) or free_of(
            state, rules, "sealing", body.account, body.series, body.count
        )
    else:
        refusal = positive(rules, "sealing", "the guarantee", body.guarantee_fen)
        free = state.ledger.purses[body.account].free
        if refusal is None and free < body.guarantee_fen:
            what = f"{body.account} has {yuan(free)} yuan free, the guarantee is {yuan(body.guarantee_fen)}"
            refusal = no(rules, "sealing", Why.INSUFFICIENT_CASH, what)
    if refusal:
        return refusal
    number = len(sealing.seen) + 1
    aside = (body.guarantee_fen, body.series, body.count)
    return (e.BidSealed(body.venue, body.name, number, actor, body.account, digest, box, *aside),)


def _guaranteed(state: State, rules: Rulebook, sealing: Sealing, body: c.CommitBid | c.EncryptBid) -> Refusal | None:
    """Either money or allowances of what it is of are set aside; in an auction money, in a reverse one allowances."""
    if not body.series:
        if sealing.venue == "repurchase":
            what = f"{sealing.name} buys: an ask sets allowances of {instrument(state, sealing)} aside, and no money"
            return no(rules, "sealing", Why.WRONG_KIND, what)
        if not body.count:
            return None
        return no(rules, "sealing", Why.WRONG_KIND, "a bid sets money aside; name a series, or leave the count out")
    if body.guarantee_fen:
        return no(rules, "sealing", Why.WRONG_KIND, "who sells sets allowances aside; leave the guarantee in money out")
    if sealing.venue == "auction":
        return no(
            rules, "sealing", Why.WRONG_KIND, f"{sealing.name} is an auction: bids set money aside, not {body.series}"
        )
    refusal = known_instrument(state, rules, body.series)
    if refusal:
        return refusal
    of = instrument(state, sealing)
    if of and of != body.series:
        return no(rules, "sealing", Why.WRONG_KIND, f"{sealing.name} is of {of}, not of {body.series}")
    if not of and pollutant_of(body.series) != state.zone_calls[sealing.name].pollutant:
        pollutant = state.zone_calls[sealing.name].pollutant
        return no(rules, "sealing", Why.WRONG_KIND, f"the call {sealing.name} is of {pollutant}, not of {body.series}")
    return None


def _gives(sealing: Sealing) -> TransactionType:
    return "repurchase" if sealing.venue == "repurchase" else "trade"


def withdraw_bid(state: State, rules: Rulebook, at: int, actor: str, body: c.WithdrawBid) -> Decision:
    """Only one's own, before the close, where the law lets bidders change their mind."""
    sealing = _known(state, rules, body.venue, body.name)
    if isinstance(sealing, Refusal):
        return sealing
    bid = sealing.bids.get(body.number)
    if bid is None:
        return no(rules, "sealing", Why.UNKNOWN_BID, f"no sealed bid {body.number} waits in {body.name}")
    refusal = own_account(state, rules, actor, bid.account) or _taken(rules, sealing)
    if refusal is None and not sealing.withdrawal:
        refusal = no(
            rules, "sealing", Why.WRONG_KIND, f"a sealed bid of {body.name} stands; the law lets nobody withdraw it"
        )
    return refusal or (e.SealedDropped(body.venue, body.name, body.number, bid.account),)


def announce_key(state: State, rules: Rulebook, at: int, actor: str, body: c.AnnounceKey) -> Decision:
    """Once, before there is a bid; its private half is kept outside the book."""
    sealing = _known(state, rules, body.venue, body.name, "key")
    if isinstance(sealing, Refusal):
        return sealing
    if sealing.key:
        return no(rules, "sealing", Why.ALREADY_EXISTS, f"bids of {body.name} are encrypted to {sealing.key}")
    return _taken(rules, sealing) or (e.KeyAnnounced(body.venue, body.name, body.public_key),)


def end_bidding(state: State, rules: Rulebook, at: int, actor: str, body: c.EndBidding) -> Decision:
    """All auctions of an event close at once; with a key every bid is opened in the order in which they came."""
    sealing = _known(state, rules, body.venue, body.name)
    if isinstance(sealing, Refusal):
        return sealing
    refusal = _taken(rules, sealing)
    if refusal:
        return refusal
    all_of = together(state, sealing)
    if sealing.way == "commitment":
        if body.private_key:
            what = f"bids of {body.name} are committed to, each with its own salt; leave the key out"
            return no(rules, "sealing", Why.WRONG_KIND, what)
        until = at + sealing.opening_minutes * MINUTE
        return tuple(e.BiddingEnded(each.venue, each.name, until, "") for each in all_of)
    keys = dict.fromkeys(each.key for each in all_of if each.key)
    if list(keys) != ([public_key(body.private_key)] if body.private_key else []):
        known = " and ".join(keys) or "no key"
        what = f"bids of {body.name} are encrypted to {known}, which is not that of the key given"
        return no(rules, "sealing", Why.SEAL_DIFFERS, what)
    found: list[e.Event] = [e.BiddingEnded(each.venue, each.name, at, body.private_key) for each in all_of]
    beside = _beside(state, all_of)
    for event in found:
        apply(beside, event)
    for each in all_of:
        for bid in each.bids.values():
            text = decrypt(bid.box, body.private_key, Bound(each.venue, each.name, bid.account))
            opened = _opened(beside, rules, at, each, bid, text)
            if isinstance(opened, Refusal):
                void = e.SealedVoided(each.venue, each.name, bid.number, bid.account, opened, 0, ())
                opened = (void,)
            for event in opened:
                apply(beside, event)
            found += opened
    return tuple(found)


def open_bid(state: State, rules: Rulebook, at: int, actor: str, body: c.OpenBid) -> Decision:
    """After the close and in its time, word for word; then it is decided like any other."""
    refusal = own_account(state, rules, actor, body.account)
    if refusal:
        return refusal
    sealing = _known(state, rules, body.venue, body.name, "commitment")
    if isinstance(sealing, Refusal):
        return sealing
    if sealing.until is None:
        what = f"bids of {body.name} are sealed until the close; open it then, and keep the salt to yourself"
        return no(rules, "sealing", Why.TOO_EARLY, what)
    if at >= sealing.until:
        what = f"bids of {body.name} were to be opened within {sealing.opening_minutes} minutes of the close"
        return no(rules, "sealing", Why.TOO_LATE, what)
    digest = commitment(body.text, body.salt)
    bid = next((each for each in sealing.bids.values() if each.digest == digest), None)
    if bid is None or bid.account != body.account:
        what = f"text and salt have the digest {digest}, which no sealed bid of {body.account} in {body.name} has"
        return no(rules, "sealing", Why.SEAL_DIFFERS, what)
    open_to_all = copy.copy(state)
    open_to_all.halted = {}  # to open is no trade: a halt keeps nobody from it
    return _opened(open_to_all, rules, at, sealing, bid, body.text)


@dataclass(frozen=True, slots=True)
class Needed:
    """What a bid or an order sets aside: money, or allowances of a series."""

    fen: int
    series: str
    count: int


def as_if_open(state: State, rules: Rulebook, at: int, actor: str, wish: SealedWish) -> Needed | Refusal:
    """What a bid would set aside if it were opened now, or why it would be refused: asked before it is sealed."""
    open_to_all = copy.copy(state)
    open_to_all.halted = {}
    decided = _DECIDES[type(wish)](open_to_all, rules, at, actor, wish)
    if isinstance(decided, Refusal):
        return decided
    _, fen, series, count = _aside(state, decided[-1])
    if count and not series:
        series = state.calls[place_of(wish)[1]].series
    return Needed(fen, series, count)


def kind_of(venue: c.Venue, *, sells: bool) -> type[SealedWish]:
    """What is sealed there by who buys, or by who sells."""
    kinds = [kind for kind, where in _VENUES.items() if where == venue]
    return kinds[0] if sells else kinds[-1]


def place_of(wish: SealedWish) -> tuple[c.Venue, str]:
    """Where a bid or an order is made."""
    name = next(getattr(wish, field) for field in ("auction", "call", "repurchase") if hasattr(wish, field))
    return _VENUES[type(wish)], name


def _known(state: State, rules: Rulebook, venue: c.Venue, name: str, way: str = "") -> Sealing | Refusal:
    """The sealing of an auction or a call that is not over, in the way that is asked for."""
    there: dict[c.Venue, Container[str]] = {
        "auction": state.auctions,
        "call": state.calls,
        "zone_call": state.zone_calls,
        "repurchase": state.repurchases,
    }
    if name not in there[venue]:
        return no(rules, "sealing", _UNKNOWN[venue], f"there is no {venue.replace('_', ' ')} {name!r}")
    sealing = state.sealings.get((venue, name))
    if sealing is None:
        return no(rules, "sealing", Why.WRONG_KIND, f"bids of {name} are open in the book; nothing is sealed there")
    if way and sealing.way != way:
        cure = "give a digest, and open it after the close" if sealing.way == "commitment" else "encrypt to its key"
        return no(rules, "sealing", Why.WRONG_KIND, f"bids of {name} are sealed by {sealing.way}; {cure}")
    if sealing.over:
        closed = Why.AUCTION_CLOSED if venue in ("auction", "repurchase") else Why.CALL_CLOSED
        return no(rules, "sealing", closed, f"the {venue.replace('_', ' ')} {name} is over")
    return sealing


def _taken(rules: Rulebook, sealing: Sealing) -> Refusal | None:
    if sealing.until is None:
        return None
    return no(rules, "sealing", Why.TOO_LATE, f"the bidding of {sealing.name} has ended")


def _public(state: State, sealing: Sealing) -> bool:
    """A halt does not concern an auction of a jurisdiction, nor what the government buys."""
    if sealing.venue == "auction":
        return not state.auctions[sealing.name].of_holder
    return sealing.venue == "repurchase"


def _opened(
    beside: State, rules: Rulebook, at: int, sealing: Sealing, bid: SealedBid, text: str | None
) -> tuple[e.Event, ...] | Refusal:
    """What a sealed bid comes to, decided beside the state with its guarantee free; it must keep within that."""
    if text is None:
        what = f"bid {bid.number} of {bid.account} was not encrypted to this key, for this account in {sealing.name}"
        return no(rules, "sealing", Why.UNREADABLE, what)
    try:
        wish = _decoder.decode(text)
    except msgspec.MsgspecError as error:
        what = f"bid {bid.number} of {bid.account} is no body of a bid or an order: {error}"
        return no(rules, "sealing", Why.UNREADABLE, what)
    kind = type(wish)
    venue, name = place_of(wish)
    if (venue, name, wish.account) != (sealing.venue, sealing.name, bid.account):
        what = f"{kind.__name__} of {wish.account} in {name} is not for {bid.account} in {sealing.name}"
        return no(rules, "sealing", Why.UNREADABLE, what)
    freed = copy.copy(beside)
    freed.ledger = _ledger(beside, {bid.account})
    freed.ledger.purses[bid.account].held -= bid.guarantee_fen
    for series in members(bid.series) if bid.series else ():
        freed.ledger.positions[bid.account, series].held -= bid.count
    decided = _DECIDES[kind](freed, rules, at, bid.actor, wish)
    if isinstance(decided, Refusal):
        return decided
    return _within(freed, rules, sealing, bid, decided)


def _within(
    state: State, rules: Rulebook, sealing: Sealing, bid: SealedBid, decided: tuple[e.Event, ...]
) -> tuple[e.Event, ...] | Refusal:
    """What the bid sets aside is no more than its guarantee."""
    place, fen, series, count = _aside(state, decided[-1])
    if fen > bid.guarantee_fen:
        what = f"the bid sets {yuan(fen)} yuan aside, its guarantee is {yuan(bid.guarantee_fen)}"
        return no(rules, "sealing", Why.OVER_GUARANTEE, what)
    if count and (count > bid.count or series not in ("", bid.series)):
        what = f"the order sells {count} of {series or 'it'}; set aside are {bid.count} of {bid.series or 'nothing'}"
        return no(rules, "sealing", Why.OVER_GUARANTEE, what)
    return (e.SealedOpened(sealing.venue, sealing.name, bid.number, bid.account, place), *decided)


def _aside(state: State, placed: e.Event) -> tuple[int, int, str, int]:
    """Of a bid or order that would be placed: its number, and the money or the allowances that it sets aside."""
    match placed:
        case e.BidPlaced():
            return len(state.auctions[placed.auction].bids) + 1, placed.held, "", 0
        case e.CallOrderPlaced():
            return placed.number, placed.held, "", placed.count if placed.side == "sell" else 0
        case e.ZoneBidPlaced():
            return placed.number, placed.held, "", 0
        case e.ZoneOfferPlaced():
            return placed.number, 0, placed.series, placed.count
        case e.AskPlaced():
            found = state.repurchases[placed.repurchase]
            return len(found.asks) + 1, 0, found.series, placed.count
        case _:
            raise AssertionError(placed)


def _beside(state: State, sealings: list[Sealing]) -> State:
    """A state to try the opening of many bids on, one after the other; the other one stays as it is."""
    beside = copy.copy(state)
    beside.ledger = _ledger(state, {bid.account for sealing in sealings for bid in sealing.bids.values()})
    beside.wanted = dict(state.wanted)
    beside.halted = {}  # to open is no trade: a halt keeps nobody from it
    beside.sealings, beside.auctions = dict(state.sealings), dict(state.auctions)
    beside.calls, beside.zone_calls = dict(state.calls), dict(state.zone_calls)
    beside.repurchases = dict(state.repurchases)
    for each in sealings:
        beside.sealings[each.venue, each.name] = copy.deepcopy(each)
        if each.venue == "auction":
            auction = state.auctions[each.name]
            beside.auctions[each.name] = replace(auction, bids=list(auction.bids))
        elif each.venue == "call":
            beside.calls[each.name] = copy.deepcopy(state.calls[each.name])
        elif each.venue == "zone_call":
            beside.zone_calls[each.name] = copy.deepcopy(state.zone_calls[each.name])
        else:
            bought = state.repurchases[each.name]
            beside.repurchases[each.name] = replace(bought, asks=list(bought.asks))
    return beside


def _ledger(state: State, accounts: set[str]) -> Ledger:
    """The ledger with copies of what these accounts have."""
    ledger = copy.copy(state.ledger)
    ledger.purses, ledger.positions = dict(ledger.purses), dict(ledger.positions)
    ledger.series_of = dict(ledger.series_of)
    for name in accounts:
        ledger.purses[name] = copy.copy(ledger.purses[name])
        for series in ledger.series_of.get(name, ()):
            ledger.positions[name, series] = copy.copy(ledger.positions[name, series])
    return ledger


#: What decides each command.
PROCEDURES: dict[type, Procedure] = {
    c.CommitBid: commit_bid,
    c.EncryptBid: encrypt_bid,
    c.WithdrawBid: withdraw_bid,
    c.AnnounceKey: announce_key,
    c.EndBidding: end_bidding,
    c.OpenBid: open_bid,
}
