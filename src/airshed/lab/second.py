"""Acts of two in what is played: whatever somebody proposes, a second person confirms, as people of a programme do."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from airshed.engine import commands as c
from airshed.engine import events as e
from airshed.engine.runner import Answer


def confirmations(answers: Iterable[Answer], second: Callable[[str], str]) -> list[tuple[str, c.ConfirmAct]]:
    """The confirmations of what these answers say waits, each by the second person to whoever proposed it."""
    return [(second(event.actor), c.ConfirmAct(event.act)) for event in map(proposed, answers) if event is not None]


def proposed(answer: Answer) -> e.ActProposed | None:
    """The act that an answer says waits; None when the command took effect, or is refused."""
    return next((event for event in answer.events if isinstance(event, e.ActProposed)), None)


def in_effect(answers: Iterable[Answer], confirmed: Iterable[Answer]) -> list[Answer]:
    """The answers in which the commands took effect: that of the confirmation where one had to wait."""
    later = iter(confirmed)
    return [answer if proposed(answer) is None else next(later) for answer in answers]
