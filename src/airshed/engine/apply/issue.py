"""Caps, and who got how much of a series free."""

from __future__ import annotations

from collections.abc import Iterator

from airshed.engine import events as e
from airshed.engine.apply.fold import Apply
from airshed.engine.apply.report import owes
from airshed.engine.nouns import Advance, Grant
from airshed.engine.state import State
from airshed.model.allowance import Series, common, without
from airshed.registry.accounts import reserve
from airshed.registry.moves import Delivered


def cap(state: State, event: e.CapSet) -> None:
    """Allowances come into being."""
    state.ledger.issue(event.series, event.account, event.count)


def credited(state: State, event: e.CreditsIssued) -> None:
    """Credits come into being."""
    state.ledger.add(event.series, event.account, event.first, event.count)
    state.credits[Series.parse(event.series).pollutant] = event.pollutant


def voided(state: State, event: e.CreditsVoided) -> None:
    """What was given with them is owed again; of a settled year until a day of its own."""
    state.ledger.post(event.entry)
    for use, move in zip(event.uses, event.entry, strict=False):
        assert isinstance(move, Delivered), move
        year = state.years[use.source, use.year]
        code = event.pollutant
        year.given[code] = [
            left for each in year.given[code] if (left := _less(each, move)).blocks or each.series != move.series
        ]
        year.surrendered[code] -= use.count
        owes(state, year, code, use.count)
        if use.until:
            waits = any(year.extra.values())
            year.extra_until = max(year.extra_until, use.until) if waits else use.until
            year.extra = {**year.extra, code: year.extra.get(code, 0) + use.count}
            state.extras[use.source, use.year] = None


def _less(given: Delivered, gone: Delivered) -> Delivered:
    """What was given, without serials that are void."""
    if given.series != gone.series:
        return given
    left = without(given.blocks, common(given.blocks, gone.blocks))
    return Delivered(given.origin, given.target, given.series, left)


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
    if event.kept_back:
        given = {award.source: award.count for award in event.awards if not award.entrant}
        state.advances[event.series] = Advance(event.kept_back, given)
        state.ledger.position(_reserve(event.series), event.series).held += event.kept_back


def trued_up(state: State, event: e.TruedUp) -> None:
    """What was given in advance is settled: nothing of the series waits any more."""
    state.ledger.position(_reserve(event.series), event.series).held -= state.advances.pop(event.series).kept
    state.ledger.post(event.entry)
    pollutant = Series.parse(event.series).pollutant
    for line in event.lines:
        change = line.more - line.taken - line.due
        key = (line.account, event.series)
        state.grants[line.source, event.series].count += change
        state.allocated[key] = max(0, state.allocated.get(key, 0) + change - line.made_up)
        due = state.makeup_due.get((line.source, pollutant), 0) + line.due - line.made_up
        if line.due or line.made_up:
            state.makeup_due[line.source, pollutant] = due


def came_back(state: State, source: str, series: str, count: int) -> None:
    """Of what a source has of a series in advance so many came back, or went to it again where below zero."""
    advance = state.advances.get(series)
    if advance is not None and source in advance.given:
        advance.given[source] -= count


def set_aside(state: State) -> Iterator[tuple[tuple[str, str], int]]:
    """Allowances that wait in reserves until output is verified."""
    for series, advance in state.advances.items():
        yield (_reserve(series), series), advance.kept


def _reserve(series: str) -> str:
    return reserve(Series.parse(series).jurisdiction)


def _granted(state: State, event: e.Allocated) -> None:
    """Who got how much of a series free, and when."""
    for award in event.awards:
        state.grants[award.source, event.series] = Grant(award.count, award.entrant, state.at)


#: What each event does to the state.
APPLY: dict[type, Apply] = {
    e.CapSet: cap,
    e.CreditsIssued: credited,
    e.CreditsVoided: voided,
    e.Allocated: allocated,
    e.TruedUp: trued_up,
}
