"""What works stated when a series was shared out: the command behind each allocation of a book."""

from __future__ import annotations

from collections.abc import Iterator

from airshed.engine.commands import Allocate, ConfirmAct
from airshed.engine.events import ActProposed, Allocated
from airshed.engine.journal import Record, decode
from airshed.service.book.kept import KeptBook


def shared_out(book: KeptBook) -> Iterator[Allocate]:
    """The command of every series that was shared out, in the order of the book, whoever confirmed it."""
    for line in book.holding(Allocated.__name__.encode()):
        record = decode(line)
        if any(isinstance(event, Allocated) for event in record.events):
            yield _wish(book, record)


def _wish(book: KeptBook, record: Record) -> Allocate:
    body = record.body
    if isinstance(body, Allocate):
        return body
    assert isinstance(body, ConfirmAct), body
    return next(_proposed(book, body.act, record.seq))


def _proposed(book: KeptBook, act: int, before: int) -> Iterator[Allocate]:
    for line in book.holding(ActProposed.__name__.encode(), before):
        for event in decode(line).events:
            if isinstance(event, ActProposed) and event.act == act and isinstance(event.body, Allocate):
                yield event.body
