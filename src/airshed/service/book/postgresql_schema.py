"""The tables of a book in a PostgreSQL database, and that there are no others, nor anything that acts by itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import psycopg

from airshed.engine.journal import Row
from airshed.engine.tables import TABLES, Table
from airshed.model.refusal import Malformed
from airshed.service.book.schema import REBUILT

#: The columns of a table with their types.
Columns = dict[str, str]
#: What `meta` says of the book.
META = ("format", "head", "laws", "writer")
RESTORE = "restore the book from a backup of the database"
KINDS = {"INTEGER": "bigint", "TEXT": "text"}
RELATIONS = "SELECT relname, relkind::text FROM pg_class WHERE relnamespace = current_schema()::regnamespace"
COLUMNS = (
    "SELECT table_name, column_name, data_type FROM information_schema.columns WHERE table_schema = current_schema()"
)
ACTING = """
SELECT tgname, tgrelid::regclass::text FROM pg_trigger WHERE NOT tgisinternal
    AND tgrelid IN (SELECT oid FROM pg_class WHERE relnamespace = current_schema()::regnamespace)
UNION ALL SELECT rulename, tablename FROM pg_rules WHERE schemaname = current_schema()
"""


def columns_of(table: Table) -> list[tuple[str, str]]:
    """The columns of a read table with their types; a name may be a word of SQL's."""
    return [(f'"{column.split()[0]}"', KINDS[column.split()[1]]) for column in table.columns]


def tables() -> Iterator[str]:
    """The statements that make the tables of an empty book.

    Texts are compared byte by byte, as everywhere else, and not by the language of the database.
    """
    keys = {table.name: table.key for table in TABLES}
    for name, columns in _wanted().items():
        typed = [f"{column} {kind}" + (' COLLATE "C"' if kind == "text" else "") for column, kind in columns]
        key = [column for column, _ in columns[: keys.get(name, 1)]]
        yield f"CREATE TABLE {name} ({', '.join(typed)}, PRIMARY KEY ({', '.join(key)}))"


def hold(db: psycopg.Connection[Row], place: str) -> None:
    """`Malformed` names what is in the schema and was not made by `tables`, or is not there.

    A trigger or a rule would write what no record says, a view or another table shows what none says.
    """
    found = {str(name): str(kind) for name, kind in db.execute(RELATIONS) if kind not in ("i", "t")}
    wanted = _typed()
    for name, kind in found.items():
        if name not in wanted or kind != "r":
            raise Malformed(f"{place} relation {name}", "does not belong in a book", RESTORE)
    _same(_columns(db), wanted, place)
    for rule, table in db.execute(ACTING):
        raise Malformed(f"{place} table {table}", f"has {rule}, which acts by itself", RESTORE)
    keys = [str(row[0]) for row in db.execute("SELECT key FROM meta ORDER BY key")]
    for key in (*keys, *META):
        if (key in META) != (key in keys):
            what = "is missing" if key in META else "does not belong in a book"
            raise Malformed(f"{place} meta {key}", what, RESTORE)


def hold_read_tables(db: psycopg.Connection[Row], place: str) -> None:
    """`Malformed` names a read table that another version made otherwise, or not: its rows could not be written."""
    wanted = _typed()
    _same(_columns(db), {table.name: wanted[table.name] for table in TABLES}, place)


def _same(found: Mapping[str, Columns], wanted: Mapping[str, Columns], place: str) -> None:
    for name, columns in wanted.items():
        told = REBUILT if any(table.name == name for table in TABLES) else RESTORE
        if name not in found:
            raise Malformed(f"{place} table {name}", "is missing", told)
        if found[name] != columns:
            raise Malformed(f"{place} table {name}", "is made otherwise than a book's", told)


def remake(db: psycopg.Connection[Row]) -> None:
    """Make the read tables anew that are made otherwise or missing, within the transaction of the caller."""
    found, wanted, made = _columns(db), _typed(), dict(zip(_wanted(), tables(), strict=True))
    for table in TABLES:
        if found.get(table.name) != wanted[table.name]:
            db.execute(f"DROP TABLE IF EXISTS {table.name}".encode())
            db.execute(made[table.name].encode())


def _columns(db: psycopg.Connection[Row]) -> dict[str, Columns]:
    """The columns of every table that is there, with their types."""
    columns: dict[str, Columns] = {}
    for name, column, kind in db.execute(COLUMNS):
        columns.setdefault(str(name), {})[str(column)] = str(kind)
    return columns


def _typed() -> dict[str, Columns]:
    """The columns of every table as the database names them."""
    return {name: {column.strip('"'): kind for column, kind in columns} for name, columns in _wanted().items()}


def _wanted() -> dict[str, list[tuple[str, str]]]:
    """Every table of a book with its columns and their types."""
    return {
        "meta": [("key", "text"), ("value", "text")],
        "journal": [("seq", "bigint"), ("hash", "text"), ("record", "bytea")],
        "laws": [("digest", "text"), ("texts", "bytea")],
        "snapshots": [("part", "bigint"), ("body", "bytea")],
        **{table.name: columns_of(table) for table in TABLES},
    }
