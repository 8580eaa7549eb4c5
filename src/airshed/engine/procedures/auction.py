"""Auctioning: what is on offer, by a jurisdiction or by a holder. Bids are in `bidding`, clearing in `clearing`."""

from __future__ import annotations

import msgspec

from airshed.engine import commands as c
from airshed.engine import events as e
from airshed.engine.apply.auction import of_event
from airshed.engine.nouns import Auction
from airshed.engine.procedures.deadlines import expired
from airshed.engine.procedures.guards import (
    Decision,
    Procedure,
    capped_series,
    known_series,
    no,
    own_account,
    positive,
    thawed,
)
from airshed.engine.procedures.sealing import before_close, began
from airshed.engine.procedures.seeds import unsealed
from airshed.engine.procedures.trade_rules import bought_today, enough, not_halted, outside_collar, own_accounts
from airshed.engine.state import State
from airshed.market.auction.trimming import ALL_BASIS_POINTS
from airshed.market.auction.waiting import Waiting, due
from airshed.model.allowance import Series, is_strip, members
from airshed.model.measures import yuan
from airshed.model.refusal import Refusal, Why
from airshed.registry import accounts
from airshed.rulebook import lookup
from airshed.rulebook.schema import Rulebook
from airshed.rulebook.trading_sections import AuctionRule


def open_auction(state: State, rules: Rulebook, at: int, actor: str, body: c.OpenAuction) -> Decision:
    """What the jurisdiction's auction account holds free is offered, in whole lots, with what comes back by rule."""
    refusal = _no_strip(rules, body.series) or capped_series(state, rules, body.series)
    if refusal:
        return refusal
    if body.auction in state.auctions:
        return no(rules, "auction", Why.ALREADY_EXISTS, f"the auction {body.auction} exists; choose another name")
    series = Series.parse(body.series)
    terms = lookup.local(rules, series.jurisdiction).auction
    event = body.event or body.auction
    refusal = _fits(rules, of_event(state, event), event, series, terms, body.seal, named=bool(body.event)) or _alike(
        state, rules, event
    )
    if refusal:
        return refusal
    ahead = series.vintage - int(rules.civil.day_of(at)[:4])
    if ahead > terms.advance_years:
        detail = f"{body.series} is {ahead} years ahead; at most {terms.advance_years} are sold in advance"
        return no(rules, "auction", Why.TOO_EARLY, detail)
    refusal = (
        expired(rules, at, body.series)
        or unsealed(rules, "auction", f"the auction {body.auction}", body.seal)
        or positive(rules, "auction", "the count", body.count)
    )
    if refusal:
        return refusal
    if body.count % terms.lot:
        return no(rules, "auction", Why.OFF_LOT, f"{body.count} is not a multiple of the lot, {terms.lot}")
    seller = accounts.auction(series.jurisdiction)
    before = state.unsold.get(body.series, Waiting())
    back, waiting = due(terms.unsold, before, body.count, terms.unsold_basis_points, terms.lot)
    there = state.ledger.held_of(seller, body.series).free
    free = there - back - waiting.count
    if free < body.count:
        kept = f", and {back + waiting.count} wait by rule" if there > free else ""
        detail = f"{seller} has {there} of {body.series}{kept}, not {body.count}"
        return no(rules, "auction", Why.INSUFFICIENT_HOLDING, detail)
    rule = lookup.pollutant(rules, series.pollutant)
    count = body.count + back
    spare = state.ledger.held_of(accounts.reserve(series.jurisdiction), body.series).free
    return (
        e.AuctionOpened(
            body.auction,
            event,
            body.series,
            "advance" if ahead > 0 else "spot",
            seller,
            count,
            back,
            rule.reserve_fen_per_t if terms.reserve_price else 0,
            _containment(rule.cost_containment_fen_per_t, terms.cost_containment_basis_points, count, terms.lot, spare),
            _containment(
                rule.emissions_containment_fen_per_t, terms.emissions_containment_basis_points, count, terms.lot, count
            ),
            terms,
            waiting,
            seal=body.seal,
        ),
        *began(rules, "auction", body.auction),
    )


