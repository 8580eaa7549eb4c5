"""A forged book whose chain holds, and that cannot have happened: every command that follows it names the record."""

from __future__ import annotations

import copy
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec
import pytest

from airshed.cli.main import run
from airshed.engine.commands import Body, Command, Deposit, OpenAccount, RegisterActor, SetCap, Withdraw
from airshed.model.provenance import Simulation
from airshed.service.book.opening import begin, carry_on
from airshed.service.book.sqlite import Book
from beijing import instant
from laws import LAW, as_files
from small_books import forge

Json = dict[str, Any]
REGISTRAR = "dianzhong-registrar"
OFFICE = "dianzhong-office"
LINE = '{"actor":"dianzhong-registrar","key":"9","body":{"do":"RegisterActor","actor":"li","role":"bank"}}\n'
#: What follows a book from its first record.
FOLLOWING = (
    "book send BOOK commands.jsonl",
    "book preview BOOK commands.jsonl",
    "book verify BOOK",
    "replay BOOK",
    "replay BOOK --rebuild",
    "market summary BOOK",
    "market tape BOOK",
    "market interest BOOK",
    "market depth BOOK --series SO2-KM-2027",
    "market bars BOOK --series SO2-KM-2027",
    "market index BOOK",
    "market export BOOK --out exported",
    "market page BOOK --html page.html",
    "lab replay BOOK --rulebook dianzhong",
)
#: What reads its tables or records as they lie there.
READING = (
    "book show BOOK",
    "book show BOOK record --seq 6",
    "book show BOOK accounts",
    "book show BOOK holdings",
    "book statement BOOK steel",
    "book head BOOK",
)


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """Eight records: an account, its money in and out, a cap."""
    path = tmp_path / "my.book"
    at = instant("2026-12-01", 9)
    law = copy.deepcopy(LAW)
    law["roles"]["second"] = []  # each act is a record
    begin(path, as_files(law), at, Simulation("forged", None))
    wishes: tuple[tuple[str, Body], ...] = (
        (REGISTRAR, RegisterActor("settlement-bank", "bank")),
        (REGISTRAR, OpenAccount("steel", "operator", "Steel", "KM")),
        (REGISTRAR, RegisterActor("li", "operator", "steel")),
        ("settlement-bank", Deposit("steel", 5_000)),
        ("settlement-bank", Withdraw("steel", 3_000)),
        (OFFICE, SetCap("SO2", "KM", 2027)),
        (REGISTRAR, RegisterActor("wang", "bank")),
    )
    with Book.open(path) as opened:
        runner = carry_on(opened)
        for number, (actor, body) in enumerate(wishes):
            assert runner.send(Command(actor, str(number), body), at).refusal is None
    (tmp_path / "commands.jsonl").write_text(LINE)
    return path


def overdrawn(record: Json) -> None:
    """More was paid out than was there."""
    event = record["events"][0]
    event["fen"] = 9_000
    for move in event["entry"]:
        move[3] = 9_000


def to_nobody(record: Json) -> None:
    """The money came to an account that was never opened."""
    event = record["events"][0]
    event["account"] = "nobody"
    for move in event["entry"]:
        move[1:3] = ["nobody" if name == "steel" else name for name in move[1:3]]


def less_than_nothing(record: Json) -> None:
    """A cap below zero, which every record behind it can follow."""
    for event in record["events"]:
        if "count" in event:
            event["count"] = -event["count"]


def forged(path: Path, seq: int, alter: Callable[[Json], None]) -> None:
    """Record `seq` otherwise, and every later hash made anew."""
    with closing(sqlite3.connect(path)) as sql, sql:
        raws = [row[0] for row in sql.execute("SELECT record FROM journal ORDER BY seq")]
        record = msgspec.json.decode(raws[seq - 1])
        alter(record)
        was, raws[seq - 1] = raws[seq - 1], msgspec.json.encode(record)
        assert was != raws[seq - 1]
        rows = [(line.hash, line.record, line.seq) for line in forge().chained(raws)]
        sql.executemany("UPDATE journal SET hash = ?, record = ? WHERE seq = ?", rows)


@pytest.mark.parametrize(("seq", "alter"), [(6, overdrawn), (5, to_nobody)])
def test_what_cannot_have_happened_is_named_by_its_record(
    seq: int,
    alter: Callable[[Json], None],
    book: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    forged(book, seq, alter)
    before = book.read_bytes()
    monkeypatch.chdir(book.parent)
    for words in (*FOLLOWING, *READING):
        monkeypatch.setattr("sys.argv", ["airshed", *words.replace("BOOK", book.name).split()])
        with pytest.raises(SystemExit) as ended:
            run()
        error = capsys.readouterr().err
        if words in FOLLOWING:
            assert (ended.value.code, error.count("\n")) in ((1, 1), (2, 1)), (words, error)
            assert f"my.book record {seq}" in error, words
        else:
            assert (ended.value.code or 0, error) == (0, ""), words
    assert book.read_bytes() == before, "nothing is written behind it"
    assert not any((book.parent / name).exists() for name in ("exported", "page.html", "my.book-head"))


def test_nothing_is_written_behind_what_only_the_whole_shows(
    book: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    forged(book, 7, less_than_nothing)
    monkeypatch.chdir(book.parent)
    for words, says in (("send my.book commands.jsonl", "my.book after record 8"), ("verify my.book", "record 7")):
        monkeypatch.setattr("sys.argv", ["airshed", "book", *words.split()])
        with pytest.raises(SystemExit) as ended:
            run()
        error = capsys.readouterr().err
        assert ended.value.code in (1, 2)
        assert error.count("\n") == 1
        assert says in error
    with Book.read(book) as opened:
        assert opened.last() == 8
