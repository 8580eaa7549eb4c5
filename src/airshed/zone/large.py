"""Reads a large table of plain cells at once, by polars: a hundred thousand works have millions of rows.

Plain is a table without quotes and carriage returns in which every cell is what its column holds. Any other is left to
`rows.py`, which says of each cell what is wrong with it.
"""

from __future__ import annotations

from collections.abc import Sequence
from types import NoneType
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

import msgspec

Row = TypeVar("Row", bound=msgspec.Struct)
#: Below this a table is read as fast without.
LEAST_BYTES = 2_000_000


def plain_rows(raw: bytes, kind: type[Row], most: int) -> list[Row] | None:
    """The rows of a large, plain table of a kind that is laid out as its columns; None for any other."""
    names = kind.__struct_fields__
    header = ",".join(names).encode() + b"\n"
    if not kind.__struct_config__.array_like or not raw.startswith(header):
        return None
    many = raw.count(b"\n") - raw.endswith(b"\n")
    # Polars fills a short row up: as no row is longer, the commas tell whether one is shorter.
    if many > most or b'"' in raw or b"\r" in raw or raw.count(b",") != (many + 1) * (len(names) - 1):
        return None
    hints = get_type_hints(kind, include_extras=True)
    columns = _columns(raw, {name: hints[name] for name in names}, many)
    return None if columns is None else [*map(kind, *columns)]


def _columns(raw: bytes, hints: dict[str, Any], many: int) -> list[Sequence[Any]] | None:
    """The columns as their fields hold them; None where a cell does not fit."""
    import polars as pl

    numbers: dict[str, Any] = {}
    for name, hint in hints.items():
        if (number := _number_in(hint)) is not None:
            numbers[name] = pl.Int64 if number is int else pl.Float64
    try:
        frame = pl.read_csv(raw, quote_char=None, infer_schema=False, schema_overrides=numbers)
        if frame.height != many:
            return None
        return [_held(frame[name], hint, name in numbers) for name, hint in hints.items()]
    except (pl.exceptions.PolarsError, msgspec.ValidationError, ValueError):
        return None


def _held(column: Any, hint: Any, number: bool) -> Sequence[Any]:
    """The cells of a column; `ValueError` or `ValidationError` where one is not what the field holds."""
    import polars as pl

    if number:
        if column.dtype == pl.Float64 and not column.is_finite().all():
            raise ValueError(column.name)
        held: list[Any] = msgspec.convert(column.to_list(), list[hint])
        return held
    cells = column.fill_null("")
    texts = cells.unique(maintain_order=True)
    told: list[Any] = texts.to_list()
    if any(text != text.strip() for text in told):
        raise ValueError(column.name)
    if get_origin(hint) is tuple:
        told = [text.split() for text in told]
    elif NoneType in get_args(hint):
        told = [text or None for text in told]
    elif "" in told:
        raise ValueError(column.name)
    kept: list[Any] = msgspec.convert(told, list[hint])
    return [*map(kept.__getitem__, cells.cast(pl.Enum(texts)).to_physical().to_list())]


def _number_in(hint: Any) -> type | None:
    """`int` or `float` where a field holds one number, or none."""
    if hint in (int, float):
        return hint  # type: ignore[no-any-return]
    if get_origin(hint) is tuple:
        return None
    return next((found for each in get_args(hint) if (found := _number_in(each)) is not None), None)
