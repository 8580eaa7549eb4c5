"""The read tables of zone-wide calls."""

from __future__ import annotations

from airshed.engine.tables.table import Table

ZONE: tuple[Table, ...] = (
    Table(
        "zone_calls",
        ("call TEXT", "pollutant TEXT", "open INTEGER", "count INTEGER", "zone_fen INTEGER", "seal TEXT"),
        1,
    ),
    Table(
        "zone_orders",
        (
            "call TEXT",
            "number INTEGER",
            "account TEXT",
            "side TEXT",
            "series TEXT",
            "place TEXT",
            "year INTEGER",
            "price INTEGER",
            "count INTEGER",
        ),
        2,
    ),
    Table(
        "zone_fills",
        (
            "seq INTEGER",
            "call TEXT",
            "round INTEGER",
            "number INTEGER",
            "at INTEGER",
            "account TEXT",
            "side TEXT",
            "series TEXT",
            "place TEXT",
            "year INTEGER",
            "count INTEGER",
            "cover TEXT",
            "price INTEGER",
            "fen INTEGER",
            "fee INTEGER",
        ),
        4,
        listed=True,
    ),
    Table(
        "zone_rounds",
        (
            "seq INTEGER",
            "call TEXT",
            "round INTEGER",
            "trade TEXT",
            "gain TEXT",
            "gap TEXT",
            "zone_fen INTEGER",
            "digest TEXT",
            "note TEXT",
        ),
        3,
        listed=True,
    ),
    Table(
        "zone_limits",
        (
            "seq INTEGER",
            "call TEXT",
            "round INTEGER",
            "name TEXT",
            "load TEXT",
            "most TEXT",
            "dual TEXT",
        ),
        4,
        listed=True,
    ),
)
