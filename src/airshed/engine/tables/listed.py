"""Read tables of the listed market."""

from __future__ import annotations

from airshed.engine import events as e
from airshed.engine.journal import Record, Row
from airshed.engine.state import State
from airshed.engine.tables.table import Column, Note, Table, Tables, touching
from airshed.model.measures import Unit


def _order_row(state: State, key: int) -> Row | None:
    order = state.orders.get(key)
    if order is None:
        return None
    return (key, order.account, order.series, order.side, order.limit, order.count, order.left)


TABLES = (
    Table(
        "orders",
        "Orders that rest in the order books; filled and cancelled ones have no row.",
        (
            Column("number INTEGER"),
            Column("account TEXT"),
            Column("series TEXT"),
            Column("side TEXT"),
            Column("price INTEGER"),
            Column("count INTEGER"),
            Column("rest INTEGER", "allowances not filled yet", Unit.KG),
        ),
        key=1,
        keys=lambda state: state.orders,
        row=_order_row,
    ),
    Table(
        "opens",
        "Opening prices of sessions: that of the first trade of the day.",
        (
            Column("seq INTEGER"),
            Column("day TEXT"),
            Column("series TEXT"),
            Column("price INTEGER"),
        ),
        key=3,
    ),
    Table(
        "trades",
        "Fills of listed orders, delivered against payment.",
        (
            Column("seq INTEGER"),
            Column("maker INTEGER", "number of the order that rested"),
            Column("taker INTEGER", "number of the order that came"),
            Column("at INTEGER"),
            Column("series TEXT"),
            Column("buyer TEXT"),
            Column("seller TEXT"),
            Column("count INTEGER"),
            Column("price INTEGER"),
            Column("fen INTEGER"),
            Column("buyer_fee INTEGER"),
            Column("seller_fee INTEGER"),
        ),
        key=3,
    ),
    Table(
        "closes",
        "Closing prices of sessions.",
        (
            Column("seq INTEGER"),
            Column("day TEXT"),
            Column("series TEXT"),
            Column("price INTEGER"),
        ),
        key=3,
    ),
    Table(
        "repurchases",
        "What the government bought back.",
        (
            Column("seq INTEGER"),
            Column("account TEXT"),
            Column("series TEXT"),
            Column("count INTEGER"),
            Column("price INTEGER"),
        ),
        key=1,
    ),
)


def _note_session_closed(tables: Tables, state: State, record: Record, event: e.SessionClosed) -> None:
    for series, price in event.opens.items():
        tables.add("opens", (record.seq, event.day, series, price))
    for series, price in event.closes.items():
        tables.add("closes", (record.seq, event.day, series, price))


def _note_order(tables: Tables, state: State, record: Record, event: e.OrderPlaced) -> None:
    tables.touch("orders", event.order)
    if event.side == "sell":
        tables.touch_holdings(event.account, event.series)
    else:
        tables.touch("accounts", event.account)


def _note_traded(tables: Tables, state: State, record: Record, event: e.Traded) -> None:
    orders = tables.touched["orders"]
    orders[event.maker] = None
    orders[event.taker] = None
    tables.added["trades"].append(
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


def _note_repurchased(tables: Tables, state: State, record: Record, event: e.Repurchased) -> None:
    tables.add("repurchases", (record.seq, event.account, event.series, event.count, event.price))


#: What each event touches.
NOTES: dict[type, Note] = {
    e.SessionOpened: touching(),
    e.SessionClosed: _note_session_closed,
    e.OrderPlaced: _note_order,
    e.Traded: _note_traded,
    e.OrderCancelled: touching(orders="order", holdings="account series", accounts="account"),
    e.Repurchased: _note_repurchased,
}
