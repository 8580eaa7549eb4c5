"""Tests of monitors decide about hours: back to the last that passed, on until one passes, and after a missed day."""

from __future__ import annotations

import json
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from airshed.cli.mrv.group import app
from airshed.lab.stacks.episodes import read_episodes
from airshed.model.refusal import Malformed
from airshed.mrv.quality import QualityTest, quality_gaps, quality_tests
from airshed.mrv.quality_marks import FIRST_NUMBER, quality_marks
from airshed.mrv.rules import QualityRule
from airshed.rulebook.load import find, load
from airshed.rulebook.shipped import shipped
from airshed.service.stacks.measure import simulate_zone
from airshed.service.stacks.recompute import recompute
from airshed.zone.load import load as load_zone
from airshed.zone.monitoring import monitoring_rules

FOLDER = shipped("zones", "dianzhong")
ZONE = load_zone(FOLDER)
RULES = monitoring_rules(load(find("dianzhong")))
YEAR, STACK = 2027, "KM-CEM-01-A"
MEASURED = {stack.stack: tuple(stack.monitors) for stack in ZONE.stacks}
HEAD = "stack,of,test,day,hour,result_percent"


def told(*rows: str) -> tuple[QualityTest, ...]:
    return quality_tests("\n".join((HEAD, *(f"{STACK},{row}" for row in rows))), MEASURED, "tests.csv")


def spans(*rows: str) -> list[tuple[str, str, int, int]]:
    return [(gap.of, gap.why, gap.first_hour, gap.last_hour) for gap in quality_gaps(told(*rows), RULES, YEAR)]


def weekly(result: str = "1.0") -> list[str]:
    """A drift of zero each week of the year."""
    days = np.arange(np.datetime64(f"{YEAR}-01-01"), np.datetime64(f"{YEAR + 1}-01-01"), 7)
    return [f"SO2,zero_drift,{day},0,{result}" for day in days]


def test_a_failed_test_speaks_of_the_hours_since_the_last_that_passed_until_one_passes() -> None:
    rows = weekly()
    rows[2] = "SO2,zero_drift,2027-01-15,0,-5.1"

    assert spans(*rows) == [("SO2", "failed", 7 * 24, 3 * 7 * 24 - 1)]
    assert spans(*weekly("5.0")) == [], "at the bound it is not beyond it"


def test_a_result_that_neither_passes_nor_fails_ends_nothing() -> None:
    """Between 2.5 and 5 % an analyser is to be adjusted: it is not out of control, and proves nothing."""
    rows = weekly()
    rows[2], rows[3] = "SO2,zero_drift,2027-01-15,0,6", "SO2,zero_drift,2027-01-22,0,3"

    assert spans(*rows) == [("SO2", "failed", 7 * 24, 4 * 7 * 24 - 1)]


def test_what_is_overdue_speaks_of_the_hours_after_its_day() -> None:
    rows = weekly()
    del rows[5:7]
    assert spans(*rows) == [("SO2", "overdue", 5 * 7 * 24, 7 * 7 * 24 - 1)]


def test_a_failure_without_a_pass_lasts_to_the_ends_of_the_year() -> None:
    assert spans("PM,accuracy,2027-07-01,9,20")[0] == ("PM", "failed", 0, 8_759)
    assert spans() == [], "of a stack of which no test is told nothing is said"


def test_a_test_of_velocity_is_about_every_pollutant_and_one_of_a_gas_about_itself() -> None:
    made = quality_marks(
        told("velocity,zero_drift,2027-01-05,0,9", "SO2,zero_drift,2027-01-05,0,9"), RULES, MEASURED, [YEAR]
    )
    marks = made[STACK][YEAR]

    assert {mark.pollutants for mark in marks} == {("SO2",), MEASURED[STACK]}
    assert {mark.kind for mark in marks} == {"calibration"}
    assert min(mark.mark for mark in marks) == FIRST_NUMBER


@given(st.lists(st.tuples(st.integers(0, 364), st.integers(0, 23), st.integers(0, 2_000)), max_size=30))
def test_gaps_lie_within_the_year_and_hours_are_of_one_failure_once(made: list[tuple[int, int, int]]) -> None:
    days = {(day, hour): result for day, hour, result in made}
    base = np.datetime64(f"{YEAR}-01-01")
    tests = [
        QualityTest(STACK, "SO2", "zero_drift", str(base + day), hour, Decimal(result) / 100)
        for (day, hour), result in sorted(days.items())
    ]
    gaps = quality_gaps(tests, RULES, YEAR)

    for why in ("failed", "overdue"):
        own = sorted((gap.first_hour, gap.last_hour) for gap in gaps if gap.why == why)
        assert all(0 <= first <= last < 8_760 for first, last in own)
        assert all(before[1] < after[0] for before, after in pairwise(own))
    failed = any(test.result_percent > 5 for test in tests)
    assert any(gap.why == "failed" for gap in gaps) == failed


