"""A copy of a book as of one moment, also while it is written: a file whole by itself, or a book in a database."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from airshed.engine.journal import NO_CHANGES, Changes
from airshed.engine.tables import TABLES
from airshed.model.provenance import Provenance
from airshed.service.book.addressed import have_driver, to_make, to_read
from airshed.service.book.answered_head import LastAnswered
from airshed.service.book.kept import KeptBook
from airshed.service.book.places import in_database, without_password
from airshed.service.book.sqlite import Book, made

#: Records that one commit takes over.
AT_ONCE = 20_000


def copy(book: Path, to: Path) -> LastAnswered:
    """Copy `book` to a new file; the record that the copy ends with."""
    with Book.read(book) as opened, made(to) as part:
        with closing(sqlite3.connect(part, isolation_level=None)) as target:
            opened.sql.backup(target)
            target.execute("UPDATE meta SET value = 'no' WHERE key = 'written'")
            target.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        with Book.read(part) as copied:
            last = copied.last()
            return LastAnswered(last, copied.line(last).hash if last else "")


def pour(source: KeptBook, target: KeptBook) -> LastAnswered:
    """Put all that a book holds into an empty one, wherever the two are kept; the record that both end with."""
    with source.named(), source.snapshot():
        for digest, texts in source.laws():
            target.keep_law(digest, texts)
        rows = {table.name: source.sql.execute(f"SELECT * FROM {table.name}").fetchall() for table in TABLES}
        last, lines = LastAnswered(0, ""), source.lines()
        while group := list(islice(lines, AT_ONCE)):
            target.write(group, Changes({}, {}, rows) if not last.seq else NO_CHANGES)
            last = LastAnswered(group[-1].seq, group[-1].hash)
        return last


class CopiedBook(NamedTuple):
    """What became of a copy: where it lies, without a password, the record it ends with, and what it is."""

    to: str
    last: LastAnswered
    provenance: Provenance | None


def carry(book: str, to: str) -> CopiedBook:
    """Copy between files and databases, in any direction."""
    if not in_database(book) and not in_database(to):
        last = copy(Path(book), Path(to))
        with Book.read(Path(to)) as copied:
            return CopiedBook(to, last, copied.provenance())
    have_driver()
    with to_read(book) as source, to_make(to) as target:
        return CopiedBook(without_password(to), pour(source, target), source.provenance())
