"""The formulas of HJ 212-2017 appendix D.2, with worked figures and published frames."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from airshed.mrv import flue_gas


def test_equations_18_to_33_give_the_worked_example_of_kunming() -> None:
    """HJ 212-2017 D.2: 60 mg/m3 wet at 52 C, 81 kPa less 150 Pa, 11 % moisture, 7.4 % oxygen, reference 6 %."""
    wet = flue_gas.standard_state(60.0, 81_000.0, -150.0, 52.0)
    dry = flue_gas.dry(wet, 0.11)
    flow = flue_gas.dry_standard_flow(flue_gas.duct_flow(38.5, 12.6), 52.0, 81_000.0, -150.0, 0.11)

    assert wet == pytest.approx(89.5176, abs=5e-5)
    assert dry == pytest.approx(100.5816, abs=5e-5)
    assert flue_gas.at_reference_oxygen(dry, 7.4, 6.0) == pytest.approx(110.9356, abs=5e-5)
    assert flue_gas.duct_flow(38.5, 12.6) == pytest.approx(1_746_360.00, abs=5e-3)
    assert flow == pytest.approx(1_041_757.13, abs=5e-3)
    assert flue_gas.hourly_mass_kg(dry, flow) == pytest.approx(104.7816, abs=5e-5)


def test_equations_20_to_22_turn_ppm_into_mass_with_nox_as_no2() -> None:
    assert flue_gas.from_ppm(100.0, "SO2") == pytest.approx(285.714, abs=5e-4)
    assert flue_gas.from_ppm(100.0, "NOx") == pytest.approx(205.357, abs=5e-4)
    assert flue_gas.nox_as_no2(60.0, 5.0) == pytest.approx(97.0)
    assert flue_gas.nox_from_ppm(100.0, 0.0) == pytest.approx(205.357, abs=5e-4)


def test_the_mass_of_a_published_hour_holds_to_its_printed_digits() -> None:
    """Frame QN=20240123101501421: NMHC 0.933 mg/m3, flow 5.331 m3/s, reported mass 0.018 kg."""
    flow = 5.331 * flue_gas.SECONDS_PER_HOUR

    assert flow == pytest.approx(19_191.6)
    assert flue_gas.hourly_mass_kg(0.933, flow) == pytest.approx(0.01791, abs=5e-6)


def test_converted_values_of_a_published_frame_agree_within_three_percent() -> None:
    """Frame QN=20180315134456001, oxygen 14.913 %, reference 6 %: a rule needs a tolerance and flags, not rejects."""
    for measured, reported in ((25.2100, 63.6616), (20.3400, 51.0317), (50.5467, 125.0510)):
        ours = flue_gas.at_reference_oxygen(measured, 14.913, 6.0)
        assert ours is not None
        assert ours / measured == pytest.approx(2.4643, abs=5e-5)
        assert reported == pytest.approx(ours, rel=0.03)


def test_a_stack_that_breathes_air_is_not_converted() -> None:
    """Frame of MN=44011600300021: at 20.70 % oxygen the formula multiplies by 50, its sender by 10, 12 and 39.95."""
    assert flue_gas.excess_air(20.70) * (21 - 6) / 21 == pytest.approx(50.0)
    assert flue_gas.at_reference_oxygen(1.75, 20.70, 6.0) is None
    assert flue_gas.at_reference_oxygen(1.75, math.nan, 6.0) is None
    assert flue_gas.at_reference_oxygen(1.75, 20.70, None) == 1.75


def test_sea_level_pressure_at_kunming_inflates_mass_by_a_quarter() -> None:
    here = flue_gas.altitude_pressure_pa(1_890.0)
    true = flue_gas.dry_standard_flow(1_000.0, 52.0, here, -150.0, 0.11)
    claimed = flue_gas.dry_standard_flow(1_000.0, 52.0, flue_gas.STANDARD_PA, -150.0, 0.11)

    assert here == pytest.approx(81_000, rel=0.01)
    assert claimed / true == pytest.approx(1.25, abs=0.01)
    fits = flue_gas.pressure_fits(np.array([81_000.0, 101_325.0, 60_000.0, math.nan]), 1_890.0, 500)
    assert fits.tolist() == [True, False, False, False]


@given(
    st.lists(st.tuples(st.floats(0, 2_000), st.floats(0, 25)), min_size=1, max_size=30),
    st.sampled_from([None, 3.0, 6.0, 10.0, 16.0]),
)
def test_a_column_converts_as_its_hours_do(hours: list[tuple[float, float]], reference: float | None) -> None:
    measured, oxygen = np.array([c for c, _ in hours]), np.array([o for _, o in hours])
    column = flue_gas.hours_at_reference_oxygen(measured, oxygen, reference)

    for converted, (c, o) in zip(column.tolist(), hours, strict=True):
        alone = flue_gas.at_reference_oxygen(c, o, reference)
        assert math.isnan(converted) if alone is None else converted == alone


@given(st.floats(1, 1_000), st.floats(0, 18.9), st.floats(0, 18.9))
def test_dilution_with_air_does_not_lower_the_converted_value(c: float, o2: float, thinner: float) -> None:
    """Air mixed in lowers the concentration in the share of 21 - O2: the conversion takes exactly that back."""
    low, high = sorted((o2, thinner))
    diluted = c * (21 - high) / (21 - low)

    assert flue_gas.at_reference_oxygen(diluted, high, 6.0) == pytest.approx(flue_gas.at_reference_oxygen(c, low, 6.0))
