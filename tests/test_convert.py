"""An old book is converted, and what became of it is said; or it is refused by its format. It is never half-read."""

from __future__ import annotations

import errno
import fcntl
import gzip
import os
import re
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec
import pytest
import typer

from airshed.cli.main import ROOMS, build, run
from airshed.cli.reference.shell import leaves
from airshed.engine.commands import Allocate
from airshed.engine.journal import GENESIS, chain, decode
from airshed.model.provenance import Programme, Simulation
from airshed.model.refusal import Malformed
from airshed.service.book.converting import convert
from airshed.service.book.file_lock import Grip
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


#: What a command wants beside a book.
OTHERS = {
    "acts": "1",
    "commands": "commands",
    "rulebook": "dianzhong",
    "results": "commands",
    "year": "2027",
    "venue": "auction",
    "old": "1",
}


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
    assert first.events[0].provenance == Simulation("pilot", 7)  # type: ignore[union-attr]
    assert (fourth.actor, fourth.at) == ("bank", 1_796_173_200_000), "the instants are those of the old book"


def test_a_field_that_was_called_otherwise_is_carried_over(old: Path, tmp_path: Path) -> None:
    """Format 5 said "synthetic" of a source where a book says "simulated" now."""
    source: dict[str, Any] = {"source": "TY-KILN-1", "name": "Kiln 1", "account": "ty-cement", "jurisdiction": "TY"}
    source |= {"sector": "cement", "synthetic": True, "stacks": []}
    written: dict[str, Any] = {"seq": 9, "at": 1_796_173_200_000, "actor": "shanxi-office", "key": "9", "refusal": None}
    written |= {"body": {"do": "RegisterSource", **source}, "events": [{"is": "SourceRegistered", **source}]}
    record = msgspec.json.encode(written)
    with closing(sqlite3.connect(old)) as book, book:
        book.execute("INSERT INTO journal (seq, hash, record) VALUES (9, ?, ?)", (chain(HASH, record), record))
        book.execute("UPDATE meta SET value = '9' WHERE key = 'head'")
    done = convert(old, tmp_path / "new.book", Simulation("pilot"))

    assert [each.seq for each in done.different] == [4], "nothing else is decided otherwise"
    with Book.read(tmp_path / "new.book") as new:
        assert new.sql.execute("SELECT source, simulated FROM sources").fetchall() == [("TY-KILN-1", 1)]


def test_an_allocation_of_before_says_what_it_would_be_asked_to_confirm(old: Path, tmp_path: Path) -> None:
    """Format 5 did not ask; what the preview warns of is filled in, or the grant would be refused as unconfirmed."""
    source: dict[str, Any] = {"source": "TY-KILN-1", "name": "Kiln 1", "account": "ty-cement", "jurisdiction": "TY"}
    source |= {"sector": "cement", "synthetic": True, "stacks": []}
    cap = {"pollutant": "SO2", "jurisdiction": "TY", "vintage": 2027}
    line = {"source": "TY-KILN-1", "years": [2024], "emitted_kg": [800], "output": [1_000]}
    bodies = (
        {"do": "RegisterSource", **source},
        {"do": "SetCap", **cap},
        {"do": "Allocate", **cap, "activities": [line]},
    )
    end = HASH
    with closing(sqlite3.connect(old)) as book, book:
        for seq, body in enumerate(bodies, 9):
            written = {"seq": seq, "at": 1_796_173_200_000, "actor": "shanxi-office", "key": f"{seq}", "body": body}
            refused = {"why": "not_said", "detail": "it is not told here what it did", "cite": ""}
            record = msgspec.json.encode({**written, "events": [], "refusal": refused})
            end = chain(end, record)
            book.execute("INSERT INTO journal (seq, hash, record) VALUES (?, ?, ?)", (seq, end, record))
        book.execute("UPDATE meta SET value = '11' WHERE key = 'head'")
    done = convert(old, tmp_path / "new.book", Simulation("pilot"))

    assert [each.seq for each in done.different] == [4, 9, 10, 11], "they are carried out now"
    with Book.open(tmp_path / "new.book") as new:
        verify(new)
        carried = decode(new.line(new.last())).body
        assert isinstance(carried, Allocate)
        assert carried.knowing.keys() == {"above SO2-TY-2027"}
        assert new.sql.execute("SELECT count(*) FROM allocations").fetchone()[0] == 1


def test_every_command_names_the_one_that_converts(old: Path) -> None:
    for way in (Book.read, Book.open):
        with pytest.raises(
            Malformed, match=f"has format 5, not {FORMAT}; airshed book convert OLD NEW carries it over"
        ):
            way(old)


@pytest.mark.parametrize(
    ("number", "says"),
    [("1", "1 (older)"), ("4", "4 (older)"), ("7", "7 (newer)"), ("", "''"), ("six", "'six'"), ("²", "'²'")],
)
def test_a_format_that_is_not_converted_is_named_by_every_way_in(
    old: Path, tmp_path: Path, number: str, says: str
) -> None:
    altered(old, f"UPDATE meta SET value = '{number}' WHERE key = 'format'")
    for way in (Book.read, Book.open, lambda path: convert(path, tmp_path / "new.book", Programme())):
        with pytest.raises(Malformed) as raised:
            way(old)
        cure = "airshed book convert carries over format 5 alone; use the Airshed that wrote this one"
        assert str(raised.value) == f"{old}: has format {says}, not {FORMAT}; {cure}"
    assert {each.name for each in tmp_path.iterdir()} <= {"old.book", "old.book-wal", "old.book-shm"}


