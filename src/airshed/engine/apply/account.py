"""How events of accounts change the state."""

from __future__ import annotations

from dataclasses import replace

import msgspec

from airshed.engine import events as e
from airshed.engine.apply.fold import Apply
from airshed.engine.apply.transfer import give
from airshed.engine.nouns import Cancellation, ClosureNotice, SourceTransfer
from airshed.engine.state import State
from airshed.registry.accounts import AccountState


def state_of(state: State, account: str) -> tuple[AccountState, str]:
    """What holds an account back most, and why; it is open when nothing does."""
    ledger = state.ledger
    if account in ledger.closed:
        return AccountState.CLOSED, ledger.closed[account]
    if account in state.suspended:
        return AccountState.SUSPENDED, state.suspended[account]
    if account in ledger.frozen:
        return AccountState.ALL_RESTRICTED, ledger.frozen[account]
    if account in state.closing:
        return AccountState.CLOSURE_PENDING, state.closing[account].reason
    for sale in state.passing.values():
        if account == sale.origin:
            return AccountState.TRANSFER_PENDING, f"{sale.source} to {sale.target}"
    if account in state.restricted:
        return AccountState.SOME_RESTRICTED, state.restricted[account]
    return AccountState.OPEN, ""


def restricted(state: State, event: e.AccountRestricted) -> None:
    """An account gives little."""
    state.restricted[event.account] = event.reason


def suspended(state: State, event: e.AccountSuspended) -> None:
    """An account stands still, and nobody acts for it."""
    state.suspended[event.account] = state.ledger.frozen[event.account] = event.reason


def thawed(state: State, event: e.AccountThawed) -> None:
    """What held the account back most is lifted; what held it back less does so again."""
    if event.ended is AccountState.SOME_RESTRICTED:
        del state.restricted[event.account]
    elif event.ended is AccountState.CLOSURE_PENDING:
        del state.closing[event.account]
    else:
        del state.ledger.frozen[event.account]
        state.suspended.pop(event.account, None)


def noticed(state: State, event: e.ClosureNoticed) -> None:
    """An account is to be closed."""
    state.closing[event.account] = ClosureNotice(event.reason, event.until)


def offered(state: State, event: e.SourceOffered) -> None:
    """A source is on offer."""
    sale = SourceTransfer(event.transfer, event.source, event.origin, event.target, state.at)
    state.source_transfers[event.transfer] = state.passing[event.source] = sale


def claimed(state: State, event: e.SourceClaimed) -> None:
    """A source is taken."""
    sale = state.passing[event.source]
    sale.state, sale.claimed = "claimed", state.at


def dropped(state: State, event: e.SourceDropped) -> None:
    """A source stays."""
    sale = state.passing.pop(event.source)
    sale.state, sale.ended, sale.reason = "dropped", state.at, event.reason


def transferred(state: State, event: e.SourceTransferred) -> None:
    """A source is another's, with what is owed for it and what was given for it."""
    sale = state.passing.pop(event.source)
    sale.state, sale.ended, sale.owed = "done", state.at, event.owed
    state.sources[event.source] = replace(state.sources[event.source], account=event.target)
    for account in (event.origin, event.target):
        mine = [source for source in state.sources.values() if source.account == account]
        state.sectors[account] = {source.sector: None for source in mine}
        state.places[account] = {source.jurisdiction: None for source in mine}
    for pollutant, count in event.owed.items():
        state.owed[event.origin, pollutant] -= count
        state.owed[event.target, pollutant] = state.owed.get((event.target, pollutant), 0) + count
    for year in event.settled:
        state.closed[event.target, year] = True
    for known in state.years.values():
        if known.source == event.source:
            for given in known.given.values():
                # what comes back comes back to whom the year has passed to
                given[:] = [msgspec.structs.replace(move, origin=event.target) for move in given]


def cancelled(state: State, event: e.AllowancesCancelled) -> None:
    """Allowances are given up for good."""
    state.ledger.post(event.entry)
    give(state, event.account, event.series, event.count, trusted=True)
    state.cancellations[event.cancellation] = Cancellation(
        event.cancellation, event.account, event.series, event.count, state.at, event.statement
    )


#: What each event does to the state.
APPLY: dict[type, Apply] = {
    e.AccountRestricted: restricted,
    e.AccountSuspended: suspended,
    e.AccountThawed: thawed,
    e.ClosureNoticed: noticed,
    e.SourceOffered: offered,
    e.SourceClaimed: claimed,
    e.SourceDropped: dropped,
    e.SourceTransferred: transferred,
    e.AllowancesCancelled: cancelled,
}
