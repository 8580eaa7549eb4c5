"""Dealing: what two agree on beside the listed book, and leave to buy from another jurisdiction."""

from __future__ import annotations

from airshed.engine import commands as c
from airshed.engine import events as e
from airshed.engine.nouns import Deal
from airshed.engine.procedures.deadlines import expired
from airshed.engine.procedures.guards import (
    Decision,
    Procedure,
    known_account,
    known_instrument,
    moved,
    no,
    own_account,
    payments,
    positive,
    private_account,
    term_of,
    thawed,
)
from airshed.engine.procedures.trade_rules import (
    bought_today,
    enough,
    in_session,
    may_cross,
    not_halted,
    outside_collar,
    over_position,
    price_refused,
    walled_off,
    with_itself,
)
from airshed.engine.state import State
from airshed.market.fees import fees_fen
from airshed.model.allowance import members, pollutant_of
from airshed.model.measures import value_fen, yuan
from airshed.model.refusal import Refusal, Why
from airshed.registry.moves import Move
from airshed.rulebook import lookup
from airshed.rulebook.schema import Rulebook


def offer_deal(state: State, rules: Rulebook, at: int, actor: str, body: c.OfferDeal) -> Decision:
    """The seller sets aside what it offers to one buyer."""
    refusal = own_account(state, rules, actor, body.seller)
    if refusal:
        return refusal
    refusal = (
        known_account(state, rules, body.buyer)
        or known_instrument(state, rules, body.series)
        or private_account(state, rules, body.buyer)
    )
    if refusal:
        return refusal
    deal = Deal(state.next_deal, body.kind, body.seller, body.buyer, body.series, body.count, body.price)
    refusal = (
        _refused(state, rules, at, deal)
        or bought_today(state, rules, at, body.seller, body.series, body.count)
        or with_itself(state, rules, body.seller, body.buyer)
        or enough(state, rules, body.seller, body.series, body.count)
    )
    return refusal or (e.DealOffered(deal.id, deal.kind, deal.seller, deal.buyer, deal.series, deal.count, deal.price),)


def _refused(state: State, rules: Rulebook, at: int, deal: Deal) -> Refusal | None:
    """What is looked at when a deal is offered, and again when it is accepted."""
    law, block = rules.trading, deal.kind == "block"
    refusal = thawed(state, rules, deal.seller, gives="trade") or thawed(state, rules, deal.buyer, takes="trade")
    if refusal is None and (block or not law.transfer_any_time):
        refusal = in_session(state, rules, at)
    if refusal is None and block:
        refusal = not_halted(state, rules, deal.series)
    refusal = (
        refusal
        or expired(rules, at, deal.series)
        or walled_off(state, rules, deal.seller, deal.buyer)
        or may_cross(state, rules, at, deal.buyer, deal.series, deal.price)
        or positive(rules, "trading", "the count", deal.count)
        or positive(rules, "trading", "the price", deal.price)
        or term_of(rules, deal.series)
        or (_block_refused(state, rules, deal) if block else _transfer_refused(rules, deal))
    )
    return refusal or over_position(state, rules, deal.buyer, deal.series, deal.count)


def _block_refused(state: State, rules: Rulebook, deal: Deal) -> Refusal | None:
    law = rules.trading
    if deal.count < law.block_from:
        what = f"{deal.count} is less than the smallest block, {law.block_from}; place a listed order"
        return no(rules, "trading", Why.TOO_SMALL, what)
    if deal.count % law.lot:
        return no(rules, "trading", Why.OFF_LOT, f"{deal.count} is not a multiple of the lot, {law.lot}")
    refusal = price_refused(state, rules, deal.series, deal.price, law.block_band_basis_points)
    rule = lookup.pollutant(rules, pollutant_of(deal.series))
    floor = rule.block_floor_fen_per_t * len(members(deal.series))
    if refusal is None and deal.price < floor:
        what = f"{yuan(deal.price)} is under {yuan(floor)} yuan/t, the floor of block trades"
        return Refusal(Why.OUTSIDE_COLLAR, what, lookup.first_cited(rule.cite))
    return refusal


