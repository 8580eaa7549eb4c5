"""A book in a PostgreSQL database, for a service: one writer with a fencing number, readers anywhere.

    postgresql://airshed@db.example/airshed#kunming

The part behind `#` names the book, a schema of the database; without one it is `airshed`. The writer holds an advisory
lock for as long as its session lasts, and a number: each commit holds the number, so a writer that was thought dead and
comes back is refused by the database itself. `open` can wait for the lock, as a standby does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from functools import lru_cache
from types import TracebackType
from typing import Any, NamedTuple

import psycopg
from psycopg import sql as quoting
from psycopg.adapt import Loader
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from airshed.engine.journal import Changes, Line, Row
from airshed.engine.tables import TABLES, Table
from airshed.model.refusal import Malformed
from airshed.service.book.kept import Fenced, Held, KeptBook, Lost, Rows, line_of
from airshed.service.book.places import Where, where
from airshed.service.book.postgresql_schema import RESTORE, columns_of, hold, hold_read_tables, remake, tables
from airshed.service.book.sqlite import FORMAT, ROOM, of_format

#: From how many rows on a table is filled by COPY: one by one they cost half as much again for who sends them.
MANY = 16
#: What PostgreSQL says of a disk that is full or fails; of a file that may not grow it has no word of its own.
NO_ROOM = (psycopg.errors.DiskFull, psycopg.errors.IoError, psycopg.errors.InternalError_)
#: Bytes of a snapshot that lie in one row.
SNAPSHOT_PART = 4 << 20
#: Records that are read at a time.
AT_ONCE = 5_000
#: How often a standby asks whether the writer is gone.
ASKS_EVERY_S = 0.2
#: What a session of a writer is called in the database, with the address of its service behind it.
CALLED = "airshed "
#: From how many bytes on PostgreSQL cuts the name of a session.
LONGEST_NAME = 64
#: A network that is cut is noticed by whoever waits for an answer, unless the address says otherwise.
LIVELY = {
    "connect_timeout": 5,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
}
#: And by the database, which gives the lock of a machine that is gone to the next.
GONE_SOON = {
    "tcp_keepalives_idle": 2,
    "tcp_keepalives_interval": 1,
    "tcp_keepalives_count": 2,
    "tcp_user_timeout": 4_000,
}
RAISED = "UPDATE meta SET value = CAST(CAST(value AS BIGINT) + 1 AS TEXT) WHERE key = 'writer' RETURNING value"
HOLDER = """
SELECT a.pid, coalesce(host(a.client_addr), 'this machine'), a.application_name
    FROM pg_locks l JOIN pg_stat_activity a USING (pid) JOIN pg_database d ON d.oid = l.database
    WHERE l.locktype = 'advisory' AND l.granted AND d.datname = current_database()
    AND (l.classid::bigint << 32) | l.objid::bigint = hashtextextended(%s, 0)
"""
MOVED = """
UPDATE meta SET value = %s WHERE key = 'head' AND value = %s
    AND EXISTS (SELECT 1 FROM meta WHERE key = 'writer' AND value = %s FOR SHARE)
