"""Strict reading of a CSV table into frozen rows, and writing it back in one canonical form."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Callable, Collection, Iterable, Iterator
from pathlib import Path
from types import NoneType
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

import msgspec

from airshed.model.refusal import Malformed

Row = TypeVar("Row", bound=msgspec.Struct)
Decoded = TypeVar("Decoded")

#: More rows than this are not an inventory.
MOST_ROWS = 100_000


def read_rows(path: Path, kind: type[Row], optional: Collection[str] = ()) -> tuple[Row, ...]:
    """The rows of a CSV file as `kind`: its fields are the columns, in their order; the first fault is raised.

    An empty cell is None where the field allows that; a tuple field holds words between blanks. Columns that are
    `optional` may be left out, for the default of their field. Anything else is `Malformed` with file, line and column.
    """
    rows, faults = rows_and_faults(path, kind, optional)
    if faults:
        raise faults[0]
    return rows


def rows_and_faults(
    path: Path, kind: type[Row], optional: Collection[str] = ()
) -> tuple[tuple[Row, ...], list[Malformed]]:
    """The rows that can be read, and every fault of the others."""
    rows: list[Row] = []
    faults: list[Malformed] = []
    try:
        for row in _each(path, kind, optional):
            if isinstance(row, Malformed):
                faults.append(row)
            else:
                rows.append(row)
    except Malformed as fault:  # of the file: nothing after it can be read
        faults.append(fault)
    return tuple(rows), faults


def _each(path: Path, kind: type[Row], optional: Collection[str]) -> Iterator[Row | Malformed]:
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
        for number, cells in enumerate(reader):
            place = f"{path} line {reader.line_num}"
            if number == MOST_ROWS:
                raise Malformed(place, f"more than {MOST_ROWS} rows", "split the table")
            if len(cells) != len(columns):
                yield Malformed(place, f"{len(cells)} cells for {len(columns)} columns", "give one cell a column")
                continue
            values: dict[str, Any] = {}
            for column, cell in zip(columns, cells, strict=True):
                try:
                    values[column] = _value(cell, kinds[column], f"{place} column {column}")
                except Malformed as fault:
                    yield fault
            if len(values) == len(columns):
                yield kind(**values)
    except csv.Error as error:
        raise Malformed(f"{path} line {reader.line_num}", str(error), "quote cells that hold a comma") from None


def write_rows(path: Path, kind: type[Row], rows: Iterable[Row]) -> None:
    """Write rows in canonical form, as `read_rows` reads: UTF-8, line feeds, quotes only where needed."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(kind.__struct_fields__)
    for row in rows:
        writer.writerow([_cell(value) for value in msgspec.structs.astuple(row)])
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
        return " ".join(str(each) for each in value)
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
    if isinstance(value, float) and not math.isfinite(value):
        raise Malformed(place, f"{cell!r} is not a finite number", "write digits, as in 12.5")
    return value


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
