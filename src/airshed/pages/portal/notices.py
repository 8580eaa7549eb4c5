"""What concerned somebody since they looked last: what moved in their account, and what was said of what is theirs."""

from __future__ import annotations

from bisect import bisect_right
from collections import deque
from collections.abc import Collection, Iterable, Iterator
from functools import cache, partial
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
from airshed.model.allowance import is_strip
from airshed.model.civil import CivilTime
from airshed.model.measures import Unit
from airshed.pages.kit.details import reason
from airshed.pages.kit.words import Phrase, same
from airshed.pages.portal.frame import Visitor, acting, page
from airshed.pages.portal.happening import amount, in_column, mass_of
from airshed.pages.portal.names import Called, account_name
from airshed.pages.portal.owners import BY_NUMBER, Owned, Owners, owners_in, unknown
from airshed.pages.portal.to_holders import Moved, moved_in, said_to_holder
from airshed.rulebook.schema import Rulebook
from airshed.service.book.kept import KeptBook
from airshed.service.book.naming import Naming, lines_newest_first
from airshed.service.forms.happened import said_of_word
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
#: The two sides of what is between two: who gives, and who takes.
SIDES = (
    *(("seller", "buyer"), ("lessor", "lessee"), ("pledgor", "pledgee"), ("origin", "target")),
    ("account", "other"),
)
#: What is told with the reason that was given.
STOPPED = (e.AccountFrozen, e.AccountRestricted, e.AccountSuspended)


NOTHING = same("")


class Notice(NamedTuple):
    """Something that happened, and what of theirs it was about."""

    seq: int
    at: int
    what: Phrase
    of: str
    #: What moved, with its sign.
    moved: Phrase
    new: bool = False
    #: With whom, and on which terms, of what is between two.
    terms: Phrase = NOTHING


class Fold(NamedTuple):
    """Notices of one kind and day, one after the other, in a line: the last of them stands for all."""

    head: Notice
    #: All of them, the last first; one where nothing is folded.
    each: tuple[Notice, ...]

    @property
    def first(self) -> Notice:
        """The earliest of them."""
        return self.each[-1]


#: So many like notices are folded into a line, and so many of those that say how much was moved.
ALIKE, ALIKE_MOVES = 4, 12


def folded(found: Iterable[Notice], civil: CivilTime) -> list[Fold]:
    """Notices in their order, those that are alike in a line that can be unfolded."""
    lines = []
    for _, some in groupby(found, key=lambda each: (each.what, each.new, civil.day_of(each.at))):
        alike = tuple(some)
        most = ALIKE_MOVES if any(each.moved.en for each in alike) else ALIKE
        lines += [Fold(alike[0], alike)] if len(alike) >= most else [Fold(each, (each,)) for each in alike]
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
        called, owners = called_by(book, rules), owners_in(book)
        for record in _last(book, mine, naming):
            for each in notices_in(record, mine, actor, rules, called, owners):
                last.append(each._replace(new=each.seq > heard))
                every += 1
        # The last record first, and of each what it says in its order.
        return sorted(last, key=lambda each: -each.seq), every

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
    kinds = (*FOR_ALL, *BY_NUMBER)
    words = (*(f'"{name}"'.encode() for name in sorted(mine)), *(f'"{kind.__name__}"'.encode() for kind in kinds))
    since = max(0, book.last() - MOST_RECORDS)
    numbers = naming.of(book, words, since)
    some = numbers[bisect_right(numbers, since) :]
    for line in reversed(list(lines_newest_first(book, some))):
        yield decode(line)


def called_by(book: KeptBook, rules: Rulebook) -> Called:
    """What the accounts of a book are called."""

    @cache
    def called(account: str) -> Phrase:
        row = book.sql.execute("SELECT name FROM accounts WHERE account = ?", (account,)).fetchone()
        return account_name(rules, account, row[0] if row else "")

    return called


