"""The durable book: one SQLite file with the journal, the adopted law, and the read tables.

WAL and full sync: `write` returns after the commit is on disk, and after the last record is noted outside the log
(`answered.py`). One process writes at a time (a lock on the file itself, `grip.py`); any number read. A book that
nobody writes is one file by itself. Nothing is repaired silently: what does not fit is named with its first record.
"""

from __future__ import annotations

import os
import re
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from types import TracebackType
from uuid import uuid4

from airshed.engine.journal import GENESIS, Changes, Line, Row
from airshed.engine.tables import TABLES, Table
from airshed.model.refusal import Malformed
from airshed.service.book import schema, snapshot_file
from airshed.service.book.answered_head import AnsweredFile, LastAnswered, beside, read_answered
from airshed.service.book.file_lock import Grip, Unreadable
from airshed.service.book.kept import KeptBook
from airshed.service.book.read_only import INDEX, LOG, Stamp, connect, stamp_of, to_look, usable
from airshed.service.book.schema import make

#: Raised whenever a rulebook, a command or an event gets another shape: `tests/test_book.py` holds them to it.
FORMAT = "6"
#: The format that `airshed book convert` takes.
CONVERTED_FROM = "5"
#: Pages of 8 KiB that the write-ahead log holds before they go into the file: 64 MiB, so that few commits pay for it.
PAGES_BETWEEN_CHECKPOINTS = 8_000
#: How long a writer that has done waits for readers, so that one file is left; else the log stays, which is as well.
WAIT_FOR_READERS_MS = 1_000
#: What to do about a book that is not whole.
COMPLETE = "bring the files beside it along, or restore the book from a copy; airshed book copy takes one at any time"
ROOM = "make room on the disk and run it again; what was answered is on disk"
#: What SQLite says of a full disk, also where it is the index of its log that finds no room.
FULL = (
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR_WRITE,
    sqlite3.SQLITE_IOERR_SHMOPEN,
    sqlite3.SQLITE_IOERR_SHMSIZE,
)
#: What SQLite raises over a damaged file; its own message may be damaged too.
UNREADABLE = (sqlite3.DatabaseError, UnicodeDecodeError)


