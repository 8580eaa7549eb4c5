"""The durable book: one SQLite file with the journal, the adopted law, and the read tables.

WAL and full sync: `write` returns after the commit is on disk. One process writes at a time (a lock file says so);
any number read. The file is never repaired silently: what does not fit is reported with the first bad record.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
from collections.abc import Container, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import IO

import msgspec

from airshed.engine.journal import Changes, Line
from airshed.engine.tables import TABLES, Table
from airshed.model.refusal import Malformed
from airshed.rulebook.digest import digest as digest_of
from airshed.rulebook.load import load_texts
from airshed.rulebook.schema import Rulebook
from airshed.service.book.schema import make

#: Raised whenever a rulebook, a command or an event gets another shape: `tests/test_book.py` holds them to it.
FORMAT = "6"
#: Pages of 8 KiB that the write-ahead log holds before they go into the file: 64 MiB, so that few commits pay for it.
PAGES_BETWEEN_CHECKPOINTS = 8_000
#: What SQLite raises over a damaged file; its own message may be damaged too.
UNREADABLE = (sqlite3.DatabaseError, UnicodeDecodeError)


class Unreadable(Malformed):
    """SQLite cannot read the file: `damage.named_by_page` says where it ends."""


class Book:
    """A book on disk, open for writing (`Book.create`, `Book.open`) or for reading (`Book.read`)."""

    def __init__(self, path: Path, connection: sqlite3.Connection, lock: IO[bytes] | None) -> None:
        self.path = path
        self.sql = connection
        self._lock = lock
        self._put = {table.name: _put(table) for table in TABLES}
        self._gone = {table.name: _gone(table) for table in TABLES}

    @classmethod
    def create(cls, path: Path) -> Book:
        """A new, empty book; `Malformed` when the file exists."""
        if path.exists():
            raise Malformed(str(path), "exists already", "choose another file or remove it first")
        if not path.parent.is_dir():
            raise Malformed(str(path), "its folder does not exist", f"make {path.parent} first")
        lock = _lock(path)
        try:
            connection = _connect(f"{Path(os.path.realpath(path)).as_uri()}?mode=rwc")
        except sqlite3.OperationalError as error:
            lock.close()
            raise Malformed(str(path), f"cannot be made ({error})", "choose another name") from None
        connection.execute("PRAGMA page_size=8192")
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("BEGIN IMMEDIATE")
        make(connection)
        connection.execute("INSERT INTO meta VALUES ('format', ?), ('head', '0'), ('laws', '0')", (FORMAT,))
        connection.execute("COMMIT")
        return cls(path, _tuned(connection), lock)

    @classmethod
    def open(cls, path: Path) -> Book:
        """An existing book, for the one writer."""
        _looks_like_a_book(path)
        lock = _lock(path)
        connection = _connect(f"{Path(os.path.realpath(path)).as_uri()}?mode=rw")
        try:
            _check_format(path, connection)
        except Malformed:
            lock.close()
            raise
        return cls(path, _tuned(connection), lock)

    @classmethod
    def read(cls, path: Path) -> Book:
        """An existing book, read only, also while another process writes it."""
        _looks_like_a_book(path)
        connection = _connect(f"{Path(os.path.realpath(path)).as_uri()}?mode=ro")
        _check_format(path, connection)
        return cls(path, connection, None)

    def __enter__(self) -> Book:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file and its lock."""
        self.sql.close()
        if self._lock is not None:
            self._lock.close()

    # --- the journal port

    def lines(self, after: int | None = 0) -> Iterator[Line]:
        """The book in order, from the record after `after`; None for every row that is there, below 1 too."""
        try:
            for seq, digest, record in self.sql.execute(
                "SELECT seq, hash, record FROM journal WHERE seq > ? ORDER BY seq",
                (-(2**63) if after is None else after,),
            ):
                yield Line(seq, digest, record)
        except UNREADABLE as error:
            raise Unreadable(str(self.path), f"cannot be read ({error})", "restore the book from a copy") from None

    def line(self, seq: int) -> Line:
        """One record."""
        row = self.sql.execute("SELECT seq, hash, record FROM journal WHERE seq = ?", (seq,)).fetchone()
        if row is None:
            raise Malformed(f"{self.path} record {seq}", "is not there", f"the book ends at {self.last()}")
        return Line(*row)

    def last(self) -> int:
        """The number of the last record, 0 in an empty book."""
        return int(self.sql.execute("SELECT coalesce(max(seq), 0) FROM journal").fetchone()[0])

    def write(self, lines: Sequence[Line], changes: Changes) -> None:
        """Append records and bring the read tables up to them, in one transaction; durable on return."""
        sql = self.sql
        sql.execute("BEGIN IMMEDIATE")
        try:
            sql.executemany("INSERT INTO journal VALUES (?, ?, ?)", lines)
            sql.execute("UPDATE meta SET value = ? WHERE key = 'head'", (str(lines[-1].seq),))
            for name, rows in changes.put.items():
                sql.executemany(self._put[name], rows)
            for name, rows in changes.gone.items():
                sql.executemany(self._gone[name], rows)
            for name, rows in changes.added.items():
                sql.executemany(self._put[name], rows)
            sql.execute("COMMIT")
        except BaseException:
            if sql.in_transaction:
                sql.execute("ROLLBACK")
            raise

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """All that is read within is of one moment, also while another process writes."""
        if self.sql.in_transaction:
            yield
            return
        self.sql.execute("BEGIN")
        try:
            yield
        finally:
            if self.sql.in_transaction:
                self.sql.execute("ROLLBACK")  # nothing was written

    def check_pages(self) -> None:
        """SQLite finds every page in its place, or `Unreadable`."""
        size = int(self.sql.execute("PRAGMA page_size").fetchone()[0])
        said = str(self.sql.execute("PRAGMA integrity_check(1)").fetchone()[0])
        if self.path.stat().st_size % size:
            said = "its last page is cut"
        if said != "ok":
            raise Unreadable(str(self.path), f"is damaged ({' '.join(said.split())})", "restore the book from a copy")

    # --- the law beside the book

    def keep_law(self, digest: str, texts: Mapping[str, bytes]) -> None:
        """Keep a rulebook's files under its digest, so that the book can be carried on anywhere."""
        body = msgspec.json.encode({name: texts[name].decode() for name in sorted(texts)})
        self.sql.execute("BEGIN IMMEDIATE")
        self.sql.execute("INSERT OR IGNORE INTO laws VALUES (?, ?)", (digest, body))
        self.sql.execute("UPDATE meta SET value = (SELECT count(*) FROM laws) WHERE key = 'laws'")
        self.sql.execute("COMMIT")

    def law_in_force(self) -> str | None:
        """The digest of the rulebook adopted last, None in a book without one."""
        row = self.sql.execute("SELECT digest FROM rulebooks ORDER BY seq DESC LIMIT 1").fetchone()
        return None if row is None else str(row[0])

    def adoptions(self) -> int:
        """How often a rulebook was adopted."""
        return int(self.sql.execute("SELECT count(*) FROM rulebooks").fetchone()[0])

    def keeps(self, digest: str) -> bool:
        """Whether the text of a law is in the book."""
        return self.sql.execute("SELECT 1 FROM laws WHERE digest = ?", (digest,)).fetchone() is not None

    def law(self, digest: str) -> dict[str, bytes]:
        """The files of a rulebook that was kept, checked against its digest; `Malformed` when they are not there."""
        return self._law(digest)[0]

    def rules(self, digest: str) -> Rulebook:
        """A rulebook that was kept, as `law`."""
        return self._law(digest)[1]

    def _law(self, digest: str) -> tuple[dict[str, bytes], Rulebook]:
        place = f"{self.path} law {digest[:12]}"
        row = self.sql.execute("SELECT texts FROM laws WHERE digest = ?", (digest,)).fetchone()
        if row is None:
            raise Malformed(
                place, "is not kept in this book", "adopt it by airshed book adopt, or restore the book from a copy"
            )
        try:
            kept = msgspec.json.decode(row[0], type=dict[str, str])
            texts = {name: text.encode() for name, text in kept.items()}
            rules = load_texts(texts)
        except (msgspec.MsgspecError, UnicodeError, Malformed) as error:
            raise Malformed(place, f"cannot be read ({error})", "restore the book from a copy") from None
        if digest_of(rules) != digest:
            raise Malformed(place, "its text was altered", "restore the book from a copy")
        return texts, rules

    def check_laws(self, known: Container[str] = ()) -> int:
        """Every law that was kept is there and has its digest, or `Malformed`; how many. `known` are read already."""
        digests = [str(row[0]) for row in self.sql.execute("SELECT digest FROM laws ORDER BY digest")]
        kept = self.sql.execute("SELECT value FROM meta WHERE key = 'laws'").fetchone()
        if kept is None or kept[0] != str(len(digests)):
            raise Malformed(f"{self.path} laws", "the text of a law is missing", "restore the book from a copy")
        for digest in digests:
            if digest not in known:
                self.law(digest)
        return len(digests)

    @contextmanager
    def named(self) -> Iterator[None]:
        """Errors about a record of "book" name this file."""
        try:
            yield
        except Malformed as error:
            if not error.place.startswith("book record"):
                raise
            place = str(self.path) + error.place.removeprefix("book")
            raise Malformed(place, error.what, error.cure) from None


