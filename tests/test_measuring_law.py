"""The law of measuring as data: which law fills, part 75 row by row, and which limits an outlet has by what it is."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import msgspec
import numpy as np
import pytest

from airshed.mrv.applicability import absences, fits, limit_on, limits_of, scope_on
from airshed.mrv.rules import (
    LimitScope,
    LimitValue,
    MarkRule,
    MonitoringRules,
    Part75Parameter,
    Part75Rules,
    StackRegistration,
    SubstitutionTier,
)
from airshed.mrv.year import close_year
from airshed.rulebook import lookup
from airshed.rulebook.load import find, load, load_texts, read
from airshed.rulebook.shipped import shipped
from airshed.zone.load import of_law
from airshed.zone.monitoring import monitoring_rules, registrations
from laws import FILES, RULES
from stack_years import SO2, STACK, YEAR, changed, steady_year

ZONE = of_law(RULES)
SHIPPED = monitoring_rules(RULES)


def law(old: str, new: str, file: str = "rulebook.toml") -> MonitoringRules:
    """The monitoring rules after one replacement in the shipped rulebook."""
    text = FILES[file].decode()
    assert old in text
    return monitoring_rules(load_texts({**FILES, file: text.replace(old, new, 1).encode()}))


def faults(file: str, old: str, new: str) -> list[str]:
    text = FILES[file].decode()
    assert old in text
    return [str(fault) for fault in read({**FILES, file: text.replace(old, new, 1).encode()})[1]]


@pytest.mark.parametrize("kind", [MonitoringRules, Part75Rules, Part75Parameter, SubstitutionTier, MarkRule])
def test_the_law_has_no_second_copy_in_the_code(kind: type[msgspec.Struct]) -> None:
    """A default would be law that no rulebook says: that of a fault was `invalid`, the shipped one `exempt`."""
    assert [field.name for field in msgspec.structs.fields(kind) if not field.required] == []
    assert SHIPPED.law == "hj75"


def test_the_law_of_the_rulebook_fills_the_year() -> None:
    """Ten hours lost at a steady source with a peak before: the highest of 180 hours, or the mean of two neighbours."""
    readings = changed(steady_year(), slice(5_000, 5_010), flags={SO2: "D"})
    readings = changed(readings, 4_990, values={SO2: 400.0})

    ours, theirs = (
        close_year(STACK, readings, rules).masses[0] for rules in (SHIPPED, law('law = "hj75"', 'law = "part75"'))
    )

    assert (ours.substituted, theirs.substituted) == (10, 10)
    assert ours.measured_mg == theirs.measured_mg
    assert ours.mass_mg > theirs.mass_mg


def test_a_tier_of_part_75_that_is_changed_changes_the_year() -> None:
    readings = changed(steady_year(), slice(5_000, 5_010), flags={SO2: "D"})
    readings = changed(readings, 4_990, values={SO2: 400.0})
    american = msgspec.structs.replace(SHIPPED, law="part75")
    harder = msgspec.structs.replace(
        law("gas,950,24,before_after,,", "gas,950,24,maximum,,", "part75.csv"), law="part75"
    )

    mild, hard = (close_year(STACK, readings, rules).masses[0].mass_mg for rules in (american, harder))

    assert hard > mild


def test_the_comparison_with_a_limit_is_that_of_the_law() -> None:
    assert SHIPPED.comparison == "full"
    assert law('comparison = "full"', 'comparison = "rounded"').comparison == "rounded"


def test_a_flat_line_is_invalid_where_the_law_says_so() -> None:
    readings = changed(steady_year(), slice(100, 130), values={SO2: 80.0})
    flat = law("flat_line_invalid = false", "flat_line_invalid = true")

    assert close_year(STACK, readings, SHIPPED).masses[0].substituted == 0
    assert close_year(STACK, readings, flat).masses[0].substituted == 30


def test_the_monthly_share_is_that_of_the_law() -> None:
    limit = LimitValue("power", "ultra-low", "SO2", 150.0, None, "monthly share")
    readings = changed(steady_year(), slice(0, 50), values={SO2: np.linspace(160, 200, 50)})

    for share, short in ((9_500, (1,)), (9_000, ())):
        rules = law("monthly_share_basis_points = 9_500", f"monthly_share_basis_points = {share}")
        rules = msgspec.structs.replace(rules, limits=(limit,))
        (found,) = [each for each in close_year(STACK, readings, rules).exceedances if each.limit == limit]
        assert found.months_short == short


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        (
            "rulebook.toml",
            'law = "hj75"',
            'law = "hj76"',
            "rulebook.toml [monitoring] law: no such choice 'hj76'; there are hj75, part75 (did you mean 'hj75'?)",
        ),
        (
            "part75.csv",
            "gas,950,,percentile,90",
            "gas,950,,percentile,",
            "part75.csv line 3: statistic percentile with percentile empty; a percentile has its number; "
            "leave the others empty",
        ),
        (
            "part75.csv",
            "flow,0,,potential",
            "flow,10,,potential",
            "part75.csv: no row of flow holds from availability 0 on; add one",
        ),
        (
            "part75.csv",
            "nox,900,,percentile",
            "nox,900,48,percentile",
            "part75.csv: nox from 90 % leaves runs of more than 48 hours without a rule; "
            "add a row of this availability with longest_hours empty",
        ),
        (
            "part75.csv",
            "gas,950,24,before_after",
            "gas,950,24,nearest",
            "part75.csv line 2, column statistic: no such choice 'nearest'; "
            "there are before_after, average, percentile, maximum, potential",
        ),
        (
            "methods.csv",
            "cement,any,SO2,monitor manual balance factor",
            "cement,any,SO2,monitor guess",
            "methods.csv line 2, column methods: 'monitor guess' is not written as it should be; "
            "write text like monitor balance factor",
        ),
        (
            "methods.csv",
            "steel,any,SO2,balance factor",
            "steel,any,SO2,factor",
            "takes the larger of one method; name two methods, or write first",
        ),
        (
            "applicability.csv",
            "gb4915-kiln-general",
            "gb4915-kiln-genral",
            "column limit_set: no such limit set 'gb4915-kiln-genral'; there are gb13223-coal-existing",
        ),
        (
            "applicability.csv",
            ",2012,,no,2014-07-01",
            ",2012,,sometimes,2014-07-01",
            "applicability.csv line 2, column special: no such choice 'sometimes'; there are yes, no",
        ),
        (
            "test_methods.csv",
            "SO2,HJ 57-2017,3",
            "SO2,HJ 57-2017,-3",
            "test_methods.csv line 2, column lowest_mg_m3: -3.0 is out of bounds; write a number above 0 to 100,000",
        ),
    ],
)
def test_a_fault_in_the_law_of_measuring_names_its_place(file: str, old: str, new: str, said: str) -> None:
    found = faults(file, old, new)
    assert any(said in fault for fault in found), found


def test_rows_of_applicability_that_overlap_are_a_contradiction() -> None:
    found = faults(
        "applicability.csv",
        "gb13223-coal-existing,,coal boiler,,2012,,no,2014-07-01",
        "gb13223-coal-existing,,coal boiler,,2014,,no,2012-01-01",
    )
    assert any("holds for outlets of line 2, too" in fault for fault in found), found


def test_every_outlet_of_the_zone_has_by_what_it_is_the_set_that_the_inventory_names() -> None:
    for stack in registrations(ZONE).values():
        scope = scope_on(SHIPPED, stack, "2027-01-01")
        assert scope is not None, stack.stack
        assert scope.limit_set == stack.limit_set, stack.stack


BOILER = StackRegistration(
    "B", "S", ("SO2",), "", 1.0, 0.0, 1.0, sector="power", process="coal boiler", places=("QJ", "Xuanwei")
)


@pytest.mark.parametrize(
    ("commissioned", "areas", "day", "mg_m3"),
    [
        (2008, (), "2014-06-30", None),  # existing boilers: from 2014-07-01 on
        (2008, (), "2014-07-01", 200.0),
        (2012, (), "2014-06-30", 100.0),
        (2012, ("Xuanwei",), "2014-06-30", 50.0),
        (2012, ("QJ",), "2014-06-30", 50.0),
        (2012, ("KM",), "2014-06-30", 100.0),
        (None, (), "2027-01-01", None),  # nobody knows when: no row asks for less
        (None, ("QJ",), "2027-01-01", 50.0),
    ],
)
def test_a_boiler_has_its_limit_by_commissioning_region_and_day(
    commissioned: int | None, areas: tuple[str, ...], day: str, mg_m3: float | None
) -> None:
    """GB 13223-2011: 200 existing, 100 new, 50 in key areas."""
    rules = msgspec.structs.replace(SHIPPED, special_areas=areas)
    limit = limit_on(rules, msgspec.structs.replace(BOILER, commissioned=commissioned), "SO2", day)

    assert (None if limit is None else limit.limit_mg_m3) == mg_m3


def test_a_new_fluidised_bed_has_100_and_an_existing_one_200() -> None:
    """GB 13223-2011 table 1: NOx 200 for W-flame boilers, existing fluidised beds, and those in service before 2004."""
    for process, commissioned, mg_m3 in (
        ("coal boiler cfb", 2008, 200.0),
        ("coal boiler cfb", 2012, 100.0),
        ("coal boiler nox200", 2012, 200.0),
        ("coal boiler", 2008, 100.0),
    ):
        stack = msgspec.structs.replace(BOILER, process=process, commissioned=commissioned)
        limit = limit_on(SHIPPED, stack, "NOx", "2027-01-01")
        assert limit is not None
        assert limit.limit_mg_m3 == mg_m3, process


@pytest.mark.parametrize("law", ["dianzhong", "shanxi"])
@pytest.mark.parametrize(
    ("commissioned", "areas", "day", "dust_so2_nox"),
    [
        (2009, (), "2015-06-30", (None, None, None)),
        (2009, (), "2015-07-01", (30.0, 600.0, 400.0)),
        (2014, (), "2014-03-01", (30.0, 600.0, 400.0)),
        (2009, (), "2026-03-31", (30.0, 600.0, 400.0)),
        (2020, ("QJ",), "2026-03-31", (20.0, 400.0, 300.0)),
        (2009, (), "2026-04-01", (10.0, 50.0, 80.0)),
        (2020, ("QJ",), "2026-04-01", (10.0, 50.0, 80.0)),
        (2026, (), "2026-04-01", (10.0, 50.0, 80.0)),
        (2027, ("QJ",), "2028-01-01", (10.0, 50.0, 80.0)),
    ],
)
def test_dryers_with_heat_of_their_own_have_the_limits_of_the_amendment_from_its_day(
    law: str, commissioned: int, areas: tuple[str, ...], day: str, dust_so2_nox: tuple[float | None, ...]
) -> None:
    """Amendment of GB 4915-2013: 10, 50, 80 mg/m3 from 2026-04-01; before 30, 600, 400 (key areas 20, 400, 300)."""
    rules = msgspec.structs.replace(monitoring_rules(load(find(law))), special_areas=areas)
    stack = msgspec.structs.replace(BOILER, sector="cement", process="dryer", commissioned=commissioned)
    dust = "PM" if law == "dianzhong" else "DUST"
    measured = lookup.pollutant(load(find(law)), dust).measured

    found = [limit_on(rules, stack, pollutant, day) for pollutant in (measured, "SO2", "NOx")]

    assert tuple(limit and limit.limit_mg_m3 for limit in found) == dust_so2_nox
    assert {limit.reference_o2_percent for limit in found if limit} <= {8.0}


def test_a_year_in_which_an_amendment_begins_has_both_limits_and_the_ones_about_it_have_one() -> None:
    dryer = msgspec.structs.replace(BOILER, sector="cement", process="dryer", commissioned=2009)

    spans = {
        year: [(limit.limit_mg_m3, first, after) for limit, first, after in limits_of(SHIPPED, dryer, "NOx", year)]
        for year in (2025, 2026, 2027)
    }

    assert spans == {2025: [(400, 0, 8_760)], 2026: [(400, 0, 2_160), (80, 2_160, 8_760)], 2027: [(80, 0, 8_760)]}


def test_the_amendment_says_how_sure_its_figures_and_its_days_are() -> None:
    limits = [row for row in RULES.limits.rows if row.limit_set == "gb4915-dryer-amended"]
    scopes = [row for row in RULES.applicability.rows if row.limit_set == "gb4915-dryer-amended"]

    assert len(limits) == 3
    assert len(scopes) == 4
    assert {row.status for row in limits} | {row.status for row in scopes} == {"to confirm"}
    assert all("secondary page" in cite for cite in [row.cite for row in limits] + [row.cite for row in scopes])
    assert all("2028-01-01" in row.cite for row in scopes if row.commissioned_before is not None)


@pytest.mark.parametrize("law", ["dianzhong", "shanxi"])
def test_a_sinter_head_is_judged_at_sixteen_percent_oxygen_since_the_amendment(law: str) -> None:
    """Amendment of GB 28662-2012, item 1: before it the gas was judged as measured; the figures stay."""
    rules = monitoring_rules(load(find(law)))
    stack = msgspec.structs.replace(BOILER, sector="steel", process="sinter head", commissioned=2009)
    for areas, dust in (((), 50), (("QJ",), 40)):
        here = msgspec.structs.replace(rules, special_areas=areas)
        before, since = (limit_on(here, stack, "PM", day) for day in ("2020-12-31", "2021-01-01"))
        assert before is not None
        assert since is not None
        assert (before.limit_mg_m3, before.reference_o2_percent) == (dust, None)
        assert (since.limit_mg_m3, since.reference_o2_percent) == (dust, 16)


@pytest.mark.parametrize(
    ("process", "areas", "pollutant", "limit"),
    [
        ("hot stove", (), "PM", 20),
        ("hot stove", (), "NOx", 300),
        ("cast house", (), "PM", 25),
        ("cast house", ("QJ",), "PM", 15),
        ("converter primary", (), "PM", 50),
        ("converter secondary", ("QJ",), "PM", 15),
        ("eaf secondary", ("QJ",), "PM", 15),
    ],
)
def test_every_outlet_of_iron_and_steel_has_its_limit(
    process: str, areas: tuple[str, ...], pollutant: str, limit: float
) -> None:
    """GB 28663-2012 and GB 28664-2012, tables 2 and 3."""
    rules = msgspec.structs.replace(SHIPPED, special_areas=areas)
    stack = msgspec.structs.replace(BOILER, sector="steel", process=process, commissioned=2009)
    found = limit_on(rules, stack, pollutant, "2027-01-01")
    assert found is not None
    assert found.limit_mg_m3 == limit


def test_the_ultra_low_opinion_of_cement_is_known_and_binds_nobody() -> None:
    rows = {row.pollutant: row for row in RULES.limits.rows if row.limit_set == "ultra-low-kiln"}
    assert {code: (row.limit_mg_m3, row.reference_o2_percent) for code, row in rows.items()} == {
        "SO2": (35, 10),
        "NOx": (50, 10),
        "PM": (10, 10),
    }
    assert {(row.statistic, row.status) for row in rows.values()} == {("monthly share", "to confirm")}
    assert all(scope.limit_set != "ultra-low-kiln" for scope in RULES.applicability.rows)


@pytest.mark.parametrize(
    ("sector", "process", "commissioned", "new", "existing"),
    [
        ("cement", "kiln tail", 2014, "2014-03-01", "2015-07-01"),
        ("cement", "kiln head", 2014, "2014-03-01", "2015-07-01"),
        ("steel", "sinter head", 2013, "2012-10-01", "2015-01-01"),
        ("steel", "converter secondary", 2013, "2012-10-01", "2015-01-01"),
        ("steel", "converter primary", 2013, "2012-10-01", "2015-01-01"),
        ("steel", "cast house", 2013, "2012-10-01", "2015-01-01"),
        ("steel", "hot stove", 2013, "2012-10-01", "2015-01-01"),
        ("steel", "eaf secondary", 2013, "2012-10-01", "2015-01-01"),
        ("steel", "reheating furnace", 2013, "2012-10-01", "2015-01-01"),
    ],
)
def test_new_works_have_the_limits_of_a_standard_before_those_in_being(
    sector: str, process: str, commissioned: int, new: str, existing: str
) -> None:
    """A kiln of 2014 was told that the standard of 2004 held for it until 2015."""
    stack = msgspec.structs.replace(BOILER, sector=sector, process=process)
    for year, first in ((commissioned, new), (commissioned - 1, existing)):
        own = msgspec.structs.replace(stack, commissioned=year)
        eve = (date.fromisoformat(first) - timedelta(days=1)).isoformat()
        assert limit_on(SHIPPED, own, "PM", eve) is None, year
        assert limit_on(SHIPPED, own, "PM", first) is not None, year


@pytest.mark.parametrize("law", ["dianzhong", "shanxi"])
def test_every_outlet_has_one_limit_or_a_stated_absence_on_every_day_from_the_first(law: str) -> None:
    """For each process, age and area: from the first day of its rows no day is without an answer."""
    rules = monitoring_rules(load(find(law)))
    begins = {each.valid_from for each in rules.scopes} | {each.valid_from for each in rules.limits}
    days = sorted(begins | {"2013-01-01", "2027-01-01"})
    for sector, process in sorted({(each.sector or "power", each.process) for each in rules.scopes}):
        for commissioned in (1990, 2003, 2004, 2011, 2012, 2014, 2020):
            for areas in ((), ("QJ",)):
                here = msgspec.structs.replace(rules, special_areas=areas)
                stack = msgspec.structs.replace(BOILER, sector=sector, process=process, commissioned=commissioned)
                own = [each for each in here.scopes if fits(each, stack, areas)]
                sets = {each.limit_set for each in own} - {None}
                pollutants = {each.pollutant for each in here.limits if each.limit_set in sets}
                assert own, stack
                for day in (each for each in days if each >= min(scope.valid_from for scope in own)):
                    scope = scope_on(here, stack, day)
                    assert scope is not None, (stack, day)
                    found = {each for each in pollutants if limit_on(here, stack, each, day) is not None}
                    assert found == (set() if scope.limit_set is None else pollutants), (stack, day)
                    assert scope.limit_set is not None or "not in these tables" in scope.cite, (stack, day)


def test_what_a_standard_held_before_the_tables_begin_is_said_not_passed_over() -> None:
    kiln = msgspec.structs.replace(BOILER, sector="cement", process="kiln tail", commissioned=2009)

    assert limits_of(SHIPPED, kiln, "SO2", 2013) == ()
    assert absences(SHIPPED, kiln, 2013)[0].startswith("GB 4915-2004 held until 2015-06-30")
    assert len(absences(SHIPPED, kiln, 2015)) == 1
    assert absences(SHIPPED, kiln, 2016) == ()


def test_a_county_that_comes_under_special_limits_in_the_middle_of_a_year_changes_them_then() -> None:
    special = LimitScope("gb13223-coal-special", "coal boiler", special=True, valid_from=f"{YEAR}-07-01")
    rules = msgspec.structs.replace(
        SHIPPED,
        scopes=(*(each for each in SHIPPED.scopes if not each.special), special),
        special_areas=("Xuanwei",),
    )
    stack = msgspec.structs.replace(BOILER, commissioned=2008)

    spans = [(limit.limit_mg_m3, first, after) for limit, first, after in limits_of(rules, stack, "SO2", YEAR)]

    assert spans == [(200.0, 0, 4_344), (50.0, 4_344, 8_760)]


def test_a_scope_goes_before_the_set_that_the_inventory_names_and_without_one_that_set_holds() -> None:
    named = msgspec.structs.replace(BOILER, commissioned=2008, limit_set="ultra-low-coal")
    unknown = msgspec.structs.replace(named, process="an old stove")

    for stack, mg_m3 in ((named, 200.0), (unknown, 35.0)):
        limit = limit_on(SHIPPED, stack, "SO2", "2027-01-01")
        assert limit is not None
        assert limit.limit_mg_m3 == mg_m3


def test_the_order_of_rows_is_no_law() -> None:
    for file in ("part75.csv", "methods.csv", "applicability.csv", "test_methods.csv", "quality.csv"):
        head, *rows = FILES[file].decode().splitlines()
        assert load_texts({**FILES, file: "\n".join([head, *reversed(rows)]).encode()}) == RULES, file


def test_the_tables_of_measuring_lie_in_the_shipped_folder() -> None:
    folder: Path = shipped("rulebooks", "dianzhong")
    for name in ("part75.csv", "test_methods.csv", "methods.csv", "applicability.csv", "quality.csv"):
        assert (folder / name).is_file(), name


def test_every_figure_of_monitoring_is_a_key_of_the_rulebook() -> None:
    """What `MonitoringRules` has and the rulebook does not say would be law by installing a package."""
    elsewhere = {"counts", "tiers", "part75", "limits", "scopes", "special_areas", "comparison", "marks", "quality"}
    keys = {*type(RULES.monitoring).__struct_fields__}

    assert {*MonitoringRules.__struct_fields__} - elsewhere - keys == set()
    for key in keys & {*MonitoringRules.__struct_fields__} - elsewhere:
        assert getattr(SHIPPED, key) == getattr(RULES.monitoring, key), key


@pytest.mark.parametrize(
    "key",
    [
        "standstill_velocity_m_s",
        "ambient_oxygen_percent",
        "leak_celsius",
        "unit_slip_hours",
        "clock_tolerance_hours",
        "long_hole_hours",
        "identity_total_basis_points",
        "identity_converted_basis_points",
    ],
)
def test_a_tolerance_that_the_law_changes_reaches_the_rules(key: str) -> None:
    shipped_value = getattr(RULES.monitoring, key)
    changed_value = shipped_value + 1

    assert getattr(law(f"{key} = {shipped_value}", f"{key} = {changed_value}"), key) == changed_value
