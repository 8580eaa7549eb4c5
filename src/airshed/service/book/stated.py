"""What works stated when a series was shared out: the command behind each allocation of a book."""

from __future__ import annotations

from typing import NamedTuple

from airshed.engine.commands import Allocate, ConfirmAct
from airshed.engine.events import ActProposed, Allocated
from airshed.engine.journal import GENESIS, Record, decode
from airshed.service.book.kept import KeptBook


class SharedOut(NamedTuple):
    """The command of every series that was shared out up to a record, in the order of the book."""

    seq: int
    hash: str
    wishes: tuple[Allocate, ...]
    #: What was proposed and may be confirmed later, by act.
    proposed: tuple[tuple[int, Allocate], ...]


NOTHING = SharedOut(0, GENESIS, (), ())


def shared_out(book: KeptBook) -> tuple[Allocate, ...]:
    """The command of every series that was shared out, in the order of the book, whoever confirmed it.

    Each record is looked for once: who asks again about the same book has only what came since read.
    """
    last = book.last()
    if not last:
        return ()
    first = book.line(1).hash
    known = _KEPT.get(first, NOTHING)
    if known.seq > last or (known.seq and book.line(known.seq).hash != known.hash):  # another that began alike
        known = NOTHING
    if known.seq < last:
        known = _further(book, known, last)
        while len(_KEPT) >= _MOST_KEPT:
            _KEPT.pop(next(iter(_KEPT)), None)
        _KEPT[first] = known
    return known.wishes


#: By first record.
_KEPT: dict[str, SharedOut] = {}
_MOST_KEPT = 8


def _further(book: KeptBook, known: SharedOut, last: int) -> SharedOut:
    wishes, proposed = list(known.wishes), dict(known.proposed)
    for line in book.holding(Allocate.__name__.encode(), last, known.seq):  # and Allocated, which begins with it
        record = decode(line)
        for event in record.events:
            if isinstance(event, ActProposed) and isinstance(event.body, Allocate):
                proposed[event.act] = event.body
        if any(isinstance(event, Allocated) for event in record.events):
            wishes.append(_wish(record, proposed))
    return SharedOut(last, book.line(last).hash, tuple(wishes), tuple(proposed.items()))


def _wish(record: Record, proposed: dict[int, Allocate]) -> Allocate:
    body = record.body
    if isinstance(body, Allocate):
        return body
    assert isinstance(body, ConfirmAct), body
    return proposed.pop(body.act)
