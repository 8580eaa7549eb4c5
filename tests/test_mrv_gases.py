"""Every gas that a rulebook may cap: read, converted to mg/m3 by the dialect of its device, and sealed."""

from __future__ import annotations

import math

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from airshed.model.refusal import Malformed
from airshed.mrv import flue_gas, hj212
from airshed.mrv.gases import BY_POLLUTANT, GASES, Gas, gas_code, mg_m3_per_ppm
from airshed.mrv.hj212.codes import factors_of
from airshed.mrv.hj212.frame_hours import hour_rows
from airshed.mrv.hj212.measures import factor_to_standard
from airshed.mrv.readings import FACTORS, FURTHER_GASES, POLLUTANT_CODES, HourReading
from airshed.mrv.states import Measured, Missing
from airshed.mrv.year import close_year, close_year_with_hours
from airshed.mrv.year_from_frames import told_year
from stack_years import NOX, RULES, STACK, YEAR, frame, readings_from_rows

HOUR = "20270101030000"
NO, NO2 = gas_code("NO"), gas_code("NO2")


@pytest.mark.parametrize("gas", GASES, ids=lambda gas: gas.pollutant)
def test_every_gas_is_a_row_of_the_printed_table_and_prints_its_measure(gas: Gas) -> None:
    """HJ 212-2017 table B.2."""
    (row,) = factors_of(gas.code)

    assert row.cite == "HJ 212-2017 table B.2"
    assert row.measure == gas.printed


def test_the_gases_of_the_programme_are_among_them_and_none_is_read_twice() -> None:
    assert {name: gas_code(name) for name in POLLUTANT_CODES} == POLLUTANT_CODES
    assert len({gas.code for gas in GASES}) == len({gas.pollutant for gas in GASES}) == len(GASES)
    assert not {*FACTORS} & {*FURTHER_GASES}


@pytest.mark.parametrize(
    "pollutant", ["CO", "Hg", "HCl", "NH3", "F", "CH4", "THC", "benzene", "toluene", "xylene", "NO", "NO2"]
)
def test_a_rulebook_that_caps_another_gas_can_weigh_it(pollutant: str) -> None:
    """Mass = mg/m3 x m3/h: the worked flow of 1,041,757.13 m3/h, whatever the gas."""
    gas = BY_POLLUTANT[pollutant]
    stack = msgspec.structs.replace(STACK, pollutants=(pollutant,))
    sent = 0.02 / gas.printed_to_mg_m3
    text = ";".join(
        f"{code}-Avg={mean:g},{code}-Flag={flag}" for code, (mean, flag) in frame({gas.code: (sent, "N")}).items()
    )
    raw = hj212.seal(f"ST=31;CN=2061;MN=A1;Flag=4;CP=&&DataTime={HOUR};{text}&&".encode())
    rows = hour_rows([raw], (*FACTORS, *FURTHER_GASES))
    _, hours = close_year_with_hours(stack, told_year(YEAR, rows), RULES)

    hour = hours[pollutant].raw.at(3)
    assert isinstance(hour, Measured)
    assert hour.mass_mg == pytest.approx(0.02 * 1_041_757.13, abs=1)


def test_carbon_dioxide_may_be_a_tenth_of_the_gas_and_dust_may_not() -> None:
    """12 % of CO2 are 12 x 10,000 ppm x 44 / 22.4 = 235,714 mg/m3."""
    by_volume = 12 * factor_to_standard(gas_code("CO2"), "%", "")
    stack = msgspec.structs.replace(STACK, pollutants=("CO2", "PM"))
    readings = readings_from_rows(
        YEAR, [(HOUR, frame({gas_code("CO2"): (by_volume, "N"), gas_code("PM"): (2e5, "N")}))]
    )
    _, hours = close_year_with_hours(stack, readings, RULES)

    assert by_volume == pytest.approx(235_714.29, abs=0.01)
    assert isinstance(hours["CO2"].raw.at(3), Measured)
    assert hours["PM"].raw.at(3) == Missing("absurd_value")


