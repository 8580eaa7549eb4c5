"""Sensitivity: the indices of a function that is known, and what the zone's prices hang on."""

from __future__ import annotations

import math
import os
import sys
from pathlib import Path

import msgspec
import numpy as np
import pytest

from airshed.lab.scenarios.draw import Setting, expected
from airshed.lab.scenarios.schema import Caps, Costs, Scenario, Shock, TradeHabits
from airshed.lab.scenarios.sensitivity import (
    OUTPUTS,
    Index,
    Model,
    UncertainInput,
    evaluated,
    factors_of,
    indices,
    jobs_of,
    sample,
)
from airshed.model.refusal import Malformed
from airshed.rulebook.shipped import shipped
from airshed.service.run import sensitivity as sensitivity_run
from airshed.service.run.pool import pooled
from airshed.service.run.sensitivity import SampleJob, evaluate
from airshed.zone.load import load as load_zone
from clusters import cluster
from laws import RULES

ZONE = load_zone(shipped("zones", "dianzhong"))
TOLD = Scenario(
    name_en="short",
    name_zh="短",
    question_en="?",
    question_zh="?",
    rulebook="dianzhong",
    pollutant="SO2",
    years=3,
    trade=TradeHabits(days=2, turns=6),
)
SETTING = Setting(TOLD, RULES, ZONE)


def named(found: list[Index], output: str) -> dict[str, Index]:
    return {each.factor: each for each in found if each.output == output}


def test_the_indices_of_ishigamis_function_are_found() -> None:
    """f = sin x1 + 7 sin^2 x2 + 0.1 x3^4 sin x1: S1 = .314, .442, 0; ST = .558, .442, .244 (Ishigami, Homma 1990)."""
    factors = [UncertainInput(name, -math.pi, math.pi) for name in ("x1", "x2", "x3")]
    rows = sample(factors, "sobol", 1024, 7)
    x1, x2, x3 = rows.T
    values = np.sin(x1) + 7 * np.sin(x2) ** 2 + 0.1 * x3**4 * np.sin(x1)
    found = named(indices(factors, "sobol", rows, ["f"], values[:, None], 7), "f")
    assert [found[name].first for name in ("x1", "x2", "x3")] == pytest.approx([0.314, 0.442, 0.0], abs=0.05)
    assert [found[name].total for name in ("x1", "x2", "x3")] == pytest.approx([0.558, 0.442, 0.244], abs=0.05)


def test_morris_screens_what_does_nothing() -> None:
    factors = [UncertainInput(name, 0.0, 2.0) for name in ("steep", "flat", "none")]
    rows = sample(factors, "morris", 10, 7)
    found = named(indices(factors, "morris", rows, ["f"], (10 * rows[:, :1] + rows[:, 1:2]), 7), "f")
    assert found["steep"].first == pytest.approx(20.0)  # SALib measures changes over the whole range
    assert found["flat"].first == pytest.approx(2.0)
    assert found["none"].first == pytest.approx(0.0)
    assert found["steep"].total == pytest.approx(0.0, abs=1e-9)


def test_what_never_moves_has_no_index_rather_than_a_division_by_zero() -> None:
    factors = [UncertainInput("a", 0.0, 1.0), UncertainInput("b", 0.0, 1.0)]
    rows = sample(factors, "sobol", 8, 1)
    found = indices(factors, "sobol", rows, ["flat", "gone"], np.full((len(rows), 2), (3.0, math.nan)), 1)
    assert all(math.isnan(each.total) for each in found)


def test_the_price_hangs_on_caps_growth_and_costs_together_more_than_on_any_technology() -> None:
    """In a prototype caps and growth had total orders of .31 and .36, no sector cost more than .07."""
    factors = factors_of(SETTING)
    rows = sample(factors, "morris", 6, 7)
    values = np.array([row for job in jobs_of(SETTING, "equilibrium", factors, rows) for row in evaluated(job)])
    found = indices(factors, "morris", rows, list(OUTPUTS["equilibrium"]), values, 7)
    price = named(found, "price_first")
    ranked = sorted(price, key=lambda name: -price[name].first)
    assert set(ranked[:3]) == {"caps", "growth", "all costs"}
    cost = named(found, "cost")
    assert max(cost, key=lambda name: cost[name].first) in ("caps", "all costs", "growth")
    assert cost["caps"].first > cost["rate"].first


def test_the_indices_of_the_zone_are_those_of_a_quadrature() -> None:
    """Through the same code: the variance of the cost over growth and caps, taken apart on a grid of Gauss points."""
    factors = factors_of(SETTING)[:2]
    assert [each.name for each in factors] == ["growth", "caps"]
    points, weights = np.polynomial.legendre.leggauss(7)
    weights = weights / 2
    one, other = ([each.low + (each.high - each.low) * (point + 1) / 2 for point in points] for each in factors)
    grid = np.array([(a, b) for a in one for b in other])
    which = list(OUTPUTS["equilibrium"]).index("cost")
    cost = evaluate(SETTING, "equilibrium", factors, grid)[:, which].reshape(7, 7)
    mean = weights @ cost @ weights
    whole = weights @ (cost - mean) ** 2 @ weights
    first = [weights @ (cost @ weights - mean) ** 2 / whole, weights @ (weights @ cost - mean) ** 2 / whole]
    rows = sample(factors, "sobol", 64, 7)
    values = evaluate(SETTING, "equilibrium", factors, rows)
    found = named(indices(factors, "sobol", rows, list(OUTPUTS["equilibrium"]), values, 7), "cost")
    assert [found[name].first for name in ("growth", "caps")] == pytest.approx(first, abs=0.06)
    assert [found[name].total for name in ("growth", "caps")] == pytest.approx([1 - first[1], 1 - first[0]], abs=0.06)
    assert all(0 < found[name].first_conf < 0.3 for name in ("growth", "caps"))


