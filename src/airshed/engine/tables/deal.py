"""Read tables of deals, halts and leaves."""

from __future__ import annotations

from airshed.engine import events as e
from airshed.engine.journal import Record, Row
from airshed.engine.state import State
from airshed.engine.tables.table import Column, Note, Table, Tables, touching


def _deal_row(state: State, key: int) -> Row | None:
    deal = state.deals.get(key)
    if deal is None:
        return None
    return (key, deal.kind, deal.seller, deal.buyer, deal.series, deal.count, deal.price)


def _halt_row(state: State, key: str) -> Row | None:
    return (key, state.halted[key]) if key in state.halted else None


def _crossing_row(state: State, key: tuple[str, str]) -> Row:
    return (*key, state.crossings[key])


TABLES = (
    Table(
        "deals",
        "Deals that wait for their buyer; settled and dropped ones have no row.",
        (
            Column("deal INTEGER"),
            Column("kind TEXT", "block or transfer"),
            Column("seller TEXT"),
            Column("buyer TEXT", "account that may accept"),
            Column("series TEXT"),
            Column("count INTEGER"),
            Column("price INTEGER"),
        ),
        key=1,
        keys=lambda state: state.deals,
        row=_deal_row,
    ),
    Table(
        "halts",
        "Markets that stand still.",
        (
            Column("series TEXT", "series, or empty for all"),
            Column("reason TEXT", "why it stands still"),
        ),
        key=1,
        keys=lambda state: state.halted,
        row=_halt_row,
    ),
    Table(
        "crossings",
        "Leave to buy series of another jurisdiction.",
        (
            Column("account TEXT"),
            Column("jurisdiction TEXT"),
            Column("until TEXT", "last day of the leave"),
        ),
        key=2,
        keys=lambda state: state.crossings,
        row=_crossing_row,
    ),
    Table(
        "deal_trades",
        "Deals that were settled.",
        (
            Column("seq INTEGER"),
            Column("at INTEGER"),
            Column("deal INTEGER"),
            Column("kind TEXT", "block or transfer"),
            Column("series TEXT"),
            Column("buyer TEXT"),
            Column("seller TEXT"),
            Column("count INTEGER"),
            Column("price INTEGER"),
            Column("fen INTEGER"),
            Column("buyer_fee INTEGER"),
            Column("seller_fee INTEGER"),
        ),
        key=1,
    ),
)


def _note_settled(tables: Tables, state: State, record: Record, event: e.DealSettled) -> None:
    tables.touch("deals", event.deal)
    parties = (event.series, event.buyer, event.seller, event.count, event.price)
    money = (event.fen, event.buyer_fee, event.seller_fee)
    tables.add("deal_trades", (record.seq, record.at, event.deal, event.kind, *parties, *money))


#: What each event touches.
NOTES: dict[type, Note] = {
    e.DealOffered: touching(deals="deal", holdings="seller series"),
    e.DealSettled: _note_settled,
    e.DealDropped: touching(deals="deal", holdings="seller series"),
    e.CrossingAllowed: touching(crossings="account jurisdiction"),
    e.MarketHalted: touching(halts="series"),
    e.MarketResumed: touching(halts="series"),
}
