"""The head of a book that is being written, in a small file beside it: what no damage to its log takes along.

SQLite passes over everything from the first damaged frame of a log on, and says nothing. So the number and the hash of
the last record are written here after each commit and before anybody is answered. A book that ends before its head has
lost records that were answered; one that ends behind it has some that nobody was told of, and is sound.
"""

from __future__ import annotations

import os
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from airshed.model.refusal import Malformed

SUFFIX = "-head"
#: Two places, written in turns: one of them is whole whatever moment the power fails. A disk writes 512 bytes at once.
SLOT, SLOTS = 512, 2


class Answered(NamedTuple):
    """The last record that was answered."""

    seq: int
    hash: str


def beside(book: Path) -> Path:
    """Where the head of a book lies while it is written."""
    return book.with_name(book.name + SUFFIX)


def read_answered(book: Path) -> Answered | None:
    """The head beside a book, None where none is; `Malformed` when neither of its two places is whole."""
    path = beside(book)
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        return None
    found = [head for place in range(SLOTS) if (head := _read(raw[place * SLOT : (place + 1) * SLOT])) is not None]
    if not found:
        raise Malformed(str(path), "is damaged, so where the book ended is not known", "restore the book from a copy")
    return max(found)


class AnsweredFile:
    """The head, open for the one writer."""

    def __init__(self, book: Path, head: Answered) -> None:
        self.path = beside(book)
        self._file = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        self._turn = 0
        for _ in range(SLOTS):
            self.write(head)
        folder = os.open(self.path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def write(self, head: Answered) -> None:
        """On disk when this returns."""
        os.pwrite(self._file, _written(head), self._turn * SLOT)
        os.fdatasync(self._file)
        self._turn = (self._turn + 1) % SLOTS

    def close(self, *, done: bool) -> None:
        """Let go of it; when the book itself is whole on disk (`done`), nothing is left."""
        os.close(self._file)
        if done:
            self.path.unlink(missing_ok=True)


def _written(head: Answered) -> bytes:
    said = f"{head.seq} {head.hash}"
    return f"{said} {sha256(said.encode()).hexdigest()}".ljust(SLOT - 1).encode() + b"\n"


def _read(raw: bytes) -> Answered | None:
    said, _, check = raw.strip().rpartition(b" ")
    if sha256(said).hexdigest().encode() != check:
        return None
    seq, _, digest = said.decode("ascii").partition(" ")
    return Answered(int(seq), digest)
