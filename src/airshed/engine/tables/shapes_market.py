"""The read tables of the market beside the listed book."""

from __future__ import annotations

from airshed.engine.tables.table import Table

MARKET: tuple[Table, ...] = (
    Table(
        "deals",
        (
            "deal INTEGER",
            "kind TEXT",
            "seller TEXT",
            "buyer TEXT",
            "series TEXT",
            "count INTEGER",
            "price INTEGER",
        ),
        1,
    ),
    Table(
        "calls",
        ("call TEXT", "series TEXT", "wall TEXT", "open INTEGER", "price INTEGER", "count INTEGER", "seal TEXT"),
        1,
    ),
    Table(
        "call_orders",
        ("call TEXT", "number INTEGER", "account TEXT", "side TEXT", "price INTEGER", "count INTEGER"),
        2,
    ),
    Table("halts", ("series TEXT", "reason TEXT"), 1),
    Table("crossings", ("account TEXT", "jurisdiction TEXT", "until TEXT"), 2),
    Table("opens", ("seq INTEGER", "day TEXT", "series TEXT", "price INTEGER"), 3, listed=True),
    Table(
        "deal_trades",
        (
            "seq INTEGER",
            "at INTEGER",
            "deal INTEGER",
            "kind TEXT",
            "series TEXT",
            "buyer TEXT",
            "seller TEXT",
            "count INTEGER",
            "price INTEGER",
            "fen INTEGER",
            "buyer_fee INTEGER",
            "seller_fee INTEGER",
        ),
        1,
        listed=True,
    ),
    Table(
        "call_fills",
        (
            "seq INTEGER",
            "call TEXT",
            "number INTEGER",
            "at INTEGER",
            "series TEXT",
            "account TEXT",
            "side TEXT",
            "count INTEGER",
            "price INTEGER",
            "fen INTEGER",
            "fee INTEGER",
        ),
        3,
        listed=True,
    ),
)
