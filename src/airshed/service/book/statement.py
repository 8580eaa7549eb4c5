"""The statement of an account: every move in and out, with the balance after it, and what it owes, from the book."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import msgspec

from airshed.engine.events import CapSet, Event
from airshed.engine.journal import Record
from airshed.model.allowance import count_of
from airshed.model.refusal import Malformed
from airshed.registry.moves import Entry, Paid
from airshed.service.book.embargo import Early
from airshed.service.book.kept import KeptBook
from airshed.service.book.penalties import PenaltyLine
from airshed.service.forms.measures import read_day

#: What stands after FROM for a table, with its values: all of it, or what is for who reads; None where nothing is.
Source = Callable[[str], tuple[str, Sequence[Any]] | None]
#: States of a case that is not over.
OPEN_CASES = "('noticed', 'decided', 'appealed')"


class StatementLine(msgspec.Struct, frozen=True, omit_defaults=True):
    """One move: allowances of `series` (then `count` and `balance`) or money (then `fen` and `cash`)."""

    seq: int
    at: int
    #: The event.
    what: str
    #: The other account.
    other: str
    series: str | None
    count: int
    #: Allowances of the series after it.
    balance: int
    fen: int
    #: Money after it.
    cash: int
    #: It tells a figure of a year that is not public yet: what it was, with whom and how much is left out.
    embargoed: bool = False


class FlowRoom(msgspec.Struct, frozen=True):
    """What of the bank of an account counts one for one, where the law has flow control."""

    year: int
    pollutant: str
    #: Allowances that do, and how many of them are left.
    one_for_one: int
    still: int


class OpenCase(msgspec.Struct, frozen=True, tag="case", tag_field="is"):
    """A case about an account that is not over, with what there is until when to be done; sums in fen."""

    case: int
    source: str
    year: int
    ground: str
    state: str
    proposed_fen: int
    reply_until: int
    fen: int | None
    appeal_until: int | None


class Statement(msgspec.Struct, frozen=True):
    """What an account is, and everything that is to be said of it."""

    account: str
    number: str
    name: str
    #: Its state, and why, where it is not open.
    state: str
    reason: str | None
    moves: tuple[StatementLine, ...]
    rooms: tuple[FlowRoom, ...]
    penalties: tuple[PenaltyLine, ...]
    cases: tuple[OpenCase, ...]
    #: Of which years it tells what is not public yet, and from when that is.
    embargoed: tuple[str, ...]


class DaySpan(NamedTuple):
    """From a day to a day, both in it; empty for the first and the last of the book."""

    first: str = ""
    last: str = ""

    def has(self, day: str) -> bool:
        """Whether a day is one of them."""
        return self.first <= day <= (self.last or "9999")


#: Every day.
ALWAYS = DaySpan()


def days_of(first: str, last: str, places: tuple[str, str]) -> DaySpan:
    """The days of a statement as people write them, or `Malformed` with the place of the one that is wrong."""
    found = DaySpan(*(read_day(text, place) if text else "" for text, place in zip((first, last), places, strict=True)))
    if found.first and found.last and found.first > found.last:
        raise Malformed(places[1], f"{found.last} is before {found.first}", "give the later day")
    return found


def whole(table: str) -> tuple[str, Sequence[Any]]:
    """Every row, for who holds the book."""
    return table, ()


def statement_of(
    book: KeptBook,
    account: str,
    records: Iterable[Record],
    fined: Callable[[], Sequence[PenaltyLine]],
    *,
    days: DaySpan = ALWAYS,
    hidden: Callable[[Event], bool] | None = None,
    source: Source = whole,
) -> Statement | None:
    """The statement of an account out of these records; None where there is no such account.

    Moves are those of some days, and what is owed is as the book stands. `fined` gives its penalties and is asked only
    where there are any. What is hidden from who reads, and what of the tables `source` leaves out, is not told: of a
    move only that there was something.
    """
    found = book.sql.execute(
        "SELECT number, name, state, reason FROM accounts WHERE account = ?", (account,)
    ).fetchone()
    if found is None:
        return None
    early = Early(book)

    def hides(event: Event) -> bool:
        early.note(event)
        return hidden is not None and hidden(event)

    lines = lines_of(records, account, hides)
    moves = tuple(line for line in lines if days == ALWAYS or days.has(book.civil.day_of(line.at)))
    rooms = _rows(book, source, "flow_rooms", account, FlowRoom.__struct_fields__, "year, pollutant")
    names = ("case_number", *OpenCase.__struct_fields__[1:])
    cases = _rows(book, source, "cases", account, names, "case_number", f"state IN {OPEN_CASES}")
    known = _rows(book, source, "penalties", account, ("source", "year", "pollutant", "case_number"), "source")
    there = {tuple(row) for row in known}
    penalties = tuple(line for line in fined() if line.key in there) if there else ()
    told = [OpenCase(*row) for row in cases]
    number, name, state, reason = found
    return Statement(
        account,
        number,
        name,
        state,
        reason,
        moves,
        tuple(FlowRoom(*row) for row in rooms),
        penalties,
        tuple(told),
        tuple(early.said((*(line.year for line in penalties), *(case.year for case in told)))),
    )


def _rows(
    book: KeptBook, source: Source, table: str, account: str, columns: Sequence[str], order: str, more: str = ""
) -> Sequence[Sequence[Any]]:
    there = source(table)
    if there is None:
        return ()
    rows, values = there
    where = f"account = ? AND {more}" if more else "account = ?"
    asked = f"SELECT {', '.join(columns)} FROM {rows} WHERE {where} ORDER BY {order}"
    return book.sql.execute(asked, (*values, account)).fetchall()


def lines_of(
    records: Iterable[Record], account: str, hidden: Callable[[Event], bool] | None = None
) -> Iterator[StatementLine]:
    """The moves of `account` in the order of the book; of what is hidden from who reads, that there was something.

    Balances are those of the book either way: a statement is told to who reads in `holdings` what lies in the account.
    """
    cash = 0
    held: dict[str, int] = {}
    for record in records:
        for event in record.events:
            what = type(event).__name__
            if type(event) is CapSet and event.account == account:
                held[event.series] = event.count
                yield StatementLine(record.seq, record.at, what, "", event.series, event.count, event.count, 0, cash)
            for move in _entry(event):
                if account not in (move.origin, move.target):
                    continue
                sign = 1 if move.target == account else -1
                other = move.origin if sign == 1 else move.target
                if isinstance(move, Paid):
                    cash += sign * move.fen
                    line = StatementLine(record.seq, record.at, what, other, None, 0, 0, sign * move.fen, cash)
                else:
                    count = sign * count_of(move.blocks)
                    held[move.series] = held.get(move.series, 0) + count
                    line = StatementLine(
                        record.seq, record.at, what, other, move.series, count, held[move.series], 0, cash
                    )
                if hidden is not None and hidden(event):
                    line = msgspec.structs.replace(line, what="", other="", count=0, fen=0, embargoed=True)
                yield line


def _entry(event: Event) -> Entry:
    entry: Entry = getattr(event, "entry", ())
    return entry