def _lock(path: Path) -> IO[bytes]:
    lock = path.with_name(path.name + ".lock").open("ab")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        raise Malformed(str(path), "another process writes it", "stop that one first, or only read") from None
    return lock


def _connect(uri: str) -> sqlite3.Connection:
    return sqlite3.connect(uri, uri=True, isolation_level=None, cached_statements=256)


def _tuned(connection: sqlite3.Connection) -> sqlite3.Connection:
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA cache_size=-65536")
    connection.execute(f"PRAGMA wal_autocheckpoint={PAGES_BETWEEN_CHECKPOINTS}")
    return connection


def _looks_like_a_book(path: Path) -> None:
    if not path.is_file():
        raise Malformed(str(path), "there is no such book", "airshed demo makes one")
    with path.open("rb") as file:
        if file.read(16) != b"SQLite format 3\0":
            raise Unreadable(str(path), "is not a book", "give the .book file that airshed wrote")


def _check_format(path: Path, connection: sqlite3.Connection) -> None:
    try:
        row = connection.execute("SELECT value FROM meta WHERE key = 'format'").fetchone()
    except UNREADABLE as error:
        connection.close()
        raise Unreadable(str(path), f"is not a book that can be read ({error})", "restore it from a copy") from None
    if row is None or row[0] != FORMAT:
        connection.close()
        raise Malformed(str(path), f"has format {row and row[0]}, not {FORMAT}", "use the Airshed that wrote it")
    _check_head(path, connection)