class Book(KeptBook):
    """A book on disk, open for writing (`Book.create`, `Book.open`) or for reading (`Book.read`)."""

    path: Path
    sql: sqlite3.Connection
    HOLDS = "instr(record, ?) > 0"

    def __init__(
        self,
        path: Path,
        connection: sqlite3.Connection,
        grip: Grip,
        head: AnsweredFile | None,
        stamp: Stamp | None = None,
    ) -> None:
        self.path = path
        self.sql = connection
        self._grip = grip
        self._head = head
        self._stamp = stamp
        self._put = {table.name: _put(table) for table in TABLES}
        self._gone = {table.name: _gone(table) for table in TABLES}

    @classmethod
    def create(cls, path: Path) -> Book:
        """A new, empty book; `Malformed` when the file exists. It is there whole or not at all."""
        with made(path) as part:
            _make(part)
        return cls.open(path)

    @classmethod
    def open(cls, path: Path) -> Book:
        """An existing book, for the one writer."""
        grip = Grip(path, alone=True)
        real = Path(os.path.realpath(path))
        with ExitStack() as undo, _naming(path):
            undo.callback(grip.release)
            # By a connection that cannot write: one that can takes a damaged log away as it lets go.
            with closing(to_look(path).sql) as looking:
                last = _checked(path, real, looking)
            grip.check()
            usable(real, beside(real))
            connection, head = _to_write(real, last)
            undo.pop_all()
        return cls(path, connection, grip, head)

    @classmethod
    def read(cls, path: Path) -> Book:
        """An existing book, read only, also while another process writes it, and from a disk that cannot be written."""
        grip = Grip(path, alone=False)
        with ExitStack() as undo, _naming(path):
            undo.callback(grip.release)
            connection, stamp = to_look(path)
            undo.callback(connection.close)
            _checked(path, Path(os.path.realpath(path)), connection)
            undo.pop_all()
        return cls(path, connection, grip, None, stamp)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
        if self._stamp is not None and stamp_of(Path(os.path.realpath(self.path))) != self._stamp:
            what = "was written while it was read as it lay, for no index of it could be made"
            raise Malformed(str(self.path), what, "run it again") from None
        if isinstance(error, UNREADABLE):
            with _naming(self.path):
                raise error

    def close(self) -> None:
        """Let go of the file and its lock; what the log holds goes into the book, so that one file is all of it."""
        whole = False
        if self._head is not None:
            try:
                self.sql.execute("UPDATE meta SET value = 'no' WHERE key = 'written'")
                self.sql.execute(f"PRAGMA busy_timeout = {WAIT_FOR_READERS_MS}")
                busy, _, _ = self.sql.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
                whole = busy == 0
            except sqlite3.Error:
                pass  # a full disk, or one that has failed: log and head stay, and the next to open it looks at both
            self._head.close(done=whole)
            self._head = None
        self.sql.close()
        self._grip.release()

    # --- the journal port

    def write(self, lines: Sequence[Line], changes: Changes) -> None:
        """Append records and bring the read tables up to them, in one transaction; durable on return."""
        sql = self.sql
        self._grip.check()
        with self.transaction():
            sql.executemany("INSERT INTO journal VALUES (?, ?, ?)", lines)
            sql.execute("UPDATE meta SET value = ? WHERE key = 'head'", (str(lines[-1].seq),))
            for name, rows in changes.put.items():
                sql.executemany(self._put[name], rows)
            for name, rows in changes.gone.items():
                sql.executemany(self._gone[name], rows)
            for name, rows in changes.added.items():
                sql.executemany(self._put[name], rows)
        assert self._head is not None, "a reader cannot write"
        self._head.write(LastAnswered(lines[-1].seq, lines[-1].hash))

    def lines(self, after: int | None = 0) -> Iterator[Line]:
        try:
            yield from super().lines(after)
        except UNREADABLE as error:
            raise Unreadable(str(self.path), f"cannot be read ({error})", "restore the book from a copy") from None

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

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All that is written within is written, or nothing."""
        with self.sql:
            self.sql.execute("BEGIN IMMEDIATE")
            yield

    def fill(self, table: str, rows: Sequence[Row]) -> None:
        """Put rows into a table that is empty."""
        if rows:
            self.sql.executemany(f"INSERT INTO {table} VALUES ({', '.join('?' * len(rows[0]))})", rows)

    def kept_snapshot(self) -> bytes | None:
        return snapshot_file.read(self.path)

    def keep_snapshot(self, raw: bytes) -> None:
        snapshot_file.write(self.path, raw)

    def drop_snapshot(self) -> None:
        snapshot_file.beside(self.path).unlink(missing_ok=True)

    def called(self, url: str) -> None:
        """A file has no place for it."""

    def asked_at(self) -> str:
        return ""

    def remake_tables(self) -> None:
        schema.remake(self.sql)

    def hold_schema(self) -> None:
        """`Malformed` names what is in the file beside a book's own tables, or is not there."""
        schema.hold(self.sql, str(self.path))

    def hold_read_tables(self) -> None:
        schema.hold_read_tables(self.sql, str(self.path))

    def check_pages(self) -> None:
        """SQLite finds every page in its place, and the file ends with the last of them, or `Unreadable`."""
        there = self.path.stat().st_size  # before its pages are counted: a book that is written grows and never shrinks
        size = int(self.sql.execute("PRAGMA page_size").fetchone()[0])
        count = int(self.sql.execute("PRAGMA page_count").fetchone()[0])
        said = str(self.sql.execute("PRAGMA integrity_check(1)").fetchone()[0])
        if there % size:
            said = "its last page is cut"
        if there > count * size:
            said = f"{there - count * size:,} bytes follow its last page, which no reader of it sees"
        if said != "ok":
            raise Unreadable(str(self.path), f"is damaged ({' '.join(said.split())})", "restore the book from a copy")


