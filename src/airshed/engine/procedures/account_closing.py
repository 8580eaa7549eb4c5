"""Closing accounts: at once when they are empty, else after a notice; never while anything is owed."""

from __future__ import annotations

from collections.abc import Iterator

from airshed.engine import commands as c
from airshed.engine import events as e
from airshed.engine.nouns import Source
from airshed.engine.procedures.guards import Decision, Procedure, no, own_account, private_account, thawed
from airshed.engine.procedures.penalty import breach_of
from airshed.engine.procedures.taken_off import all_off
from airshed.engine.procedures.transfer_clock import noon_after
from airshed.engine.state import State
from airshed.model.allowance import Series
from airshed.model.measures import yuan
from airshed.model.refusal import Malformed, Why
from airshed.registry.accounts import BANK, reserve
from airshed.registry.moves import Delivered, Move, Paid
from airshed.rulebook import lookup
from airshed.rulebook.schema import Rulebook

LAW = "transactions"


def notice(state: State, rules: Rulebook, at: int, actor: str, body: c.NoticeClosure) -> Decision:
    """By the authority or the holder itself, when nothing is owed; what waits in the market is taken off it."""
    holds = lookup.rights(rules)[state.actors[actor].role, "NoticeClosure"] == "account"
    refusal = own_account(state, rules, actor, body.account) if holds else None
    refusal = refusal or private_account(state, rules, body.account)
    if refusal:
        return refusal
    days = rules.transactions.closure_working_days
    if days is None:
        what = f"this rulebook knows no notice: empty {body.account}, and it is closed"
        return no(rules, LAW, Why.WRONG_KIND, what)
    if body.account in state.closing:
        until = rules.civil.clock(state.closing[body.account].until)
        return no(rules, "roles", Why.ALREADY_EXISTS, f"{body.account} has its notice, which runs until {until}")
    refusal = thawed(state, rules, body.account)
    if refusal:
        return refusal
    left = [*_waiting(state, body.account, actor, bids_only=True), *_owed(state, at, body.account)]
    if left:
        return no(rules, "roles", Why.CONDITION_OPEN, f"{body.account} still has {'; '.join(left)}")
    if not body.reason.strip():
        return no(rules, "roles", Why.UNEXPLAINED, f"say why {body.account} is closed")
    try:
        until_ms = noon_after(rules, at, days)
    except Malformed as error:
        return no(rules, "calendar", Why.SESSION_CLOSED, f"{error.what}; a notice runs by working days")
    return (*all_off(state, body.account, actor), e.ClosureNoticed(body.account, body.reason, until_ms))


def close_account(state: State, rules: Rulebook, at: int, actor: str, body: c.CloseAccount) -> Decision:
    """For good, so only when there is nothing left that could come to be due, or to come back.

    After a notice what still lies there does not keep it open: allowances go to the reserve of their place, money is
    its owner's and goes out by the settlement bank.
    """
    refusal = private_account(state, rules, body.account) or thawed(state, rules, body.account)
    if refusal:
        return refusal
    known = state.closing.get(body.account)
    over = known is not None and at >= known.until
    lying = [] if over else _lying_in(state, body.account)
    left = [*lying, *_waiting(state, body.account, actor, bids_only=over), *_owed(state, at, body.account)]
    if left:
        what = f"{body.account} still has {'; '.join(left)}"
        if known is not None and not over:
            what += f"; its notice runs until {rules.civil.clock(known.until)}"
        return no(rules, "roles", Why.CONDITION_OPEN, what)
    if not body.reason.strip():
        return no(rules, "roles", Why.UNEXPLAINED, f"say why {body.account} is closed")
    gone = all_off(state, body.account, actor) if over else []
    return (*gone, e.AccountClosed(body.account, body.reason, _emptied(state, body.account)))


def _emptied(state: State, account: str) -> tuple[Move, ...]:
    moves: list[Move] = [
        Delivered(account, reserve(Series.parse(series).jurisdiction), series, position.blocks)
        for series, position in sorted(state.ledger.of_account(account))
    ]
    fen = state.ledger.purses[account].fen
    return (*moves, *((Paid(account, BANK, fen),) if fen else ()))


