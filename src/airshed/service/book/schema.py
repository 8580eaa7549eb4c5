"""What tables a book's file has, and that it has no others, nor anything that acts by itself."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from contextlib import closing

from airshed.engine.tables import TABLES, Table
from airshed.model.refusal import Malformed

#: What to do about anything else.
RESTORE = "restore the book from a copy"
#: What to do about read tables of another make.
REBUILT = (
    "another version may have made it: airshed replay BOOK --rebuild writes the tables anew from the records; "
    "else restore the book from a copy"
)
#: What `meta` says of the file.
META = ("format", "head", "laws", "written")


def make(connection: sqlite3.Connection) -> None:
    """Make the tables of an empty book; the caller has begun a transaction."""
    connection.execute("CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT")
    connection.execute(
        "CREATE TABLE journal (seq INTEGER PRIMARY KEY, hash TEXT NOT NULL, record BLOB NOT NULL) STRICT"
    )
    connection.execute("CREATE TABLE laws (digest TEXT PRIMARY KEY, texts BLOB NOT NULL) STRICT")
    for table in TABLES:
        connection.execute(_ddl(table))


def hold(connection: sqlite3.Connection, place: str) -> None:
    """`Malformed` names what is in the file and was not made by `make`, or is not there.

    A trigger would write what no record says, a view or another table shows what none says.
    """
    with closing(sqlite3.connect(":memory:")) as new:
        make(new)
        wanted = _objects(new)
    found = _objects(connection)
    for name, (kind, _) in found.items():
        if name not in wanted:
            raise Malformed(f"{place} {kind} {name}", "does not belong in a book", RESTORE)
    _same(found, wanted, place)
    keys = [row[0] for row in connection.execute("SELECT key FROM meta ORDER BY key")]
    for key in (*keys, *META):
        if (key in META) != (key in keys):
            raise Malformed(
                f"{place} meta {key}", "is missing" if key in META else "does not belong in a book", RESTORE
            )


def hold_read_tables(connection: sqlite3.Connection, place: str) -> None:
    """`Malformed` names a read table that another version made otherwise, or not: its rows could not be written."""
    _same(_objects(connection), {table.name: ("table", _ddl(table)) for table in TABLES}, place)


def _same(found: Mapping[str, tuple[str, str]], wanted: Mapping[str, tuple[str, str]], place: str) -> None:
    for name, (kind, text) in wanted.items():
        told = REBUILT if any(table.name == name for table in TABLES) else RESTORE
        if name not in found:
            raise Malformed(f"{place} {kind} {name}", "is missing", told)
        if found[name] != (kind, text):
            raise Malformed(f"{place} {kind} {name}", "is made otherwise than a book's", told)


def remake(connection: sqlite3.Connection) -> None:
    """Make the read tables anew that are made otherwise or missing; the caller has begun a transaction."""
    found = _objects(connection)
    for table in TABLES:
        if found.get(table.name) != ("table", _ddl(table)):
            connection.execute(f"DROP TABLE IF EXISTS {table.name}")
            connection.execute(_ddl(table))


def _objects(connection: sqlite3.Connection) -> dict[str, tuple[str, str]]:
    rows = connection.execute("SELECT name, type, coalesce(sql, tbl_name) FROM sqlite_master ORDER BY name")
    return {str(name): (str(kind), str(text)) for name, kind, text in rows}


def _ddl(table: Table) -> str:
    keys = ", ".join(column.split()[0] for column in table.columns[: table.key])
    return (
        f"CREATE TABLE {table.name} ({', '.join(table.columns)}, PRIMARY KEY ({keys})) STRICT, WITHOUT ROWID"
        if table.key > 1 or not table.columns[0].endswith("INTEGER")
        else f"CREATE TABLE {table.name} ({', '.join(table.columns)}, PRIMARY KEY ({keys})) STRICT"
    )