def _transfer_refused(rules: Rulebook, deal: Deal) -> Refusal | None:
    if value_fen(deal.count, deal.price) == 0:
        what = f"{deal.count} at {yuan(deal.price)} yuan/t are worth nothing; Transfer moves without money"
        return no(rules, "trading", Why.NOT_POSITIVE, what)
    return outside_collar(rules, deal.series, deal.price)


def accept_deal(state: State, rules: Rulebook, at: int, actor: str, body: c.AcceptDeal) -> Decision:
    """Everything is looked at again, as things stand now; then delivery against payment with both fees."""
    deal = state.deals.get(body.deal)
    if deal is None:
        return no(rules, "trading", Why.UNKNOWN_DEAL, f"no deal waits under number {body.deal}")
    refusal = own_account(state, rules, actor, deal.buyer) or known_instrument(state, rules, deal.series)
    refusal = refusal or _refused(state, rules, at, deal) or with_itself(state, rules, deal.seller, deal.buyer)
    if refusal:
        return refusal
    law = rules.trading
    fen = value_fen(deal.count, deal.price)
    buyer_fee, seller_fee = fees_fen(fen, law.buyer_fee_basis_points, law.seller_fee_basis_points)
    cash = state.ledger.purses[deal.buyer].free
    if cash < fen + buyer_fee:
        what = f"{deal.buyer} has {yuan(cash)} yuan free, the deal with its fee needs {yuan(fen + buyer_fee)}"
        return no(rules, "trading", Why.INSUFFICIENT_CASH, what)
    entry: list[Move] = [
        *moved(state, deal.seller, deal.buyer, deal.series, deal.count),
        *payments(deal.buyer, deal.seller, fen, buyer_fee, seller_fee),
    ]
    return (
        e.DealSettled(
            deal=deal.id,
            kind=deal.kind,
            seller=deal.seller,
            buyer=deal.buyer,
            series=deal.series,
            count=deal.count,
            price=deal.price,
            fen=fen,
            buyer_fee=buyer_fee,
            seller_fee=seller_fee,
            entry=tuple(entry),
        ),
    )


def drop_deal(state: State, rules: Rulebook, at: int, actor: str, body: c.DropDeal) -> Decision:
    """The seller takes it back, or the buyer declines."""
    deal = state.deals.get(body.deal)
    if deal is None:
        return no(rules, "trading", Why.UNKNOWN_DEAL, f"no deal waits under number {body.deal}")
    mine = state.actors[actor].account
    if mine not in (deal.seller, deal.buyer):
        what = f"deal {deal.id} is between {deal.seller} and {deal.buyer}; {actor} acts for {mine or 'no account'}"
        return no(rules, "roles", Why.NOT_YOUR_OWN, what)
    return (e.DealDropped(deal.id, deal.seller, deal.buyer, deal.series, deal.count, actor),)


def allow_crossing(state: State, rules: Rulebook, at: int, actor: str, body: c.AllowCrossing) -> Decision:
    """The authority gives one account leave to buy the series of one other jurisdiction, until a day."""
    refusal = private_account(state, rules, body.account)
    if refusal:
        return refusal
    if body.jurisdiction not in {jurisdiction.code for jurisdiction in rules.jurisdictions}:
        return no(rules, "programme", Why.WRONG_KIND, f"{body.jurisdiction!r} is no jurisdiction of the zone")
    if body.until < rules.civil.day_of(at):
        return no(rules, "trade_rules", Why.TOO_LATE, f"{body.until} is over; name the last day of the leave")
    if not body.reason.strip():
        return no(rules, "trade_rules", Why.UNEXPLAINED, "say why the leave is given")
    return (e.CrossingAllowed(body.account, body.jurisdiction, body.until, body.reason),)


#: What decides each command.
PROCEDURES: dict[type, Procedure] = {
    c.OfferDeal: offer_deal,
    c.AcceptDeal: accept_deal,
    c.DropDeal: drop_deal,
    c.AllowCrossing: allow_crossing,
}
