"""A sector that owes from a year on: before it its works report and are verified, and owe nothing."""

from __future__ import annotations

import random
from typing import Any

import msgspec

from airshed.engine import commands as c
from airshed.engine import events as e
from airshed.engine.invariants import check
from airshed.engine.journal import MemoryJournal, decode
from airshed.engine.procedures.deadlines import deadline
from airshed.engine.runner import Runner
from airshed.lab.simulator.mirror.whole import Mirror
from airshed.lab.simulator.small_market import opening
from airshed.model.refusal import Why
from airshed.rulebook import lookup
from airshed.rulebook.digest import digest
from airshed.rulebook.load import find, load_texts, texts
from airshed.rulebook.load import read as read_law
from airshed.rulebook.schema import Rulebook
from airshed.service.book.standing import standings
from beijing import instant
from laws import RULES
from markets import AUTHORITY, BEFORE, adopting, adopting_next, done, send, why
from test_export import verdict

STEEL, CEMENT = "s-steel", "s-cement"


def law(first: int | None = 2028) -> Rulebook:
    """The law of the tests under which cement owes from a year on."""
    replace = msgspec.structs.replace
    sectors = tuple(replace(each, owes_from=first) if each.code == "cement" else each for each in RULES.sectors)
    return replace(RULES, sectors=sectors)


def begun(rules: Rulebook) -> Runner:
    runner = Runner(MemoryJournal(), rules, tables=False)
    done(runner, AUTHORITY, adopting(rules), BEFORE)
    for actor, body in opening(rules, random.Random(3)):
        done(runner, actor, body, BEFORE)
    for vintage in (2027, 2028):
        done(runner, AUTHORITY, c.SetCap("SO2", "KM", vintage), BEFORE)
    return runner


def lines(*sources: str) -> tuple[c.ActivityLine, ...]:
    return tuple(c.ActivityLine(source, (2024,), (800,), (10**6,)) for source in sources)


def determined(runner: Runner, source: str, year: int, kg: int, at: int) -> e.YearDetermined:
    codes = dict.fromkeys((rule.code for rule in lookup.owed(RULES, "steel")), 0)
    event = done(runner, AUTHORITY, c.DetermineYear(source, year, {**codes, "SO2": kg * 1_000}, "a test"), at).events
    assert isinstance(event[-1], e.YearDetermined)
    return event[-1]


def test_its_works_are_verified_and_owe_nothing_before_and_owe_from_then_on() -> None:
    runner = begun(law())
    at = instant("2028-03-01", 10)
    assert determined(runner, STEEL, 2027, 500, at).obligation["SO2"] == 500
    kiln = determined(runner, CEMENT, 2027, 700, at)
    assert (kiln.mass_mg["SO2"], kiln.obligation) == (700_000_000, {})
    assert why(runner, "cement", c.Surrender(CEMENT, 2027, "SO2", 1), at) is Why.TOO_LARGE
    later = instant("2029-03-01", 10)
    assert determined(runner, CEMENT, 2028, 900, later).obligation["SO2"] == 900
    check(runner.state)


def test_an_account_settles_its_other_works_whether_those_are_verified_or_not() -> None:
    """What does not owe yet holds nobody up, and is in no settlement."""
    at = deadline(law(), 2027) + 1
    for verified in (False, True):
        runner = begun(law())
        if verified:
            determined(runner, CEMENT, 2027, 700, at)
        (closed,) = done(runner, AUTHORITY, c.CloseYear("cement", 2027), at).events
        assert isinstance(closed, e.YearClosed)
        assert closed.settlements == ()
        follow(runner)
    assert why(begun(law(None)), AUTHORITY, c.CloseYear("cement", 2027), at) is Why.NOT_VERIFIED


def test_nothing_is_allocated_to_it_of_a_year_before() -> None:
    runner = begun(law())
    refusal = send(runner, AUTHORITY, c.Allocate("SO2", "KM", 2027, lines(STEEL, CEMENT)), BEFORE).refusal
    assert refusal is not None
    assert (refusal.why, refusal.detail) == (
        Why.NOT_ELIGIBLE,
        "s-cement is of cement, which owes nothing before 2028",
    )
    done(runner, AUTHORITY, c.Allocate("SO2", "KM", 2027, lines(STEEL)), BEFORE)
    done(runner, AUTHORITY, c.Allocate("SO2", "KM", 2028, lines(STEEL, CEMENT)), BEFORE)
    follow(runner)
    exported = [line.hash.encode() + b" " + line.record + b"\n" for line in runner.journal.lines()]
    assert verdict(exported)[0] == 0


def follow(runner: Runner) -> None:
    """The second opinion agrees."""
    mirror = Mirror()
    for line in runner.journal.lines():
        mirror.follow(decode(line), runner.rules)


def test_where_it_stands_counts_nothing_of_the_years_before() -> None:
    runner = begun(law())
    determined(runner, CEMENT, 2027, 700, instant("2028-03-01", 10))
    (kiln,) = (each for each in standings(runner.state, 2028) if each.source == CEMENT)
    assert kiln.status == "A"


def faults(**keys: Any) -> list[str]:
    files = texts(find("dianzhong"))
    said = "".join(f"{key} = {value}\n" for key, value in keys.items())
    toml = files["rulebook.toml"].decode().replace('code = "cement"\n', f'code = "cement"\n{said}', 1)
    return [str(fault) for fault in read_law({**files, "rulebook.toml": toml.encode()})[1]]


def test_a_law_says_the_year_and_one_that_does_not_keeps_its_digest() -> None:
    assert faults(owes_from=2028) == []
    assert "owes_from" in faults(owes_from=1999)[0]
    shipped = load_texts(texts(find("dianzhong")))
    assert digest(msgspec.structs.replace(shipped, sectors=law(None).sectors)) == digest(shipped)
    assert digest(msgspec.structs.replace(shipped, sectors=law().sectors)) != digest(shipped)


def test_what_was_settled_stays_owed_though_a_later_law_lets_the_sector_owe_later() -> None:
    """An amendment under the later law corrects it; found by the simulator as a year that gave all back and owed on."""
    replace, before = msgspec.structs.replace, law(None)
    later = replace(law(), programme=replace(RULES.programme, version="later"))
    runner = begun(before)
    runner.laws = {digest(later): later}.get
    at = deadline(before, 2027) + 1
    assert determined(runner, CEMENT, 2027, 700, at).obligation["SO2"] == 700
    done(runner, AUTHORITY, c.CloseYear("cement", 2027), at)
    done(runner, AUTHORITY, adopting_next(later), at)
    mass = dict.fromkeys(runner.state.years[CEMENT, 2027].settled, 0) | {"SO2": 800_000}
    amended = done(runner, AUTHORITY, c.AmendYear(CEMENT, 2027, mass, "a test"), at).events[0]
    assert isinstance(amended, e.YearAmended)
    assert {each.pollutant: (each.obligation, each.extra) for each in amended.amended}["SO2"] == (800, 100)
    check(runner.state)
