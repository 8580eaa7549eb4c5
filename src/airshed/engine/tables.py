"""Read tables: what plain SQL sees of the state, kept up in the same transaction as the book.

Most tables show the state, a row per key. Some list what happened, a row per event (`listed`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from airshed.engine import events as e
from airshed.engine.journal import Changes, Record, Row
from airshed.engine.rows import ROW, pollutants_of
from airshed.engine.state import State
from airshed.registry.moves import Paid


class Table(NamedTuple):
    """A table: `columns` with their SQL types, the first `key` of which tell rows apart."""

    name: str
    columns: tuple[str, ...]
    key: int
    listed: bool = False


TABLES: tuple[Table, ...] = (
    Table("rulebooks", ("seq INTEGER", "programme TEXT", "version TEXT", "digest TEXT"), 1, listed=True),
    Table("actors", ("actor TEXT", "role TEXT", "account TEXT"), 1),
    Table(
        "accounts",
        (
            "account TEXT",
            "kind TEXT",
            "name TEXT",
            "jurisdiction TEXT",
            "corporate_group TEXT",
            "frozen TEXT",
            "cash_fen INTEGER",
            "held_fen INTEGER",
        ),
        1,
    ),
    Table(
        "sources",
        ("source TEXT", "name TEXT", "account TEXT", "jurisdiction TEXT", "sector TEXT", "synthetic INTEGER"),
        1,
    ),
    Table("caps", ("series TEXT", "pollutant TEXT", "jurisdiction TEXT", "vintage INTEGER", "count INTEGER"), 1),
    Table("holdings", ("account TEXT", "series TEXT", "count INTEGER", "held INTEGER", "blocks TEXT"), 2),
    Table(
        "auctions",
        (
            "auction TEXT",
            "series TEXT",
            "offered INTEGER",
            "reserve INTEGER",
            "open INTEGER",
            "price INTEGER",
            "sold INTEGER",
        ),
        1,
    ),
    Table("bids", ("auction TEXT", "number INTEGER", "account TEXT", "count INTEGER", "price INTEGER"), 2),
    Table(
        "orders",
        (
            "number INTEGER",
            "account TEXT",
            "series TEXT",
            "side TEXT",
            "price INTEGER",
            "count INTEGER",
            "rest INTEGER",
        ),
        1,
    ),
    Table(
        "days",
        (
            "stack TEXT",
            "day TEXT",
            "pollutant TEXT",
            "measured INTEGER",
            "substituted INTEGER",
            "stopped INTEGER",
            "mass_mg INTEGER",
        ),
        3,
    ),
    Table("evidence", ("stack TEXT", "day TEXT", "digest TEXT"), 2),
    Table(
        "years",
        (
            "source TEXT",
            "year INTEGER",
            "pollutant TEXT",
            "measured_mg INTEGER",
            "declared_mg INTEGER",
            "opinion TEXT",
            "verified_mg INTEGER",
            "obligation INTEGER",
            "surrendered INTEGER",
            "shortfall INTEGER",
            "penalty_fen INTEGER",
            "due_fen INTEGER",
            "makeup INTEGER",
        ),
        3,
    ),
    Table(
        "allocations",
        (
            "seq INTEGER",
            "series TEXT",
            "source TEXT",
            "account TEXT",
            "method TEXT",
            "count INTEGER",
            "made_up INTEGER",
            "why_en TEXT",
            "why_zh TEXT",
        ),
        3,
        listed=True,
    ),
    Table(
        "awards",
        ("seq INTEGER", "auction TEXT", "account TEXT", "count INTEGER", "fen INTEGER"),
        3,
        listed=True,
    ),
    Table(
        "trades",
        (
            "seq INTEGER",
            "maker INTEGER",
            "taker INTEGER",
            "at INTEGER",
            "series TEXT",
            "buyer TEXT",
            "seller TEXT",
            "count INTEGER",
            "price INTEGER",
            "fen INTEGER",
            "buyer_fee INTEGER",
            "seller_fee INTEGER",
        ),
        3,
        listed=True,
    ),
    Table("closes", ("seq INTEGER", "day TEXT", "series TEXT", "price INTEGER"), 3, listed=True),
    Table(
        "repurchases",
        ("seq INTEGER", "account TEXT", "series TEXT", "count INTEGER", "price INTEGER"),
        1,
        listed=True,
    ),
    Table(
        "refusals",
        ("seq INTEGER", "at INTEGER", "actor TEXT", "command TEXT", "why TEXT", "detail TEXT", "cite TEXT"),
        1,
        listed=True,
    ),
)

BY_NAME = {table.name: table for table in TABLES}


class Tables:
    """Collects which rows a group touches, and gives them when the group is written."""

    def __init__(self) -> None:
        self._touched: dict[str, dict[Any, None]] = {table.name: {} for table in TABLES if not table.listed}
        self._added: dict[str, list[Row]] = {table.name: [] for table in TABLES if table.listed}

    def note(self, state: State, record: Record) -> None:
        """Remember what a record, applied already, has touched."""
        refusal = record.refusal
        if refusal is not None:
            command = type(record.body).__name__
            self._added["refusals"].append(
                (
                    record.seq,
                    record.at,
                    record.actor,
                    command,
                    refusal.why.value,
                    refusal.detail,
                    refusal.cite,
                )
            )
        for event in record.events:
            NOTES[type(event)](self, state, record, event)

    def take(self, state: State) -> Changes:
        """The changed rows since the last call."""
        put: dict[str, list[Row]] = {}
        gone: dict[str, list[Row]] = {}
        for name, keys in self._touched.items():
            if not keys:
                continue
            row_of = ROW[name]
            puts: list[Row] = []
            for key in keys:
                row = row_of(state, key)
                if row is None:
                    gone.setdefault(name, []).append(key if isinstance(key, tuple) else (key,))
                else:
                    puts.append(row)
            put[name] = puts
            keys.clear()
        added = {name: rows for name, rows in self._added.items() if rows}
        self._added = {name: [] for name in self._added}
        return Changes(put, gone, added)

    def touch(self, table: str, *keys: Any) -> None:
        """Mark rows of a table as changed."""
        touched = self._touched[table]
        for key in keys:
            touched[key] = None

    def add(self, table: str, row: Row) -> None:
        """Add a row to a list of what happened."""
        self._added[table].append(row)

    def touch_entry(self, entry: Any) -> None:
        """Mark the accounts and holdings that an entry moves."""
        accounts = self._touched["accounts"]
        holdings = self._touched["holdings"]
        for move in entry:
            if type(move) is Paid:
                accounts[move.origin] = None
                accounts[move.target] = None
            else:
                holdings[move.origin, move.series] = None
                holdings[move.target, move.series] = None


# --- what each event touches


def _note_adopted(tables: Tables, state: State, record: Record, event: e.RulebookAdopted) -> None:
    tables.touch("accounts", *(account.id for account in event.opened))
    tables.touch("actors", event.authority, record.actor)
    tables.add("rulebooks", (record.seq, event.programme, event.version, event.digest))


def _note_actor(tables: Tables, state: State, record: Record, event: e.ActorRegistered) -> None:
    tables.touch("actors", event.actor)


def _note_opened(tables: Tables, state: State, record: Record, event: e.AccountOpened) -> None:
    tables.touch("accounts", event.account.id)


def _note_account(tables: Tables, state: State, record: Record, event: e.AccountFrozen | e.AccountThawed) -> None:
    tables.touch("accounts", event.account)


def _note_source(tables: Tables, state: State, record: Record, event: e.SourceRegistered) -> None:
    tables.touch("sources", event.source)


def _note_entry(tables: Tables, state: State, record: Record, event: e.MoneyMoved | e.Transferred) -> None:
    tables.touch_entry(event.entry)


def _note_cap(tables: Tables, state: State, record: Record, event: e.CapSet) -> None:
    tables.touch("caps", event.series)
    tables.touch("holdings", (event.account, event.series))


def _note_allocated(tables: Tables, state: State, record: Record, event: e.Allocated) -> None:
    tables.touch_entry(event.entry)
    for award in event.awards:
        tables.add(
            "allocations",
            (
                record.seq,
                event.series,
                award.source,
                award.account,
                event.method,
                award.count,
                award.made_up,
                award.en,
                award.zh,
            ),
        )


def _note_auction(tables: Tables, state: State, record: Record, event: e.AuctionOpened) -> None:
    tables.touch("auctions", event.auction)
    tables.touch("holdings", (event.seller, event.series))


def _note_bid(tables: Tables, state: State, record: Record, event: e.BidPlaced) -> None:
    tables.touch("bids", (event.auction, len(state.auctions[event.auction].bids)))
    tables.touch("accounts", event.account)


def _note_cleared(tables: Tables, state: State, record: Record, event: e.AuctionCleared) -> None:
    auction = state.auctions[event.auction]
    tables.touch("auctions", event.auction)
    tables.touch("holdings", (auction.seller, auction.series))
    tables.touch("accounts", *(bid.account for bid in auction.bids))
    tables.touch_entry(event.entry)
    for award in event.awards:
        tables.add("awards", (record.seq, event.auction, award.account, award.count, award.fen))


def _note_nothing(tables: Tables, state: State, record: Record, event: e.SessionOpened) -> None:
    pass


def _note_session_closed(tables: Tables, state: State, record: Record, event: e.SessionClosed) -> None:
    for series, price in event.closes.items():
        tables.add("closes", (record.seq, event.day, series, price))


def _note_order(tables: Tables, state: State, record: Record, event: e.OrderPlaced) -> None:
    tables.touch("orders", event.order)
    if event.side == "sell":
        tables.touch("holdings", (event.account, event.series))
    else:
        tables.touch("accounts", event.account)


def _note_traded(tables: Tables, state: State, record: Record, event: e.Traded) -> None:
    orders = tables._touched["orders"]
    orders[event.maker] = None
    orders[event.taker] = None
    tables.touch_entry(event.entry)
    tables._added["trades"].append(
        (
            record.seq,
            event.maker,
            event.taker,
            record.at,
            event.series,
            event.buyer,
            event.seller,
            event.count,
            event.price,
            event.fen,
            event.buyer_fee,
            event.seller_fee,
        )
    )


def _note_cancelled(tables: Tables, state: State, record: Record, event: e.OrderCancelled) -> None:
    tables.touch("orders", event.order)
    tables.touch("holdings", (event.account, event.series))
    tables.touch("accounts", event.account)


def _note_repurchased(tables: Tables, state: State, record: Record, event: e.Repurchased) -> None:
    tables.touch_entry(event.entry)
    tables.add("repurchases", (record.seq, event.account, event.series, event.count, event.price))


def _note_sealed(tables: Tables, state: State, record: Record, event: e.DaySealed) -> None:
    tables.touch("days", *((event.stack, event.day, pollutant) for pollutant in event.hours))
    tables.touch("evidence", (event.stack, event.day))


def _note_year(tables: Tables, state: State, record: Record, event: Any) -> None:
    year = state.years[event.source, event.year]
    tables.touch("years", *((event.source, event.year, pollutant) for pollutant in pollutants_of(year)))
    if hasattr(event, "entry"):
        tables.touch_entry(event.entry)


def _note_closed(tables: Tables, state: State, record: Record, event: e.YearClosed) -> None:
    tables.touch("years", *((settled.source, event.year, settled.pollutant) for settled in event.settlements))
    tables.touch_entry(event.entry)


NOTES: dict[type, Callable[[Tables, State, Record, Any], None]] = {
    e.RulebookAdopted: _note_adopted,
    e.ActorRegistered: _note_actor,
    e.AccountOpened: _note_opened,
    e.AccountFrozen: _note_account,
    e.AccountThawed: _note_account,
    e.SourceRegistered: _note_source,
    e.MoneyMoved: _note_entry,
    e.CapSet: _note_cap,
    e.Allocated: _note_allocated,
    e.Transferred: _note_entry,
    e.AuctionOpened: _note_auction,
    e.BidPlaced: _note_bid,
    e.AuctionCleared: _note_cleared,
    e.SessionOpened: _note_nothing,
    e.SessionClosed: _note_session_closed,
    e.OrderPlaced: _note_order,
    e.Traded: _note_traded,
    e.OrderCancelled: _note_cancelled,
    e.Repurchased: _note_repurchased,
    e.DaySealed: _note_sealed,
    e.YearReported: _note_year,
    e.YearVerified: _note_year,
    e.YearDetermined: _note_year,
    e.Surrendered: _note_year,
    e.YearClosed: _note_closed,
    e.PenaltyPaid: _note_year,
}
