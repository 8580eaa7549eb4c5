"""How rows of a read table are printed, of a file or of a service."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airshed.cli.show import as_json, console, table

if TYPE_CHECKING:
    from airshed.engine.tables.table import Column
    from airshed.model.civil import CivilTime
    from airshed.service.book.sealed import ShownRows


def say_table(what: str, found: ShownRows, money: str, civil: CivilTime, raw: bool, json: bool) -> None:
    """Rows of a read table, of a file or of a service."""
    if json:
        for row in found.rows:
            as_json(dict(zip(found.columns, row, strict=True)))
        for name, count in found.sealed.items():
            as_json({"sealed": count, "of": name})
        return
    from airshed.cli.book.columns import cell, heading
    from airshed.engine.tables import BY_NAME

    columns, rows = _with_years(BY_NAME[what].parts, found.rows)
    table(
        f"{what}: {len(found.rows)} of {found.total}",
        [heading(column, money, civil, raw=raw) for column in columns],
        [[cell(value, part.unit, civil, raw=raw) for value, part in zip(row, columns, strict=True)] for row in rows],
    )
    for name, count in found.sealed.items():
        console.print(f"{count} of {name} are sealed until it is closed 开封前不公开")
    if found.silent:
        console.print(f"not told, for a sealed bid or order stands behind it 不公开: {', '.join(found.silent)}")


def _with_years(columns: tuple[Column, ...], rows: list[Any]) -> tuple[tuple[Column, ...], list[Any]]:
    """Beside prices of strips, which are for all of their years, what they are for a tonne and year."""
    from airshed.engine.tables.table import Column
    from airshed.market.tenor import year_price_fen
    from airshed.model.allowance import is_strip
    from airshed.model.measures import Unit

    names = [column.name for column in columns]
    if not {"series", "price"} <= set(names):
        return columns, rows
    series, price = names.index("series"), names.index("price")
    if not any(is_strip(row[series]) for row in rows):
        return columns, rows
    yearly = [year_price_fen(row[series], row[price]) if row[price] is not None else None for row in rows]
    year_price = Column("price_a_year INTEGER", "price of a tonne and year", Unit.FEN_PER_T)
    return (*columns, year_price), [(*row, each) for row, each in zip(rows, yearly, strict=True)]
