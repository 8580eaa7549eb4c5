"""Pledging: allowances as security. They cannot be sold, moved or leased, and yield when the debt is not paid."""

from __future__ import annotations

from datetime import date, timedelta

from airshed.engine import commands as c
from airshed.engine import events as e
from airshed.engine.nouns import Pledge
from airshed.engine.procedures.deadlines import expired
from airshed.engine.procedures.guards import (
    Decision,
    Procedure,
    free_of,
    known_instrument,
    no,
    own_account,
    positive,
    private_account,
    thawed,
)
from airshed.engine.procedures.taken_off import sale_off
from airshed.engine.procedures.trade_rules import may_give, reference_price
from airshed.engine.state import State
from airshed.model.allowance import best_fit
from airshed.model.measures import KG_PER_T, value_fen, yuan
from airshed.model.refusal import Refusal, Why
from airshed.registry.moves import Delivered, Move, Paid
from airshed.rulebook.schema import Rulebook


def pledge_allowances(state: State, rules: Rulebook, at: int, actor: str, body: c.PledgeAllowances) -> Decision:
    """Out of one's own account, to another, what is free of every vintage, for a debt that is not due yet."""
    refusal = (
        own_account(state, rules, actor, body.pledgor)
        or private_account(state, rules, body.pledgee)
        or known_instrument(state, rules, body.series)
    )
    if refusal:
        return refusal
    if body.pledgor == body.pledgee:
        return no(rules, "pledge", Why.WRONG_KIND, f"{body.pledgor} cannot pledge to itself")
    refusal = thawed(state, rules, body.pledgor, gives="pledge") or thawed(state, rules, body.pledgee, takes="pledge")
    if refusal:
        return refusal
    if not rules.pledge.open:
        return no(rules, "pledge", Why.TOO_LATE, "no new pledges are made under this rulebook")
    today = rules.civil.day_of(at)
    if body.until < today:
        return no(rules, "pledge", Why.TOO_LATE, f"the last day to pay, {body.until}, is over; today is {today}")
    refusal = (
        expired(rules, at, body.series)
        or may_give(state, rules, at, body.pledgor, body.pledgee, body.series)
        or positive(rules, "pledge", "the count", body.count)
        or positive(rules, "pledge", "the debt in fen", body.secured)
    )
    if refusal:
        return refusal
    refusal = free_of(state, rules, "pledge", body.pledgor, body.series, body.count)
    return refusal or (
        e.PledgeOffered(
            state.next_pledge, body.pledgor, body.pledgee, body.series, body.count, body.secured, body.until
        ),
    )


def accept_pledge(state: State, rules: Rulebook, at: int, actor: str, body: c.AcceptPledge) -> Decision:
    """Only by the pledgee, once."""
    pledge = known_pledge(state, rules, body.pledge)
    if isinstance(pledge, Refusal):
        return pledge
    refusal = own_account(state, rules, actor, pledge.pledgee)
    if refusal:
        return refusal
    if pledge.state != "offered":
        return no(rules, "pledge", Why.ALREADY_EXISTS, f"pledge {pledge.id} is accepted already")
    refusal = (
        thawed(state, rules, pledge.pledgee, takes="pledge")
        or thawed(state, rules, pledge.pledgor, gives="pledge")
        or expired(rules, at, pledge.series)
    )
    what = (pledge.id, pledge.pledgor, pledge.pledgee, pledge.series, pledge.count, pledge.secured, pledge.until)
    return refusal or (e.PledgeAccepted(*what),)


def release_pledge(state: State, rules: Rulebook, at: int, actor: str, body: c.ReleasePledge) -> Decision:
    """By the pledgee, who declines or has been paid; by the pledgor only before it is accepted."""
    pledge = known_pledge(state, rules, body.pledge)
    if isinstance(pledge, Refusal):
        return pledge
    account = state.actors[actor].account
    if account == pledge.pledgor and pledge.state == "offered":
        return (e.PledgeReleased(pledge.id, pledge.pledgor, pledge.pledgee, pledge.series, actor),)
    refusal = own_account(state, rules, actor, pledge.pledgee) or thawed(state, rules, pledge.pledgee)
    if refusal:
        return refusal
    return (*sale_off(state, pledge), e.PledgeReleased(pledge.id, pledge.pledgor, pledge.pledgee, pledge.series, actor))