def _fits(
    rules: Rulebook, others: list[Auction], event: str, series: Series, terms: AuctionRule, seal: str, *, named: bool
) -> Refusal | None:
    """An event offers series of one pollutant, each once, on the same terms and under one seal."""
    for other in others:
        if other.of_holder:
            return no(rules, "auction", Why.WRONG_KIND, f"{event} is an auction of a holder; open another event")
        if not named:
            detail = f"there is an event of the name {event}; choose another name"
            return no(rules, "auction", Why.ALREADY_EXISTS, detail)
        if other.series == str(series):
            detail = f"the event {event} offers {series} already, as {other.id}"
            return no(rules, "auction", Why.ALREADY_EXISTS, detail)
        pollutant = Series.parse(other.series).pollutant
        if pollutant != series.pollutant:
            detail = f"the event {event} offers {pollutant}; open another event for {series.pollutant}"
            return no(rules, "auction", Why.WRONG_KIND, detail)
        if other.terms != terms:
            detail = f"the event {event} is held on other terms than hold for {series} now; open another event"
            return no(rules, "auction", Why.WRONG_KIND, detail)
        if not other.open:
            return no(rules, "auction", Why.AUCTION_CLOSED, f"the event {event} is over; open another event")
        if other.seal != seal:
            known = f"with the seal {other.seal}" if other.seal else "without a seal"
            detail = f"the event {event} is held {known}; one seed orders all its bids, so open {series} alike"
            return no(rules, "auction", Why.SEAL_DIFFERS, detail)
    return None


def _alike(state: State, rules: Rulebook, event: str) -> Refusal | None:
    """The auctions of an event have one close, so their bids are sealed alike, and none is opened after it."""
    for other in of_event(state, event):
        sealing = state.sealings.get(("auction", other.id))
        now = [
            (each.way, each.opening_minutes, each.withdrawal, each.forfeit_basis_points)
            for each in began(rules, "auction", other.id)
        ]
        if now != ([sealing.terms] if sealing else []):
            what = f"bids of the event {event} are sealed in another way than the law has it now; open another event"
            return no(rules, "sealing", Why.WRONG_KIND, what)
        refusal = before_close(state, rules, "auction", other.id)
        if refusal:
            return refusal
    return None


