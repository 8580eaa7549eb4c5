"""What holders do with accounts: giving allowances up for good."""

from __future__ import annotations

from airshed.engine import commands as c
from airshed.engine import events as e
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
    thawed,
)
from airshed.engine.state import State
from airshed.model.allowance import Series
from airshed.model.refusal import Why
from airshed.registry import accounts
from airshed.rulebook import lookup
from airshed.rulebook.schema import Rulebook

LAW = "transactions"


def cancel(state: State, rules: Rulebook, at: int, actor: str, body: c.CancelAllowances) -> Decision:
    """Out of one's own account, what could still be used: giving up what has expired keeps nothing from the air."""
    refusal = own_account(state, rules, actor, body.account) or known_series(state, rules, body.series)
    if refusal:
        return refusal
    if lookup.transaction(rules, "cancellation") is None:
        return no(rules, LAW, Why.WRONG_KIND, "this rulebook has no transaction of type cancellation")
    target = accounts.cancelled(Series.parse(body.series).jurisdiction)
    refusal = (
        thawed(state, rules, body.account)
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
PROCEDURES: dict[type, Procedure] = {c.CancelAllowances: cancel}
