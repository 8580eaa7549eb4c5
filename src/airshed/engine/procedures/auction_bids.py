"""Bidding: sealed bids, and the limits of the corporate group that bids."""

from __future__ import annotations

from airshed.engine import commands as c
from airshed.engine import events as e
from airshed.engine.apply.auction import of_event
from airshed.engine.nouns import Auction
from airshed.engine.procedures.deadlines import expired
from airshed.engine.procedures.guards import Decision, Procedure, no, own_account, positive, thawed
from airshed.engine.procedures.sealing import in_the_open
from airshed.engine.procedures.trade_rules import (
    may_cross,
    not_halted,
    outside_collar,
    over_position,
    own_accounts,
    walled_off,
)
from airshed.engine.state import State
from airshed.market.auction.bid_window import LARGEST_VALUE
from airshed.market.auction.trimming import ALL_BASIS_POINTS
from airshed.model.allowance import Series, pollutant_of
from airshed.model.measures import part_fen, value_fen, yuan
from airshed.model.refusal import Refusal, Why
from airshed.registry.accounts import PRIVATE
from airshed.rulebook.schema import Rulebook


def place_bid(state: State, rules: Rulebook, at: int, actor: str, body: c.PlaceBid) -> Decision:
    """In the open, where the law has it so."""
    refusal = own_account(state, rules, actor, body.account) or in_the_open(state, rules, "auction", body.auction)
    return refusal or bid(state, rules, at, actor, body)


def bid(state: State, rules: Rulebook, at: int, actor: str, body: c.PlaceBid) -> Decision:
    """Whole lots, on the tick, at the reserve price or more; the guarantee counts with all other bids."""
    refusal = own_account(state, rules, actor, body.account)
    if refusal:
        return refusal
    auction = state.auctions.get(body.auction)
    if auction is None:
        return no(rules, "auction", Why.UNKNOWN_AUCTION, f"there is no auction {body.auction!r}")
    refusal = thawed(state, rules, body.account, takes="auction_delivery")
    if refusal:
        return refusal
    if not auction.open:
        return no(rules, "auction", Why.AUCTION_CLOSED, f"the auction {body.auction} is over")
    refusal = (
        (not_halted(state, rules, auction.series) if auction.of_holder else None)
        or expired(rules, at, auction.series)
        or _may_bid(state, rules, at, auction, body)
        or positive(rules, "auction", "the count", body.count)
        or positive(rules, "auction", "limit", body.limit)
    )
    if refusal:
        return refusal
    refusal = _too_large(state, rules, auction, body)
    if refusal:
        return refusal
    terms = auction.terms
    if body.count % terms.lot:
        return no(rules, "auction", Why.OFF_LOT, f"{body.count} is not a multiple of the lot, {terms.lot}")
    if body.limit % terms.tick_fen_per_t:
        detail = f"{yuan(body.limit)} is not a multiple of {yuan(terms.tick_fen_per_t)}"
        return no(rules, "auction", Why.OFF_TICK, detail)
    if body.limit < auction.reserve:
        detail = f"{yuan(body.limit)} is under the reserve price of {yuan(auction.reserve)} yuan/t"
        return no(rules, "auction", Why.UNDER_RESERVE, detail)
    refusal = outside_collar(rules, auction.series, body.limit) or over_position(
        state, rules, body.account, auction.series, body.count
    )
    if refusal:
        return refusal
    mine = own_accounts(state, rules, body.account)
    if auction.seller in mine:
        detail = f"{auction.seller} sells in {body.auction}; {body.account} cannot buy there"
        return no(rules, "trade_rules", Why.SELF_TRADE, detail)
    for each in of_event(state, auction.event):
        for lot in each.lots:
            if lot.count and lot.account in mine:
                detail = f"{lot.account} sells through {each.id}; who sells does not bid"
                return no(rules, "trade_rules", Why.SELF_TRADE, detail)
    worth = value_fen(body.count, body.limit)
    worth += part_fen(worth, auction.buyer_fee_basis_points)
    held = part_fen(worth, terms.guarantee_basis_points)
    free = state.ledger.purses[body.account].free
    if free < held:
        return no(
            rules,
            "auction",
            Why.INSUFFICIENT_CASH,
            f"{body.account} has {yuan(free)} yuan free beside its other bids, the guarantee is {yuan(held)}",
        )
    return (e.BidPlaced(body.auction, body.account, body.count, body.limit, held),)


