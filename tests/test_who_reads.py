"""Which role reads which rows of which table, at each scope: as `reading.csv` of the law says, and no further."""

from __future__ import annotations

import csv
import io
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from typing import Any, get_args

import pytest

from airshed.engine.journal import decode
from airshed.engine.tables import BY_NAME, TABLES, Table
from airshed.model.refusal import Malformed
from airshed.rulebook import lookup
from airshed.rulebook.load import find, load, load_texts
from airshed.rulebook.reading_section import FIGURES, RECORDS, STATEMENTS, Readable
from airshed.rulebook.table_names import YEARLY, TableName
from airshed.service.book.embargo import EMISSIONS, Embargo
from airshed.service.book.sqlite import Book
from airshed.service.http.problems import Stopped
from airshed.service.http.reading import account_then
from airshed.service.http.seen import beside, seen
from airshed.service.http.viewer import (
    ACCOUNTS,
    PARTS,
    Reads,
    Viewer,
    bound,
    condition,
    stacks_of,
    viewer_of,
)
from laws import EVERY_LAW, FILES, RULES
from markets import AT
from services import market_book

#: The matrix of the shipped law as a stranger reads it.
CELLS = {row["table"]: row for row in csv.DictReader(io.StringIO(FILES["reading.csv"].decode()))}
#: A law without credits says nothing of who reads them.
CELLS.setdefault("credits", {**dict.fromkeys(CELLS["accounts"], ""), "table": "credits"})
#: What a cell lets whoever is bound so read; a wider scope takes in the narrower ones.
LETS = {"account": ("account",), "jurisdiction": ("account", "jurisdiction"), "zone": get_args(Reads)}
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


def may(role: str, how: str, table: str, row: dict[str, Any], mine: tuple[set[str], set[str]], viewer: Viewer) -> bool:
    """Whether somebody reads a row: from the cells of the law, said once more."""
    for_all = CELLS[table]["everybody"]
    assert viewer.for_all is not None
    if for_all == "all" or (for_all == "published" and row["year"] <= viewer.for_all.standing):
        return True
    account, jurisdiction, _ = BOUND[how]
    theirs = {"account": account in mine[0], "jurisdiction": jurisdiction in mine[1], "zone": True}[how]
    return theirs and how in LETS.get(CELLS[table][role], ())


@pytest.mark.parametrize("how", BOUND)
@pytest.mark.parametrize("role", list(lookup.people(RULES)))
def test_a_role_reads_of_every_table_what_the_law_says(book: Book, role: str, how: str) -> None:
    viewer = viewer_of(book, name_of(role, how), AT)
    for table in TABLES:
        held, every = rows(book, table, viewer), all_of(book, table)
        theirs = [row for row in every if may(role, how, table.name, row, whose(book, table, row), viewer)]
        assert held == theirs, table.name


@pytest.mark.parametrize("how", BOUND)
@pytest.mark.parametrize("role", list(lookup.people(RULES)))
def test_a_role_reads_records_and_figures_as_far_as_the_law_says(book: Book, role: str, how: str) -> None:
    viewer = viewer_of(book, name_of(role, how), AT)
    lets = how in LETS.get(CELLS[RECORDS][role], ())
    told = seen(list(book.lines()), viewer, beside(book.sql, viewer))
    assert all(each.body is None for each in told) or lets
    assert (viewer.reach(STATEMENTS) != "") == (how in LETS.get(CELLS[STATEMENTS][role], ()))
    assert (viewer.public is None) == (how != "account" and CELLS[FIGURES][role] != "" and viewer.reads != "public")


def test_who_is_suspended_or_unknown_reads_what_everybody_does(book: Book) -> None:
    everybody = viewer_of(book, "", AT)
    assert everybody.reads == "public"
    for role in lookup.people(RULES):
        for how in BOUND:
            assert viewer_of(book, name_of(role, how, "suspended"), AT) == everybody
    for table in TABLES:
        assert rows(book, table, everybody) == all_of(book, table) or CELLS[table.name]["everybody"] != "all"
        assert rows(book, table, everybody) == [] or CELLS[table.name]["everybody"]
    assert {each.body for each in seen(list(book.lines()), everybody, beside(book.sql, everybody))} == {None}


