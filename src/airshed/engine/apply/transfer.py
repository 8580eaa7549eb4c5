"""How events of transfers change the state: one that waits sets its allowances aside."""

from __future__ import annotations

from collections.abc import Iterator

from airshed.engine import events as e
from airshed.engine.apply.fold import Apply
from airshed.engine.nouns import AllowanceTransfer
from airshed.engine.state import State
from airshed.model.allowance import members
from airshed.registry.moves import Delivered


def set_aside(state: State) -> Iterator[tuple[tuple[str, str], int]]:
    """Allowances of transfers that wait."""
    for transfer in state.waiting_transfers.values():
        for series in members(transfer.series):
            yield (transfer.origin, series), transfer.count


def delayed(state: State, event: e.TransferDelayed) -> None:
    """A transfer waits."""
    what = (event.type, event.origin, event.target, event.series, event.count)
    transfer = AllowanceTransfer(event.transfer, *what, state.at, event.due, event.trusted)
    state.transfers[event.transfer] = state.waiting_transfers[event.transfer] = transfer
    state.next_transfer = event.transfer + 1
    for series in members(event.series):
        state.ledger.position(event.origin, series).held += event.count


def moved(state: State, event: e.TransferMoved) -> None:
    """It has another instant."""
    state.waiting_transfers[event.transfer].due = event.due


def cancelled(state: State, event: e.TransferCancelled) -> None:
    """It does not come about."""
    _over(state, event.transfer, "cancelled").reason = event.reason


def transferred(state: State, event: e.Transferred) -> None:
    """Allowances have changed hands."""
    if event.transfer in state.waiting_transfers:
        transfer = _over(state, event.transfer, "done")
    else:
        move = event.entry[0]
        assert isinstance(move, Delivered), event
        transfer = AllowanceTransfer(
            event.transfer, event.type, move.origin, move.target, event.series, event.count, state.at, state.at
        )
        transfer.state, transfer.ended = "done", state.at
        state.transfers[event.transfer] = transfer
        state.next_transfer = event.transfer + 1
    transfer.entry = event.entry
    state.ledger.post(event.entry)


def trusted(state: State, event: e.AccountTrusted) -> None:
    """An account is named as trusted."""
    state.trusted.setdefault(event.account, {})[event.trusted] = event.since


def distrusted(state: State, event: e.AccountDistrusted) -> None:
    """An account is trusted no longer."""
    del state.trusted[event.account][event.trusted]


def _over(state: State, number: int, how: str) -> AllowanceTransfer:
    transfer = state.waiting_transfers.pop(number)
    transfer.state, transfer.ended = how, state.at
    for series in members(transfer.series):
        state.ledger.position(transfer.origin, series).held -= transfer.count
    return transfer


#: What each event does to the state.
APPLY: dict[type, Apply] = {
    e.TransferDelayed: delayed,
    e.TransferMoved: moved,
    e.TransferCancelled: cancelled,
    e.Transferred: transferred,
    e.AccountTrusted: trusted,
    e.AccountDistrusted: distrusted,
}
