"""Hold the read tables of a book, row by row, to what follows from its records; or write them anew."""

from __future__ import annotations

from collections.abc import Iterator

from airshed.engine.journal import Record, Row
from airshed.engine.state import State
from airshed.engine.tables import TABLES, Table, everything, gathering, note
from airshed.model.refusal import Malformed
from airshed.service.book.file_lock import Unreadable
from airshed.service.book.kept import KeptBook
from airshed.service.book.sqlite import UNREADABLE

REBUILD = "rebuild the read tables: airshed replay BOOK --rebuild"


class ExpectedRows:
    """The rows that follow from records, gathered as these are taken in."""

    def __init__(self) -> None:
        self._tables = gathering()

    def note(self, state: State, record: Record) -> None:
        """A record that the state has just taken in."""
        note(self._tables, state, record)

    def of(self, state: State) -> dict[str, list[Row]]:
        """Every row by table."""
        added = self._tables.take_added()
        rows: dict[str, list[Row]] = {table.name: added.get(table.name, []) for table in TABLES}
        for name, row in everything(state):
            rows[name].append(row)
        return rows


def compare(book: KeptBook, table: Table, wanted: list[Row]) -> None:
    """`Malformed` names the first row that is missing, too many or otherwise."""
    try:
        _compare(book, table, wanted)
    except TypeError:  # a damaged cell may be of another type
        raise Malformed(f"{book.path} table {table.name}", "a row of it is damaged", REBUILD) from None
    except UNREADABLE as error:
        what = f"cannot be read ({error})"
        raise Unreadable(f"{book.path} table {table.name}", what, "restore the book from a copy") from None


def _compare(book: KeptBook, table: Table, wanted: list[Row]) -> None:
    keys = table.key
    wanted.sort(key=lambda row: row[:keys])
    columns = [column.split()[0] for column in table.columns]
    order = ", ".join(str(place + 1) for place in range(keys))
    found: Iterator[Row] = iter(book.sql.execute(f"SELECT * FROM {table.name} ORDER BY {order}"))
    place = f"{book.path} table {table.name}"
    for row in wanted:
        there = next(found, None)
        if there == row:
            continue
        if there is None or there[:keys] > row[:keys]:
            raise Malformed(f"{place} {_name(row, keys)}", "the row is missing", REBUILD)
        if there[:keys] < row[:keys]:
            raise Malformed(f"{place} {_name(there, keys)}", "the row does not follow from the book", REBUILD)
        for column, is_, should in zip(columns, there, row, strict=True):
            if is_ != should:
                raise Malformed(
                    f"{place} {_name(row, keys)}", f"{column} is {is_!r}, the book gives {should!r}", REBUILD
                )
    extra = next(found, None)
    if extra is not None:
        raise Malformed(f"{place} {_name(extra, keys)}", "the row does not follow from the book", REBUILD)


def _name(row: Row, keys: int) -> str:
    return "/".join(str(cell) for cell in row[:keys])


def write(book: KeptBook, rows: dict[str, list[Row]]) -> int:
    """Write all read tables anew, and make those anew that another version made; how many rows there are."""
    with book.transaction():
        book.remake_tables()
        for table in TABLES:
            book.sql.execute(f"DELETE FROM {table.name}")
            book.fill(table.name, rows[table.name])
    return sum(len(each) for each in rows.values())
