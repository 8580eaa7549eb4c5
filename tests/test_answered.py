"""What was answered is missed: a log that is damaged, cut or gone is named by the first record that went with it."""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from hashlib import sha256
from pathlib import Path
from random import Random
from tempfile import mkdtemp

import pytest

from airshed.engine import commands as c
from airshed.engine.runner import Runner
from airshed.lab.simulator.small_market import BANK
from airshed.model.provenance import Simulation
from airshed.model.refusal import Malformed
from airshed.rulebook.digest import digest
from airshed.service.book.answered_head import SLOT, AnsweredFile, LastAnswered, beside, read_answered
from airshed.service.book.copying import copy
from airshed.service.book.opening import begin
from airshed.service.book.sqlite import Book, made
from airshed.service.book.verify import verify
from laws import FILES, RULES
from markets import AT, market

#: A child that is to run the code at hand.
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1] / "src")}
GROUPS = 40


@pytest.fixture(scope="module")
def crashed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as a power cut leaves it: the book, its log and its head, after many answers."""
    folder = tmp_path_factory.mktemp("crash")
    live = folder / "live.book"
    runner = market(Book.create(live), tables=True)
    for number in range(GROUPS):
        runner.send_all([(c.Command(BANK, f"{number}-{each}", c.Deposit("steel", 1)), AT) for each in range(5)])
    image = folder / "image"
    image.mkdir()
    for name in ("live.book", "live.book-wal", "live.book-head"):
        shutil.copy(folder / name, image / name)
    journal = runner.journal
    assert isinstance(journal, Book)
    journal.close()
    assert sorted(path.name for path in folder.iterdir()) == ["image", "live.book"], "a book at rest is one file"
    return image


@pytest.fixture
def book(crashed: Path, tmp_path: Path) -> Path:
    """A copy of that folder which a test may damage."""
    return Path(shutil.copytree(crashed, tmp_path / "image")) / "live.book"


def log_of(book: Path) -> Path:
    return book.with_name(book.name + "-wal")


def opened(book: Path) -> int | str:
    """How many records a book opens with, the same for reader and writer; or what both say of it."""
    found: list[int | str] = []
    folder = book.parent
    for way in (Book.read, Book.open):
        copy = Path(shutil.copytree(folder, folder.with_name(f"{folder.name}-{way.__name__}"))) / book.name
        try:
            with way(copy) as there:
                found.append(there.last())
        except Malformed as error:
            found.append(str(error).replace(str(copy), "BOOK"))
        shutil.rmtree(copy.parent)
    assert found[0] == found[1]
    return found[0]


def test_what_a_power_cut_leaves_is_whole(book: Path) -> None:
    said = read_answered(book)
    assert said is not None
    assert opened(book) == said.seq
    with Book.open(book) as there:
        verify(there)


def test_damage_to_the_log_is_named_or_does_no_harm(book: Path) -> None:
    """51 of 51 such books opened as sound, with up to 18,083 answered records gone."""
    whole = log_of(book).read_bytes()
    every = opened(book)
    rng = Random(10)
    named = 0
    for _ in range(51):
        place = rng.randrange(len(whole) - 16)
        log_of(book).write_bytes(whole[:place] + rng.randbytes(16) + whole[place + 16 :])
        found = opened(book)
        if found != every:
            assert isinstance(found, str)
            assert "is missing: records were answered up to" in found or "was being written" in found, found
            named += 1
    assert named > 40


@pytest.mark.parametrize("share", [0.0, 0.01, 0.3, 0.7, 0.99])
def test_a_log_that_was_cut_is_named(book: Path, share: float) -> None:
    whole = log_of(book).read_bytes()
    log_of(book).write_bytes(whole[: int(len(whole) * share)])

    assert "is missing: records were answered up to" in str(opened(book))


def test_who_is_refused_takes_no_damaged_log_along(book: Path) -> None:
    """What lies behind the damage is answered records still, and all there is of them."""
    whole = log_of(book).read_bytes()
    half = len(whole) // 2
    log_of(book).write_bytes(whole[:half] + b"\xff" * 16 + whole[half + 16 :])
    before = {each.name: each.read_bytes() for each in book.parent.iterdir()}
    for way in (Book.read, Book.open):
        with pytest.raises(Malformed, match="is missing: records were answered up to"):
            way(book)
        after = {each.name: each.read_bytes() for each in book.parent.iterdir() if not each.name.endswith("-shm")}
        assert after == before
    log_of(book).write_bytes(whole)
    with Book.open(book) as there:
        verify(there)


def test_a_log_that_lies_beside_a_sound_book_and_is_not_its_own_does_not_go_into_it(book: Path) -> None:
    sound = book.with_name("sound.book")
    Book.create(sound).close()
    before = sound.read_bytes()
    shutil.copy(log_of(book), log_of(sound))
    with pytest.raises(Malformed):
        Book.open(sound)
    assert sound.read_bytes() == before


def signed(said: str) -> bytes:
    return f"{said} {sha256(said.encode()).hexdigest()}".ljust(SLOT - 1).encode() + b"\n"


@pytest.mark.parametrize(
    "said", ["", "5", "abc def", f"-5 {'a' * 64}", f"{'9' * 30} {'a' * 64}", "53 ab", f"53 {'A' * 64}"]
)
def test_a_head_that_says_nothing_of_a_record_is_damaged(book: Path, said: str) -> None:
    beside(book).write_bytes(signed(said) * 2)
    assert "so where the book ended is not known" in str(opened(book))


def test_a_head_is_a_file_and_nothing_else_is_waited_for_or_followed(book: Path, tmp_path: Path) -> None:
    head, away = beside(book), tmp_path / "away"
    raw = head.read_bytes()
    away.write_bytes(raw)
    for put in (head.mkdir, partial(os.mkfifo, head), partial(head.symlink_to, away), partial(head.symlink_to, head)):
        head.unlink()
        put()
        for way in (Book.read, Book.open):
            with pytest.raises(
                Malformed, match=r"^.*live.book-head: (is not a file|cannot be used \(.*\)); it is the head"
            ):
                way(book)
        shutil.rmtree(head) if head.is_dir() and not head.is_symlink() else head.unlink()
        head.touch()
    assert away.read_bytes() == raw
    head.write_bytes(raw)
    log_of(book).unlink()
    log_of(book).mkdir()
    for way in (Book.read, Book.open):
        with pytest.raises(Malformed, match=r"live.book-wal: is not a file"):
            way(book)


def test_a_log_that_is_gone_is_named_and_so_is_a_book_that_was_copied_by_itself(book: Path) -> None:
    log_of(book).unlink()
    assert "is missing: records were answered up to" in str(opened(book))
    beside(book).unlink()
    assert "was being written when it was copied, moved or left, and live.book-head is not beside it" in str(
        opened(book)
    )


def test_a_head_that_the_power_cut_short_of_the_last_commit_is_sound(book: Path) -> None:
    """Nobody was told of the records behind it."""
    every = opened(book)
    with Book.read(book) as there:
        before = there.line(int(every) - 5)
    AnsweredFile(book, LastAnswered(before.seq, before.hash)).close(done=False)

    assert opened(book) == every


def test_one_place_of_the_head_may_be_torn_and_not_both(book: Path) -> None:
    every = opened(book)
    raw = beside(book).read_bytes()
    for place in (0, SLOT):
        beside(book).write_bytes(raw[:place] + b"\xff" * 100 + raw[place + 100 :])
        assert opened(book) == every
    beside(book).write_bytes(b"")
    assert "so where the book ended is not known" in str(opened(book))


def test_a_book_of_another_history_is_named(book: Path) -> None:
    said = read_answered(book)
    assert said is not None
    AnsweredFile(book, LastAnswered(said.seq, "f" * 64)).close(done=False)

    assert "is not the one that was answered" in str(opened(book))


def test_the_head_is_written_after_the_commit_and_before_the_answer(tmp_path: Path) -> None:
    path = tmp_path / "a.book"
    runner = market(Book.create(path), tables=True)
    answer = runner.send(c.Command(BANK, "1", c.Deposit("steel", 1)), AT)

    assert read_answered(path) == (answer.seq, answer.hash)
    journal = runner.journal
    assert isinstance(journal, Book)
    with Book.read(path) as reader:  # while one reads, the log cannot go: head and log stay
        assert reader.sql.execute("BEGIN").fetchall() == []
        assert reader.last() == answer.seq
        runner.send(c.Command(BANK, "2", c.Deposit("steel", 1)), AT)
        journal.sql.execute("PRAGMA busy_timeout = 0")
        journal.close()
    said = read_answered(path)
    assert said is not None
    assert opened(path) == said.seq == answer.seq + 1


# --- one writer, whatever name the book goes by


def second(path: Path) -> str:
    """What another process hears that opens the book for writing."""
    script = (
        "import sys; from pathlib import Path; from airshed.service.book.sqlite import Book\n"
        "from airshed.model.refusal import Malformed\n"
        "try: Book.open(Path(sys.argv[1])); print('a second writer')\n"
        "except Malformed as error: print(error.what)\n"
    )
    words = [sys.executable, "-c", script, str(path)]
    return subprocess.run(words, env=ENVIRONMENT, capture_output=True, check=True, text=True).stdout.strip()


def test_the_lock_is_on_the_file_and_not_on_its_name(tmp_path: Path) -> None:
    path, soft, hard = tmp_path / "a.book", tmp_path / "soft.book", tmp_path / "else" / "hard.book"
    hard.parent.mkdir()
    with Book.create(path):
        soft.symlink_to(path)
        hard.hardlink_to(path)
        for stray in tmp_path.glob("*lock*"):
            stray.unlink()
        for name in (path, soft, hard):
            assert second(name) == "another process writes it"
        # a reader of this process lets go of its own descriptors, and no lock goes with them
        with Book.read(path):
            pass
        assert second(path) == "another process writes it"
    assert second(soft) == "a second writer"


def test_a_reader_under_another_hard_link_is_told_that_it_does_not_see_all(tmp_path: Path) -> None:
    path, hard = tmp_path / "a.book", tmp_path / "hard.book"
    with Book.create(path):
        hard.hardlink_to(path)
        with pytest.raises(Malformed, match=r"hard.book-head is not beside it"):
            Book.read(hard)


def test_nothing_is_answered_from_a_file_that_was_taken_away(tmp_path: Path) -> None:
    path = tmp_path / "a.book"
    runner = market(Book.create(path), tables=True)
    journal = runner.journal
    assert isinstance(journal, Book)
    path.rename(tmp_path / "b.book")
    with pytest.raises(Malformed, match="was taken away or replaced while it was open"):
        runner.send(c.Command(BANK, "1", c.Deposit("steel", 1)), AT)
    (tmp_path / "b.book").rename(path)
    journal.close()
    with Book.open(path) as again:
        Runner(again, RULES)


def test_a_book_on_a_disk_that_cannot_be_written_is_read(request: pytest.FixtureRequest) -> None:
    """In a folder right under that of the system: a reader without rights comes through no other to it."""
    folder = Path(mkdtemp())
    request.addfinalizer(partial(shutil.rmtree, folder))
    path = folder / "a.book"
    journal = market(Book.create(path), tables=True).journal
    assert isinstance(journal, Book)
    last = journal.last()
    journal.close()
    folder.chmod(0o555)
    path.chmod(0o444)
    root = os.geteuid() == 0
    if root:  # whom no mode stops
        os.seteuid(65534)
    try:
        with Book.read(path) as book:
            assert book.last() == last
    finally:
        if root:
            os.seteuid(0)
        folder.chmod(0o755)
    assert [each.name for each in folder.iterdir()] == ["a.book"]


def test_who_only_looks_leaves_nothing_behind(tmp_path: Path) -> None:
    path = tmp_path / "a.book"
    Book.create(path).close()
    with Book.read(path), Book.read(path) as second:
        assert second.last() == 0
    assert [each.name for each in tmp_path.iterdir()] == ["a.book"]
    log_of(path).touch()  # as other programs do
    with Book.read(path):
        pass
    assert [each.name for each in tmp_path.iterdir()] == ["a.book"]


def test_whoever_may_not_write_shuts_no_writer_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A log and its index that somebody else had made by looking could not be written by who writes the book."""
    path = tmp_path / "a.book"
    market(Book.create(path), tables=True).journal.close()  # type: ignore[attr-defined]
    with monkeypatch.context() as other:
        other.setattr("airshed.service.book.read_only.may_write", lambda real: False)
        with Book.read(path) as book:
            assert [each.name for each in tmp_path.iterdir()] == ["a.book"]
            last = book.last()
        looking = Book.read(path)
        other.undo()
        with Book.open(path) as writer:
            Runner(writer, RULES).send(c.Command(BANK, "1", c.Deposit("steel", 1)), AT)
        with pytest.raises(Malformed, match=r"was written while it was read as it lay.*; run it again$"):
            looking.__exit__(None, None, None)
        other.setattr("airshed.service.book.read_only.may_write", lambda real: False)
        with Book.read(path) as book:
            assert book.last() == last + 1


