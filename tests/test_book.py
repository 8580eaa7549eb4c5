"""The book on disk: made, locked, read beside its writer, and every kind of damage named."""

from __future__ import annotations

import hashlib
import re
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import msgspec
import pytest

from airshed.cli.main import run
from airshed.engine import commands as c
from airshed.engine.commands import Body
from airshed.engine.events import Event
from airshed.engine.journal import Line, decode
from airshed.engine.runner import Runner
from airshed.engine.tables import TABLES
from airshed.lab.simulator.small_market import BANK, EXCHANGE, HOST, STACKS
from airshed.model.provenance import Simulation
from airshed.model.refusal import Malformed
from airshed.rulebook.digest import digest
from airshed.rulebook.load import find, texts
from airshed.rulebook.schema import Rulebook
from airshed.service.book.opening import adopt, carry_on
from airshed.service.book.sqlite import FORMAT, Book
from airshed.service.book.verify import rebuild, verify
from laws import FILES, RULES
from markets import AT, DAY, SERIES, done, market, send

#: What the format of a version that was released stands for.
RELEASED = {"5": "8b4802e7780c1a8c"}


def played(path: Path) -> Runner:
    """A book with a little of everything in it; still open."""
    runner = market(Book.create(path), tables=True)
    done(runner, "steel", c.PlaceOrder("steel", SERIES, "sell", 300, 400_000))
    done(runner, "broker", c.PlaceOrder("broker", SERIES, "buy", 100, 400_000))
    hours = {"SO2": (20, 2, 2), "NOx": (24, 0, 0)}
    assert set(STACKS["steel"][0].pollutants) == set(hours)
    done(runner, HOST, c.SealDay("steel-1", "2027-02-28", hours, {"SO2": 5, "NOx": 7}, "e1"))
    assert send(runner, "fund", c.PlaceOrder("fund", SERIES, "sell", 100, 400_000)).refusal is not None
    return runner


@pytest.fixture(scope="module")
def book_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A closed book that tests copy."""
    path = tmp_path_factory.mktemp("book") / "sound.book"
    journal = played(path).journal
    assert isinstance(journal, Book)
    journal.close()
    return path


@pytest.fixture
def path(book_file: Path, tmp_path: Path) -> Path:
    """A copy that a test may damage."""
    return Path(shutil.copy(book_file, tmp_path / "a.book"))


def altered(path: Path, statement: str, *values: object) -> None:
    """Change the file behind the book's back."""
    connection = sqlite3.connect(path)
    with connection:
        assert connection.execute(statement, values).rowcount == 1
    connection.close()


def fault(path: Path) -> Malformed:
    """What verifying says of a damaged book."""
    with pytest.raises(Malformed) as raised, Book.read(path) as book:
        verify(book)
    return raised.value


def test_a_book_is_carried_on_where_it_was_left(path: Path) -> None:
    with Book.read(path) as book:
        before = verify(book)
    with Book.open(path) as book:
        runner = Runner(book, RULES)
        assert (runner.state.seq, runner.hash) == (before.records, before.hash)
        done(runner, EXCHANGE, c.CloseSession(DAY))
        after = verify(book)
    assert after.records == before.records + 1


def test_the_read_tables_say_what_the_state_says(path: Path) -> None:
    """I12."""
    with Book.read(path) as book:
        rows = dict(book.sql.execute("SELECT account, cash_fen FROM accounts WHERE account IN ('exchange', 'bank')"))
        rest = book.sql.execute("SELECT account, price, count, rest FROM orders").fetchall()
        refused = book.sql.execute("SELECT command, why FROM refusals").fetchall()
        fees = book.sql.execute("SELECT buyer_fee + seller_fee FROM trades").fetchone()[0]
    assert rows["exchange"] == fees > 0
    assert rest == [("steel", 400_000, 300, 200)]
    assert refused == [("PlaceOrder", "insufficient_holding")]


