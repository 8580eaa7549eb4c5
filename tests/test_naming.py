"""The records that name somebody are looked for once: from then on a look goes through what has come since."""

from __future__ import annotations

from pathlib import Path

import pytest

from airshed.engine.commands import Command, Transfer
from airshed.engine.runner import Runner
from airshed.service.book.naming import Naming, lines_newest_first
from airshed.service.book.sqlite import Book
from laws import RULES
from services import market_book

STEEL, FUND = b'"steel"', b'"fund"'


@pytest.mark.parametrize("words", [(STEEL,), (STEEL, FUND)])
def test_numbers_are_those_of_the_records_that_hold_a_word_and_a_second_look_asks_for_what_is_new(
    tmp_path: Path, words: tuple[bytes, ...]
) -> None:
    path = market_book(tmp_path)
    naming = Naming()
    with Book.open(path) as book:
        every = [line.seq for line in book.lines() if any(word in line.record for word in words)]
        assert list(naming.of(book, words)) == every
        assert [line.seq for line in lines_newest_first(book, every)] == every[::-1]
        asked: list[str] = []
        book.sql.set_trace_callback(asked.append)
        assert list(naming.of(book, words)) == every
        assert not [text for text in asked if "record" in text], "nothing is new"
        last = book.last()
        _more(book)
        asked.clear()
        found = list(naming.of(book, words))
        assert found[: len(every)] == every
        assert found[-1] > last
        assert all(f"seq > {last} " in text for text in asked if "record" in text)
        book.sql.set_trace_callback(None)


def test_who_begins_later_in_a_book_does_not_look_through_what_stands_before(tmp_path: Path) -> None:
    with Book.open(market_book(tmp_path)) as book:
        assert min(Naming().of(book, (STEEL,), since=10)) > 10


def _more(book: Book) -> None:
    runner = Runner(book, RULES)
    runner.send(Command("steel", "one more", Transfer("steel", "fund", "SO2-KM-2027", 1)), runner.state.at)
