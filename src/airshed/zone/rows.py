"""Strict reading of a CSV table into frozen rows, and writing it back in one canonical form."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from itertools import accumulate, islice
from pathlib import Path
from types import NoneType
from typing import Any, Generic, Literal, NamedTuple, TypeVar, get_args, get_origin, get_type_hints

import msgspec

from airshed.model.refusal import Malformed
from airshed.zone.large import LEAST_BYTES, plain_rows

Row = TypeVar("Row", bound=msgspec.Struct)
Decoded = TypeVar("Decoded")

#: More rows than this are not an inventory.
MOST_ROWS = 5_000_000
#: Rows that are converted at once.
AT_ONCE = 5_000


class Table(NamedTuple, Generic[Row]):
    """What could be read of a table, the line that each row ends on, and every fault of the others."""

    path: Path
    rows: tuple[Row, ...]
    lines: Sequence[int]
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
    """The rows that can be read, and every fault of the others.

    Thousands of rows are converted at once; only where one of them does not fit they are looked at row by row, and a
    row that does not fit cell by cell, for the place of each fault. A table in which blanks stand around cells is read
    a second time, without them.
    """
    at_once = plain_rows(path.read_bytes(), kind, MOST_ROWS) if _is_large(path) else None
    if at_once is not None:
        return Table(path, tuple(at_once), range(2, len(at_once) + 2), ())
    found, loose = _read(path, kind, optional, loose=False)
    return _read(path, kind, optional, loose=True)[0] if loose else found


def _is_large(path: Path) -> bool:
    try:
        return path.is_file() and path.stat().st_size >= LEAST_BYTES
    except OSError:  # which the reader names
        return False


def _read(path: Path, kind: type[Row], optional: Collection[str], loose: bool) -> tuple[Table[Row], bool]:
    """A table, and whether blanks stand around cells that were taken as they are."""
    rows: list[Row] = []
    lines: list[int] = []
    faults: list[Malformed] = []
    has_blanks = False
    try:
        reader, shape = _opened(path, kind, optional, loose)
        ends = reader.line_num
        while chunk := list(islice(reader, AT_ONCE)):
            begins, ends = ends, reader.line_num
            if len(rows) + len(chunk) > MOST_ROWS:
                raise Malformed(f"{path} line {ends}", f"more than {MOST_ROWS} rows", "split the table")
            ended = _lines_of(chunk, begins, ends)
            whole = shape.all_of(chunk)
            if whole is not None:
                rows += whole
                lines += ended
                continue
            for cells, line in zip(chunk, ended, strict=True):
                fitting = shape.all_of([[cell.strip() for cell in cells]])
                if fitting is not None:
                    rows += fitting
                    lines.append(line)
                else:
                    faults += shape.faults(cells, f"{path} line {line}")
        has_blanks = shape.has_blanks()
    except Malformed as fault:  # of the file: nothing after it can be read
        faults.append(fault)
    except csv.Error as error:
        faults.append(Malformed(f"{path} line {reader.line_num}", str(error), "quote cells that hold a comma"))
    return Table(path, tuple(rows), tuple(lines), tuple(faults)), has_blanks


def _lines_of(chunk: Sequence[Sequence[str]], begins: int, ends: int) -> Sequence[int]:
    """The line that each row ends on, after line `begins`: the next one, but where a cell has lines of its own."""
    if ends - begins == len(chunk):
        return range(begins + 1, ends + 1)
    return [*accumulate((1 + sum(cell.count("\n") for cell in cells) for cells in chunk), initial=begins)][1:]


class _Shape(Generic[Row]):
    """What the cells of a row must be. Chunks are looked at column by column, of which there are far fewer."""

    def __init__(self, kind: type[Row], columns: Sequence[str], loose: bool) -> None:
        hints = get_type_hints(kind, include_extras=True)
        self.kinds = {column: hints[column] for column in columns}
        self.loose = loose
        self.may_be_empty = [place for place, each in enumerate(self.kinds.values()) if NoneType in get_args(each)]
        self.words = [place for place, each in enumerate(self.kinds.values()) if get_origin(each) is tuple]
        self.numbers = [place for place, each in enumerate(self.kinds.values()) if _holds_a_float(each)]
        #: The texts of each column that holds text, each kept once: rows share them, so they are hashed once.
        self.texts: dict[int, dict[Any, Any]] = {
            place: {} for place, each in enumerate(self.kinds.values()) if place not in self.words and _holds_text(each)
        }
        self.rows: Any = list[kind]  # type: ignore[valid-type]
        self.in_order = kind.__struct_config__.array_like and [*columns] == [*kind.__struct_fields__]

    def all_of(self, chunk: Sequence[Sequence[str]]) -> list[Row] | None:
        """These rows; None where one of them does not fit."""
        try:
            columns: list[Sequence[Any]] = [*zip(*chunk, strict=True)]
        except ValueError:
            return None
        if len(columns) != len(self.kinds):
            return None
        if self.loose:
            columns = [[*map(str.strip, column)] for column in columns]
        for place in self.may_be_empty:
            columns[place] = [cell or None for cell in columns[place]]
        if not all(_are_digits(columns[place]) for place in self.numbers):
            return None
        for place in self.words:
            columns[place] = [cell.split() for cell in columns[place]]
        for place, kept in self.texts.items():
            columns[place] = [*map(kept.setdefault, columns[place], columns[place])]
            if kept.pop("", None) is not None:
                return None
        values = zip(*columns, strict=True)
        told: list[Any] = [*values] if self.in_order else [dict(zip(self.kinds, each, strict=True)) for each in values]
        try:
            found: list[Row] = msgspec.convert(told, self.rows, strict=False)
        except msgspec.ValidationError:
            return None
        return found

    def has_blanks(self) -> bool:
        """Whether blanks stand around a text of these rows."""
        return any(text is not None and text != text.strip() for kept in self.texts.values() for text in kept)

    def faults(self, cells: Sequence[str], place: str) -> Iterator[Malformed]:
        """What is wrong with a row, each cell by itself."""
        if len(cells) != len(self.kinds):
            what = f"{len(cells)} cells for {len(self.kinds)} columns"
            yield Malformed(place, what, "give one cell a column")
            return
        for (column, kind), cell in zip(self.kinds.items(), cells, strict=True):
            try:
                _value(cell, kind, f"{place} column {column}")
            except Malformed as fault:
                yield fault


def _opened(path: Path, kind: type[Row], optional: Collection[str], loose: bool) -> tuple[Any, _Shape[Row]]:
    """A reader that stands behind the header, and what the rows must be; `Malformed` for other columns."""
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
    except csv.Error as error:
        raise Malformed(f"{path} line 1", str(error), "quote cells that hold a comma") from None
    columns = [column for column in columns if column in header or column not in optional]
    if header != columns:
        _blame_header(path, header, columns)
    return reader, _Shape(kind, columns, loose)


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


def _holds_a_float(kind: Any) -> bool:
    """Whether a field holds one number that may have a fraction, which is written `nan` or `inf` too."""
    return kind is float or (get_origin(kind) is not tuple and any(map(_holds_a_float, get_args(kind))))


def _holds_text(kind: Any) -> bool:
    """Whether a field holds text: any, or one of some words."""
    if get_origin(kind) is Literal:
        return isinstance(get_args(kind)[0], str)
    return kind is str or any(map(_holds_text, get_args(kind)))


def _are_digits(column: Sequence[str | None]) -> bool:
    """Whether no cell is `nan`, `inf` or `infinity`, which msgspec takes for numbers.

    >>> _are_digits(["1", None, "2e5"]), _are_digits(["1", "inf"]), _are_digits(["NAN"])
    (True, False, False)
    """
    all_of_them = "".join(filter(None, column))
    return "n" not in all_of_them and "N" not in all_of_them


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