@contextmanager
def made(path: Path) -> Iterator[Path]:
    """A name beside `path` under which a book is made; at the end it bears its own, and a kill leaves nothing there."""
    if os.path.lexists(path):
        raise Malformed(str(path), "exists already", "choose another file or remove it first")
    if not path.parent.is_dir():
        raise Malformed(str(path), "its folder does not exist", f"make {path.parent} first")
    part = path.with_name(f".airshed-{uuid4().hex}.part")
    try:
        with _naming(path), _bearing(path, part):
            yield part
        log = part.with_name(part.name + LOG)
        if beside(part).exists() or (log.exists() and log.stat().st_size):
            raise Malformed(str(path), "could not be written whole", ROOM)
        with _bearing(path, part):
            try:
                os.link(part, path)
            except FileExistsError:
                raise Malformed(str(path), "exists already", "choose another file or remove it first") from None
            except PermissionError:  # a disk without links
                part.rename(path)
    finally:
        for name in (part, beside(part), *(part.with_name(part.name + end) for end in ("-journal", LOG, INDEX))):
            name.unlink(missing_ok=True)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


@contextmanager
def _bearing(path: Path, part: Path) -> Iterator[None]:
    """What is said of a book in the making is said of it under the name that it is to have."""
    try:
        yield
    except Malformed as error:
        raise Malformed(error.place.replace(str(part), str(path)), error.what, error.cure) from None
    except OSError as error:
        if error.filename is not None and str(error.filename).startswith(str(part)):
            error.filename = str(path)
        raise


def _make(path: Path) -> None:
    connection = connect(path, "mode=rwc")
    try:
        connection.execute("PRAGMA page_size=8192")
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("BEGIN IMMEDIATE")
        make(connection)
        said = (("format", FORMAT), ("head", "0"), ("laws", "0"), ("written", "no"))
        connection.executemany("INSERT INTO meta VALUES (?, ?)", said)
        connection.execute("COMMIT")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    finally:
        connection.close()


def opened_to_read(path: Path) -> sqlite3.Connection:
    """A file of SQLite as it lies, whatever it holds, also on a disk that cannot be written."""
    with _naming(path):
        return to_look(path).sql


def of_format(path: Path | str, said: str | None) -> Malformed:
    """A book of another format than today's: which it is, and what `airshed book convert` can do about it."""
    if said == CONVERTED_FROM:
        return Malformed(str(path), f"has format {said}, not {FORMAT}", "airshed book convert OLD NEW carries it over")
    known = said is not None and re.fullmatch("[1-9][0-9]{0,3}", said, re.ASCII) is not None
    age = "" if said is None or not known else " (older)" if int(said) < int(FORMAT) else " (newer)"
    what = f"has format {said[:40]!r}" if said is not None and not known else f"has format {said or 'none'}{age}"
    cure = f"airshed book convert carries over format {CONVERTED_FROM} alone; use the Airshed that wrote this one"
    return Malformed(str(path), f"{what}, not {FORMAT}", cure)


@contextmanager
def _naming(path: Path) -> Iterator[None]:
    """What SQLite says of a disk or a file becomes `Malformed` with the path; a fault in a statement does not."""
    try:
        yield
    except UnicodeDecodeError:
        raise Unreadable(str(path), "is damaged (its text is no UTF-8)", "restore the book from a copy") from None
    except sqlite3.OperationalError as error:
        # A table that a book has is not there, or is none; or Python cannot read a text, which has no code of SQLite's.
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR)
        if code == sqlite3.SQLITE_ERROR:
            raise Unreadable(str(path), f"is damaged ({error})", "restore the book from a copy") from None
        holds = "see that the file and its folder may be used and nobody holds them, and run it again"
        cure = ROOM if code in FULL else holds
        raise Malformed(str(path), f"cannot be used ({error})", cure) from None
    except (sqlite3.ProgrammingError, sqlite3.InterfaceError):
        raise
    except sqlite3.IntegrityError as error:
        cure = "rebuild the read tables: airshed replay BOOK --rebuild"
        raise Malformed(str(path), f"has a read table that does not follow from it ({error})", cure) from None
    except sqlite3.DatabaseError as error:
        raise Unreadable(str(path), f"is damaged ({error})", "restore the book from a copy") from None


