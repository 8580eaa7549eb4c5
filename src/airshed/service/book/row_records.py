"""Which record wrote a row of a table last, for tables that show how things stand and have no number of a record."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from threading import Lock
from typing import Any, NamedTuple, get_args

from airshed.engine import events as e
from airshed.engine.journal import decode
from airshed.engine.tables.table import Column
from airshed.service.book.kept import KeptBook, line_of

Key = tuple[Any, ...]
#: The column that says so.
SEQ = Column("seq INTEGER", "number of the record that wrote the row last")


class Writing(NamedTuple):
    """The events that write rows of a table, and the rows that one writes: by their key, or the beginning of it."""

    kinds: tuple[type, ...]
    rows: Callable[[Any], Iterator[Key]]


def _of_day(event: e.DaySealed) -> Iterator[Key]:
    yield event.stack, event.day


def _of_account(event: Any) -> Iterator[Key]:
    yield (event.account.id if isinstance(event, e.AccountOpened) else event.account,)


def _of_year(event: Any) -> Iterator[Key]:
    if isinstance(event, e.YearClosed):
        yield from ((each.source, event.year, each.pollutant) for each in event.settlements)
    elif isinstance(event, e.Surrendered | e.SurrenderReversed | e.PenaltyPaid):
        yield event.source, event.year, event.pollutant
    else:
        yield event.source, event.year


#: What is said of an account itself: that it exists, and every standing that it takes.
_OF_ACCOUNTS = tuple(
    kind
    for kind in get_args(e.Event)
    if kind.__module__ in (e.AccountOpened.__module__, e.ClosureNoticed.__module__)
    and kind.__name__.startswith("Account")
)
#: By table, the first columns of which are the key.
WRITING: Mapping[str, Writing] = {
    "days": Writing((e.DaySealed,), _of_day),
    "accounts": Writing((*_OF_ACCOUNTS, e.ClosureNoticed), _of_account),
    "years": Writing(
        (
            *(e.YearReported, e.YearReopened, e.YearVerified, e.YearDetermined, e.YearAmended),
            *(e.Surrendered, e.SurrenderReversed, e.YearClosed, e.PenaltyPaid),
        ),
        _of_year,
    ),
}


class RowRecords:
    """The numbers by table and row; what was looked through of a book is not looked through again."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[int, dict[Key, int]]] = {}
        self._lock = Lock()

    def of(self, book: KeptBook, table: str) -> Callable[[Sequence[Any]], int | None]:
        """What says for the beginning of a row, its key, which record wrote it last."""
        with self._lock:
            through, found = self._known.get(table, (0, {}))
            last = book.last()
            if last > through:
                found.update(_written(book, WRITING[table], through, last))
                self._known[table] = (last, found)

        def number(key: Sequence[Any]) -> int | None:
            parts = (found.get(tuple(key[:end])) for end in range(1, len(key) + 1))
            return max((seq for seq in parts if seq is not None), default=None)

        return number


def _written(book: KeptBook, writing: Writing, after: int, until: int) -> Iterator[tuple[Key, int]]:
    words = [f'"is":"{kind.__name__}"'.encode() for kind in writing.kinds]
    asked = "SELECT seq, hash, record FROM journal WHERE seq > ? AND seq <= ? ORDER BY seq"
    for row in book.sql.execute(asked, (after, until)):
        raw = bytes(row[2])
        if any(word in raw for word in words):
            for event in decode(line_of(*row)).events:
                if isinstance(event, writing.kinds):
                    yield from ((key, row[0]) for key in writing.rows(event))
