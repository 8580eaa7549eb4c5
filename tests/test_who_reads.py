"""Which role reads which rows of which table, at each scope: as the page of who may do what says, and no further."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from typing import Any, get_args

import pytest

from airshed.engine.tables import BY_NAME, TABLES, Table
from airshed.rulebook import lookup
from airshed.service.book.sqlite import Book
from airshed.service.http.viewer import (
    ACCOUNTS,
    PARTS,
    PUBLIC_ROLE,
    PUBLISHED,
    Reads,
    Viewer,
    condition,
    reach,
    stacks_of,
    viewer_of,
)
from laws import RULES
from markets import AT
from services import market_book

#: Account, jurisdiction and what is read, by how an actor is bound.
BOUND: dict[str, tuple[str, str, Reads]] = {
    "account": ("steel", "", "account"),
    "jurisdiction": ("", "KM", "jurisdiction"),
    "zone": ("", "", "zone"),
}


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Book]:
    """A small market, with an actor of every role in every way that it could be bound."""
    path = market_book(tmp_path_factory.mktemp("reads"))
    with Book.read(path) as made:
        names = [row[1] for row in made.sql.execute("PRAGMA table_info(actors)")]
    with closing(sqlite3.connect(path, isolation_level=None)) as sql:
        for role in lookup.people(RULES):
            for how, (account, jurisdiction, _) in BOUND.items():
                for state in ("active", "suspended"):
                    said = {"actor": name_of(role, how, state), "role": role, "account": account, "state": state}
                    row = [{**said, "jurisdiction": jurisdiction}.get(name, "") for name in names]
                    sql.execute(f"INSERT INTO actors VALUES ({', '.join('?' * len(row))})", row)
    with Book.read(path) as found:
        yield found


def name_of(role: str, how: str, state: str = "active") -> str:
    return f"{role} by {how}, {state}"


def rows(book: Book, table: Table, viewer: Viewer) -> list[dict[str, Any]]:
    """What somebody reads of a table."""
    found = condition(book, table, viewer)
    return [] if found is None else all_of(book, table, f"WHERE {found.sql}", found.values)


def all_of(book: Book, table: Table, where: str = "", values: Any = ()) -> list[dict[str, Any]]:
    names = [column.name for column in table.parts]
    found = book.sql.execute(f"SELECT * FROM {table.name} {where}", values)
    return [dict(zip(names, row, strict=True)) for row in found]


def whose(book: Book, table: Table, row: dict[str, Any]) -> tuple[set[str], set[str]]:
    """The accounts and the jurisdictions that a row is of, looked up one by one."""
    if table.name in PARTS:
        of, key = PARTS[table.name]
        (parent,) = all_of(book, BY_NAME[of], f"WHERE {key} = ?", (row[key],))
        return whose(book, BY_NAME[of], parent)
    places = {row["jurisdiction"]} if "jurisdiction" in row else set()
    accounts = {row[name] for name in ACCOUNTS if name in row}
    source = row.get("source") or stacks_of(book).get(row.get("stack", ""))
    for known in all_of(book, BY_NAME["sources"], "WHERE source = ?", (source,)):
        accounts.add(known["account"])
        places.add(known["jurisdiction"])
    if not {"account", "source", "stack"} & set(row):
        for known in all_of(book, BY_NAME["actors"], "WHERE actor = ?", (row.get("actor"),)):
            accounts.add(known["account"])
            places.add(known["jurisdiction"])
    for known in all_of(book, BY_NAME["accounts"]):
        if known["account"] in accounts:
            places.add(known["jurisdiction"])
    return accounts, places


def published(table: Table, row: dict[str, Any], viewer: Viewer) -> bool:
    """Whether everybody reads a row because its year is over for long enough."""
    return table.name in PUBLISHED and viewer.public is not None and row["year"] <= viewer.public.emissions


@pytest.mark.parametrize("how", BOUND)
@pytest.mark.parametrize("role", list(lookup.people(RULES)))
def test_a_role_reads_of_every_table_what_the_page_says(book: Book, role: str, how: str) -> None:
    viewer = viewer_of(book, name_of(role, how), AT)
    reads: Reads = "public" if role == PUBLIC_ROLE and how != "account" else BOUND[how][2]
    assert viewer.reads == reads
    for table in TABLES:
        held, every = rows(book, table, viewer), all_of(book, table)
        said = reach(table, reads)
        if said == "all":
            assert held == every, table.name
        elif said == "":
            assert held == [], table.name
        elif said in ("own", "place"):
            mine = [
                row
                for row in every
                if viewer.of in whose(book, table, row)[said == "place"] or published(table, row, viewer)
            ]
            assert held == mine, table.name


def test_who_is_suspended_or_unknown_reads_what_everybody_does(book: Book) -> None:
    everybody = viewer_of(book, "", AT)
    assert everybody.reads == "public"
    for role in lookup.people(RULES):
        for how in BOUND:
            assert viewer_of(book, name_of(role, how, "suspended"), AT) == everybody
    for table in TABLES:
        assert rows(book, table, everybody) == all_of(book, table) or reach(table, "public") != "all"
        assert rows(book, table, everybody) == [] or reach(table, "public") in ("all", "published")


def test_the_small_market_has_rows_to_tell_apart(book: Book) -> None:
    steel = viewer_of(book, name_of("operator", "account"), AT)
    apart = [table.name for table in TABLES if 0 < len(rows(book, table, steel)) < len(all_of(book, table))]
    assert {"accounts", "holdings", "actors", "sources"} <= set(apart), apart
    assert set(get_args(Reads)) == {"public", "account", "jurisdiction", "zone"}
