"""Sources without monitors: factors, balances, leaks, and CO2 by what burns."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from airshed.model.refusal import Malformed
from airshed.mrv.balances import MaterialFlow, Survey, leak_survey, material_balance
from airshed.mrv.co2 import as_meant, burnt, fuel_kg_per_kwh, fuel_of, fuels_of, t_per_gwh
from airshed.mrv.factors import (
    COLUMNS,
    EmissionFactor,
    Estimate,
    FactorSpread,
    combined,
    estimate,
    factor_of,
    factors_of,
    larger,
)
from airshed.zone.factors import shipped_factors, shipped_fuels

LIBRARY = shipped_factors()
HEADER = ",".join(COLUMNS)


def test_every_factor_cites_its_source_and_says_whether_it_is_confirmed() -> None:
    told = [(each.cite, each.status) for each in LIBRARY] + [(each.cite, each.status) for each in shipped_fuels()]
    for cite, status in told:
        assert cite
        assert status in {"confirmed", "to confirm"}
    assert len({each.name for each in LIBRARY}) == len(LIBRARY)


def test_crude_steel_of_the_south_west_emits_16_kg_of_so2_a_tonne() -> None:
    """MEP accounting rules: 16 in the south-west, 2 in the north-east, 4 elsewhere."""
    grams = {each.name: each.grams for each in LIBRARY}
    places = ("southwest", "northeast", "elsewhere")
    assert [grams[f"steel-{place}-so2"] for place in places] == [16_000, 2_000, 4_000]

    made = estimate(factor_of(LIBRARY, "steel-southwest-so2"), Decimal(1_000), 7_000)
    assert made.mass_mg == 4_800 * 1_000_000
    assert made.spread is None
    assert made.basis == "1000 t crude steel x 16000 g x (1 - 70 %)"


def test_the_larger_of_two_estimates_counts_and_names_the_other() -> None:
    factor = estimate(factor_of(LIBRARY, "steel-southwest-so2"), Decimal(1_000))
    balance = material_balance(
        "SO2", [MaterialFlow("coal", Decimal(600), Decimal("1.1")), MaterialFlow("ore", Decimal(1_600), Decimal("0.2"))]
    )

    assert factor.mass_mg == 16_000 * 1_000_000
    assert balance.mass_mg == 19_600 * 1_000_000
    chosen = larger([factor, balance])
    assert chosen.mass_mg == balance.mass_mg
    assert "larger than 16,000 kg by 1000 t crude steel" in chosen.basis
    assert larger([factor]) == factor


def test_sulphur_that_stays_in_ash_and_what_control_takes_out_is_not_emitted() -> None:
    coal = MaterialFlow("coal", Decimal(1_000), Decimal("1.5"))

    assert material_balance("SO2", [coal]).mass_mg == 30_000 * 1_000_000
    assert (
        material_balance("SO2", [coal], [MaterialFlow("ash", Decimal(250), Decimal("0.9"))], 9_000).mass_mg
        == 2_550 * 1_000_000
    )
    with pytest.raises(AssertionError):
        material_balance("SO2", [coal], [MaterialFlow("ash", Decimal(1_000), Decimal(2))])


def test_a_leak_survey_counts_the_leaking_by_one_factor_and_the_tight_by_another() -> None:
    leaking, tight = (factor_of(LIBRARY, f"leak-valve-gas-{state}") for state in ("leaking", "tight"))
    made = leak_survey(Survey(1_000, 20, Decimal(8_000)), leaking, tight)

    assert made.mass_mg == int(8_000 * (20 * Decimal("78.2") + 980 * Decimal("0.131")) * 1_000)
    assert made.status == "to confirm"
    average = factor_of(LIBRARY, "leak-valve-gas")
    assert made.mass_mg < estimate(average, Decimal(8_000_000)).mass_mg


def test_the_figures_of_the_paper_are_a_hundred_thousand_times_too_large_as_printed() -> None:
    """Three intensities headed "million tons CO2/GWh": 147.5 and 129.9 of two years, and the mean 132.3."""
    told = [as_meant(Decimal(printed)) for printed in ("147.5", "129.9", "132.3")]

    assert [each.t_per_gwh for each in told] == [1_475, 1_299, 1_323]
    assert [each.kg_per_kwh for each in told] == [Decimal("1.475"), Decimal("1.299"), Decimal("1.323")]
    assert all(each.printed * 1_000_000 == each.t_per_gwh * each.times_too_large for each in told)
    assert not any(each.plausible for each in told)
    assert as_meant(Decimal("90")).plausible


def test_the_figure_of_the_paper_is_physical_coal_at_the_heat_of_better_coal() -> None:
    """0.745 to 0.746 kg of raw coal a kWh at the default 20.908 GJ/t and 94,600 kg/TJ give 1,475 t/GWh."""
    coal = fuel_of(shipped_fuels(), "raw-coal")

    assert fuel_kg_per_kwh(Decimal(1_475), coal) == Decimal("0.746")
    made = burnt(coal, Decimal(745_700))
    assert t_per_gwh(made.co2_t, Decimal(1_000_000)) == Decimal("1474.9")
    lean = burnt(coal, Decimal(745_700), ncv_gj_per_t=Decimal(14))
    assert t_per_gwh(lean.co2_t, Decimal(1_000_000)) == Decimal("987.6")


def test_a_tonne_of_coal_equivalent_gives_2_77_tonnes_of_co2() -> None:
    made = burnt(fuel_of(shipped_fuels(), "standard-coal"), Decimal(1))

    assert round(made.co2_t, 2) == Decimal("2.77")
    assert made.spread == FactorSpread(Decimal("0.0539"), Decimal("0.0539"))
    less = burnt(fuel_of(shipped_fuels(), "standard-coal"), Decimal(1), oxidation=Decimal("0.96"))
    assert round(less.co2_t, 2) == Decimal("2.66")


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (
            "a,power,SO2,x,GJ,,,book,confirmed",
            "factors.csv line 2: grams 'x' is not a number; write digits, as in 12.5",
        ),
        (
            "a,power,SO2,0,GJ,,,book,confirmed",
            "factors.csv line 2: grams '0' is not above zero; give a number above zero",
        ),
        (
            "a,power,SO2,1e400,GJ,,,book,confirmed",
            "factors.csv line 2: grams '1e400' is larger than any plant's; give at most 1,000,000,000,000,000",
        ),
        ("a,power,SO2,5,GJ,6,7,book,confirmed", "low and high are not around grams; give both, or leave both empty"),
        ("a,power,SO2,5,GJ,4,,book,confirmed", "low and high are not around grams; give both, or leave both empty"),
        ("a,power,SO2,5,GJ,,,,confirmed", "factors.csv line 2: cites nothing; name the source of the figure"),
        ("a,power,SO2,5,GJ,,,book,sure", "no such status 'sure'; there are confirmed, to confirm"),
        ("a,power,SO2,5,GJ,,,book", "factors.csv line 2: has 8 cells, not 9; quote commas"),
        ("a,s,SO2,5,GJ,,,b,confirmed\na,s,SO2,5,GJ,,,b,confirmed", "line 3: 'a' is there already"),
    ],
)
def test_a_bad_row_of_the_library_names_its_line_and_the_cure(row: str, said: str) -> None:
    with pytest.raises(Malformed) as raised:
        factors_of(f"{HEADER}\n{row}\n")
    assert said in str(raised.value)


def test_another_header_and_a_fuel_out_of_its_range_are_refused() -> None:
    with pytest.raises(Malformed, match="another header"):
        factors_of("name,grams\n")
    header = "name,ncv_gj_per_t,ncv_cite,co2_kg_per_tj,low,high,cite,status"
    with pytest.raises(Malformed, match=r"fuels\.csv line 2"):
        fuels_of(f"{header}\ncoal,20,book,90000,95000,99000,book,confirmed\n")
    with pytest.raises(Malformed, match="there are raw-coal"):
        fuel_of(shipped_fuels(), "peat")
    with pytest.raises(Malformed, match="steel-voc"):
        factor_of(LIBRARY, "steel-so2")


amounts = st.decimals(0, 10**6, places=3)
shares = st.integers(0, 10_000)


@given(amounts, amounts, shares, shares)
def test_more_activity_never_emits_less_and_more_removal_never_more(
    one: Decimal, more: Decimal, removal: int, further: int
) -> None:
    factor = EmissionFactor("a", "s", "SO2", Decimal("12.5"), "t", Decimal(10), Decimal(20), "book", "confirmed")
    low, high = sorted((removal, further))

    assert estimate(factor, one + more, low).mass_mg >= estimate(factor, one, low).mass_mg
    assert estimate(factor, one, high).mass_mg <= estimate(factor, one, low).mass_mg


@given(st.lists(st.tuples(st.decimals(0, 2, places=2), st.decimals(0, 2, places=2)), min_size=1, max_size=4))
def test_a_range_of_a_product_is_at_least_its_widest_and_at_most_the_sum(sides: list[tuple[Decimal, Decimal]]) -> None:
    spread = combined(*(FactorSpread(below, above) for below, above in sides))
    step = Decimal("0.0001")

    for told, parts in ((spread.below, [one for one, _ in sides]), (spread.above, [one for _, one in sides])):
        assert max(parts) - step <= told <= sum(parts) + step


def test_an_activity_without_a_stated_range_leaves_the_estimate_without_one() -> None:
    coal = factor_of(LIBRARY, "power-coal-nox")

    assert estimate(coal, Decimal(10), 0, None).spread is None
    assert isinstance(estimate(coal, Decimal(10)), Estimate)
    assert estimate(coal, Decimal(10), 0, Decimal("0.05")).spread == FactorSpread(Decimal("0.0660"), Decimal("0.6765"))
