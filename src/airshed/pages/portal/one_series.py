"""What everybody may see of the market: the prices of a series day by day, its auctions and calls, and the index."""

from __future__ import annotations

from itertools import groupby
from typing import Any, NamedTuple

from starlette.requests import Request
from starlette.responses import Response

from airshed.market.tape import EXCHANGE_KINDS, Kind
from airshed.model.allowance import instrument
from airshed.model.measures import Unit
from airshed.model.refusal import Malformed
from airshed.pages.kit.colours import pollutant_colour
from airshed.pages.kit.figures import Figure, days, figure, line, moment, nothing, values
from airshed.pages.kit.html import script_json
from airshed.pages.kit.words import Phrase, same
from airshed.pages.market.words import KINDS
from airshed.pages.portal.assets import charts_there
from airshed.pages.portal.frame import page, place_name, visitor_of
from airshed.pages.portal.happening import in_column
from airshed.pages.portal.live import parts
from airshed.pages.portal.public import PRICES, sold_of
from airshed.pages.portal.trading.candles import candles
from airshed.rulebook.schema import Rulebook
from airshed.service.http.problems import Stopped
from airshed.service.http.service import Service
from airshed.service.marketdata.reading import Market
from airshed.service.marketdata.zone_index import zone_index


class SeriesDay(NamedTuple):
    """A day of a series: what was traded on the exchange, and what elsewhere."""

    day: str
    last: Phrase
    low: Phrase
    high: Phrase
    volume: Phrase
    elsewhere: Phrase


async def prices(service: Service, request: Request) -> Response:
    """Prices of every series that is or was traded, and the index."""
    visitor = await visitor_of(service, request)
    drawn = await visitor.look(lambda market, rules: script_json(index_figure(market, rules)))
    found = await parts(visitor, PRICES)
    return page(visitor, "prices.html.j2", parts=found, figure=drawn, charts=charts_there())


async def one_series(service: Service, request: Request) -> Response:
    """A series: its days as candles and as a table, its auctions and calls."""
    visitor = await visitor_of(service, request)
    name = request.path_params["series"]

    def look(market: Market, rules: Rulebook) -> dict[str, Any]:
        try:
            market.known(name)
        except Malformed:
            raise Stopped("not_there", "there is no such series") from None
        of = instrument(name)
        return {
            "series": name,
            "of": of,
            "place": place_name(rules, of.jurisdiction),
            "days": days_of(market, rules, name),
            "figure": script_json(candles(market.tape_of.get(name, ()), rules, name)),
            "sold": [each for each in sold_of(market.state, rules) if each.series == name],
            "halted": market.state.halted.get(name, market.state.halted.get("", "")),
        }

    return page(visitor, "one_series.html.j2", charts=charts_there(), **await visitor.look(look))


def days_of(market: Market, rules: Rulebook, series: str) -> list[SeriesDay]:
    """Every day on which a series was traded, the last first."""
    found = []
    for day, of_day in groupby(market.tape_of.get(series, ()), key=lambda trade: trade.day):
        trades = list(of_day)
        prices = [trade.price for trade in trades if trade.kind in EXCHANGE_KINDS]
        other: dict[Kind, int] = {}
        for trade in trades:
            if trade.kind not in EXCHANGE_KINDS:
                other[trade.kind] = other.get(trade.kind, 0) + trade.count
        said = [(KINDS[kind], in_column(count, Unit.ALLOWANCES, rules)) for kind, count in other.items()]
        last, low, high = (
            (in_column(fen, Unit.FEN_PER_T, rules) for fen in (prices[-1], min(prices), max(prices)))
            if prices
            else (same("–"),) * 3
        )
        found.append(
            SeriesDay(
                day,
                last,
                low,
                high,
                in_column(sum(trade.count for trade in trades if trade.kind in EXCHANGE_KINDS), Unit.ALLOWANCES, rules),
                Phrase(
                    ", ".join(f"{kind.en} {count.en}" for kind, count in said) or "–",
                    "，".join(f"{kind.zh}{count.zh}" for kind, count in said) or "–",
                ),
            )
        )
    return list(reversed(found))


def index_figure(market: Market, rules: Rulebook) -> Figure:
    """The price index of the zone, day by day, as the law defines it."""
    points = [point for point in zone_index(market, rules, "session") if point.hundredths is not None]
    if not points:
        return nothing(Phrase("no index yet: not all that it is made of was traded", "指数尚无数据：成分尚未全部成交"))
    line_of = line(
        [[moment(point.last), (point.hundredths or 0) / 100] for point in points],
        pollutant_colour("SO2"),
        said=[same("{x:day}"), same("{y:2}")],
    )
    return figure([line_of], x=days(), y=values(Phrase("index", "指数"), scale=True))
