"""Books with many small records, for what goes by number alone."""

from __future__ import annotations

from pathlib import Path

from airshed.engine import commands as c
from airshed.lab.simulator.small_market import BANK
from airshed.service.book.opening import carry_on
from airshed.service.book.sqlite import Book
from markets import AT, market


def grown(path: Path, size: int) -> Path:
    """The book of a small market with `size` records, made or carried on."""
    with Book.open(path) if path.exists() else Book.create(path) as book:
        runner = carry_on(book) if book.last() else market(book, tables=True)
        wanted = range(runner.state.seq + 1, size + 1)
        runner.send_all([(c.Command(BANK, f"more-{seq}", c.Deposit("steel", seq)), AT) for seq in wanted])
        assert book.last() == size
    return path
