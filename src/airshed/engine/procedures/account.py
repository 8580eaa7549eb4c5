"""What is done to accounts: states that hold them back; and what holders do: giving allowances up for good."""

from __future__ import annotations

from collections.abc import Mapping

from airshed.engine import commands as c
from airshed.engine import events as e
from airshed.engine.apply.account import state_of
from airshed.engine.procedures.deadlines import expired
from airshed.engine.procedures.guards import (
    Decision,
    Procedure,
    free_of,
    known_series,
    moved,
    no,
    own_account,
    positive,
    private_account,
    thawed,
)
from airshed.engine.procedures.taken_off import all_off, sales_off
from airshed.engine.state import State
from airshed.model.allowance import Series
from airshed.model.refusal import Why
from airshed.registry import accounts
from airshed.registry.accounts import AccountState
from airshed.rulebook import lookup
from airshed.rulebook.schema import Rulebook

LAW = "transactions"


#: Which command sets a state: who may send it may lift that state too.
SETS: Mapping[AccountState, str] = {
    AccountState.SOME_RESTRICTED: "RestrictAccount",
    AccountState.ALL_RESTRICTED: "FreezeAccount",
    AccountState.SUSPENDED: "SuspendAccount",
    AccountState.CLOSURE_PENDING: "NoticeClosure",
}


def restrict(state: State, rules: Rulebook, at: int, actor: str, body: c.RestrictAccount) -> Decision:
    """What the account offers is taken back; what it may still give, it offers anew."""
    refusal = private_account(state, rules, body.account)
    if refusal:
        return refusal
    if body.account in state.restricted:
        return no(rules, "roles", Why.ALREADY_EXISTS, f"{body.account} is restricted already")
    if not body.reason.strip():
        return no(rules, "roles", Why.UNEXPLAINED, f"say why {body.account} is restricted")
    gone = sales_off(state, body.account, actor, pledges=False)
    return (*gone, e.AccountRestricted(body.account, body.reason))


def suspend(state: State, rules: Rulebook, at: int, actor: str, body: c.SuspendAccount) -> Decision:
    """Everything of the account that waits is taken off the market, as by a freeze, which this takes the place of."""
    refusal = private_account(state, rules, body.account)
    if refusal:
        return refusal
    if body.account in state.suspended:
        return no(rules, "roles", Why.ALREADY_EXISTS, f"{body.account} is suspended already")
    if not body.reason.strip():
        return no(rules, "roles", Why.UNEXPLAINED, f"say why {body.account} is suspended")
    return (*all_off(state, body.account, actor), e.AccountSuspended(body.account, body.reason))


def thaw(state: State, rules: Rulebook, at: int, actor: str, body: c.ThawAccount) -> Decision:
    """What holds the account back most is lifted, by whose role may set it."""
    refusal = private_account(state, rules, body.account)
    if refusal:
        return refusal
    holds, why = state_of(state, body.account)
    if holds not in SETS:
        return no(rules, "roles", Why.NOTHING_DUE, f"{body.account} is not frozen; its state is {holds}")
    role = state.actors[actor].role
    if not lookup.may(rules, role, SETS[holds]):
        what = f"{actor} is {role}, which may not lift what it may not set: {body.account} is {holds} ({why})"
        return no(rules, "roles", Why.ROLE_MAY_NOT, what)
    return (e.AccountThawed(body.account, holds),)


def cancel(state: State, rules: Rulebook, at: int, actor: str, body: c.CancelAllowances) -> Decision:
    """Out of one's own account, what could still be used: giving up what has expired keeps nothing from the air."""
    refusal = own_account(state, rules, actor, body.account) or known_series(state, rules, body.series)
    if refusal:
        return refusal
    if lookup.transaction(rules, "cancellation") is None:
        return no(rules, LAW, Why.WRONG_KIND, "this rulebook has no transaction of type cancellation")
    target = accounts.cancelled(Series.parse(body.series).jurisdiction)
    refusal = (
        thawed(state, rules, body.account, gives="cancellation")
        or expired(rules, at, body.series)
        or positive(rules, "trading", "the count", body.count)
        or free_of(state, rules, "trading", body.account, body.series, body.count)
    )
    if refusal:
        return refusal
    number = len(state.cancellations) + 1
    moves = moved(state, body.account, target, body.series, body.count)
    return (e.AllowancesCancelled(number, body.account, body.series, body.count, body.statement, moves),)


#: What decides each command.
PROCEDURES: dict[type, Procedure] = {
    c.RestrictAccount: restrict,
    c.SuspendAccount: suspend,
    c.ThawAccount: thaw,
    c.CancelAllowances: cancel,
}
