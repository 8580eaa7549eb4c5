"""Frames read strictly into the lab's rows: every fault is Malformed with the row, from 1, and the column."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

import msgspec
import polars as pl

from airshed.model.refusal import Malformed

Row = TypeVar("Row", bound=msgspec.Struct)
Number = TypeVar("Number", int, float)


def rows_of(frame: pl.DataFrame, kind: type[Row], what: str) -> list[Row]:
    """The rows of a frame as `kind`, whose fields are the columns that it must have; other columns are let be.

    Malformed, with `what`, the row and the column, for a column or a figure that is missing, not finite or not allowed.
    """
    columns = present(frame, kind.__struct_fields__, what)
    found = []
    for number, row in enumerate(columns.iter_rows(named=True), start=1):
        for name, value in row.items():
            if isinstance(value, float) and not math.isfinite(value):
                raise Malformed(f"{what} row {number} column {name}", f"is {value}", "give a finite figure")
        try:
            found.append(msgspec.convert(row, kind))
        except msgspec.ValidationError as error:
            said, _, place = str(error).partition(" - at `$.")
            column = f" column {place.rstrip('`')}" if place else ""
            raise Malformed(f"{what} row {number}{column}", said[0].lower() + said[1:], "put the cell right") from None
    return found


def frame_in(frame: Any, what: str) -> pl.DataFrame:
    """A Polars frame as it is, a pandas one cell by cell: what is missing there is null here. Malformed for all else.

    Done here because `pl.from_pandas` asks for pyarrow as soon as there is a column of text.
    """
    if isinstance(frame, pl.DataFrame):
        return frame
    if type(frame).__module__.partition(".")[0] != "pandas" or not hasattr(frame, "columns"):
        raise Malformed(what, f"is a {type(frame).__name__}", "give a Polars or a pandas data frame")
    return pl.DataFrame(
        [pl.Series(str(name), _cells(frame[name]), strict=False) for name in dict.fromkeys(frame.columns)]
    )


def _cells(column: Any) -> list[Any]:
    """The cells of a pandas column. Whole numbers beside a missing one are floats there, and whole again here."""
    cells = [None if gone else cell for cell, gone in zip(column.tolist(), column.isna().tolist(), strict=True)]
    there = [cell for cell in cells if cell is not None]
    if len(there) < len(cells) and all(isinstance(cell, float) and cell.is_integer() for cell in there):
        return [None if cell is None else int(cell) for cell in cells]
    return cells


def figure(value: Any, what: str, low: float, high: float, kind: type[Number]) -> Number:
    """A number of a function's arguments, from `low` to `high`. Malformed, naming it, if it is none."""
    wanted = "a whole number" if kind is int else "a number"
    fits = isinstance(value, int if kind is int else (int, float)) and not isinstance(value, bool)
    if not fits or not low <= value <= high:
        raise Malformed(what, f"is {value!r}"[:100], f"give {wanted} from {low:,} to {high:,}")
    return kind(value)


def present(frame: pl.DataFrame, columns: Sequence[str], what: str) -> pl.DataFrame:
    """The frame with these columns alone. Malformed if one is missing."""
    frame = frame_in(frame, what)
    for name in columns:
        if name not in frame.columns:
            raise Malformed(what, f"column {name!r} is missing", f"the columns are {', '.join(columns)}")
    return frame.select(columns)


def frame_of(rows: Iterable[msgspec.Struct], kind: type[msgspec.Struct], schema: dict[str, Any]) -> pl.DataFrame:
    """Rows as a frame, the types of `schema`; the columns are the fields of `kind`."""
    assert tuple(schema) == kind.__struct_fields__, kind
    return pl.DataFrame([msgspec.structs.astuple(row) for row in rows], schema=schema, orient="row")
