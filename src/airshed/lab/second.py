"""Acts of two in what is played: whatever somebody proposes, a second person confirms, as people of a programme do."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from airshed.engine import commands as c
from airshed.engine import events as e
from airshed.engine.procedures.people_rights import may_confirm
from airshed.engine.runner import Answer, Runner
from airshed.engine.state import State
from airshed.rulebook.schema import Rulebook


def confirmations(
    answers: Iterable[Answer], second: Callable[[str], str], runner: Runner
) -> list[tuple[str, c.ConfirmAct]]:
    """The confirmations of what these answers say waits, each by the second person to whoever proposed it."""
    waits = [event for event in map(proposed, answers) if event is not None]
    state, rules = runner.state, runner.rules
    return [
        (confirmer(state, rules, event.actor, event.body, second(event.actor)), c.ConfirmAct(event.act))
        for event in waits
    ]


def confirmer(state: State, rules: Rulebook, proposer: str, body: c.Body, usual: str) -> str:
    """Who confirms what somebody proposed: the usual second person, else the first who may."""

    def may(actor: str) -> bool:
        return actor != proposer and may_confirm(state, rules, actor, proposer, body) is None

    return usual if may(usual) else next(filter(may, state.actors), usual)


def proposed(answer: Answer) -> e.ActProposed | None:
    """The act that an answer says waits; None when the command took effect, or is refused."""
    return next((event for event in answer.events if isinstance(event, e.ActProposed)), None)


def in_effect(answers: Iterable[Answer], confirmed: Iterable[Answer]) -> list[Answer]:
    """The answers in which the commands took effect: that of the confirmation where one had to wait."""
    later = iter(confirmed)
    return [answer if proposed(answer) is None else next(later) for answer in answers]