def test_a_log_that_cannot_be_read_where_nothing_can_be_written_is_named(
    book: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("airshed.service.book.read_only.may_write", lambda real: False)
    with pytest.raises(
        Malformed, match=r"was left while it was written.*copy it with live.book-wal and live.book-head"
    ):
        Book.read(book)
    assert not book.with_name("live.book-shm").exists()


def test_what_lies_beside_a_book_belongs_to_who_may_write_the_book(tmp_path: Path) -> None:
    """After root has written it, too."""
    path = tmp_path / "a.book"
    Book.create(path).close()
    path.chmod(0o664)
    if os.geteuid() == 0:
        os.chown(path, 1234, 1235)
    with Book.open(path):
        there, head = path.stat(), beside(path).stat()
        assert (head.st_mode, head.st_uid, head.st_gid) == (there.st_mode, there.st_uid, there.st_gid)


def test_a_copy_is_of_one_moment_and_whole_by_itself(tmp_path: Path) -> None:
    path, to = tmp_path / "a.book", tmp_path / "b.book"
    runner = market(Book.create(path), tables=True)
    last = copy(path, to)
    runner.send(c.Command(BANK, "1", c.Deposit("steel", 1)), AT)
    assert (last.seq, runner.state.seq) == (runner.state.seq - 1, last.seq + 1)
    journal = runner.journal
    assert isinstance(journal, Book)
    journal.close()
    assert sorted(each.name for each in tmp_path.iterdir()) == ["a.book", "b.book"]
    with Book.open(to) as copied:
        assert verify(copied).hash == last.hash
    with pytest.raises(Malformed, match="exists already"):
        copy(path, to)


@contextmanager
def no_file_above(size: int) -> Iterator[None]:
    """As on a full disk: what is to be longer cannot be written."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_book_on_a_full_disk_is_read_and_is_not_called_damaged(tmp_path: Path) -> None:
    path = tmp_path / "a.book"
    Book.create(path).close()
    with no_file_above(0):
        with Book.read(path) as book:
            assert book.last() == 0
        with pytest.raises(Malformed, match=r"a.book: cannot be used \(.*; make room on the disk"):
            Book.open(path)
    Book.open(path).close()
    assert [each.name for each in tmp_path.iterdir()] == ["a.book"]


@pytest.mark.parametrize("size", [0, 40_000, 300_000, 500_000])
def test_a_book_that_finds_no_room_is_not_made_and_is_named_as_it_was_to_be(size: int, tmp_path: Path) -> None:
    path = tmp_path / "a.book"
    with (
        no_file_above(size),
        pytest.raises(Malformed, match=r"/a.book: (cannot be used|could not be written).*; make room"),
    ):
        begin(path, FILES, AT, Simulation("test"))
    assert list(tmp_path.iterdir()) == []


def test_nothing_of_a_book_in_the_making_may_lie_in_a_log(tmp_path: Path) -> None:
    """What the log could not give to the file went with the log, and the book was there without it."""
    path = tmp_path / "a.book"
    making = made(path)
    log_of(making.__enter__()).write_bytes(b"records")
    with pytest.raises(Malformed, match=r"a.book: could not be written whole; make room"):
        making.__exit__(None, None, None)
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_is_one_line_and_takes_no_answer_along(tmp_path: Path) -> None:
    path = tmp_path / "a.book"
    journal = market(Book.create(path), tables=True).journal
    assert isinstance(journal, Book)
    last = journal.last()
    journal.close()
    script = (
        "import resource, signal, sys; sys.argv = ['airshed', 'book', 'send', sys.argv[1], sys.argv[2]]\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        f"resource.setrlimit(resource.RLIMIT_FSIZE, ({path.stat().st_size},) * 2)\n"
        "from airshed.cli.main import main; main()\n"
    )
    wishes = tmp_path / "wishes.jsonl"
    line = '{"actor":"small-bank","key":"n%d","body":{"do":"Deposit","account":"steel","fen":1}}\n'
    wishes.write_text("".join(line % number for number in range(5_000)))
    with Book.open(path) as book:
        book.keep_law(digest(RULES), FILES)
    words = [sys.executable, "-c", script, str(path), str(wishes)]
    done = subprocess.run(words, env=ENVIRONMENT, capture_output=True, check=False, text=True)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1), done.stderr
    assert done.stderr.startswith(f"error: {path}: cannot be used (")
    assert "make room on the disk" in done.stderr
    with Book.open(path) as book:
        assert book.last() == last
