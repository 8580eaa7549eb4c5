"""A snapshot: what a book comes to at one of its records, kept beside it so that a service need not replay them all.

It is no part of the book. It counts only where the book, its format and the code are those that it was made of; else
every record is replayed, as by `airshed book verify`, which never looks at it (decision 97).
"""

from __future__ import annotations

from contextlib import suppress
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

import msgspec

import airshed
from airshed.engine.invariants import check as check_state
from airshed.engine.journal import linked
from airshed.engine.packing import digest_of, pack, unpack
from airshed.engine.runner import Begun, Runner
from airshed.model.refusal import Malformed
from airshed.service.book.kept import KeptBook
from airshed.service.book.opening import carry_on
from airshed.service.book.sqlite import FORMAT
from airshed.service.marketdata.reading import Folding, History


class Of(msgspec.Struct, frozen=True):
    """What a snapshot was made of, and what its parts come to."""

    #: Format of the book, and digest of the program.
    format: str
    code: str
    #: Hash of the first record, by which a book is told from others.
    first: str
    #: The record that it is of, and the hash of the chain up to it.
    seq: int
    hash: str
    #: The law in force.
    law: str
    #: Digest of the state in bytes, and how many.
    state: str
    state_bytes: int


class Snapshot(NamedTuple):
    """A snapshot that fits a book."""

    of: Of
    state: bytes
    history: bytes

    def begun(self) -> Begun:
        """The state to go on from, which nobody else has."""
        try:
            state = unpack(self.state)
            check_state(state)
        except (msgspec.MsgspecError, LookupError, AssertionError) as error:
            raise Unfit(f"holds no state that can be ({error})"[:300]) from None
        law = "" if state.rulebook is None else state.rulebook.digest
        if (state.seq, law) != (self.of.seq, self.of.law):
            raise Unfit("holds the state of another record")
        return Begun(state, self.of.hash)

    def folding(self) -> Folding:
        """The market to fold further, which nobody else has."""
        begun = self.begun()
        try:
            return Folding(history=True, begun=(begun, _history.decode(self.history)))
        except msgspec.MsgspecError as error:
            raise Unfit(f"holds no market that can be ({error})"[:300]) from None


class Unfit(Exception):
    """A snapshot that is there and does not count, and why."""


def taken(folding: Folding, first: str) -> bytes:
    """The snapshot of a market that was folded with its history, in bytes."""
    state = folding.market.state
    packed = pack(state)
    law = "" if state.rulebook is None else state.rulebook.digest
    of = Of(FORMAT, program(), first, state.seq, folding.reached, law, digest_of(packed), len(packed))
    said = b"".join((msgspec.json.encode(of), b"\n", packed, _encoder.encode(folding.history)))
    return b"".join((sha256(said).hexdigest().encode(), b"\n", said))


def fitting(book: KeptBook) -> Snapshot | None:
    """The snapshot of a book, where it has one; `Unfit` where that is not of this book and this program."""
    # Of the files from which this process runs, before anybody puts others in their place: what it keeps when it stops
    # is of this program, and not of the one that was installed meanwhile.
    here, raw = program(), book.kept_snapshot()
    return None if raw is None else _fitted(book, here, raw)


def _fitted(book: KeptBook, here: str, raw: bytes) -> Snapshot:
    """What was kept for a book, where it is of that book and of the program of this digest."""
    if not here:
        raise Unfit("is not looked at by a program without its source")
    of, place = _whole(raw)
    if of.format != FORMAT:
        raise Unfit(f"is of a book of format {of.format[:20]}")
    if of.code != here:
        raise Unfit("was made by another version of the program")
    with book.snapshot():
        last = book.last()
        if not 1 < of.seq <= last:
            raise Unfit(f"is of record {of.seq}, and the book ends at {last}")
        if book.line(1).hash != of.first:
            raise Unfit("is of another book")
        line = book.line(of.seq)
        try:
            linked(line, of.seq - 1, book.line(of.seq - 1).hash)
        except Malformed as error:
            raise Unfit(f"is of a record that is altered ({error.place})") from None
        if line.hash != of.hash:
            raise Unfit(f"is of another record {of.seq} than that of the book")
    end = place + of.state_bytes
    state = raw[place:end]
    if digest_of(state) != of.state:
        raise Unfit("is altered: its state does not give its digest")
    return Snapshot(of, state, raw[end:])


def resume(book: KeptBook) -> Runner:
    """The runner of a book, from its snapshot where one fits, else from its first record: for a command of the shell.

    Nobody replays the book behind it, as a service has done; `airshed book verify` does, and names what was decided on
    a state that was not that of the book. Where none is kept, the source of the program is not read to compare.
    """
    raw = book.kept_snapshot()
    if raw is not None:
        with suppress(Unfit, Malformed):
            return carry_on(book, _fitted(book, program(), raw).begun())
    return carry_on(book)


def _whole(raw: bytes) -> tuple[Of, int]:
    """What a snapshot says of itself, and where its state begins; `Unfit` where a byte of it is another."""
    if raw[64:65] != b"\n" or sha256(memoryview(raw)[65:]).hexdigest().encode() != raw[:64]:
        raise Unfit("is not whole, or altered: its bytes do not give its digest")
    end = raw.find(b"\n", 65)
    try:
        return msgspec.json.decode(raw[65:end], type=Of), end + 1
    except msgspec.MsgspecError as error:
        raise Unfit(f"does not say what it is of ({error})"[:300]) from None


@lru_cache(maxsize=1)
def program() -> str:
    """The digest of every source file of this program; empty where they are not at hand."""
    root = Path(airshed.__file__).parent
    found = sha256()
    files = sorted(root.rglob("*.py"))
    for file in files:
        raw = file.read_bytes()
        found.update(f"{file.relative_to(root)} {len(raw)}\n".encode() + raw)
    return found.hexdigest() if files else ""


_encoder = msgspec.msgpack.Encoder()
_history = msgspec.msgpack.Decoder(History)
