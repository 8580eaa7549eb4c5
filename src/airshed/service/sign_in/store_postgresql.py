"""The users of a book in PostgreSQL: a schema beside that of the book, so that whoever takes over knows them.

Their sessions hold there too, and what was guessed of their passwords.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import lru_cache
from typing import Any

import psycopg
from psycopg import sql as quoting

from airshed.engine.journal import Row
from airshed.service.book.kept import Lost
from airshed.service.book.places import where
from airshed.service.book.postgresql import connected, marked, naming
from airshed.service.sign_in.store import Patience, Ran, Steps, Store, Taken, newer

#: Behind the name of the book; a name of a book is short enough for it.
ENDING = "_users"
#: What is called otherwise there; `user` is a word of its own.
_WORDS = {"INTEGER": "bigint", "BLOB": "bytea", "user": '"user"'}
_WORD = re.compile(rf"\b({'|'.join(_WORDS)})\b")


class StoreThere(Store):
    """A schema of the database; a connection that broke is made anew with the next statement."""

    def __init__(self, address: str, steps: Steps) -> None:
        place = where(address)
        self._place = place._replace(book=place.book + ENDING)
        self.path = str(self._place)
        self._patience = Patience()
        with naming(self.path), ExitStack() as undo:
            self._db = connected(self._place)
            undo.callback(self._db.close)
            with self._db.transaction():
                self._take(steps)
            self._hasten()
            undo.pop_all()

    def _take(self, steps: Steps) -> None:
        """The steps that came since; two services that begin at once take them one after the other."""
        db, name = self._db, quoting.Identifier(self._place.book)
        db.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", (f"airshed users {self._place.book}",))
        if db.execute("SELECT to_regclass('steps')").fetchone() == (None,):
            db.execute(quoting.SQL("CREATE SCHEMA IF NOT EXISTS {}").format(name))
            db.execute("CREATE TABLE steps (taken bigint NOT NULL)")
            db.execute("INSERT INTO steps VALUES (0)")
        row = db.execute("SELECT taken FROM steps").fetchone()
        assert row is not None
        found = int(row[0])
        if found > len(steps):
            raise newer(self.path, found, len(steps))
        for statement in (statement for step in steps[found:] for statement in step):
            db.execute(_spoken(statement))
        db.execute("UPDATE steps SET taken = %s", (len(steps),))

    def execute(self, text: str, values: Sequence[Any] = (), /) -> Ran:
        # A look may be repeated over a new connection; of what changes something nobody knows whether it was done.
        again = text.lstrip().startswith("SELECT") and not self._within
        try:
            with self._held():
                return self._alive().execute(_spoken(text), values)
        except psycopg.IntegrityError as error:
            raise Taken(str(error)) from None
        except Lost:
            if not again:
                raise
        with self._held():
            return self._alive().execute(_spoken(text), values)

    @contextmanager
    def _held(self) -> Iterator[None]:
        """What another session holds is away for a while."""
        try:
            with naming(self.path):
                yield
        except Lost as error:
            if isinstance(error.__context__, psycopg.errors.LockNotAvailable):
                self._patience.spent()
            raise

    @property
    def _within(self) -> bool:
        return self._db.info.transaction_status not in (
            psycopg.pq.TransactionStatus.IDLE,
            psycopg.pq.TransactionStatus.UNKNOWN,
        )

    @contextmanager
    def transaction(self) -> Iterator[None]:
        with self._held(), self._alive().transaction():
            yield

    def close(self) -> None:
        self._db.close()

    def _alive(self) -> psycopg.Connection[Row]:
        if self._db.closed:
            self._db = connected(self._place)
            self._hasten()
        elif self._waits_ms != self._patience.ms and not self._within:
            self._hasten()
        return self._db

    def _hasten(self) -> None:
        """Nobody waits long for a row that another session holds."""
        self._waits_ms = self._patience.ms
        self._db.execute(f"SET lock_timeout = {max(self._waits_ms, 1)}".encode())  # 0 would wait for ever


@lru_cache(maxsize=1_024)
def _spoken(text: str) -> bytes:
    return marked(_WORD.sub(lambda found: _WORDS[found[0]], text))