def _check_head(path: Path, connection: sqlite3.Connection) -> None:
    """The last record is the one that was committed last: a tail that was cut off is missed."""
    try:
        # In one statement, so that a writer cannot commit between the two.
        head, last = connection.execute(
            "SELECT (SELECT value FROM meta WHERE key = 'head'), (SELECT coalesce(max(seq), 0) FROM journal)"
        ).fetchone()
        missing = head is None or int(head) != last
    except (*UNREADABLE, ValueError, TypeError) as error:
        connection.close()
        raise Unreadable(str(path), f"is not a book that can be read ({error})", "restore it from a copy") from None
    if missing:
        connection.close()
        after = head is not None and int(head) < last
        place = f"{path} record {int(head) + 1 if after else last + 1}"
        what = "was put behind the end" if after else "is missing"
        raise Malformed(place, f"{what}: the book says that it ends at {head}", "restore the book from a copy")


def _put(table: Table) -> str:
    verb = "INSERT" if table.listed else "INSERT OR REPLACE"
    return f"{verb} INTO {table.name} VALUES ({', '.join('?' * len(table.columns))})"


def _gone(table: Table) -> str:
    keys = " AND ".join(f"{column.split()[0]} = ?" for column in table.columns[: table.key])
    return f"DELETE FROM {table.name} WHERE {keys}"
