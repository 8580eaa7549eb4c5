"""Which events are trades, and what the tape shows of each."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import msgspec

from airshed.engine import events as e
from airshed.engine.journal import Record
from airshed.engine.state import State
from airshed.market.tape import Kind, Trade
from airshed.model.allowance import Series, Strip
from airshed.model.measures import mean_price, value_fen
from airshed.registry.accounts import PRIVATE


class TradeSaid(msgspec.Struct, frozen=True, gc=False):
    """What an event says of one trade."""

    kind: Kind
    series: str
    price: int
    count: int
    fen: int
    #: Whether it belongs to the session that is open.
    listed: bool = False


def trades_of(state: State, record: Record) -> Iterator[Trade]:
    """The trades of a record, in their order; `state` is that before it."""
    number = 0
    for event in record.events:
        sold = SOLD.get(type(event))
        if sold is None:
            continue
        for one in sold(state, event):
            number += 1
            day = state.session if one.listed and state.session is not None else state.civil.day_of(record.at)
            yield Trade(record.seq, number, record.at, day, one.kind, one.series, one.price, one.count, one.fen)


def _traded(state: State, event: e.Traded) -> Iterator[TradeSaid]:
    yield TradeSaid("listed", event.series, event.price, event.count, event.fen, listed=True)


def _cleared(state: State, event: e.AuctionCleared) -> Iterator[TradeSaid]:
    """A trade for every winner, at the mean of what it pays where bids pay their own prices."""
    auction = state.auctions[event.auction]
    kind: Kind = "one_way" if state.ledger.accounts[auction.seller].kind in PRIVATE else "auction"
    for award in event.awards:
        yield TradeSaid(kind, auction.series, mean_price(award.fen, award.count), award.count, award.fen)


def _settled(state: State, event: e.DealSettled) -> Iterator[TradeSaid]:
    kind: Kind = "block" if event.kind == "block" else "transfer"
    yield TradeSaid(kind, event.series, event.price, event.count, event.fen, listed=kind == "block")


def _called(state: State, event: e.CallCleared) -> Iterator[TradeSaid]:
    """A trade for every buyer, all at the price of the call."""
    series = state.calls[event.call].series
    for fill in event.fills:
        if fill.side == "buy" and event.price is not None:
            yield TradeSaid("call", series, event.price, fill.count, fill.fen, listed=True)


def _zone_called(state: State, event: e.ZoneCallCleared) -> Iterator[TradeSaid]:
    """A trade for every seller, at what it gets: a buyer pays for cover at its place, which several series may give."""
    for fill in event.fills:
        if fill.side == "sell":
            yield TradeSaid("zone_call", fill.series, fill.price, fill.count, fill.fen)


def _bought(state: State, event: e.AllocationBought) -> Iterator[TradeSaid]:
    """A sale at the fixed price: the whole price of all its vintages, whenever its instalments are paid."""
    first, last = Series.parse(event.series[0]), Series.parse(event.series[-1])
    name = Strip(first.pollutant, first.jurisdiction, first.vintage, last.vintage) if len(event.series) > 1 else first
    yield TradeSaid("sale", str(name), event.price * len(event.series), event.count, event.fen)


def _repurchased(state: State, event: e.Repurchased) -> Iterator[TradeSaid]:
    yield TradeSaid("repurchase", event.series, event.price, event.count, value_fen(event.count, event.price))


def _bought_back(state: State, event: e.RepurchaseCleared) -> Iterator[TradeSaid]:
    """A trade for every seller, at the mean of what it gets where asks get their own prices."""
    series = state.repurchases[event.repurchase].series
    for award in event.awards:
        yield TradeSaid("reverse_auction", series, mean_price(award.fen, award.count), award.count, award.fen)


def _granted(state: State, event: e.ReserveGranted) -> Iterator[TradeSaid]:
    """New entrants buy at the fixed price; what is free is no trade."""
    for grant in event.grants:
        if grant.fen:
            price = state.applications[grant.application].price
            yield TradeSaid("sale", event.series, price, grant.count, grant.fen)


#: Every event in which allowances change hands for money; the others are no trades.
SOLD: Mapping[type, Callable[[State, Any], Iterator[TradeSaid]]] = {
    e.Traded: _traded,
    e.AuctionCleared: _cleared,
    e.DealSettled: _settled,
    e.CallCleared: _called,
    e.ZoneCallCleared: _zone_called,
    e.AllocationBought: _bought,
    e.Repurchased: _repurchased,
    e.RepurchaseCleared: _bought_back,
    e.ReserveGranted: _granted,
}
