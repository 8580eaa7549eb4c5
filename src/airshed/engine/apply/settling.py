"""What is surrendered, settled and paid at the end of a year."""

from __future__ import annotations

import msgspec

from airshed.engine import events as e
from airshed.engine.apply.fold import Apply
from airshed.engine.apply.report import owes
from airshed.engine.nouns import FlowControl, Year
from airshed.engine.state import State
from airshed.model.allowance import Series, count_of, joined, lowest
from airshed.registry.accounts import AccountKind
from airshed.registry.moves import Delivered


def flow_stated(state: State, event: e.FlowControlStated) -> None:
    """How much of a bank counts one for one is known."""
    stated = event.one_for_one
    known = FlowControl(event.budget, event.bank, stated, dict(stated or {}))
    state.flow_controls[event.year, event.pollutant] = known


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
    counted = [
        move
        for move in event.entry
        if isinstance(move, Delivered) and state.ledger.accounts[move.target].kind is AccountKind.SURRENDERED
    ]
    year.given.setdefault(event.pollutant, []).extend(counted)
    _controlled(state, year, event, counted)


def _controlled(state: State, year: Year, event: e.Surrendered, counted: list[Delivered]) -> None:
    """Of what was banked, the last pairs are remembered, and the rest takes up what counts one for one."""
    known = state.flow_controls.get((event.year, event.pollutant))
    if known is None or known.one_for_one is None:
        return
    pairs = event.pairs
    for move in reversed(counted):
        if Series.parse(move.series).vintage >= event.year:
            continue
        single, paired = lowest(move.blocks, count_of(move.blocks) - min(pairs, count_of(move.blocks)))
        pairs -= count_of(paired)
        year.paired[move.series] = joined(year.paired.get(move.series, ()), paired)
        left = known.left.get(move.origin, 0) - count_of(single)
        assert left >= 0, f"I11: {move.origin} gives {-left} banked allowances too many one for one"
        if single:
            known.left[move.origin] = left
    assert not pairs, f"I11: {pairs} pairs of {event.source} are of nothing"


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
    e.FlowControlStated: flow_stated,
    e.Surrendered: surrendered,
    e.YearClosed: closed,
    e.PenaltyPaid: paid,
}
