"""The public register says who is in a book and how each source stands, and nothing of what anybody holds."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from airshed.cli.book.group import app
from airshed.engine import commands as c
from airshed.lab.simulator.small_market import BANK
from airshed.pages.register import KEPT, OWING, SHORT, STATES, UNKNOWN, UNPAID, build, stands
from airshed.service.book.sqlite import Book
from beijing import instant
from markets import AUTHORITY, done, market

SETTLED = instant("2028-07-02")


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A book in which a kiln fell short, a works waits, one account is frozen and one closed."""
    path = tmp_path_factory.mktemp("register") / "small.book"
    with Book.create(path) as book:
        runner = market(book, tables=True)
        late = instant("2028-04-29")
        for source, voc in (("s-kiln", 5_000), ("s-power", 0)):
            mass = {"NOx": 0, "PM": 0, "SO2": 0, "VOC": voc}
            done(runner, AUTHORITY, c.DetermineYear(source, 2027, mass, "nothing was reported"), late)
        done(runner, AUTHORITY, c.CloseYear("kiln", 2027), SETTLED)
        done(runner, AUTHORITY, c.FreezeAccount("steel", "an inquiry"), SETTLED)
        done(runner, BANK, c.Withdraw("fund", runner.state.ledger.purses["fund"].free), SETTLED)
        done(runner, AUTHORITY, c.CloseAccount("fund", "wound up"), SETTLED)
        done(runner, AUTHORITY, c.RestrictAccount("broker", "an inquiry"), SETTLED)
        done(runner, AUTHORITY, c.SuspendAccount("cement", "an inquiry"), SETTLED)
    return path


def rows(html: str) -> list[str]:
    """The rows of all tables as plain text, English before Chinese."""
    return [re.sub(r"<[^>]+>", " ", row).strip() for row in re.findall(r"<tr>(.*?)</tr>", html, re.DOTALL)]


def test_every_source_and_account_stands_there_with_its_state(path: Path) -> None:
    with Book.read(path) as book:
        html = build(book)
    short = next(row for row in rows(html) if "s-kiln" in row and "VOC" in row)

    assert UNPAID.en in short
    assert UNPAID.zh in short
    assert " 0.005 " in short
    assert KEPT.en in next(row for row in rows(html) if "s-kiln" in row and "NOx" in row)
    assert OWING.en in next(row for row in rows(html) if "s-power" in row)
    for account, state in (
        ("steel", "all_transactions_restricted"),
        ("fund", "closed"),
        ("broker", "some_transactions_restricted"),
        ("cement", "suspended"),
        ("kiln", "open"),
    ):
        row = next(row for row in rows(html) if row.split()[0] == account)
        assert STATES[state].en in row
        assert STATES[state].zh in row


def test_it_says_nothing_of_what_anybody_holds(path: Path) -> None:
    with Book.read(path) as book:
        html = build(book)
        held = [
            count for (count,) in book.sql.execute("SELECT count FROM holdings WHERE account IN ('steel', 'cement')")
        ]
    assert held
    assert not any(f"{count:,}" in html or f"{count / 1000:,.3f}" in html for count in held)


def test_absence_is_a_state_and_never_a_zero() -> None:
    assert [stands(None, None, None), stands(1, None, None), stands(1, 0, 0), stands(1, 5, 9), stands(1, 5, 0)] == [
        UNKNOWN,
        OWING,
        KEPT,
        UNPAID,
        SHORT,
    ]


def test_the_command_writes_the_same_page_twice(path: Path, tmp_path: Path) -> None:
    for name in ("a.html", "b.html"):
        answer = CliRunner().invoke(app, ["register", str(path), "--html", str(tmp_path / name), "--json"])
        assert json.loads(answer.stdout)["bytes"] < 100_000

    assert (tmp_path / "a.html").read_bytes() == (tmp_path / "b.html").read_bytes()


def test_what_is_not_public_yet_says_from_when_it_will_be(tmp_path: Path) -> None:
    """By the shipped law emissions of a year are public from the last day of May of the next."""
    early, may = "public from 2028-05-31", instant("2028-05-31")
    with Book.create(tmp_path / "small.book") as book:
        runner = market(book, tables=True)
        mass = {"NOx": 0, "PM": 0, "SO2": 0, "VOC": 5_000}
        done(runner, AUTHORITY, c.DetermineYear("s-kiln", 2027, mass, "nothing was reported"), instant("2028-04-29"))
        before = [row for row in rows(build(book)) if "s-kiln" in row]
        done(runner, BANK, c.Deposit("steel", 1), may)
        after = [row for row in rows(build(book)) if "s-kiln" in row]

    assert before
    assert all(early in row and "0.005" not in row for row in before)
    assert not any(early in row for row in after)
    assert any("0.005" in row and OWING.en in row for row in after)
