"""Entering a zone in a book: what is there, what waits for a second person, what is new; all of it or nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from enum import StrEnum
from typing import Any, NamedTuple

from airshed.engine import commands as c
from airshed.engine.events import ActProposed
from airshed.engine.nouns import Act
from airshed.engine.procedures.guards import actor_may
from airshed.engine.procedures.people_rights import mates, may_confirm, may_send
from airshed.engine.runner import LARGEST_GROUP, Answer, Runner
from airshed.engine.state import State
from airshed.model.provenance import SIMULATED, Programme
from airshed.model.refusal import Malformed
from airshed.rulebook.schema import Rulebook
from airshed.service.book.preview import Foreseen, foresee
from airshed.zone.zone import Zone

Entering = c.OpenAccount | c.RegisterActor | c.RegisterSource


class EntryStanding(StrEnum):
    """How something of a zone stands to a book."""

    NEW = "new"
    CONFIRMED = "confirmed"
    WAITS = "waits"
    #: It needs an account that waits, and is sent by the next run.
    LATER = "later"
    THERE = "there"


class ZoneEntry(NamedTuple):
    """Something of a zone: how it stands, who sends what for it, and the act that it waits as."""

    standing: EntryStanding
    wish: Entering
    actor: str = ""
    act: int = 0

    @property
    def sent(self) -> bool:
        """Whether something is sent for it."""
        return self.standing in (EntryStanding.NEW, EntryStanding.CONFIRMED)

    @property
    def body(self) -> c.Body:
        """What is sent for it."""
        return c.ConfirmAct(self.act) if self.standing is EntryStanding.CONFIRMED else self.wish


def real_for(zone: Zone, place: str, state: State) -> None:
    """`Malformed` where a real programme would be told of works, or of years, that somebody has drawn."""
    if not isinstance(state.provenance, Programme):
        return
    tables = {
        "sources.csv": [row.origin for row in zone.sources],
        "stacks.csv": [row.origin for row in zone.stacks],
        "baseline.csv": [each.origin for row in zone.baseline for each in row.figures],
    }
    drawn = {name: origins.count(SIMULATED) for name, origins in tables.items()}
    if any(drawn.values()):
        said = ", ".join(f"{count} of {len(tables[name])} rows of {name}" for name, count in drawn.items() if count)
        cure = "give a zone whose rows say where they are from; rehearse in a book without --programme"
        raise Malformed(place, f"{said} are simulated, and the book is a real programme", cure)


def plan(
    state: State, rules: Rulebook, wishes: Iterable[Entering], actors: Sequence[str], place: str
) -> list[ZoneEntry]:
    """How each wish stands, sent by the first of `actors` who may; `Malformed` for what is there and is another thing.

    What waits as another's act, word for word, is confirmed: the second person has found the same in the same zone.
    Accounts come first: an account that joins a group waits, and what needs it is for the next run.
    """
    waiting = {act.body: act for act in state.acts.values() if isinstance(act.body, Entering)}
    found: list[ZoneEntry] = []
    kin: set[str] = set()
    lacking: set[str] = set()
    confirmed: set[str] = set()
    for wish in sorted(wishes, key=lambda wish: not isinstance(wish, c.OpenAccount)):
        name, known = _known(state, wish)
        act = waiting.get(wish)
        if known is not None:
            if known != wish:
                what = f"{name} is in the book, and there it is {_said(known, wish)}"
                raise Malformed(place, what, "make the row say what the book says, or give it another name")
            found.append(ZoneEntry(EntryStanding.THERE, wish))
        elif wish.account in lacking and not isinstance(wish, c.OpenAccount):
            found.append(ZoneEntry(EntryStanding.LATER, wish))
        elif act is not None:
            second = next((each for each in actors if _confirms(state, rules, each, act)), None)
            if second is None:
                found.append(ZoneEntry(EntryStanding.WAITS, wish, act.actor, act.id))
            else:
                found.append(ZoneEntry(EntryStanding.CONFIRMED, wish, second, act.id))
                confirmed.add(wish.account)
        else:
            sender = next((each for each in actors if may_send(state, rules, each, wish) is None), None)
            if sender is None and wish.account in confirmed:
                found.append(ZoneEntry(EntryStanding.LATER, wish))
                continue
            if sender is None:
                command = type(wish).__name__
                raise Malformed(
                    "--as",
                    f"none of {', '.join(actors)} may send {command}",
                    f"name one who may: {_who(state, rules, command)}",
                )
            found.append(ZoneEntry(EntryStanding.NEW, wish, sender))
        if isinstance(wish, c.OpenAccount):
            whose = wish.group or wish.name
            joins = rules.roles.joining_takes_two and (whose in kin or bool(mates(state, wish)))
            if found[-1].standing is EntryStanding.WAITS or (found[-1].standing is EntryStanding.NEW and joins):
                lacking.add(wish.account)
            kin.add(whose)
    return found


def _confirms(state: State, rules: Rulebook, actor: str, act: Act) -> bool:
    return actor != act.actor and may_confirm(state, rules, actor, act.actor, act.body) is None


def foreseen(runner: Runner, wishes: Sequence[c.Command], at: int, told: Callable[[object], Any]) -> list[Foreseen]:
    """What all of them would come to; `Malformed` naming the first that would be refused, or their number."""
    if len(wishes) > LARGEST_GROUP:
        raise Malformed("book open", f"{len(wishes):,} acts at once", f"enter at most {LARGEST_GROUP:,}; part the zone")
    found: list[Foreseen] = []
    for each in foresee(runner, wishes, at):
        refusal = each.record.refusal or each.then
        if refusal is not None:
            body = each.record.body
            what = f"would be refused: {refusal.why} ({refusal.cite}), {refusal.detail}"
            raise Malformed(
                f"{type(body).__name__} of {each.record.actor}", what, "nothing was written; mend it and run again"
            )
        told(each)
        found.append(each)
    return found


def waiting_acts(answers: Iterable[Answer]) -> list[int]:
    """The acts that now wait for another."""
    return [event.act for answer in answers for event in answer.events if isinstance(event, ActProposed)]


def _who(state: State, rules: Rulebook, command: str) -> str:
    names = [name for name in state.actors if actor_may(state, rules, name, command) is None]
    return ", ".join(names[:6]) or "nobody in this book may"


def _known(state: State, wish: Entering) -> tuple[str, Entering | None]:
    """The name of what is wished, and the wish that would have made what stands under it."""
    match wish:
        case c.OpenAccount(account=name):
            account = state.ledger.accounts.get(name)
            if account is None:
                return f"the account {name}", None
            kind: Any = account.kind.value
            return f"the account {name}", c.OpenAccount(name, kind, account.name, account.jurisdiction, account.group)
        case c.RegisterActor(actor=name):
            actor = state.actors.get(name)
            if actor is None:
                return name, None
            return name, c.RegisterActor(actor.id, actor.role, actor.account, actor.jurisdiction, actor.may)
        case c.RegisterSource(source=name):
            source = state.sources.get(name)
            if source is None:
                return f"the source {name}", None
            stacks = tuple(c.StackEntry(stack, pollutants) for stack, pollutants in source.stacks)
            return f"the source {name}", c.RegisterSource(
                name, source.name, source.account, source.jurisdiction, source.sector, source.simulated, stacks
            )


def _said(known: Entering, wish: Entering) -> str:
    """In what they differ."""
    differing = [field for field in wish.__struct_fields__ if getattr(known, field) != getattr(wish, field)]
    return ", ".join(f"{field} {getattr(known, field)!r}, not {getattr(wish, field)!r}" for field in differing)
