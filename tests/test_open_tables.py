"""A law by which everybody reads a table opens to others neither what is sealed nor a figure before its day."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, cast

import pytest

from airshed.engine import commands as c
from airshed.engine.journal import decode
from airshed.engine.tables import BY_NAME
from airshed.model.refusal import Why
from airshed.rulebook.digest import digest
from airshed.rulebook.load import load_texts
from airshed.rulebook.reading_section import RECORDS, STATEMENTS
from airshed.rulebook.schema import Rulebook
from airshed.service.book.embargo import EMISSIONS
from airshed.service.book.sealed import SEALED, TELLING
from airshed.service.book.sqlite import Book
from airshed.service.book.statement import StatementLine
from airshed.service.http.reading import account_then
from airshed.service.http.rows import RowPage, page_of, query_of
from airshed.service.http.seen import beside, seen
from airshed.service.http.shapes.reading import SeenRecord
from airshed.service.http.viewer import Viewer, bound
from beijing import day_of, instant
from laws import FILES, RULES
from markets import AUTHORITY, SERIES, done, market, why

EARLY = instant("2028-04-10", 10)
KG = 1_000_000
OPEN = (*SEALED, *TELLING, *EMISSIONS, "refusals", RECORDS, STATEMENTS)


def for_everybody(text: str) -> str:
    """`reading.csv` by which everybody reads all rows of what is sealed, masked or embargoed in part."""
    head, *lines = text.splitlines()
    cells = (line.split(",") for line in lines)
    opened = ([row[0], "all", *[""] * (len(row) - 2)] if row[0] in OPEN else row for row in cells)
    return "\n".join([head, *map(",".join, opened)])


TEXTS = {**FILES, "reading.csv": for_everybody(FILES["reading.csv"].decode()).encode()}
LAW = load_texts(TEXTS)
#: How an actor is bound: role, account, jurisdiction. The steelworks is the one whose bid, year and records these are.
WAYS = {
    "the works": ("operator", "steel", ""),
    "another firm": ("trader", "broker", ""),
    "an office of a place": ("monitor", "", "KM"),
    "the bank": ("bank", "", ""),
    "a stranger": ("", "", ""),
}
OTHERS = [way for way in WAYS if way != "the works"]


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Book]:
    """A bid of the steelworks that was taken and one that was not, its year determined, and an order of it and of the
    kiln in something open of each kind."""
    path = tmp_path_factory.mktemp("open") / "open.book"
    with Book.create(path) as made:
        made.keep_law(digest(LAW), TEXTS)
        runner = market(made, LAW, tables=True)
        mass = {"NOx": 0, "PM": 0, "SO2": KG * 1_000, "VOC": 0}
        done(runner, AUTHORITY, c.DetermineYear("s-steel", 2027, mass, "nothing was reported"), EARLY)
        done(runner, "steel", c.Surrender("s-steel", 2027, "SO2", KG), EARLY)
        done(runner, AUTHORITY, c.OpenAuction("spring", SERIES, 100_000), EARLY)
        done(runner, "steel", c.PlaceBid("spring", "steel", 300, 200_000), EARLY)
        assert why(runner, "steel", c.PlaceBid("spring", "steel", 300, 200_001), EARLY) is Why.OFF_TICK
    with closing(sqlite3.connect(path, isolation_level=None)) as sql:
        for of, key in dict.fromkeys(SEALED.values()):
            put(sql, of, {key: "summer", "open": 1})
        put(sql, "holdings", {"account": "kiln"})
        for table, (_, key) in SEALED.items():
            for place, account in enumerate(("steel", "kiln")):
                put(sql, table, {key: "summer", "account": account}, place + 1)
    with Book.read(path) as found:
        yield found


def put(sql: sqlite3.Connection, table: str, said: dict[str, Any], number: int = 1) -> None:
    """A row of a table, with that number and nothing said wherever it does not matter."""
    parts = BY_NAME[table].parts
    row = [said.get(column.name, number if "INTEGER" in column.sql else f"{number}") for column in parts]
    sql.execute(f"INSERT INTO {table} VALUES ({', '.join('?' * len(row))})", row)


def viewer(way: str) -> Viewer:
    return bound(LAW, *WAYS[way], day_of(EARLY))


def page(book: Book, table: str, way: str, *asked: tuple[str, str]) -> RowPage:
    found = page_of(book, query_of(table, asked, 1_000, 1_000), viewer(way))
    assert found is not None, (table, way)
    return found


def column(found: RowPage, name: str, account: str) -> list[Any]:
    """What stands in a column of the rows of an account."""
    whose, place = found.columns.index("account"), found.columns.index(name)
    return [row[place] for row in found.rows if row[whose] == account]


@pytest.mark.parametrize("table", SEALED)
def test_an_order_in_what_is_open_is_read_by_whose_it_is_and_by_nobody_else(book: Book, table: str) -> None:
    told = page(book, table, "the works")
    assert {row[told.columns.index("account")] for row in told.rows} == {"steel"}
    assert told.sealed == {"summer": 1}
    for way in OTHERS:
        told = page(book, table, way)
        assert (told.rows, told.total) == ([], 0), way
        assert told.sealed["summer"] == 2, way
        assert page(book, table, way, ("account", "steel")).total == 0, way


@pytest.mark.parametrize(("table", "name"), TELLING.items())
def test_what_is_set_aside_for_an_order_is_told_to_whose_it_is_alone(book: Book, table: str, name: str) -> None:
    assert None not in column(page(book, table, "the works"), name, "steel")
    assert set(column(page(book, table, "the works"), name, "kiln")) == {None}
    for way in OTHERS:
        told = page(book, table, way)
        assert set(column(told, name, "steel")) == {None}, way
        assert "steel" in told.silent, way


def test_why_a_bid_was_refused_is_told_to_the_bidder_alone(book: Book) -> None:
    for way in WAYS:
        told = page(book, "refusals", way)
        (row,) = told.rows
        assert (row[told.columns.index("detail")] is None) == (way in OTHERS), way
        assert bool(told.silent) == (way in OTHERS), way


@pytest.mark.parametrize("law", [LAW, RULES])
def test_why_the_first_bid_was_refused_is_told_to_the_bidder_alone(tmp_path: Path, law: Rulebook) -> None:
    """Nobody has a bid in the auction yet, and the next one will be near."""
    path = tmp_path / "first.book"
    with Book.create(path) as made:
        runner = market(made, law, tables=True)
        done(runner, AUTHORITY, c.OpenAuction("spring", SERIES, 100_000), EARLY)
        assert why(runner, "steel", c.PlaceBid("spring", "steel", 300, 200_001), EARLY) is Why.OFF_TICK
    with Book.read(path) as made:
        for way in ("the works", "the bank"):
            found = page_of(made, query_of("refusals", [], 10, 10), bound(law, *WAYS[way], day_of(EARLY)))
            assert found is not None
            (row,) = found.rows
            assert (row[found.columns.index("detail")] is None) == (way == "the bank")


def test_a_figure_of_a_year_is_told_before_its_day_to_whose_it_is_alone(book: Book) -> None:
    for way in WAYS:
        told = page(book, "years", way, ("source", "s-steel"), ("pollutant", "SO2"))
        (row,) = told.rows
        assert row[told.columns.index("verified_mg")] == (None if way in OTHERS else KG * KG), way
        assert told.embargoed, "of the years of others something is left out for each"


def test_records_tell_neither_bids_nor_figures_of_others(book: Book) -> None:
    def told(way: str, name: str) -> list[SeenRecord]:
        who = viewer(way)
        lines = [line for line in book.lines() if type(decode(line).body).__name__ == name]
        return seen(lines, who, beside(book.sql, who))

    assert [each.sealed for each in told("the works", "PlaceBid")] == [False, False]
    for way in OTHERS:
        assert {(each.sealed, each.body) for each in told(way, "PlaceBid")} == {(True, None)}, way
        assert [(each.embargoed, each.body) for each in told(way, "DetermineYear")] == [(True, None)], way


def test_a_statement_tells_others_of_a_surrender_only_that_something_moved(book: Book) -> None:
    for actor, what in (("steel", "Surrendered"), ("broker", ""), ("", "")):
        (last,) = cast("list[StatementLine]", account_then(book, actor, "steel", None, None, 1, EARLY)["moves"])
        assert last.what == what, actor
