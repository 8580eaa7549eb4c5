"""Control periods of several years: a part of a year falls due with it, the rest with the last, and nothing is lost."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from typing import Literal

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from airshed.compliance.control_period import interim
from airshed.compliance.obligation import obligation
from airshed.engine import commands as c
from airshed.engine import events as e
from airshed.engine.invariants import check
from airshed.engine.journal import GENESIS, MemoryJournal, Record, chain, decode, encode
from airshed.engine.procedures.control_periods import emitted
from airshed.engine.procedures.deadlines import deadline
from airshed.engine.procedures.supply import circulation
from airshed.engine.runner import Runner
from airshed.lab.simulator.mirror.whole import Mirror
from airshed.lab.simulator.small_market import opening
from airshed.model.refusal import Why
from airshed.rulebook import lookup
from airshed.rulebook.load import find, texts
from airshed.rulebook.load import read as read_law
from airshed.rulebook.period_table import ControlPeriod
from airshed.rulebook.schema import Rulebook
from beijing import instant
from laws import RULES
from markets import AUTHORITY, BEFORE, adopting, done, send, why
from test_export import verdict

SOURCE, ACCOUNT = "s-steel", "steel"
YEARS = (2027, 2028, 2029)
Rounding = Literal["up", "half_up", "down"]


@given(
    st.integers(0, 10**15), st.integers(0, 10_000), st.integers(1, 1_000), st.sampled_from(("up", "half_up", "down"))
)
def test_what_falls_due_and_what_is_deferred_are_the_obligation(
    mass_mg: int, share: int, size_kg: int, rounding: Rounding
) -> None:
    due, deferred = interim(mass_mg, share, size_kg, rounding)
    assert due + deferred == obligation(mass_mg, size_kg, rounding)
    assert min(due, deferred) >= 0
    assert abs(due * size_kg * 10**10 - mass_mg * share) < size_kg * 10**10


# --- in a book


def law(share: int = 5_000, rounding: Rounding = "up") -> Rulebook:
    """The law of the tests with one period of three years; what is left is banked, and vintages count for long."""
    replace = msgspec.structs.replace
    row = ControlPeriod(first=2027, last=2029, interim_basis_points=share, cite="a test", status="to confirm")
    later = tuple(replace(each, vintage=2029) for each in RULES.caps.rows if each.vintage == 2028)
    return replace(
        RULES,
        allowance=replace(RULES.allowance, rounding=rounding, vintages_back=2),
        banking=replace(RULES.banking, of="holdings", limit_basis_points=10_000),
        caps=replace(RULES.caps, rows=(*RULES.caps.rows, *later)),
        compliance=replace(RULES.compliance, control_periods=(row,)),
        roles=replace(RULES.roles, second=()),
    )


class Period:
    """A book under such a law in which the steelworks holds allowances of the first year."""

    def __init__(self, rules: Rulebook) -> None:
        self.rules = rules
        self.runner = Runner(MemoryJournal(), rules, tables=False)
        self.at = BEFORE
        self.done(adopting(rules))
        for actor, body in opening(rules, random.Random(3)):
            self.done(body, actor)
        self.done(c.SetCap("SO2", "KM", 2027))
        lines = tuple(c.ActivityLine(source, (2024,), (800,), (10**6,)) for source in (SOURCE, "s-cement"))
        self.done(c.Allocate("SO2", "KM", 2027, lines))

    def done(self, body: c.Body, actor: str = AUTHORITY) -> tuple[e.Event, ...]:
        return done(self.runner, actor, body, self.at).events

    def why(self, body: c.Body) -> tuple[Why, str]:
        answer = send(self.runner, AUTHORITY, body, self.at)
        assert answer.refusal is not None, answer.events
        return answer.refusal.why, answer.refusal.detail

    def mass(self, kilograms: float) -> dict[str, int]:
        codes = dict.fromkeys((rule.code for rule in lookup.owed(self.rules, "steel")), 0)
        return {**codes, "SO2": round(kilograms * 1_000)}

    def figure(self, year: int, kilograms: float) -> tuple[e.Event, ...]:
        self.at = max(self.at, instant(f"{year + 1}-05-01", 9))
        return self.done(c.DetermineYear(SOURCE, year, self.mass(kilograms), "a test"))

    def settled(self, year: int, given_up: int | None = None) -> None:
        given = self.runner.state.years[SOURCE, year].surrendered.get("SO2", 0)
        left = self.owed(year) - given if given_up is None else given_up
        if left:
            self.done(c.Surrender(SOURCE, year, "SO2", left), ACCOUNT)
        self.at = max(self.at, deadline(self.rules, year) + 1)
        self.done(c.CloseYear(ACCOUNT, year))

    def corrected(self, year: int, kilograms: float) -> list[e.YearAmended]:
        events = self.done(c.AmendYear(SOURCE, year, self.mass(kilograms), "found"))
        return [event for event in events if isinstance(event, e.YearAmended)]

    def owed(self, year: int) -> int:
        return self.runner.state.years[SOURCE, year].obligation["SO2"]

    def records(self) -> list[Record]:
        return [decode(line) for line in self.runner.journal.lines(0)]

    def agreed(self) -> None:
        """The second opinion and the verifier find nothing, and what years oblige to is what they emitted."""
        check(self.runner.state)
        followed(self.rules, self.records())
        assert verdict(exported(self.records()))[0] == 0
        known = [year for (source, _), year in self.runner.state.years.items() if source == SOURCE]
        size, how = self.rules.allowance.size_kg, self.rules.allowance.rounding
        whole = [obligation((year.verified_mg or {})["SO2"], size, how) for year in known]
        assert [emitted(self.runner.state, year, "SO2") for year in known] == whole
        if max(year.year for year in known) == 2029:
            assert sum(year.obligation["SO2"] for year in known) == sum(whole)


def followed(rules: Rulebook, records: Iterable[Record]) -> None:
    mirror = Mirror()
    for record in records:
        mirror.follow(record, rules)


def exported(records: Iterable[Record]) -> Iterator[bytes]:
    """As `airshed book export` writes them."""
    end = GENESIS
    for record in records:
        raw = encode(record)
        end = chain(end, raw)
        yield end.encode() + b" " + raw + b"\n"


KILOGRAMS = st.integers(0, 3_000_000).map(lambda grams: grams / 1_000)


@settings(max_examples=8, deadline=None)
@given(
    st.tuples(KILOGRAMS, KILOGRAMS, KILOGRAMS),
    st.sampled_from((0, 3_000, 5_000, 10_000)),
    st.sampled_from(("up", "half_up", "down")),
)
def test_the_years_of_a_period_oblige_to_what_was_emitted_in_it(
    kilograms: tuple[float, float, float], share: int, rounding: Rounding
) -> None:
    """I11. With each year before the last its share falls due, with the last all the rest."""
    book = Period(law(share, rounding))
    for year, emission in zip(YEARS, kilograms, strict=True):
        book.figure(year, emission)
        if year < 2029:
            assert book.owed(year) == obligation(round(emission * 1_000) * 1_000 * share, 10_000, rounding)
        book.settled(year)
    book.agreed()


def test_half_a_year_is_missing_and_fined_and_the_other_half_waits_for_the_last() -> None:
    book = Period(law())
    book.figure(2027, 1_001)
    assert book.owed(2027) == 501
    book.settled(2027, given_up=401)
    settled = book.runner.state.years[SOURCE, 2027].settled["SO2"]
    assert (settled.obligation, settled.shortfall, settled.makeup) == (501, 100, 100)
    book.figure(2028, 10)
    book.figure(2029, 7)
    assert book.owed(2029) == 500 + 5 + 7
    book.agreed()


def test_the_last_year_waits_for_the_others_and_they_are_not_reopened_under_it() -> None:
    book = Period(law())
    book.figure(2027, 100)
    book.at = instant("2030-02-01", 9)
    last = c.DetermineYear(SOURCE, 2029, book.mass(30), "a test")
    refused, said = book.why(last)
    assert (refused, "determine 2028 first" in said) == (Why.NOT_VERIFIED, True)
    assert book.why(c.ExcludeYear(SOURCE, 2029, "stood still"))[0] is Why.CONDITION_OPEN
    book.done(c.ExcludeYear(SOURCE, 2028, "stood still"))
    book.done(last)
    assert book.owed(2029) == 50 + 30
    assert book.why(c.ReopenYear(SOURCE, 2027, "found"))[0] is Why.CONDITION_OPEN
    book.done(c.ReopenYear(SOURCE, 2029, "found"))
    book.done(c.ReopenYear(SOURCE, 2027, "found"))
    book.figure(2027, 200)
    assert why(book.runner, AUTHORITY, c.CloseYear(ACCOUNT, 2029), book.at) is Why.NOT_VERIFIED
    book.figure(2029, 30)
    assert book.owed(2029) == 100 + 30
    book.agreed()


def test_a_year_that_comes_after_the_last_one_falls_due_whole() -> None:
    book = Period(law())
    book.at = instant("2030-02-01", 9)
    book.done(c.ExcludeYear(SOURCE, 2027, "stood still"))
    book.done(c.ExcludeYear(SOURCE, 2028, "stood still"))
    book.figure(2029, 30)
    book.done(c.IncludeYear(SOURCE, 2028, "ran after all"))
    book.figure(2028, 40)
    assert (book.owed(2028), book.owed(2029)) == (40, 30)
    book.agreed()


def test_a_deferred_year_that_is_corrected_moves_both_years() -> None:
    """Before the last year has a figure only its own part; afterwards the last one bears what it defers."""
    book = Period(law())
    book.figure(2027, 100)
    book.settled(2027)
    (only,) = book.corrected(2027, 200)
    assert (only.year, book.owed(2027)) == (2027, 100)
    for year in (2028, 2029):
        book.figure(year, 20)
        if year == 2028:
            book.settled(2028)
    assert book.owed(2029) == 100 + 10 + 20
    refused, said = book.why(c.AmendYear(SOURCE, 2027, book.mass(300), "found"))
    assert (refused, "reopen 2029 first" in said) == (Why.CONDITION_OPEN, True)
    book.settled(2029)
    more = book.corrected(2027, 300)
    assert [event.year for event in more] == [2027, 2029]
    assert (book.owed(2027), book.owed(2029)) == (150, 180)
    assert book.runner.state.years[SOURCE, 2029].extra["SO2"] == 50
    less = book.corrected(2027, 0)
    assert [event.year for event in less] == [2027, 2029]
    assert (book.owed(2027), book.owed(2029)) == (0, 30)
    back = [move for event in less for move in event.entry]
    assert back, "what was surrendered for more comes back"
    book.agreed()


def test_a_works_that_has_closed_keeps_its_account_until_the_period_is_settled() -> None:
    book = Period(law())
    book.figure(2027, 100)
    book.settled(2027)
    book.done(c.CloseSource(SOURCE, "2027-12-31", "torn down"))
    said = book.why(c.CloseAccount(ACCOUNT, "torn down"))[1]
    assert "s-steel 2029, not settled" in said
    book.figure(2028, 0)
    book.settled(2028)
    book.figure(2029, 0)
    assert book.owed(2029) == 50
    book.settled(2029)
    assert "s-steel 2029" not in book.why(c.CloseAccount(ACCOUNT, "torn down"))[1]
    book.agreed()


def test_what_waits_is_owed_where_the_number_in_circulation_is_counted() -> None:
    book = Period(law())
    before = circulation(book.runner.state, book.rules, 2027, "SO2")
    book.figure(2027, 1_000)
    assert circulation(book.runner.state, book.rules, 2027, "SO2") == before - 1_000
    book.settled(2027)
    assert circulation(book.runner.state, book.rules, 2027, "SO2") == before - 1_000


@pytest.mark.parametrize("kind", ["YearDetermined", "ObligationDeferred", "YearAmended"])
def test_the_second_opinion_and_the_verifier_find_a_part_that_is_lost(kind: str) -> None:
    book = Period(law())
    book.figure(2027, 100)
    book.settled(2027)
    book.corrected(2027, 200)
    book.agreed()
    replace = msgspec.structs.replace

    def forged(event: e.Event) -> e.Event:
        match event:
            case e.YearDetermined() if kind == "YearDetermined":
                return replace(event, obligation={**event.obligation, "SO2": 49})
            case e.ObligationDeferred() if kind == "ObligationDeferred":
                return replace(event, deferred={**event.deferred, "SO2": 49})
            case e.YearAmended() if kind == "YearAmended":
                moved = tuple(
                    replace(each, obligation=99) if each.pollutant == "SO2" else each for each in event.amended
                )
                return replace(event, amended=moved)
            case _:
                return event

    records = [replace(each, events=tuple(map(forged, each.events))) for each in book.records()]
    with pytest.raises(AssertionError, match="I11"):
        followed(book.rules, records)
    status, said = verdict(exported(records))
    assert (status, "I11" in said) == (1, True)


# --- the law


def test_periods_that_cannot_be_are_refused_with_their_line() -> None:
    head = "first,last,interim_basis_points,cite,status\n"
    files = texts(find("dianzhong"))

    def faults(rows: str) -> list[str]:
        _, found = read_law({**files, "control_periods.csv": (head + rows).encode()})
        return [str(each) for each in found]

    assert not faults("2027,2028,5000,a test,to confirm\n")
    assert "no period of 2 to 10 years" in faults("2028,2028,5000,a test,to confirm\n")[0]
    assert "vintages_back = 2 or more" in faults("2027,2029,5000,a test,to confirm\n")[0]
    twice = faults("2027,2028,5000,a test,to confirm\n2028,2029,5000,a test,to confirm\n")
    assert "control_periods.csv line 3, column last: 2028 to 2029 and 2027 to 2028 have years in common" in twice[0]
