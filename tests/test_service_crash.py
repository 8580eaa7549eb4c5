"""The writer of a book is killed under load: no answered command is lost and none is done twice."""

from __future__ import annotations

import pytest

from service_crashing import held_to, under_fire
from services import kept_book

pytestmark = pytest.mark.usefixtures("forked_services")


@pytest.mark.parametrize(("kept", "standby"), [("file", False), ("file", True), ("database", True)])
def test_whatever_was_answered_is_in_the_book_once_however_often_the_writer_is_killed(
    request: pytest.FixtureRequest, kept: str, standby: bool
) -> None:
    """I13 over HTTP: `scripts/soak.py` does the same two hundred times."""
    book = kept_book(request, kept)
    fired = under_fire(book, kills=1, clients=8, seed=11, between=20, standby=standby)
    assert fired.broken == []
    assert len(fired.heard) >= 40
    found = held_to(book, fired)
    assert (found.lost, found.twice) == ([], 0)
