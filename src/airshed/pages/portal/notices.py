"""What concerned somebody since they looked last: what moved in their account, and what was said of what is theirs."""

from __future__ import annotations

from bisect import bisect_right
from collections import deque
from collections.abc import Collection, Iterable, Iterator
from hashlib import sha256
from itertools import groupby
from typing import Any, NamedTuple

from starlette.requests import Request
from starlette.responses import Response

from airshed.engine import events as e
from airshed.engine.commands import CloseSession
from airshed.engine.journal import Record, decode
from airshed.engine.nouns import Actor
from airshed.engine.state import State
from airshed.model.civil import CivilTime
from airshed.model.measures import Unit
from airshed.pages.kit.words import Phrase, same
from airshed.pages.portal.frame import Visitor, acting, page
from airshed.pages.portal.happening import in_column
from airshed.rulebook.schema import Rulebook
from airshed.service.book.kept import KeptBook
from airshed.service.book.naming import Naming, lines_newest_first
from airshed.service.book.statement import lines_of
from airshed.service.forms.happened import said_of_event
from airshed.service.http.problems import Stopped
from airshed.service.http.service import Service

#: The cookie of the last record of which somebody has seen the notices.
HEARD = "airshed-heard"
#: Records that are looked through, and notices that are shown.
MOST_RECORDS, MOST = 20_000, 200
#: What is told to every firm.
FOR_ALL = (
    *(e.RulebookAdopted, e.MarketHalted, e.MarketResumed),
    *(e.AuctionOpened, e.RepurchaseOpened, e.CallOpened, e.ZoneCallOpened, e.BiddingEnded),
)
#: What is told to whoever did it too: it may still be called off, by another of the same firm.
OWN_TOO = (e.TransferDelayed,)
#: What is told with the reason that was given.
STOPPED = (e.AccountFrozen, e.AccountRestricted, e.AccountSuspended)


class Notice(NamedTuple):
    """Something that happened, and what of theirs it was about."""

    seq: int
    at: int
    what: Phrase
    of: str
    #: What moved, with its sign.
    moved: Phrase
    new: bool = False


class Fold(NamedTuple):
    """Notices of one kind and day, one after the other, in a line: the last of them stands for all."""

    head: Notice
    #: All of them, the last first; one where nothing is folded.
    each: tuple[Notice, ...]

    @property
    def first(self) -> Notice:
        """The earliest of them."""
        return self.each[-1]


#: So many like notices are folded into a line.
ALIKE = 3


def folded(found: Iterable[Notice], civil: CivilTime) -> list[Fold]:
    """Notices in their order, those that are alike in a line that can be unfolded."""
    lines = []
    for _, some in groupby(found, key=lambda each: (each.what, each.new, civil.day_of(each.at))):
        alike = tuple(some)
        lines += [Fold(alike[0], alike)] if len(alike) >= ALIKE else [Fold(each, (each,)) for each in alike]
    return lines


async def notices(service: Service, request: Request) -> Response:
    """What concerned an account, the last first; what is new since the last look stands apart."""
    visitor = await acting(service, request)
    actor = visitor.actor
    assert actor is not None
    if not actor.account:
        raise Stopped("not_there", "whoever acts for no account has no notices")
    mine, rules = await visitor.look(lambda market, rules: (of_account(market.state, actor.account), rules))
    heard = _heard(visitor)

    naming = naming_of(service)

    def look(book: KeptBook) -> tuple[list[Notice], int]:
        every, last = 0, deque[Notice](maxlen=MOST)
        for record in _last(book, mine, naming):
            for each in notices_in(record, mine, actor, rules):
                last.append(each._replace(new=each.seq > heard))
                every += 1
        return list(reversed(last)), every

    assert visitor.signed is not None
    address = service.door.users.addresses.of(visitor.signed.user.name)
    found, every = await service.readers.read(look)
    new = sum(each.new for each in found)
    said = page(
        visitor,
        "notices.html.j2",
        notices=folded(found, service.civil),
        shown=len(found),
        all=every,
        new=new,
        first=not heard,
        mails=service.post is not None,
        refused=address is not None and address.refused,
    )
    secure = "; Secure" if service.door.secure else ""
    cookie = (
        f"{HEARD}={_word(actor.id)}.{visitor.standing.seq}; Path=/; Max-Age=31536000; HttpOnly; SameSite=Lax{secure}"
    )
    said.headers.append("Set-Cookie", cookie)
    return said


def _word(actor: str) -> str:
    """A name as a cookie may hold it: one of a book may be Chinese, or have a comma."""
    return sha256(actor.encode()).hexdigest()[:16]


def _heard(visitor: Visitor) -> int:
    name, _, text = visitor.request.cookies.get(HEARD, "").rpartition(".")
    own = visitor.actor is not None and name == _word(visitor.actor.id)
    return int(text) if own and text.isascii() and text.isdecimal() and len(text) < 16 else 0


