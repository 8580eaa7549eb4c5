"""Transferring: allowances without money, as the table of transaction types in the law has it."""

from __future__ import annotations

from airshed.engine import commands as c
from airshed.engine import events as e
from airshed.engine.procedures.deadlines import expired
from airshed.engine.procedures.guards import (
    Decision,
    Procedure,
    free_of,
    known_account,
    known_instrument,
    moved,
    no,
    own_account,
    positive,
    thawed,
)
from airshed.engine.procedures.trade_rules import may_cross, over_position, walled_off
from airshed.engine.state import State
from airshed.model.refusal import Refusal, Why
from airshed.registry.accounts import PRIVATE, AccountKind
from airshed.rulebook import lookup
from airshed.rulebook.schema import Rulebook
from airshed.rulebook.transactions import TransactionRow, TransactionType

LAW = "transactions"


def transfer(state: State, rules: Rulebook, at: int, actor: str, body: c.Transfer) -> Decision:
    """Without money, out of one's own account; a government reserve may be given to, and is drawn by its own rule."""
    refusal = (
        own_account(state, rules, actor, body.origin)
        or known_account(state, rules, body.target)
        or known_instrument(state, rules, body.series)
    )
    if refusal:
        return refusal
    row = allowed(state, rules, actor, kind_of(state, body.origin, body.target), body.origin, body.target)
    if isinstance(row, Refusal):
        return row
    target = state.ledger.accounts[body.target]
    if target.kind == AccountKind.RESERVE and target.jurisdiction != body.series.split("-")[1]:
        return no(rules, LAW, Why.WRONG_KIND, f"{body.target} takes what {target.jurisdiction} has issued only")
    refusal = (
        (thawed(state, rules, body.origin) if row.frozen == "no" else None)
        or thawed(state, rules, body.target)
        or _given(state, rules, at, body)
        or positive(rules, "trading", "the count", body.count)
    )
    origin = state.ledger.accounts[body.origin]
    apart = not origin.group or origin.group != target.group
    if refusal is None and target.kind in PRIVATE and apart:
        refusal = over_position(state, rules, body.target, body.series, body.count)
    if refusal:
        return refusal
    refusal = free_of(state, rules, "trading", body.origin, body.series, body.count)
    return refusal or (e.Transferred(moved(state, body.origin, body.target, body.series, body.count)),)


def kind_of(state: State, origin: str, target: str) -> TransactionType:
    """The type of a transfer between two accounts that exist."""
    giver, taker = state.ledger.accounts[origin], state.ledger.accounts[target]
    if taker.kind == AccountKind.RESERVE:
        return "gift"
    same = giver.group == taker.group if giver.group else giver.name == taker.name
    return "own_transfer" if same else "transfer"


def allowed(
    state: State, rules: Rulebook, actor: str, kind: TransactionType, origin: str, target: str
) -> TransactionRow | Refusal:
    """The row of the table, when it lets this role start it between these kinds of account."""
    row = lookup.transaction(rules, kind)
    if row is None:
        return no(rules, LAW, Why.WRONG_KIND, f"this rulebook has no transaction of type {kind}")
    role = state.actors[actor].role
    if row.starts is not None and role not in row.starts.split(" "):
        return by_row(row, Why.ROLE_MAY_NOT, f"{actor} is {role}; {row.name_en}: started by {row.starts} only")
    for account, kinds, does in ((origin, row.origins, "give"), (target, row.targets, "receive")):
        is_of = state.ledger.accounts[account].kind.value
        if is_of not in kinds.split(" "):
            what = f"{account} is of kind {is_of} and may not {does}; {row.name_en}: {kinds} only"
            return by_row(row, Why.WRONG_KIND, what)
    if origin == target:
        return by_row(row, Why.WRONG_KIND, f"{target} cannot receive a transfer from {origin}")
    return row


def by_row(row: TransactionRow, why: Why, what: str) -> Refusal:
    """A refusal that rests on a row of the table."""
    return Refusal(why, what, lookup.first_cited(row.cite))


def takes_two(state: State, rules: Rulebook, body: c.Transfer) -> bool:
    """Whether a transfer that is not refused waits for a second person."""
    row = lookup.transaction(rules, kind_of(state, body.origin, body.target))
    if row is None or row.approvals is None:
        return type(body).__name__ in rules.roles.second
    return row.approvals == 2


def _given(state: State, rules: Rulebook, at: int, body: c.Transfer) -> Refusal | None:
    """A gift goes where a sale may go, so that nobody goes around a rule of trade by asking nothing."""
    accounts = state.ledger.accounts
    if accounts[body.target].kind not in PRIVATE:
        return None
    wall = expired(rules, at, body.series) or walled_off(state, rules, body.origin, body.target)
    refusal = wall or may_cross(state, rules, at, body.target, body.series, 0)
    most = rules.trade_rules.largest_transfer
    if refusal is None and most is not None and body.count > most:
        what = f"{body.count} is more than the {most} that one transfer may give; sell it, or give it in parts"
        refusal = no(rules, "trade_rules", Why.TOO_LARGE, what)
    return refusal


#: What decides each command.
PROCEDURES: dict[type, Procedure] = {
    c.Transfer: transfer,
}
