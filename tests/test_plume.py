"""The built-in plume and the matrix that it gives: figures of ISC3 by hand, and tables that are none.

Each figure is worked out here from the formula of US EPA's ISC3 user's guide, volume II (EPA-454/B-95-003b), in the
comment beside it, with a pocket calculator.
"""

from __future__ import annotations

import math
import shutil
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from airshed.lab.air.plume import (
    DIRECTIONS,
    MIXING_M,
    NG_PER_S,
    SECTOR,
    SPREAD,
    Chimney,
    Stability,
    Wind,
    load_ng_m3,
    rise_m,
    spread_m,
    vertical,
    wind_at,
)
from airshed.lab.air.transfer import default_matrix, read_transfer
from airshed.model.refusal import Malformed
from airshed.rulebook.shipped import shipped
from airshed.zone.load import of_law
from laws import RULES

FOLDER = shipped("zones", "dianzhong")
ZONE = of_law(RULES)
TRANSFER = read_transfer(FOLDER)
COLD = Chimney(25.0, 102.0, 100.0, 3.0, 12.0, 10.0)
HOT = Chimney(25.0, 102.7, 200.0, 6.0, 15.0, 130.0)
classes = st.sampled_from(sorted(SPREAD))
#: Degrees of latitude of a metre northwards.
PER_M = math.degrees(1 / 6_371_000)


def wind(stability: Stability = "D", speed: float = 4.0, wind_from: str = "S", share: int = 10_000) -> Wind:
    return Wind(wind_from, stability, speed, share, "test")


def north(chimney: Chimney, metres: float, rose: list[Wind], **how: float) -> float:
    """The load at a receptor so many metres north of a stack."""
    return load_ng_m3(chimney, chimney.lat + metres * PER_M, chimney.lon, rose, **how)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("stability", "metres", "spread"),
    [
        ("A", 1_000, 200.0),  # 0.20 x
        ("B", 1_000, 120.0),  # 0.12 x
        ("C", 10_000, 461.88),  # 0.08 x (1 + 2)^-1/2 = 800 / 1.73205
        ("D", 10_000, 150.0),  # 0.06 x (1 + 15)^-1/2 = 600 / 4
        ("E", 10_000, 75.0),  # 0.03 x / (1 + 3)
        ("F", 10_000, 40.0),  # 0.016 x / (1 + 3)
    ],
)
def test_the_spread_is_that_of_briggs_in_open_country(stability: Stability, metres: float, spread: float) -> None:
    assert spread_m(stability, metres) == pytest.approx(spread, rel=1e-4)


def test_the_wind_at_the_stack_follows_the_power_law() -> None:
    assert wind_at(100.0, wind("D", 4.0)) == pytest.approx(5.650, abs=1e-3)  # 4 (100/10)^0.15 = 4 x 1.41254
    assert wind_at(100.0, wind("F", 2.0)) == pytest.approx(7.096, abs=1e-3)  # 2 (100/10)^0.55 = 2 x 3.54813
    assert wind_at(5.0, wind("D", 4.0)) == 4.0  # below the anemometer it is that of the anemometer
    assert wind_at(10.0, wind("D", 0.2)) == 1.0  # no plume is reckoned with less


def test_a_hot_plume_rises_as_briggs_says() -> None:
    # F = 9.80665 x 15 x 6^2 x (403.15 - 288) / (4 x 403.15) = 378.1; u = 4 (20)^0.15 = 6.269
    # neutral, F >= 55: 38.71 F^0.6 / u = 38.71 x 35.21 / 6.269 = 217.4
    assert rise_m(HOT, wind("D", 4.0)) == pytest.approx(217.4, abs=0.1)
    # small, F < 55: d = 1, v = 5: F = 9.80665 x 5 x 115.15 / 1612.6 = 3.501; u = 4: 21.425 F^0.75 / u = 13.71
    small = Chimney(25.0, 102.0, 10.0, 1.0, 5.0, 130.0)
    assert rise_m(small, wind("D", 4.0)) == pytest.approx(13.71, abs=0.01)
    # stable: s = 9.80665 x 0.035 / 288 = 0.0011918; u = 2: 2.6 (3.501 / (2 x 0.0011918))^(1/3) = 2.6 x 11.37 = 29.55
    assert rise_m(small, wind("F", 2.0)) == pytest.approx(29.55, abs=0.02)
    assert rise_m(COLD, wind()) == 0.0  # colder than the air