def test_a_law_without_the_table_is_judged_by_no_test() -> None:
    bare = msgspec.structs.replace(RULES, quality=())
    assert quality_gaps(told("SO2,zero_drift,2027-01-05,0,9"), bare, YEAR) == ()
    assert monitoring_rules(load(find("shanxi"))).quality == ()
    assert QualityRule("zero_drift", "gas", 7, 250, 500) in RULES.quality


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("XX-1,SO2,zero_drift,2027-01-05,0,1", "line 2: no such stack 'XX-1'"),
        (f"{STACK},CO,zero_drift,2027-01-05,0,1", f"line 2: {STACK} does not measure 'CO'"),
        (f"{STACK},SO2,drift,2027-01-05,0,1", "line 2: no such test 'drift'"),
        (f"{STACK},SO2,zero_drift,2027-02-30,0,1", "line 2: '2027-02-30' is no day"),
        (f"{STACK},SO2,zero_drift,2027-01-05,24,1", "line 2: '24' is no hour"),
        (f"{STACK},SO2,zero_drift,2027-01-05,0,nan", "line 2: nan percent is no result"),
        (f"{STACK},SO2,zero_drift,2027-01-05,0,much", "line 2: 'much' is no result"),
    ],
)
def test_a_bad_record_is_named_by_its_line(row: str, said: str) -> None:
    with pytest.raises(Malformed) as fault:
        quality_tests(f"{HEAD}\n{row}", MEASURED, "tests.csv")
    assert said in str(fault.value)


@pytest.fixture(scope="module")
def evidence(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("quality") / "evidence"
    simulate_zone(folder, ZONE, YEAR, 7, episodes=read_episodes(FOLDER, ZONE), stacks=(STACK,), workers=1)
    return folder


def test_hours_out_of_control_are_substituted_and_those_of_other_pollutants_are_not(
    evidence: Path, tmp_path: Path
) -> None:
    rows = weekly()
    rows[20] = "NOx,zero_drift,2027-05-21,0,1"
    rows += ["NOx,zero_drift,2027-06-01,0,8", "NOx,zero_drift,2027-06-03,0,1"]
    marks = quality_marks(told(*(row for row in rows if row.startswith("NOx"))), RULES, MEASURED, [YEAR])
    clean, _ = recompute(evidence, ZONE, RULES, tmp_path / "clean", workers=1)
    gated, _ = recompute(evidence, ZONE, RULES, tmp_path / "gated", marks=marks, workers=1)

    before, after = ({total.pollutant: total for total in year.totals} for year in (clean, gated))
    assert after["SO2"] == before["SO2"]
    assert after["PM"] == before["PM"]
    assert after["NOx"].measured < before["NOx"].measured


def test_the_shell_says_which_hours_and_recomputes_by_them(evidence: Path, tmp_path: Path) -> None:
    file = tmp_path / "tests.csv"
    rows = weekly()
    rows[2] = "SO2,zero_drift,2027-01-15,0,-5.1"
    file.write_text("\n".join((HEAD, *(f"{STACK},{row}" for row in rows))), "utf-8")

    done = CliRunner().invoke(app, ["quality", str(file), "--json"])
    assert done.exit_code == 0, done.output
    gaps = json.loads(done.stdout)["gaps"]
    assert [(gap["why"], gap["first_hour"], gap["last_hour"]) for gap in gaps] == [("failed", 168, 503)]
    assert "2027-01-08 00:00" in CliRunner().invoke(app, ["quality", str(file)]).stdout

    run = ["run", str(evidence), "--out", str(tmp_path / "out"), "--quality", str(file), "--json"]
    told = json.loads(CliRunner().invoke(app, run).stdout)
    so2 = next(total for total in told["years"][0]["totals"] if total["pollutant"] == "SO2")
    clean, _ = recompute(evidence, ZONE, RULES, tmp_path / "clean", workers=1)
    assert so2["measured"] < next(total.measured for total in clean.totals if total.pollutant == "SO2")