def redeem_pledge(state: State, rules: Rulebook, at: int, actor: str, body: c.RedeemPledge) -> Decision:
    """The whole debt against the whole pledge, until it is enforced."""
    pledge = known_pledge(state, rules, body.pledge)
    if isinstance(pledge, Refusal):
        return pledge
    refusal = own_account(state, rules, actor, pledge.pledgor) or thawed(state, rules, pledge.pledgor)
    if refusal:
        return refusal
    if pledge.state == "offered":
        return no(rules, "pledge", Why.NOT_IN_FORCE, f"pledge {pledge.id} is not accepted yet; release it instead")
    cash = state.ledger.purses[pledge.pledgor].free
    if cash < pledge.secured:
        what = f"{pledge.pledgor} has {yuan(cash)} yuan free, the debt is {yuan(pledge.secured)}"
        return no(rules, "pledge", Why.INSUFFICIENT_CASH, what)
    entry = (Paid(pledge.pledgor, pledge.pledgee, pledge.secured),)
    return (*sale_off(state, pledge), e.PledgeRedeemed(pledge.id, pledge.pledgor, pledge.pledgee, pledge.series, entry))


def call_pledge(state: State, rules: Rulebook, at: int, actor: str, body: c.CallPledge) -> Decision:
    """After the last day to pay; a frozen pledgor does not stop it, the security is the pledgee's."""
    pledge = known_pledge(state, rules, body.pledge)
    if isinstance(pledge, Refusal):
        return pledge
    refusal = own_account(state, rules, actor, pledge.pledgee)
    if refusal:
        return refusal
    if pledge.state == "called":
        return no(rules, "pledge", Why.ALREADY_EXISTS, f"pledge {pledge.id} is called already")
    refusal = thawed(state, rules, pledge.pledgee)
    if refusal:
        return refusal
    if pledge.state == "offered":
        return no(rules, "pledge", Why.NOT_IN_FORCE, f"pledge {pledge.id} is not accepted yet")
    today = rules.civil.day_of(at)
    if today <= pledge.until:
        what = f"the debt may be paid until {pledge.until}; today is {today}"
        return no(rules, "pledge", Why.TOO_EARLY, what)
    enforce_from = date.fromisoformat(today) + timedelta(days=rules.pledge.notice_days)
    parties = (pledge.pledgor, pledge.pledgee)
    return (e.PledgeCalled(pledge.id, *parties, pledge.series, pledge.secured, enforce_from.isoformat()),)


def enforce_pledge(state: State, rules: Rulebook, at: int, actor: str, body: c.EnforcePledge) -> Decision:
    """Oldest vintage first, at reference prices, no more than covers the debt: a pledge is security, not a sale.

    A vintage that has expired covers nothing and stays.
    """
    pledge = known_pledge(state, rules, body.pledge)
    if isinstance(pledge, Refusal):
        return pledge
    refusal = own_account(state, rules, actor, pledge.pledgee)
    if refusal:
        return refusal
    if rules.pledge.yields == "sale":
        return no(rules, "pledge", Why.WRONG_KIND, "a pledge is not taken under this rulebook; SellPledge sells it")
    refusal = thawed(state, rules, pledge.pledgee) or enforceable(rules, at, pledge)
    if refusal:
        return refusal
    owed = pledge.secured
    moves: list[Move] = []
    for series, left in sorted(pledge.left.items()):
        if expired(rules, at, series):
            continue
        price = reference_price(state, rules, series)
        count = min(left, -(-max(owed, 0) * KG_PER_T // price))
        if count:
            blocks = best_fit(state.ledger.positions[pledge.pledgor, series].blocks, count)
            moves.append(Delivered(pledge.pledgor, pledge.pledgee, series, blocks))
            owed -= value_fen(count, price)
    taken = pledge.secured - owed
    return (
        e.PledgeEnforced(pledge.id, pledge.pledgor, pledge.pledgee, pledge.series, taken, max(owed, 0), tuple(moves)),
    )


def enforceable(rules: Rulebook, at: int, pledge: Pledge) -> Refusal | None:
    """It is called, the notice is over, and no part of it is on sale."""
    if pledge.state != "called":
        return no(rules, "pledge", Why.NOT_IN_FORCE, f"pledge {pledge.id} is not called; call it after {pledge.until}")
    if pledge.sale:
        return no(
            rules, "pledge", Why.NOT_IN_FORCE, f"pledge {pledge.id} is on sale in {pledge.sale}; wait for its close"
        )
    today = rules.civil.day_of(at)
    if today < pledge.enforce_from:
        return no(rules, "pledge", Why.TOO_EARLY, f"notice runs until {pledge.enforce_from}; today is {today}")
    return None


def known_pledge(state: State, rules: Rulebook, number: int) -> Pledge | Refusal:
    """The pledge, or that there is none."""
    pledge = state.pledges.get(number)
    if pledge is None:
        return no(rules, "pledge", Why.UNKNOWN_PLEDGE, f"there is no pledge {number}, or it is free again")
    return pledge


#: What decides each command.
PROCEDURES: dict[type, Procedure] = {
    c.PledgeAllowances: pledge_allowances,
    c.AcceptPledge: accept_pledge,
    c.ReleasePledge: release_pledge,
    c.RedeemPledge: redeem_pledge,
    c.CallPledge: call_pledge,
    c.EnforcePledge: enforce_pledge,
}
