"""Sealed means sealed: no reader of a book prints bids, asks or orders of what is open, nor what tells of them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from airshed.cli.book.group import app
from airshed.engine import commands as c
from airshed.lab.simulator.small_market import EXCHANGE
from airshed.rulebook.digest import digest
from airshed.service.book.sealed import SEALED, sealed_accounts, shown
from airshed.service.book.sqlite import Book
from laws import FILES, RULES
from markets import AUTHORITY, SERIES, done, market

#: A limit that nothing else in the book has.
LIMIT = 417_000


@pytest.fixture(scope="module")
def open_book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A book with an open auction and an open call, a bid and an order in each."""
    path = tmp_path_factory.mktemp("sealed") / "open.book"
    with Book.create(path) as book:
        book.keep_law(digest(RULES), FILES)
        runner = market(book, tables=True)
        done(runner, AUTHORITY, c.OpenAuction("spring", SERIES, 1_000))
        done(runner, "cement", c.PlaceBid("spring", "cement", 300, LIMIT))
        done(runner, EXCHANGE, c.OpenCall("noon", SERIES, ""))
        done(runner, "steel", c.PlaceCallOrder("noon", "steel", "sell", 200, LIMIT))
    return path


def printed(book: Path, *words: str) -> str:
    found = CliRunner().invoke(app, ["show", str(book), *words])
    assert found.exit_code == 0, found.output
    return found.output


@pytest.mark.parametrize("words", [(), ("--json",)])
def test_no_table_of_an_open_book_prints_a_sealed_price(open_book: Path, words: tuple[str, ...]) -> None:
    from airshed.engine.tables import TABLES

    for table in TABLES:
        assert str(LIMIT) not in printed(open_book, table.name, *words), table.name


def test_how_many_are_sealed_is_said(open_book: Path) -> None:
    assert "1 of spring are sealed until it is closed" in printed(open_book, "bids")
    assert json.loads(printed(open_book, "call_orders", "--json")) == {"sealed": 1, "of": "noon"}


def test_what_is_set_aside_for_a_sealed_bid_is_not_told_either(open_book: Path) -> None:
    with Book.read(open_book) as book:
        assert sealed_accounts(book.sql) == {"cement", "steel"}
        for table, column in (("accounts", "held_fen"), ("holdings", "held")):
            found = shown(book.sql, table, 100)
            place = found.columns.index(column)
            assert all((row[place] is None) == (row[0] in {"cement", "steel"}) for row in found.rows), table
            assert found.silent


def test_what_is_over_is_shown_whole(open_book: Path, tmp_path: Path) -> None:
    over = tmp_path / "over.book"
    with Book.create(over) as book:
        book.keep_law(digest(RULES), FILES)
        runner = market(book, tables=True)
        done(runner, AUTHORITY, c.OpenAuction("spring", SERIES, 1_000))
        done(runner, "cement", c.PlaceBid("spring", "cement", 300, LIMIT))
        done(runner, AUTHORITY, c.CloseAuction("spring", 1))
    assert str(LIMIT) in printed(over, "bids", "--json")


def test_every_table_of_what_waits_in_something_open_is_sealed() -> None:
    """A table of orders that another table opens and closes may not be forgotten here."""
    from airshed.engine.tables import BY_NAME

    for table, (of, key) in SEALED.items():
        assert any(column.split()[0] == "open" for column in BY_NAME[of].columns)
        assert key == BY_NAME[table].columns[0].split()[0] == BY_NAME[of].columns[0].split()[0]
    waiting = {
        name
        for name, table in BY_NAME.items()
        if {"account", "number", "count"} <= {column.split()[0] for column in table.columns}
        and not table.listed
        and "state" not in {column.split()[0] for column in table.columns}
    }
    assert waiting == {*SEALED, "orders"}  # those of the listed book are public
