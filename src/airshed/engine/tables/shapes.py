"""The read tables: their names, columns and keys."""

from __future__ import annotations

from typing import NamedTuple


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
    Table(
        "acts",
        ("act INTEGER", "actor TEXT", "command TEXT", "about TEXT"),
        1,
    ),
    Table(
        "marks",
        (
            "mark INTEGER",
            "stack TEXT",
            "kind TEXT",
            "first TEXT",
            "last TEXT",
            "hours INTEGER",
            "state TEXT",
            "actor TEXT",
            "reason TEXT",
            "evidence TEXT",
            "prove_by INTEGER",
        ),
        1,
    ),
    Table(
        "improvements",
        (
            "source TEXT",
            "year INTEGER",
            "number INTEGER",
            "state TEXT",
            "actor TEXT",
            "item TEXT",
            "answer TEXT",
            "evidence TEXT",
        ),
        3,
    ),
    Table(
        "findings",
        (
            "stack TEXT",
            "year INTEGER",
            "number INTEGER",
            "finding TEXT",
            "subject TEXT",
            "first TEXT",
            "last TEXT",
            "hours INTEGER",
            "detail TEXT",
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
        "corrections",
        (
            "seq INTEGER",
            "stack TEXT",
            "day TEXT",
            "pollutant TEXT",
            "reversed_mg INTEGER",
            "difference_mg INTEGER",
            "replaced TEXT",
            "reason TEXT",
        ),
        4,
        listed=True,
    ),
    Table(
        "reports",
        (
            "seq INTEGER",
            "source TEXT",
            "year INTEGER",
            "version INTEGER",
            "actor TEXT",
            "rests_on TEXT",
            "reason TEXT",
        ),
        1,
        listed=True,
    ),
    Table(
        "checks",
        (
            "seq INTEGER",
            "source TEXT",
            "year INTEGER",
            "version INTEGER",
            "number INTEGER",
            "name TEXT",
            "severity TEXT",
            "passed INTEGER",
            "detail TEXT",
            "explanation TEXT",
        ),
        5,
        listed=True,
    ),
    Table(
        "opinions",
        (
            "seq INTEGER",
            "source TEXT",
            "year INTEGER",
            "version INTEGER",
            "opinion TEXT",
            "actor TEXT",
            "comments TEXT",
        ),
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
