"""The price index: the sum of weight x price / base over its components, in points, 100 at the base prices."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from fractions import Fraction

import msgspec

from airshed.market.bars import By, spans_of
from airshed.market.tape import Trade
from airshed.model.allowance import members, pollutant_of
from airshed.model.measures import mean_price

#: Hundredths of a point in 100 points: at the base price a component stands there.
AT_BASE = 10_000


class Component(msgspec.Struct, frozen=True):
    """A pollutant with its weight, in hundredths of a percent, and its base price, in fen per tonne."""

    code: str
    weight_basis_points: int
    base_fen_per_t: int


class IndexComponent(msgspec.Struct, frozen=True):
    """A component in a span: its price in fen per tonne, that of the last span in which it was traded."""

    code: str
    price: int
    #: Last day on which it was traded.
    day: str
    #: Whether it was not traded in the span itself.
    carried: bool
    #: Its own index, 100 x price / base, in hundredths of a point.
    hundredths: int


class Point(msgspec.Struct, frozen=True):
    """The index over a span; None where a component has no price, and then `missing` names those."""

    span: str
    #: Last day of the span on which the market was open or a trade was made.
    last: str
    #: Hundredths of a point.
    hundredths: int | None
    components: tuple[IndexComponent, ...]
    missing: tuple[str, ...]


def index_hundredths(components: Iterable[Component], prices: Mapping[str, int]) -> int:
    """The index at these prices (fen per tonne), in hundredths of a point: exact, rounded once, half to even.

    The formula is that of the index of emission right prices of Zhejiang.

    >>> parts = (Component("SO2", 2_500, 400_000), Component("NOx", 7_500, 700_000))
    >>> index_hundredths(parts, {"SO2": 400_000, "NOx": 700_000}), index_hundredths(parts, {"SO2": 440_000, "NOx": 1})
    (10000, 2750)
    """
    return round(
        sum(Fraction(each.weight_basis_points * prices[each.code], each.base_fen_per_t) for each in components)
    )


def index_points(
    components: Sequence[Component], trades: Iterable[Trade], days: Iterable[str], by: By, carry_days: int
) -> tuple[Point, ...]:
    """The index of every span of `days`, from trades of the kinds that make it.

    The price of a component in a span is the volume-weighted mean over all its series; a tonne of a strip is a tonne of
    each of its vintages. Without trade the last one is
    carried for `carry_days` days after the day it was traded on; before the first trade, and after those days, there
    is none, and so no index. A price is never taken as zero.
    """
    traded: dict[tuple[str, str], list[int]] = {}
    for trade in trades:
        total = traded.setdefault((pollutant_of(trade.series), trade.day), [0, 0])
        total[0] += trade.fen
        total[1] += trade.count * len(members(trade.series))
    known: dict[str, tuple[int, str]] = {}
    points: list[Point] = []
    for span, held in spans_of((*days, *(day for _, day in traded)), by):
        standings: list[IndexComponent] = []
        missing: list[str] = []
        for each in components:
            own = [(day, traded[each.code, day]) for day in held if (each.code, day) in traded]
            if own:
                price = mean_price(sum(total[0] for _, total in own), sum(total[1] for _, total in own))
                known[each.code] = (price, own[-1][0])
            if each.code not in known or _age(known[each.code][1], held[-1]) > carry_days:
                missing.append(each.code)
                continue
            price, day = known[each.code]
            own_index = round(Fraction(AT_BASE * price, each.base_fen_per_t))
            standings.append(IndexComponent(each.code, price, day, not own, own_index))
        prices = {standing.code: standing.price for standing in standings}
        value = None if missing else index_hundredths(components, prices)
        points.append(Point(span, held[-1], value, tuple(standings), tuple(missing)))
    return tuple(points)


def _age(day: str, last: str) -> int:
    return (date.fromisoformat(last) - date.fromisoformat(day)).days
