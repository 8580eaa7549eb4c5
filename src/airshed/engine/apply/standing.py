"""Years that are excluded, and settled years that are corrected."""

from __future__ import annotations

import msgspec

from airshed.engine import events as e
from airshed.engine.apply.fold import Apply
from airshed.engine.apply.report import gone_back, owes
from airshed.engine.apply.settling import lowered
from airshed.engine.state import State
from airshed.registry.moves import Delivered


def excluded(state: State, event: e.YearExcluded) -> None:
    """A year obliges to nothing."""
    state.excluded[event.source, event.year] = event.reason


def included(state: State, event: e.YearIncluded) -> None:
    """A year obliges again."""
    del state.excluded[event.source, event.year]


def amended(state: State, event: e.YearAmended) -> None:
    """A settled year has another figure; what it adds is open, what was given too much has gone back."""
    year = state.years[event.source, event.year]
    year.amendments = event.number
    year.verified_mg = event.mass_mg
    year.extra_until = event.until
    year.obligation = {**year.obligation, **{each.pollutant: each.obligation for each in event.amended}}
    for each in event.amended:
        owes(state, year, each.pollutant, each.extra - year.extra.get(each.pollutant, 0))
        year.extra[each.pollutant] = each.extra
        lowered(state, event.source, event.year, each.pollutant, each.due_fen)
        settled = year.settled[each.pollutant]
        year.settled[each.pollutant] = msgspec.structs.replace(
            settled,
            shortfall=each.shortfall,
            penalty_fen=each.penalty_fen,
            makeup=settled.makeup - each.makeup_less,
        )
        if each.makeup_less:
            state.makeup_due[event.source, each.pollutant] -= each.makeup_less
    state.ledger.post(event.entry)
    for move in event.entry:
        assert isinstance(move, Delivered), move
        gone_back(state, year, move)
    if any(year.extra.values()):
        state.extras[event.source, event.year] = None
    else:
        state.extras.pop((event.source, event.year), None)


#: What each event does to the state.
APPLY: dict[type, Apply] = {
    e.YearExcluded: excluded,
    e.YearIncluded: included,
    e.YearAmended: amended,
}