def test_a_second_book_of_that_name_is_not_made(path: Path) -> None:
    with pytest.raises(Malformed, match="exists already"):
        Book.create(path)
    with pytest.raises(Malformed, match="its folder does not exist"):
        Book.create(path.parent / "nowhere" / "a.book")


def test_what_is_no_book_is_not_opened(tmp_path: Path) -> None:
    text = tmp_path / "notes.txt"
    text.write_text("not a book", "utf-8")
    other = tmp_path / "other.db"
    connection = sqlite3.connect(other)
    with connection:
        connection.execute("CREATE TABLE notes (note TEXT)")
    connection.close()
    for way in (Book.open, Book.read):
        with pytest.raises(Malformed, match="there is no such book"):
            way(tmp_path / "nothing.book")
        with pytest.raises(Malformed, match="there is no such book"):
            way(tmp_path)
        with pytest.raises(Malformed, match="is not a book"):
            way(text)
        with pytest.raises(Malformed, match="is not a book that can be read"):
            way(other)


def test_another_format_is_left_to_the_airshed_that_wrote_it(path: Path) -> None:
    altered(path, "UPDATE meta SET value = '99' WHERE key = 'format'")

    for way in (Book.open, Book.read):
        with pytest.raises(Malformed, match=rf"has format 99 \(newer\), not {FORMAT}"):
            way(path)


