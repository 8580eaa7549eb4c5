"""The head of a book: the number of a record and the hash of the chain up to it, in one line that is published."""

from __future__ import annotations

import re
from typing import NamedTuple

from airshed.engine.journal import GENESIS, decode, linked
from airshed.model.refusal import Malformed
from airshed.service.book.kept import KeptBook

_FORM = re.compile(r"([1-9][0-9]{0,15}):([0-9a-f]{64})", re.ASCII)


class Head(NamedTuple):
    """Who holds it holds the book up to that record to it, every byte.

    >>> str(Head(2, "ab" * 32))[:8]
    '2:ababab'
    """

    seq: int
    hash: str

    def __str__(self) -> str:
        return f"{self.seq}:{self.hash}"


def read_head(text: str, place: str = "--head") -> Head:
    """A head as `airshed book head` prints it; blanks and capitals, as print has them, do not count.

    >>> read_head(" 2:AB" + "ab" * 31).seq
    2
    """
    found = _FORM.fullmatch("".join(text.split()).lower())
    if found is None:
        what = f"{text[:100]!r} is no head"
        raise Malformed(place, what, "write the number of a record, a colon and its hash of 64 hex digits")
    return Head(int(found[1]), found[2])


def head_of(book: KeptBook) -> tuple[Head, int]:
    """The head of a book and the instant of its last record; `Malformed` when its bytes do not give its hash."""
    with book.snapshot():
        last = book.last()
        if not last:
            raise Malformed(str(book.path), "has no record", "airshed book new adopts the first law")
        line = book.line(last)
        linked(line, last - 1, book.line(last - 1).hash if last > 1 else GENESIS)
        return Head(last, line.hash), decode(line).at
