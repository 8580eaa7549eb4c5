"""A book that another process writes is verified as it stands at one moment, and never alarms."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import crashing
from airshed.engine.runner import Runner
from airshed.model.refusal import Malformed
from airshed.service.book.head import Head, head_of
from airshed.service.book.sqlite import Book
from airshed.service.book.verify import verify, verify_at
from laws import RULES
from markets import market

ROUNDS = 6
PAGE = 4096


def made(path: Path) -> None:
    """A closed book with a market in it."""
    journal = market(Book.create(path), tables=True).journal
    assert isinstance(journal, Book)
    journal.close()


def test_a_live_book_never_alarms(tmp_path: Path) -> None:
    """A real writer commits group after group; a head that was taken on the way is held by every later look."""
    path = tmp_path / "live.book"
    made(path)
    heads: list[Head] = []
    # What it says waits in a pipe of a page: it writes a few groups ahead of who reads, on any machine.
    words = [sys.executable, crashing.__file__, str(path), "1"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, pipesize=PAGE) as process:
        assert process.stdout is not None
        while len(heads) < ROUNDS:
            assert process.stdout.readline(), "it was written all the while"
            found = verify_at(path, heads=heads)
            assert not isinstance(found, Malformed), found
            with Book.read(path) as book:
                head = head_of(book)[0]
            heads += [head] if head not in heads else []
        process.kill()
    assert heads == sorted(heads)


def test_what_is_committed_meanwhile_is_not_seen(tmp_path: Path) -> None:
    """Between the journal and the tables a group is committed: both are of the moment before."""
    path = tmp_path / "live.book"
    made(path)
    with Book.open(path) as book, Book.read(path) as reader:
        runner = Runner(book, RULES)
        before = runner.state.seq
        steps: list[str] = []

        def meanwhile(what: str, done: int, total: int) -> None:
            steps.append(what)
            runner.send_all(crashing.group(len(steps)))

        assert verify(reader, meanwhile).records == before
        assert len(set(steps)) == 2, "it says what it does"
        assert verify(reader).records == runner.state.seq > before


def test_the_writer_verifies_its_own_book(tmp_path: Path) -> None:
    path = tmp_path / "live.book"
    made(path)
    with Book.open(path) as book:
        runner = Runner(book, RULES)
        runner.send_all(crashing.group(1))
        assert verify(book).hash == runner.hash
        runner.send_all(crashing.group(2))
