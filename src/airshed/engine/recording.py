"""What the book says of a command: key, clock, decision. Pure, and one for the writer and for whoever decides anew."""

from __future__ import annotations

from airshed.engine.commands import Command
from airshed.engine.decide import decide
from airshed.engine.journal import Record, encode_body
from airshed.engine.procedures.guards import Decision, no
from airshed.engine.state import State
from airshed.model.refusal import Refusal, Why
from airshed.rulebook.schema import Rulebook


def recorded(
    state: State, command: Command, rules: Rulebook, at: int, earlier: Record | None, text: Rulebook | None = None
) -> Record | Refusal:
    """The record that answers a command: the earlier one that it repeats, or the next of the book.

    Whoever is not registered is refused and leaves no record: a book is not filled by strangers.

    `earlier` is the record that stands under the key of that actor (`State.keys`), None when there is none. `rules`
    is the law in force (before there is one, that which is adopted), `text` the one that the command is to put in
    force, where it is at hand. An instant before that of the last record that was not refused counts as that one.
    """
    now = max(at, state.at)
    decision: Decision
    if earlier is None:
        decision = decide(state, command, rules, now, text)
    elif encode_body(earlier.body) == encode_body(command.body):
        return earlier
    else:
        what = f"key {command.key!r} of {command.actor} stands for record {earlier.seq} with other content"
        decision = no(rules, "roles", Why.KEY_REUSED, f"{what}; take a new key")
    if isinstance(decision, Refusal) and command.actor not in state.actors:
        return decision
    events, refusal = ((), decision) if isinstance(decision, Refusal) else (decision, None)
    return Record(state.seq + 1, now, command.actor, command.key, command.body, events, refusal)
