"""Verify a book: decide it anew, hold laws, schema, read tables and published heads to it, and name what differs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from airshed.engine.invariants import check as check_state
from airshed.engine.journal import GENESIS, Line, decode
from airshed.engine.redecide import Anew
from airshed.engine.runner import fold
from airshed.engine.state import State
from airshed.engine.tables import TABLES
from airshed.model.refusal import Malformed
from airshed.rulebook.schema import Rulebook
from airshed.service.book.addressed import to_read
from airshed.service.book.damage import is_cut, named_by_page
from airshed.service.book.file_lock import Unreadable
from airshed.service.book.head import Head
from airshed.service.book.kept import KeptBook
from airshed.service.book.law import laws_of
from airshed.service.book.sqlite import UNREADABLE, Book
from airshed.service.book.table_check import ExpectedRows, compare, write

#: Records between two words on how far it is.
BETWEEN = 2_000

#: What is being done, how much of it is done, and how much there is.
Progress = Callable[[str, int, int], None]


class Verified(NamedTuple):
    """What a sound book says of itself."""

    records: int
    events: int
    refusals: int
    laws: int
    hash: str
    state: State


def _silent(what: str, done: int, total: int) -> None:
    """Nobody looks at it."""


def verify(
    book: KeptBook,
    progress: Progress = _silent,
    *,
    laws: Mapping[str, Rulebook] | None = None,
    heads: Sequence[Head] = (),
) -> Verified:
    """Decide `book` anew; `Malformed` names the first record, law, invariant or row that is wrong.

    All is read as of one moment, so a book that another process writes is verified as it stood then. `heads` are
    those that were published. `laws` are rulebooks by digest, for a book whose laws were never texts.
    """
    with book.named(), book.snapshot():
        return _verify(book, progress, dict(laws or {}), heads)


def verify_at(address: Path | str, progress: Progress = _silent, heads: Sequence[Head] = ()) -> Verified | Malformed:
    """Verify a book as it lies there; what is wrong with it, also where a page of its file cannot be read."""
    try:
        with to_read(address) as book:
            found = verify(book, progress, heads=heads)
            if isinstance(book, Book):
                book.check_pages()
            return found
    except Unreadable as error:
        return named_by_page(Path(address), error.what) or error
    except UNREADABLE as error:
        what = f"cannot be read ({error})"
        return named_by_page(Path(address), what) or Malformed(str(address), what, "restore the book from a copy")
    except Malformed as error:
        return (named_by_page(Path(address), error.what) if is_cut(Path(address)) else None) or error


def _verify(book: KeptBook, progress: Progress, laws: dict[str, Rulebook], heads: Sequence[Head]) -> Verified:
    book.hold_schema()
    anew, rows = Anew(laws_of(book, laws), book.line), ExpectedRows()
    published: dict[int, list[Head]] = {}
    for head in heads:
        published.setdefault(head.seq, []).append(head)
    events = refusals = 0
    last = book.last()
    for line in book.lines(after=None):
        record = anew.follow(line)
        rows.note(anew.state, record)
        events += len(record.events)
        refusals += record.refusal is not None
        for head in published.pop(line.seq, ()):
            _hold_to(head, line)
        if line.seq % BETWEEN == 0:
            progress("records decided anew", line.seq, last)
    progress("records decided anew", last, last)
    state = anew.state
    if not state.seq:
        raise Malformed("book record 1", "is missing: the first record of a book adopts its law", "give a book")
    if published:
        what = f"is missing: the book ends at {state.seq}, its published head is of record {min(published)}"
        raise Malformed(f"book record {state.seq + 1}", what, "restore the book from a copy")
    try:
        check_state(state)
    except AssertionError as error:
        raise Malformed(f"{book.path} after record {state.seq}", str(error), "restore the book from a copy") from None
    kept = book.check_laws(laws)
    wanted = rows.of(state)
    for number, table in enumerate(TABLES):
        progress("read tables compared", number, len(TABLES))
        compare(book, table, wanted[table.name])
    progress("read tables compared", len(TABLES), len(TABLES))
    return Verified(state.seq, events, refusals, kept, anew.hash, state)


def _hold_to(head: Head, line: Line) -> None:
    if line.hash != head.hash:
        what = f"has the hash {line.hash[:12]}, the published head says {head.hash[:12]}"
        cure = "it or a record before it is another than when the head was published: restore the book from a copy"
        raise Malformed(f"book record {line.seq}", what, cure)


def rebuild(book: KeptBook) -> int:
    """Write all read tables anew from the book, in one transaction; how many rows there are."""
    with book.named():
        state, rows, reached = State(), ExpectedRows(), GENESIS
        for line in book.lines():
            reached = fold(state, line, reached)
            rows.note(state, decode(line))
        return write(book, rows.of(state))
