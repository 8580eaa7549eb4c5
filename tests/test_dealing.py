"""How the tests of a run are dealt to its processes."""

from __future__ import annotations

from itertools import chain, groupby

import pytest

from dealing import DEAREST, dealt
from inner_loop import LONG


def test_every_test_is_dealt_once_those_of_a_file_together_and_what_is_long_first(
    request: pytest.FixtureRequest,
) -> None:
    items = request.session.items
    hands = dealt(items, 3)
    found = list(chain.from_iterable(hands))

    assert sorted(map(id, found)) == sorted(map(id, items))
    assert len([path for path, _ in groupby(found, key=lambda item: item.path)]) == len({item.path for item in items})
    for hand in hands:
        long = [item.path.stem in {f"test_{name}" for name in LONG} for item in hand]
        assert long == sorted(long, reverse=True)


def test_the_dearest_are_long() -> None:
    assert set(DEAREST) <= LONG
