"""Read tables of auctions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from airshed.engine import events as e
from airshed.engine.apply.auction import of_event, offered
from airshed.engine.journal import Record, Row
from airshed.engine.state import State
from airshed.engine.tables.sealed import touch_over
from airshed.engine.tables.table import Column, Note, Table, Tables
from airshed.model.measures import Unit


def _auction_row(state: State, key: str) -> Row:
    auction = state.auctions[key]
    return (
        key,
        auction.event,
        auction.series,
        auction.delivery,
        auction.count,
        auction.consigned,
        auction.reserve,
        int(auction.open),
        auction.price,
        auction.sold,
        auction.released,
        auction.withheld,
        auction.to_holders,
        auction.seal,
    )


def _lot_row(state: State, key: tuple[str, int]) -> Row:
    lot = state.auctions[key[0]].lots[key[1] - 1]
    return (*key, lot.account, lot.count, lot.minimum)


def _bid_row(state: State, key: tuple[str, int]) -> Row:
    bid = state.auctions[key[0]].bids[key[1] - 1]
    return (*key, bid.account, bid.count, bid.limit)


def _lot_keys(state: State) -> Iterator[Any]:
    for auction in state.auctions.values():
        for place in range(len(auction.lots)):
            yield (auction.id, place + 1)


def _bid_keys(state: State) -> Iterator[Any]:
    for auction in state.auctions.values():
        for bid in auction.bids:
            yield (auction.id, bid.number)


TABLES = (
    Table(
        "auctions",
        "Auctions, open and over.",
        (
            Column("auction TEXT"),
            Column("event TEXT", "event that the auction is cleared with"),
            Column("series TEXT"),
            Column("delivery TEXT", "`spot`, or `advance` for a vintage that had not begun"),
            Column("offered INTEGER"),
            Column("consigned INTEGER", "allowances that holders sell", Unit.KG),
            Column("reserve INTEGER", "reserve price; 0 where there is none", Unit.FEN_PER_T),
            Column("open INTEGER"),
            Column("price INTEGER"),
            Column("sold INTEGER", "allowances sold", Unit.KG),
            Column("released INTEGER", "allowances that came out of the government reserve", Unit.KG),
            Column("withheld INTEGER", "allowances that were kept back and went to the government reserve", Unit.KG),
            Column("to_holders INTEGER", "what of the payments holders got", Unit.FEN),
            Column("seal TEXT"),
        ),
        key=1,
        keys=lambda state: state.auctions,
        row=_auction_row,
    ),
    Table(
        "lots",
        "What holders sell through auctions.",
        (
            Column("auction TEXT"),
            Column("number INTEGER", "place of the lot in its auction"),
            Column("account TEXT"),
            Column("count INTEGER"),
            Column("minimum INTEGER", "the least the holder takes; 0 for any price", Unit.FEN_PER_T),
        ),
        key=2,
        keys=_lot_keys,
        row=_lot_row,
    ),
    Table(
        "bids",
        "Sealed bids.",
        (
            Column("auction TEXT"),
            Column("number INTEGER", "place of the bid in its auction"),
            Column("account TEXT"),
            Column("count INTEGER"),
            Column("price INTEGER", "the most the bidder pays"),
        ),
        key=2,
        keys=_bid_keys,
        row=_bid_row,
    ),
    Table(
        "awards",
        "What bidders won.",
        (
            Column("seq INTEGER"),
            Column("auction TEXT"),
            Column("account TEXT"),
            Column("count INTEGER"),
            Column("fen INTEGER", "what the bidder pays"),
            Column("fee INTEGER"),
        ),
        key=3,
    ),
)


def _note_auction(tables: Tables, state: State, record: Record, event: e.AuctionOpened) -> None:
    tables.touch("auctions", event.auction)
    tables.touch("holdings", *((account, event.series) for account, _ in offered(state.auctions[event.auction])))


def _note_lot(tables: Tables, state: State, record: Record, event: e.LotConsigned) -> None:
    auction = state.auctions[event.auction]
    tables.touch("auctions", event.auction)
    tables.touch("lots", (event.auction, len(auction.lots)))
    tables.touch("holdings", (event.account, auction.series))


def _note_returned(tables: Tables, state: State, record: Record, event: e.LotReturned) -> None:
    tables.touch("auctions", event.auction)
    tables.touch("lots", (event.auction, event.number))
    tables.touch("holdings", (event.account, state.auctions[event.auction].series))


def _note_bid(tables: Tables, state: State, record: Record, event: e.BidPlaced) -> None:
    tables.touch("bids", (event.auction, len(state.auctions[event.auction].bids)))
    tables.touch("accounts", event.account)


def _note_cleared(tables: Tables, state: State, record: Record, event: e.AuctionCleared) -> None:
    auction = state.auctions[event.auction]
    for each in of_event(state, auction.event):
        tables.touch("auctions", each.id)
        touch_over(tables, state, "auction", each.id)
        tables.touch("holdings", *((account, each.series) for account, _ in offered(each)))
        tables.touch("accounts", *(bid.account for bid in each.bids))
    for award in event.awards:
        tables.add("awards", (record.seq, event.auction, award.account, award.count, award.fen, award.fee))


#: What each event touches.
NOTES: dict[type, Note] = {
    e.AuctionOpened: _note_auction,
    e.LotConsigned: _note_lot,
    e.LotReturned: _note_returned,
    e.BidPlaced: _note_bid,
    e.AuctionCleared: _note_cleared,
}
