"""The book: records in canonical bytes, chained by hash, behind a port that a file or memory can fill."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import sha256
from typing import Any, NamedTuple, Protocol

import msgspec

from airshed.engine.commands import Body
from airshed.engine.events import Event
from airshed.model.refusal import Malformed, Refusal

#: The first instant that some place on earth has no day for, in milliseconds: the year 10000, where it begins first.
END_OF_TIME = 253_402_250_400_000
#: What the first record is chained to.
GENESIS = "0" * 64

Row = tuple[Any, ...]


class Record(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One command and what came of it: events, or the refusal and no event."""

    #: Number of the record, from 1, without gaps.
    seq: int
    #: Instant in milliseconds since 1970 (UTC); never before that of the last record that was not refused.
    at: int
    #: Who sent the command.
    actor: str
    #: The key under which the command counts once.
    key: str
    #: What was wished.
    body: Body
    #: What has happened; empty when the command was refused.
    events: tuple[Event, ...]
    #: Why nothing happened; null when something did.
    refusal: Refusal | None


class Line(NamedTuple):
    """A record as it lies in the book: its number, its bytes, and the hash of the chain up to it."""

    seq: int
    hash: str
    record: bytes


class Changes(NamedTuple):
    """What a group does to the read tables: rows to put, keys to delete, rows to add, by table."""

    put: Mapping[str, Sequence[Row]]
    gone: Mapping[str, Sequence[Row]]
    added: Mapping[str, Sequence[Row]]


NO_CHANGES = Changes({}, {}, {})


class Journal(Protocol):
    """Where the book is kept. `write` returns when everything is durable, or raises and nothing is."""

    def lines(self, after: int = 0) -> Iterator[Line]:
        """The book in order, from the record after `after`."""
        ...

    def line(self, seq: int) -> Line:
        """One record."""
        ...

    def write(self, lines: Sequence[Line], changes: Changes) -> None:
        """Append records and bring the read tables up to them, in one transaction."""
        ...


_encoder = msgspec.json.Encoder()
_comparer = msgspec.json.Encoder(order="deterministic")
_decoder = msgspec.json.Decoder(Record)


def encode(record: Record) -> bytes:
    """The canonical bytes of a record (I14): JSON without spaces, keys in the order of the class."""
    return _encoder.encode(record)


def encode_body(body: Body) -> bytes:
    """A command's body with the keys of its mappings sorted, to tell a repeated key from a reused one."""
    return _comparer.encode(body)


def decode(line: Line) -> Record:
    """A record from its bytes, or `Malformed` naming the record."""
    try:
        record = _decoder.decode(line.record)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        what = f"cannot be read ({error})"
    else:
        if 0 <= record.at < END_OF_TIME:
            return record
        what = f"is of an instant that has no day ({record.at})"
    raise Malformed(f"book record {line.seq}", what, "restore the book from a copy")


def chain(previous: str, record: bytes) -> str:
    """The hash of a record: SHA-256 over the hash before it (64 hex digits) and its bytes."""
    return sha256(previous.encode() + record).hexdigest()


def linked(line: Line, after: int, previous: str) -> str:
    """The hash of a line that follows record `after` and its hash, or `Malformed` naming the first bad record."""
    if line.seq != after + 1:
        place = f"book record {after + 1}"
        what = f"is missing, the next is {line.seq}" if line.seq > after else f"another, {line.seq}, stands before it"
        raise Malformed(place, what, "restore the book from a copy")
    reached = chain(previous, line.record)
    if reached != line.hash:
        place = f"book record {line.seq}"
        raise Malformed(place, "its bytes do not give its hash", "it was altered: restore the book from a copy")
    return reached


def chained(lines: Iterable[Line]) -> Iterator[Line]:
    """The lines of a whole book, each checked against the chain before it is handed on."""
    after, previous = 0, GENESIS
    for line in lines:
        previous = linked(line, after, previous)
        after = line.seq
        yield line


class MemoryJournal:
    """A book in memory, for the lab and for tests."""

    def __init__(self) -> None:
        self._lines: list[Line] = []

    def lines(self, after: int = 0) -> Iterator[Line]:
        """The book in order, from the record after `after`."""
        return iter(self._lines[after:])

    def line(self, seq: int) -> Line:
        """One record."""
        return self._lines[seq - 1]

    def write(self, lines: Sequence[Line], changes: Changes) -> None:
        """Append records; there are no read tables in memory."""
        self._lines.extend(lines)
