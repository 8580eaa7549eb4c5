"""Read tables of sealed bids: what is sealed where, and what became of each."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from airshed.engine import events as e
from airshed.engine.commands import Venue
from airshed.engine.journal import Record, Row
from airshed.engine.state import State
from airshed.engine.tables.table import Column, Note, Table, Tables, touching
from airshed.model.measures import Unit


def _sealing_row(state: State, key: tuple[str, str]) -> Row:
    sealing = state.sealings[key]
    return (*key, sealing.way, sealing.key, sealing.until, int(sealing.over))


def _bid_row(state: State, key: tuple[str, str, int]) -> Row:
    sealing, number = state.sealings[key[:2]], key[2]
    waits = sealing.bids.get(number)
    bid, became = (waits, "sealed") if waits is not None else sealing.became[number]
    return (*key, bid.account, bid.digest, bid.box, bid.guarantee_fen, bid.series, bid.count, became)


def _bid_keys(state: State) -> Iterator[Any]:
    for (venue, name), sealing in state.sealings.items():
        for number in sealing.seen.values():
            yield (venue, name, number)


TABLES = (
    Table(
        "sealings",
        "Auctions, calls and reverse auctions that take sealed bids.",
        (
            Column("venue TEXT", "`auction`, `call`, `zone_call` or `repurchase`"),
            Column("name TEXT", "its name"),
            Column("way TEXT", "`commitment`, or `key` where bids are encrypted"),
            Column("key TEXT", "public key that bids are encrypted to; empty where there is none"),
            Column("until INTEGER", "instant until which bids may be opened; null before the close", Unit.MS),
            Column("over INTEGER", "whether it is cleared or called off", yes=True),
        ),
        key=2,
        keys=lambda state: state.sealings,
        row=_sealing_row,
    ),
    Table(
        "sealed_bids",
        "Bids and orders that are or were sealed: what shows of them.",
        (
            Column("venue TEXT", "`auction`, `call`, `zone_call` or `repurchase`"),
            Column("name TEXT", "its name"),
            Column("number INTEGER", "number of the sealed bid there"),
            Column("account TEXT"),
            Column("digest TEXT", "SHA-256 that was committed to; empty where it is encrypted"),
            Column("box TEXT", "the encrypted bid; empty where it is a commitment"),
            Column("guarantee_fen INTEGER", "money that was set aside", Unit.FEN),
            Column("series TEXT", "series or strip of what was set aside to be sold; empty for a bid"),
            Column("count INTEGER", "allowances that were set aside"),
            Column("state TEXT", "`sealed`, `opened`, `dropped` or `void`"),
        ),
        key=3,
        keys=_bid_keys,
        row=_bid_row,
    ),
)


#: The rows of what is opened, where the event that it is placed by has no number.
UNNUMBERED = {"auction": "bids", "repurchase": "asks"}


def _note_bid(tables: Tables, state: State, record: Record, event: e.BidSealed | e.SealedDropped) -> None:
    touch_bid(tables, state, event.venue, event.name, event.number)


def _note_opened(tables: Tables, state: State, record: Record, event: e.SealedOpened) -> None:
    """A key opens many in one record; a bid or an ask that is placed does not say its number."""
    touch_bid(tables, state, event.venue, event.name, event.number)
    if event.venue in UNNUMBERED:
        tables.touch(UNNUMBERED[event.venue], (event.name, event.place))


def _note_void(tables: Tables, state: State, record: Record, event: e.SealedVoided) -> None:
    touch_bid(tables, state, event.venue, event.name, event.number)


def touch_bid(tables: Tables, state: State, venue: Venue, name: str, number: int) -> None:
    """A sealed bid changed, and what it has set aside."""
    sealing = state.sealings[venue, name]
    bid = sealing.bids[number] if number in sealing.bids else sealing.became[number][0]
    tables.touch("sealed_bids", (venue, name, number))
    tables.touch("accounts", bid.account)
    if bid.series:
        tables.touch_holdings(bid.account, bid.series)


def touch_over(tables: Tables, state: State, venue: Venue, name: str) -> None:
    """An auction or a call is over, and all that was sealed in it."""
    sealing = state.sealings.get((venue, name))
    if sealing is None:
        return
    tables.touch("sealings", (venue, name))
    for number, (_, became) in sealing.became.items():
        if became == "dropped":
            touch_bid(tables, state, venue, name, number)


#: What each event touches.
NOTES: dict[type, Note] = {
    e.SealingBegan: touching(sealings="venue name"),
    e.KeyAnnounced: touching(sealings="venue name"),
    e.BidSealed: _note_bid,
    e.SealedDropped: _note_bid,
    e.BiddingEnded: touching(sealings="venue name"),
    e.SealedOpened: _note_opened,
    e.SealedVoided: _note_void,
}
