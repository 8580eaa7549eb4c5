"""Acts of two that nobody confirmed in time: they count for nothing, and whatever happens next takes them off."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from airshed.engine import commands as c
from airshed.engine import events as e
from airshed.engine.apply import transfer
from airshed.engine.nouns import Act
from airshed.engine.state import FOR_GOOD, State


@contextmanager
def taken_off(state: State, at: int) -> Iterator[tuple[e.ActLapsed, ...]]:
    """The facts that take off what has lapsed by now; within, the state is as they will have made it.

    Afterwards it is as it was before: the facts take effect when the record is applied, or never.
    """
    gone = {act.id: act for act in state.acts.values() if act.until is not None and act.until < at}
    before = (state.acts, state.lapsed, state.acts_until)
    lapsed = tuple(e.ActLapsed(act) for act in gone)
    state.acts = {number: act for number, act in state.acts.items() if number not in gone}
    state.lapsed = {**state.lapsed, **gone}
    state.acts_until = FOR_GOOD
    for event in lapsed:
        transfer.decided(state, event)
    try:
        yield lapsed
    finally:
        state.acts, state.lapsed, state.acts_until = before
        for event in lapsed:
            transfer.waits(state, event.act)


def under_the_law_before(state: State, adopting: c.Body) -> tuple[e.ActLapsed, ...]:
    """What waits when another law is adopted is proposed anew under that: nobody confirms what nobody may know."""
    return tuple(e.ActLapsed(act.id) for act in state.acts.values() if act.body is not adopting)


def overtaken(state: State, actor: str, reason: str, about: Callable[[c.Body], bool]) -> tuple[e.ActRejected, ...]:
    """What waits about something that is another by now falls: nobody confirms what was not proposed."""
    return tuple(e.ActRejected(act.id, actor, reason) for act in state.acts.values() if about(act.body))


def said(state: State, act: Act) -> str:
    """Why an act that lapsed is not confirmed."""
    assert state.rulebook is not None, "an act is proposed under a law"
    if act.law != state.rulebook.digest:
        return f"act {act.id} was proposed under the law {act.law[:12]}, which is no longer in force; propose it anew"
    assert act.until is not None, act
    return f"act {act.id} waited until {state.civil.clock(act.until)} and has lapsed; propose it anew"
