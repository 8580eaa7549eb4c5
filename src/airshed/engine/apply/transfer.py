"""How events of transfers change the state: one that waits sets its allowances aside."""

from __future__ import annotations

from collections.abc import Iterator

from airshed.engine import commands as c
from airshed.engine import events as e
from airshed.engine.apply.fold import Apply
from airshed.engine.apply.issue import came_back
from airshed.engine.apply.report import gone_back, owes
from airshed.engine.nouns import AllowanceTransfer, TransferLimits
from airshed.engine.state import State
from airshed.model.allowance import members
from airshed.registry.moves import Delivered


def set_aside(state: State) -> Iterator[tuple[tuple[str, str], int]]:
    """Allowances of transfers that wait, for their hour or for a second person."""
    for transfer in state.waiting_transfers.values():
        for series in members(transfer.series):
            yield (transfer.origin, series), transfer.count
    for act, (origin, instrument, count) in state.proposed_transfers.items():
        if act in state.acts:
            for series in members(instrument):
                yield (origin, series), count


def proposed(state: State, event: e.ActProposed) -> None:
    """A transfer that waits for a second person sets its allowances aside."""
    body = event.body
    if isinstance(body, c.Transfer):
        state.proposed_transfers[event.act] = (body.origin, body.series, body.count)
        waits(state, event.act)


def waits(state: State, act: int) -> None:
    """What an act sets aside while it waits."""
    known = state.proposed_transfers.get(act)
    if known is not None:
        _hold(state, *known)


def decided(state: State, event: e.ActConfirmed | e.ActRejected | e.ActLapsed) -> None:
    """It waits no longer."""
    known = state.proposed_transfers.get(event.act)
    if known is not None:
        origin, series, count = known
        _hold(state, origin, series, -count)


def _hold(state: State, origin: str, instrument: str, count: int) -> None:
    """Set so much of every vintage aside, or with a count below zero free it."""
    for series in members(instrument):
        state.ledger.position(origin, series).held += count


def give(state: State, account: str, instrument: str, count: int, *, trusted: bool) -> None:
    """Count what an account gives on this day, and what of it to an account that it does not trust."""
    if state.at >= state.given_end:
        state.given, state.given_end = {}, state.civil.day_end(state.at)
    for series in members(instrument):
        everything, untrusted = state.given.get((account, series), (0, 0))
        state.given[account, series] = (everything + count, untrusted + (0 if trusted else count))


def delayed(state: State, event: e.TransferDelayed) -> None:
    """A transfer waits."""
    give(state, event.origin, event.series, event.count, trusted=event.trusted)
    what = (event.type, event.origin, event.target, event.series, event.count)
    transfer = AllowanceTransfer(event.transfer, *what, state.at, event.due, event.trusted)
    state.transfers[event.transfer] = state.waiting_transfers[event.transfer] = transfer
    state.next_transfer = event.transfer + 1
    _hold(state, event.origin, event.series, event.count)


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
        since = state.trusted.get(move.origin, {}).get(move.target)
        known = event.type != "transfer" or (since is not None and since <= state.at)
        give(state, move.origin, event.series, event.count, trusted=known)
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


def limits_set(state: State, event: e.TransferLimitsSet) -> None:
    """A holder has bound itself."""
    known = state.transfer_limits.get(event.account, TransferLimits())
    before = known.at(state.at)
    limits = TransferLimits(event.two_above, event.trusted_above, event.since, before)
    state.transfer_limits[event.account] = limits


def reversed_(state: State, event: e.TransferReversed) -> None:
    """A transfer is taken back."""
    state.ledger.post(event.entry)
    state.transfers[event.transfer].state = "reversed"


def surrender_reversed(state: State, event: e.SurrenderReversed) -> None:
    """What was surrendered is back."""
    state.ledger.post(event.entry)
    year = state.years[event.source, event.year]
    for move in event.entry:
        assert isinstance(move, Delivered), event
        gone_back(state, year, move)
    owes(state, year, event.pollutant, event.count)
    left, when = event.count, year.surrenders[event.pollutant]
    while left:
        at, count = when.pop()
        if count > left:
            when.append((at, count - left))
        left -= min(count, left)


def excess_returned(state: State, event: e.ExcessReturned) -> None:
    """What was granted too much is back."""
    state.ledger.post(event.entry)
    state.grants[event.source, event.series].count -= event.count
    came_back(state, event.source, event.series, event.count)
    key = (event.account, event.series)
    state.allocated[key] = max(0, state.allocated.get(key, 0) - event.count)


def holdings_cut(state: State, event: e.HoldingsCut) -> None:
    """What is cut is cancelled; what binds it has shrunk before."""
    state.ledger.post(event.entry)


def written_off(state: State, event: e.AllowancesWrittenOff) -> None:
    """What was never surrendered is of no use any more."""
    state.ledger.post(event.entry)


def _over(state: State, number: int, how: str) -> AllowanceTransfer:
    transfer = state.waiting_transfers.pop(number)
    transfer.state, transfer.ended = how, state.at
    _hold(state, transfer.origin, transfer.series, -transfer.count)
    return transfer


#: What each event does to the state.
APPLY: dict[type, Apply] = {
    e.TransferDelayed: delayed,
    e.TransferMoved: moved,
    e.TransferCancelled: cancelled,
    e.Transferred: transferred,
    e.AccountTrusted: trusted,
    e.AccountDistrusted: distrusted,
    e.TransferLimitsSet: limits_set,
    e.TransferReversed: reversed_,
    e.SurrenderReversed: surrender_reversed,
    e.ExcessReturned: excess_returned,
    e.AllowancesWrittenOff: written_off,
    e.HoldingsCut: holdings_cut,
}
