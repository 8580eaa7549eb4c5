"""The service is killed under load: no answered command is lost and none is done twice."""

from __future__ import annotations

from pathlib import Path

from airshed.engine.journal import decode
from airshed.service.book.sqlite import Book
from airshed.service.book.verify import verify
from service_crashing import under_fire
from services import market_book


def test_whatever_was_answered_is_in_the_book_once_however_often_the_service_is_killed(tmp_path: Path) -> None:
    """I13 over HTTP: `scripts/soak.py` does the same two hundred times."""
    path = market_book(tmp_path)
    fired = under_fire(path, kills=2, clients=8, seed=11)
    assert fired.broken == []
    assert len(fired.heard) > 20
    with Book.read(path) as book:
        verify(book)
        keys = [(record.actor, record.key) for record in map(decode, book.lines())]
        assert len(set(keys)) == len(keys), "a command was done twice"
        for key, (seq, digest) in fired.heard.items():
            assert seq is not None
            line = book.line(seq)
            assert (decode(line).key, line.hash) == (key, digest), "an answer was lost"
    assert not path.with_name(path.name + "-wal").exists(), "it ended well, and is one file"
