"""Linking cities, and published prices in one language."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from airshed.cli.lab.group import app
from airshed.lab.equilibrium import Steps, discounting
from airshed.lab.equilibrium.case import Case, closed, linked, solved
from airshed.lab.linking import saving
from airshed.lab.prices.quotes import alarms, in_one_language, read_quotes
from airshed.model.refusal import Malformed


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """Some cities over some years, each of which can keep its caps alone."""
    years, many = draw(st.integers(1, 3)), draw(st.integers(1, 4))
    curves = []
    needs = []
    for _ in range(many):
        costs = draw(st.lists(st.integers(1, 60), min_size=1, max_size=4))
        widths = [draw(st.integers(1, 9)) for _ in costs]
        curves.append(Steps([float(c) for c in costs], [float(w) for w in widths], discounting(0.05, years)))
        needs.append([float(draw(st.integers(-5, sum(widths)))) for _ in range(years)])
    need = np.array(needs)
    names = tuple(f"z{number}" for number in range(many))
    return Case(names, tuple(range(2027, 2027 + years)), 0.05, tuple(curves), need + 100, np.full(need.shape, 100.0))


@settings(max_examples=80, deadline=None)
@given(cases())
def test_linking_never_costs_more_and_every_city_gains(case: Case) -> None:
    found = saving(case)

    assert found.saved >= -1e-6
    assert sum(found.shapley) == pytest.approx(found.saved, abs=1e-6)
    assert sum(found.nucleolus) == pytest.approx(found.saved, abs=1e-6)
    assert min(found.nucleolus) >= -1e-6
    assert found.together == pytest.approx(solved(case, linked(case.zones)).found.cost, abs=1e-6)
    assert sum(found.alone) == pytest.approx(solved(case, closed(case.zones)).found.cost, abs=1e-6)


def test_two_cities_share_their_saving_equally() -> None:
    """KM needs 10 t at 40 yuan, QJ none and has 10 t at 10 yuan: 300 yuan saved, half for each."""
    curves = (Steps([40.0], [10.0], [1.0]), Steps([10.0], [10.0], [1.0]))
    case = Case(("KM", "QJ"), (2027,), 0.0, curves, np.array([[110.0], [100.0]]), np.array([[100.0], [100.0]]))
    found = saving(case)

    assert (found.alone, found.together) == ((400.0, 0.0), 100.0)
    assert found.shapley == pytest.approx((150.0, 150.0))
    assert found.nucleolus == pytest.approx((150.0, 150.0))


def test_a_city_that_cannot_keep_its_caps_is_named() -> None:
    curves = (Steps([40.0], [5.0], [1.0]), Steps([10.0], [10.0], [1.0]))
    case = Case(("KM", "QJ"), (2027,), 0.0, curves, np.array([[110.0], [100.0]]), np.array([[100.0], [100.0]]))

    with pytest.raises(Malformed, match=r"^cap of KM in 2027: KM 2027: 5.000 t more"):
        saving(case)


def test_too_many_cities_are_told_to_join_first() -> None:
    names = tuple(f"z{n:02}" for n in range(13))
    curves = tuple(Steps([40.0], [10.0], [1.0]) for _ in names)
    case = Case(names, (2027,), 0.0, curves, np.full((13, 1), 105.0), np.full((13, 1), 100.0))

    with pytest.raises(Malformed, match="zones: 13 of them; give at most 12: join some of them first"):
        saving(case)
    twelve = Case(names[:12], (2027,), 0.0, curves[:12], np.full((12, 1), 105.0), np.full((12, 1), 100.0))
    assert saving(twelve).saved == pytest.approx(0.0, abs=1e-6)


def test_the_gap_between_provinces_is_mostly_one_of_terms() -> None:
    """18,000 without end against 1,000 for a year is 1.44 times at 8 %, 0.9 times at 5 %."""
    kept = [q for q in read_quotes() if (q.place, q.pollutant) in {("Shanxi", "SO2"), ("Chongqing", "SO2")}]
    floor, guide, start, bid = in_one_language(kept, 0.08)

    assert (floor.yearly, guide.yearly, bid.yearly) == (1440.0, 1000.0, None)
    assert in_one_language(kept, 0.05)[0].yearly == pytest.approx(900.0)
    assert alarms([floor, guide, start, bid]) == []


def test_a_city_that_contradicts_itself_comes_first() -> None:
    """Zhuzhou: a use fee of 200 and a trade price of 15,000 (SO2) and 25,000 (NOx) in one notice."""
    found = alarms(in_one_language(read_quotes(), 0.08))

    inside = [(each.low.quote.place, each.low.quote.pollutant, round(each.times, 6)) for each in found if each.inside]
    assert ("Zhuzhou", "NOx", 10.0) in inside
    assert ("Zhuzhou", "SO2", 6.0) in inside
    assert found[: len(inside)] == [each for each in found if each.inside]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("A,SO2,fee,100,1,,2020,x,confirmed", "do not go together"),
        ("A,SO2,fee,100,open,yes,2020,x,confirmed", "for each year without end"),
        ("A,SO2,fee,0,1,yes,2020,x,confirmed", "column yuan_per_t"),
        ("A,SO2,fee,100,0,yes,2020,x,confirmed", "column years"),
        ("A,SO2,fee,,1,yes,2020,x,confirmed", "the cell is empty"),
        ("A,SO2,fee,100,1,yes,2020,x,sure", "column status"),
        ("A,SO2,fee,100,1,yes,2020,x,confirmed\nA,SO2,fee,9,1,yes,2020,x,confirmed", "line 3: A SO2 fee stands in"),
    ],
)
def test_a_quote_that_is_none_is_named(tmp_path: Path, row: str, said: str) -> None:
    path = tmp_path / "quotes.csv"
    path.write_text("place,pollutant,kind,yuan_per_t,years,per_year,when,source,status\n" + row + "\n")

    with pytest.raises(Malformed, match=said):
        read_quotes(path)


@pytest.mark.parametrize("command", ["equilibrium", "linking", "guide", "frictions", "collar", "methods"])
def test_a_pollutant_whose_costs_are_not_told_apart_is_named(command: str) -> None:
    """Shanxi's soot and dust are both particulates, and the steps of its zone are of all of them."""
    soot = CliRunner().invoke(app, [command, "--rulebook", "shanxi", "--pollutant", "SOOT"])
    carbon = CliRunner().invoke(app, [command, "--rulebook", "shanxi", "--pollutant", "CO"])

    assert "SOOT is a part of PM" in str(soot.exception)
    assert "no such pollutant 'CO'" in str(carbon.exception)
    assert isinstance(soot.exception, Malformed)
    assert isinstance(carbon.exception, Malformed)
