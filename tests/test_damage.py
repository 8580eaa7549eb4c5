"""A cut or damaged file is never verified, never a traceback: the first bad record is named, or the page."""

from __future__ import annotations

import json
import re
from pathlib import Path
from random import Random

import pytest
from typer.testing import CliRunner

from airshed.cli.main import ROOMS, build
from airshed.engine import commands as c
from airshed.engine.journal import decode
from airshed.model.provenance import Simulation
from airshed.model.refusal import Malformed
from airshed.service.book.damage import named_by_page
from airshed.service.book.pages import BookPages
from airshed.service.book.sqlite import Book
from airshed.service.book.verify import verify_at
from markets import SERIES, market, send

PAGE = 8192
#: What an answer looks like: the record, row or law that is wrong, or the page and how many records are whole.
ANSWER = re.compile(
    r"(record \d+: .*"
    r"|table \w+( [^:]*)?: .*"
    r"|law \w+: .*"
    r"|(table|index|trigger|view|meta) \w+: .*"
    r"| page \d+ of \d+: cannot be read \(.+\); [\d,]+ records?( before it)? are whole;"
    r"|: .*; [\d,]+ records? are whole;"
    r"|: has format '?\w+'?, not \w+;"
    r"|: is not a book; give )"
)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A book of some 40 pages of journal, as bytes."""
    path = tmp_path_factory.mktemp("whole") / "a.book"
    runner = market(Book.create(path), tables=True)
    for number in range(300):
        side: c.Side = "sell" if number % 2 else "buy"
        send(runner, "steel" if number % 2 else "broker", c.PlaceOrder("steel", SERIES, side, 100, 400_000 + number))
    assert isinstance(runner.journal, Book)
    runner.journal.close()
    return path.read_bytes()


def verdict(path: Path, content: bytes) -> str:
    """What verifying says of a file; empty when it is sound."""
    path.write_bytes(content)
    found = verify_at(path)
    return str(found) if isinstance(found, Malformed) else ""


def answered(said: str, path: Path) -> None:
    assert said.startswith(str(path)), said
    assert ANSWER.match(said.removeprefix(str(path))) or ANSWER.match(said.removeprefix(f"{path} ")), said


def test_a_sound_file_is_sound_to_its_last_page(whole: bytes, tmp_path: Path) -> None:
    path = tmp_path / "a.book"
    path.write_bytes(whole)
    found = verify_at(path)
    pages = BookPages(path)

    assert not isinstance(found, Malformed)
    for tree in pages.trees():
        pages.walk(tree.root)
    journal = next(tree.root for tree in pages.trees() if tree.name == "journal")
    with Book.read(path) as book:
        read = [(seq, cells[1], cells[2]) for seq, cells in pages.rows(journal)]
        assert read == [(line.seq, line.hash.encode(), line.record) for line in book.lines()]


def test_what_the_log_has_committed_is_read_too(tmp_path: Path) -> None:
    path = tmp_path / "a.book"
    runner = market(Book.create(path), tables=True)
    assert path.with_name("a.book-wal").stat().st_size > 0
    assert BookPages(path).trees()

    assert str(named_by_page(path, "says SQLite")).startswith(f"{path}: says SQLite; {runner.state.seq} records are")
    assert isinstance(runner.journal, Book)
    runner.journal.close()


def test_a_file_that_is_cut_names_the_page_that_is_missing(whole: bytes, tmp_path: Path) -> None:
    rng = Random(11)
    path = tmp_path / "a.book"
    # Of a last page that is cut SQLite reads the rest as zeros, and a record seemed to be missing.
    for size in [PAGE, len(whole) - 2_000, len(whole) - 1, *(rng.randrange(1, len(whole)) for _ in range(20))]:
        said = verdict(path, whole[:size])
        if 100 <= size < len(whole) - 1:
            assert re.search(r" page \d+ of \d+: cannot be read \(.*cut, .*\); \d+ records", said), (size, said)
        answered(said, path)
    answered(verdict(path, b""), path)


def test_a_page_that_is_wiped_or_overwritten_is_named_with_the_records_before_it(whole: bytes, tmp_path: Path) -> None:
    rng = Random(12)
    path = tmp_path / "a.book"
    count = len(whole) // PAGE
    for number in sorted(rng.sample(range(1, count + 1), 15)):
        for other in (bytes(PAGE), rng.randbytes(PAGE)):
            said = verdict(path, whole[: (number - 1) * PAGE] + other + whole[number * PAGE :])
            answered(said, path)
            assert f" page {number} of {count}: cannot be read (" in said or "record" in said or " law " in said, said


def test_records_before_the_page_are_counted(whole: bytes, tmp_path: Path) -> None:
    path = tmp_path / "a.book"
    place = whole.rindex(b'"seq":200,') // PAGE
    with_damage = whole[: place * PAGE] + bytes(PAGE) + whole[(place + 1) * PAGE :]

    found = re.search(rf" page {place + 1} of .*; (\d+) records before it", verdict(path, with_damage))

    assert found
    before = int(found[1])
    lost = [number for number in range(1, 300) if f'"seq":{number},'.encode() in whole[place * PAGE :][:PAGE]]
    assert before < 200
    assert before + 1 in (min(lost), min(lost) - 1), "the record before the first on the page may reach into it"


def test_without_its_first_page_the_records_are_still_counted(whole: bytes, tmp_path: Path) -> None:
    path = tmp_path / "a.book"
    path.write_bytes(whole)
    with Book.read(path) as book:
        records = book.last()

    said = verdict(path, bytes(PAGE) + whole[PAGE:])

    assert f"page 1 of {len(whole) // PAGE}: cannot be read" in said
    assert f"{records} records before it are whole" in said


def test_a_byte_that_matters_is_never_verified(whole: bytes, tmp_path: Path) -> None:
    """Flips anywhere: named, or the same records, laws and tables are read as before.

    Of a law all is read but the comments in its text, which its digest does not hold.
    """
    rng = Random(13)
    path = tmp_path / "a.book"
    path.write_bytes(whole)

    def content() -> list[object]:
        with Book.read(path) as book:
            names = [row[0] for row in book.sql.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            laws = [book.rules(digest) for (digest,) in book.sql.execute("SELECT digest FROM laws ORDER BY digest")]
            rows = [book.sql.execute(f"SELECT * FROM {name}").fetchall() for name in names if name != "laws"]
            return [*laws, *rows]

    sound = content()
    named = 0
    for _ in range(80):
        damaged = bytearray(whole)
        place = rng.randrange(100, len(whole))
        damaged[place] ^= 1 << rng.randrange(8)
        said = verdict(path, bytes(damaged))
        if said:
            named += 1
            answered(said, path)
        else:
            assert content() == sound, place
    assert named > 20


def test_what_was_put_behind_a_book_is_named(whole: bytes, tmp_path: Path) -> None:
    """Two books that were put together are not one; SQLite would read the first and say nothing of the other."""
    path = tmp_path / "a.book"
    for more in (whole, whole[:PAGE], bytes(PAGE), b"a"):
        said = verdict(path, whole + more)
        answered(said, path)
        assert f"{len(more):,} bytes follow its last page" in said, said


def test_swapped_and_looping_pages_end(whole: bytes, tmp_path: Path) -> None:
    rng = Random(14)
    path = tmp_path / "a.book"
    count = len(whole) // PAGE
    for _ in range(40):
        one, other = rng.randrange(count), rng.randrange(count)
        page = whole[other * PAGE :][:PAGE]
        said = verdict(path, whole[: one * PAGE] + page + whole[(one + 1) * PAGE :])
        if said:
            answered(said, path)


def test_the_shell_says_it_in_one_line_and_as_json(whole: bytes, tmp_path: Path) -> None:
    path = tmp_path / "a.book"
    path.write_bytes(whole[: len(whole) // 2])
    app = build({"book": ROOMS["book"]})

    printed = CliRunner().invoke(app, ["book", "verify", str(path), "--json"])

    assert printed.exit_code == 2
    said = json.loads(printed.stdout)
    assert said["ok"] is False
    assert " page " in said["place"]


def test_a_record_that_was_altered_is_named_before_any_page(whole: bytes, tmp_path: Path) -> None:
    path = tmp_path / "a.book"
    place = whole.rindex(b'"seq":120,')
    with_damage = bytearray(whole)
    with_damage[place + 20] ^= 1

    assert verdict(path, bytes(with_damage)).startswith(f"{path} record 120: its bytes do not give its hash")
    path.write_bytes(whole)
    with Book.read(path) as book:
        assert decode(book.line(120)).seq == 120


def test_text_that_is_no_utf8_is_named_wherever_it_stands(whole: bytes, tmp_path: Path) -> None:
    """In a record, in a read table, in the first record, which says what the book is."""
    path = tmp_path / "a.book"
    app = build({"book": ROOMS["book"], "replay": ROOMS["replay"]})
    last_table = whole.rindex(b"Kunming")
    for place in (whole.index(b'"provenance":') + 20, whole.rindex(b'"seq":120,') + 40, last_table):
        damaged = bytearray(whole)
        damaged[place : place + 3] = b"\xff\xfe\xfd"
        answered(verdict(path, bytes(damaged)), path)
        for words in (["book", "show", str(path)], ["book", "show", str(path), "accounts"], ["replay", str(path)]):
            done = CliRunner().invoke(app, words)
            assert done.exit_code == 0 or isinstance(done.exception, Malformed), (place, words, done.exception)


def test_what_a_book_is_is_not_read_from_a_record_that_was_altered(whole: bytes, tmp_path: Path) -> None:
    """One letter of the first record would else make another simulation of it on every screen."""
    path = tmp_path / "a.book"
    path.write_bytes(whole)
    with Book.read(path) as book:
        scenario = book.provenance()
    assert isinstance(scenario, Simulation)
    place = whole.index(f'"scenario":"{scenario.scenario}"'.encode()) + len('"scenario":"')
    damaged = bytearray(whole)
    damaged[place] ^= 1
    path.write_bytes(bytes(damaged))

    with Book.read(path) as book, pytest.raises(Malformed, match=r"a\.book record 1: its bytes do not give its hash"):
        book.provenance()