def test_a_book_of_today_has_nothing_to_convert(old: Path, tmp_path: Path) -> None:
    altered(old, f"UPDATE meta SET value = '{FORMAT}' WHERE key = 'format'")
    with pytest.raises(Malformed, match="that of today; there is nothing to convert"):
        convert(old, tmp_path / "new.book", Programme())


def takes_a_book(param: Any) -> bool:
    return bool(param.param_type_name == "argument" and param.name == "book")


@pytest.mark.parametrize("number", ["4", "5", "7"])
def test_every_command_that_takes_a_book_names_the_format_and_the_command_that_converts(
    old: Path, number: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    altered(old, f"UPDATE meta SET value = '{number}' WHERE key = 'format'")
    monkeypatch.chdir(old.parent)
    before = old.read_bytes()
    (old.parent / "commands").write_text('{"actor":"a","key":"k","body":{"do":"CloseSession","day":"2027-01-01"}}')
    every = leaves(typer.main.get_command(build(ROOMS)), "airshed")
    walked = 0
    for path, command in every:
        if path == "airshed book new" or not any(takes_a_book(param) for param in command.params):
            continue
        walked += 1
        words = path.split()[1:]
        for param in command.params:
            value = str(old) if takes_a_book(param) else OTHERS.get(param.name, "other")
            if takes_a_book(param) or (param.required and param.param_type_name == "argument"):
                words.append(value)
            elif param.required:
                words += [param.opts[0], value]
        if path in ("airshed book preview", "airshed book send"):
            words.append("commands")
        if path in ("airshed book confirm", "airshed book reject"):
            words += ["1", "--actor", "a"]
        if path == "airshed book statement":
            words.append("kiln")
        if path == "airshed proof include":
            words += ["--seq", "1"]
        if path == "airshed act":
            words = ["act", "ThawAccount", str(old), "--as", "a", "--account", "b"]
        monkeypatch.setattr("sys.argv", ["airshed", *words])
        with pytest.raises(SystemExit) as ended:
            run()
        error = capsys.readouterr().err
        assert (ended.value.code, error.count("\n")) == (2, 1), (path, error)
        assert f"{old}: has format {number}" in error, path
        assert "airshed book convert" in error, path
    assert walked > 20
    assert old.read_bytes() == before


def test_a_book_that_an_old_airshed_writes_is_not_read(old: Path, tmp_path: Path) -> None:
    """Its lock is on a file beside the book, and what it has written may lie in a log still."""
    lock = tmp_path / "old.book.lock"
    with lock.open("ab") as held:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        with pytest.raises(Malformed, match="another process writes it; stop that one first"):
            convert(old, tmp_path / "new.book", Programme())
    grip = Grip(old, alone=True)
    with pytest.raises(Malformed, match="another process writes it"):
        convert(old, tmp_path / "new.book", Programme())
    grip.release()
    assert not (tmp_path / "new.book").exists()
    convert(old, tmp_path / "new.book", Programme())
    assert lock.exists(), "what was there before stays"
    lock.unlink()
    convert(old, tmp_path / "second.book", Programme())
    assert not lock.exists()


def test_an_old_book_that_may_only_be_read_is_converted(
    old: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on a disk of the archive: nothing is opened for writing there, and nothing is left beside it."""
    monkeypatch.setattr("airshed.service.book.read_only.may_write", lambda real: real.name != "old.book")
    asked: list[tuple[str, int]] = []
    opened = os.open

    def noted(path: Any, flags: int, *rest: int) -> int:
        if os.fspath(path).startswith(str(old)):
            asked.append((Path(path).name, flags & os.O_ACCMODE))
            if flags & os.O_ACCMODE != os.O_RDONLY:
                raise OSError(errno.EROFS, "Read-only file system", path)
        return opened(path, flags, *rest)

    monkeypatch.setattr(os, "open", noted)
    assert convert(old, tmp_path / "new.book", Programme()).carried == 7
    assert asked == [("old.book", os.O_RDONLY), ("old.book.lock", os.O_RDWR)]
    assert {each.name for each in tmp_path.iterdir()} == {"old.book", "new.book"}


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        ("UPDATE journal SET record = x'00' WHERE seq = 3", "record 3: its bytes do not give its hash"),
        ("DELETE FROM journal WHERE seq = 3", "record 3: is missing, the next is 4"),
        ("DELETE FROM journal WHERE seq = 8", "record 8: is missing: the book says that it ends at 8"),
        ("DELETE FROM laws", "is not kept in this book"),
        ("UPDATE laws SET texts = x'ff'", r"old.book law \w+: cannot be read"),
        ("UPDATE laws SET texts = CAST('{\"a\":1}' AS BLOB)", r"old.book law \w+: cannot be read"),
    ],
)
def test_a_damaged_old_book_is_not_half_read(old: Path, tmp_path: Path, damage: str, says: str) -> None:
    altered(old, damage)
    with pytest.raises(Malformed, match=says):
        convert(old, tmp_path / "new.book", Programme())
    assert {each.name for each in tmp_path.iterdir()} <= {"old.book", "old.book-wal", "old.book-shm"}


def test_what_the_file_lacks_is_said_of_the_old_book(old: Path, tmp_path: Path) -> None:
    with closing(sqlite3.connect(old)) as forged, forged:
        forged.execute("DROP TABLE laws")
    with pytest.raises(
        Malformed, match=r"old.book: is not a book that can be read \(no such table: laws\); 8 records are"
    ):
        convert(old, tmp_path / "new.book", Programme())
    old.write_bytes(old.read_bytes()[:20_000])
    with pytest.raises(
        Malformed, match=r"old.book page \d+ of \d+: cannot be read \(.*cut.*records before it are whole"
    ):
        convert(old, tmp_path / "new.book", Programme())
    assert not (tmp_path / "new.book").exists()


@pytest.mark.parametrize(
    ("number", "change", "says"),
    [
        (3, {"at": 10**18}, "record 3: holds a command that is written otherwise today .*has no day"),
        (5, {"at": 1}, "record 5: is of 1, before the one before it"),
        (3, {"actor": ""}, "record 3: holds a command that is written otherwise today .*actor"),
        (3, {"seq": 77}, "record 3: calls itself 77"),
        (3, {"more": 1}, "record 3: cannot be read .*unknown field"),
        (3, {"events": [{}]}, "record 3: holds an event or a refusal without a name"),
        (3, {"refusal": {}}, "record 3: holds an event or a refusal without a name"),
        (3, {"body": {"do": "Deposit"}}, "record 3: holds a command that is written otherwise today"),
        (1, {"body": {"do": "Deposit", "account": "x", "fen": 1}}, "record 1: adopts no law"),
    ],
)
def test_an_old_record_that_is_not_one_is_named_and_not_half_read(
    old: Path, tmp_path: Path, number: int, change: dict[str, Any], says: str
) -> None:
    """Its chain hangs together: whoever alters a record can make the hashes too."""
    with closing(sqlite3.connect(old)) as forged, forged:
        reached = GENESIS
        for seq, raw in forged.execute("SELECT seq, record FROM journal ORDER BY seq").fetchall():
            record = raw if seq != number else msgspec.json.encode({**msgspec.json.decode(raw), **change})
            reached = chain(reached, record)
            forged.execute("UPDATE journal SET hash = ?, record = ? WHERE seq = ?", (reached, record, seq))
    with pytest.raises(Malformed, match=f"old.book {says}"):
        convert(old, tmp_path / "new.book", Programme())
    assert not (tmp_path / "new.book").exists()


def test_a_law_that_is_read_otherwise_than_when_it_was_adopted_is_named(old: Path, tmp_path: Path) -> None:
    """Every law of format 5 is written anew, for its roles are a matrix now: both names are said."""
    ((was, today),) = convert(old, tmp_path / "new.book", Programme()).laws
    assert was != today
    with closing(sqlite3.connect(old)) as forged, forged:
        texts = msgspec.json.decode(forged.execute("SELECT texts FROM laws").fetchone()[0])
        texts["rulebook.toml"] = texts["rulebook.toml"].replace("self_trade = ", "self_trade =  ", 1)
        name = forged.execute("SELECT digest FROM laws").fetchone()[0]
        forged.execute("UPDATE laws SET texts = ?", (msgspec.json.encode(texts),))
    assert convert(old, tmp_path / "same.book", Programme()).laws == ((was, today),), "blanks are no law"
    with closing(sqlite3.connect(old)) as forged, forged:
        texts["rulebook.toml"] = re.sub(r"(?m)^version = .*$", 'version = "other"', texts["rulebook.toml"], count=1)
        forged.execute("UPDATE laws SET texts = ?", (msgspec.json.encode(texts),))
    ((before, after),) = convert(old, tmp_path / "other.book", Programme()).laws
    assert before == name
    assert after not in (name, today)


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


def test_what_the_old_authority_registered_is_sent_by_a_registrar_of_its_own(old: Path, tmp_path: Path) -> None:
    """One office did everything: today who registers people gives out nothing."""
    convert(old, tmp_path / "new.book", Simulation("pilot"))
    with Book.read(tmp_path / "new.book") as new:
        people = dict(new.sql.execute("SELECT actor, role FROM actors").fetchall())
        sent = {type(decode(line).body).__name__: decode(line).actor for line in new.lines()}
    assert people == {
        "shanxi-office": "authority",
        "shanxi-office-second": "authority",
        "shanxi-office-registrar": "registrar",
        "shanxi-office-registrar-2": "registrar",
        "bank": "bank",
        "li": "operator",
    }
    assert sent["AdoptRulebook"] == "shanxi-office"
    assert sent["RegisterActor"] == sent["OpenAccount"] == "shanxi-office-registrar"
