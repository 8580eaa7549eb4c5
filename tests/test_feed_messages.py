"""Messages of the feed are kept for the next watcher, and are there though what is kept is dropped meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from airshed.service.book.sqlite import Book
from airshed.service.http.messages import Messages
from airshed.service.http.readers import Readers
from airshed.service.http.viewer import viewer_of
from markets import AT
from services import market_book


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return market_book(tmp_path_factory.mktemp("messages"))


@pytest.fixture
def readers(path: Path) -> Iterator[Readers]:
    """One connection, that answers in the order in which it is asked."""
    made = Readers(path, 1, 8, each=8)
    yield made
    made.close()


def test_who_comes_back_beside_many_others_loses_no_message(
    path: Path, readers: Readers, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of what it had kept, the others' messages push out all while the book is read."""
    with Book.read(path) as book:
        lines = list(book.lines())[:6]
        steel, kiln = (viewer_of(book, actor, AT) for actor in ("steel", "kiln"))
    alone = asyncio.run(Messages().of(readers, lines, steel))
    monkeypatch.setattr("airshed.service.http.messages.MOST_KEPT", 5)
    messages = Messages()

    async def many() -> tuple[bytes, bytes]:
        await messages.of(readers, lines[:5], steel)
        return await asyncio.gather(messages.of(readers, lines, kiln), messages.of(readers, lines, steel))

    others, told = asyncio.run(many())

    assert told == alone
    assert others.count(b"event: record") == told.count(b"event: record") == 6
    assert len(messages.kept) == 5
