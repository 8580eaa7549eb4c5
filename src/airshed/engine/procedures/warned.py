"""What cannot be taken back: the command says what its preview warns of, or it is refused."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, NamedTuple

from airshed.engine.events import Event
from airshed.engine.procedures.guards import Decision, Procedure, no
from airshed.engine.state import State
from airshed.model.refusal import Refusal, Why
from airshed.rulebook.schema import Rulebook

#: What is warned of, as "lost SO2-KM-2027", and how many allowances it is about.
Warned = dict[str, int]


class Warns(NamedTuple):
    """What the events that a command would bring are to be warned of, and the section of the law that it rests on."""

    section: str
    of: Callable[[State, Rulebook, Any, tuple[Event, ...]], Warned]


#: Most that a refusal names; the preview has all.
MOST_NAMED = 5


def positive_only(counts: Mapping[str, int]) -> Warned:
    """Those that are above zero, by name.

    >>> positive_only({"short s-steel SO2 2027": 4, "lost SO2-KM-2027": 0, "above SO2-KM-2027": -9})
    {'short s-steel SO2 2027': 4}
    """
    return {what: count for what, count in sorted(counts.items()) if count > 0}


def confirming(procedure: Procedure, warns: Warns) -> Procedure:
    """The procedure, which refuses in the end what does not say that it is known."""

    @wraps(procedure)
    def confirmed(state: State, rules: Rulebook, at: int, actor: str, body: Any) -> Decision:
        decision = procedure(state, rules, at, actor, body)
        if isinstance(decision, Refusal):
            return decision
        warned = warns.of(state, rules, body, decision)
        if warned == body.knowing:
            return decision
        return no(rules, warns.section, Why.UNCONFIRMED, _to_say(warned, body.knowing))

    return confirmed


def _to_say(warned: Warned, knowing: Warned) -> str:
    lacks = [f"{what}: {count}" for what, count in warned.items() if knowing.get(what) != count]
    wrong = [f"{what}: {count}" for what, count in sorted(knowing.items()) if what not in warned]
    said = [f"it is not said that this is known: {_named(lacks)}"] * bool(lacks)
    said += [f"this is not so: {_named(wrong)}"] * bool(wrong)
    return f"{'; '.join(said)}; airshed book preview shows what is to be confirmed, and how"


def _named(parts: list[str]) -> str:
    more = [f"and {len(parts) - MOST_NAMED} more"] if len(parts) > MOST_NAMED else []
    return ", ".join((*parts[:MOST_NAMED], *more))
