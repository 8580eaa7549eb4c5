"""The simulator holds on a few seeds, is repeatable, and does all that the engine can do."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import get_args

import pytest
from typer.testing import CliRunner

from airshed.cli.main import ROOMS, build
from airshed.engine import commands as c
from airshed.engine import events as e
from airshed.lab.simulator.sim import Report, simulate
from airshed.model.refusal import Malformed
from airshed.rulebook.schema import Rulebook
from airshed.service.book.sqlite import Book
from airshed.service.book.verify import verify
from laws import RULES
from planted import PLANTED
from shared import Once
from small_books import MANY_SEEDS, MANY_STEPS, played

INVARIANTS = [f"I{number}" for number in range(1, 15)]
#: Rent that is owed for a later year needs a lease of a strip that is made in the month before; an unpaid sale that is
#: withdrawn, a buyer whose money is gone by the day of an instalment; a transfer that a new law moves, one that waits.
SELDOM = {"LeaseShortened", "PayRent", "WithdrawUnpaid", "UnpaidWithdrawn", "TransferMoved"}
#: What no law that is drawn has; `test_sim_keys.py` plays it.
SELDOM |= {
    "ObligationDeferred",
    "CreditsIssued",
    "IssueCredits",
    "CreditsVoided",
    "VoidCredits",
    "GroupSettled",
    "SupplyLapsed",
    "SourceOptedIn",
    "SourceOptedOut",
    "OptIn",
    "OptOut",
    "SettleGroup",
    "CirculationStated",
    "SupplyAdjusted",
    "HoldingsCut",
    "CutHoldings",
}
#: What the simulator does not draw yet; `small_books.monitored` has it, for the forger.
SELDOM |= {"PlanApproved", "ApprovePlan", "EstimateFiled", "FileEstimate", "MonitorTested", "RecordTest"}


def on_disk(path: Path) -> Book:
    return Book.open(path) if path.exists() else Book.create(path)


def decided_anew(book: Book, laws: Mapping[str, Rulebook]) -> None:
    """What `airshed sim` has each book on disk verified by."""
    verify(book, laws=laws)


@pytest.fixture(scope="module")
def ordinary(once: Once) -> list[Report]:
    """Runs in memory as anybody would start them, until each kind of event has come twice, at most twelve.

    Others look at the same runs, so that they are played once for all.
    """
    found: list[Report] = []
    seen: Counter[str] = Counter()
    for seed in MANY_SEEDS[:12]:
        found.append(played(once, seed, MANY_STEPS).report)
        seen.update(found[-1].events)
        if len(found) >= 6 and min(seen[name] for name in found[-1].events if name not in SELDOM) > 1:
            break
    return found


@pytest.mark.parametrize("seed", [3, 20317])
def test_every_invariant_holds_under_random_commands_and_crashes(seed: int, tmp_path: Path) -> None:
    """I1 to I14, on disk: crashes before, in and after the commit."""
    report = simulate(seed, 110, RULES, lambda: on_disk(tmp_path / "sim.book"), decided_anew)

    assert list(report.checks) == INVARIANTS
    assert set(report.crashes) == {"before the commit", "in the commit", "after the commit"}
    assert report.malformed > 100
    assert len(report.refused) > 25


def test_every_invariant_holds_in_memory(ordinary: list[Report]) -> None:
    for report in ordinary:
        assert set(INVARIANTS) - set(report.checks) <= {"I14"}  # which needs two books


def test_every_kind_of_event_comes_in_ordinary_runs_and_most_come_often(ordinary: list[Report]) -> None:
    """What the simulator does not do it does not check."""
    times = Counter[str]()
    for report in ordinary:
        times.update(report.events)
    assert [name for name in ordinary[0].events if times[name] < 2 and name not in SELDOM] == []
    assert set(times) | SELDOM >= {kind.__name__ for kind in get_args(e.Event)}
    often = [name for name in ordinary[0].events if times[name] >= len(ordinary)]
    assert len(often) > 0.8 * len(ordinary[0].events)
    assert times["Traded"] > 15 * len(ordinary)


def test_every_command_is_carried_out_in_ordinary_runs(ordinary: list[Report]) -> None:
    """A compliance year, pledges, leases, rights, the reserve and the way back are played to their end."""
    done = {name for report in ordinary for name in report.done}

    assert {kind.__name__ for kind in get_args(c.Body)} - done <= SELDOM


def test_a_seed_gives_the_same_book() -> None:
    """I14."""
    assert simulate(5, 60, RULES) == simulate(5, 60, RULES)


def test_crashes_do_not_alter_a_run(tmp_path: Path) -> None:
    """So the line that is printed for a run in memory repeats it."""
    on_disk_too = simulate(6, 60, RULES, lambda: on_disk(tmp_path / "sim.book"))

    assert sum(on_disk_too.crashes.values()) > 10
    assert on_disk_too.digest == simulate(6, 60, RULES).digest


def test_the_command_prints_a_table_and_json() -> None:
    app = build({"sim": ROOMS["sim"]})
    run = CliRunner().invoke

    shown = run(app, ["sim", "--seed", "2", "--steps", "25", "--runs", "2"])
    assert shown.exit_code == 0
    assert "checks that held" in shown.output
    assert "what happened" in shown.output
    assert "seed 3:" in shown.output
    printed = run(app, ["sim", "--seed", "2", "--steps", "25", "--json"])
    report = json.loads(printed.output)
    assert report["seed"] == 2
    assert report["events"]["DaySealed"] > 100
    assert report["events"].keys() == {kind.__name__ for kind in get_args(e.Event)}


def test_the_line_names_the_rulebook_where_it_is_another_one(monkeypatch: pytest.MonkeyPatch) -> None:
    PLANTED["a fee is a fen too high"](monkeypatch)
    law = str(Path(__file__).parents[1] / "rulebooks" / "dianzhong")

    several = ["sim", "--seed", "11", "--steps", "60", "--runs", "9", "--rulebook", law]
    shown = CliRunner().invoke(build({"sim": ROOMS["sim"]}), several)

    assert shown.stderr.endswith(f" --steps 60 --rulebook {law}\n")


@pytest.mark.parametrize("law", ["shanxi", "acidrain"])
def test_a_law_without_the_cities_of_the_small_market_is_refused_with_what_it_takes(law: str) -> None:
    """It was called broken, as if an invariant did not hold."""
    shown = CliRunner().invoke(build({"sim": ROOMS["sim"]}), ["sim", "--seed", "1", "--rulebook", law])

    assert isinstance(shown.exception, Malformed)
    assert "which has no jurisdiction KM, QJ, YX, HH; vary dianzhong" in str(shown.exception)


def test_the_command_ends_with_one_and_the_line_that_repeats_it(monkeypatch: pytest.MonkeyPatch) -> None:
    PLANTED["a fee is a fen too high"](monkeypatch)

    several = ["sim", "--seed", "11", "--steps", "60", "--runs", "9"]
    shown = CliRunner().invoke(build({"sim": ROOMS["sim"]}), several)

    assert shown.exit_code == 1
    assert re.search(r"airshed sim --seed 1[1-9] --steps 60\n\Z", shown.stderr)


def test_a_year_that_ends_as_a_law_is_adopted_ends_under_the_law_before(once: Once) -> None:
    """Seed 47 adopts another law in the first record of a year, and the mirror took that for the law of the old one."""
    played(once, 47, MANY_STEPS)