def _to_write(real: Path, last: LastAnswered) -> tuple[sqlite3.Connection, AnsweredFile]:
    """The connection and the head of the one writer; from here on the book says that it is written."""
    there = os.path.lexists(beside(real))
    with ExitStack() as undo:
        connection = connect(real, "mode=rw")
        undo.callback(connection.close)
        _tuned(connection)
        head = AnsweredFile(real, last)
        with ExitStack() as unsaid:
            unsaid.callback(head.close, done=not there)
            connection.execute("UPDATE meta SET value = 'yes' WHERE key = 'written'")
            unsaid.pop_all()
        undo.callback(head.close, done=False)
        connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
        undo.pop_all()
    return connection, head


def _tuned(connection: sqlite3.Connection) -> sqlite3.Connection:
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA cache_size=-65536")
    connection.execute(f"PRAGMA wal_autocheckpoint={PAGES_BETWEEN_CHECKPOINTS}")
    return connection


def _checked(path: Path, real: Path, connection: sqlite3.Connection) -> LastAnswered:
    """Format and end of a book, compared with the head beside it; the record that it ends with."""
    said = read_answered(real)  # before the book: what its writer adds meanwhile is then no difference
    try:
        row = connection.execute("SELECT value FROM meta WHERE key = 'format'").fetchone()
    except UNREADABLE as error:
        if getattr(error, "sqlite_errorcode", None) in FULL:
            raise
        raise Unreadable(str(path), f"is not a book that can be read ({error})", "restore it from a copy") from None
    if row is None or row[0] != FORMAT:
        raise of_format(path, None if row is None else str(row[0]))
    last = _check_head(path, connection)
    if said is None and _is_written(connection):
        said = read_answered(real)  # a writer may have begun just now
        if said is None and _is_written(connection):
            what = f"was being written when it was copied, moved or left, and {beside(path).name} is not beside it"
            raise Malformed(str(path), what, COMPLETE)
    if said is not None and said.seq > last.seq:
        what = f"is missing: records were answered up to {said.seq}, and the log that held them is damaged or gone"
        raise Malformed(f"{path} record {last.seq + 1}", what, COMPLETE)
    if said is not None and said.seq:
        found = connection.execute("SELECT hash FROM journal WHERE seq = ?", (said.seq,)).fetchone()
        if found is None or found[0] != said.hash:
            what = f"is not the one that was answered: {beside(path).name} has another hash"
            raise Malformed(f"{path} record {said.seq}", what, COMPLETE)
    return last


def _is_written(connection: sqlite3.Connection) -> bool:
    """Whether the book says that somebody writes it, or ended without closing it."""
    row = connection.execute("SELECT value FROM meta WHERE key = 'written'").fetchone()
    return row is None or row[0] != "no"


def _check_head(path: Path, connection: sqlite3.Connection) -> LastAnswered:
    """The last record is the one that was committed last: a tail that was cut off is missed."""
    try:
        # In one statement, so that a writer cannot commit between the two.
        head, seq, digest = connection.execute(
            "SELECT (SELECT value FROM meta WHERE key = 'head'), max(seq), hash FROM journal"
        ).fetchone()
        last = LastAnswered(0, GENESIS) if seq is None else LastAnswered(int(seq), str(digest))
    except (*UNREADABLE, ValueError, TypeError) as error:
        raise Unreadable(str(path), f"is not a book that can be read ({error})", "restore it from a copy") from None
    if head is None or re.fullmatch("0|[1-9][0-9]{0,15}", head, re.ASCII) is None:
        what = "is missing" if head is None else f"is {head[:40]!r}, no number of a record"
        raise Malformed(f"{path} meta head", what, "restore the book from a copy")
    if int(head) != last.seq:
        after = int(head) < last.seq
        place = f"{path} record {int(head) + 1 if after else last.seq + 1}"
        what = "was put behind the end" if after else "is missing"
        raise Malformed(place, f"{what}: the book says that it ends at {head}", "restore the book from a copy")
    return last


def _put(table: Table) -> str:
    verb = "INSERT" if table.listed else "INSERT OR REPLACE"
    return f"{verb} INTO {table.name} VALUES ({', '.join('?' * len(table.columns))})"


def _gone(table: Table) -> str:
    keys = " AND ".join(f"{column.split()[0]} = ?" for column in table.columns[: table.key])
    return f"DELETE FROM {table.name} WHERE {keys}"
