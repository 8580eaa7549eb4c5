"""The market of a service as it is now, for anybody; from its rows what the shell says of a book."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from airshed.cli.market.place import Holders, Money, OrderBooks, TapePart
from airshed.cli.server.kept import client_of
from airshed.cli.show import of
from airshed.market.bars import Bar
from airshed.market.depth import Depth
from airshed.market.index import IndexComponent, Point
from airshed.market.orderbook import Level
from airshed.market.tape import EXCHANGE_KINDS, KINDS, Trade
from airshed.service.marketdata import SeriesSummary

if TYPE_CHECKING:
    from airshed.client import Client
    from airshed.market.bars import By
    from airshed.market.tape import Kind
    from airshed.rulebook.schema import Rulebook
    from airshed.service.http.shapes.market import Level as LevelSaid

T = TypeVar("T")

#: More prices than a book has: all of them.
EVERY = 100_000
#: Rows of a page.
ROWS = 10_000


class There:
    """A service."""

    def __init__(self, server: str) -> None:
        self._server = server

    def depth(self, series: str, levels: int | None) -> OrderBooks:
        """The order books of a series."""
        with self._asked() as client:
            told = client.depth(series, levels=EVERY if levels is None else levels)
            books = [Depth(each.series, each.wall, _levels(each.bids), _levels(each.asks)) for each in told.books]
            return OrderBooks(int(told.head.partition(":")[0]), told.at, books, _money(client), _law(client).civil)

    def tape(self, kinds: Sequence[Kind], series: str, limit: int, *, last: bool) -> TapePart:
        """Trades."""
        asked: dict[str, Any] = {} if set(kinds) == set(KINDS) else {"kind": list(kinds)}
        with self._asked() as client:
            if series:
                client.depth(series, levels=1)  # a series that is not there is an error, and not a tape without trades
                asked["series"] = series
            page = client.market("trades", **asked, limit=min(limit, ROWS), last=last)
            rows, cursor = list(page.rows), page.cursor
            while not last and cursor is not None and len(rows) < limit:
                more = client.market("trades", **asked, limit=min(limit - len(rows), ROWS), cursor=cursor)
                rows, cursor = [*rows, *more.rows], more.cursor
            if last and len(rows) < min(limit, page.total):
                rows = list(client.market_rows("trades", **asked, limit=ROWS))[-limit:]
            return TapePart([_of(Trade, row) for row in rows], page.total, _money(client), _law(client).civil)

    def bars(self, series: str, kinds: Sequence[Kind], by: By) -> tuple[Sequence[Bar], Money]:
        """A series by spans."""
        with self._asked() as client:
            client.depth(series, levels=1)
            rows = client.market_rows("bars", by=by, series=series, limit=ROWS, **_counted(kinds))
            return [_of(Bar, row) for row in rows], _money(client)

    def summary(self, kinds: Sequence[Kind]) -> tuple[Sequence[SeriesSummary], Money]:
        """Each series in a line."""
        with self._asked() as client:
            found = []
            for row in client.market_rows("summary", limit=ROWS, **_counted(kinds)):
                wall = row["quoted_wall"] or ("" if row["quoted_day"] is not None else None)
                found.append(_of(SeriesSummary, {**row, "quoted_wall": wall}))
            return found, _money(client)

    def interest(self, series: str) -> Holders:
        """Where allowances are."""
        with self._asked() as client:
            told = client.interest(**({"series": series} if series else {}))
            return Holders(int(told.head.partition(":")[0]), told.at, told.parts, _law(client).civil)

    def index(self, by: By) -> tuple[Sequence[Point], Rulebook]:
        """The index, and its law."""
        with self._asked() as client:
            standings: dict[str, list[IndexComponent]] = {}
            for row in client.market_rows("index_components", by=by, limit=ROWS):
                parts = (row["component"], row["price"], row["day"], row["carried"], row["index_hundredths"])
                standings.setdefault(row["span"], []).append(IndexComponent(*parts))
            points = [
                Point(
                    row["span"],
                    row["last"],
                    row["index_hundredths"],
                    tuple(standings.get(row["span"], ())),
                    tuple((row["missing"] or "").split()),
                )
                for row in client.market_rows("index", by=by, limit=ROWS)
            ]
            return points, _law(client)

    @contextmanager
    def _asked(self) -> Iterator[Client]:
        with client_of(self._server, anybody=True) as client:
            of(client.book().provenance)
            yield client


def _levels(said: Sequence[LevelSaid]) -> tuple[Level, ...]:
    return tuple(Level(level.price, level.count, level.orders) for level in said)


def _of(kind: type[T], row: dict[str, Any]) -> T:
    """A row as what it is of; what stands beside, as the time in words, is left."""
    return msgspec.convert(row, kind)


def _counted(kinds: Sequence[Kind]) -> dict[str, Any]:
    return {} if tuple(kinds) == EXCHANGE_KINDS else {"kind": list(kinds)}


def _law(client: Client) -> Rulebook:
    from airshed.rulebook.load import load_texts

    return load_texts(client.law(client.book().law.digest))


def _money(client: Client) -> Money:
    """Asked while the connection is there, for it is said after."""
    name = _law(client).currency.name_en
    return lambda: name
