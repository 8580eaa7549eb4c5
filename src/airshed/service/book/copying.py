"""A copy of a book as of one moment, also while it is written: one file, whole by itself."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from airshed.service.book.answered_head import LastAnswered
from airshed.service.book.sqlite import Book, made


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
