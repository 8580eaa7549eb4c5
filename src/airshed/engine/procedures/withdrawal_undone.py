"""Setting right: what was sold on is paid back, errors of an allocation are reversed, and wrong withdrawals too."""

from __future__ import annotations

from airshed.compliance.withdrawable import takeable
from airshed.engine import commands as c
from airshed.engine import events as e
from airshed.engine.procedures.guards import Decision, Procedure, known_account, known_grant, no, own_account, positive
from airshed.engine.procedures.withdrawal import LAW, offers_off, owed, reachable, withdrawal_of
from airshed.engine.state import State
from airshed.model.allowance import Series, lowest
from airshed.model.measures import yuan
from airshed.model.refusal import Refusal, Why
from airshed.registry import accounts
from airshed.registry.moves import Delivered, Move, Paid
from airshed.rulebook.schema import Rulebook


def pay_back(state: State, rules: Rulebook, at: int, actor: str, body: c.PayBack) -> Decision:
    """The whole sum, once."""
    found = withdrawal_of(state, rules, body.withdrawal)
    if isinstance(found, Refusal):
        return found
    refusal = own_account(state, rules, actor, found.account)
    if refusal:
        return refusal
    free = state.ledger.purses[found.account].free
    if free < found.due_fen:
        what = f"{found.account} has {yuan(free)} yuan free, {yuan(found.due_fen)} is due"
        return no(rules, LAW, Why.INSUFFICIENT_CASH, what)
    if not found.due_fen:
        return no(rules, LAW, Why.NOTHING_DUE, f"nothing is to be paid back for withdrawal {found.id}")
    return (e.PaidBack(found.id, found.due_fen, (Paid(found.account, accounts.TREASURY, found.due_fen),)),)


def reverse_allocation(state: State, rules: Rulebook, at: int, actor: str, body: c.ReverseAllocation) -> Decision:
    """Within the time for it: what is there and not owed goes back, the rest is withheld from the next allocation."""
    known = known_grant(state, rules, LAW, body.source, body.series)
    if isinstance(known, Refusal):
        return known
    source, granted = known
    last = rules.civil.days_after(granted.at, rules.withdrawal.reversal_days)
    if rules.civil.day_of(at) > last:
        return no(rules, LAW, Why.TOO_LATE, f"an error in {body.series} could be reversed until {last}")
    if not body.reason.strip():
        return no(rules, LAW, Why.UNEXPLAINED, "say what the error was")
    refusal = positive(rules, LAW, "the count", body.count)
    if refusal:
        return refusal
    if body.count > granted.count:
        return no(rules, LAW, Why.TOO_LARGE, f"{source.id} was granted {granted.count} of {body.series}")
    series = Series.parse(body.series)
    there = reachable(state, source.account, body.series)
    count = takeable(body.count, there, owed(state, rules, source, series))
    offers = offers_off(state, source.account, body.series, count, actor)
    taken, _ = lowest(state.ledger.held_of(source.account, body.series).blocks, count)
    back = Delivered(source.account, accounts.reserve(series.jurisdiction), body.series, taken)
    entry = (back,) if count else ()
    due = body.count - count
    reversed_ = e.AllocationReversed(source.id, source.account, body.series, body.count, count, due, body.reason, entry)
    return (*offers, reversed_)


def restore(state: State, rules: Rulebook, at: int, actor: str, body: c.RestoreWithdrawn) -> Decision:
    """Everything the other way: allowances out of the reserve, the price less what was paid back, what was made up.

    What an allocation has withheld for it already comes back in the series that was withdrawn.
    """
    found = withdrawal_of(state, rules, body.withdrawal)
    if isinstance(found, Refusal):
        return found
    refusal = known_account(state, rules, found.account)
    if refusal:
        return refusal
    last = rules.civil.days_after(found.done_at, rules.withdrawal.reversal_days)
    if found.state == "withdrawn" and rules.civil.day_of(at) > last:
        return no(rules, LAW, Why.TOO_LATE, f"withdrawal {found.id} could be shown wrong until {last}")
    if not body.reason.strip():
        return no(rules, LAW, Why.UNEXPLAINED, f"say why withdrawal {found.id} was wrong")
    series = Series.parse(found.series)
    reserve = accounts.reserve(series.jurisdiction)
    position = state.ledger.held_of(reserve, found.series)
    make_up = found.short if found.sold_on == "make_up" else 0
    cancelled = min(make_up, state.makeup_due.get((found.source, series.pollutant), 0))
    count = found.withdrawn + make_up - cancelled
    if found.state == "withdrawn" and position.free < count:
        what = f"{reserve} has {position.free} of {found.series} free, not {count}"
        return no(rules, LAW, Why.INSUFFICIENT_HOLDING, what)
    moves: list[Move] = []
    fen = found.paid_fen - found.paid_back_fen
    origin, target = (found.account, accounts.TREASURY) if fen > 0 else (accounts.TREASURY, found.account)
    free = state.ledger.purses[origin].free
    if found.state == "withdrawn" and free < abs(fen):
        what = f"{origin} has {yuan(free)} yuan free, not the {yuan(abs(fen))} to give back"
        return no(rules, LAW, Why.INSUFFICIENT_CASH, what)
    if fen:
        moves.append(Paid(origin, target, abs(fen)))
    if found.state != "withdrawn":
        return no(rules, LAW, Why.NOTHING_DUE, f"withdrawal {found.id} is {found.state}, not withdrawn")
    if count:
        taken, _ = lowest(position.blocks, count)
        moves.append(Delivered(reserve, found.account, found.series, taken))
    return (e.WithdrawalRestored(found.id, count, cancelled, body.reason, tuple(moves)),)


#: What decides each command.
PROCEDURES: dict[type, Procedure] = {
    c.PayBack: pay_back,
    c.RestoreWithdrawn: restore,
    c.ReverseAllocation: reverse_allocation,
}
