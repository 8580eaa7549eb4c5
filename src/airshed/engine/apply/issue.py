"""Caps, and who got how much of a series free."""

from __future__ import annotations

from airshed.engine import events as e
from airshed.engine.apply.fold import Apply
from airshed.engine.nouns import Grant
from airshed.engine.state import State
from airshed.model.allowance import Series


def cap(state: State, event: e.CapSet) -> None:
    """Allowances come into being."""
    state.ledger.issue(event.series, event.account, event.count)


def allocated(state: State, event: e.Allocated) -> None:
    """A cap is shared out."""
    state.ledger.post(event.entry)
    state.shared_out[event.series] = event.for_auction
    _granted(state, event)
    pollutant = Series.parse(event.series).pollutant
    for award in event.awards:
        key = (award.account, event.series)
        state.allocated[key] = state.allocated.get(key, 0) + award.count - award.made_up
        if award.made_up:
            state.makeup_due[award.source, pollutant] -= award.made_up


def _granted(state: State, event: e.Allocated) -> None:
    """Who got how much of a series free, and when."""
    for award in event.awards:
        state.grants[award.source, event.series] = Grant(award.count, award.entrant, state.at)


#: What each event does to the state.
APPLY: dict[type, Apply] = {
    e.CapSet: cap,
    e.Allocated: allocated,
}