def test_a_format_that_was_released_keeps_its_shape() -> None:
    """A book of before would else be opened and called damaged. Raise FORMAT; one that nobody has yet may still change.

    A release pins its format: the shape is added to RELEASED when the changelog gives the version its day.
    """
    shapes = repr(msgspec.inspect.multi_type_info([Rulebook, Body, Event]))
    named = re.sub(r"<class '[\w.]*?(\w+)'>", r"\1", shapes)  # whichever module they stand in, in whichever order
    shape = hashlib.sha256("".join(sorted(named.split("StructType"))).encode()).hexdigest()[:16]
    newest = re.search(r"^## .*$", (Path(__file__).parents[1] / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)

    assert newest is not None
    assert FORMAT in RELEASED or newest[0].endswith("unreleased"), f"pin the shape of format {FORMAT}: {shape}"
    assert RELEASED.get(FORMAT, shape) == shape


def test_a_second_writer_is_refused_and_a_reader_is_not(path: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from airshed.service.book.sqlite import Book\n"
        "from airshed.model.refusal import Malformed\n"
        "path = Path(sys.argv[1])\n"
        "with Book.read(path) as book: print(book.last())\n"
        "try: Book.open(path)\n"
        "except Malformed as error: print(error.what)\n"
    )
    with Book.open(path) as book:
        said = subprocess.run([sys.executable, "-c", script, str(path)], capture_output=True, check=True, text=True)
        assert said.stdout.splitlines() == [str(book.last()), "another process writes it"]
    with Book.open(path):
        pass


def test_a_reader_cannot_write(path: Path) -> None:
    with Book.read(path) as book:
        runner = Runner(book, RULES)
        with pytest.raises(sqlite3.OperationalError, match="readonly"):
            send(runner, BANK, c.Deposit("steel", 1))


def test_a_reader_sees_whole_groups_while_the_writer_goes_on(path: Path) -> None:
    with Book.open(path) as book, Book.read(path) as reader:
        runner = Runner(book, RULES)
        before = reader.last()
        runner.send_all([(c.Command(BANK, f"g{n}", c.Deposit("steel", 1)), AT) for n in range(7)])
        assert reader.last() == before + 7


def test_an_altered_record_is_named(path: Path) -> None:
    altered(path, "UPDATE journal SET record = CAST(replace(record, 'key', 'kex') AS BLOB) WHERE seq = 12")

    error = fault(path)

    assert (error.place, error.what) == (f"{path} record 12", "its bytes do not give its hash")
    with pytest.raises(Malformed, match="book record 12"), Book.open(path) as book:
        Runner(book, RULES)


def test_a_dropped_record_is_named(path: Path) -> None:
    altered(path, "DELETE FROM journal WHERE seq = 20")

    assert str(fault(path)).startswith(f"{path} record 20: is missing, the next is 21")


def test_a_record_that_was_cut_off_at_the_end_shows_in_the_read_tables(path: Path) -> None:
    with Book.read(path) as book:
        last = book.last()
    altered(path, "DELETE FROM journal WHERE seq = (SELECT max(seq) FROM journal)")

    assert f"record {last}: is missing: the book says that it ends at {last}" in str(fault(path))


@pytest.mark.parametrize(
    ("table", "change", "says"),
    [
        (
            "accounts",
            "UPDATE accounts SET cash_fen = cash_fen + 1 WHERE account = 'steel'",
            "steel: cash_fen is",
        ),
        ("holdings", "DELETE FROM holdings WHERE account = 'steel'", "holdings steel/SO2-KM-2027: the row is missing"),
        ("orders", "INSERT INTO orders VALUES (99, 'x', 'y', 'buy', 1, 1, 1)", "orders 99: the row does not follow"),
        ("trades", "UPDATE trades SET price = 1", "price is 1, the book gives 400000"),
        ("evidence", "UPDATE evidence SET digest = 'e2'", "digest is 'e2', the book gives 'e1'"),
        ("refusals", "DELETE FROM refusals", "the row is missing"),
        ("actors", "UPDATE actors SET role = 'authority' WHERE actor = 'steel'", "role is 'authority'"),
    ],
)
def test_an_altered_row_is_named_and_rebuilding_mends_it(path: Path, table: str, change: str, says: str) -> None:
    """I12."""
    altered(path, change)

    error = fault(path)
    assert f"table {table}" in error.place
    assert says in str(error)
    assert "--rebuild" in error.cure

    with Book.open(path) as book:
        rebuild(book)
        verify(book)


@pytest.mark.parametrize("change", ["ALTER TABLE case_steps DROP COLUMN evidence", "DROP TABLE holdings"])
def test_read_tables_of_another_make_are_named_with_the_cure_and_made_anew(path: Path, change: str) -> None:
    """Found by a reader: a book of a version before was to be restored from a copy, which is made the same."""
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(change)
    with pytest.raises(Malformed) as error, Book.read(path) as book:
        verify(book)
    assert "airshed replay BOOK --rebuild" in error.value.cure
    with Book.open(path) as book:
        with pytest.raises(Malformed) as refused:
            carry_on(book)
        assert str(refused.value) == str(error.value), "the first record that is written ended the writer"
        rebuild(book)
    with Book.read(path) as book:
        verify(book)


def test_rebuilding_a_sound_book_changes_no_row(path: Path) -> None:
    def rows(book: Book) -> list[list[tuple[object, ...]]]:
        return [book.sql.execute(f"SELECT * FROM {table.name} ORDER BY 1, 2").fetchall() for table in TABLES]

    with Book.open(path) as book:
        before = rows(book)
        rebuild(book)
        assert rows(book) == before


def test_the_law_is_kept_beside_the_book(path: Path) -> None:
    with Book.open(path) as book:
        book.keep_law(digest(RULES), FILES)
        assert book.law(digest(RULES)) == FILES
        assert book.law_in_force() == digest(RULES)
        with pytest.raises(Malformed, match="law 000000000000: is not kept in this book"):
            book.law("0" * 64)
        with pytest.raises(Malformed, match=r"record 999\d* is not there|record 9999"):
            book.line(9999)


def test_an_altered_or_missing_law_is_named_and_not_obeyed(tmp_path: Path) -> None:
    path = tmp_path / "new.book"
    law = texts(find("dianzhong"))
    with Book.create(path) as book:
        adopt(book, law, 0, Simulation("test"))
    forged = sqlite3.connect(path)
    forged.execute("UPDATE laws SET texts = CAST(replace(CAST(texts AS TEXT), 'multiple = 5', 'multiple = 1') AS BLOB)")
    forged.commit()
    with pytest.raises(Malformed, match=r"altered|cannot be read"), Book.open(path) as book:
        carry_on(book)
    assert " law " in str(fault(path))
    forged.execute("DELETE FROM laws")
    forged.commit()
    forged.close()
    assert "record 1: adopts the law" in str(fault(path))
    assert "whose text is not in the book" in str(fault(path))


def test_a_tail_that_was_cut_off_is_missed_and_not_made_good(tmp_path: Path) -> None:
    path = tmp_path / "new.book"
    with Book.create(path) as book:
        adopt(book, texts(find("dianzhong")), 0, Simulation("test"))
    with closing(sqlite3.connect(path)) as forged, forged:
        forged.execute("DELETE FROM journal")
    for opener in (Book.read, Book.open):
        with pytest.raises(Malformed, match="record 1: is missing: the book says that it ends at 1"):
            opener(path)


def said(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    """The status of a command of the shell, and what it printed on both streams."""
    monkeypatch.setattr("sys.argv", ["airshed", *words])
    with pytest.raises(SystemExit) as ended:
        run()
    printed = capsys.readouterr()
    return int(ended.value.code or 0), printed.out, printed.err


@pytest.mark.parametrize("words", [("export",), ("statement", "steel"), ("show", "record", "--seq", "12"), ("verify",)])
def test_an_altered_record_is_named_by_every_command_that_reads_it(
    path: Path, words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    with closing(sqlite3.connect(path)) as forged, forged:
        forged.execute("UPDATE journal SET record = x'00' WHERE seq = 12")
    status, _, error = said(monkeypatch, capfd, "book", words[0], str(path), *words[1:])
    assert (status, error.count("\n")) == (2, 1)
    assert f"{path} record 12: its bytes do not give its hash" in error


def test_a_malformed_rulebook_leaves_no_book_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    law = tmp_path / "bad"
    law.mkdir()
    (law / "rulebook.toml").write_text("")
    status, _, error = said(monkeypatch, capsys, "book", "new", str(tmp_path / "new.book"), "--rulebook", str(law))
    assert (status, error.count("\n")) == (2, 1)
    assert f"{law}/rulebook.toml: section 'programme' is missing" in error
    assert [each.name for each in tmp_path.iterdir()] == ["bad"]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ("UPDATE meta SET value = 'x' WHERE key = 'head'", "meta head: is 'x', no number of a record"),
        ("UPDATE meta SET value = '３' WHERE key = 'head'", "meta head: is '３', no number of a record"),
        ("UPDATE meta SET value = hex(zeroblob(9999)) WHERE key = 'head'", "meta head: is '0000"),
        ("DELETE FROM meta WHERE key = 'head'", "meta head: is missing"),
    ],
)
def test_an_end_that_is_no_number_is_named(path: Path, change: str, says: str) -> None:
    altered(path, change)
    for way in (Book.read, Book.open):
        with pytest.raises(Malformed) as raised:
            way(path)
        assert f"{path} {says}" in str(raised.value)
        assert len(str(raised.value)) < 300


def test_a_book_that_lacks_a_table_is_damaged_and_nobody_holds_it(path: Path) -> None:
    with closing(sqlite3.connect(path)) as forged, forged:
        forged.execute("DROP TABLE rulebooks")
    with pytest.raises(Malformed, match=r"is damaged \(no such table: rulebooks\); restore"), Book.read(path) as book:
        book.adoptions()


def test_a_record_of_an_instant_without_a_day_is_named() -> None:
    sent = b'{"seq":1,"at":9223372036854775807,"actor":"a","key":"k","body":{"do":"CloseSession","day":"2027-01-01"}'
    raw = sent + b',"events":[],"refusal":null}'
    with pytest.raises(Malformed, match="book record 1: is of an instant that has no day"):
        decode(Line(1, "", raw))
