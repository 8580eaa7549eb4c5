"""The monthly calls of the demo season: every series, on either side of each wall, before a month's first session."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from airshed.engine import commands as c
from airshed.engine.procedures.trade_rules import wall_of
from airshed.lab.seals import salt_of, sealed
from airshed.lab.season.trader import SeasonView
from airshed.rulebook import lookup
from airshed.rulebook.schema import Rulebook

Wish = tuple[str, c.Body]


def held(rules: Rulebook) -> bool:
    """Whether the law has such calls: the exchange opens them, and somebody may place an order."""
    return lookup.may(rules, "exchange", "OpenCall") and bool(lookup.senders(rules, "PlaceCallOrder"))


def calls_of(view: SeasonView, month: str) -> dict[tuple[str, str], str]:
    """The name of the call of every series and side of a wall, as SO2-KM-2027-2027-03 and SO2-KM-2027-2027-03-power."""
    walls = ("", *view.rules.trade_rules.walled_sectors)
    return {
        (series, wall): "-".join(part for part in (series, month, wall) if part)
        for series in (name for names in view.series.values() for name in names)
        for wall in walls
    }


def opened(exchange: str, calls: dict[tuple[str, str], str], seed: int) -> list[Wish]:
    """The exchange opens them, with the seed sealed."""
    return [(exchange, c.OpenCall(name, series, wall, sealed(name, seed))) for (series, wall), name in calls.items()]


def gathered(view: SeasonView, calls: dict[tuple[str, str], str], orders: Sequence[c.PlaceOrder]) -> Iterator[Wish]:
    """What firms would have placed in the book they place in the call of that series."""
    for order in orders:
        name = calls[order.series, wall_of(view.state, view.rules, order.account)]
        yield order.account, c.PlaceCallOrder(name, order.account, order.side, order.count, order.limit)


def closed(exchange: str, calls: dict[tuple[str, str], str], seed: int) -> list[Wish]:
    """The exchange clears them."""
    return [(exchange, c.CloseCall(name, seed, salt_of(name, seed))) for name in calls.values()]
