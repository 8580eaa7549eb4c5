"""What waits in the order book of a series, as a ladder of prices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from airshed.market.depth import Depth
from airshed.market.orderbook import Level
from airshed.pages.kit.words import Phrase, same
from airshed.pages.portal.live import Sight
from airshed.pages.portal.trading.figures import plain_price, plain_tonnes, price_unit
from airshed.rulebook.schema import Rulebook
from airshed.service.marketdata.reading import Market

#: Levels of a side that the ladder shows.
LEVELS = 8


class Rung(NamedTuple):
    """A price of the ladder."""

    price: str
    #: As a form takes it.
    limit: str
    tonnes: str
    orders: int
    #: Of the largest in the ladder, in percent.
    share: int
    #: What waits at this price and at better ones.
    within: str
    #: As a form takes it.
    volume: str


class BookLadder(NamedTuple):
    """What waits in an order book."""

    name: Phrase
    asks: Sequence[Rung]
    bids: Sequence[Rung]
    spread: str


def ladder(depth: Depth, rules: Rulebook) -> BookLadder:
    """An order book as a ladder: the dearest ask on top, the best two prices in the middle."""
    size_kg = rules.allowance.size_kg
    most = max((level.count for level in (*depth.asks, *depth.bids)), default=1)

    def side(levels: Sequence[Level]) -> list[Rung]:
        within, found = 0, []
        for level in levels:
            within += level.count
            found.append(
                Rung(
                    plain_price(level.price),
                    f"{level.price / 100:.2f}",
                    plain_tonnes(level.count, size_kg),
                    level.orders,
                    max(1, round(100 * level.count / most)),
                    plain_tonnes(within, size_kg),
                    plain_tonnes(within, size_kg).replace(",", ""),
                )
            )
        return found

    spread = "" if depth.spread is None else plain_price(depth.spread)
    walls = {row.code: Phrase(row.name_en, row.name_zh) for row in rules.sectors}
    wall = walls.get(depth.wall, same(depth.wall))
    name = Phrase(f"{depth.series} {wall.en}".strip(), f"{depth.series} {wall.zh}".strip())
    return BookLadder(name, side(depth.asks)[::-1], side(depth.bids), spread)


def depth_of(sight: Sight) -> Mapping[str, Any]:
    """The order books of a series: one, or one behind each wall."""
    name = sight.market.known(sight.asked.get("series", ""))
    return {
        "series": name,
        "ladders": [ladder(depth, sight.rules) for depth in sight.market.depths(name, LEVELS)],
        "unit": price_unit(sight.rules),
    }


def waits(market: Market, series: str) -> bool:
    """Whether any order stands in a series."""
    return any(depth.bids or depth.asks for depth in market.depths(series, 1))
