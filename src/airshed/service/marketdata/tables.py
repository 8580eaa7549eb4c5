"""Market data as plain tables: their columns, what each means, and the rows that a book gives."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Literal, NamedTuple

from airshed.market.bars import By, bars
from airshed.market.tape import EXCHANGE_KINDS, Kind
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

_SPAN = (
    ExportColumn("by", "text", "session, week or month"),
    ExportColumn("span", "text", "day, ISO week (2027-W09) or month (2027-03)"),
)
_NO_TRADE = "nothing was traded"
_SERIES = ExportColumn("series", "text", "series, as SO2-KM-2027, or strip, as SO2-KM-2027..2031")

_PROVENANCE = ExportColumn(
    "provenance", "text", "what the book is: a programme, or a simulation with scenario and seed"
)

_OWN: dict[str, tuple[ExportColumn, ...]] = {
    "trades": (
        ExportColumn("seq", "int", "record of the book"),
        ExportColumn("number", "int", "place among the trades of that record, from 1"),
        ExportColumn("at", "int", "instant in milliseconds since 1970 (UTC)"),
        ExportColumn("time", "text", "the same in the time of the law"),
        ExportColumn("day", "text", "day of the session; of the instant where there is none"),
        ExportColumn(
            "kind",
            "text",
            "listed, call, zone_call, block, transfer, auction, one_way, sale, repurchase or reverse_auction",
        ),
        _SERIES,
        ExportColumn("price", "int", "fen per tonne; of a strip, for a tonne of every vintage together"),
        ExportColumn("count", "int", "allowances (1 kg each); of a strip, of each vintage"),
        ExportColumn("fen", "int", "value in fen"),
    ),
    "bars": (
        *_SPAN,
        _SERIES,
        ExportColumn("first", "text", "first day of the span on which the market was open or a trade was made"),
        ExportColumn("last", "text", "last such day"),
        ExportColumn("trades", "int", "number of listed and call trades"),
        ExportColumn("count", "int", "volume in allowances"),
        ExportColumn("fen", "int", "turnover in fen"),
        ExportColumn("open", "int", "price of the first trade, fen per tonne", _NO_TRADE),
        ExportColumn("high", "int", "highest price, fen per tonne", _NO_TRADE),
        ExportColumn("low", "int", "lowest price, fen per tonne", _NO_TRADE),
        ExportColumn("last_price", "int", "price of the last trade, fen per tonne", _NO_TRADE),
        ExportColumn("vwap", "int", "turnover over volume, fen per tonne, half upwards", _NO_TRADE),
        ExportColumn(
            "close", "int", "last closing price that the book published in the span, fen per tonne", "there is none"
        ),
        ExportColumn("previous_close", "int", "last closing price before the span, fen per tonne", "there is none"),
    ),
    "quotes": (
        ExportColumn("day", "text", "day of the session"),
        ExportColumn("seq", "int", "record that closed it; the quote is from right before"),
        _SERIES,
        ExportColumn("wall", "text", "walled sector whose order book it is", "it is that of all others"),
        ExportColumn("side", "text", "buy or sell"),
        ExportColumn("level", "int", "1 for the best price, to 5"),
        ExportColumn("price", "int", "fen per tonne"),
        ExportColumn("count", "int", "allowances that waited"),
        ExportColumn("orders", "int", "orders that waited"),
    ),
    "interest": (
        ExportColumn("day", "text", "day of the session, or of the surrender"),
        ExportColumn("seq", "int", "record from right after which the holdings are"),
        ExportColumn("series", "text", "series, as SO2-KM-2027"),
        ExportColumn("cap", "int", "allowances in all; the following sum to it"),
        ExportColumn("unissued", "int", "in the issuance account"),
        ExportColumn("for_auction", "int", "in the auction account"),
        ExportColumn("reserve", "int", "in the government reserve"),
        ExportColumn("operators", "int", "free with operators"),
        ExportColumn("traders", "int", "free with traders"),
        ExportColumn("set_aside", "int", "set aside with operators and traders"),
        ExportColumn("surrendered", "int", "given up for an emission"),
        ExportColumn("cancelled", "int", "given up for good by who held them"),
        ExportColumn("other", "int", "in any other account"),
    ),
    "index": (
        *_SPAN,
        ExportColumn("last", "text", "last day of the span on which the market was open or a trade was made"),
        ExportColumn("index_hundredths", "int", "the index in hundredths of a point", "a component has no price"),
        ExportColumn("missing", "text", "components without a price, separated by spaces", "all have one"),
    ),
    "index_components": (
        *_SPAN,
        ExportColumn("component", "text", "pollutant"),
        ExportColumn("price", "int", "fen per tonne"),
        ExportColumn("day", "text", "last day on which it was traded"),
        ExportColumn("carried", "flag", "true when it was not traded in the span itself"),
        ExportColumn("index_hundredths", "int", "100 x price / base, in hundredths of a point"),
    ),
    "summary": (
        _SERIES,
        ExportColumn("trades", "int", "number of listed and call trades"),
        ExportColumn("count", "int", "volume in allowances"),
        ExportColumn("fen", "int", "turnover in fen"),
        ExportColumn("vwap", "int", "turnover over volume, fen per tonne", _NO_TRADE),
        ExportColumn("close", "int", "last closing price, fen per tonne", "there is none"),
        ExportColumn("close_day", "text", "its day", "there is none"),
        ExportColumn("quoted_day", "text", "last session at whose close both sides waited", "there is none"),
        ExportColumn("quoted_wall", "text", "walled sector whose order book that was", "it was that of all others"),
        ExportColumn("bid", "int", "highest bid then, fen per tonne", "there is none"),
        ExportColumn("ask", "int", "lowest ask then, fen per tonne", "there is none"),
        ExportColumn("spread_basis_points", "int", "spread in hundredths of a percent of the middle", "there is none"),
        ExportColumn("circulating", "int", "allowances with operators and traders, at the end", "it is a strip"),
        ExportColumn(
            "turnover_basis_points",
            "int",
            "volume in hundredths of a percent of what was given out",
            "nothing was, or it is a strip",
        ),
    ),
}

#: Every table by name, in the order in which they are written; the last column says what the book is.
COLUMNS: Mapping[str, tuple[ExportColumn, ...]] = {name: (*columns, _PROVENANCE) for name, columns in _OWN.items()}


def _trades(market: Market, rules: Rulebook) -> Iterator[Row]:
    for each in market.tape:
        when = rules.civil.clock(each.at)
        yield each.seq, each.number, each.at, when, each.day, each.kind, each.series, each.price, each.count, each.fen


def _bars(market: Market, kinds: Sequence[Kind]) -> Iterator[Row]:
    for by in BYS:
        for series in market.names:
            own = market.trades(series, kinds)
            for bar in bars(series, own, market.closes.get(series, {}), market.days, by):
                yield (
                    by,
                    bar.span,
                    series,
                    bar.first,
                    bar.last,
                    bar.trades,
                    bar.count,
                    bar.fen,
                    bar.open,
                    bar.high,
                    bar.low,
                    bar.last_price,
                    bar.vwap,
                    bar.close,
                    bar.previous_close,
                )


def _quotes(market: Market, rules: Rulebook) -> Iterator[Row]:
    for quote in market.quotes:
        depth = quote.depth
        for side, levels in (("buy", depth.bids), ("sell", depth.asks)):
            for place, level in enumerate(levels, 1):
                yield (
                    quote.day,
                    quote.seq,
                    depth.series,
                    depth.wall or None,
                    side,
                    place,
                    level.price,
                    level.count,
                    level.orders,
                )


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