"""
ENDS = "SELECT (SELECT value FROM meta WHERE key = 'head'), coalesce(max(seq), 0) FROM journal"


class PostgresBook(KeptBook):
    """A book in a database, open for its one writer (`create`, `open`) or for reading (`read`)."""

    HOLDS = "position(?::bytea IN record) > 0"

    def __init__(self, place: Where, connection: psycopg.Connection[Row], fence: int | None) -> None:
        self.path = str(place)
        self._db = connection
        self._place = place
        self._fence = fence
        self.sql = Spoken(connection)
        self._put = {table.name: _put(table) for table in TABLES}
        self._gone = {table.name: _gone(table) for table in TABLES}

    @classmethod
    def create(cls, text: str) -> PostgresBook:
        """A new, empty book; `Malformed` when there is one of that name."""
        with made(text):
            pass
        return cls.open(text)

    @classmethod
    def open(cls, text: str, wait: Callable[[float], None] | None = None) -> PostgresBook:
        """An existing book, for the one writer; a standby says how to `wait` until the writer before it is gone."""
        place = where(text)
        with ExitStack() as undo, naming(place):
            db = undo.enter_context(connected(place))
            _exists(place, db)
            while not _locked(place, db):
                if wait is None:
                    raise Held(str(place), f"is written by {_holder(place, db)}", "stop it first, or read the book")
                wait(ASKS_EVERY_S)
            # Waits for a commit of the writer before, if one is still under way; whatever it commits later is refused.
            row = db.execute(RAISED).fetchone()
            if row is None:
                raise Malformed(f"{place} meta writer", "is missing", RESTORE)
            _check_head(place, db)
            undo.pop_all()
        return cls(place, db, int(row[0]))

    @classmethod
    def read(cls, text: str) -> PostgresBook:
        """An existing book, read only; from a replica too."""
        place = where(text)
        with ExitStack() as undo, naming(place):
            db = undo.enter_context(connected(place))
            db.execute("SET default_transaction_read_only = on")
            _exists(place, db)
            _check_head(place, db)
            undo.pop_all()
        return cls(place, db, None)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
        if isinstance(error, psycopg.Error):
            with naming(self.path):
                raise error

    def close(self) -> None:
        """Let go of the database and of the writer's lock."""
        self._db.close()

    def lines(self, after: int | None = 0) -> Iterator[Line]:
        """The book in order, some thousand records at a time."""
        reached = -(2**63) if after is None else after
        while True:
            text = "SELECT seq, hash, record FROM journal WHERE seq > %s ORDER BY seq LIMIT %s"
            rows = self._db.execute(text, (reached, AT_ONCE)).fetchall()
            for row in rows:
                yield line_of(*row)
            if len(rows) < AT_ONCE:
                return
            reached = int(rows[-1][0])

    def write(self, lines: Sequence[Line], changes: Changes) -> None:
        """Append records and bring the read tables up to them, in one transaction; durable on return.

        `Fenced` when another has become the writer meanwhile.
        """
        if self._fence is None:
            raise Malformed(str(self.path), "is open for reading", "open it for writing")
        db = self._db
        with naming(self.path), db.transaction():
            moved = db.execute(MOVED, (str(lines[-1].seq), str(lines[0].seq - 1), str(self._fence)))
            if moved.rowcount != 1:
                raise Fenced(f"{self.path}: another process writes it since; this one must start again")
            self.fill("journal", lines)
            for statements, changed in ((self._put, changes.put), (self._gone, changes.gone)):
                for name, rows in changed.items():
                    statements[name].run(db, rows)
            for name, rows in changes.added.items():
                self.fill(name, rows)

    def fill(self, table: str, rows: Sequence[Row]) -> None:
        """Add rows to a table: many of them by COPY."""
        cursor = self._db.cursor()
        if len(rows) < MANY:
            if rows:
                marks = ", ".join(["%s"] * len(rows[0]))
                cursor.executemany(f"INSERT INTO {table} VALUES ({marks})".encode(), rows)
            return
        with cursor.copy(f"COPY {table} FROM STDIN".encode()) as copy:
            for row in rows:
                copy.write_row(row)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All that is written within is written, or nothing."""
        with self._db.transaction():
            yield

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """All that is read within is of one moment, also while another process writes."""
        if self._db.closed and self._fence is None:  # a reader comes back when the database does
            self._db = connected(self._place)
            self._db.execute("SET default_transaction_read_only = on")
            self.sql = Spoken(self._db)
        if self._db.info.transaction_status == psycopg.pq.TransactionStatus.INTRANS:
            yield
            return
        with naming(self.path), self._db.transaction():
            self._db.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            yield

    def kept_snapshot(self) -> bytes | None:
        rows = self._db.execute(
            "SELECT body FROM snapshots ORDER BY part", binary=True
        ).fetchall()  # text is twice as long
        return b"".join(row[0] for row in rows) if rows else None

    def keep_snapshot(self, raw: bytes) -> None:
        with naming(self.path), closing(connected(self._place)) as db, db.transaction():
            db.execute("LOCK TABLE snapshots IN EXCLUSIVE MODE")
            db.execute("DELETE FROM snapshots")
            with db.cursor().copy("COPY snapshots FROM STDIN (FORMAT BINARY)") as copy:
                copy.set_types(["int8", "bytea"])
                for part, place in enumerate(range(0, len(raw), SNAPSHOT_PART)):
                    copy.write_row((part, raw[place : place + SNAPSHOT_PART]))

    def drop_snapshot(self) -> None:
        with naming(self.path), closing(connected(self._place)) as db:
            db.execute("DELETE FROM snapshots")

    def called(self, url: str) -> None:
        said = f"{CALLED}{url}"
        if len(said.encode()) < LONGEST_NAME:
            self._db.execute("SELECT set_config('application_name', %s, false)", (said,))

    def asked_at(self) -> str:
        found = self._db.execute(HOLDER, (_key(self._place),)).fetchone()
        return "" if found is None or not found[2].startswith(CALLED) else str(found[2].removeprefix(CALLED))

    def remake_tables(self) -> None:
        """Within a transaction."""
        remake(self._db)

    def hold_schema(self) -> None:
        """`Malformed` names what is in the schema beside a book's own tables, or is not there."""
        hold(self._db, str(self.path))

    def hold_read_tables(self) -> None:
        hold_read_tables(self._db, str(self.path))


