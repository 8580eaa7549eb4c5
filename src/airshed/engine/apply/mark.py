"""Hours that operators mark."""

from __future__ import annotations

from airshed.engine import events as e
from airshed.engine.apply.day import stale
from airshed.engine.apply.fold import Apply
from airshed.engine.nouns import Mark
from airshed.engine.state import State
from airshed.model.period import HOUR_MS


def marked(state: State, event: e.HoursMarked) -> None:
    """Hours are marked."""
    first = state.standard.hour_instant(event.first)
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
    stale(state, event.stack, event.first)


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
    stale(state, mark.stack, state.standard.hour_of(mark.first))


#: What each event does to the state.
APPLY: dict[type, Apply] = {
    e.HoursMarked: marked,
    e.MarkProven: proven,
    e.MarkApproved: approved,
    e.MarkReverted: reverted,
}
