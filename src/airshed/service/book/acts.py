"""Acts of two that wait in a book: who may confirm which of them, as things stand."""

from __future__ import annotations

from collections.abc import Iterator

from airshed.engine.commands import Command, ConfirmAct
from airshed.engine.decide import decide
from airshed.engine.journal import decode
from airshed.engine.nouns import Act
from airshed.engine.procedures.people_rights import confirmers
from airshed.engine.procedures.people_rights import may_confirm as confirms
from airshed.engine.runner import Runner
from airshed.engine.state import State
from airshed.engine.tables import BY_NAME
from airshed.model.provenance import Programme
from airshed.model.refusal import Refusal
from airshed.rulebook.schema import Rulebook
from airshed.service.book.kept import KeptBook
from airshed.service.book.sealed import ShownRows


def may_confirm(runner: Runner, act: int, at: int) -> Iterator[str]:
    """Who could confirm an act now, in the order in which they were registered."""
    known = runner.state.acts[act]
    for actor in confirmers(runner.state, runner.rules, known.actor, known.body):
        if actor != known.actor:
            wish = Command(actor, "", ConfirmAct(act))
            if not isinstance(decide(runner.state, wish, runner.rules, at, runner.text(wish.body)), Refusal):
                yield actor


def waits_for(state: State, rules: Rulebook, act: Act, actor: str, at: int) -> bool:
    """Whether somebody could confirm an act now, as far as that depends on who it is."""
    return (
        act.actor != actor
        and (act.until is None or at <= act.until)
        and confirms(state, rules, actor, act.actor, act.body) is None
    )


def waiting_for(state: State, rules: Rulebook, actor: str, at: int) -> list[int]:
    """The acts that somebody could confirm now, as far as that depends on who it is."""
    return [act.id for act in state.acts.values() if waits_for(state, rules, act, actor, at)]


def as_of(book: KeptBook, found: ShownRows, now: int) -> ShownRows:
    """Rows of `acts` by the clock: one beyond its time has lapsed, though nothing has happened since that says so.

    The clock is `now` in a programme; in a simulation it stands at the last record.
    """
    last = book.last()
    at = now if not last or isinstance(book.provenance(), Programme) else decode(book.line(last)).at
    columns = [column.split()[0] for column in BY_NAME["acts"].columns]
    until, how = columns.index("until"), columns.index("state")
    rows = [
        (*row[:how], "lapsed", *row[how + 1 :]) if row[until] is not None and row[until] < at else row
        for row in found.rows
    ]
    return found._replace(rows=rows)
