"""How events of accounts change the state."""

from __future__ import annotations

from airshed.engine import events as e
from airshed.engine.apply.fold import Apply
from airshed.engine.nouns import Cancellation
from airshed.engine.state import State


def cancelled(state: State, event: e.AllowancesCancelled) -> None:
    """Allowances are given up for good."""
    state.ledger.post(event.entry)
    state.cancellations[event.cancellation] = Cancellation(
        event.cancellation, event.account, event.series, event.count, state.at, event.statement
    )


#: What each event does to the state.
APPLY: dict[type, Apply] = {e.AllowancesCancelled: cancelled}
