"""What was stated when series were shared out: found in one pass of the book, and later only in what came since."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from airshed.engine import commands as c
from airshed.engine.journal import Line
from airshed.service.book.opening import carry_on
from airshed.service.book.sqlite import Book
from airshed.service.book.stated import shared_out
from markets import AUTHORITY, done, market, proposed
from services import market_book


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """From which record each look for records went on."""
    found: list[int] = []
    real = Book.holding

    def holding(self: Book, what: bytes, until: int | None = None, after: int = 0) -> Iterator[Line]:
        found.append(after)
        return real(self, what, until, after)

    monkeypatch.setattr(Book, "holding", holding)
    return found


def shares(runner: Any, city: str, year: int) -> c.Allocate:
    """A series that is shared out, by whom the law wants two of."""
    done(runner, AUTHORITY, c.SetCap("SO2", city, year))
    wish = c.Allocate("SO2", city, year, (c.ActivityLine("s-kiln", (2024,), (800,), (10**6,)),))
    done(runner, AUTHORITY, wish)
    return wish


def test_every_series_is_found_in_one_pass_and_each_record_is_looked_for_once(tmp_path: Path, read: list[int]) -> None:
    runner = market(Book.create(tmp_path / "shared.book"))
    book = runner.journal
    assert isinstance(book, Book)
    (first,) = shared_out(book)
    assert (first.pollutant, first.jurisdiction, first.vintage) == ("SO2", "KM", 2027)
    assert read == [0]
    until = book.last()
    proposed(runner, AUTHORITY, c.SetCap("SO2", "KM", 2028))
    wish = shares(runner, "YX", 2027)
    assert [each.jurisdiction for each in shared_out(book)] == ["KM", "YX"]
    assert shared_out(book)[1].activities == wish.activities
    assert read == [0, until]


def test_another_book_that_began_alike_is_read_for_itself(tmp_path: Path) -> None:
    paths = [market_book(tmp_path), tmp_path / "copy.book"]
    shutil.copy(*paths)
    with Book.open(paths[0]) as one, Book.open(paths[1]) as other:
        shares(carry_on(one), "YX", 2027)
        assert len(shared_out(one)) == 2
        assert len(shared_out(other)) == 1
        shares(carry_on(other), "YX", 2028)
        assert [each.vintage for each in shared_out(other)] == [2027, 2028]
        assert [each.vintage for each in shared_out(one)] == [2027, 2027]
