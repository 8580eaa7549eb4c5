"""What readers of a book do not print: bids, asks and orders of what is still open, and what would tell of them.

Whoever sees them before the close can act on them: bid a step above, or leave a call that goes against it. The file
itself holds them in the clear where the law has bids "open"; where it seals them, by commitment or by key, they are in
no record before the close (docs/explanation/sealed-bids.md), and are shown as soon as they are opened.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from airshed.engine import commands as c
from airshed.engine.apply.sealed import waiting
from airshed.engine.state import State
from airshed.engine.tables import BY_NAME
from airshed.model.allowance import members
from airshed.model.refusal import Why
from airshed.service.book.embargo import Embargo, source_of
from airshed.service.book.kept import Statements

#: By read table: the table of what is open or over, and the column that names it in both.
SEALED: Mapping[str, tuple[str, str]] = {
    "bids": ("auctions", "auction"),
    "lots": ("auctions", "auction"),
    "asks": ("tenders", "repurchase"),
    "call_orders": ("calls", "call"),
    "zone_orders": ("zone_calls", "call"),
}
#: Columns that say what an account has set aside, and so how much it bids: not told of one with a sealed order.
TELLING: Mapping[str, str] = {"accounts": "held_fen", "holdings": "held"}
#: Commands that are sealed: why one was refused tells of it, or of those before it.
SEALING: tuple[type[c.Body], ...] = (
    c.ConsignLot,
    c.PlaceBid,
    c.AskRepurchase,
    c.PlaceCallOrder,
    c.PlaceZoneOffer,
    c.PlaceZoneBid,
)
#: Refusals that say how much is free, and so how much is set aside.
SAYING_FREE = (Why.INSUFFICIENT_CASH, Why.INSUFFICIENT_HOLDING)


#: Where what is sealed may be read by all: the close was, and bids are opened.
CLOSED = {"auctions": "auction", "calls": "call", "zone_calls": "zone_call", "tenders": "repurchase"}


def hidden(table: str) -> str:
    """The condition on a row of a table of orders that it is of something open whose bids nobody may read."""
    of, key = SEALED[table]
    return f"{key} IN ({_open(of, key)})"


def _open(of: str, key: str) -> str:
    """What of a table is open, so that nobody may read its bids."""
    among = f"SELECT {key} FROM {of} WHERE open = 1"
    if of in CLOSED:
        closed = f"SELECT name FROM sealings WHERE venue = '{CLOSED[of]}' AND until IS NOT NULL"
        among += f" AND {key} NOT IN ({closed})"
    return among


def takes_bids(sql: Statements) -> bool:
    """Whether anything is open, though nobody bids yet: why the first bid was refused tells of the next."""
    parts = [_open(of, key) for of, key in dict.fromkeys(SEALED.values())]
    return sql.execute(" UNION ALL ".join(parts) + " LIMIT 1").fetchone() is not None


class ShownRows(NamedTuple):
    """Rows of a read table as they may be printed."""

    columns: list[str]
    rows: list[tuple[Any, ...]]
    #: Rows of the table that may be printed, all of them.
    total: int
    #: By name of what is open: how many rows of it are sealed.
    sealed: dict[str, int]
    #: Accounts whose figure in a telling column, or refusals whose sentence, is left out.
    silent: tuple[str, ...] = ()


def shown(
    sql: Statements, table: str, limit: int, *, last: bool = False, public: Embargo | None = None, own: str = ""
) -> ShownRows:
    """The first or last rows of a read table in the order of its key, without what is sealed, or not public yet.

    Figures of years that are not public are those of the account `own` alone; with `public` left out all are shown.
    """
    columns = [column.split()[0] for column in BY_NAME[table].columns]
    order = ", ".join(f"{key} DESC" if last else key for key in columns[: BY_NAME[table].key])
    where, counts = "", {}
    if table in SEALED:
        _, key = SEALED[table]
        where = f" WHERE NOT {hidden(table)}"
        counts = dict(
            sql.execute(
                f"SELECT {key}, count(*) FROM {table} WHERE {hidden(table)} GROUP BY {key} ORDER BY {key}"
            ).fetchall()
        )
    source, values = source_of(table, public, own)
    asked = f"SELECT * FROM {source}{where} ORDER BY {order} LIMIT ?"
    rows = sql.execute(asked, (*values, limit)).fetchall()
    if last:
        rows.reverse()
    total = int(sql.execute(f"SELECT count(*) FROM {table}{where}").fetchone()[0])
    if table == "refusals" and takes_bids(sql):
        return _refusals(columns, rows, total)
    if table not in TELLING:
        return ShownRows(columns, rows, total, counts)
    bidding = sealed_accounts(sql)
    place = columns.index(TELLING[table])
    silent = tuple(dict.fromkeys(row[0] for row in rows if row[0] in bidding))
    return ShownRows(
        columns, [_without(row, place) if row[0] in bidding else row for row in rows], total, counts, silent
    )


def in_the_open(sql: Statements) -> Iterator[str]:
    """What stands in the records of a book and is not shown yet, a line for each table and name of what is open."""
    for table, (_, key) in SEALED.items():
        asked = f"SELECT {key}, count(*) FROM {table} WHERE {hidden(table)} GROUP BY {key} ORDER BY {key}"
        for name, count in sql.execute(asked).fetchall():
            yield f"{count} of {table} of {name}, sealed until it is closed"


def sealed_accounts(sql: Statements) -> frozenset[str]:
    """Accounts that have a bid, an ask or an order in something that is open."""
    parts = [f"SELECT account FROM {table} WHERE {hidden(table)}" for table in SEALED]
    return frozenset(account for (account,) in sql.execute(" UNION ".join(parts)))


def sealed_in(state: State) -> Iterator[tuple[str, str, int]]:
    """What waits sealed in what is open, by the state: account, series or "" for money, and what is set aside."""
    for auction in state.auctions.values():
        if auction.open:
            yield from ((bid.account, "", bid.held) for bid in auction.bids)
            yield from ((lot.account, auction.series, lot.count) for lot in auction.lots)
    for tender in state.repurchases.values():
        if tender.open:
            yield from ((ask.account, tender.series, ask.count) for ask in tender.asks)
    for call in state.calls.values():
        if call.open:
            for order in call.orders.values():
                if order.side == "sell":
                    yield from ((order.account, series, order.count) for series in members(call.series))
                else:
                    yield order.account, "", order.held
    for _, bid in waiting(state):
        yield bid.account, "", bid.guarantee_fen
        for series in members(bid.series) if bid.series else ():
            yield bid.account, series, bid.count
    for zone_call in state.zone_calls.values():
        if zone_call.open:
            for wish in zone_call.orders.values():
                yield wish.account, wish.series, wish.count if wish.series else wish.held


def _refusals(columns: list[str], rows: list[tuple[Any, ...]], total: int) -> ShownRows:
    """Refusals while something is sealed: not the sentences that tell what was bid, or what is free beside bids."""
    names = {body.__name__ for body in SEALING}
    why, command, detail = (columns.index(name) for name in ("why", "command", "detail"))
    telling = [row[why] in SAYING_FREE or row[command] in names for row in rows]
    silent = tuple(f"refusal {row[0]}" for row, tells in zip(rows, telling, strict=True) if tells)
    shown_rows = [_without(row, detail) if tells else row for row, tells in zip(rows, telling, strict=True)]
    return ShownRows(columns, shown_rows, total, {}, silent)


def _without(row: Sequence[Any], place: int) -> tuple[Any, ...]:
    return (*row[:place], None, *row[place + 1 :])
