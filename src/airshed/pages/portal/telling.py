"""What records say to many at once: each is read one time, and for those alone whom it names."""

from __future__ import annotations

from collections.abc import Collection, Container, Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import NamedTuple

import msgspec

from airshed.engine.events import ActProposed
from airshed.engine.journal import Record, decode
from airshed.engine.nouns import Actor
from airshed.engine.state import State
from airshed.pages.kit.words import same
from airshed.pages.portal.fields import name_of
from airshed.pages.portal.notices import FOR_ALL, Notice, called_by, notices_in, of_accounts
from airshed.pages.portal.owners import BY_NUMBER, owners_in
from airshed.rulebook.schema import Rulebook
from airshed.service.book.acts import waits_for
from airshed.service.book.kept import KeptBook, line_of

#: Notices that are kept until they are told.
MOST_KEPT = 200


class Told(NamedTuple):
    """What somebody is told."""

    notices: tuple[Notice, ...] = ()
    waiting: tuple[Notice, ...] = ()
    #: Notices beyond those that are kept.
    more: int = 0

    def __bool__(self) -> bool:
        return bool(self.notices or self.waiting)

    @property
    def first(self) -> int:
        """The record that waits longest to be told."""
        return min(each.seq for each in (*self.notices, *self.waiting))

    def still(self, acts: Container[str]) -> Told:
        """What there is to tell while these acts wait and no others."""
        return self._replace(waiting=tuple(each for each in self.waiting if each.of in acts))

    def and_then(self, other: Told) -> Told:
        """This, and what came after it."""
        found = (*self.notices, *other.notices)
        over = max(0, len(found) - MOST_KEPT)
        return Told(found[:MOST_KEPT], (*self.waiting, *other.waiting)[-MOST_KEPT:], self.more + over + other.more)


NOTHING = Told()


class Listener(NamedTuple):
    """Somebody to whom records may have something to say."""

    user: str
    actor: Actor
    #: The account, its sources and their stacks; nothing for who acts for no account.
    mine: frozenset[str]
    #: The record through which they were told.
    heard: int


class ProposedAct(NamedTuple):
    """An act of two that was begun, and how that is told to who may confirm it."""

    act: int
    notice: Notice


class Stretch(NamedTuple):
    """What some records say."""

    #: The last of them.
    last: int
    notices: Mapping[str, Sequence[Notice]]
    proposed: Sequence[ProposedAct]


def listeners_in(state: State, actors: Mapping[str, str], heard: Mapping[str, int]) -> list[Listener]:
    """Those users whose actors may act now, each with what is theirs."""
    known = {user: state.actors.get(actor) for user, actor in actors.items()}
    there = {user: actor for user, actor in known.items() if actor is not None and actor.state == "active"}
    mine = of_accounts(state, {actor.account for actor in there.values() if actor.account})
    return [Listener(user, actor, mine.get(actor.account, frozenset()), heard[user]) for user, actor in there.items()]


class Listeners:
    """Listeners by the names that are theirs, so that the bytes of a record say whom it may concern."""

    def __init__(self, listeners: Iterable[Listener]) -> None:
        self.all = tuple(listeners)
        self._with_account = tuple(each for each in self.all if each.mine)
        self._by_word: dict[bytes, list[Listener]] = {}
        for each in self.all:
            for name in each.mine:
                self._by_word.setdefault(_word(name), []).append(each)
        #: What may concern any of them: the record does not say whose it is, but the book does.
        self._for_all = frozenset(_word(kind.__name__) for kind in (*FOR_ALL, *BY_NUMBER))
        self._proposed = _word(ActProposed.__name__)

    def of(self, record: bytes) -> tuple[Collection[Listener], bool]:
        """Whom a record may concern, and whether it may propose an act; more than it does, and never less."""
        words = frozenset(record.split(b'"'))
        if words & self._for_all:
            return self._with_account, self._proposed in words
        found = chain.from_iterable(self._by_word[word] for word in words & self._by_word.keys())
        return {each.user: each for each in found}.values(), self._proposed in words


def _word(name: str) -> bytes:
    """What stands between two quotes wherever a record has this name."""
    return msgspec.json.encode(name)[1:-1].split(b'"')[0]


def told_in(book: KeptBook, after: int, most: int, listeners: Listeners, rules: Rulebook) -> Stretch:
    """What the records after one say, so many at most."""
    called, owners = called_by(book, rules), owners_in(book)
    rows = book.sql.execute("SELECT seq, hash, record FROM journal WHERE seq > ? ORDER BY seq LIMIT ?", (after, most))
    notices: dict[str, list[Notice]] = {}
    proposed: list[ProposedAct] = []
    for row in rows:
        line = line_of(*row)
        after = line.seq
        whom, proposes = listeners.of(line.record)
        if not whom and not proposes:
            continue
        record = decode(line)
        for each in whom:
            if record.seq > each.heard:
                found = notices_in(record, each.mine, each.actor, rules, called, owners)
                notices.setdefault(each.user, []).extend(found)
        if proposes:
            proposed += _proposed(record)
    return Stretch(after, notices, proposed)


def _proposed(record: Record) -> Iterator[ProposedAct]:
    for event in record.events:
        if isinstance(event, ActProposed):
            what = Notice(record.seq, record.at, name_of(type(event.body)), f"#{event.act}", same(""))
            yield ProposedAct(event.act, what)


def acts_in(state: State) -> frozenset[str]:
    """The acts that wait, as notices name them."""
    return frozenset(f"#{act.id}" for act in state.acts.values() if act.until is None or state.at <= act.until)


def waiting_in(
    state: State, rules: Rulebook, proposed: Sequence[ProposedAct], listeners: Listeners
) -> dict[str, list[Notice]]:
    """Of acts that were begun, those that each may still confirm."""
    still = [(state.acts[each.act], each.notice) for each in proposed if each.act in state.acts]
    return {
        whom.user: [
            notice
            for act, notice in still
            if notice.seq > whom.heard and waits_for(state, rules, act, whom.actor.id, state.at)
        ]
        for whom in listeners.all
    }
