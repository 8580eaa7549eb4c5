"""Works that the law does not oblige opt in from a year on with a baseline, owe until they leave, and share caps."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from airshed.engine import commands as c
from airshed.engine import events as e
from airshed.engine.procedures.deadlines import deadline
from airshed.model.refusal import Why
from airshed.rulebook import lookup
from airshed.rulebook.load import find, texts
from airshed.rulebook.load import read as read_law
from airshed.rulebook.schema import Rulebook
from airshed.rulebook.shipped import shipped
from airshed.zone.load import load
from airshed.zone.regulated import regulated
from beijing import instant
from laws import RULES
from markets import AUTHORITY, done, why
from test_control_periods import exported, followed
from test_export import verdict
from test_owes_from import CEMENT, STEEL, begun, determined, lines

replace = msgspec.structs.replace
BASELINE = tuple(c.OptInBaseline(rule.code, (2024,), (800,), (10**6,)) for rule in lookup.owed(RULES, "cement"))
JOINS = c.OptIn(CEMENT, 2027, BASELINE, "application 7")


def law(stays: int | None = None, **more: Any) -> Rulebook:
    """The law of the tests under which cement is voluntary."""
    roles = tuple(
        replace(each, command=kind)
        for each in RULES.roles.rows
        if each.command == "SetCap"
        for kind in ("OptIn", "OptOut")
    )
    sectors = tuple(
        replace(each, voluntary=True, stays_years=stays, **more) if each.code == "cement" else each
        for each in RULES.sectors
    )
    return replace(RULES, sectors=sectors, roles=replace(RULES.roles, rows=(*RULES.roles.rows, *roles), second=()))


def agreed(runner: Any) -> None:
    from airshed.engine.journal import decode

    records = [decode(line) for line in runner.journal.lines(0)]
    followed(runner.rules, records)
    assert verdict(exported(records))[0] == 0


def test_who_has_not_opted_in_shares_nothing_and_owes_nothing() -> None:
    runner = begun(law())
    allocate = c.Allocate("SO2", "KM", 2027, lines(STEEL, CEMENT))
    answer = runner.send(c.Command(AUTHORITY, "k", allocate), runner.state.at)
    assert answer.refusal is not None
    assert (answer.refusal.why, "has opted in" in answer.refusal.detail) == (Why.NOT_ELIGIBLE, True)
    at = instant("2028-03-01", 10)
    assert determined(runner, CEMENT, 2027, 700, at).obligation == {}
    agreed(runner)


def test_who_has_opted_in_shares_owes_and_is_settled_as_the_others_are() -> None:
    runner = begun(law())
    (event,) = done(runner, AUTHORITY, JOINS).events
    assert isinstance(event, e.SourceOptedIn)
    done(runner, AUTHORITY, c.Allocate("SO2", "KM", 2027, lines(STEEL, CEMENT)))
    at = instant("2028-03-01", 10)
    assert determined(runner, CEMENT, 2027, 700, at).obligation["SO2"] == 700
    done(runner, "cement", c.Surrender(CEMENT, 2027, "SO2", 700), at)
    (closed,) = done(runner, AUTHORITY, c.CloseYear("cement", 2027), deadline(runner.rules, 2027) + 1).events
    assert isinstance(closed, e.YearClosed)
    assert {each.source for each in closed.settlements} == {CEMENT}
    agreed(runner)


def test_its_baseline_is_the_one_with_which_it_opted_in() -> None:
    runner = begun(law())
    done(runner, AUTHORITY, JOINS)
    other = c.ActivityLine(CEMENT, (2024,), (900,), (10**6,))
    assert why(runner, AUTHORITY, c.Allocate("SO2", "KM", 2027, (*lines(STEEL), other))) is Why.NOT_ELIGIBLE


def test_it_leaves_after_the_years_of_the_law_and_returns_what_it_was_given_for_later() -> None:
    runner = begun(law(stays=2))
    done(runner, AUTHORITY, JOINS)
    assert why(runner, AUTHORITY, c.OptOut(CEMENT, 2027, "application 8")) is Why.TOO_EARLY
    later = replace(JOINS, year=2028)
    assert why(runner, AUTHORITY, later) is Why.ALREADY_EXISTS
    runner = begun(law())
    done(runner, AUTHORITY, JOINS)
    done(runner, AUTHORITY, c.Allocate("SO2", "KM", 2028, lines(STEEL, CEMENT)))
    leaves = c.OptOut(CEMENT, 2027, "application 8")
    assert why(runner, AUTHORITY, leaves) is Why.CONDITION_OPEN
    count = runner.state.grants[CEMENT, "SO2-KM-2028"].count
    done(runner, "cement", c.ReturnExcess(CEMENT, "SO2-KM-2028", count, "it leaves"))
    done(runner, AUTHORITY, leaves)
    assert why(runner, AUTHORITY, leaves) is Why.NOTHING_DUE
    assert determined(runner, CEMENT, 2027, 700, instant("2028-03-01", 10)).obligation["SO2"] == 700
    assert why(runner, AUTHORITY, c.OptIn(CEMENT, 2027, BASELINE, "a"), instant("2028-03-01", 10)) is Why.ALREADY_EXISTS
    assert determined(runner, CEMENT, 2028, 700, instant("2029-03-01", 10)).obligation == {}
    done(runner, AUTHORITY, c.OptIn(CEMENT, 2029, BASELINE, "application 9"), instant("2029-03-01", 10))
    agreed(runner)


def test_a_zone_does_not_say_who_opted_in() -> None:
    """So the lab and the demo leave works of a voluntary sector out, but where the law obliges them later."""
    zone = load(shipped("zones", "dianzhong"))
    assert {source.sector for source in regulated(zone, RULES).sources} - {"cement"} == {
        source.sector for source in regulated(zone, law()).sources
    }
    assert regulated(zone, law(owes_from=2028)) == regulated(zone, RULES)


def test_why_somebody_does_not_opt_in_or_out() -> None:
    runner = begun(law())
    for body, reason in (
        (replace(JOINS, source=STEEL), Why.NOT_ELIGIBLE),
        (replace(JOINS, year=2026), Why.TOO_LATE),
        (replace(JOINS, baseline=BASELINE[1:]), Why.NOT_ELIGIBLE),
        (replace(JOINS, baseline=(replace(BASELINE[0], output=()), *BASELINE[1:])), Why.NOT_ELIGIBLE),
        (replace(JOINS, baseline=(replace(BASELINE[0], output=(-1,)), *BASELINE[1:])), Why.NOT_POSITIVE),
        (replace(JOINS, reason=" "), Why.UNEXPLAINED),
        (replace(JOINS, source="s-mill"), Why.UNKNOWN_SOURCE),
        (c.OptOut(CEMENT, 2027, "a"), Why.NOTHING_DUE),
    ):
        assert why(runner, AUTHORITY, body, instant("2027-03-01", 10)) is reason
    assert why(runner, "cement", JOINS) is Why.ROLE_MAY_NOT
    at = instant("2028-03-01", 10)
    determined(runner, CEMENT, 2027, 700, at)
    done(runner, AUTHORITY, replace(JOINS, year=2028), at)
    assert why(runner, AUTHORITY, c.OptOut(CEMENT, 2028, " "), at) is Why.UNEXPLAINED
    assert why(runner, AUTHORITY, c.OptOut(CEMENT, 2028, "a"), instant("2029-03-01", 10)) is Why.TOO_LATE


def test_a_sector_that_owes_later_may_be_voluntary_before() -> None:
    runner = begun(law(owes_from=2028))
    assert why(runner, AUTHORITY, replace(JOINS, year=2028)) is Why.NOTHING_DUE
    done(runner, AUTHORITY, JOINS)
    done(runner, AUTHORITY, c.Allocate("SO2", "KM", 2027, lines(STEEL, CEMENT)))
    agreed(runner)


def test_the_second_opinion_finds_who_owes_and_never_opted_in() -> None:
    from airshed.engine.journal import decode

    runner = begun(law())
    done(runner, AUTHORITY, JOINS)
    done(runner, AUTHORITY, c.Allocate("SO2", "KM", 2027, lines(STEEL, CEMENT)))
    records = [decode(line) for line in runner.journal.lines(0)]
    left = [each for each in records if not any(isinstance(event, e.SourceOptedIn) for event in each.events)]
    with pytest.raises(AssertionError, match="I11"):
        followed(runner.rules, left)


def test_a_law_with_a_voluntary_sector_names_who_lets_works_in() -> None:
    files = texts(find("dianzhong"))
    text = files["rulebook.toml"].decode()

    def faults(added: str, roles: bytes = b"") -> list[str]:
        toml = text.replace('code = "cement"', f'code = "cement"\n{added}', 1).encode()
        found = {**files, "rulebook.toml": toml, "roles.csv": files["roles.csv"] + roles}
        return [str(each) for each in read_law(found)[1]]

    sends = b"OptIn,,zone,,,,,,,,,,,\nOptOut,,zone,,,,,,,,,,,\n"
    assert not faults("voluntary = true\nstays_years = 2", sends)
    assert "nobody may send OptIn" in faults("voluntary = true")[0]
    assert "nobody opts in" in faults("stays_years = 2", sends)[0]
