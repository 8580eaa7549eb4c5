"""The statement of an account: every move in and out, with the balance after it, read from the book."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import msgspec

from airshed.engine.events import CapSet, Event
from airshed.engine.journal import Record
from airshed.model.allowance import count_of
from airshed.registry.moves import Entry, Paid


class StatementLine(msgspec.Struct, frozen=True, omit_defaults=True):
    """One move: allowances of `series` (then `count` and `balance`) or money (then `fen` and `cash`)."""

    seq: int
    at: int
    what: str
    other: str
    series: str | None
    count: int
    balance: int
    fen: int
    cash: int
    #: It tells a figure of a year that is not public yet: what it was, for whom and how much is left out.
    embargoed: bool = False


def lines_of(
    records: Iterable[Record], account: str, hidden: Callable[[Event], bool] | None = None
) -> Iterator[StatementLine]:
    """The moves of `account` in the order of the book; of what is hidden from who reads, that there was something.

    Balances are those of the book either way: whoever reads the account reads in `holdings` what lies in it.
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
