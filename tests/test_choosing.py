"""Which of several figures of one mass counts, by the rulebook; balances and leaks with their ranges."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from airshed.model.refusal import Malformed
from airshed.mrv.balances import leaks, material_balance
from airshed.mrv.determination import MethodRule, choose, rule_of
from airshed.mrv.factors import Estimate, FactorSpread, added, estimate, factor_of
from airshed.service.stacks.records import flows_of, method_rules, surveys_of
from airshed.zone.factors import shipped_factors
from laws import RULES

RULE_ROWS = method_rules(RULES)
LIBRARY = shipped_factors()


def figure(mass_mg: int, pollutant: str = "SO2") -> Estimate:
    return Estimate(pollutant, mass_mg, None, "somehow", "somebody", "to confirm")


def rule(sector: str, process: str, pollutant: str) -> MethodRule:
    found = rule_of(RULE_ROWS, sector, process, pollutant)
    assert found is not None
    return found


def test_crude_steel_takes_the_larger_of_balance_and_factor() -> None:
    """MEP accounting rules: 16 kg SO2/t in the south-west, and the larger of two estimates."""
    steel = rule("steel", "any", "SO2")
    factor = estimate(factor_of(LIBRARY, "steel-southwest-so2"), Decimal(1_000), 7_000)

    chosen = choose(steel, {"factor": factor, "balance": figure(5_000 * 1_000_000)})
    assert (chosen.method, chosen.ahead_mg) == ("balance", 200 * 1_000_000)
    assert chosen.passed_over == (("factor", 4_800 * 1_000_000),)
    assert not chosen.lacking
    assert "MEP rules" in chosen.rule.cite

    chosen = choose(steel, {"factor": factor, "balance": figure(4_000 * 1_000_000)})
    assert (chosen.method, chosen.ahead_mg) == ("factor", 800 * 1_000_000)


def test_the_larger_of_two_is_not_final_while_one_is_lacking() -> None:
    chosen = choose(rule("steel", "any", "SO2"), {"factor": figure(1)})

    assert chosen.lacking == ("balance",)
    assert chosen.ahead_mg is None


def test_a_process_with_a_row_of_its_own_goes_before_any() -> None:
    assert rule("steel", "sinter head", "SO2").rule == "first"
    assert rule("steel", "converter secondary", "SO2").rule == "larger"
    assert rule_of(RULE_ROWS, "metals", "any", "SO2") is None


def test_a_monitor_goes_before_a_factor_however_much_less_it_says() -> None:
    chosen = choose(rule("power", "coal boiler", "NOx"), {"factor": figure(100, "NOx"), "monitor": figure(1, "NOx")})

    assert (chosen.method, chosen.ahead_mg) == ("monitor", -99)


def test_a_method_that_the_rulebook_does_not_admit_is_refused_with_those_that_there_are() -> None:
    with pytest.raises(Malformed, match="steel SO2 is not found by monitor; there are balance, factor"):
        choose(rule("steel", "any", "SO2"), {"monitor": figure(1)})


@given(st.dictionaries(st.sampled_from(["monitor", "manual", "balance", "factor"]), st.integers(0, 10**15), min_size=1))
def test_the_larger_counts_whatever_is_given(masses: dict[str, int]) -> None:
    steel = MethodRule("s", "any", "SO2", ("monitor", "manual", "balance", "factor"), "larger", "x", "to confirm")
    chosen = choose(steel, {method: figure(mass) for method, mass in masses.items()})

    assert chosen.estimate.mass_mg == max(masses.values()) == masses[chosen.method]
    assert {chosen.method, *(method for method, _ in chosen.passed_over), *chosen.lacking} == set(steel.methods)


def test_a_balance_has_the_range_of_its_flows() -> None:
    """120 kt x 1.5 % = 1,800 t S +- 5 % = 90 t; kept 600 t +- 10 % = 60 t: sqrt(90^2 + 60^2) / 1,200 = 9.0 %."""
    head = "material,way,tonnes,sulphur_percent,range_percent"
    into, kept = flows_of(f"{head}\ncoal,in,120000,1.5,5\nslag,kept,60000,1,10\n", "sulphur.csv")

    made = material_balance("SO2", into, kept)
    assert made.mass_mg == 2_400 * 10**9
    assert made.spread == FactorSpread(Decimal("0.0901"), Decimal("0.0901"))
    into, kept = flows_of(f"{head}\ncoal,in,120000,1.5,5\nslag,kept,60000,1,\n", "sulphur.csv")
    assert material_balance("SO2", into, kept).spread is None


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ("slag,kept,60000,1,", "sulphur.csv: nothing goes in; give a row whose way is in"),
        ("coal,in,10,1,\nslag,kept,60000,1,", "t of sulphur are kept of 0.1 t; check tonnes and percent"),
        ("coal,out,10,1,", "column way: 'out' is not written as it should be; write text like in or kept"),
        ("coal,in,10,101,", "column sulphur_percent: 101.0 is out of bounds"),
        ("coal,in,nan,1,", "column tonnes: 'nan' is not a number"),
    ],
)
def test_a_bad_balance_is_named(rows: str, said: str) -> None:
    with pytest.raises(Malformed) as raised:
        flows_of(f"material,way,tonnes,sulphur_percent,range_percent\n{rows}", "sulphur.csv")
    assert said in str(raised.value)


def survey(rows: str) -> tuple[Estimate, ...]:
    surveys, lines = surveys_of(f"component,count,leaking,hours,range_percent\n{rows}", "survey.csv")
    return leaks(surveys, LIBRARY, [f"survey.csv line {line}" for line in lines])


def test_a_kind_that_nobody_looked_at_has_the_average_factor() -> None:
    looked, unlooked = survey("valve-gas,1000,20,8000,\nvalve-gas,1000,,8000,\n")

    assert looked.mass_mg == int(8_000 * (20 * Decimal("78.2") + 980 * Decimal("0.131")) * 1_000)
    assert unlooked.mass_mg == int(8_000 * 1_000 * Decimal("5.97") * 1_000)


def test_leaks_have_the_range_that_is_given_and_their_sum_a_smaller_one() -> None:
    found = survey("valve-gas,1000,,8000,80\nvalve-gas,1000,,8000,80\n")

    assert [each.spread for each in found] == [FactorSpread(Decimal("0.8000"), Decimal("0.8000"))] * 2
    assert added(found).spread == FactorSpread(Decimal("0.5657"), Decimal("0.5657"))
    assert survey("valve-gas,1000,20,8000,")[0].spread is None


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("valve-gas,10,11,8000,", "survey.csv line 2, column leaking: 11 of 10 leak; count again"),
        ("flange,10,1,8000,", "survey.csv line 2: no factor of component 'flange'; there are connector,"),
        ("compressor-gas,10,1,8000,", "compressor-gas has no factor of a leaking one; leave leaking empty"),
        ("valve-gas,0,,8000,", "column count: 0 is out of bounds"),
        ("valve-gas,10,1,9000,", "column hours: 9000.0 is out of bounds"),
    ],
)
def test_a_bad_survey_is_named(row: str, said: str) -> None:
    with pytest.raises(Malformed) as raised:
        survey(row)
    assert said in str(raised.value)


def test_a_factor_without_a_range_may_be_given_one() -> None:
    voc = factor_of(LIBRARY, "cement-voc")

    assert estimate(voc, Decimal(10)).spread is None
    assert estimate(voc, Decimal(10), 0, Decimal(0), Decimal("0.6")).spread == FactorSpread(
        Decimal("0.6"), Decimal("0.6")
    )
