"""How events by which grants come back change the state, and what they set aside."""

from __future__ import annotations

from collections.abc import Iterator

from airshed.engine import events as e
from airshed.engine.apply.fold import Apply
from airshed.engine.apply.issue import came_back
from airshed.engine.nouns import Withdrawal, Withholding
from airshed.engine.state import State
from airshed.model.allowance import Series

#: Grounds that verified output takes into account as well, so that nothing is taken back twice.
OF_ACTIVITY = ("closure", "idle", "excess")


def set_aside(state: State) -> Iterator[tuple[tuple[str, str], int]]:
    """Allowances that notices and withholdings block."""
    for withdrawal in state.withdrawals.values():
        yield (withdrawal.account, withdrawal.series), withdrawal.blocked
    for withholding in state.withholdings.values():
        yield (withholding.account, withholding.series), withholding.blocked


def source_closed(state: State, event: e.SourceClosed) -> None:
    """A source has stopped for good."""
    state.closures[event.source] = event.day


def source_reopened(state: State, event: e.SourceReopened) -> None:
    """It has not stopped."""
    del state.closures[event.source]


def noticed(state: State, event: e.WithdrawalNoticed) -> None:
    """A notice is given; its allowances are blocked."""
    state.withdrawals[event.withdrawal] = Withdrawal(
        id=event.withdrawal,
        actor=event.actor,
        source=event.source,
        account=event.account,
        series=event.series,
        ground=event.ground,
        count=event.count,
        price=event.price,
        short=event.short,
        sold_on=event.sold_on,
        pay_back=event.pay_back,
        appeal_by=event.appeal_by,
        notice_until=event.notice_until,
        blocked=event.count,
    )
    state.next_withdrawal = event.withdrawal + 1
    state.ledger.position(event.account, event.series).held += event.count


def appealed(state: State, event: e.WithdrawalAppealed) -> None:
    """An appeal waits."""
    state.withdrawals[event.withdrawal].state = "appealed"


def appeal_decided(state: State, event: e.AppealDecided) -> None:
    """A notice has fallen, or stands."""
    withdrawal = state.withdrawals[event.withdrawal]
    withdrawal.state = "fallen" if event.upheld else "confirmed"
    if event.upheld:
        _free(state, withdrawal)


def withdrawn(state: State, event: e.AllowancesWithdrawn) -> None:
    """A withdrawal is carried out."""
    withdrawal = state.withdrawals[event.withdrawal]
    _free(state, withdrawal)
    state.ledger.post(event.entry)
    withdrawal.state, withdrawal.withdrawn, withdrawal.paid_fen = "withdrawn", event.count, event.fen
    withdrawal.due_fen, withdrawal.done_at = event.due_fen, state.at
    if withdrawal.ground in OF_ACTIVITY:
        came_back(state, withdrawal.source, withdrawal.series, event.count + _sold(withdrawal))
    _make_up(state, withdrawal.source, withdrawal.series, event.make_up)


def paid_back(state: State, event: e.PaidBack) -> None:
    """What was sold on is paid for."""
    state.ledger.post(event.entry)
    withdrawal = state.withdrawals[event.withdrawal]
    withdrawal.due_fen, withdrawal.paid_back_fen = 0, event.fen


def restored(state: State, event: e.WithdrawalRestored) -> None:
    """A withdrawal was wrong."""
    state.ledger.post(event.entry)
    withdrawal = state.withdrawals[event.withdrawal]
    withdrawal.state, withdrawal.due_fen = "restored", 0
    if withdrawal.ground in OF_ACTIVITY:
        came_back(state, withdrawal.source, withdrawal.series, -withdrawal.withdrawn - _sold(withdrawal))
    _make_up(state, withdrawal.source, withdrawal.series, -event.cancelled)


def reversed_(state: State, event: e.AllocationReversed) -> None:
    """An error is mended."""
    state.ledger.post(event.entry)
    state.grants[event.source, event.series].count -= event.count
    came_back(state, event.source, event.series, event.count)
    key = (event.account, event.series)
    state.allocated[key] = max(0, state.allocated.get(key, 0) - event.count)
    _make_up(state, event.source, event.series, event.due)


def withheld(state: State, event: e.AllowancesWithheld) -> None:
    """Part of a grant is blocked."""
    state.withholdings[event.withholding] = Withholding(
        id=event.withholding,
        source=event.source,
        account=event.account,
        series=event.series,
        ground=event.ground,
        year=event.year,
        count=event.count,
        until=event.until,
        blocked=event.count,
    )
    state.next_withholding = event.withholding + 1
    state.ledger.position(event.account, event.series).held += event.count


def released(state: State, event: e.WithholdingReleased) -> None:
    """What was withheld is free."""
    withholding = state.withholdings[event.withholding]
    withholding.state = "released"
    _free(state, withholding)


def forfeited(state: State, event: e.WithheldForfeited) -> None:
    """What was withheld is gone."""
    withholding = state.withholdings[event.withholding]
    withholding.state, withholding.forfeited = "forfeited", event.count
    _free(state, withholding)
    state.ledger.post(event.entry)


def _sold(withdrawal: Withdrawal) -> int:
    """What of a withdrawal was sold on and is made up for or paid."""
    return 0 if withdrawal.sold_on == "none" else withdrawal.short


def _make_up(state: State, source: str, series: str, count: int) -> None:
    """The next allocation of the source withholds so many more."""
    if count:
        owing = (source, Series.parse(series).pollutant)
        state.makeup_due[owing] = state.makeup_due.get(owing, 0) + count


def _free(state: State, each: Withdrawal | Withholding) -> None:
    state.ledger.position(each.account, each.series).held -= each.blocked
    each.blocked = 0


#: What each event does to the state.
APPLY: dict[type, Apply] = {
    e.SourceClosed: source_closed,
    e.SourceReopened: source_reopened,
    e.WithdrawalNoticed: noticed,
    e.WithdrawalAppealed: appealed,
    e.AppealDecided: appeal_decided,
    e.AllowancesWithdrawn: withdrawn,
    e.PaidBack: paid_back,
    e.WithdrawalRestored: restored,
    e.AllocationReversed: reversed_,
    e.AllowancesWithheld: withheld,
    e.WithholdingReleased: released,
    e.WithheldForfeited: forfeited,
}
