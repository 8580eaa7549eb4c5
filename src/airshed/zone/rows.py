"""Strict reading of a CSV table into frozen rows, and writing it back in one canonical form."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Callable, Collection, Iterable, Iterator
from pathlib import Path
from types import NoneType
from typing import Any, Generic, NamedTuple, TypeVar, get_args, get_origin, get_type_hints

import msgspec

from airshed.model.refusal import Malformed

Row = TypeVar("Row", bound=msgspec.Struct)
Decoded = TypeVar("Decoded")

#: More rows than this are not an inventory.
MOST_ROWS = 5_000_000


class Table(NamedTuple, Generic[Row]):
    """What could be read of a table, the line that each row ends on, and every fault of the others."""

    path: Path
    rows: tuple[Row, ...]
    lines: tuple[int, ...]
    faults: tuple[Malformed, ...]

    def place(self, row: int, column: str) -> str:
        """Where a row's cell stands, as an error names it."""
        return f"{self.path} line {self.lines[row]} column {column}"


def read_rows(path: Path, kind: type[Row], optional: Collection[str] = ()) -> tuple[Row, ...]:
    """The rows of a CSV file as `kind`: its fields are the columns, in their order; the first fault is raised.

    An empty cell is None where the field allows that; a tuple field holds words between blanks. Columns that are
    `optional` may be left out, for the default of their field. Anything else is `Malformed` with file, line and column.
    """
    table = read_table(path, kind, optional)
    if table.faults:
        raise table.faults[0]
    return table.rows


def read_table(path: Path, kind: type[Row], optional: Collection[str] = ()) -> Table[Row]:
    """The rows that can be read, and every fault of the others."""
    rows: list[Row] = []
    lines: list[int] = []
    faults: list[Malformed] = []
    try:
        for line, row in _each(path, kind, optional):
            if isinstance(row, Malformed):
                faults.append(row)
            else:
                rows.append(row)
                lines.append(line)
    except Malformed as fault:  # of the file: nothing after it can be read
        faults.append(fault)
    return Table(path, tuple(rows), tuple(lines), tuple(faults))


def _each(path: Path, kind: type[Row], optional: Collection[str]) -> Iterator[tuple[int, Row | Malformed]]:
    kinds = get_type_hints(kind, include_extras=True)
    columns = list(kind.__struct_fields__)
    try:
        text = path.read_text("utf-8")
    except FileNotFoundError:
        raise Malformed(str(path), "the file is missing", f"give a CSV with the columns {','.join(columns)}") from None
    except (OSError, UnicodeDecodeError) as error:
        raise Malformed(str(path), f"cannot be read ({error})", "give a UTF-8 text file") from None
    reader = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), strict=True)
    try:
        header = next(reader, [])
        columns = [column for column in columns if column in header or column not in optional]
        if header != columns:
            _blame_header(path, header, columns)
        shapes = [kinds[column] for column in columns]
        words = [get_origin(shape) is tuple for shape in shapes]
        may_be_empty = [NoneType in get_args(shape) for shape in shapes]
        for number, cells in enumerate(reader):
            line = reader.line_num
            if number == MOST_ROWS:
                raise Malformed(f"{path} line {line}", f"more than {MOST_ROWS} rows", "split the table")
            if len(cells) != len(columns):
                what = f"{len(cells)} cells for {len(columns)} columns"
                yield line, Malformed(f"{path} line {line}", what, "give one cell a column")
                continue
            values = [
                tuple(cell.split()) if word else (None if may and not cell.strip() else cell.strip())
                for cell, word, may in zip(cells, words, may_be_empty, strict=True)
            ]
            try:  # the whole row at once; only what cannot be read so is looked at cell by cell
                told = dict(zip(columns, values, strict=True))
                row = None if "" in values else msgspec.convert(told, kind, strict=False)
            except msgspec.ValidationError:
                row = None
            if row is not None and all(map(_finite, msgspec.structs.astuple(row))):
                yield line, row
                continue
            for column, cell in zip(columns, cells, strict=True):
                try:
                    _value(cell, kinds[column], f"{path} line {line} column {column}")
                except Malformed as fault:
                    yield line, fault
    except csv.Error as error:
        raise Malformed(f"{path} line {reader.line_num}", str(error), "quote cells that hold a comma") from None


def write_rows(path: Path, kind: type[Row], rows: Iterable[Row]) -> None:
    """Write rows in canonical form, as `read_rows` reads: UTF-8, line feeds, quotes only where needed."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(kind.__struct_fields__)
    for row in rows:
        writer.writerow([_cell(getattr(row, column)) for column in kind.__struct_fields__])
    path.write_text(text.getvalue(), "utf-8", newline="\n")


def decoded(path: Path, decode: Callable[[bytes], Decoded], cure: str) -> Decoded:
    """A file through its decoder; every failure is `Malformed` with the file as its place."""
    try:
        return decode(path.read_bytes())
    except FileNotFoundError:
        raise Malformed(str(path), "the file is missing", cure) from None
    except OSError as error:
        raise Malformed(str(path), f"cannot be read ({error.strerror})", cure) from None
    except ValueError as error:  # what every decoder raises: msgspec, tomllib, UTF-8
        raise Malformed(str(path), str(error).rstrip("."), cure) from None


def _cell(value: object) -> str:
    """One value as its cell: absence is empty, a whole number has no point, a tuple is words.

    >>> _cell(None), _cell(6.0), _cell(0.583), _cell(("SO2", "PM"))
    ('', '6', '0.583', 'SO2 PM')
    """
    if value is None:
        return ""
    if isinstance(value, tuple):
        return " ".join(map(_cell, value))
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _value(cell: str, kind: Any, place: str) -> Any:
    """One cell as what its field holds; an empty tuple is a state, an empty cell that must be filled an error."""
    cell = cell.strip()
    words = get_origin(kind) is tuple
    if not cell and not words:
        if NoneType in get_args(kind):
            return None
        raise Malformed(place, "the cell is empty", "give its value")
    try:
        value = msgspec.convert(tuple(cell.split()) if words else cell, kind, strict=False)
    except msgspec.ValidationError as error:
        said = str(error)
        raise Malformed(place, f"{cell[:60]!r}: {said[0].lower()}{said[1:]}", "put the cell right") from None
    if not _finite(value):
        raise Malformed(place, f"{cell!r} is not a finite number", "write digits, as in 12.5")
    return value


def _finite(value: object) -> bool:
    """Whether a number is one; all of them, in a cell of several."""
    if isinstance(value, tuple):
        return all(map(_finite, value))
    return not isinstance(value, float) or math.isfinite(value)


def _blame_header(path: Path, header: list[str], columns: list[str]) -> None:
    """Say which column is missing, unknown or out of place."""
    missing = [column for column in columns if column not in header]
    unknown = [column for column in header if column not in columns]
    if missing:
        what = f"column {missing[0]!r} is missing"
    elif unknown:
        what = f"no such column {unknown[0]!r}"
    else:
        what = "the columns are in another order or twice"
    raise Malformed(f"{path} line 1", what, f"the columns are {','.join(columns)}")