def test_the_ground_sees_the_plume_and_its_images() -> None:
    assert vertical(0.0, 50.0, None) == 2.0
    assert vertical(100.0, 50.0, None) == pytest.approx(0.27067, abs=1e-5)  # 2 e^-2
    assert vertical(100.0, 50.0, 1_000.0) == pytest.approx(0.27067, abs=1e-5)  # a far lid changes nothing
    assert vertical(1_200.0, 50.0, 1_000.0) == 0.0  # above the lid nothing comes down
    assert vertical(500.0, 2_000.0, 1_000.0) == pytest.approx(5.01326, abs=1e-5)  # sqrt(2 pi) x 2: evenly filled
    # where the images give way to the even layer, both say the same
    assert vertical(300.0, 1_599.9, 1_000.0) == pytest.approx(vertical(300.0, 1_600.1, 1_000.0), rel=2e-3)


def test_the_mean_of_a_year_by_hand() -> None:
    # wind always from the south, class D, 4 m/s; 10 km north of a cold stack of 100 m.
    # chi = Q V / (sqrt(2 pi) R dtheta u sigma), Q = 31.7098 mg/s = 3.17098e7 ng/s
    # sigma 150, u 5.6502, V = 2 exp(-0.5 (100/150)^2) = 1.60147 (lid at 1 km: its images add nothing)
    # = 3.17098e7 x 1.60147 / (2.50663 x 10000 x 0.392699 x 5.6502 x 150) = 6.087
    assert north(COLD, 10_000, [wind()]) == pytest.approx(6.087, abs=0.005)
    assert north(COLD, 10_000, [wind(wind_from="N")]) == 0.0  # upwind
    assert north(COLD, 10_000, [wind(share=2_500), wind(wind_from="N", share=7_500)]) == pytest.approx(
        6.087 / 4, abs=2e-3
    )


def test_what_passes_the_walls_of_a_box_is_what_the_stack_emits() -> None:
    """Mass: far out, class B fills the mixed layer; load times wind, height and arc sum to the emission."""
    rose = [wind("B", 3.0, each, 625) for each in DIRECTIONS]
    metres = 40_000.0
    passed = sum(
        load_ng_m3(
            COLD,
            COLD.lat + metres * math.cos(number * SECTOR) * PER_M,
            COLD.lon + metres * math.sin(number * SECTOR) * PER_M / math.cos(math.radians(COLD.lat)),
            rose,
        )
        * wind_at(COLD.height_m, rose[0])
        * MIXING_M
        * metres
        * SECTOR
        for number in range(len(DIRECTIONS))
    )
    assert passed == pytest.approx(NG_PER_S, rel=5e-3)  # of it the plane that touches the earth takes some thousandths


@given(classes, st.floats(1, 12), st.floats(2_000, 49_000), st.booleans())
def test_there_and_back_are_one_way_when_the_wind_turns(
    stability: Stability, speed: float, metres: float, rise: bool
) -> None:
    here, there = HOT, msgspec.structs.replace(HOT, lat=HOT.lat + metres * PER_M)
    forth = load_ng_m3(here, there.lat, there.lon, [wind(stability, speed, "S")], rise=rise)
    back = load_ng_m3(there, here.lat, here.lon, [wind(stability, speed, "N")], rise=rise)
    assert forth == pytest.approx(back, rel=1e-6)


@given(classes, st.floats(1, 6), st.floats(2_000, 49_000), st.floats(10, 300), st.floats(1, 200))
def test_a_higher_stack_never_adds_more(
    stability: Stability, speed: float, metres: float, height: float, more: float
) -> None:
    low = msgspec.structs.replace(COLD, height_m=height)
    high = msgspec.structs.replace(COLD, height_m=height + more)
    rose = [wind(stability, speed)]
    assert north(high, metres, rose) <= north(low, metres, rose) * (1 + 1e-9)


@given(classes, st.floats(1, 6), st.floats(2_000, 49_000))
def test_twice_the_wind_is_half_the_load(stability: Stability, speed: float, metres: float) -> None:
    slow, fast = north(COLD, metres, [wind(stability, speed)]), north(COLD, metres, [wind(stability, 2 * speed)])
    assert slow == pytest.approx(2 * fast)


@given(classes, st.floats(1_000, 20_000))
def test_a_plume_at_the_ground_thins_out_with_distance(stability: Stability, metres: float) -> None:
    flat = msgspec.structs.replace(COLD, height_m=0.1)
    assert north(flat, metres * 1.5, [wind(stability)]) < north(flat, metres, [wind(stability)])


def test_nearer_than_a_kilometre_counts_as_a_kilometre() -> None:
    assert north(COLD, 10, [wind()]) == pytest.approx(north(COLD, 1_000, [wind()]))


# --- the matrix of the zone


def test_each_pair_of_receptor_and_jurisdiction_has_a_load_above_zero() -> None:
    cells = default_matrix(ZONE, TRANSFER, "SO2")
    pairs = {(each.receptor, each.jurisdiction) for each in cells}

    assert len(cells) == len(pairs) == len(TRANSFER.receptors) * len(ZONE.jurisdictions)
    assert all(each.coefficient > 0 and 0 <= each.too_far <= each.stacks for each in cells)