def of_account(state: State, account: str) -> frozenset[str]:
    """The account, its sources and their stacks, by which events name them."""
    return of_accounts(state, {account})[account]


def of_accounts(state: State, accounts: Collection[str]) -> dict[str, frozenset[str]]:
    """The same of several, in one pass."""
    names = {account: {account} for account in accounts}
    for source in state.sources.values():
        mine = names.get(source.account)
        if mine is not None:
            mine.add(source.id)
            mine.update(stack for stack, _ in source.stacks)
    return {account: frozenset(found) for account, found in names.items()}


def naming_of(service: Service) -> Naming:
    """What knows which records name whom, of a service."""
    found: Naming = service.beside.setdefault("naming", Naming())
    return found


def _last(book: KeptBook, mine: frozenset[str], naming: Naming) -> Iterator[Record]:
    """Of the last records those that may concern somebody, in their order."""
    words = (*(f'"{name}"'.encode() for name in sorted(mine)), *(kind.__name__.encode() for kind in FOR_ALL))
    since = max(0, book.last() - MOST_RECORDS)
    numbers = naming.of(book, words, since)
    some = numbers[bisect_right(numbers, since) :]
    for line in reversed(list(lines_newest_first(book, some))):
        yield decode(line)


def notices_in(record: Record, mine: frozenset[str], actor: Actor, rules: Rulebook) -> Iterator[Notice]:
    """What of a record concerns the account of an actor: each move, or what was said of what is theirs by others."""
    if record.refusal is not None:
        return
    yield from _short(record, actor, rules)
    moves = list(lines_of([record], actor.account))
    for move in moves:
        value, unit = (move.count, Unit.ALLOWANCES) if move.series else (move.fen, Unit.FEN)
        shown = in_column(abs(value), unit, rules)
        sign = "+" if value > 0 else "−"
        text = Phrase(f"{sign}{shown.en}", f"{sign}{shown.zh}")
        yield Notice(record.seq, record.at, Phrase(*said_of_event(getattr(e, move.what))), move.series or "", text)
    if moves or isinstance(record.body, CloseSession):
        return  # what rests is let go at every close, which is nobody's news
    others = [event for event in record.events if record.actor != actor.id or isinstance(event, OWN_TOO)]
    told = [event for event in others if _named(event, mine)]
    # Of what is theirs the first is told, and of orders each; what concerns all is told besides.
    for event in others:
        each = isinstance(event, FOR_ALL) or (event in told and isinstance(event, e.OrderCancelled))
        if each or event is next(iter(told), None):
            about, text = _about(event, mine, rules)
            yield Notice(record.seq, record.at, Phrase(*said_of_event(type(event))), about, text)


def _short(record: Record, actor: Actor, rules: Rulebook) -> Iterator[Notice]:
    """What a settlement found missing, with the penalty and its last day."""
    for event in record.events:
        if not isinstance(event, e.YearClosed) or event.account != actor.account:
            continue
        what = Phrase(f"Short: pay the penalty by {event.pay_by}", f"欠缴，罚款缴纳截止日{event.pay_by}")
        if event.by_case:
            what = Phrase("Short: a case may follow", "欠缴，可能立案处理")
        for each in event.settlements:
            if each.shortfall:
                about = f"{each.source} {each.pollutant} {event.year}"
                yield Notice(record.seq, record.at, what, about, in_column(each.penalty_fen, Unit.FEN, rules))


def _named(event: Any, mine: frozenset[str]) -> str:
    return next((text for text in _texts(event) if text in mine), "")


def _about(event: Any, mine: frozenset[str], rules: Rulebook) -> tuple[str, Phrase]:
    """What an event is about, and how much of it."""
    if isinstance(event, e.TransferDelayed):
        return event.series, in_column(event.count, Unit.ALLOWANCES, rules)
    if isinstance(event, e.OrderCancelled):
        return f"{event.series} #{event.order}", in_column(event.left, Unit.ALLOWANCES, rules)
    if isinstance(event, STOPPED):
        return event.account, same(event.reason)
    if isinstance(event, FOR_ALL):
        return _subject(event), same("")
    return _named(event, mine), same("")


def _subject(event: Any) -> str:
    """What an event that concerns everybody is about: the thing's name, and its series where the name has none."""
    names = [getattr(event, field, "") for field in ("auction", "call", "repurchase", "name", "version")]
    series = getattr(event, "series", "") or getattr(event, "pollutant", "")
    name = next(filter(None, names), "")
    return name if series in name else f"{name} {series}".strip()


def _texts(event: Any) -> Iterator[str]:
    for name in event.__struct_fields__:
        value = getattr(event, name)
        if isinstance(value, str):
            yield value
