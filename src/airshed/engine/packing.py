"""The state in bytes, and back: what a snapshot keeps, so that a book of many records need not be replayed whole."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

import msgspec

from airshed.engine.state import State
from airshed.market.orderbook import OrderBook, Resting


def pack(state: State) -> bytes:
    """A state in bytes; the same fold gives the same ones."""
    return _encoder.encode(state)


def unpack(raw: bytes) -> State:
    """The state of these bytes, or `msgspec.MsgspecError`; that it is one which can be, its caller looks at."""
    state = _decoder.decode(raw)
    # What stands in two places is one thing: who changes it here has changed it there.
    state.waiting_transfers = {number: state.transfers[number] for number in state.waiting_transfers}
    state.passing = {source: state.source_transfers[sale.id] for source, sale in state.passing.items()}
    state.stack_marks = {stack: [state.marks[mark.id] for mark in marks] for stack, marks in state.stack_marks.items()}
    return state


def digest_of(packed: bytes) -> str:
    """The digest by which a state is told from another."""
    return sha256(packed).hexdigest()


def encoded(value: Any) -> Any:
    """For a msgspec encoder: an order book is its orders, each side in the order in which they would trade."""
    assert isinstance(value, OrderBook), f"a state holds {type(value).__name__}, which is not packed"
    return [*value.orders("buy"), *value.orders("sell")]


def decoded(kind: type, value: Any) -> Any:
    """For a msgspec decoder."""
    assert kind is OrderBook, kind
    book = OrderBook()
    for order in msgspec.convert(value, list[Resting]):
        book.rest(order.id, order.side, order.limit, order.left, order.account)
    return book


_encoder = msgspec.msgpack.Encoder(enc_hook=encoded)
_decoder = msgspec.msgpack.Decoder(State, dec_hook=decoded)