def _lying_in(state: State, account: str) -> Iterator[str]:
    """Allowances and money."""
    for series, position in state.ledger.of_account(account):
        yield f"{position.count} of {series}"
    if state.ledger.purses[account].fen:
        yield f"{yuan(state.ledger.purses[account].fen)} yuan"


def _waiting(state: State, account: str, actor: str, *, bids_only: bool = False) -> Iterator[str]:
    """What of the account waits in the market."""
    waiting = 0 if bids_only else len(all_off(state, account, actor))
    waiting += sum(
        bid.account == account for auction in state.auctions.values() if auction.open for bid in auction.bids
    )
    if waiting:
        yield f"orders, bids or offers that wait: {waiting}"


def _owed(state: State, at: int, account: str) -> Iterator[str]:
    """All that keeps an account open though it is empty."""
    yield from _open_for(state, at, account)
    for source in state.sources.values():
        if source.account == account:
            yield from _unsettled(state, source)


def _open_for(state: State, at: int, account: str) -> Iterator[str]:
    """What stands between the account and others."""
    for pledge in state.pledges.values():
        if pledge.state != "offered" and account in (pledge.pledgor, pledge.pledgee):
            yield f"pledge {pledge.id}"
    for lease in state.leases.values():
        if lease.state != "offered" and account in (lease.lessor, lease.lessee):
            yield f"lease {lease.id}"
    for right in state.rights.values():
        served = all(right.named(vintage) in state.ledger.caps for vintage in range(right.first, right.until + 1))
        if right.holder == account and (right.until >= int(state.civil.day_of(at)[:4]) or not served):
            yield f"right {right.id}"
    for purchase in state.purchases.values():
        if purchase.account == account and purchase.state == "owing":
            yield f"purchase {purchase.id}, which is not paid"
    for application in state.applications.values():
        if application.account == account and application.state == "waiting":
            yield f"application {application.id}"
    for sale in state.passing.values():
        if account in (sale.origin, sale.target):
            yield f"source {sale.source}, on its way from {sale.origin} to {sale.target}"
    for transfer in state.waiting_transfers.values():
        if transfer.target == account:
            yield f"transfer {transfer.id}, which waits to arrive"
    for notice in state.withdrawals.values():
        if notice.account == account and (notice.state in ("noticed", "appealed", "confirmed") or notice.due_fen):
            yield f"withdrawal {notice.id}"
    for withholding in state.withholdings.values():
        if withholding.account == account and withholding.state == "withheld":
            yield f"withholding {withholding.id}"


def _unsettled(state: State, source: Source) -> Iterator[str]:
    """What a source keeps its account open for: it runs, or owes a year, a penalty or a make-up."""
    if source.id not in state.closures:
        yield f"source {source.id}, which has not closed"
        return
    last = int(state.closures[source.id][:4])
    known = [year for year in state.years.values() if year.source == source.id]
    granted = {Series.parse(series).vintage for name, series in state.grants if name == source.id}
    due = {year.year for year in known} | {year for year in granted if year <= last}
    due |= {int(day[:4]) for stack, _ in source.stacks for day in state.days[stack]}
    due |= {year.falls_due for year in known if year.falls_due is not None and any(year.deferred.values())}
    due |= {last for series in state.ledger.caps if Series.parse(series).vintage == last}
    yield from (
        f"{source.id} {year}, not settled" for year in sorted(due) if (source.account, year) not in state.closed
    )
    for key, penalty in state.penalties.items():
        if key[0] == source.id and penalty.open:
            yield f"a penalty of {source.id} for {breach_of(state, key)} {key[1]}"
    yield from (f"case {known.id}" for known in state.cases.values() if known.source == source.id and known.open)
    yield from (f"what a correction added to {source.id} {year.year}" for year in known if any(year.extra.values()))
    for (name, pollutant), count in state.makeup_due.items():
        if name == source.id and count:
            yield f"{count} of {pollutant} that {source.id} makes up for"


#: What decides each command.
PROCEDURES: dict[type, Procedure] = {
    c.NoticeClosure: notice,
    c.CloseAccount: close_account,
}
