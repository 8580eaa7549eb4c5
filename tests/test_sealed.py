"""Sealed means sealed: no reader of a book prints bids, asks or orders of what is open, nor what tells of them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from airshed.cli.book.group import app
from airshed.engine import commands as c
from airshed.lab.simulator.small_market import EXCHANGE
from airshed.model.refusal import Why
from airshed.rulebook.digest import digest
from airshed.service.book.preview import SILENT, foresee
from airshed.service.book.sealed import SEALED, sealed_accounts, shown
from airshed.service.book.sqlite import Book
from airshed.service.marketdata.reading import Market
from laws import FILES, RULES
from markets import AUTHORITY, SERIES, done, market, why

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
    told = json.loads(printed(open_book, "call_orders", "--json"))
    assert (told["sealed"], told["of"]) == (1, "noon")


def test_what_is_set_aside_for_a_sealed_bid_is_not_told_either(open_book: Path) -> None:
    with Book.read(open_book) as book:
        assert sealed_accounts(book.sql) == {"cement", "steel"}
        for table, column in (("accounts", "held_fen"), ("holdings", "held")):
            found = shown(book.sql, table, 100)
            place = found.columns.index(column)
            assert all((row[place] is None) == (row[0] in {"cement", "steel"}) for row in found.rows), table
            assert found.silent


def test_a_refusal_does_not_tell_what_was_bid_or_is_free(open_book: Path, tmp_path: Path) -> None:
    """Too little is free because of a bid: the sentence with the sum would tell the bid."""
    refused = tmp_path / "refused.book"
    with Book.create(refused) as book:
        book.keep_law(digest(RULES), FILES)
        runner = market(book, tables=True)
        before = runner.state.ledger.purses["cement"].free
        done(runner, AUTHORITY, c.OpenAuction("spring", SERIES, 100_000))
        assert why(runner, "cement", c.PlaceBid("spring", "cement", 300, LIMIT + 1)) == Why.OFF_TICK
        assert "4,170.01" not in printed(refused, "refusals", "--json"), "nobody bids yet, and the next bid is near"
        done(runner, "cement", c.PlaceBid("spring", "cement", 70_000, LIMIT))
        assert why(runner, "small-bank", c.Withdraw("cement", before)) == Why.INSUFFICIENT_CASH
    for words in ((), ("--json",)):
        told = printed(refused, "refusals", *words)
        assert "4,170.01" not in told
        assert "99,999,708,100" not in told
        assert Why.INSUFFICIENT_CASH in told
    told = printed(refused, "refusals")
    assert "None" not in told, "what is not told is blank, and named below the table"
    assert "not told, for a sealed bid or order stands behind it 不公开: refusal" in told


def test_a_preview_does_not_tell_what_is_free_beside_sealed_bids() -> None:
    runner = market()
    before = runner.state.ledger.purses["cement"].free
    done(runner, AUTHORITY, c.OpenAuction("spring", SERIES, 100_000))
    done(runner, "cement", c.PlaceBid("spring", "cement", 70_000, LIMIT))
    wish = c.Command("small-bank", "too much", c.Withdraw("cement", before))

    (told,) = foresee(runner, [wish], runner.state.at)

    assert told.record.refusal is not None
    assert (told.record.refusal.why, told.record.refusal.detail) == (Why.INSUFFICIENT_CASH, SILENT)


def test_open_interest_does_not_tell_of_sealed_orders() -> None:
    runner = market()
    usual = Market(state=runner.state).interest()
    done(runner, EXCHANGE, c.OpenCall("noon", SERIES, ""))
    done(runner, "steel", c.PlaceCallOrder("noon", "steel", "sell", 200, LIMIT))
    assert Market(state=runner.state).interest() == usual

    done(runner, "steel", c.PlaceOrder("steel", SERIES, "sell", 500, LIMIT))

    assert Market(state=runner.state).interest()[0].set_aside == 500


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
