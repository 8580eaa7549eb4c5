"""An old book is converted, and what became of it is said; or it is refused by its format. It is never half-read."""

from __future__ import annotations

import gzip
import sqlite3
from contextlib import closing
from pathlib import Path

import msgspec
import pytest

from airshed.cli.main import run
from airshed.engine.journal import decode
from airshed.model.provenance import Programme, Simulation
from airshed.model.refusal import Malformed
from airshed.service.book.converting import convert
from airshed.service.book.sqlite import FORMAT, Book
from airshed.service.book.verify import verify

#: A book of eight records, written by the Airshed of commit 83ce3ef.
OLD = Path(__file__).parent / "format5.book.gz"
HASH = "bd9833ade828d7901d4705db474f7ec38ad1790750eb6238c8d9d12738e44330"


@pytest.fixture
def old(tmp_path: Path) -> Path:
    path = tmp_path / "old.book"
    path.write_bytes(gzip.decompress(OLD.read_bytes()))
    return path


def altered(path: Path, statement: str) -> None:
    with closing(sqlite3.connect(path)) as forged, forged:
        assert forged.execute(statement).rowcount == 1


def test_a_book_of_format_5_is_carried_over_and_its_end_is_named_in_the_first_record(old: Path, tmp_path: Path) -> None:
    new = tmp_path / "new.book"
    done = convert(old, new, Simulation("pilot", 7))

    assert (done.records, done.carried) == (8, 7)
    assert [(each.seq, each.now, each.before, each.after) for each in done.different] == [
        (4, None, "refused: unknown_actor", "answered without a record")
    ]
    with Book.open(new) as book:
        found = verify(book)
        first, fourth = decode(book.line(1)), decode(book.line(4))
    assert (found.records, found.hash) == (7, done.hash)
    assert first.key == f"from format 5, 8:{HASH}"
    assert first.events[-1].provenance == Simulation("pilot", 7)  # type: ignore[union-attr]
    assert (fourth.actor, fourth.at) == ("bank", 1_796_173_200_000), "the instants are those of the old book"


def test_every_command_names_the_one_that_converts(old: Path) -> None:
    for way in (Book.read, Book.open):
        with pytest.raises(
            Malformed, match=f"has format 5, not {FORMAT}; airshed book convert OLD NEW carries it over"
        ):
            way(old)


@pytest.mark.parametrize("number", ["1", "4", "7", "six", FORMAT])
def test_other_formats_are_refused_in_one_line(old: Path, tmp_path: Path, number: str) -> None:
    altered(old, f"UPDATE meta SET value = '{number}' WHERE key = 'format'")
    with pytest.raises(Malformed, match=f"has format {number}, and format 5 is what is converted"):
        convert(old, tmp_path / "new.book", Programme())
    assert {each.name for each in tmp_path.iterdir()} <= {"old.book", "old.book-wal", "old.book-shm"}


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        ("UPDATE journal SET record = x'00' WHERE seq = 3", "record 3: its bytes do not give its hash"),
        ("DELETE FROM journal WHERE seq = 3", "record 3: is missing, the next is 4"),
        ("DELETE FROM journal WHERE seq = 8", "record 8: is missing: the book says that it ends at 8"),
        ("DELETE FROM laws", "is not kept in this book"),
    ],
)
def test_a_damaged_old_book_is_not_half_read(old: Path, tmp_path: Path, damage: str, says: str) -> None:
    altered(old, damage)
    with pytest.raises(Malformed, match=says):
        convert(old, tmp_path / "new.book", Programme())
    assert {each.name for each in tmp_path.iterdir()} <= {"old.book", "old.book-wal", "old.book-shm"}


def test_the_shell_says_what_it_did(
    old: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def said(*words: str) -> tuple[int, str, str]:
        monkeypatch.setattr("sys.argv", ["airshed", "book", "convert", str(old), *words])
        with pytest.raises(SystemExit) as ended:
            run()
        printed = capsys.readouterr()
        return int(ended.value.code or 0), printed.out, printed.err

    for wrong in ((), ("--programme", "--scenario", "pilot")):
        status, _, error = said(str(tmp_path / "a.book"), *wrong)
        assert (status, error.count("\n")) == (2, 1)
        assert "what the book is must be said once" in error
    status, told, _ = said(str(tmp_path / "a.book"), "--programme")
    assert status == 0
    assert "7 of 8 records carried over" in told
    assert "record 4 Deposit: refused: unknown_actor; now answered without a record" in told
    status, told, _ = said(str(tmp_path / "b.book"), "--scenario", "pilot", "--json")
    assert (status, msgspec.json.decode(told)["carried"]) == (0, 7)
    status, _, error = said(str(tmp_path / "b.book"), "--scenario", "pilot")
    assert (status, error.count("\n")) == (2, 1)
    assert "exists already" in error
