"""Small books of the simulator under the shipped law, whose texts lie in them; for forging and for checking."""

from __future__ import annotations

import copy
import importlib.util
import sys
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import NamedTuple

import msgspec
import pytest

from airshed.engine import commands as c
from airshed.engine.journal import MemoryJournal
from airshed.lab.simulator import sim
from airshed.lab.simulator.sim import Report, SimulatedRun
from airshed.rulebook.digest import digest
from airshed.rulebook.load import load_texts
from airshed.rulebook.schema import Rulebook
from airshed.service.book.sqlite import Book
from keyed_laws import keyed
from laws import LAW, RULES, as_files
from markets import AUTHORITY, done, market
from shared import Once, once_in_run
from verifiers import verify_export

#: Steps of a run: of one in which there is something to forge, and of one with every kind of event.
STEPS, MANY_STEPS = 110, 250
#: Where it is found now (`planted_seeds.py --runs`); the others when the simulator comes to draw something else.
SEEDS = tuple(dict.fromkeys((7, *range(3, 40))))
#: The same: three have every kind of event once, six have twice what is not seldom (`planted_seeds.py --runs`); the
#: seventh has a transfer that a new law moves, which is seldom indeed.
MANY_SEEDS = tuple(dict.fromkeys((98, 3, 20, 4, 5, 17, 67, *range(3, 60))))
#: Of a run under keyed laws in which numbers in circulation move what auctions sell, and a notice cuts holdings.
KEYED_SEED = 17
VERSIONS = ("sim-1", "sim-2")
#: Forgeries that the stand-alone verifier sees only where others fell short too, or a later record needs what is gone.
NEEDED = ("penalty-halved", "makeup-removed", "penalty-price", "deposit-removed")
#: Events that tests of an export alter.
PLAYED = {"Surrendered", "DayReversed", "AuctionCleared", "CapSet", "Transferred", "Traded", "YearReported"}


def script(name: str) -> ModuleType:
    """A script of the project as a module."""
    path = Path(__file__).parents[1] / "scripts" / f"{name}.py"
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@cache
def texts_of(version: str) -> dict[str, bytes]:
    """The shipped law under another version."""
    law = copy.deepcopy(LAW)
    law["programme"]["version"] = version
    return as_files(law)


@cache
def rules_of(version: str) -> Rulebook:
    """The same, loaded."""
    return load_texts(texts_of(version))


def plain(rules: Rulebook, rng: object, version: str) -> Rulebook:
    """What stands in for `sim.varied`: every law of the run is the shipped one but for its version."""
    return rules_of(version)


@cache
def forge() -> ModuleType:
    """`scripts/forge.py`."""
    return script("forge")


def _alone_sees(name: str, raws: list[bytes], laws: Mapping[str, Rulebook]) -> bool:
    """Whether the book has a place where the stand-alone verifier needs what is forged."""
    made = forge().KINDS[name].make(list(raws), laws)
    return made is not None and bool(alone(made.raws))


@cache
def small() -> tuple[tuple[bytes, ...], Mapping[str, Rulebook]]:
    """The records of a run in which there is something of every kind to forge, and its laws by digest."""

    def find() -> tuple[tuple[bytes, ...], Mapping[str, Rulebook]]:
        _, raws, laws = small_of(SEEDS)
        return raws, dict(laws)

    return once_in_run("small-book", find)


def small_of(seeds: Iterable[int]) -> tuple[int, tuple[bytes, ...], Mapping[str, Rulebook]]:
    """The first of these runs that is such a one: its seed, its records and its laws."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sim, "varied", plain)
        for seed in seeds:
            run = SimulatedRun(seed, STEPS, RULES, None, None)
            run.play(lambda done: None)
            raws = _records(run)
            kinds = forge().KINDS.values()
            played = {name for name in PLAYED for raw in raws if b'"is":"%s"' % name.encode() in raw}
            if (
                played == PLAYED
                and _pays_out(raws)
                and all(_alone_sees(name, raws, run.laws) for name in NEEDED)
                and all(kind.make(raws, run.laws) is not None for kind in kinds if not kind.slow)
            ):
                return seed, tuple(raws), run.laws
    raise AssertionError("no seed plays all that is forged")


def _pays_out(raws: list[bytes]) -> bool:
    """Whether somebody has money paid out: what an account does not have can be forged there."""
    moved = (msgspec.json.decode(raw)["events"] for raw in raws if b'"is":"MoneyMoved"' in raw)
    return any(each["is"] == "MoneyMoved" and each["entry"][0][1] != "bank" for events in moved for each in events)


def alone(raws: list[bytes], *words: str) -> str:
    """What the stand-alone verifier says of an export; empty when it is content."""
    export = b"".join(line.hash.encode() + b" " + line.record + b"\n" for line in forge().chained(raws))
    return verify_export(export, *words).err


class Played(NamedTuple):
    """What a run of the simulator in memory left."""

    report: Report
    records: list[bytes]
    laws: Mapping[str, Rulebook]


def played(once: Once, seed: int, steps: int) -> Played:
    """A run as anybody would start it, once for all who look at it."""

    def play() -> Played:
        run = SimulatedRun(seed, steps, RULES, None, None)
        return Played(run.play(lambda done: None), _records(run), dict(run.laws))

    return once.value(f"sim-{seed}-{steps}", play)


def varied(once: Once) -> Iterator[tuple[list[bytes], Mapping[str, Rulebook]]]:
    """Records and laws of one run after another, each under laws of its own."""
    for seed in MANY_SEEDS:
        run = played(once, seed, MANY_STEPS)
        yield run.records, run.laws


def played_keyed(once: Once) -> tuple[list[bytes], Mapping[str, Rulebook]]:
    """Records and laws of a run under the keys that no drawn law has."""

    def play() -> Played:
        with keyed():
            run = SimulatedRun(KEYED_SEED, MANY_STEPS, RULES, None, None)
            return Played(run.play(lambda done: None), _records(run), dict(run.laws))

    run = once.value("sim-keyed", play)
    return run.records, run.laws


def monitored() -> tuple[list[bytes], Mapping[str, Rulebook]]:
    """Records and law of the small market with a monitoring plan, an estimate with its file, and a test that failed."""
    runner, proof = market(), "a" * 64
    lines = [c.PlanLine("power-1", name, "monitor") for name in ("SO2", "NOx", "PM")]
    plan = c.ApprovePlan("s-power", "2027-01-01", (*lines, c.PlanLine("yard", "VOC", "balance")), proof)
    done(runner, AUTHORITY, plan)
    span = ("2027-01-01", "2027-01-31", 10**9, "1 t x 1 kg", proof, 500, 700)
    done(runner, "power", c.FileEstimate("s-power", 2027, "VOC", "yard", "balance", *span))
    done(runner, "power", c.RecordTest("power-1", "SO2", "span_drift", "2027-02-20T08", 1_300, proof))
    return [line.record for line in runner.journal.lines()], {digest(RULES): RULES}


def _records(run: SimulatedRun) -> list[bytes]:
    assert isinstance(run.memory.journal, MemoryJournal)
    return [line.record for line in run.memory.journal.lines()]


def written(path: Path) -> Path:
    """That small book on disk, closed, with its laws and read tables."""
    raws, laws = small()
    with Book.create(path) as book:
        for version in VERSIONS:
            book.keep_law(next(each for each, rules in laws.items() if rules == rules_of(version)), texts_of(version))
    assert forge().write(path, path, list(raws))
    return path
