"""A law may count a season of each year: its days alone are reported, and deadlines follow its end."""

from __future__ import annotations

from itertools import count

import msgspec
import pytest

from airshed.engine import commands as c
from airshed.engine import events as e
from airshed.engine.invariants import check
from airshed.engine.journal import decode
from airshed.engine.procedures.deadlines import surrender_day
from airshed.engine.runner import Runner
from airshed.lab.equilibrium.case import case_of, measured_of
from airshed.lab.season.firms import firms_of
from airshed.lab.simulator.mirror.whole import Mirror
from airshed.lab.simulator.small_market import HOST, VERIFIERS
from airshed.model.refusal import Malformed, Why
from airshed.rulebook.load import load_texts, read
from airshed.rulebook.schema import Rulebook
from airshed.rulebook.seasons import due_day, over, running, season_days
from beijing import instant
from laws import FILES, RULES
from markets import AUTHORITY, done, issued, why
from seasons import rules_and_zone

replace = msgspec.structs.replace
SUMMER = ("05-01", "09-30")
_evidence = count(1)


def law(season: tuple[str, str] | None = SUMMER) -> Rulebook:
    """The law of the tests, with deadlines of the same autumn and flow control above a tenth."""
    calendar = replace(
        RULES.calendar,
        season=season,
        report_by="10-30",
        verify_by="11-15",
        surrender_by="11-30",
        surrender_by_in_leap_years="11-30",
        on_closed_days="stays",
    )
    banking = replace(RULES.banking, of="holdings", limit_basis_points=10_000, flow_basis_points=1_000, flow_ratio=2)
    return replace(RULES, calendar=calendar, banking=banking)


def test_deadlines_are_the_first_such_day_after_the_season() -> None:
    assert surrender_day(law(), 2027) == "2027-11-30"
    assert surrender_day(law(None), 2027) == "2028-11-30"
    assert due_day(law(), 2027, "03-01") == "2028-03-01"
    assert (over(law(), 2027), over(RULES, 2027)) == ("2027-10-01", "2028-01-01")
    assert [running(law(), day) for day in ("2027-09-30", "2027-10-01", "2028-01-01")] == [2027, 2028, 2028]
    assert len(season_days(law().calendar, 2027)) == 153


def test_only_the_days_of_the_season_are_reported_and_owed() -> None:
    runner = issued(law())
    names = ("NOx", "PM", "SO2")
    for day in (*season_days(law().calendar, 2027), "2027-04-30", "2027-10-01"):
        body = c.SealDay(
            "power-1", day, dict.fromkeys(names, (24, 0, 0)), dict.fromkeys(names, 10**6), f"e{next(_evidence)}"
        )
        done(runner, HOST, body, instant("2027-10-05", 9))
    at = instant("2027-10-20", 9)
    done(runner, HOST, c.NoteFindings("power-1", 2027), at)
    (event,) = done(runner, "power", c.ReportYear("s-power", 2027, {"VOC": 0}, {}), at).events
    assert isinstance(event, e.YearReported)
    assert event.measured_mg == dict.fromkeys(names, 153 * 10**6)
    owed = done(runner, VERIFIERS[0], c.VerifyYear("s-power", 2027, "satisfactory"), at).events[-1]
    assert isinstance(owed, e.YearVerified)
    assert owed.obligation["NOx"] == 153
    later = c.SealDay(
        "power-1", "2027-10-02", dict.fromkeys(names, (24, 0, 0)), dict.fromkeys(names, 10**6), f"e{next(_evidence)}"
    )
    done(runner, HOST, later, at)  # a monitor does not stop because a season is verified
    early = c.ReportYear("s-power", 2028, {"VOC": 0}, {})
    assert why(runner, "power", early, instant("2028-09-30", 9)) is Why.TOO_EARLY


def test_a_bank_is_measured_when_the_season_is_over() -> None:
    runner = issued(law())
    done(runner, AUTHORITY, c.SetCap("SO2", "KM", 2027), instant("2027-03-02", 9))
    before = len([*stated(runner)])
    done(runner, AUTHORITY, c.SetCap("SO2", "KM", 2028), instant("2027-09-30", 12))
    assert len([*stated(runner)]) == before == 0
    done(runner, AUTHORITY, c.SetCap("PM", "KM", 2028), instant("2027-10-01", 9))
    assert {(each.year, each.pollutant) for each in stated(runner)} == {(2027, "SO2"), (2027, "NOx")}
    mirror = Mirror()
    check(runner.state)
    for line in runner.journal.lines():
        mirror.follow(decode(line), runner.rules)


def stated(runner: Runner) -> list[e.FlowControlStated]:
    facts = (event for line in runner.journal.lines() for event in decode(line).events)
    return [event for event in facts if isinstance(event, e.FlowControlStated)]


def test_a_firm_counts_what_it_emits_in_the_season() -> None:
    rules, zone = rules_and_zone()
    whole, part = (firms_of(zone, 7, each)[0] for each in (rules, replace(rules, calendar=law().calendar)))
    for code, kg in whole.before_kg.items():
        assert abs(part.before_kg[code] - kg * 153 / 365) <= 1
    part.installed = part.steps
    assert part.from_day <= part.season.start, "all of it works when the season begins"
    assert part.abated_kg("SO2") == sum(step.potential_kg for step in part.steps["SO2"])


def test_the_lab_says_that_it_reckons_whole_years() -> None:
    _, zone = rules_and_zone()
    for asked in (lambda: measured_of(law(), "SO2"), lambda: case_of(zone, law(), "SO2", 2, 0.05, 0.0, 0.0)):
        with pytest.raises(Malformed, match="counts a season"):
            asked()


@pytest.mark.parametrize(
    ("season", "words"),
    [
        ('["02-01", "01-01"]', "ends on 01-01, before it begins on 02-01"),
        ('["02-29", "12-31"]', "there is no 02-29 in every year"),
        ('["01-01", "02-30"]', "there is no 02-30 in every year"),
    ],
)
def test_a_season_that_is_none_is_told_its_place(season: str, words: str) -> None:
    text = FILES["rulebook.toml"].replace(b"[calendar]\n", f"[calendar]\nseason = {season}\n".encode(), 1)
    with pytest.raises(Malformed, match=words):
        load_texts({**FILES, "rulebook.toml": text})


def test_a_day_that_is_none_is_before_no_other() -> None:
    """It was told a second time, as a season that ends before it begins."""
    text = FILES["rulebook.toml"].replace(b"[calendar]\n", b'[calendar]\nseason = ["09-30", "05-41"]\n', 1)
    _, faults = read({**FILES, "rulebook.toml": text})
    said = "\n".join(map(str, faults))
    assert "there is no 05-41 in every year" in said
    assert "before it begins" not in said
    assert "comes before" not in said, "deadlines follow the end of the season, and there is none"
