"""What is answered where market data are."""

from __future__ import annotations

from typing import Any

import msgspec

from airshed.market.interest import Interest
from airshed.model.provenance import Provenance


class MarketColumn(msgspec.Struct, frozen=True):
    """A column of market data."""

    name: str
    #: int, text or flag.
    type: str
    what: str
    #: When it is null.
    none: str


class MarketTables(msgspec.Struct, frozen=True):
    """The tables of market data that there are."""

    tables: dict[str, tuple[MarketColumn, ...]]
    provenance: Provenance


class MarketPage(msgspec.Struct, frozen=True):
    """Rows of market data, folded from the book up to its head."""

    table: str
    rows: tuple[dict[str, Any], ...]
    total: int
    cursor: str | None
    head: str
    provenance: Provenance


class Level(msgspec.Struct, frozen=True):
    """What waits at one price."""

    price: int
    count: int
    orders: int


class DepthNow(msgspec.Struct, frozen=True):
    """What waits in the order book of a series, best first."""

    series: str
    #: Sector behind a wall whose order book it is; empty for all others.
    wall: str
    bids: tuple[Level, ...]
    asks: tuple[Level, ...]


class Depths(msgspec.Struct, frozen=True):
    """The order books of a series."""

    books: tuple[DepthNow, ...]
    #: Instant of the book.
    at: int
    head: str
    provenance: Provenance


class InterestNow(msgspec.Struct, frozen=True):
    """Where the allowances of each series are."""

    parts: tuple[Interest, ...]
    #: Instant of the book.
    at: int
    head: str
    provenance: Provenance
