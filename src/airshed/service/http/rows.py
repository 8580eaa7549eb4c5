"""Rows of a read table as somebody may have them: their own, filtered, a page at a time."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from airshed.engine.tables import BY_NAME, Table
from airshed.model.near import near
from airshed.model.refusal import Malformed
from airshed.service.book.embargo import kept_back, source_of
from airshed.service.book.kept import KeptBook, Statements
from airshed.service.book.sealed import SAYING_FREE, SEALED, SEALING, TELLING, hidden, sealed_accounts, takes_bids
from airshed.service.http.seen import own_actors
from airshed.service.http.viewer import Condition, Viewer, condition

#: Endings of a filter's name, and what it compares with.
COMPARED = {"": "=", ".ge": ">=", ".gt": ">", ".le": "<=", ".lt": "<", ".ne": "<>"}
#: Names of the commands that are sealed.
_SEALING = tuple(body.__name__ for body in SEALING)
#: What of a query is no filter.
WORDS = ("limit", "cursor", "last")


class Query(NamedTuple):
    """What is asked for."""

    table: Table
    #: Column, comparison of SQL, value.
    filters: tuple[tuple[str, str, Any], ...]
    limit: int
    #: Key of the last row of the page before.
    after: tuple[Any, ...] | None
    #: The last rows first asked for, as `airshed book show --last` has them.
    last: bool


class RowPage(NamedTuple):
    """Rows, and where the next begin."""

    columns: tuple[str, ...]
    rows: list[tuple[Any, ...]]
    #: None at the end.
    cursor: str | None
    #: Rows that are there, on all pages.
    total: int
    #: By name of what is open: how many rows of it are sealed.
    sealed: dict[str, int]
    #: Accounts whose figure, or refusals whose sentence, is left out.
    silent: tuple[str, ...]
    #: Of which years figures are left out that are not public yet, and from when they are.
    embargoed: tuple[str, ...] = ()


def query_of(table: str, said: Sequence[tuple[str, str]], usual: int, most: int) -> Query:
    """What a query string asks for; `Malformed` names the word that is unknown or cannot be read."""
    if table not in BY_NAME:
        raise Malformed(f"tables {table[:60]}", "is no read table", near(table, BY_NAME))
    found = BY_NAME[table]
    types = {column.name: column.sql.split()[1] for column in found.parts}
    names = [name for name, _ in said]
    filters: list[tuple[str, str, Any]] = []
    limit, after, last = usual, None, False
    for name, text in said:
        if names.count(name) > 1:
            raise Malformed(f"?{name[:60]}", "is given twice", "give it once")
        column, _, ending = name.partition(".")
        if name == "limit":
            limit = whole_number(text, "?limit")
            if not 1 <= limit <= most:
                raise Malformed("?limit", f"{limit} rows", f"ask for 1 to {most:,}")
        elif name == "last":
            last = flag(text)
        elif name == "cursor":
            after = _after(text, found)
        elif column not in types:
            raise Malformed(f"?{name[:60]}", f"{table} has no such column", near(column, (*types, *WORDS)))
        elif name[len(column) :] not in COMPARED:
            raise Malformed(f"?{name[:60]}", f"{ending[:20]!a} compares nothing", f"write {column}.ge or {column}.lt")
        else:
            value: Any = whole_number(text, f"?{name}") if types[column] == "INTEGER" else text
            filters.append((column, COMPARED[name[len(column) :]], value))
    if last and after is not None:
        raise Malformed("?last", "goes without a cursor", "leave one of them out")
    return Query(found, tuple(filters), limit, after, last)


def page_of(book: KeptBook, query: Query, viewer: Viewer) -> RowPage | None:
    """A page; None where nothing of the table is for who asks."""
    sql, table = book.sql, query.table
    mine = condition(book, table, viewer)
    if mine is None:
        return None
    columns = tuple(column.name for column in table.parts)
    key = columns[: table.key]
    bidding = sealed_accounts(sql) - {viewer.account} if table.name in TELLING else frozenset()
    masks = bool(bidding) or (table.name == "refusals" and takes_bids(sql))
    source, hiding = source_of(table.name, viewer.public, viewer.account)
    mates = own_actors(sql, viewer) if viewer.account and masks else frozenset()
    if masks:
        source, hiding = _masked(table, source, hiding, bidding, mates)
    where, values = [f"({mine.sql})"], [*hiding, *mine.values]
    for column, sign, value in query.filters:
        where.append(f"{column} {sign} ?")
        values.append(value)
    counts: dict[str, int] = {}
    if table.name in SEALED:
        counts = _sealed(sql, query, mine, viewer.account)
        where.append(f"(account = ? OR NOT {hidden(table.name)})")
        values.append(viewer.account)
    total = int(sql.execute(f"SELECT count(*) FROM {source} WHERE {' AND '.join(where)}", values).fetchone()[0])
    if query.after is not None:
        where.append(f"({', '.join(key)}) > ({', '.join('?' * len(key))})")
        values += query.after
    order = ", ".join(f"{name} DESC" if query.last else name for name in key)
    rows = sql.execute(
        f"SELECT {', '.join(columns)} FROM {source} WHERE {' AND '.join(where)} ORDER BY {order} LIMIT ?",
        (*values, query.limit + 1),
    ).fetchall()
    more = len(rows) > query.limit
    rows = rows[: query.limit]
    cursor = _cursor(rows[-1][: table.key]) if more and not query.last else None
    if query.last:
        rows.reverse()
    silent = _silent(table, columns, rows, bidding, mates) if masks else ()
    kept = viewer.public is not None and viewer.reach(table.name) != "own"
    waits = tuple(kept_back(book, table.name, viewer.public)) if kept and viewer.public is not None else ()
    return RowPage(columns, rows, cursor, total, counts, silent, waits)


def pages_of(book: KeptBook, query: Query, viewer: Viewer, at_once: int) -> Iterator[RowPage]:
    """The pages of which a large answer is made, one after the other, so that few rows are in memory; none where
    nothing is for who asks."""
    left = query.limit
    while True:
        page = page_of(book, query if query.last else query._replace(limit=min(left, at_once)), viewer)
        if page is None:
            return
        yield page
        left -= len(page.rows)
        if page.cursor is None or left <= 0:
            return
        query = query._replace(after=_after(page.cursor, query.table))


def _sealed(sql: Statements, query: Query, mine: Condition, own: str) -> dict[str, int]:
    """How many rows of what is open are sealed, by its name, whatever of them is asked for: a filter would tell."""
    table, (_, of) = query.table.name, SEALED[query.table.name]
    asked = [(sign, value) for column, sign, value in query.filters if column == of]
    where = [f"({mine.sql})", "account <> ?", hidden(table), *(f"{of} {sign} ?" for sign, _ in asked)]
    values = (*mine.values, own, *(value for _, value in asked))
    counted = f"SELECT {of}, count(*) FROM {table} WHERE {' AND '.join(where)} GROUP BY {of} ORDER BY {of}"
    return {str(name): count for name, count in sql.execute(counted, values)}


def _masked(
    table: Table, source: str, values: tuple[Any, ...], bidding: frozenset[str], mates: frozenset[str]
) -> tuple[str, tuple[Any, ...]]:
    """What stands after FROM, with NULL for what would tell of sealed bids of others than the actors `mates`: no filter
    looks behind it."""
    if table.name == "refusals":
        told, hides = "detail", f"why IN ({_marks(SAYING_FREE)}) OR command IN ({_marks(_SEALING)})"
        more: tuple[str, ...] = (*map(str, SAYING_FREE), *_SEALING)
        if mates:
            hides, more = f"({hides}) AND actor NOT IN ({_marks(tuple(mates))})", (*more, *sorted(mates))
    else:
        told, more = TELLING[table.name], tuple(sorted(bidding))
        hides = f"account IN ({_marks(more)})"
    parts = [
        f"CASE WHEN {hides} THEN NULL ELSE {told} END AS {told}" if column.name == told else column.name
        for column in table.parts
    ]
    return f"(SELECT {', '.join(parts)} FROM {source}) AS {table.name}", (*more, *values)


def _silent(
    table: Table,
    columns: Sequence[str],
    rows: Sequence[Sequence[Any]],
    bidding: frozenset[str],
    mates: frozenset[str],
) -> tuple[str, ...]:
    """Which rows of a page were masked, as `book.sealed.shown` names them."""
    if table.name == "refusals":
        why, command, actor = (columns.index(name) for name in ("why", "command", "actor"))
        others = [row for row in rows if row[actor] not in mates]
        telling = [f"refusal {row[0]}" for row in others if row[why] in SAYING_FREE or row[command] in _SEALING]
    else:
        telling = [str(row[0]) for row in rows if row[0] in bidding]
    return tuple(dict.fromkeys(telling))


def _marks(values: Sequence[object]) -> str:
    return ", ".join("?" * len(values))


def _cursor(key: Sequence[Any]) -> str:
    """A key as a word that is handed back.

    >>> _after(_cursor(["li", 3]), BY_NAME["trades"])
    Traceback (most recent call last):
    airshed.model.refusal.Malformed: ?cursor: is not of this table; hand back the one that the page before gave
    """
    return base64.urlsafe_b64encode(msgspec.json.encode(key)).decode().rstrip("=")


def _after(text: str, table: Table) -> tuple[Any, ...]:
    kinds = [int if column.sql.split()[1] == "INTEGER" else str for column in table.parts[: table.key]]
    try:
        raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        key = msgspec.json.decode(raw)
        whole = isinstance(key, list) and [type(part) for part in key] == kinds
        if whole and all(abs(part) < 2**63 for part in key if isinstance(part, int)):
            return tuple(key)
    except (ValueError, RecursionError):
        pass
    raise Malformed("?cursor", "is not of this table", "hand back the one that the page before gave")


def only(query: Sequence[tuple[str, str]], *words: str) -> None:
    """`Malformed` where a query asks for other words, or for one of them twice.

    >>> only([("at", "1"), ("at", "2")], "at", "seq")
    Traceback (most recent call last):
    airshed.model.refusal.Malformed: ?at: is given twice; give it once
    """
    names = [name for name, _ in query]
    for name in names:
        if name not in words:
            raise Malformed(f"?{name[:60]}", "is not asked here", f"ask for {', '.join(words)}")
        if names.count(name) > 1:
            raise Malformed(f"?{name}", "is given twice", "give it once")


def whole_number(text: str, place: str) -> int:
    """A whole number of at most 18 digits, or `Malformed`."""
    digits = text.removeprefix("-")
    if not (digits.isascii() and digits.isdecimal() and len(digits) <= 18):
        raise Malformed(place, f"{text[:40]!a} is not a whole number", "write digits")
    return int(text)


def flag(text: str) -> bool:
    """Whether the last rows are asked for."""
    if text not in ("true", "false"):
        raise Malformed("?last", f"{text[:20]!a} is neither true nor false", "write true")
    return text == "true"


def as_dicts(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> list[Mapping[str, Any]]:
    """Rows with the names of their columns."""
    return [dict(zip(columns, row, strict=True)) for row in rows]
