"""The state in bytes, and back: what a snapshot keeps, so that a book of many records need not be replayed whole."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from hashlib import sha256
from itertools import islice
from typing import Any

import msgspec

from airshed.engine.state import State
from airshed.market.orderbook import OrderBook, Resting

#: Entries of a mapping that are encoded at once: between two such slices another thread may go on.
SLICE = 64


def pack(state: State) -> bytes:
    """A state in bytes; the same fold gives the same ones. Other threads go on meanwhile, however large it is."""
    return b"".join(_slices(state))


def _slices(value: Any) -> Iterator[bytes]:
    """The bytes of the encoder, piece by piece."""
    if is_dataclass(value):
        names = [field.name for field in fields(value)]
        yield _head(len(names))
        for name in names:
            yield _encoder.encode(name)
            yield from _slices(getattr(value, name))
    elif isinstance(value, dict) and len(value) > SLICE:
        yield _head(len(value))
        entries = iter(value.items())
        while some := dict(islice(entries, SLICE)):
            yield _encoder.encode(some)[len(_head(len(some))) :]
    else:
        yield _encoder.encode(value)


def _head(count: int) -> bytes:
    """How a mapping of so many entries begins in MessagePack."""
    if count < 16:
        return bytes((0x80 | count,))
    return b"\xde" + count.to_bytes(2) if count < 1 << 16 else b"\xdf" + count.to_bytes(4)


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
