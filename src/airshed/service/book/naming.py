"""Which records hold some words: looked for once in a book, and from then on only in what has come since."""

from __future__ import annotations

from array import array
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from threading import Lock

from airshed.engine.journal import Line
from airshed.service.book.kept import KeptBook, line_of

#: Lists of numbers that are kept, and lines that are asked for at a time.
MOST_KEPT, AT_ONCE = 500, 400

Words = tuple[bytes, ...]


class Naming:
    """Numbers of the records that hold one of some words, by the words; those that were asked for longest ago go.

    So what somebody pays for their account or their notices goes by what is theirs, and not by the length of the book.
    """

    def __init__(self) -> None:
        self._known: OrderedDict[Words, tuple[int, array[int]]] = OrderedDict()
        self._lock = Lock()

    def of(self, book: KeptBook, words: Words, since: int = 0) -> Sequence[int]:
        """The numbers, in order; what stands before `since` is not looked through when they are first asked for."""
        with self._lock:
            upto, known = self._known.get(words, (since, array("q")))
        last = book.last()
        if last > upto:
            known = known + array("q", _holding(book, words, upto, last))
        with self._lock:
            self._known[words] = (max(last, upto), known)
            self._known.move_to_end(words)
            while len(self._known) > MOST_KEPT:
                self._known.popitem(last=False)
        return known


def _holding(book: KeptBook, words: Words, after: int, until: int) -> Iterator[int]:
    """The database looks for one word; several are found sooner where a record is looked through but once."""
    if len(words) == 1:
        yield from (line.seq for line in book.holding(words[0], until, after))
        return
    asked = "SELECT seq, record FROM journal WHERE seq > ? AND seq <= ? ORDER BY seq"
    for seq, record in book.sql.execute(asked, (after, until)):
        raw = bytes(record)
        if any(word in raw for word in words):
            yield seq


def lines_newest_first(book: KeptBook, numbers: Sequence[int]) -> Iterator[Line]:
    """The lines of these numbers, from the last back."""
    for end in range(len(numbers), 0, -AT_ONCE):
        some = numbers[max(0, end - AT_ONCE) : end]
        places = ", ".join("?" * len(some))
        asked = f"SELECT seq, hash, record FROM journal WHERE seq IN ({places}) ORDER BY seq DESC"
        yield from (line_of(*row) for row in book.sql.execute(asked, tuple(some)))
