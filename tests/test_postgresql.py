"""A book in PostgreSQL: the same answers, bytes and tables as in a file, one writer, and damage that is named."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from itertools import count
from pathlib import Path

import psycopg
import pytest
from typer.testing import CliRunner

from airshed.cli.main import ROOMS, build
from airshed.engine import commands as c
from airshed.engine.runner import Runner
from airshed.engine.tables import TABLES
from airshed.lab.simulator.sim import simulate
from airshed.model.provenance import Simulation
from airshed.model.refusal import Malformed
from airshed.rulebook.digest import digest
from airshed.rulebook.load import find, load_texts, texts
from airshed.rulebook.schema import Rulebook
from airshed.service.book.copying import carry, pour
from airshed.service.book.kept import Fenced
from airshed.service.book.opening import adopt, carry_on
from airshed.service.book.places import where
from airshed.service.book.postgresql import PostgresBook, made
from airshed.service.book.sqlite import Book
from airshed.service.book.verify import rebuild, verify
from laws import RULES
from markets import AT, SERIES, done, market, send

_numbers = count(1)


@pytest.fixture
def name(database: str) -> Iterator[str]:
    """The name of a book that is not there yet."""
    book = f"{database}#t{os.getpid()}_{next(_numbers)}"
    yield book
    with psycopg.connect(database, autocommit=True) as db:
        db.execute(f"DROP SCHEMA IF EXISTS {where(book).book} CASCADE".encode())


def rows_of(book: Book | PostgresBook) -> dict[str, list[object]]:
    return {table.name: sorted(book.sql.execute(f"SELECT * FROM {table.name}").fetchall(), key=str) for table in TABLES}


def traded(book: Book | PostgresBook) -> str:
    """A market in which something is sold and something refused; the hash of its end."""
    runner = market(book, tables=True)
    done(runner, "steel", c.PlaceOrder("steel", SERIES, "sell", 300, 400_000))
    done(runner, "broker", c.PlaceOrder("broker", SERIES, "buy", 100, 400_000))
    assert send(runner, "fund", c.PlaceOrder("fund", SERIES, "sell", 100, 400_000)).refusal is not None
    return runner.hash


def test_a_book_that_was_written_there_verifies_row_by_row(name: str) -> None:
    with PostgresBook.create(name) as book:
        reached = traded(book)

        assert verify(book, laws={digest(RULES): RULES}).hash == reached == book.line(book.last()).hash


@pytest.mark.parametrize("seed", [3, 20317])
def test_every_invariant_holds_under_random_commands_and_crashes(name: str, seed: int) -> None:
    """I1 to I14, with a session that ends before, in and after the commit; the bytes are those of a book in memory."""
    there: list[str] = []

    def opened() -> PostgresBook:
        if there:
            return PostgresBook.open(name, time.sleep)  # a server notices late that a session is gone
        there.append(name)
        return PostgresBook.create(name)

    def decided_anew(book: PostgresBook, laws: Mapping[str, Rulebook]) -> None:
        verify(book, laws=laws)

    report = simulate(seed, 40, RULES, opened, decided_anew)

    assert set(report.crashes) == {"before the commit", "in the commit", "after the commit"}


def test_a_book_goes_there_and_back_with_its_digest(name: str, tmp_path: Path, year_book: Path) -> None:
    with made(name) as there, Book.read(year_book) as here:
        poured = pour(here, there)
    with PostgresBook.read(name) as there, Book.create(tmp_path / "back.book") as back, Book.read(year_book) as here:
        assert pour(there, back) == poured
        assert list(back.lines()) == list(here.lines())
        assert rows_of(back) == rows_of(here)
        there.hold_schema()
        assert there.check_laws() == here.check_laws() > 0


def test_the_shell_copies_there_and_back_and_says_the_same_digest(name: str, tmp_path: Path, few_book: Path) -> None:
    back = str(tmp_path / "back.book")
    shell, app = CliRunner(), build({"book": ROOMS["book"]})
    said = [
        json.loads(shell.invoke(app, ["book", "copy", *pair, "--json"]).stdout)
        for pair in ((str(few_book), name), (name, back))
    ]

    assert said[0]["digest"] == said[1]["digest"]
    assert said[0]["records"] == said[1]["records"] > 10_000
    assert said[0]["book"].endswith(where(name).book)


def test_there_is_one_writer_and_the_next_waits_for_it(name: str) -> None:
    with PostgresBook.create(name) as first:
        with pytest.raises(Malformed, match=r"is written by session [0-9]+ of the database"):
            PostgresBook.open(name)
        waited: list[float] = []

        def pause(seconds: float) -> None:
            waited.append(seconds)
            first.close()

        with PostgresBook.open(name, wait=pause) as second:
            traded(second)
        assert len(waited) >= 1


def test_a_writer_that_was_thought_dead_is_refused_and_nothing_of_it_is_kept(name: str) -> None:
    with PostgresBook.create(name) as old:
        runner = market(old, tables=True)
        before = old.last()
        old.sql.execute("SELECT pg_advisory_unlock_all()")  # as a pooler does that gives its session to another
        with PostgresBook.open(name) as new:
            with pytest.raises(Fenced, match="another process writes it since"):
                done(runner, "steel", c.PlaceOrder("steel", SERIES, "sell", 300, 400_000))
            assert new.last() == before
    with PostgresBook.read(name) as left:
        verify(left, laws={digest(RULES): RULES})
        assert left.last() == before


def test_what_is_read_within_a_snapshot_is_of_one_moment(name: str) -> None:
    with PostgresBook.create(name) as written:
        traded(written)
        with PostgresBook.read(name) as read:
            with read.snapshot():
                before = read.last()
                runner = Runner(written, RULES, laws=lambda _: RULES)
                done(runner, "steel", c.PlaceOrder("steel", SERIES, "sell", 100, 410_000))
                assert read.last() == before
            assert read.last() == runner.state.seq > before


ALTERED: dict[str, tuple[str, str]] = {
    "a trigger": (
        "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';"
        " CREATE TRIGGER t BEFORE INSERT ON journal FOR EACH ROW EXECUTE FUNCTION f()",
        "has t, which acts by itself",
    ),
    "a rule": ("CREATE RULE r AS ON DELETE TO meta DO INSTEAD NOTHING", "has r, which acts by itself"),
    "a view": ("CREATE VIEW v AS SELECT 1 AS one", "relation v: does not belong"),
    "another table": ("CREATE TABLE x (y INTEGER)", "relation x: does not belong"),
    "a column": ("ALTER TABLE holdings ADD COLUMN z BIGINT", "table holdings: is made otherwise"),
    "no table": ("DROP TABLE holdings", "table holdings: is missing"),
    "a word in meta": ("INSERT INTO meta VALUES ('hello', '1')", "meta hello: does not belong"),
    "no head": ("DELETE FROM meta WHERE key = 'head'", "meta head"),
    "a record behind the end": ("INSERT INTO journal VALUES (9999, 'x', 'y')", "ends at record 9999"),
    "a record less": ("DELETE FROM journal WHERE seq = (SELECT max(seq) FROM journal)", "ends at record"),
    "a changed record": ("UPDATE journal SET record = record || ' ' WHERE seq = 5", "record 5"),
    "a changed row": ("UPDATE holdings SET count = count + 1", "table holdings"),
}


@pytest.mark.parametrize("what", [name for name in ALTERED if name != "a row more"])
def test_what_was_altered_is_named(name: str, what: str, database: str) -> None:
    statement, told = ALTERED[what]
    with PostgresBook.create(name) as book:
        traded(book)
    with psycopg.connect(database, autocommit=True) as db:
        db.execute(f"SET search_path = {where(name).book}".encode())
        db.execute(statement.encode())

    with pytest.raises(Malformed, match=told), PostgresBook.read(name) as book:
        verify(book, laws={digest(RULES): RULES})


def test_read_tables_are_written_anew(name: str) -> None:
    with PostgresBook.create(name) as book:
        traded(book)
        before = rows_of(book)
        book.sql.execute("DELETE FROM holdings")
        rebuild(book)
        assert rows_of(book) == before


@pytest.mark.parametrize("change", ["ALTER TABLE case_steps DROP COLUMN evidence", "DROP TABLE holdings"])
def test_read_tables_of_another_make_are_named_with_the_cure_and_made_anew(name: str, change: str) -> None:
    with PostgresBook.create(name) as book:
        traded(book)
        before = rows_of(book)
        book.sql.execute(change)
        with pytest.raises(Malformed, match="airshed replay BOOK --rebuild"):
            book.hold_schema()
        rebuild(book)
        book.hold_schema()
        assert rows_of(book) == before


def test_a_law_is_adopted_and_carried_on(name: str) -> None:
    files = texts(find("dianzhong"))
    with PostgresBook.create(name) as book:
        adopt(book, files, AT, Simulation("test", 1))
    with PostgresBook.open(name) as book:
        assert carry_on(book).rules == load_texts(files)


WRONG: dict[str, tuple[Callable[[str], str], str]] = {
    "no database": (lambda database: "mysql://x", "begins like no address"),
    "a name of a book with capitals": (lambda database: f"{database}#Book", "is no name of a book"),
    "a name with a quote": (lambda database: f'{database}#a"b', "is no name of a book"),
    "a book that is not there": (lambda database: f"{database}#nowhere", "holds no book"),
    "a server that is not there": (lambda database: "postgresql://x@127.0.0.1:1/air", "cannot be reached"),
}


@pytest.mark.parametrize("what", WRONG)
def test_a_place_that_cannot_be_used_is_named_without_its_password(what: str, database: str) -> None:
    text, told = WRONG[what]
    with pytest.raises(Malformed, match=told):
        PostgresBook.read(text(database))


def test_a_password_is_not_shown() -> None:
    with pytest.raises(Malformed) as caught:
        PostgresBook.read("postgresql://anna:secret@127.0.0.1:1/air")
    assert "secret" not in str(caught.value)


def test_a_book_that_exists_is_not_made_again(name: str) -> None:
    PostgresBook.create(name).close()
    with pytest.raises(Malformed, match="exists already"):
        PostgresBook.create(name)


def test_what_was_begun_and_not_ended_is_made_anew(name: str) -> None:
    class Killed(RuntimeError):
        pass

    with pytest.raises(Killed), made(name) as part:  # noqa: PT012
        traded(part)
        raise Killed
    with pytest.raises(Malformed, match="holds no book"):
        PostgresBook.read(name)
    PostgresBook.create(name).close()


def test_without_its_driver_a_database_is_named_with_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "airshed.service.book.postgresql")
    monkeypatch.setitem(sys.modules, "psycopg", None)  # as where it is not installed
    with pytest.raises(Malformed, match=r"its driver is not installed; pip install .airshed\[postgresql\]"):
        carry("a.book", "postgresql:///air")
