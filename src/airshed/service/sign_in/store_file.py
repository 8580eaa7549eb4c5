"""The users of a book in a file: a small file beside it, which only the user of the service may read."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from airshed.model.refusal import Malformed
from airshed.service.book.kept import Lost
from airshed.service.book.sqlite import FULL
from airshed.service.sign_in.store import PATIENCE_MS, Patience, Ran, Steps, Store, Taken, newer


def beside(book: Path) -> Path:
    """Where they lie."""
    return book.with_name(book.name + "-users")


class StoreHere(Store):
    """A file of SQLite."""

    def __init__(self, path: Path, steps: Steps) -> None:
        self.path = str(path)
        self._patience, self._waits_ms = Patience(), PATIENCE_MS
        # Only a file that nobody has yet: whoever closes a descriptor of one takes the locks of SQLite from every
        # connection that this process has to it, and the next shell would take the log away under them.
        with suppress(FileExistsError):
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        if os.stat(path).st_mode & 0o077:
            raise Malformed(str(path), "may be read by others, and passwords are in it", f"chmod 600 {path}")
        self._sql = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        try:
            self._sql.execute(f"PRAGMA busy_timeout={PATIENCE_MS}")
            self._sql.execute("PRAGMA journal_mode=WAL")
            with self.transaction():
                found = int(self._sql.execute("PRAGMA user_version").fetchone()[0])
                if found > len(steps):
                    raise newer(self.path, found, len(steps))
                for statement in (statement for step in steps[found:] for statement in step):
                    self._sql.execute(statement + " STRICT" if statement.startswith("CREATE TABLE") else statement)
                self._sql.execute(f"PRAGMA user_version={len(steps)}")
        except sqlite3.DatabaseError as error:
            self._sql.close()
            raise Malformed(self.path, f"cannot be used ({error})", "restore it from a copy") from None
        except Malformed:
            self._sql.close()
            raise

    def execute(self, text: str, values: Sequence[Any] = (), /) -> Ran:
        with self._held():
            return self._sql.execute(text, values)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        with self._held(), self._sql:
            self._sql.execute("BEGIN IMMEDIATE")
            yield

    @contextmanager
    def _held(self) -> Iterator[None]:
        """What another process holds, or a full disk, is away for a while, and nothing of ours is broken."""
        if self._waits_ms != self._patience.ms:
            self._waits_ms = self._patience.ms
            self._sql.execute(f"PRAGMA busy_timeout={self._waits_ms}")
        try:
            yield
        except sqlite3.IntegrityError as error:
            raise Taken(str(error)) from None
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode in FULL:
                raise Lost(self.path, "cannot grow: the disk is full", "make room, and send it again") from None
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                raise
            self._patience.spent()
            raise Lost(self.path, "is held by another process", "end what holds it, and send it again") from None

    def close(self) -> None:
        self._sql.close()
