"""Groups that answer together: above the level those above their own part owe allowances besides, until a day."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from airshed.compliance.assurance import GroupAccount, owed_besides
from airshed.engine import commands as c
from airshed.engine import events as e
from airshed.engine.procedures.deadlines import deadline
from airshed.model.refusal import Why
from airshed.pages.portal.dues import dues
from airshed.pages.portal.office.queue import GROUP, items
from airshed.rulebook.group_table import AssuranceGroup
from airshed.rulebook.load import find, texts
from airshed.rulebook.load import read as read_law
from airshed.rulebook.schema import Rulebook
from beijing import instant
from markets import AUTHORITY
from test_control_periods import Period, exported, followed
from test_control_periods import law as of_periods
from test_export import verdict

replace = msgspec.structs.replace
WORKS = {"s-steel": "steel", "s-cement": "cement"}


@given(
    st.dictionaries(st.sampled_from("abcdef"), st.tuples(st.integers(0, 10**9), st.integers(0, 10**9)), min_size=1),
    st.integers(0, 10**9),
    st.sampled_from((10_000, 20_000)),
)
def test_what_is_above_the_level_is_owed_as_often_as_the_law_says_by_who_is_above(
    drawn: dict[str, tuple[int, int]], more: int, factor: int
) -> None:
    accounts = {name: GroupAccount(*each) for name, each in drawn.items()}
    level = sum(each.own for each in accounts.values()) + more
    owed = owed_besides(level, accounts, factor)
    excess = max(0, sum(each.emitted for each in accounts.values()) - level)
    assert abs(sum(owed.values()) - excess * factor // 10_000) <= len(accounts) * factor // 10_000
    assert all(accounts[name].above for name in owed)
    if excess == 0:
        assert owed == {}


def test_a_state_that_was_above_its_level_owes_two_for_each_ton() -> None:
    """40 CFR 97.825: budget of Mississippi for the ozone season 6,315 t and 21 % of it: what is above costs two."""
    fleets = {"one": GroupAccount(4_000, 2_500), "two": GroupAccount(4_600, 3_800), "three": GroupAccount(20, 1_341)}
    owed = owed_besides(7_641, fleets, 20_000)
    assert owed == {"one": 2 * 638, "two": 2 * 341}
    assert sum(owed.values()) == 2 * (8_620 - 7_641)


# --- in a book


def law(**level: Any) -> Rulebook:
    """The law of the tests with one group; what is owed besides is surrendered until November."""
    rules = of_periods()
    members = {} if "level_basis_points" in level else {"sources": " ".join(WORKS)}
    row = AssuranceGroup(
        **{"jurisdiction": None if members else "KM", "factor_basis_points": 20_000, **members, **level},
        group="km",
        period=2027,
        pollutant="SO2",
        surrender_by="11-01",
        cite="a test",
        status="to confirm",
    )
    roles = tuple(replace(each, command="SettleGroup") for each in rules.roles.rows if each.command == "SetCap")
    return replace(
        rules,
        compliance=replace(rules.compliance, control_periods=(), assurance_groups=(row,)),
        roles=replace(rules.roles, rows=(*rules.roles.rows, *roles)),
    )


class Together(Period):
    """The book of the tests of periods with figures of both works of Kunming."""

    def emit(self, kilograms: dict[str, int], year: int = 2027) -> None:
        """Figures of a year, all of which is given and settled."""
        self.at = max(self.at, instant(f"{year + 1}-05-01", 9))
        for source, count in kilograms.items():
            self.done(c.DetermineYear(source, year, self.mass(count), "a test"))
            if count:
                self.done(c.Surrender(source, year, "SO2", count), WORKS[source])
        self.at = deadline(self.rules, year) + 1
        for source in kilograms:
            self.done(c.CloseYear(WORKS[source], year))

    def settle(self, outputs: dict[str, int] | None = None) -> dict[str, int]:
        lines = tuple(c.OutputLine(source, output) for source, output in (outputs or {}).items())
        (event,) = self.done(c.SettleGroup("km", 2027, lines))
        assert isinstance(event, e.GroupSettled)
        return {line.source: line.more for line in event.lines if line.more}

    def extra(self, source: str) -> int:
        return self.runner.state.years[source, 2027].extra.get("SO2", 0)


def begun(rules: Rulebook, steel: int, cement: int) -> Together:
    book = Together(rules)
    book.emit({"s-steel": steel, "s-cement": cement})
    return book


def granted(book: Together, source: str) -> int:
    return book.runner.state.grants[source, "SO2-KM-2027"].count


def test_a_city_above_its_level_is_shared_by_works_above_what_they_were_given() -> None:
    """The level is a part of the cap; own parts are the same part of what was given free."""
    book = begun(law(level_basis_points=1_000), 500_000, 200_000)
    level = round(6_453_000 / 10)
    own = granted(book, "s-steel") // 10
    owed = book.settle()
    assert owed == {"s-steel": 2 * (700_000 - level)}
    assert own > 200_000, "cement is under its own part"
    assert book.extra("s-steel") == owed["s-steel"]
    book.agreed()


def test_what_is_owed_besides_is_surrendered_until_its_day_and_missing_after_it() -> None:
    book = begun(law(level_count=100_000), 80_000, 60_000)
    owed = book.settle()
    assert sum(owed.values()) == 2 * 40_000
    assert book.runner.state.owed["steel", "SO2"] == owed["s-steel"]
    told = dues(book.runner.state, book.rules, "steel", book.at, 0)
    assert [due.day for due in told if "added after it was settled" in due.what.en] == ["2028-11-01"]
    book.done(c.Surrender("s-steel", 2027, "SO2", owed["s-steel"]), "steel")
    assert book.runner.state.owed["steel", "SO2"] == 0
    book.emit({"s-steel": 10, "s-cement": 10}, 2028)
    closed = (event for record in book.records() for event in record.events if isinstance(event, e.YearClosed))
    late = [event for event in closed if event.late]
    assert [(each.source, each.shortfall) for event in late for each in event.late] == [("s-cement", owed["s-cement"])]
    settled = book.runner.state.years["s-cement", 2027].settled["SO2"]
    assert (settled.shortfall, settled.makeup) == (owed["s-cement"], owed["s-cement"])
    book.agreed()


def test_works_that_average_answer_for_a_mean_rate() -> None:
    book = begun(law(level_g_per_output=200, factor_basis_points=10_000), 500, 100)
    outputs = {"s-steel": 2_000, "s-cement": 800}
    assert book.settle(outputs) == {"s-steel": 600 - 560}
    book.agreed()


def test_a_group_within_its_level_owes_nothing_besides() -> None:
    book = begun(law(level_g_per_output=200), 500, 100)
    assert book.settle({"s-steel": 1_000, "s-cement": 2_000}) == {}, "steel alone is above"
    assert not book.runner.state.extras
    book.agreed()


def test_a_correction_changes_the_own_emission_and_nothing_of_what_the_group_owes() -> None:
    book = begun(law(level_count=100_000), 80_000, 60_000)
    owed = book.settle()["s-steel"]
    (more,) = book.corrected(2027, 80_500)
    assert [each.extra for each in more.amended if each.pollutant == "SO2"] == [owed + 500]
    (less,) = book.corrected(2027, 0)
    assert book.owed(2027) == owed
    assert [each.obligation for each in less.amended if each.pollutant == "SO2"] == [owed]
    book.agreed()


def test_it_waits_until_all_is_settled_and_is_done_once() -> None:
    book = Together(law(level_count=100_000))
    book.at = instant("2028-05-01", 9)
    settle = c.SettleGroup("km", 2027)
    assert book.why(c.SettleGroup("qj", 2027))[0] is Why.WRONG_KIND
    assert book.why(c.SettleGroup("km", 2026))[0] is Why.WRONG_KIND
    refused, said = book.why(settle)
    assert (refused, "close the year of steel first" in said) == (Why.CONDITION_OPEN, True)
    office = book.runner.state.actors[AUTHORITY]
    assert not [each for each in items(book.runner.state, book.rules, office, book.at, {}) if each.kind == GROUP]
    book.emit({"s-steel": 1, "s-cement": 1})
    (waits,) = [each for each in items(book.runner.state, book.rules, office, book.at, {}) if each.kind == GROUP]
    assert (waits.href, waits.due) == ("/act/SettleGroup?group=km&year=2027", "2028-11-01")
    assert book.why(c.SettleGroup("km", 2027, (c.OutputLine("s-steel", 1),)))[0] is Why.WRONG_KIND
    book.done(settle)
    assert not [each for each in items(book.runner.state, book.rules, office, book.at, {}) if each.kind == GROUP]
    assert book.why(settle)[0] is Why.ALREADY_EXISTS


def test_a_rate_needs_a_line_for_each_source_and_no_other() -> None:
    book = begun(law(level_g_per_output=200), 500, 100)
    for lines, why in (
        ((("s-steel", 1),), Why.NOT_ELIGIBLE),
        ((("s-steel", 1), ("s-power", 1)), Why.NOT_ELIGIBLE),
        ((("s-steel", 1), ("s-steel", 1)), Why.ALREADY_EXISTS),
    ):
        body = c.SettleGroup("km", 2027, tuple(c.OutputLine(*line) for line in lines))
        assert book.why(body)[0] is why
    missing = law(level_count=100_000, sources="s-steel s-mill")
    other = Together(missing)
    assert other.why(c.SettleGroup("km", 2027))[0] is Why.UNKNOWN_SOURCE


@pytest.mark.parametrize("change", ["more", "own", "level"])
def test_the_second_opinion_finds_a_group_that_is_settled_otherwise(change: str) -> None:
    book = begun(law(level_count=100_000), 80_000, 60_000)
    book.settle()

    def forged(event: e.Event) -> e.Event:
        if not isinstance(event, e.GroupSettled):
            return event
        if change == "level":
            return replace(event, level=event.level + 100)
        line = replace(event.lines[0], **{change: getattr(event.lines[0], change) + 900_000})
        return replace(event, lines=(line, *event.lines[1:]))

    records = [replace(each, events=tuple(map(forged, each.events))) for each in book.records()]
    with pytest.raises(AssertionError, match="I11"):
        followed(book.rules, records)


def test_the_verifier_finds_who_owes_besides_and_is_not_above() -> None:
    book = begun(law(level_count=100_000), 80_000, 10)
    book.settle({})
    records = [
        replace(
            each,
            events=tuple(
                replace(event, lines=tuple(replace(line, more=5) for line in event.lines))
                if isinstance(event, e.GroupSettled)
                else event
                for event in each.events
            ),
        )
        for each in book.records()
    ]
    assert "I11" in verdict(exported(records))[1]


# --- the law


def test_a_group_that_cannot_be_is_refused_with_its_line() -> None:
    head = (
        "group,period,pollutant,jurisdiction,sources,level_basis_points,level_count,level_g_per_output,"
        "factor_basis_points,surrender_by,cite,status\n"
    )
    files = texts(find("dianzhong"))
    sends = files["roles.csv"] + b"SettleGroup,,zone,,,,,,,,,,,\n"

    def faults(row: str, roles: bytes = sends) -> list[str]:
        return [
            str(each)
            for each in read_law({**files, "assurance_groups.csv": (head + row).encode(), "roles.csv": roles})[1]
        ]

    row = "km,2027,SO2,KM,,11800,,,20000,11-01,a test,to confirm\n"
    assert not faults(row)
    for other, said in (
        (row.replace("SO2", "CO2"), "column pollutant: no such pollutant 'CO2'"),
        (row.replace("KM,", "XX,"), "column jurisdiction: no such jurisdiction 'XX'"),
        (row.replace("KM,,", "KM,A B,"), "km says both"),
        (row.replace("KM,,", ",,"), "km says neither"),
        (row.replace("11800,,", "11800,5,"), "km has not one level"),
        (row.replace("11800,,", ",,"), "km has not one level"),
        (row.replace("KM,,", ",A B,"), "km is no jurisdiction and has no cap"),
        (row.replace("11-01", "02-30"), "no such day in every year as 02-30"),
        (row + row, "stands in line 2 already"),
    ):
        assert said in faults(other)[0]
    assert "nobody may send SettleGroup" in faults(row, files["roles.csv"])[0]


def test_a_role_settles_it_and_no_other() -> None:
    book = begun(law(level_count=100_000), 1, 1)
    said = book.runner.send(c.Command("steel", "k", c.SettleGroup("km", 2027)), book.at)
    assert said.refusal is not None
    assert said.refusal.why is Why.ROLE_MAY_NOT
    assert AUTHORITY != "steel"
