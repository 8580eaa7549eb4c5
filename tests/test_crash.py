"""Processes that die: what was answered is on disk, what was not can be sent again, and the book opens."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path
from random import Random

import pytest

import crashing
from airshed.engine.runner import Runner
from airshed.service.book.sqlite import Book
from airshed.service.book.verify import verify
from laws import RULES
from markets import market


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A book with a market in it, closed."""
    path = tmp_path / "crash.book"
    journal = market(Book.create(path), tables=True).journal
    assert isinstance(journal, Book)
    journal.close()
    return path


def interrupted(path: Path, first: int, groups: int, wait: float, how: signal.Signals) -> dict[int, str]:
    """Let a process send, end it by a signal some time after it has answered so many groups; what it answered."""
    with subprocess.Popen(
        [sys.executable, crashing.__file__, str(path), str(first)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        lines = [process.stdout.readline() for _ in range(groups)]
        time.sleep(wait)
        process.send_signal(how)
        lines += process.stdout.readlines()
        assert "Malformed" not in process.stderr.read()
    assert process.returncode != 0
    whole = [line.rstrip("\n").split(" ", 1) for line in lines if line.endswith("\n")]
    return {int(number): answers for number, answers in whole}


def test_whatever_was_answered_survives_a_kill_and_is_answered_the_same_again(path: Path) -> None:
    """I13, I12. SIGKILL at eight random moments of one growing book."""
    rng = Random(5)
    answered: dict[int, str] = {}
    following = 1
    for _ in range(8):
        answered |= interrupted(path, following, rng.randint(1, 12), rng.random() / 50, signal.SIGKILL)
        with Book.open(path) as book:
            sound = verify(book)
            runner = Runner(book, RULES)
            for number, said in answered.items():
                assert crashing.said(runner.send_all(crashing.group(number))) == said
            assert runner.state.seq == sound.records, "an answer that was given is missing"
            following = max(answered) + 1
            answered[following] = crashing.said(runner.send_all(crashing.group(following)))
            following += 1
    assert list(answered) == list(range(1, following))


def test_a_group_is_there_whole_or_not_at_all(path: Path) -> None:
    with Book.read(path) as book:
        before = book.last()
    size = len(crashing.group(1))
    for wait in (0.0, 0.003, 0.011):
        interrupted(path, 1, 3, wait, signal.SIGKILL)
        with Book.read(path) as book:
            assert (book.last() - before) % size == 0


def test_an_interrupt_leaves_a_book_that_opens(path: Path) -> None:
    answered: dict[int, str] = {}
    for wait in (0.0, 0.005, 0.012):
        answered |= interrupted(path, max(answered, default=0) + 1, 4, wait, signal.SIGINT)
        with Book.open(path) as book:
            sound = verify(book)
            runner = Runner(book, RULES)
            for number, said in answered.items():
                assert crashing.said(runner.send_all(crashing.group(number))) == said
            assert runner.state.seq == sound.records
            untold = max(answered) + 1  # on disk perhaps, but nobody was told
            answered[untold] = crashing.said(runner.send_all(crashing.group(untold)))


def test_a_book_whose_making_was_killed_leaves_nothing_in_the_way(tmp_path: Path) -> None:
    path = tmp_path / "half.book"
    script = (
        "import os, sys; from pathlib import Path; from airshed.service.book import sqlite\n"
        "def dying(*names): os.kill(os.getpid(), 9)\n"
        "os.link = dying\n"
        "sqlite.Book.create(Path(sys.argv[1]))\n"
    )
    ended = subprocess.run([sys.executable, "-c", script, str(path)], capture_output=True, check=False)
    assert ended.returncode == -signal.SIGKILL

    assert not path.exists()
    with Book.create(path) as book:
        assert book.last() == 0
