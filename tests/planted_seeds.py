"""On which seed the simulator finds each planted bug: the last column of the table in the docs.

Whatever else the simulator comes to draw moves the stream of every seed. `PYTHONPATH=src python tests/planted_seeds.py`
tries the seeds anew and writes one that finds each bug by the check that the table names: that of the table while it
does, else the first. With `--soonest` it is the one that finds it soonest, which takes minutes. With `--runs` it also
says which runs should come first in `small_books.MANY_SEEDS`: few that have everything, so that few are played. The
same of `small_books.SEEDS`.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import pytest

from airshed.lab.simulator.sim import Broken, SimulatedRun, simulate
from laws import RULES
from planted import PLANTED
from small_books import MANY_SEEDS, MANY_STEPS, SEEDS, small_of

PAGE = Path(__file__).parents[1] / "docs" / "explanation" / "simulator.md"
#: A row of the table: what is wrong, which invariant says so, in which words, on which seed.
_ROW = re.compile(r"^\| ([^|]+) \| (I\d+) \| ([^|]+) \| (\d+) \|", re.MULTILINE)
STEPS = 150
#: Seeds that are tried where the one of the table does not find it any more.
BUDGET = 16


class Told(NamedTuple):
    """What the table says of a bug."""

    number: str
    words: str
    seed: int


def told(page: str) -> dict[str, Told]:
    """The rows of the table by what is wrong."""
    return {name: Told(number, words, int(seed)) for name, number, words, seed in _ROW.findall(page)}


def found(name: str, row: Told, patch: pytest.MonkeyPatch) -> tuple[int, Broken] | None:
    """The first seed on which the simulator finds a bug by the check of its row, and what it says there."""
    PLANTED[name](patch)
    for seed in dict.fromkeys((row.seed, *range(BUDGET))):
        try:
            simulate(seed, STEPS, RULES)
        except Broken as broken:
            if f"{row.number}: " in str(broken) and row.words in str(broken):
                return seed, broken
    return None


def soonest(name: str, row: Told, patch: pytest.MonkeyPatch) -> tuple[int, Broken] | None:
    """The same of the seed on which it is found after the fewest records; those that have more are given up."""
    first = found(name, row, patch)
    seeds = dict.fromkeys((first[0], *range(BUDGET))) if first else ()
    fewest = sys.maxsize
    for seed in seeds:
        run = SimulatedRun(seed, STEPS, RULES, None, None)

        def enough(steps: int, run: SimulatedRun = run, most: int = fewest) -> None:
            if run.memory.state.seq > most:
                raise LookupError

        try:
            run.play(enough)
        except LookupError:
            continue
        except Exception as error:
            broken = Broken(f"{type(error).__name__}: {error}", seed, STEPS)
            if f"{row.number}: " in str(broken) and row.words in str(broken) and run.memory.state.seq < fewest:
                first, fewest = (seed, broken), run.memory.state.seq
    return first


def main() -> None:
    """Write the seeds of today into the table."""
    look = soonest if "--soonest" in sys.argv else found
    text = PAGE.read_text("utf-8")
    for name, row in told(text).items():
        with pytest.MonkeyPatch.context() as patch:
            first = look(name, row, patch)
        if first is None:
            print(f"not found within {BUDGET} seeds: {name}")
        elif first[0] != row.seed:
            before = f"| {name} | {row.number} | {row.words} |"
            text = text.replace(f"{before} {row.seed} |", f"{before} {first[0]} |")
            print(f"{name}: seed {first[0]}, not {row.seed}")
    PAGE.write_text(text, "utf-8")


def first_runs() -> list[int]:
    """Seeds of runs that have every kind of event once, and then twice where it comes twice at all."""
    runs = {seed: Counter(simulate(seed, MANY_STEPS, RULES).events) for seed in sorted(MANY_SEEDS)[:27]}
    everywhere: Counter[str] = sum(runs.values(), Counter())
    chosen: list[int] = []
    have: Counter[str] = Counter()
    for times in (1, 2):
        while any(have[kind] < min(times, everywhere[kind]) for kind in everywhere):
            new = {
                seed: sum(have[kind] < times and events[kind] > 0 for kind in everywhere)
                for seed, events in runs.items()
                if seed not in chosen
            }
            best = max(new, key=lambda seed: new[seed])
            if not new[best]:
                break
            chosen.append(best)
            have.update(runs[best])
    return chosen


if __name__ == "__main__":
    main()
    if "--runs" in sys.argv:
        print("MANY_SEEDS begin with", *first_runs())
        print("SEEDS begin with", small_of(sorted(SEEDS))[0])
