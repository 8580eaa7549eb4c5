"""The head of a book that is being written, in a small file beside it: what no damage to its log takes along.

SQLite passes over everything from the first damaged frame of a log on, and says nothing. So the number and the hash of
the last record are written here after each commit and before anybody is answered. A book that ends before its head has
lost records that were answered; one that ends behind it has some that nobody was told of, and is sound.
"""

from __future__ import annotations

import os
import re
import stat
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from airshed.model.refusal import Malformed

SUFFIX = "-head"
#: Two places, written in turns: one of them is whole whatever moment the power fails. A disk writes 512 bytes at once.
SLOT, SLOTS = 512, 2
_FORM = re.compile(rb"([0-9]{1,16}) ([0-9a-f]{64}) ([0-9a-f]{64})")
#: Whatever lies under the name is neither waited for nor followed elsewhere.
_FLAGS = os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOFOLLOW


class LastAnswered(NamedTuple):
    """The last record that was answered."""

    seq: int
    hash: str


def beside(book: Path) -> Path:
    """Where the head of a book lies while it is written."""
    return book.with_name(book.name + SUFFIX)


def read_answered(book: Path) -> LastAnswered | None:
    """The head beside a book, None where none is; `Malformed` when neither of its two places is whole."""
    path = beside(book)
    try:
        file = os.open(path, os.O_RDONLY | _FLAGS)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _no_file(path, error) from None
    try:
        if not stat.S_ISREG(os.fstat(file).st_mode):
            raise _no_file(path)
        raw = os.pread(file, SLOTS * SLOT, 0)
    finally:
        os.close(file)
    found = [head for place in range(SLOTS) if (head := _read(raw[place * SLOT : (place + 1) * SLOT])) is not None]
    if not found:
        raise Malformed(str(path), "is damaged, so where the book ended is not known", "restore the book from a copy")
    return max(found)


class AnsweredFile:
    """The head, open for the one writer."""

    def __init__(self, book: Path, head: LastAnswered) -> None:
        self.path = beside(book)
        there = os.path.lexists(self.path)
        try:
            self._file = os.open(self.path, os.O_RDWR | os.O_CREAT | _FLAGS, 0o600)
        except OSError as error:
            raise _no_file(self.path, error) from None
        if not stat.S_ISREG(os.fstat(self._file).st_mode):
            os.close(self._file)
            raise _no_file(self.path)
        if not there:
            self._belong_to(book)
        self._turn = 0
        for _ in range(SLOTS):
            self.write(head)
        folder = os.open(self.path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def _belong_to(self, book: Path) -> None:
        """As SQLite does with its log: who may write the book may write this, also after root has."""
        whose = os.stat(book)
        if os.geteuid() == 0:
            os.fchown(self._file, whose.st_uid, whose.st_gid)
        os.fchmod(self._file, stat.S_IMODE(whose.st_mode) & 0o666)

    def write(self, head: LastAnswered) -> None:
        """On disk when this returns."""
        os.pwrite(self._file, _written(head), self._turn * SLOT)
        os.fdatasync(self._file)
        self._turn = (self._turn + 1) % SLOTS

    def close(self, *, done: bool) -> None:
        """Let go of it; when the book itself is whole on disk (`done`), nothing is left."""
        os.close(self._file)
        if done:
            self.path.unlink(missing_ok=True)


def _written(head: LastAnswered) -> bytes:
    said = f"{head.seq} {head.hash}"
    return f"{said} {sha256(said.encode()).hexdigest()}".ljust(SLOT - 1).encode() + b"\n"


def _read(raw: bytes) -> LastAnswered | None:
    found = _FORM.fullmatch(raw.strip())
    if found is None or sha256(found[1] + b" " + found[2]).hexdigest().encode() != found[3]:
        return None
    return LastAnswered(int(found[1]), found[2].decode())


def _no_file(path: Path, error: OSError | None = None) -> Malformed:
    what = "is not a file" if error is None else f"cannot be used ({(error.strerror or '').lower()})"
    return Malformed(
        str(path), what, "it is the head of the book: put it back as it was, or restore the book from a copy"
    )
