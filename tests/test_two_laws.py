"""Works under a law of the air and one of carbon: what a measure does to both, and what one choice for both saves."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from airshed.cli.lab.group import app
from airshed.lab.equilibrium.two_laws import TwoLaws, plans, two_laws
from airshed.market.linear import ProgrammeColumns, solve
from airshed.model.refusal import Malformed
from airshed.rulebook.load import find, load
from airshed.rulebook.shipped import shipped
from airshed.zone.load import load as load_zone

ZONE = load_zone(shipped("zones", "dianzhong"))
AIR, CARBON = load(find("dianzhong")), load(find("china-national"))


@cache
def laws() -> TwoLaws:
    return two_laws(ZONE, AIR, CARBON)


def small() -> TwoLaws:
    """A scrubber of 10 t for 100 yuan adds 1 t of carbon, a refit for 120 yuan saves 2 t and 5 t of SO2."""
    return TwoLaws(
        air=("SO2",),
        carbon_code="CO2e",
        sides=("",),
        called=(("a", "scrubber"), ("a", "refit")),
        of_air=(True, False),
        side=(0, 0),
        cost=np.array([100.0, 120.0]),
        own=np.array([[10.0], [0.0]]),
        taken=np.array([[10.0], [5.0]]),
        carbon=np.array([-1.0, 2.0]),
        freed=np.array([1.0, 1.0]),
        need=np.array([[5.0]]),
        baseline=np.array([40.0]),
        carbon_baseline=100.0,
        effects=(),
    )


def test_with_a_pencil_the_refit_that_no_law_alone_would_pay_for_is_what_both_want() -> None:
    """At 50 yuan/t it brings 100 of its 120 yuan; the 20 that are left are 4 a tonne of SO2, the scrubber 15."""
    air, carbon, apart, together = plans(small(), 50.0)

    assert (air.cost, air.carbon, air.allowances, air.net) == pytest.approx((50.0, -0.5, -25.0, 75.0))
    assert (carbon.cost, carbon.use.tolist()) == (0.0, [0.0, 0.0])
    assert apart.net == pytest.approx(75.0)
    assert together.use.tolist() == pytest.approx([0.0, 1.0])
    assert (together.cost, together.allowances, together.net) == pytest.approx((120.0, 100.0, 20.0))
    assert 4 <= together.prices[0, 0] <= 15


def test_side_effects_are_those_of_the_table() -> None:
    """687 kg and 4,600 kg of CO2 a tonne of SO2 of a tuned scrubber; a refit takes all gases down alike."""
    found = laws()
    at = {called: n for n, called in enumerate(found.called)}
    tuned = next(n for (_, technology), n in at.items() if technology == "power-so2-tuning")
    refit = next((source, n) for (source, technology), n in at.items() if technology == "power-co2-heat-rate")
    mass = {
        code: np.mean([each.kg(code) or 0 for each in ZONE.baseline if each.source == refit[0]]) / 1000
        for code in (*found.air, "CO2e")
    }

    assert found.carbon[tuned] == pytest.approx(-5.287 * found.own[tuned, 0])
    for p, code in enumerate(found.air):
        assert found.taken[refit[1], p] / mass[code] == pytest.approx(found.carbon[refit[1]] / mass["CO2e"], rel=1e-9)
    assert set(np.round(found.freed[[n for (s, _), n in at.items() if "-PWR-" in s]], 9).tolist()) == {1.0}
    kilns = [found.freed[n] for (source, _), n in at.items() if "-CEM-" in source]
    assert 0.1 < min(kilns) <= max(kilns) < 0.2


@pytest.mark.parametrize("price", [0.0, 98.0, 400.0])
def test_one_choice_for_both_costs_no_more_than_two_and_keeps_every_cap_of_the_air(price: float) -> None:
    found = laws()
    air, carbon, apart, together = plans(found, price)

    assert together.net <= apart.net + 1e-6 * abs(apart.net) + 1e-3
    for plan in (air, apart, together):
        assert plan.lacking < 1e-3
        assert plan.gap < 1e-6
    assert carbon.net <= 0
    assert together.net == pytest.approx(by_one_programme(found, price), rel=1e-6)
    if not price:
        assert together.cost == pytest.approx(air.cost), "a carbon that is worth nothing changes nothing"


def by_one_programme(found: TwoLaws, price: float) -> float:
    """The least net cost by a plain linear programme of all measures, for comparison."""
    columns = ProgrammeColumns()
    sides, codes = found.need.shape
    for n in range(len(found.cost)):
        cells = [(found.side[n] * codes + p, found.taken[n, p]) for p in range(codes) if found.taken[n, p]]
        columns.add(float(found.cost[n] - price * found.freed[n] * found.carbon[n]), 0.0, 1.0, cells)
    return solve(columns.programme(found.need.ravel(), np.full(sides * codes, np.inf))).cost


def test_a_price_of_carbon_cleans_the_air_and_the_air_law_costs_carbon() -> None:
    air, carbon, _, together = plans(laws(), 98.0)
    cheap, _, _, _ = plans(laws(), 0.0)

    assert air.carbon < 0 < carbon.carbon
    assert (carbon.abated > 0).all()
    assert air.cost == cheap.cost, "who looks at the air alone does not see the price"
    assert together.prices[laws().sides.index("power"), 1] < air.prices[laws().sides.index("power"), 1]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            ["dianzhong", "--air", "china-national"],
            "limits SO2, NOx, PM, VOC; name a law that limits one greenhouse gas",
        ),
        (["china-national", "--carbon-price", "dear"], "'dear' is no price"),
        (["china-national", "--carbon-price", "-1"], "give yuan per tonne from zero up"),
    ],
)
def test_what_makes_no_sense_is_told(words: list[str], said: str) -> None:
    done = CliRunner().invoke(app, ["two-laws", *words])

    assert isinstance(done.exception, Malformed)
    assert said in str(done.exception)


def test_the_shell_says_what_each_figure_rests_on() -> None:
    done = CliRunner().invoke(app, ["two-laws", "china-national", "--json"])
    document: dict[str, Any] = json.loads(done.stdout)
    (year,) = document["years"]
    kinds = {each["kind"] for each in document["rests_on"]}

    assert year["carbon_price_yuan_per_t"] == 98.0
    assert [each["plan"] for each in year["plans"]] == ["air", "carbon", "apart", "together"]
    assert {"simulated", "assumed", "derived", "to confirm"} == kinds
    assert all(each["source"] for each in document["rests_on"])
