"""Every kind of forgery is named by its record, or only a published head finds it, as the docs say."""

from __future__ import annotations

import itertools
import json
import random
import re
import sqlite3
import subprocess
import sys
from contextlib import closing
from functools import cache
from pathlib import Path
from typing import get_args

import msgspec
import pytest

from airshed.engine.events import Event
from airshed.engine.journal import Line, Record, chain, decode
from airshed.engine.redecide import Anew
from airshed.engine.tables import TABLES
from airshed.model.refusal import Malformed
from airshed.rulebook.reading_section import EVERYBODY
from airshed.service.book.head import Head
from airshed.service.book.row_records import WRITING, RowRecords
from airshed.service.book.sqlite import Book
from airshed.service.book.verify import verify_at
from laws import RULES
from shared import Once
from small_books import alone, forge, monitored, played_keyed, small, varied, written

ROOT = Path(__file__).parents[1]
KINDS = forge().KINDS
FILES = forge().FILES
#: Kinds that are also written to disk, folded into read tables and verified there: what a regulator would be handed.
ON_DISK = ("penalty-halved", "makeup-removed", "penalty-price", "fill-price")
#: Kinds that `scripts/forge.py` makes where others fell short too or a later record needs what is gone: there the
#: stand-alone verifier sees them.
WHERE_NEEDED = ("penalty-halved", "makeup-removed", "penalty-price", "deed-to-refusal", "event-removed", "cap-removed")


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small book on disk."""
    return written(tmp_path_factory.mktemp("forge") / "small.book")


@cache
def forged(name: str) -> tuple[list[bytes], int]:
    """The records of a forgery of the small book, and the first that is otherwise."""
    raws, laws = small()
    made = KINDS[name].make(list(raws), laws)
    assert made is not None
    return made.raws, made.seq


def decided(raws: list[bytes]) -> str:
    """What deciding anew says of records; empty when they hold."""
    lines: list[Line] = forge().chained(raws)
    anew = Anew(small()[1].get, lambda seq: lines[seq - 1])
    try:
        for line in lines:
            anew.follow(line)
    except Malformed as error:
        return str(error)
    return ""


@cache
def judged() -> dict[str, str]:
    """What deciding anew says of every forgery by its first record; empty when that one holds.

    One pass over the sound book serves all, for the records before are as they were.
    """
    lines: list[Line] = forge().chained(list(small()[0]))
    anew = Anew(small()[1].get, lambda seq: lines[seq - 1])
    by_seq: dict[int, list[str]] = {}
    for name in KINDS:
        by_seq.setdefault(forged(name)[1], []).append(name)
    says: dict[str, str] = {}
    for line in lines:
        for name in by_seq.get(line.seq, ()):
            raws = forged(name)[0]
            if line.seq <= len(raws):
                raw = raws[line.seq - 1]
                other = Line(line.seq, chain(anew.hash, raw), raw)
                try:
                    anew.judge(other, decode(other))
                except Malformed as error:
                    says[name] = str(error)
        anew.follow(line)
    return says


def verdict(name: str) -> str:
    """What deciding anew says of a forgery."""
    return judged().get(name) or decided(forged(name)[0])


def head() -> Head:
    """The head that was published of the small book."""
    last = forge().chained(list(small()[0]))[-1]
    return Head(last.seq, last.hash)


def table() -> dict[str, list[str]]:
    """The rows of the table in docs/how-to/verify-a-book.md."""
    text = (ROOT / "docs" / "how-to" / "verify-a-book.md").read_text("utf-8")
    rows = re.findall(r"^\| `([a-z0-9-]+)` \| (.*) \|$", text, re.MULTILINE)
    return {name: [cell.strip() for cell in cells.split("|")] for name, cells in rows}


def test_the_small_book_is_sound(book: Path) -> None:
    found = verify_at(book, heads=[head()])

    assert not isinstance(found, Malformed), found
    assert found.laws == 2
    assert alone(list(small()[0]), str(head())) == ""


@pytest.mark.parametrize(
    "name", [name for name in KINDS if KINDS[name].found_by == forge().DECIDED and name != "empty"]
)
def test_a_forgery_of_what_the_law_decides_is_named_by_its_record(name: str) -> None:
    raws, seq = forged(name)

    says = verdict(name)

    found = re.match(r"book record (\d+): ", says)
    assert found, f"{name} at {seq}: {says or 'not found'}"
    if len(raws) == len(small()[0]):
        assert int(found[1]) == seq, says
    else:
        assert int(found[1]) >= seq, "what is gone is missed where it is first needed"


@pytest.mark.parametrize("name", [name for name in KINDS if KINDS[name].found_by == forge().HEAD])
def test_what_a_wish_may_have_been_only_a_published_head_shows(name: str) -> None:
    raws, seq = forged(name)
    published = head()
    lines = forge().chained(raws)

    assert decided(raws) == "", "all of it follows from what is written"
    assert len(lines) < published.seq or lines[published.seq - 1].hash != published.hash
    assert seq <= published.seq
    assert "published" in alone(raws, str(published))


@pytest.mark.parametrize("name", ON_DISK)
def test_book_verify_names_the_record_of_a_forged_copy(name: str, book: Path, tmp_path: Path) -> None:
    raws, seq = forged(name)
    path = tmp_path / f"{name}.book"

    assert forge().write(book, path, raws), "its read tables are rebuilt, so that only deciding anew tells"
    with Book.read(path) as copied:
        assert copied.last() == len(raws)
    found = verify_at(path)

    assert isinstance(found, Malformed)
    assert found.place == f"{path} record {seq}"
    assert "deciding anew gives" in found.what


@pytest.mark.parametrize("name", FILES)
def test_what_lies_beside_the_records_is_named(name: str, book: Path, tmp_path: Path) -> None:
    path = tmp_path / f"{name}.book"
    forge().tampered(book, path, FILES[name])

    found = verify_at(path)

    assert isinstance(found, Malformed), name
    assert FILES[name].named in str(found), found


def test_a_published_head_is_held_on_disk_too(book: Path, tmp_path: Path) -> None:
    """Of the last record, of an earlier one, and of one that is gone."""
    path = tmp_path / "tail.book"
    raws, seq = forged("tail-dropped")
    assert forge().write(book, path, raws)
    with Book.read(book) as opened:
        early = Head(100, opened.line(100).hash)

    assert not isinstance(verify_at(path, heads=[early]), Malformed)
    gone = verify_at(path, heads=[early, head()])
    assert isinstance(gone, Malformed)
    assert gone.place == f"{path} record {seq}"
    assert "is missing: the book ends at" in gone.what
    other = verify_at(book, heads=[Head(100, "0" * 64)])
    assert isinstance(other, Malformed)
    assert other.place == f"{book} record 100"
    for both in ([Head(100, "0" * 64), early], [early, Head(100, "0" * 64)]):
        contradicted = verify_at(book, heads=both)
        assert isinstance(contradicted, Malformed), "of two heads of one record neither is passed over"
        assert contradicted.place == other.place


def test_an_empty_book_is_no_book(tmp_path: Path) -> None:
    path = tmp_path / "empty.book"
    Book.create(path).close()

    found = verify_at(path)

    assert isinstance(found, Malformed)
    assert found.place == f"{path} record 1"


def test_every_row_that_stands_says_which_record_wrote_it(book: Path) -> None:
    """Of tables that everybody reads only three said so: the price of an auction could be proved by no record."""
    seen = 0
    standing = {table.name: table for table in TABLES if not table.listed}
    opened = {right.table for right in RULES.reading.rows if right.reader == EVERYBODY}
    assert opened & set(standing) <= set(WRITING)
    with Book.read(book) as kept:
        for name in WRITING:
            keys = [column.name for column in standing[name].parts[: standing[name].key]]
            recorded = RowRecords().of(kept, name)
            firms = (
                " WHERE kind IN ('operator', 'trader')" if name == "accounts" else ""
            )  # the others come with the law
            for row in kept.sql.execute(f"SELECT {', '.join(keys)} FROM {name}{firms}").fetchall():
                day, seq = recorded(tuple(row))
                assert seq, (name, tuple(row))
                assert day == kept.civil.day_of(decode(kept.line(seq)).at)
                seen += 1
    assert seen > 100


def test_every_number_of_every_kind_of_event_is_held_to_the_decision(once: Once) -> None:
    """Runs under laws of their own, until every kind of event was there; each number changed by one, once."""
    wanted = {kind.__name__ for kind in get_args(Event)}
    seen: set[str] = set()
    places: set[str] = set()
    for raws, laws in itertools.chain([monitored(), played_keyed(once)], varied(once)):
        changes = [each for each in forge().number_changes(raws, random.Random(7)) if each.place not in places]
        for change, says in forge().judged(raws, laws, changes):
            assert says.startswith(f"book record {change.seq}: "), f"{change.place} + 1 is not found: {says}"
            places.add(change.place)
        seen |= {event["is"] for raw in raws for event in msgspec.json.decode(raw)["events"]}
        if wanted <= seen:
            break
    assert wanted <= seen
    assert len(places) > 150


def test_the_table_in_the_docs_says_what_finds_what() -> None:
    """Every kind has a row: whether `book verify`, a published head and the stand-alone verifier find it."""
    rows = table()

    assert list(rows) == [*KINDS, *FILES]
    for name, kind in KINDS.items():
        raws, _ = forged(name)
        by_decision = "yes" if kind.found_by == forge().DECIDED else "no"
        by_itself = "yes" if alone(raws) else "no"
        where = ", where needed" if name in WHERE_NEEDED else ""
        assert rows[name] == [kind.what, by_decision, "yes", by_itself + where], name
    for name, file_kind in FILES.items():
        assert rows[name] == [file_kind.what, "yes", "no", "no"], name


def test_the_script_lists_forges_and_judges(book: Path, tmp_path: Path) -> None:
    def run(*words: str) -> str:
        ended = subprocess.run(
            [sys.executable, str(ROOT / "scripts" / "forge.py"), *words],
            capture_output=True,
            check=True,
            text=True,
            timeout=120,
            env={"PYTHONPATH": str(ROOT / "src")},
        )
        return ended.stdout

    assert [line.split()[0] for line in run("--list").splitlines()] == [*KINDS, *FILES]
    said = run(str(book), "--out", str(tmp_path), "--kind", "fill-price", "--kind", "trigger", "--numbers", "5")
    assert f"{tmp_path / 'fill-price.book'}: a fill at another price" in said
    assert said.splitlines()[-1] == "5 of 5 are named by their record"
    with closing(sqlite3.connect(tmp_path / "trigger.book")) as sql:
        assert sql.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall() == [("t",)]


def test_what_differs_is_said_as_a_person_would_look_for_it() -> None:
    raws, seq = forged("penalty-halved")
    record = msgspec.json.decode(raws[seq - 1], type=Record)

    assert re.search(
        r"events \d+ YearClosed.settlements \d.penalty_fen is \d+, deciding anew gives \d+", verdict("penalty-halved")
    ), json.dumps(msgspec.to_builtins(record))
    assert "deciding anew refuses: " in verdict("day-of-25-hours")
    assert "is refused (insufficient_holding), deciding anew gives OrderPlaced" in verdict("deed-to-refusal")
    assert "is not written in the bytes that Airshed writes" in verdict("bytes-altered")
    assert "which answers it" in verdict("command-twice")
    assert "cannot be sent" in verdict("command-unreal")
    assert re.search(r"is of 20\d\d-.*, before what happened last \(20\d\d-", verdict("time-backwards"))
