"""Verify a book: fold it anew, check chain, invariants and read tables, and name the first difference."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from airshed.engine.invariants import check as check_state
from airshed.engine.journal import GENESIS, Line, Row, decode
from airshed.engine.runner import fold
from airshed.engine.state import State
from airshed.engine.tables import TABLES, Table, Tables, everything, note
from airshed.model.refusal import Malformed
from airshed.service.book.sqlite import UNREADABLE, Book


class Verified(NamedTuple):
    """What a sound book says of itself."""

    records: int
    events: int
    refusals: int
    hash: str
    state: State


def verify(book: Book, progress: Callable[[int], None] = lambda done: None) -> Verified:
    """Refold `book`; raise `Malformed` naming the first record, invariant or row that is wrong."""
    with book.named():
        return _verify(book, progress)


def _verify(book: Book, progress: Callable[[int], None]) -> Verified:
    state = State()
    tables = Tables()
    reached = GENESIS
    events = refusals = 0
    listed: dict[str, list[Row]] = {table.name: [] for table in TABLES if table.listed}
    for line in book.lines():
        reached = _fold(state, line, reached)
        record = decode(line)
        note(tables, state, record)
        events += len(record.events)
        refusals += record.refusal is not None
        if line.seq % 5_000 == 0:
            _collect(tables, state, listed)
            progress(line.seq)
    _collect(tables, state, listed)
    try:
        check_state(state)
    except AssertionError as error:
        raise Malformed(f"{book.path} after record {state.seq}", str(error), "restore the book from a copy") from None
    book.check_laws()
    shown: dict[str, list[Row]] = {table.name: [] for table in TABLES if not table.listed}
    for name, row in everything(state):
        shown[name].append(row)
    for table in TABLES:
        try:
            _compare(book, table, listed[table.name] if table.listed else shown[table.name])
        except (*UNREADABLE, TypeError):  # a damaged cell may be of another type
            place = f"{book.path} table {table.name}"
            raise Malformed(place, "a row of it is damaged", "restore the book from a copy") from None
    return Verified(state.seq, events, refusals, reached, state)


def _fold(state: State, line: Line, reached: str) -> str:
    try:
        return fold(state, line, reached)
    except AssertionError as error:
        raise Malformed(
            f"book record {line.seq}", f"breaks an invariant ({error})", "restore the book from a copy"
        ) from None
    except (KeyError, IndexError, TypeError) as error:
        raise Malformed(
            f"book record {line.seq}", f"names what is not there ({error})", "restore the book from a copy"
        ) from None


def _collect(tables: Tables, state: State, listed: dict[str, list[Row]]) -> None:
    for name, rows in tables.take(state).added.items():
        listed[name].extend(rows)


def _compare(book: Book, table: Table, wanted: list[Row]) -> None:
    keys = table.key
    wanted.sort(key=lambda row: row[:keys])
    columns = [column.split()[0] for column in table.columns]
    order = ", ".join(columns[:keys])
    found: Iterator[Row] = book.sql.execute(f"SELECT * FROM {table.name} ORDER BY {order}")
    place = f"{book.path} table {table.name}"
    cure = "rebuild the read tables: airshed replay BOOK --rebuild"
    for row in wanted:
        there = next(found, None)
        if there is None or there[:keys] > row[:keys]:
            raise Malformed(f"{place} {_name(row, keys)}", "the row is missing", cure)
        if there[:keys] < row[:keys]:
            raise Malformed(f"{place} {_name(there, keys)}", "the row does not follow from the book", cure)
        for column, is_, should in zip(columns, there, row, strict=True):
            if is_ != should:
                raise Malformed(f"{place} {_name(row, keys)}", f"{column} is {is_!r}, the book gives {should!r}", cure)
    extra = next(found, None)
    if extra is not None:
        raise Malformed(f"{place} {_name(extra, keys)}", "the row does not follow from the book", cure)


def _name(row: Row, keys: int) -> str:
    return "/".join(str(cell) for cell in row[:keys])


def rebuild(book: Book) -> int:
    """Write all read tables anew from the book, in one transaction; how many rows there are."""
    with book.named():
        return _rebuild(book)


def _rebuild(book: Book) -> int:
    state = State()
    tables = Tables()
    reached = GENESIS
    listed: dict[str, list[Row]] = {table.name: [] for table in TABLES if table.listed}
    for line in book.lines():
        reached = _fold(state, line, reached)
        note(tables, state, decode(line))
    _collect(tables, state, listed)
    rows: dict[str, list[Row]] = {table.name: listed.get(table.name, []) for table in TABLES}
    for name, row in everything(state):
        rows[name].append(row)
    book.sql.execute("BEGIN IMMEDIATE")
    for table in TABLES:
        book.sql.execute(f"DELETE FROM {table.name}")
        marks = ", ".join("?" * len(table.columns))
        book.sql.executemany(f"INSERT INTO {table.name} VALUES ({marks})", rows[table.name])
    book.sql.execute("COMMIT")
    return sum(len(each) for each in rows.values())
