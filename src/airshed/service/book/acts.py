"""Acts of two that wait in a book: who may confirm which of them, as things stand."""

from __future__ import annotations

from collections.abc import Iterator

from airshed.engine.commands import Command, ConfirmAct
from airshed.engine.decide import decide
from airshed.engine.procedures.people_rights import may_confirm as confirms
from airshed.engine.runner import Runner
from airshed.model.refusal import Refusal


def may_confirm(runner: Runner, act: int, at: int) -> Iterator[str]:
    """Who could confirm an act now, in the order in which they were registered."""
    known = runner.state.acts[act]
    for actor in runner.state.actors:
        if actor != known.actor and confirms(runner.state, runner.rules, actor, known.body) is None:
            wish = Command(actor, "", ConfirmAct(act))
            if not isinstance(decide(runner.state, wish, runner.rules, at, runner.text(wish.body)), Refusal):
                yield actor


def waiting_for(runner: Runner, actor: str, at: int) -> list[int]:
    """The acts that somebody could confirm now, as far as that depends on who it is."""
    return [
        act.id
        for act in runner.state.acts.values()
        if act.actor != actor
        and (act.until is None or at <= act.until)
        and confirms(runner.state, runner.rules, actor, act.body) is None
    ]
