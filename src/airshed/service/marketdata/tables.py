"""Market data as plain tables: their columns, what each means, and the rows that a book gives."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from operator import attrgetter
from typing import Any, Literal, NamedTuple

import msgspec

from airshed.market.bars import By, bars
from airshed.market.tape import EXCHANGE_KINDS, Kind
from airshed.model.beside import rows_beside
from airshed.rulebook.schema import Rulebook
from airshed.service.marketdata.reading import Market
from airshed.service.marketdata.summary import SeriesSummary, summaries
from airshed.service.marketdata.zone_index import zone_index

BYS: tuple[By, ...] = ("session", "week", "month")


class ExportColumn(NamedTuple):
    """A column: whole numbers (`int`), `text` or `flag` (true or false); a cell may be empty where `none` says when."""

    name: str
    type: Literal["int", "text", "flag"]
    what: str
    #: When a cell is empty; never, if this is.
    none: str = ""


Row = tuple[Any, ...]

_PROVENANCE = ExportColumn(
    "provenance", "text", "what the book is: a programme, or a simulation with scenario and seed"
)
_ROWS = rows_beside("airshed.service.marketdata", "columns.csv")


def _columns(table: str) -> tuple[ExportColumn, ...]:
    own = (tuple(row.values())[1:] for row in _ROWS if row["table"] == table)
    return (*(msgspec.convert(each, ExportColumn) for each in own), _PROVENANCE)


#: Every table by name, in the order in which they are written; the last column says what the book is.
COLUMNS: Mapping[str, tuple[ExportColumn, ...]] = {
    table: _columns(table) for table in dict.fromkeys(row["table"] for row in _ROWS)
}
#: What a bar says behind its span and series.
_OF_BAR = attrgetter(*(column.name for column in COLUMNS["bars"][3:-1]))


def _trades(market: Market, rules: Rulebook) -> Iterator[Row]:
    for each in market.tape:
        when = rules.civil.clock(each.at)
        yield each.seq, each.number, each.at, when, each.day, each.kind, each.series, each.price, each.count, each.fen


def _bars(market: Market, kinds: Sequence[Kind]) -> Iterator[Row]:
    for by in BYS:
        for series in market.names:
            own = market.trades(series, kinds)
            for bar in bars(series, own, market.closes.get(series, {}), market.days, by):
                yield (by, bar.span, series, *_OF_BAR(bar))


def _quotes(market: Market, rules: Rulebook) -> Iterator[Row]:
    for quote in market.quotes:
        depth = quote.depth
        for side, levels in (("buy", depth.bids), ("sell", depth.asks)):
            for place, level in enumerate(levels, 1):
                which = (quote.day, quote.seq, depth.series, depth.wall or None, side, place)
                yield (*which, level.price, level.count, level.orders)


def _interest(market: Market, rules: Rulebook) -> Iterator[Row]:
    for held in market.holdings:
        for part in held.parts:
            yield held.day, held.seq, *(getattr(part, name) for name in part.__struct_fields__)


def _index(market: Market, rules: Rulebook) -> Iterator[Row]:
    for by in BYS:
        for point in zone_index(market, rules, by):
            yield by, point.span, point.last, point.hundredths, " ".join(point.missing) or None


def _components(market: Market, rules: Rulebook) -> Iterator[Row]:
    for by in BYS:
        for point in zone_index(market, rules, by):
            for each in point.components:
                yield by, point.span, each.code, each.price, each.day, each.carried, each.hundredths


def _summary(market: Market, kinds: Sequence[Kind]) -> Iterator[Row]:
    names = SeriesSummary.__struct_fields__
    for row in summaries(market, kinds):
        yield tuple(getattr(row, name) or None if name == "quoted_wall" else getattr(row, name) for name in names)


#: Tables of which it can be chosen which kinds of trade count.
OF_KINDS: Mapping[str, Callable[[Market, Sequence[Kind]], Iterator[Row]]] = {"bars": _bars, "summary": _summary}
#: The rows of each table, from a market that was read with its history and the law in force.
ROWS: Mapping[str, Callable[[Market, Rulebook], Iterator[Row]]] = {
    "trades": _trades,
    "bars": lambda market, rules: _bars(market, EXCHANGE_KINDS),
    "quotes": _quotes,
    "interest": _interest,
    "index": _index,
    "index_components": _components,
    "summary": lambda market, rules: _summary(market, EXCHANGE_KINDS),
}
