"""Frames read strictly into the lab's rows: every fault is Malformed with the row, from 1, and the column."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

import msgspec
import polars as pl

from airshed.model.refusal import Malformed

Row = TypeVar("Row", bound=msgspec.Struct)


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


def present(frame: pl.DataFrame, columns: Sequence[str], what: str) -> pl.DataFrame:
    """The frame with these columns alone. Malformed if one is missing."""
    if not isinstance(frame, pl.DataFrame):
        raise Malformed(what, f"is a {type(frame).__name__}", "give a Polars data frame (pl.from_pandas makes one)")
    for name in columns:
        if name not in frame.columns:
            raise Malformed(what, f"column {name!r} is missing", f"the columns are {', '.join(columns)}")
    return frame.select(columns)


def frame_of(rows: Iterable[msgspec.Struct], kind: type[msgspec.Struct], schema: dict[str, Any]) -> pl.DataFrame:
    """Rows as a frame, the types of `schema`; the columns are the fields of `kind`."""
    assert tuple(schema) == kind.__struct_fields__, kind
    return pl.DataFrame([msgspec.structs.astuple(row) for row in rows], schema=schema, orient="row")
