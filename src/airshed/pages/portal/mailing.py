"""Notices as letters: what concerned somebody since the last one, and the acts that wait for them.

What was told is kept with the address, by record number, once the server has taken the letter. So a server that is away
loses nothing: the next letter says all of it. A service that stops between the two says something twice.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from typing import NamedTuple

from airshed.engine.events import ActProposed
from airshed.engine.journal import Record, decode
from airshed.engine.nouns import Actor
from airshed.model.provenance import said
from airshed.pages.kit.words import LANGUAGES, Language, Phrase, same
from airshed.pages.portal.fields import name_of
from airshed.pages.portal.frame import Visitor, said_by, templates
from airshed.pages.portal.notices import MOST_RECORDS, Notice, notices_in, of_account
from airshed.rulebook.schema import Rulebook
from airshed.service.book.acts import waiting_for
from airshed.service.book.kept import KeptBook, line_of
from airshed.service.http.service import Service
from airshed.service.http.writer import Busy
from airshed.service.mail.post import Became, Letter
from airshed.service.marketdata.reading import Market
from airshed.service.sign_in.addresses import Address

#: Lines of a letter, and notices that are kept until it is taken.
MOST_LINES, MOST_KEPT = 50, 200
#: A server that takes no letter is tried again after a minute, then after twice as long each time, up to an hour.
FIRST_MS, LONGEST_MS = 60_000, 3_600_000
#: After so many refusals of an address, one after the other, nothing is sent there any more.
MOST_REFUSALS = 3


class Told(NamedTuple):
    """What a letter says."""

    notices: tuple[Notice, ...] = ()
    waiting: tuple[Notice, ...] = ()
    #: Notices beyond those that are kept.
    more: int = 0

    def __bool__(self) -> bool:
        return bool(self.notices or self.waiting)

    def and_then(self, other: Told) -> Told:
        """This, and what came after it."""
        found = (*self.notices, *other.notices)
        over = max(0, len(found) - MOST_KEPT)
        return Told(found[:MOST_KEPT], (*self.waiting, *other.waiting)[-MOST_KEPT:], self.more + over + other.more)


NOTHING = Told()


class Tried(NamedTuple):
    """How sending to somebody has gone since the last letter that was taken."""

    times: int = 0
    refused: int = 0
    #: Not before this instant of the machine, in milliseconds.
    again_at: int = 0


class Mailing:
    """The letters of one service."""

    def __init__(self, service: Service) -> None:
        self._service = service
        #: The record through which the book was looked through; 0 before the first time.
        self.through = 0
        self._kept: dict[str, Told] = {}
        self._tried: dict[str, Tried] = {}

    async def round(self) -> int:
        """Look at what was recorded since, and send what is to be told; how many letters were taken."""
        service = self._service
        addresses = service.door.users.addresses.confirmed()
        last = await service.readers.read(lambda book: book.last())
        if service.post is None or not service.writer.writes or not addresses:
            self.through = last
            return 0
        after = max(self.through or min(each.heard for each in addresses), last - MOST_RECORDS)
        if after < last:
            await self._read(addresses, after)
        return await self._sent(addresses)

    async def _read(self, addresses: Sequence[Address], after: int) -> None:
        """Note what the records after one say to each."""
        users = self._service.door.users
        by_user = {each.user: users.known(each.user).actor for each in addresses}

        def people(market: Market, rules: Rulebook) -> dict[str, tuple[Actor, frozenset[str]]]:
            state = market.state
            actors = {user: state.actors.get(actor) for user, actor in by_user.items()}
            return {
                user: (actor, of_account(state, actor.account) if actor.account else frozenset())
                for user, actor in actors.items()
                if actor is not None and actor.state == "active"
            }

        there = await self._service.market.look(people)
        records = await self._service.readers.read(lambda book: _after(book, after))
        if not records:
            return

        def told(market: Market, rules: Rulebook) -> dict[str, Told]:
            return {user: told_of(records, market, rules, *whom) for user, whom in there.items()}

        heard = {each.user: each.heard for each in addresses}
        for user, news in (await self._service.market.look(told)).items():
            late = Told(
                tuple(each for each in news.notices if each.seq > heard[user]),
                tuple(each for each in news.waiting if each.seq > heard[user]),
            )
            if late:
                self._kept[user] = self._kept.get(user, NOTHING).and_then(late)
        self.through = records[-1].seq

    async def _sent(self, addresses: Sequence[Address]) -> int:
        service, now = self._service, self._service.door.clock()
        assert service.post is not None
        self._kept = {each.user: self._kept[each.user] for each in addresses if each.user in self._kept}
        due = [
            each
            for each in addresses
            if self._kept.get(each.user) and self._tried.get(each.user, Tried()).again_at <= now
        ]
        if not due:
            return 0
        programme = await service.market.look(
            lambda market, rules: Phrase(rules.programme.name_en, rules.programme.name_zh)
        )
        letters = [letter_of(service, each, self._kept[each.user], programme, now) for each in due]
        became = await service.post.send(letters)
        for each, how in zip(due, became, strict=True):
            self._noted(each, how, now)
        return became.count(Became.TAKEN)

    def _noted(self, address: Address, became: Became, now: int) -> None:
        """What became of a letter: it was told, or is to be tried again, or nothing goes there any more."""
        service, user = self._service, address.user
        assert service.post is not None
        if became is Became.TAKEN:
            told = self._kept.pop(user)
            self._tried.pop(user, None)
            service.door.users.addresses.heard(user, address.address, self.through)
            service.note("mail_sent", user=user, notices=len(told.notices) + told.more, waiting=len(told.waiting))
            return
        tried = self._tried.get(user, Tried())
        refused = tried.refused + 1 if became is Became.REFUSED else 0
        wait = min(FIRST_MS << min(tried.times, 10), LONGEST_MS)
        self._tried[user] = Tried(tried.times + 1, refused, now + wait)
        service.note("mail_not_sent", user=user, became=became, why=service.post.trouble, again_in_s=wait // 1000)
        if refused >= MOST_REFUSALS:
            service.door.users.addresses.refused(user, address.address)
            self._kept.pop(user, None)
            self._tried.pop(user, None)
            service.note("mail_ended", user=user, why="the server refuses the address")


async def mailing(service: Service) -> None:
    """Send letters for as long as the service listens, where it has a server for them."""
    if service.post is None:
        return
    letters = Mailing(service)
    while service.writer.live and not service.feed.over:
        with suppress(Busy):  # what is asked of the book by people goes first
            await letters.round()
        await asyncio.sleep(service.limits.mail_every_s)


def _after(book: KeptBook, seq: int) -> list[Record]:
    rows = book.sql.execute("SELECT seq, hash, record FROM journal WHERE seq > ? ORDER BY seq", (seq,))
    return [decode(line_of(*row)) for row in rows]


def told_of(records: Sequence[Record], market: Market, rules: Rulebook, actor: Actor, mine: frozenset[str]) -> Told:
    """What records say to an actor: what concerned the account, and acts that wait for them still."""
    state = market.state
    waits = frozenset(waiting_for(state, rules, actor.id, state.at)) if state.acts else frozenset()
    notices: list[Notice] = []
    waiting: list[Notice] = []
    for record in records:
        if mine:
            notices += notices_in(record, mine, actor, rules)
        for event in record.events:
            if isinstance(event, ActProposed) and event.act in waits:
                waiting.append(Notice(record.seq, record.at, name_of(type(event.body)), f"#{event.act}", same("")))
    return Told(tuple(notices), tuple(waiting))


def letter_of(service: Service, address: Address, told: Told, programme: Phrase, at: int) -> Letter:
    """A letter in the language of whom it is for."""
    language = _language(address.language)
    count = len(told.notices) + told.more
    parts = [
        *(
            [f"{len(told.waiting)} to confirm" if language == "en" else f"{len(told.waiting)}项待复核"]
            if told.waiting
            else []
        ),
        *([f"{count} notice{'s'[: count != 1]}" if language == "en" else f"{count}项通知"] if count else []),
    ]
    subject = f"Airshed: {', '.join(parts)}" if language == "en" else f"Airshed：{'，'.join(parts)}"
    text = (
        templates()
        .get_template("letter.txt.j2")
        .render(
            language=language,
            say=lambda english, chinese: english if language == "en" else chinese,
            said=said_by(language),
            programme=programme,
            notices=told.notices[:MOST_LINES],
            waiting=told.waiting[:MOST_LINES],
            more=count - min(len(told.notices), MOST_LINES),
            url=service.url,
            provenance=Phrase(*said(service.provenance)),
        )
    )
    return Letter(address.address, subject, str(text), at)


def code_letter(visitor: Visitor, address: str, code: str) -> Letter:
    """The letter by which somebody proves to read at an address."""
    assert visitor.signed is not None
    name = visitor.signed.user.name
    subject = visitor.say("Airshed: confirm your address", "Airshed：确认邮箱")
    text = visitor.say(
        f"{code}\n\nWith this code {name} confirms that notices are to go to this address. It holds for half an hour.\n"
        "Whoever did not ask for it need do nothing.\n",
        f"{code}\n\n用户{name}申请将通知发送至本邮箱，请以此确认码确认，半小时内有效。\n如非本人申请，无须处理。\n",
    )
    return Letter(address, subject, f"{text}\n{visitor.service.url}/mail\n", visitor.service.door.clock())


def changed_letter(visitor: Visitor, address: str) -> Letter:
    """What the address before hears."""
    assert visitor.signed is not None
    name = visitor.signed.user.name
    subject = visitor.say("Airshed: notices go here no more", "Airshed：本邮箱不再接收通知")
    text = visitor.say(
        f"Notices of {name} go to this address no more. If that was not your doing, tell who administers the users.\n",
        f"用户{name}的通知不再发送至本邮箱。如非本人操作，请联系系统管理员。\n",
    )
    return Letter(address, subject, text, visitor.service.door.clock())


def _language(text: str) -> Language:
    return next((known for known in LANGUAGES if known == text), "zh")