def notices_in(
    record: Record,
    mine: frozenset[str],
    actor: Actor,
    rules: Rulebook,
    called: Called | None = None,
    owners: Owners = unknown,
) -> Iterator[Notice]:
    """What of a record concerns the account of an actor: each move, or what was said of what is theirs by others."""
    if record.refusal is not None:
        return
    called = called or partial(account_name, rules)
    yield from _short(record, actor, rules)
    yield from _stopped(record, actor)
    moves = list(moved_in(record, actor.account))
    for move in moves:
        yield _of_move(move, record, mine, rules, called, owners)
    booked = {id(move.event) for move in moves}
    others = [event for event in record.events if record.actor != actor.id or isinstance(event, OWN_TOO)]
    others = [event for event in others if not isinstance(event, STOPPED) and id(event) not in booked]
    if isinstance(record.body, CloseSession):  # orders are let go at every close, which is nobody's news
        others = [event for event in others if _other(event, actor.account)]
    owned = {id(event): owner for event in others if (owner := owners(event)) and owner.whose in mine}
    told = [event for event in others if id(event) in owned or _named(event, mine)]
    # Of what is theirs the first is told, where nothing moved; of orders, of what is between two and of what has a
    # number, each; and besides what concerns all.
    for event in others:
        other = _other(event, actor.account)
        single = other or isinstance(event, e.OrderCancelled) or id(event) in owned
        each = isinstance(event, FOR_ALL) or (event in told and single)
        if each or (not moves and event is next(iter(told), None)):
            about, text = _about(event, mine, rules, owned.get(id(event)))
            terms = _terms(event, other, rules, called) if other else _decided(event, rules)
            yield Notice(record.seq, record.at, _what(event), about, text, terms=terms)


def _of_move(
    move: Moved, record: Record, mine: frozenset[str], rules: Rulebook, called: Called, owners: Owners
) -> Notice:
    """What moved, against what, and what was decided by it; a move is told to whoever did it too."""
    event, owned = move.event, owners(move.event)
    about = owned.called if owned else move.series or _about(event, mine, rules)[0]
    texts = [_signed(move.count, Unit.ALLOWANCES, rules)] if move.count else []
    texts += [_signed(move.fen, Unit.FEN, rules)] if move.fen else []
    terms = [
        _with(called, move.other),
        *_price(event, rules, move.series),
        *_fee(move, rules, mine),
        _decided(event, rules),
    ]
    return Notice(
        record.seq,
        record.at,
        said_to_holder(type(event), move.way),
        about,
        _listed(texts),
        terms=_listed(terms),
    )


def _signed(value: int, unit: Unit, rules: Rulebook) -> Phrase:
    shown, sign = in_column(abs(value), unit, rules), "+" if value > 0 else "−"
    return Phrase(f"{sign}{shown.en}", f"{sign}{shown.zh}")


def _fee(move: Moved, rules: Rulebook, mine: frozenset[str]) -> Iterator[Phrase]:
    """The fee of one's own side, which is in what was paid."""
    if isinstance(move.event, e.CallCleared):
        fen = sum(fill.fee for fill in move.event.fills if fill.account in mine)
    else:
        fen = getattr(move.event, "buyer_fee" if move.way == "in" else "seller_fee", 0)
    if fen:
        fee = amount(fen, Unit.FEN, rules)
        yield Phrase(f"fee {fee.en}", f"手续费{fee.zh}")


def _price(event: Any, rules: Rulebook, series: str = "") -> Iterator[Phrase]:
    """At what price; of a call the series stands in what was moved alone."""
    price = getattr(event, "price", 0)
    if price and (getattr(event, "series", "") or (series and isinstance(event, e.CallCleared))):
        each = amount(price, Unit.FEN_PER_T, rules)
        yield Phrase(f"at {each.en}", f"价格{each.zh}")


def _listed(texts: Iterable[Phrase]) -> Phrase:
    there = [each for each in texts if each.en]
    return Phrase("; ".join(each.en for each in there), "；".join(each.zh for each in there))


def _other(event: Any, account: str) -> str:
    """The other side of what is between two; nothing where an account is no side of it."""
    for sides in SIDES:
        parties = [getattr(event, side, "") for side in sides]
        if all(parties) and account in parties:
            return str(parties[1 - parties.index(account)])
    return ""