@pytest.mark.parametrize(
    ("code", "sent", "factor"),
    [
        ("a21026", "ppm", 64 / 22.4),
        ("a21002", "ppm", 46 / 22.4),
        ("02", "ppm", 64 / 22.4),
        ("a21003", "ppm", 30 / 22.4),
        ("a20057", "ug/m3", 0.001),
        ("a20057", "ng/m3", 1e-6),
        ("a21001", "mg/m3", 1e6),
        ("a21001", "ppm", 17 / 22.4 * 1e6),
        ("a05002", "mg/m3", 1e6),
        ("S08", "Pa", 0.001),
        ("B02", "m3/h", 1 / 3600),
    ],
)
def test_a_device_may_send_another_measure_than_the_table_prints(code: str, sent: str, factor: float) -> None:
    """Equation (20): M / 22.4; NH3 and CH4 are printed in ng/m3 and become mg/m3 when they are read."""
    assert factor_to_standard(code, sent, "") == pytest.approx(factor)


def test_dust_has_no_parts_per_million() -> None:
    with pytest.raises(Malformed, match=r"devices.csv line 2: a34013 in 'ppm' cannot become mg/m3"):
        factor_to_standard("a34013", "ppm", "devices.csv line 2")
    with pytest.raises(Malformed, match="known besides mg/m3: %, g/m3, ng/m3, ppb, ppm, ug/m3"):
        factor_to_standard("a21026", "grains", "")


@given(st.floats(0, 2_000), st.floats(0, 500))
def test_nitrogen_oxides_of_two_analysers_are_those_of_one_in_ppm(no_ppm: float, no2_ppm: float) -> None:
    """Equations (21) and (22) agree: 100 ppm of NO alone are 205.357 mg/m3 as NO2."""
    no, no2 = (
        ppm * (mg_m3_per_ppm(BY_POLLUTANT[name]) or math.nan) for name, ppm in (("NO", no_ppm), ("NO2", no2_ppm))
    )
    readings = readings_from_rows(YEAR, [(HOUR, {NO: (no, "N"), NO2: (no2, "N")})])

    assert readings.column(NOX)[3] == pytest.approx(float(flue_gas.nox_from_ppm(no_ppm, no2_ppm)), abs=1e-9)


def nox_of(reading: HourReading) -> tuple[float, str] | None:
    said = readings_from_rows(YEAR, [(HOUR, reading)]).at(3)
    assert said is not None
    return said.get(NOX)


def test_nitrogen_oxides_are_reckoned_only_from_two_readings_that_both_count() -> None:
    assert nox_of({NO: (60.0, "N"), NO2: (5.0, "N")}) == (97.0, "N")
    assert nox_of({NO: (60.0, "N"), NO2: (5.0, "D")}) == (97.0, "D")
    assert nox_of({NO: (60.0, "C"), NO2: (5.0, "D")}) == (97.0, "C")
    assert nox_of({NO: (60.0, "N"), NO2: (5.0, "")}) == (97.0, "")
    assert nox_of({NO: (60.0, "N")}) is None
    assert nox_of({NO: (60.0, "N"), NO2: (5.0, "N"), NOX: (90.0, "N")}) == (90.0, "N")


def test_a_year_of_nitric_oxide_and_dioxide_is_sealed_as_nox() -> None:
    rows = []
    for n in range(48):
        reading = {code: said for code, said in frame().items() if code != NOX}
        rows.append((f"202701{1 + n // 24:02}{n % 24:02}0000", {**reading, NO: (60.0 + n % 5, "N"), NO2: (5.0, "N")}))
    closed = close_year(msgspec.structs.replace(STACK, pollutants=("NOx",)), readings_from_rows(YEAR, rows), RULES)

    assert closed.days[0].masses[0].measured == 24
    kg = sum((60 + n % 5) * 46 / 30 + 5 for n in range(48)) * 1_041_757.13 / 1e6
    assert np.isclose(closed.masses[0].measured_mg / 1e6, kg, rtol=1e-7)
