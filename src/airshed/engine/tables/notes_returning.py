"""What events by which grants come back touch in the read tables."""

from __future__ import annotations

from airshed.engine import events as e
from airshed.engine.journal import Record
from airshed.engine.state import State
from airshed.engine.tables.gather import Tables


def source_closed(tables: Tables, state: State, record: Record, event: e.SourceClosed | e.SourceReopened) -> None:
    """A source has stopped, or has not."""
    tables.touch("closures", event.source)


def withdrawal(
    tables: Tables,
    state: State,
    record: Record,
    event: e.WithdrawalNoticed
    | e.WithdrawalAppealed
    | e.AppealDecided
    | e.AllowancesWithdrawn
    | e.PaidBack
    | e.WithdrawalRestored,
) -> None:
    """A withdrawal has come a step further."""
    known = state.withdrawals[event.withdrawal]
    tables.touch("withdrawals", known.id)
    tables.touch("holdings", (known.account, known.series))
    if isinstance(event, e.AllowancesWithdrawn | e.PaidBack | e.WithdrawalRestored):
        tables.touch_entry(event.entry)


def reversed_(tables: Tables, state: State, record: Record, event: e.AllocationReversed) -> None:
    """An error is mended."""
    tables.touch_entry(event.entry)
    what = (event.source, event.account, event.series, event.count, event.taken, event.due, event.reason)
    tables.add("reversals", (record.seq, *what))


def withholding(
    tables: Tables,
    state: State,
    record: Record,
    event: e.AllowancesWithheld | e.WithholdingReleased | e.WithheldForfeited,
) -> None:
    """A withholding has come a step further."""
    known = state.withholdings[event.withholding]
    tables.touch("withholdings", known.id)
    tables.touch("holdings", (known.account, known.series))
    if isinstance(event, e.WithheldForfeited):
        tables.touch_entry(event.entry)
