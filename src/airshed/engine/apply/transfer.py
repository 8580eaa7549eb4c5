"""How events of transfers change the state."""

from __future__ import annotations

from airshed.engine import events as e
from airshed.engine.apply.fold import Apply
from airshed.engine.state import State


def transferred(state: State, event: e.Transferred) -> None:
    """Allowances have changed hands."""
    state.ledger.post(event.entry)


#: What each event does to the state.
APPLY: dict[type, Apply] = {
    e.Transferred: transferred,
}
