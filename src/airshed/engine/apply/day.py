"""Sealed days, their corrections, and what was found of a stack's year."""

from __future__ import annotations

from airshed.engine import events as e
from airshed.engine.apply.fold import Apply
from airshed.engine.nouns import Day
from airshed.engine.state import State


def day_reversed(state: State, event: e.DayReversed) -> None:
    """What a day booked is taken back; the correction follows."""
    day = state.days[event.stack][event.day]
    assert (day.evidence, day.mass_mg) == (event.evidence, event.mass_mg), f"I9: {event.stack} {event.day}"
    stale(state, event.stack, event.day)


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
    stale(state, event.stack, f"{event.year}")


def stale(state: State, stack: str, day: str) -> None:
    """What was reported of the year of `day` does not rest on what the book says now."""
    year = state.years.get((state.stack_source[stack], int(day[:4])))
    if year is not None:
        year.stale = True


#: What each event does to the state.
APPLY: dict[type, Apply] = {
    e.DayReversed: day_reversed,
    e.DaySealed: sealed,
    e.FindingsNoted: noted,
}
