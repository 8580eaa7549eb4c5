"""How a works is monitored: its plan, masses without a monitor with their files, tests of its monitors."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from airshed.engine import commands as c
from airshed.engine import events as e
from airshed.engine.procedures.mark import standing
from airshed.engine.runner import Runner
from airshed.lab.simulator.small_market import HOST
from airshed.model.provenance import Programme
from airshed.model.refusal import Malformed, Why
from airshed.service.book.estimates import held_against, lacking, without_file
from airshed.service.book.sealing import all_marks, marks_in_force
from airshed.service.stacks.estimate_blanks import BLANKS
from airshed.service.stacks.estimate_files import ReadEstimate, read_estimate
from airshed.zone.factors import shipped_factors
from beijing import hour_instant, instant
from laws import RULES
from markets import AUTHORITY, done, market, send, why

AFTER = instant("2028-02-10", 9)
STACK = tuple(c.PlanLine("power-1", name, "monitor") for name in ("SO2", "NOx", "PM"))
VOC = c.PlanLine("coal yard", "VOC", "balance")
PROOF = "a" * 64


def plan(*lines: c.PlanLine, begins: str = "2027-01-01") -> c.ApprovePlan:
    return c.ApprovePlan("s-power", begins, lines or (*STACK, VOC), PROOF)


def read(text: str = "", **others: str) -> ReadEstimate:
    """The balance that ships as a file to begin with, of the works of the small market."""
    text = (text or BLANKS["balance"]).replace("QJ-STL-01", "s-power").replace("coating line 1", "coal yard")
    for old, new in others.items():
        text = text.replace(old, new)
    return read_estimate(text.encode(), "voc.toml", RULES, shipped_factors())


def planned() -> Runner:
    runner = market()
    done(runner, AUTHORITY, plan())
    return runner


# --- the plan


def test_a_plan_names_every_monitor_and_pollutant_and_says_who_confirmed_it() -> None:
    runner = market()
    for lines in ((VOC,), STACK, (*STACK, VOC, VOC), (*STACK, replace(VOC, method="monitor"))):
        assert send(runner, AUTHORITY, plan(*lines)).refusal is not None
    (event,) = done(runner, AUTHORITY, plan()).events

    assert isinstance(event, e.PlanApproved)
    assert event.actor == AUTHORITY
    assert event.confirmed_by not in ("", AUTHORITY)


def test_the_plan_of_a_day_is_the_last_that_has_begun() -> None:
    runner = planned()
    done(runner, AUTHORITY, plan(*STACK, replace(VOC, method="leaks"), begins="2027-07-01"))
    whole = read().command()

    assert why(runner, "power", whole, AFTER) is Why.WRONG_KIND
    done(runner, "power", replace(whole, last="2027-06-30"), AFTER)
    second = replace(whole, first="2027-07-01", method="leaks", evidence="b" * 64)
    done(runner, "power", second, AFTER)


# --- estimates


def test_whoever_has_the_file_gets_the_mass_of_the_book() -> None:
    runner, mine = planned(), read()
    done(runner, "power", mine.command(), AFTER)
    other = read(removal_percent="# removal_percent")

    assert [each.held for each in held_against(runner.state, [mine, other])] == ["as in the book", "not in the book"]
    assert not without_file(runner.state, [mine])
    assert len(without_file(runner.state, [other])) == 1
    forged = replace(mine, made=replace(mine.made, mass_mg=1))
    assert held_against(runner.state, [forged])[0].held == "differs"
    with pytest.raises(Malformed, match="another mass"):
        list(lacking(runner.state, [forged], ""))


def test_days_are_handed_in_once_and_corrected_with_a_reason() -> None:
    runner, mine = planned(), read()
    done(runner, "power", mine.command(), AFTER)
    again = read(removal_percent="# removal_percent")

    assert why(runner, "power", again.command(), AFTER) is Why.ALREADY_EXISTS
    assert why(runner, "power", again.command(mine.digest), AFTER) is Why.UNEXPLAINED
    with pytest.raises(Malformed, match="say why with --reason"):
        list(lacking(runner.state, [again], ""))
    (wish,) = lacking(runner.state, [again], "the oxidiser stood still")
    done(runner, "power", wish, AFTER)
    assert list(runner.state.estimates["s-power", 2027]) == [again.digest]


def test_a_real_programme_takes_no_number_without_a_file_and_no_file_without_a_plan() -> None:
    runner = market()
    stated = c.ReportYear("s-power", 2027, {"VOC": 1_000})
    assert why(runner, "power", stated, AFTER) is Why.DAYS_MISSING
    runner.state.provenance = Programme()

    assert why(runner, "power", stated, AFTER) is Why.UNPROVEN
    assert why(runner, "power", read().command(), AFTER) is Why.NOT_IN_FORCE


def test_a_mass_that_has_its_file_is_not_stated_as_a_number_too() -> None:
    runner = planned()
    done(runner, "power", read().command(), AFTER)

    assert why(runner, "power", c.ReportYear("s-power", 2027, {"VOC": 1}), AFTER) is Why.ALREADY_EXISTS


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('method = "balance"', 'method = "guess"', "no such choice"),
        ('method = "balance"', 'method = "leaks"', "flows is no table of the method leaks"),
        ("year = 2027", 'year = 2027\nfirst = "2026-07-01"', "is no span of 2027"),
        ("sources", "source_of", "no such key"),
        ("waste,kept,41,62", "waste,kept,4100,62", "are kept of"),
        ("primer,in,820.5,48,3", "primer,in,820.5,148,3", "column voc_percent"),
    ],
)
def test_a_file_that_cannot_be_right_names_place_and_cure(old: str, new: str, said: str) -> None:
    with pytest.raises(Malformed, match=r"voc\.toml") as found:
        read(BLANKS["balance"].replace(old, new))
    assert said in str(found.value)


@pytest.mark.parametrize("method", sorted(BLANKS))
def test_every_blank_can_be_calculated(method: str) -> None:
    assert read_estimate(BLANKS[method].encode(), "x", RULES, shipped_factors()).made.mass_mg > 0


# --- tests of monitors


def drift(hour: str, result: int, of: str = "SO2") -> c.RecordTest:
    return c.RecordTest("power-1", of, "span_drift" if of == "SO2" else "zero_drift", hour, result, PROOF)


def test_a_failed_test_puts_hours_out_of_control_back_to_the_last_that_passed_and_on_to_the_next() -> None:
    """I10: a day in such hours is sealed with the number of the test, or not at all."""
    runner, at = market(), hour_instant("2027-03-20T12")
    done(runner, "power", drift("2027-03-01T08", 100), at)
    (event,) = done(runner, "power", drift("2027-03-08T08", 1_300), at).events
    assert isinstance(event, e.MonitorTested)
    assert event.outcome == "failed"
    assert event.out[0] == e.OutOfControl("failed", 2, "2027-03-01T08", "")
    assert standing(runner.state, "power-1", "2027-03-12")[0] == 1_000_002

    done(runner, "power", drift("2027-03-09T08", 200), at)
    assert standing(runner.state, "power-1", "2027-03-09") == (1_000_002,)
    assert standing(runner.state, "power-1", "2027-03-10") == ()
    assert standing(runner.state, "power-1", "2027-02-28") == ()
    hours = dict.fromkeys(("SO2", "NOx", "PM"), (24, 0, 0))
    day = c.SealDay("power-1", "2027-03-05", hours, dict.fromkeys(hours, 5), "e")
    assert why(runner, HOST, day, at) is Why.MARKS_DIFFER
    done(runner, HOST, replace(day, marks=(1_000_002,)), at)


def test_what_recomputing_takes_is_what_days_name() -> None:
    runner, at = market(), hour_instant("2027-03-20T12")
    done(runner, "power", drift("2027-03-01T08", 900, "velocity"), at)
    marks = marks_in_force(runner.state, "power-1", 2027)

    assert [mark.mark for mark in marks] == list(standing(runner.state, "power-1", "2027-12-31"))
    assert set(marks[0].pollutants) == {"SO2", "NOx", "PM"}
    assert (marks[0].first_hour, marks[0].last_hour) == (0, 8_759)
    assert all_marks(runner.state)["power-1"] == {2027: marks}


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (drift("2027-03-20T12", 100), Why.TOO_EARLY),
        (replace(drift("2027-03-01T08", 100), of="CO2"), Why.WRONG_KIND),
        (replace(drift("2027-03-01T08", 100), stack="power-9"), Why.UNKNOWN_STACK),
        (replace(drift("2027-03-01T08", 100), of="velocity"), Why.WRONG_KIND),
    ],
)
def test_a_test_is_of_a_monitor_that_is_there_and_has_been(body: c.RecordTest, reason: Why) -> None:
    assert why(market(), "power", body, hour_instant("2027-03-20T12")) is reason