def test_a_coefficient_lies_between_those_of_the_stacks_of_its_jurisdiction() -> None:
    """It is a mean: the order of the rows does not matter, and a rose without the wind of a place gives nothing."""
    cells = default_matrix(ZONE, TRANSFER, "SO2")
    turned = msgspec.structs.replace(ZONE, sources=tuple(reversed(ZONE.sources)), stacks=tuple(reversed(ZONE.stacks)))
    again = {(each.receptor, each.jurisdiction): each.coefficient for each in default_matrix(turned, TRANSFER, "SO2")}
    for each in cells:
        assert again[each.receptor, each.jurisdiction] == pytest.approx(each.coefficient)


def test_without_rise_plumes_add_more() -> None:
    rising = default_matrix(ZONE, TRANSFER, "SO2")
    flat = default_matrix(ZONE, TRANSFER, "SO2", rise=False)
    assert sum(each.coefficient for each in flat) > sum(each.coefficient for each in rising)


@pytest.mark.parametrize("pollutant", ["SO2", "NOx", "PM"])
def test_the_matrix_of_the_law_is_that_of_the_stacks_of_the_zone(pollutant: str) -> None:
    """As `[transfer]` says of it. It was once that of a zone of before."""
    held = {
        (each.receptor, each.jurisdiction): each.coefficient
        for each in RULES.transfer.rows
        if each.pollutant == pollutant
    }

    reckoned = default_matrix(ZONE, TRANSFER, pollutant)

    assert {(each.receptor, each.jurisdiction): f"{each.coefficient:.6f}" for each in reckoned} == held


def test_a_pollutant_that_no_stack_measures_has_no_matrix() -> None:
    with pytest.raises(Malformed, match=r"stacks of KM: none measures VOC; give the matrix as a CSV"):
        default_matrix(ZONE, TRANSFER, "VOC")


def test_a_process_without_a_height_is_named() -> None:
    heights = {name: metres for name, metres in TRANSFER.heights.items() if name != "kiln tail"}
    with pytest.raises(Malformed, match=r"stack_heights\.csv: no row for the process 'kiln tail'; add its height"):
        default_matrix(ZONE, msgspec.structs.replace(TRANSFER, heights=heights), "SO2")


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("wind_rose.csv", "N,B,2,60", "N,G,2,60", "wind_rose.csv line 2"),
        ("wind_rose.csv", "N,B,2,60", "N,B,0,60", "wind_rose.csv line 2"),
        ("wind_rose.csv", "N,B,2,60", "N,B,nan,60", "wind_rose.csv line 2"),
        ("wind_rose.csv", "N,B,2,60", "N,B,fast,60", "wind_rose.csv line 2"),
        ("wind_rose.csv", "N,B,2,60", "N,B,2,61", "the shares add up to 10001; make them 10000"),
        (
            "wind_rose.csv",
            "N,B,2,60",
            "NORTH,B,2,60",
            "line 2 column wind_from: no such direction 'NORTH'; there are N,",
        ),
        ("air_receptors.csv", "qujing,Qujing", "kunming,Qujing", "line 3: 'kunming' stands twice; name it once"),
        ("air_receptors.csv", "25.04,102.72", "95.04,102.72", "air_receptors.csv line 2"),
        ("air_receptors.csv", "receptor,name_en", "receptor,name", "air_receptors.csv"),
        ("stack_heights.csv", "kiln head,40", "kiln tail,40", "line 5: 'kiln tail' stands twice; keep one"),
        ("stack_heights.csv", "kiln head,40", "kiln head,-40", "stack_heights.csv line 5"),
        ("stack_heights.csv", "kiln head,40", "kiln head,", "stack_heights.csv line 5"),
    ],
)
def test_tables_of_the_air_are_read_strictly(tmp_path: Path, file: str, old: str, new: str, said: str) -> None:
    for name in ("wind_rose.csv", "air_receptors.csv", "stack_heights.csv"):
        shutil.copy(FOLDER / name, tmp_path / name)
    text = (tmp_path / file).read_text("utf-8")
    assert old in text
    (tmp_path / file).write_text(text.replace(old, new, 1), "utf-8")

    with pytest.raises(Malformed) as error:
        read_transfer(tmp_path)
    assert said in str(error.value)


def test_a_table_of_the_air_that_is_missing_or_empty_is_named(tmp_path: Path) -> None:
    for name in ("wind_rose.csv", "stack_heights.csv"):
        shutil.copy(FOLDER / name, tmp_path / name)
    with pytest.raises(Malformed, match=r"air_receptors\.csv"):
        read_transfer(tmp_path)
    (tmp_path / "air_receptors.csv").write_text((FOLDER / "air_receptors.csv").read_text().splitlines()[0] + "\n")
    with pytest.raises(Malformed, match=r"air_receptors\.csv: has no rows; name where the air is measured"):
        read_transfer(tmp_path)
