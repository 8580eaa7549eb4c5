"""Notices as letters: what concerned somebody since the last one, and the acts that wait for them.

What was told is kept with the address, by record number, once the server has taken the letter. So a server that is away
loses nothing: the next letter says all of it. A service that stops between the two says something twice.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from functools import partial
from typing import NamedTuple

from airshed.model.provenance import said
from airshed.model.refusal import Malformed
from airshed.pages.kit.words import LANGUAGES, Language, Phrase
from airshed.pages.portal.frame import Visitor, said_by, templates
from airshed.pages.portal.notices import Notice
from airshed.pages.portal.telling import (
    NOTHING,
    Listeners,
    ProposedAct,
    Told,
    acts_in,
    listeners_in,
    told_in,
    waiting_in,
)
from airshed.service.http.receipts import Busy
from airshed.service.http.service import Service
from airshed.service.mail.post import Became, Letter, PostAnswer
from airshed.service.sign_in.addresses import Address, Heard

#: Lines of a letter.
MOST_LINES = 50
#: Records that are looked through at a time, so that nobody waits long for a connection to the book.
AT_ONCE = 1_000
#: Letters that are handed over before it is written down what was taken.
HANDFUL = 10
#: A server that takes no letter is tried again after a minute, then after twice as long each time, up to an hour.
FIRST_MS, LONGEST_MS = 60_000, 3_600_000


class SendingTried(NamedTuple):
    """How sending to an address has gone since the last letter that was taken."""

    times: int = 0
    #: Not before this instant of the machine, in milliseconds.
    again_at: int = 0


class Mailing:
    """The letters of one service."""

    def __init__(self, service: Service, at_once: int = AT_ONCE) -> None:
        self._service, self._at_once = service, at_once
        self._forget()

    def _forget(self) -> None:
        #: The record through which the book was looked through for a user; before that, what stands at the address.
        self._through: dict[str, int] = {}
        self._kept: dict[str, Told] = {}
        #: By user and address.
        self._tried: dict[tuple[str, str], SendingTried] = {}
        #: What was told and is still to be written down.
        self._heard: dict[str, Heard] = {}
        #: Addresses that the server refused, which is still to be counted.
        self._refused: list[Address] = []

    async def turn(self) -> int:
        """A round; what cannot be reached now, or has too much to do, is for the next."""
        try:
            return await self.round()
        except Busy:  # what is asked of the book by people goes first
            self._service.note("mail_waits", why="busy")
        except Malformed as error:  # as the users' file, while another process holds it
            self._service.note("mail_waits", why=str(error))
        return 0

    async def round(self) -> int:
        """Look at what was recorded since, and send what is to be told; how many letters were taken."""
        service = self._service
        if service.post is None or not service.writer.writes:
            self._forget()  # the writer tells; who comes after it begins with what stands at the addresses
            return 0
        self._write_down()
        addresses = service.door.users.addresses.confirmed()
        heard = {each.user: self._through.get(each.user, each.heard) for each in addresses}
        self._kept = {user: self._kept[user] for user in heard if user in self._kept}
        self._tried = {each[:2]: self._tried[each[:2]] for each in addresses if each[:2] in self._tried}
        self._through = heard
        last = await service.readers.read(lambda book: book.last())
        if any(seq < last for seq in heard.values()):
            await self._read(heard, last)
        taken = await self._sent()
        for each in addresses:  # who has long had nothing to hear: the next start need not look so far back
            through = self._through[each.user]
            if not self._kept.get(each.user) and through - each.heard >= self._at_once:
                self._heard[each.user] = Heard(each.user, each.address, through)
        self._write_down()
        return taken

    def _write_down(self) -> None:
        """How far each was told, and who was refused; kept in mind until the users' file has it."""
        service, addresses = self._service, self._service.door.users.addresses
        if self._heard:
            addresses.heard(self._heard.values())
            self._heard.clear()
        while self._refused:
            each = self._refused[-1]
            if addresses.refused(each.user, each.address):
                service.note("mail_ended", user=each.user, why="the server refuses the address")
            self._refused.pop()

    async def _read(self, heard: Mapping[str, int], last: int) -> None:
        """Note what the records up to one say to each who has not heard of them, some of them at a time."""
        service = self._service
        actors = {user: service.door.users.known(user).actor for user in heard}
        listeners, rules = await service.market.look(
            lambda market, rules: (Listeners(listeners_in(market.state, actors, heard)), rules)
        )
        after = min(heard.values())
        while after < last and service.writer.live:
            found = await service.long_readers.read(
                partial(told_in, after=after, most=self._at_once, listeners=listeners, rules=rules)
            )
            waiting = await self._waiting(found.proposed, listeners)
            for each in listeners.all:
                news = Told(tuple(found.notices.get(each.user, ())), tuple(waiting.get(each.user, ())))
                if news:
                    self._kept[each.user] = self._kept.get(each.user, NOTHING).and_then(news)
            if found.last == after:
                break  # what is read is a copy of the book, and behind
            after = found.last
            self._through = {user: max(seq, after) for user, seq in self._through.items()}

    async def _waiting(self, proposed: Sequence[ProposedAct], listeners: Listeners) -> Mapping[str, Sequence[Notice]]:
        if not proposed:
            return {}
        return await self._service.market.look(
            lambda market, rules: waiting_in(market.state, rules, proposed, listeners)
        )

    async def _sent(self) -> int:
        """Send to each whose turn it is, who waits longest first, a handful at a time: what was taken is noted then."""
        service, now, taken = self._service, self._service.door.clock(), 0
        assert service.post is not None
        while due := self._due(now):
            programme, acts = await service.market.look(
                lambda market, rules: (
                    Phrase(rules.programme.name_en, rules.programme.name_zh),
                    acts_in(market.state),
                )
            )
            for each in due:  # while the server was away somebody else may have confirmed them
                self._kept[each.user] = self._kept[each.user].still(acts)
            due = [each for each in due if self._kept[each.user]]
            if not due:
                continue
            at = service.door.clock()
            letters = [letter_of(service, each, self._kept[each.user], programme, at) for each in due]
            answers = await service.post.send(letters)
            some = sum(each.became is Became.TAKEN for each in answers)
            for each, answer in zip(due, answers, strict=True):
                self._noted(each, answer, now)
                if answer.became is Became.REFUSED and (some or answer.of_address):
                    self._refused.append(each)  # and not us, whom it would refuse for every address
            self._write_down()
            taken += some
            if not some:
                break  # it takes nothing now: nobody else is tried in vain
        return taken

    def _due(self, now: int) -> list[Address]:
        due = [
            each
            for each in self._service.door.users.addresses.confirmed()
            if self._kept.get(each.user) and self._tried.get(each[:2], SendingTried()).again_at <= now
        ]
        return sorted(due, key=lambda each: self._kept[each.user].first)[:HANDFUL]

    def _noted(self, address: Address, answer: PostAnswer, now: int) -> None:
        """What became of a letter: it was told, or is to be tried again."""
        service, user = self._service, address.user
        if answer.became is Became.TAKEN:
            told = self._kept.pop(user)
            self._tried.pop(address[:2], None)
            self._heard[user] = Heard(user, address.address, self._through[user])
            service.note("mail_sent", user=user, notices=len(told.notices) + told.more, waiting=len(told.waiting))
            return
        times = self._tried.get(address[:2], SendingTried()).times
        wait = min(FIRST_MS << min(times, 10), LONGEST_MS)
        self._tried[address[:2]] = SendingTried(times + 1, now + wait)
        service.note("mail_not_sent", user=user, became=answer.became, why=answer.why, again_in_s=wait // 1000)


async def mailing(service: Service) -> None:
    """Send letters for as long as the service listens, where it has a server for them."""
    if service.post is None:
        return
    letters = Mailing(service)
    while service.writer.live and not service.feed.over:
        await letters.turn()
        await asyncio.sleep(service.limits.mail_every_s)


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
            civil=service.civil,
            notices=told.notices[:MOST_LINES],
            waiting=told.waiting[:MOST_LINES],
            more=count - min(len(told.notices), MOST_LINES),
            more_waiting=len(told.waiting[MOST_LINES:]),
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
