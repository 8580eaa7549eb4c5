"""How events of accounts change the state."""

from __future__ import annotations

from airshed.engine import events as e
from airshed.engine.apply.fold import Apply
from airshed.engine.nouns import Cancellation
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
    else:
        del state.ledger.frozen[event.account]
        state.suspended.pop(event.account, None)


def cancelled(state: State, event: e.AllowancesCancelled) -> None:
    """Allowances are given up for good."""
    state.ledger.post(event.entry)
    state.cancellations[event.cancellation] = Cancellation(
        event.cancellation, event.account, event.series, event.count, state.at, event.statement
    )


#: What each event does to the state.
APPLY: dict[type, Apply] = {
    e.AccountRestricted: restricted,
    e.AccountSuspended: suspended,
    e.AccountThawed: thawed,
    e.AllowancesCancelled: cancelled,
}
