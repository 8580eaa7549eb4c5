"""The order in which tests are dealt to the processes of a run, so that all of these end together.

pytest-xdist (`--dist worksteal`) gives each process an equal part of the list, in its order, and who is done takes half
of what another still has from its end. So each part begins with what is long, and what is left to take is quick.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

import pytest

from inner_loop import LONG

T = TypeVar("T")

#: The files of which each costs some ten seconds of processor or more, the dearest first (`make test TIMES=1`).
DEAREST = (
    "transcripts",
    "axe",
    "brief_law",
    "portal_days",
    "sim",
    "planted_bugs",
    "forge",
    "scenarios",
    "portal_browser",
    "recompute",
    "agents",
    "portal_zone",
    "briefpage",
    "sensitivity",
    "portal_lab",
    "served_reading",
    "shell",
    "service_schema",
    "brief",
    "postgresql",
    "origins",
    "rulebook",
    "names",
    "site",
    "stackpage",
    "one_count",
    "report",
    "own_zone",
    "frames",
    "crash",
    "other_law",
    "service_reading",
    "frictions",
    "agents_told",
    "sector",
    "season",
    "marketdata",
)


def turned(found: list[T], number: int, processes: int) -> list[T]:
    """The same list from where another process does not begin: what all collect, each of them compiles a part of.

    >>> turned(["a", "b", "c", "d"], 1, 2)
    ['c', 'd', 'a', 'b']
    """
    first = len(found) * number // processes
    return found[first:] + found[:first]


def dealt(items: Sequence[pytest.Item], processes: int) -> list[list[pytest.Item]]:
    """What each process begins with, those of a file together: long files dealt by their cost, the others by number."""
    files: dict[Path, list[pytest.Item]] = {}
    for item in items:
        files.setdefault(item.path, []).append(item)
    place = {f"test_{name}": number for number, name in enumerate([*DEAREST, *sorted(LONG - {*DEAREST})])}
    files = dict(sorted(files.items()))
    long = sorted((path for path in files if path.stem in place), key=lambda path: place[path.stem])
    turns = [*range(processes), *reversed(range(processes))]  # who got the dearer one gets the cheaper one next
    hands: list[list[pytest.Item]] = [[] for _ in range(processes)]
    for number, path in enumerate(long):
        hands[turns[number % len(turns)]] += files[path]
    for path, tests in files.items():
        if path.stem not in place:
            min(hands, key=len).extend(tests)
    return hands
