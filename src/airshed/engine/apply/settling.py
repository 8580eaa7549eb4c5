"""What is surrendered, settled and paid at the end of a year."""

from __future__ import annotations

import msgspec

from airshed.engine import events as e
from airshed.engine.apply.fold import Apply
from airshed.engine.apply.report import owes
from airshed.engine.state import State
from airshed.registry.moves import Delivered


def surrendered(state: State, event: e.Surrendered) -> None:
    """Allowances are given for emissions."""
    state.ledger.post(event.entry)
    year = state.years[event.source, event.year]
    year.surrendered[event.pollutant] = year.surrendered.get(event.pollutant, 0) + event.count
    owes(state, year, event.pollutant, -event.count)
    if year.extra.get(event.pollutant):
        year.extra[event.pollutant] -= event.count
        if not any(year.extra.values()):
            del state.extras[event.source, event.year]
    year.surrenders.setdefault(event.pollutant, []).append((state.at, event.count))
    given = year.given.setdefault(event.pollutant, [])
    given += [move for move in event.entry if isinstance(move, Delivered)]


def closed(state: State, event: e.YearClosed) -> None:
    """A year is settled: what is short, lost and due."""
    state.ledger.post(event.entry)
    state.closed[event.account, event.year] = True
    for settled in event.settlements:
        year = state.years[settled.source, event.year]
        year.settled[settled.pollutant] = settled
        owes(state, year, settled.pollutant, -settled.shortfall)
        if settled.penalty_fen:
            year.due_fen[settled.pollutant] = settled.penalty_fen
        if settled.makeup:
            key = (settled.source, settled.pollutant)
            state.makeup_due[key] = state.makeup_due.get(key, 0) + settled.makeup
    for late in event.late:
        _missing(state, late)


def _missing(state: State, late: e.LateSettlement) -> None:
    """What a correction added is missing as well."""
    year, key = state.years[late.source, late.year], (late.source, late.pollutant)
    settled = year.settled[late.pollutant]
    year.settled[late.pollutant] = msgspec.structs.replace(
        settled,
        shortfall=settled.shortfall + late.shortfall,
        penalty_fen=settled.penalty_fen + late.penalty_fen,
        makeup=settled.makeup + late.makeup,
    )
    year.due_fen[late.pollutant] = year.due_fen.get(late.pollutant, 0) + late.penalty_fen
    state.makeup_due[key] = state.makeup_due.get(key, 0) + late.makeup
    year.extra[late.pollutant] = 0
    owes(state, year, late.pollutant, -late.shortfall)
    if not any(year.extra.values()):
        state.extras.pop((late.source, late.year), None)


def paid(state: State, event: e.PenaltyPaid) -> None:
    """A penalty is paid."""
    state.ledger.post(event.entry)
    state.years[event.source, event.year].due_fen[event.pollutant] = 0


#: What each event does to the state.
APPLY: dict[type, Apply] = {
    e.Surrendered: surrendered,
    e.YearClosed: closed,
    e.PenaltyPaid: paid,
}
