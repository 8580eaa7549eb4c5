"""How events of marks, days, reports and opinions change the state."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airshed.engine import events as e
from airshed.engine.nouns import Day, Improvement, Mark, Year
from airshed.model.allowance import count_of, lowest
from airshed.model.period import HOUR_MS, hour_instant, hour_of
from airshed.registry.moves import Delivered

if TYPE_CHECKING:
    from airshed.engine.state import State


def marked(state: State, event: e.HoursMarked) -> None:
    """Hours are marked."""
    first = hour_instant(event.first)
    mark = Mark(
        event.mark,
        event.stack,
        event.kind,
        first,
        first + event.hours * HOUR_MS,
        event.prove_by,
        event.actor,
        event.reason,
        event.evidence,
    )
    state.marks[event.mark] = mark
    state.stack_marks[event.stack].append(mark)
    _stale(state, event.stack, event.first)


def proven(state: State, event: e.MarkProven) -> None:
    """The proof is in."""
    state.marks[event.mark].evidence = event.evidence


def approved(state: State, event: e.MarkApproved) -> None:
    """The mark stands."""
    state.marks[event.mark].state = "approved"


def reverted(state: State, event: e.MarkReverted) -> None:
    """The mark counts no longer."""
    mark = state.marks[event.mark]
    mark.state = event.how
    _stale(state, mark.stack, hour_of(mark.first))


def day_reversed(state: State, event: e.DayReversed) -> None:
    """What a day booked is taken back; the correction follows."""
    day = state.days[event.stack][event.day]
    assert (day.evidence, day.mass_mg) == (event.evidence, event.mass_mg), f"I9: {event.stack} {event.day}"
    _stale(state, event.stack, event.day)


def sealed(state: State, event: e.DaySealed) -> None:
    """A day is closed, or closed anew."""
    days = state.days[event.stack]
    earlier = days.get(event.day)
    assert (earlier is not None) == bool(event.replaces), f"I9: {event.stack} {event.day} is sealed"
    corrections = earlier.corrections + 1 if earlier is not None else 0
    days[event.day] = Day(event.hours, event.mass_mg, event.evidence, event.marks, corrections)


def noted(state: State, event: e.FindingsNoted) -> None:
    """What was found stands, in place of what was."""
    state.findings[event.stack, event.year] = event.findings
    _stale(state, event.stack, f"{event.year}")


def reported(state: State, event: e.YearReported) -> None:
    """A report stands, in place of an earlier one."""
    year = state.years.setdefault((event.source, event.year), Year(event.source, event.year))
    year.reporter = event.actor
    year.measured_mg = event.measured_mg
    year.declared_mg = event.declared_mg
    year.version = event.version
    year.stale = False
    if year.verified_mg is None:
        year.opinion = None


def requested(state: State, event: e.ImprovementRequested) -> None:
    """An item is on the list."""
    year = state.years[event.source, event.year]
    year.improvements.append(Improvement(event.number, event.actor, event.item))


def answered(state: State, event: e.ImprovementAnswered) -> None:
    """An item has its answer."""
    item = state.years[event.source, event.year].improvements[event.number - 1]
    item.answer, item.evidence, item.state = event.answer, event.evidence, "answered"


def improved(state: State, event: e.ImprovementClosed) -> None:
    """An item is closed, or open again."""
    item = state.years[event.source, event.year].improvements[event.number - 1]
    item.state = "closed" if event.accepted else "open"


def verified(state: State, event: e.YearVerified | e.YearDetermined) -> None:
    """The year counts; what was surrendered beyond its obligation has gone back."""
    year = state.years.setdefault((event.source, event.year), Year(event.source, event.year))
    year.opinion = event.opinion if isinstance(event, e.YearVerified) else "determined"
    if event.obligation:
        year.verified_mg = event.mass_mg
        year.obligation = event.obligation
        year.reopened = False
    state.ledger.post(event.entry)
    for move in event.entry:
        assert isinstance(move, Delivered), move
        _gone_back(year, move)


def reopened(state: State, event: e.YearReopened) -> None:
    """The year may be corrected."""
    state.years[event.source, event.year].reopened = True


def _stale(state: State, stack: str, day: str) -> None:
    """What was reported of the year of `day` does not rest on what the book says now."""
    year = state.years.get((state.stack_source[stack], int(day[:4])))
    if year is not None:
        year.stale = True


def _gone_back(year: Year, move: Delivered) -> None:
    """Forget of what was given the serials that a lowered obligation has returned."""
    pollutant = move.series.partition("-")[0]
    year.surrendered[pollutant] -= count_of(move.blocks)
    given = year.given[pollutant]
    last = given.pop()
    assert last.series == move.series, (last, move)
    gone, left = lowest(last.blocks, count_of(move.blocks))
    assert gone == move.blocks, (last, move)
    if left:
        given.append(Delivered(last.origin, last.target, last.series, left))