def test_factors_are_those_that_vary() -> None:
    certain = msgspec.structs.replace(
        TOLD,
        costs=Costs(common_spread_percent=0.0, technology_spread_percent=0.0),
        shocks=(Shock(what="flood", year=2028, emission_percent=110.0),),
    )
    assert [each.name for each in factors_of(Setting(certain, RULES, ZONE))] == [
        "growth",
        "caps",
        "rate",
        "shock: flood",
    ]
    names = {each.name for each in factors_of(SETTING)}
    assert set(SETTING.technologies) <= names


def test_a_value_does_to_the_path_what_its_name_says() -> None:
    plain = expected(SETTING)
    dear = expected(SETTING, {"all costs": 2.0})
    assert (dear.cost_level == 2 * plain.cost_level).all()
    fast = expected(SETTING, {"growth": 10.0})
    assert fast.planned[:, 1].sum() / fast.planned[:, 0].sum() == pytest.approx(1.10)
    one = SETTING.technologies[0]
    changed = expected(SETTING, {one: 3.0})
    for work, before, after in zip(plain.works, plain.step_factors, changed.step_factors, strict=True):
        for step, was, now in zip(work.firm.steps["SO2"], before, after, strict=True):
            assert now == pytest.approx(was * (3.0 if step.technology == one else 1.0))


def test_one_process_and_a_pool_give_the_same_and_so_does_another_time() -> None:
    factors = factors_of(SETTING)[:4]
    rows = sample(factors, "morris", 8, 7)
    assert (rows == sample(factors, "morris", 8, 7)).all()
    alone = evaluate(SETTING, "equilibrium", factors, rows)
    assert alone.shape == (len(rows), len(OUTPUTS["equilibrium"]))
    assert (evaluate(SETTING, "equilibrium", factors, rows, workers=2) == alone).all()


def test_a_cluster_gives_what_one_process_gives(tmp_path: Path) -> None:
    factors = factors_of(SETTING)[:2]
    asked: dict[Model, int] = {"equilibrium": 12, "engine": 2}
    samples = {model: sample(factors, "morris", size, 7) for model, size in asked.items()}
    told: list[SampleJob] = []
    with cluster(tmp_path / "cluster") as made:
        made.add_worker("one")
        found = {
            model: evaluate(SETTING, model, factors, rows, cluster=made.address, progress=told.append)
            for model, rows in samples.items()
        }
    for model, rows in samples.items():
        assert (found[model] == evaluate(SETTING, model, factors, rows)).all()
    assert len(told) == 2 + 6


def test_a_worker_with_other_code_is_refused() -> None:
    (asked, *_) = jobs_of(SETTING, "equilibrium", factors_of(SETTING)[:1], np.ones((1, 1)))
    with pytest.raises(Malformed, match="other code"):
        sensitivity_run.work(SampleJob(asked, "0" * 64))


def test_a_worker_that_is_ended_from_outside_is_said() -> None:
    with pytest.raises(Malformed, match="a worker was ended from outside; run it again"):
        list(pooled(os._exit, [9, 9, 9], 2))


def test_caps_are_never_varied_below_one_percent() -> None:
    tight = msgspec.structs.replace(TOLD, caps=Caps(level_percent=5.0))
    caps = next(one for one in factors_of(Setting(tight, RULES, ZONE)) if one.name == "caps")
    assert (caps.low, caps.high) == (1.0, 15.0)


def test_it_goes_through_the_engine_too() -> None:
    factors = factors_of(SETTING)[:2]
    jobs = jobs_of(SETTING, "engine", factors, sample(factors, "morris", 2, 7))
    assert len(jobs) == 6
    (row,) = evaluated(jobs[0])
    assert len(row) == len(OUTPUTS["engine"])
    assert row[list(OUTPUTS["engine"]).index("volume")] > 0


@pytest.mark.parametrize(
    ("method", "size", "said"),
    [("sobol", 100, "no power of two"), ("sobol", 2**20, "evaluations"), ("morris", 1, "give two or more")],
)
def test_a_sample_that_a_method_cannot_have_is_refused(method: str, size: int, said: str) -> None:
    with pytest.raises(Malformed, match=said):
        sample([UncertainInput("a", 0.0, 1.0)], "sobol" if method == "sobol" else "morris", size, 7)


def test_without_salib_the_cure_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "SALib.sample.sobol", None)
    with pytest.raises(Malformed, match=r"airshed\[sensitivity\]"):
        sample([UncertainInput("a", 0.0, 1.0)], "sobol", 8, 7)