def exists(text: str) -> bool:
    """Whether a book, or another schema, of that name is there."""
    place = where(text)
    with naming(place), closing(connected(place)) as db:
        return _there(db, place)


@contextmanager
def made(text: str) -> Iterator[PostgresBook]:
    """A new book to fill; it bears its name at the end, and what was begun and not ended is made anew."""
    place = where(text)
    part = place._replace(book=f"{place.book}__part")
    with naming(place), closing(connected(part)) as db:
        if _there(db, place):
            raise Malformed(str(place), "exists already", "choose another name behind #, or drop the schema first")
        if not _locked(part, db):
            raise Malformed(str(place), f"is being made by {_holder(part, db)}", "wait until it is there")
        with db.transaction():
            db.execute(quoting.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(quoting.Identifier(part.book)))
            db.execute(quoting.SQL("CREATE SCHEMA {}").format(quoting.Identifier(part.book)))
            for statement in tables():
                db.execute(statement.encode())
            said = (("format", FORMAT), ("head", "0"), ("laws", "0"), ("writer", "0"))
            db.cursor().executemany("INSERT INTO meta VALUES (%s, %s)", said)
        yield PostgresBook(place, db, 0)
        db.execute(
            quoting.SQL("ALTER SCHEMA {} RENAME TO {}").format(
                quoting.Identifier(part.book), quoting.Identifier(place.book)
            )
        )


def _there(db: psycopg.Connection[Row], place: Where) -> bool:
    return db.execute("SELECT 1 FROM pg_namespace WHERE nspname = %s", (place.book,)).fetchone() is not None


class Spoken:
    """Statements as SQLite takes them, said to PostgreSQL."""

    def __init__(self, db: psycopg.Connection[Row]) -> None:
        self._db = db

    def execute(self, text: str, values: Sequence[Any] = (), /) -> Rows:
        return self._db.execute(marked(text), values)


class _Whole(Loader):
    """A sum of whole numbers is whole; PostgreSQL gives it as `numeric`."""

    def load(self, data: Any) -> int | float:
        text = bytes(data)
        return int(text) if b"." not in text else float(text)


@lru_cache(maxsize=1_024)
def marked(text: str) -> bytes:
    return text.replace("%", "%%").replace("?", "%s").encode()


def connected(place: Where) -> psycopg.Connection[Row]:
    with naming(place):
        said = {**LIVELY, **conninfo_to_dict(place.dsn), "application_name": "airshed", "client_encoding": "utf8"}
        db = psycopg.connect(make_conninfo("", **said), autocommit=True)
    with ExitStack() as undo:
        undo.callback(db.close)
        db.adapters.register_loader("numeric", _Whole)
        db.execute(quoting.SQL("SET search_path = {}").format(quoting.Identifier(place.book)))
        db.execute("SET synchronous_commit = on")
        for name, value in GONE_SOON.items():
            db.execute(quoting.SQL("SET {} = {}").format(quoting.Identifier(name), value))
        for row in db.execute("SHOW fsync"):
            if row[0] != "on":
                what = "runs with fsync off and may lose what was answered"
                raise Malformed(str(place), what, "set fsync = on in postgresql.conf")
        undo.pop_all()
    return db


