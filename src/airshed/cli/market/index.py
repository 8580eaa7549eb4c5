"""`airshed market index`: the price index of the zone, with what each component stands at."""

from __future__ import annotations

from typing import Annotated

import typer

from airshed.cli.market.either import place_of
from airshed.cli.market.read import NOTHING, SPANS, span_kind
from airshed.cli.options import AsOf, BookOrArgument, Json, Seq
from airshed.cli.server.kept import MarketServer
from airshed.cli.show import as_json, console, table


def index(
    book: BookOrArgument = "",
    by: Annotated[str, typer.Option("--by", help="session, week or month.")] = "month",
    seq: Seq = None,
    at: AsOf = "",
    server: MarketServer = "",
    json: Json = False,
) -> None:
    """The price index of the zone by session, week or month: weights times price over base. 价格指数。

    A component that was not traded keeps its last price as long as the rulebook says; without a price there is no
    index, never a zero.

    Example: airshed market index demo/dianzhong.book --by month
    """
    span = span_kind(by)
    points, rules = place_of(book, server, seq, at, "index").index(span)
    if json:
        for point in points:
            as_json(point)
        return
    rows = rules.price_index.rows
    if not any(point.components for point in points):
        console.print("nothing was traded that makes the index 无成交，无指数")
        return
    cells = []
    for point in points:
        standings = {each.code: each for each in point.components}
        parts = []
        for row in rows:
            there = standings.get(row.pollutant)
            since = f" since {there.day}" if there is not None and there.carried else ""
            parts.append(NOTHING if there is None else f"{points_text(there.hundredths)}{since}")
        cells.append((point.span, points_text(point.hundredths), *parts))
    weights = ", ".join(f"{row.pollutant} {row.weight_basis_points / 100:g} %" for row in rows)
    columns = ["index 指数 #", *(f"{row.pollutant} #" for row in rows)]
    table(f"{weights}; {', '.join(rules.price_index.kinds)}", [f"{span} {SPANS[span]}", *columns], cells)
    console.print(f"{rules.price_index.cite} ({rules.price_index.status})")


def points_text(hundredths: int | None) -> str:
    """Hundredths of a point for a screen."""
    return NOTHING if hundredths is None else f"{hundredths / 100:,.2f}"