def _may_bid(state: State, rules: Rulebook, at: int, auction: Auction, body: c.PlaceBid) -> Refusal | None:
    """The wall between seller and bidder, when a holder sells by itself, and where the series comes from.

    Lots of holders in an auction of a jurisdiction are sold through the jurisdiction, which no wall concerns.
    """
    wall = walled_off(state, rules, auction.seller, body.account) if auction.of_holder else None
    return wall or may_cross(state, rules, at, body.account, auction.series, body.limit)


def _too_large(state: State, rules: Rulebook, auction: Auction, body: c.PlaceBid) -> Refusal | None:
    """No more than is on offer, than any account could pay, and, where the rules refuse, than the group may take."""
    if body.count > auction.most:
        detail = f"{body.count} is more than the {auction.most} on offer"
        return no(rules, "auction", Why.TOO_LARGE, detail)
    if value_fen(body.count, body.limit) > LARGEST_VALUE:
        detail = f"{body.count} at {yuan(body.limit)} yuan/t is beyond any account"
        return no(rules, "auction", Why.TOO_LARGE, detail)
    if auction.terms.over_limit == "trim":
        return None
    group = group_of(state, body.account)
    most = purchase_limit(auction)
    if most is not None:
        left = most - sum(each.count for each in auction.bids if group_of(state, each.account) == group)
        if body.count > left:
            detail = f"{group} may buy {max(0, left)} more of {auction.series}, not {body.count}"
            return no(rules, "auction", Why.TOO_LARGE, detail)
    limit = holding_limit(state, auction)
    if limit is not None:
        bids = [placed for each in of_event(state, auction.event) for placed in each.bids]
        left = limit - holding(state, body.account, Series.parse(auction.series).pollutant)
        left -= sum(placed.count for placed in bids if group_of(state, placed.account) == group)
        if body.count > left:
            detail = f"{group} may hold {max(0, left)} more, not {body.count}; the limit is {limit}"
            return no(rules, "auction", Why.TOO_LARGE, detail)
    return None


def group_of(state: State, account: str) -> str:
    """The corporate group of an account as refusals name it, or the account where none is known."""
    group = state.ledger.accounts[account].group
    return f"the group {group}" if group else account


def largest_bid(auction: Auction) -> int:
    """The most that one bid may be for, whoever bids what besides."""
    limit = None if auction.terms.over_limit == "trim" else purchase_limit(auction)
    return auction.most if limit is None else min(auction.most, limit)


def purchase_limit(auction: Auction) -> int | None:
    """Allowances of an auction that one group may buy; None for no limit."""
    share = auction.terms.purchase_basis_points
    if share == ALL_BASIS_POINTS:
        return None
    return (auction.count + auction.consigned) * share // ALL_BASIS_POINTS


def holding_limit(state: State, auction: Auction) -> int | None:
    """Allowances of the pollutant, over all series issued, that one group may hold; None for no limit."""
    share = auction.terms.holding_basis_points
    if share == ALL_BASIS_POINTS:
        return None
    pollutant = Series.parse(auction.series).pollutant
    issued = sum(count for series, count in state.ledger.caps.items() if Series.parse(series).pollutant == pollutant)
    return issued * share // ALL_BASIS_POINTS


def holding(state: State, account: str, pollutant: str) -> int:
    """What an account and those of its group hold of a pollutant."""
    group = state.ledger.accounts[account].group
    return sum(
        position.count
        for each in (state.groups[group] if group else (account,))
        if state.ledger.accounts[each].kind in PRIVATE
        for series, position in state.ledger.of_account(each)
        if pollutant_of(series) == pollutant
    )


#: What decides each command.
PROCEDURES: dict[type, Procedure] = {
    c.PlaceBid: place_bid,
}
