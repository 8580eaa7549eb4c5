"""A command of the shell takes a book in a database as it takes one in a file, and says the same of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import NamedTuple

import pytest
from typer.testing import CliRunner

from airshed.cli.main import ROOMS, build
from airshed.model.refusal import Malformed
from airshed.service.book.addressed import to_read
from airshed.service.book.places import without_password
from airshed.service.sign_in.store import Store
from airshed.service.sign_in.store_file import StoreHere
from airshed.service.sign_in.store_postgresql import StoreThere
from airshed.service.sign_in.users import users_of
from markets import AT
from services import market_book, moved

AIRSHED = build(ROOMS)
READING = (
    "book show {}",
    "book show {} accounts --json",
    "book show {} record --seq 1",
    "book verify {} --json",
    "book head {}",
    "book export {}",
    "book statement {} steel",
    "book reconcile {} --json",
    "book reserve {} --json",
    "book standing {} steel-works --json",
    "market summary {}",
    "market prices {} --json",
    "replay {} --json",
    "user list {} --json",
)


class Twice(NamedTuple):
    """One book in two places."""

    here: str
    there: str


@pytest.fixture(scope="module")
def twice(tmp_path_factory: pytest.TempPathFactory, database: str) -> Twice:
    path = market_book(tmp_path_factory.mktemp("addressed"))
    found = Twice(str(path), moved(path, database))
    for book in found:
        users = users_of(book, lambda: AT)
        users.add("li", "steel")
        users.close()
    return found


def said(line: str, book: str) -> tuple[int, str]:
    """Status and output of a command, without the name of the book and the time that it took."""
    found = CliRunner().invoke(AIRSHED, [word.replace("{}", book) for word in line.split()])
    text = found.output.replace(without_password(book), "BOOK").replace(book, "BOOK")
    return found.exit_code, text


@pytest.mark.parametrize("line", READING)
def test_what_is_read_is_the_same(line: str, twice: Twice) -> None:
    (status, here), (other, there) = (said(line, book) for book in twice)
    if line.startswith("replay"):  # how fast it went is another each time
        here, there = (
            json.dumps({**json.loads(text), "seconds": 0, "records_per_second": 0}) for text in (here, there)
        )
    assert (status, here) == (other, there)
    assert here


def test_an_act_is_sent_there(twice: Twice) -> None:
    with to_read(twice.there) as book:
        before = book.last()
    at = ("--at", "2027-03-01T12:00")
    act = ["act", "Deposit", twice.there, "--as", "small-bank", "--account", "steel", "--amount", "5,000 yuan", *at]
    found = CliRunner().invoke(AIRSHED, act)
    assert found.exit_code == 0, found.output
    with to_read(twice.there) as book:
        assert book.last() == before + 1


@pytest.mark.parametrize(
    "line", ["book verify {}", "book convert {} new.book --scenario x", "serve {}", "user list {}", "book new {}"]
)
def test_a_password_is_in_no_answer(line: str) -> None:
    address = "postgresql://li:geheim@127.0.0.1:1/air#air"
    found = CliRunner().invoke(AIRSHED, line.replace("{}", address).split())
    assert isinstance(found.exception, Malformed)
    assert "geheim" not in f"{found.output} {found.exception}"


STEPS = (("CREATE TABLE people (name TEXT PRIMARY KEY, born INTEGER NOT NULL, face BLOB)",),)
MORE = (*STEPS, ("ALTER TABLE people ADD COLUMN user TEXT NOT NULL DEFAULT 'nobody'", "UPDATE people SET born = 2"))


@pytest.mark.parametrize("kept", ["file", "database"])
def test_a_store_of_users_takes_the_steps_that_came_since_and_refuses_one_of_a_later_airshed(
    kept: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    address = f"{request.getfixturevalue('database')}#steps{tmp_path.name[-12:].replace('-', '_').lower()}"

    def opened(steps: tuple[tuple[str, ...], ...]) -> Store:
        return StoreHere(tmp_path / "users", steps) if kept == "file" else StoreThere(address, steps)

    store = opened(STEPS)
    store.execute("INSERT INTO people VALUES (?, ?, ?)", ("li", 1, b"\x00\xff"))
    store.close()
    store = opened(MORE)
    assert store.execute("SELECT name, born, face, user FROM people").fetchall() == [("li", 2, b"\x00\xff", "nobody")]
    store.close()
    with pytest.raises(Malformed, match="has format 2, and this Airshed knows up to 1"):
        opened(STEPS)