def _exists(place: Where, db: psycopg.Connection[Row]) -> None:
    if db.execute("SELECT to_regclass('meta')").fetchone() == (None,):
        raise Malformed(str(place), "holds no book", "airshed book copy BOOK DSN or airshed book new makes one")
    row = db.execute("SELECT value FROM meta WHERE key = 'format'").fetchone()
    if row is None or row[0] != FORMAT:
        raise of_format(str(place), None if row is None else str(row[0]))


def _key(place: Where) -> str:
    return f"airshed book {place.book}"


def _locked(place: Where, db: psycopg.Connection[Row]) -> bool:
    row = db.execute("SELECT pg_try_advisory_lock(hashtextextended(%s, 0))", (_key(place),)).fetchone()
    return row is not None and bool(row[0])


def _holder(place: Where, db: psycopg.Connection[Row]) -> str:
    """Who writes it, as the database knows."""
    found = db.execute(HOLDER, (_key(place),)).fetchone()
    return "another process" if found is None else f"session {found[0]} of the database, from {found[1]}"


def _check_head(place: Where, db: psycopg.Connection[Row]) -> None:
    """The last record is the one that was committed last."""
    row = db.execute(ENDS).fetchone()
    assert row is not None
    if row[0] != str(row[1]):
        what = f"ends at record {row[1]}, and the book says that it ends at {str(row[0])[:40]}"
        raise Malformed(f"{place} meta head", what, RESTORE)


@contextmanager
def naming(place: object) -> Iterator[None]:
    """What a database says becomes `Malformed` with its name; a fault in a statement does not."""
    try:
        yield
    except psycopg.errors.InsufficientPrivilege as error:
        raise Malformed(
            str(place), f"may not be used ({_said(error)})", "ask who runs the database for the right"
        ) from None
    except NO_ROOM as error:
        raise Malformed(str(place), f"could not be written ({_said(error)})", ROOM) from None
    except psycopg.DataError as error:
        if type(error) is not psycopg.DataError:  # those of a kind are the database's, of a statement
            raise
        raise Malformed("text", "has a character of the number 0", "write it without") from None
    except (psycopg.OperationalError, psycopg.InterfaceError) as error:
        what = f"cannot be reached ({_said(error)})"
        raise Lost(str(place), what, "see that the database runs and the address is right") from None


def _said(error: Exception) -> str:
    return " ".join(str(error).split())[:200]


class ForRows(NamedTuple):
    """A statement for a row, and the same for many: over a list a column, in one go."""

    one: bytes
    many: bytes

    def run(self, db: psycopg.Connection[Row], rows: Sequence[Row]) -> None:
        """Carry it out for rows of different keys."""
        if len(rows) < MANY:
            db.cursor().executemany(self.one, rows)
        else:
            db.execute(self.many, [list(column) for column in zip(*rows, strict=True)])


def _put(table: Table) -> ForRows:
    columns = columns_of(table)
    names = [name for name, _ in columns]
    then = ", ".join(f"{name} = EXCLUDED.{name}" for name in names[table.key :])
    ending = f"ON CONFLICT ({', '.join(names[: table.key])}) DO {f'UPDATE SET {then}' if then else 'NOTHING'}"
    begin = f"INSERT INTO {table.name}"
    return ForRows(
        f"{begin} VALUES ({', '.join(['%s'] * len(names))}) {ending}".encode(),
        f"{begin} SELECT * FROM {_arrays(columns)} {ending}".encode(),
    )


def _gone(table: Table) -> ForRows:
    keys = columns_of(table)[: table.key]
    same = " AND ".join(f"{table.name}.{name} = gone.{name}" for name, _ in keys)
    begin = f"DELETE FROM {table.name}"
    return ForRows(
        f"{begin} WHERE {' AND '.join(f'{name} = %s' for name, _ in keys)}".encode(),
        f"{begin} USING {_arrays(keys)} AS gone({', '.join(name for name, _ in keys)}) WHERE {same}".encode(),
    )


def _arrays(columns: Sequence[tuple[str, str]]) -> str:
    return f"unnest({', '.join(f'%s::{kind}[]' for _, kind in columns)})"