def test_the_small_market_has_rows_to_tell_apart(book: Book) -> None:
    steel = viewer_of(book, name_of("operator", "account"), AT)
    apart = [table.name for table in TABLES if 0 < len(rows(book, table, steel)) < len(all_of(book, table))]
    assert {"accounts", "holdings", "actors", "sources"} <= set(apart), apart
    assert set(get_args(Reads)) == {"public", "account", "jurisdiction", "zone"}


def without(table: str, role: str, cell: str = "") -> dict[str, bytes]:
    """The texts of the shipped law with another cell."""
    rows = [{**row, role: cell} if row["table"] == table else row for row in CELLS.values()]
    lines = [",".join(CELLS["accounts"]), *(",".join(row.values()) for row in rows)]
    return {**FILES, "reading.csv": "\n".join(lines).encode()}


def test_a_notice_takes_a_right_to_read_by_a_cell(book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    rules = load_texts(without("holdings", "bank"))
    monkeypatch.setattr("airshed.service.http.viewer.law_of", lambda book: rules)
    bank_name = name_of("bank", "zone")
    bank = viewer_of(book, bank_name, AT)

    assert rows(book, BY_NAME["holdings"], bank) == []
    assert rows(book, BY_NAME["accounts"], bank) == all_of(book, BY_NAME["accounts"])
    with pytest.raises(Stopped, match="no such account that is yours to read"):
        account_then(book, bank_name, "steel", None, None, 10, AT)  # its balances would tell what is withheld
    monkeypatch.undo()
    assert account_then(book, bank_name, "steel", None, None, 10, AT)["moves"]
    nobody = load_texts(without(RECORDS, "city"))
    monkeypatch.setattr("airshed.service.http.viewer.law_of", lambda book: nobody)
    city = viewer_of(book, name_of("city", "jurisdiction"), AT)
    assert {each.body for each in seen(list(book.lines()), city, beside(book.sql, city))} == {None}
    assert decode(book.line(1)).body is not None


def last_of(book: Book, viewer: Viewer) -> tuple[Any, ...]:
    """Up to which year somebody reads what is published."""
    found = condition(book, BY_NAME["years"], viewer)
    assert found is not None
    return found.values[:1]


def test_an_office_that_reads_years_early_reads_those_of_other_places_once_all_of_them_is_public(book: Book) -> None:
    """It read fewer rows than a stranger, for what is published was left out for it."""
    may, july = (bound(RULES, "city", "", "KM", day) for day in ("2028-05-31", "2028-07-01"))
    assert (may.public, may.for_all, may.reach("years")) == (None, Embargo(2027, 2026), "place, published")
    assert last_of(book, may) == (2026,), "how they stand to 2027 would be told with it"
    assert last_of(book, july) == (2027,)
    assert last_of(book, bound(RULES, "", "", "", "2028-05-31")) == (2027,)


@pytest.mark.parametrize("name", EVERY_LAW)
def test_every_shipped_law_says_of_every_table_who_reads_it(name: str) -> None:
    law = load(find(name))
    silent = set() if law.compliance.credits else {"credits"}
    assert {right.table for right in law.reading.rows} | silent == set(get_args(Readable))
    assert get_args(TableName) == tuple(table.name for table in TABLES)
    assert tuple(table.name for table in TABLES if table.name in EMISSIONS) == YEARLY


def test_every_table_is_somebodys_or_read_by_everybody() -> None:
    """A new table names whose its rows are, or the law lets everybody read it."""
    whose = {*ACCOUNTS, "source", "stack", "actor"}
    open_to_all = {name for name, row in CELLS.items() if row["everybody"] == "all"}
    assert [
        table.name
        for table in TABLES
        if table.name not in open_to_all
        and table.name not in PARTS
        and whose.isdisjoint(column.name for column in table.parts)
    ] == []


@pytest.mark.parametrize(
    ("table", "reader", "cell", "fault"),
    [
        ("holdings", "everybody", "published", "column everybody: holdings has no rows of years"),
        ("holdings", "operator", "zone", "column operator: who is operator is bound to one account"),
        ("caps", "bank", "zone", "column bank: everybody reads caps, and so does who is bank"),
        ("figures", "operator", "account", "column operator: figures before they are public are for offices"),
        ("figures", "everybody", "all", "column everybody: figures before they are public are for offices"),
        ("holdings", "bank", "own", "column bank: no such choice 'own'"),
    ],
)
def test_a_right_to_read_that_cannot_be_is_no_law(table: str, reader: str, cell: str, fault: str) -> None:
    with pytest.raises(Malformed, match=fault):
        load_texts(without(table, reader, cell))