def _containment(price: int | None, share: int, count: int, lot: int, spare: int) -> e.Containment | None:
    """The part of `count` that a trigger price moves, in whole lots, no more than there is to spare."""
    most = min(count * share // ALL_BASIS_POINTS, spare) // lot * lot
    return None if price is None or not most else e.Containment(most, price)


def consign_lot(state: State, rules: Rulebook, at: int, actor: str, body: c.ConsignLot) -> Decision:
    """A holder sells through the auction what it holds free; whoever bids in the event does not sell in it."""
    refusal = own_account(state, rules, actor, body.account)
    if refusal:
        return refusal
    auction = state.auctions.get(body.auction)
    if auction is None:
        return no(rules, "auction", Why.UNKNOWN_AUCTION, f"there is no auction {body.auction!r}")
    terms = auction.terms
    if terms.consignment == "none":
        return no(rules, "auction", Why.WRONG_KIND, f"holders do not sell through {body.auction}")
    if terms.consignment == "first" and body.minimum:
        detail = "what holders sell is sold first, at any price; leave the minimum out"
        return no(rules, "auction", Why.WRONG_KIND, detail)
    refusal = thawed(state, rules, body.account, gives="auction_delivery")
    if refusal:
        return refusal
    if not auction.open:
        return no(rules, "auction", Why.AUCTION_CLOSED, f"the auction {body.auction} is over")
    refusal = (
        before_close(state, rules, "auction", body.auction)
        or expired(rules, at, auction.series)
        or positive(rules, "auction", "the count", body.count)
    )
    if refusal is None and body.minimum:
        refusal = positive(rules, "auction", "the minimum price", body.minimum)
    if refusal:
        return refusal
    if body.count % terms.lot:
        return no(rules, "auction", Why.OFF_LOT, f"{body.count} is not a multiple of the lot, {terms.lot}")
    if body.minimum % terms.tick_fen_per_t:
        detail = f"{yuan(body.minimum)} is not a multiple of {yuan(terms.tick_fen_per_t)}"
        return no(rules, "auction", Why.OFF_TICK, detail)
    mine = own_accounts(state, rules, body.account)
    for each in of_event(state, auction.event):
        for bid in each.bids:
            if bid.account in mine:
                detail = f"{bid.account} bids in {each.id}; who bids does not sell"
                return no(rules, "trade_rules", Why.SELF_TRADE, detail)
    refusal = (
        (outside_collar(rules, auction.series, body.minimum) if body.minimum else None)
        or bought_today(state, rules, at, body.account, auction.series, body.count)
        or enough(state, rules, body.account, auction.series, body.count)
    )
    if refusal:
        return refusal
    return (e.LotConsigned(body.auction, body.account, body.count, body.minimum),)


def offer_auction(state: State, rules: Rulebook, at: int, actor: str, body: c.OfferAuction) -> Decision:
    """A holder offers what it has free, in whole lots, at a reserve price of its own inside the collar.

    Nobody else sells in it, no reserve of the government moves, and what nobody buys stays with the holder.
    """
    refusal = (
        own_account(state, rules, actor, body.account)
        or _no_strip(rules, body.series)
        or known_series(state, rules, body.series)
        or _taken(state, rules, body.auction)
        or thawed(state, rules, body.account, gives="auction_delivery")
    )
    if refusal:
        return refusal
    opened = of_holder(state, rules, at, body.auction, body.account, body.series, body.count, body.reserve)
    if isinstance(opened, Refusal):
        return opened
    refusal = bought_today(state, rules, at, body.account, body.series, body.count) or enough(
        state, rules, body.account, body.series, body.count
    )
    return refusal or (opened, *began(rules, "auction", body.auction))


def _no_strip(rules: Rulebook, series: str) -> Refusal | None:
    """Bids, limits of groups, reserves and what is unsold are counted series by series, and so is what is on offer."""
    if not is_strip(series):
        return None
    what = f"{series} is a strip; offer its {len(members(series))} vintages one by one, a jurisdiction in one event"
    return no(rules, "auction", Why.WRONG_KIND, what)


def _taken(state: State, rules: Rulebook, auction: str) -> Refusal | None:
    if auction in state.auctions or of_event(state, auction):
        return no(rules, "auction", Why.ALREADY_EXISTS, f"the auction {auction} exists; choose another name")
    return None


def of_holder(
    state: State,
    rules: Rulebook,
    at: int,
    auction: str,
    seller: str,
    series: str,
    count: int,
    reserve: int,
    pledge: int = 0,
) -> e.AuctionOpened | Refusal:
    """The opening of a holder's auction, or why its vintage, count or reserve price will not do."""
    issued = Series.parse(series)
    law = lookup.local(rules, issued.jurisdiction).auction
    refusal = (
        _taken(state, rules, auction)
        or not_halted(state, rules, series)
        or expired(rules, at, series)
        or positive(rules, "auction", "the count", count)
        or positive(rules, "auction", "the reserve price", reserve)
    )
    if refusal:
        return refusal
    if count % law.lot:
        return no(rules, "auction", Why.OFF_LOT, f"{count} is not a multiple of the lot, {law.lot}")
    if reserve % law.tick_fen_per_t:
        return no(rules, "auction", Why.OFF_TICK, f"{yuan(reserve)} is not a multiple of {yuan(law.tick_fen_per_t)}")
    refusal = outside_collar(rules, series, reserve)
    if refusal:
        return refusal
    return e.AuctionOpened(
        auction,
        auction,
        series,
        "advance" if issued.vintage > int(rules.civil.day_of(at)[:4]) else "spot",
        seller,
        count,
        0,
        reserve,
        None,
        None,
        msgspec.structs.replace(law, reserve_price=True, consignment="none", unsold="stay"),
        state.unsold.get(series, Waiting()),
        pledge,
        rules.trading.auction_buyer_fee_basis_points,
        rules.trading.auction_seller_fee_basis_points,
    )


#: What decides each command.
PROCEDURES: dict[type, Procedure] = {
    c.OpenAuction: open_auction,
    c.ConsignLot: consign_lot,
    c.OfferAuction: offer_auction,
}