def _with(called: Called, other: str) -> Phrase:
    party = called(other) if other else NOTHING
    return Phrase(f"with {party.en}", f"对方：{party.zh}") if other else NOTHING


def _terms(event: Any, other: str, rules: Rulebook, called: Called) -> Phrase:
    """With whom something is, and what of its terms it says."""
    found = [_with(called, other)]
    if fen := getattr(event, "secured", 0):
        debt = amount(fen, Unit.FEN, rules)
        found.append(Phrase(f"debt {debt.en}", f"担保债务{debt.zh}"))
    found += _price(event, rules)
    if rent := getattr(event, "rent", 0):
        yearly = amount(rent, Unit.FEN_PER_T_YEAR, rules)
        found.append(Phrase(f"rent {yearly.en}", f"租金{yearly.zh}"))
    if day := getattr(event, "until", "") or getattr(event, "ends", ""):
        found.append(Phrase(f"until {day}", f"至{day}"))
    if day := getattr(event, "enforce_from", ""):
        found.append(Phrase(f"may be enforced from {day}", f"自{day}起可处置"))
    if due := getattr(event, "due", 0):
        at = rules.civil.clock(due)[:16].replace("T", " ")
        found.append(Phrase(f"carried out {at}", f"{at}执行"))
    return _listed(found)


def _stopped(record: Record, actor: Actor) -> Iterator[Notice]:
    """That an account was stopped, and why: told before what became of its orders, which is told besides."""
    for event in record.events:
        if isinstance(event, STOPPED) and event.account == actor.account and record.actor != actor.id:
            what = said_to_holder(type(event))
            yield Notice(record.seq, record.at, what, event.account, reason(event.reason))


def _what(event: Any) -> Phrase:
    if isinstance(event, e.CaseDecided) and not event.fen:
        return Phrase("A case is dropped.", "已决定不予处罚")
    if isinstance(event, e.CaseDecided):
        return Phrase("A case is decided; the penalty is to be paid.", said_to_holder(e.CaseDecided).zh)
    return said_to_holder(type(event))


def _decided(event: Any, rules: Rulebook) -> Phrase:
    """What was decided of something that has a number, until when something may be done about it, and why."""
    if type(event) not in BY_NUMBER:
        return NOTHING
    found = []
    if isinstance(event, e.CaseDecided | e.CaseAppealDecided):
        penalty = amount(event.fen, Unit.FEN, rules)
        found.append(Phrase(f"penalty {penalty.en}", f"罚款{penalty.zh}"))
        if event.pay_by:
            found.append(Phrase(f"to be paid by {event.pay_by}", f"缴纳截止日{event.pay_by}"))
    if isinstance(event, e.CaseDecided) and event.fen:
        until = rules.civil.clock(event.appeal_until)[:16].replace("T", " ")
        found.append(Phrase(f"may be appealed until {until}", f"可于{until}前申请复议"))
    if isinstance(event, e.MarkReverted):
        found.append(Phrase(*said_of_word("how", event.how)))
    if isinstance(event, e.AppealDecided):
        found.append(Phrase("it is upheld", "申诉成立") if event.upheld else Phrase("it is not upheld", "申诉不成立"))
    if why := getattr(event, "reason", ""):
        found.append(reason(why))
    return _listed(found)


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


def _about(event: Any, mine: frozenset[str], rules: Rulebook, owned: Owned | None = None) -> tuple[str, Phrase]:
    """What an event is about, and how much of it."""
    if owned is not None:
        return owned.called, NOTHING
    if isinstance(event, e.OrderCancelled):
        return f"{event.series} #{event.order}", in_column(event.left, Unit.ALLOWANCES, rules)
    if isinstance(event, FOR_ALL):
        return _subject(event), same("")
    series, count = getattr(event, "series", ""), getattr(event, "count", 0)
    if series and isinstance(count, int) and count:
        # A strip has so many of each year.
        return series, mass_of(count, rules, series) if is_strip(series) else in_column(count, Unit.ALLOWANCES, rules)
    return series or getattr(event, "source", "") or _named(event, mine), NOTHING


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
