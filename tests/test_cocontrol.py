"""Measures that take out several pollutants: equal to the plain programme, and bounded without a solver."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from itertools import product
from math import inf
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from airshed.cli.lab.group import app
from airshed.lab.equilibrium import discounting
from airshed.lab.equilibrium.co_certificate import co_certificate
from airshed.lab.equilibrium.cocontrol import ControlMeasures, co_bound, co_equilibrium, taken_by
from airshed.lab.equilibrium.curves import Floats
from airshed.lab.equilibrium.lumpy import lumpy
from airshed.lab.proofs.measures import check as co_check
from airshed.lab.proofs.reading import digest
from airshed.market.linear import ProgrammeColumns, solve
from airshed.model.refusal import Malformed

CEILING = 100.0
Case = tuple[ControlMeasures, Floats, Floats, bool]


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """Some measures of one or two zones, one to three pollutants and years."""
    zones, pollutants, years = draw(st.integers(1, 2)), draw(st.integers(1, 3)), draw(st.integers(1, 3))
    many = draw(st.integers(0, 7))
    whole = st.integers(0, 9).map(float)
    measures = ControlMeasures(
        np.array([draw(st.integers(0, 300).map(float)) for _ in range(many)]),
        np.array([[draw(whole) for _ in range(pollutants)] for _ in range(many)]).reshape(many, pollutants),
        np.array([draw(st.integers(0, zones - 1)) for _ in range(many)], dtype=np.int64),
    )
    need = np.array(
        [[[float(draw(st.integers(-5, 15))) for _ in range(years)] for _ in range(pollutants)] for _ in range(zones)]
    )
    return measures, need, discounting(0.05, years), draw(st.booleans())


def plain(case: Case) -> float:
    """A column for every measure and year, solved whole by HiGHS."""
    measures, need, factors, banking = case
    _, pollutants, years = need.shape
    rows = np.arange(need.size).reshape(need.shape)
    columns = ProgrammeColumns()
    for n, zone in enumerate(measures.zone):
        for t in range(years):
            cells = [(int(rows[zone, p, t]), float(measures.removal[n, p])) for p in range(pollutants)]
            columns.add(float(measures.cost[n] * factors[t]), 0.0, 1.0, cells)
    for (_, _, t), row in np.ndenumerate(rows):
        columns.add(CEILING * float(factors[t]), 0.0, inf, [(int(row), 1.0)])
        if banking and t + 1 < years:
            columns.add(0.0, 0.0, inf, [(int(row), -1.0), (int(row) + 1, 1.0)])
    return solve(columns.programme(need.ravel(), np.full(need.size, inf))).cost


@settings(max_examples=120, deadline=None)
@given(cases())
def test_co_control_costs_what_the_whole_programme_costs(case: Case) -> None:
    measures, need, factors, banking = case
    found = co_equilibrium(measures, need, factors, CEILING, banking=banking)

    assert found.cost == pytest.approx(plain(case), abs=1e-3, rel=1e-5)
    assert found.gap < 1e-5
    assert found.bound <= found.cost + 1e-6
    assert co_bound(measures, need, factors, found.discounted) <= found.cost + 1e-6
    assert (found.use >= 0).all()
    assert (found.use <= 1).all()


@settings(max_examples=60, deadline=None)
@given(cases())
def test_every_need_is_met_by_measures_the_bank_or_the_ceiling(case: Case) -> None:
    measures, need, factors, banking = case
    found = co_equilibrium(measures, need, factors, CEILING, banking=banking)

    for zone in range(need.shape[0]):
        own = measures.zone == zone
        taken = measures.removal[own].T @ found.use[own] + found.extra[zone]
        over = np.cumsum(taken - need[zone], axis=1) if banking else taken - need[zone]
        assert (over >= -1e-6).all()


def test_a_measure_is_shared_by_the_markets_it_serves() -> None:
    """One measure takes 4 t of the first and 6 t of the second for 100 yuan; half of it covers 2 t and 3 t."""
    both = ControlMeasures(np.array([100.0]), np.array([[4.0, 6.0]]), np.array([0]))
    found = co_equilibrium(both, np.array([[[2.0], [3.0]]]), [1.0], 1e4)

    assert found.use.item() == pytest.approx(0.5)
    prices = found.discounted[0, :, 0]
    assert 4 * prices[0] + 6 * prices[1] == pytest.approx(100.0)


@pytest.mark.parametrize(
    ("measures", "ceiling", "said"),
    [
        (ControlMeasures(np.array([1.0]), np.array([[1.0, 1.0]]), np.array([0])), 9.0, "measures: removal of shape"),
        (ControlMeasures(np.array([-1.0]), np.array([[1.0]]), np.array([0])), 9.0, "measure 1: a figure"),
        (ControlMeasures(np.array([np.nan]), np.array([[1.0]]), np.array([0])), 9.0, "measure 1: a figure"),
        (ControlMeasures(np.array([1.0]), np.array([[1.0]]), np.array([1])), 9.0, "measure 1: zone 1"),
        (ControlMeasures(np.array([1.0]), np.array([[1.0]]), np.array([0])), 0.0, "ceiling"),
    ],
)
def test_measures_that_cannot_be_are_named(measures: ControlMeasures, ceiling: float, said: str) -> None:
    with pytest.raises(Malformed, match=said):
        co_equilibrium(measures, np.array([[[1.0]]]), [1.0], ceiling)


# --- the proof


def proven(case: Case) -> dict[str, Any]:
    measures, need, factors, banking = case
    found = co_equilibrium(measures, need, factors, CEILING, banking=banking)
    zones, pollutants, years = (
        [f"{kind}{n}" for n in range(size)] for kind, size in zip("zpy", need.shape, strict=True)
    )
    names = (zones, pollutants, list(range(2027, 2027 + len(years))), [f"m{n}" for n in range(len(measures.cost))])
    return co_certificate(names, measures, need, factors, CEILING, found, banking=banking)


@settings(max_examples=80, deadline=None)
@given(cases())
def test_a_certificate_of_co_control_holds_without_a_solver(case: Case) -> None:
    proof = proven(case)
    found = co_check(json.dumps(proof))

    assert found.gap < 1e-5
    assert found.cost == pytest.approx(plain(case), abs=1e-3, rel=1e-5)


def both() -> dict[str, Any]:
    """One measure takes 4 t of the first and 6 t of the second for 100 yuan, over two years."""
    one = ControlMeasures(np.array([100.0]), np.array([[4.0, 6.0]]), np.array([0]))
    return proven((one, np.array([[[2.0, 3.0], [3.0, 3.0]]]), np.array([1.0, 0.9]), True))


def wasteful(proof: dict[str, Any]) -> None:
    """The measure in full in both years, its cost and gap said as they are."""
    proof["measures"][0]["use"] = [1.0, 1.0]
    proof["cost"] = 190.0
    proof["gap"] = (190.0 - proof["bound"]) / 190.0


def forged(change: Callable[[dict[str, Any]], object]) -> str:
    proof = both()
    change(proof)
    proof["digest"] = digest(proof)
    return json.dumps(proof)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda proof: proof.update(cost=1.0), "the cost is"),
        (lambda proof: proof.update(bound=1.0), "the bound is"),
        (lambda proof: proof.update(gap=0.5), "the gap is"),
        (lambda proof: proof["measures"][0].update(use=[0.1, 0.1]), "p0 of z0 is not kept in 2027"),
        (lambda proof: proof["measures"][0].update(use=[1.5, 1.0]), "used more than once over"),
        (lambda proof: proof["measures"][0].update(cost=1e308), "beyond 1e"),
        (lambda proof: proof.update(need=[[[1e300, 1.0], [1.0, 1.0]]]), "beyond 1e"),
        (wasteful, "only show that nothing costs less than"),
        (lambda proof: proof["measures"][0].update(cost=-1.0), "has a figure below zero"),
        (lambda proof: proof["measures"][0].update(zone="nowhere"), "does not fit"),
        (lambda proof: proof.update(zones=["z0", "z0"]), "stands twice"),
        (lambda proof: proof["measures"][0].update(use=[1.0]), "does not fit"),
        (lambda proof: proof.update(prices=[[[1.0, 2.0], [0.0, 0.0]]]), "rises while"),
        (lambda proof: proof.update(prices=[[[-1.0, -2.0], [0.0, 0.0]]]), "below zero or above"),
        (lambda proof: proof.update(prices=[[[1e9, 1.0], [0.0, 0.0]]]), "below zero or above"),
        (lambda proof: proof.update(prices=[[[1.0, 1.0]]]), "prices is not a table"),
        (lambda proof: proof.update(need=[[[1.0], [1.0]]]), "need is not a table"),
        (lambda proof: proof.update(extra=[[[-1.0, 0.0], [0.0, 0.0]]]), "less than nothing"),
        (lambda proof: proof.update(discount=[1.0]), "discount is not 2 factors"),
        (lambda proof: proof.update(ceiling=0.0), "ceiling is not above zero"),
    ],
)
def test_a_forged_certificate_does_not_stand(change: Callable[[dict[str, Any]], object], said: str) -> None:
    assert co_check(json.dumps(both())).cost > 0
    with pytest.raises(Malformed, match=said):
        co_check(forged(change))


def test_what_is_no_certificate_is_named() -> None:
    with pytest.raises(Malformed, match="give a file"):
        co_check("{}")
    with pytest.raises(Malformed, match="the digest is that of another text"):
        co_check(json.dumps({**both(), "cost": 1.0}))


@pytest.mark.parametrize(("tonnes", "yuan"), [(1e-6, 1e8), (1e6, 1e-6), (1.0, 1e8)])
def test_measures_of_any_size_are_solved_and_proven(tonnes: float, yuan: float) -> None:
    """The same case in other measures; HiGHS alone gave no answer where a tonne cost 1e8 yuan."""
    cost, removal = np.array([60.0, 100.0, 90.0]), np.array([[4.0, 0.0], [4.0, 6.0], [0.0, 9.0]])
    need = np.array([[[3.0, 6.0], [5.0, 9.0]]])
    one = co_equilibrium(ControlMeasures(cost, removal, np.zeros(3, dtype=np.int64)), need, [1.0, 0.9], 50.0)
    case = ControlMeasures(cost * tonnes * yuan, removal * tonnes, np.zeros(3, dtype=np.int64))
    found = co_equilibrium(case, need * tonnes, [1.0, 0.9], 50.0 * yuan)

    assert found.cost == pytest.approx(one.cost * tonnes * yuan, rel=1e-5)


# --- measures that are whole


@settings(max_examples=60, deadline=None)
@given(cases())
def test_the_cheapest_whole_plan_is_that_of_trying_all(case: Case) -> None:
    """Over one year: every choice of measures, the rest bought at the ceiling."""
    measures, need, factors, banking = case
    need = need[:, :, :1]
    found = lumpy(measures, need, factors[:1], CEILING, banking=banking)
    tried = []
    for chosen in product((0.0, 1.0), repeat=len(measures.cost)):
        short = need[:, :, 0].copy()
        for n, part in enumerate(chosen):
            short[measures.zone[n]] -= part * measures.removal[n]
        tried.append(float(np.dot(measures.cost, chosen)) + CEILING * float(np.maximum(short, 0.0).sum()))

    assert found.cost == pytest.approx(min(tried), abs=1e-6)
    assert found.solver_gap < 1e-5
    assert set(found.use.ravel().tolist()) <= {0.0, 1.0}
    assert found.divisible_cost <= found.cost + 1e-6


@settings(max_examples=40, deadline=None)
@given(cases())
def test_what_is_built_stays_and_wholeness_never_saves(case: Case) -> None:
    measures, need, factors, banking = case
    found = lumpy(measures, need, factors, CEILING, banking=banking)
    free = lumpy(measures, need, factors, CEILING, banking=banking, lasting=False)

    assert (np.diff(found.use, axis=1) >= 0).all()
    assert found.cost >= free.cost - 1e-6 * max(1.0, free.cost)
    assert free.divisible_cost == pytest.approx(plain(case), abs=1e-3, rel=1e-5)
    assert free.cost >= free.divisible_cost - 1e-6
    over = np.cumsum(taken_by(measures, found.use, need.shape) + found.extra - need, axis=2)
    assert (over[:, :, -1] >= -1e-6).all() or not banking


def whole_proof(case: Case, lasting: bool = True) -> dict[str, Any]:
    """The certificate of both plans."""
    measures, need, factors, banking = case
    found = co_equilibrium(measures, need, factors, CEILING, banking=banking)
    whole = lumpy(measures, need, factors, CEILING, banking=banking, lasting=lasting)
    zones, pollutants, _ = ([f"{kind}{n}" for n in range(size)] for kind, size in zip("zpy", need.shape, strict=True))
    years = list(range(2027, 2027 + need.shape[2]))
    names = (zones, pollutants, years, [f"m{n}" for n in range(len(measures.cost))])
    return co_certificate(names, measures, need, factors, CEILING, found, banking=banking, whole=whole)


@settings(max_examples=60, deadline=None)
@given(cases(), st.booleans())
def test_a_whole_plan_is_added_up_without_a_solver_and_bounded_where_the_divisible_one_lies(
    case: Case, lasting: bool
) -> None:
    found = co_check(json.dumps(whole_proof(case, lasting))).whole
    again = lumpy(*case[:3], CEILING, banking=case[3], lasting=lasting)

    assert found is not None
    assert found.cost == pytest.approx(again.cost)
    assert found.bound == pytest.approx(again.divisible_cost, rel=1e-6, abs=1e-5)
    assert found.bound <= found.searched + 1e-5 * max(1.0, found.cost)
    assert found.searched <= found.cost


def two_whole() -> dict[str, Any]:
    """9 t for 90 yuan or 4 t for 60, whole; 6 t are needed in each of two years."""
    two = ControlMeasures(np.array([90.0, 60.0]), np.array([[9.0], [4.0]]), np.array([0, 0]))
    return whole_proof((two, np.array([[[6.0, 6.0]]]), np.array([1.0, 0.9]), True))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda whole: whole.update(use=[[0.5, 1.0], [0.0, 0.0]]), "m0 is built 0.5 times in 2027"),
        (lambda whole: whole.update(use=[[1.0, 0.0], [0.0, 0.0]]), "m0 is gone again in 2028"),
        (lambda whole: whole.update(use=[[0.0, 0.0], [0.0, 0.0]]), "p0 of z0 is not kept in 2027"),
        (lambda whole: whole.update(use=[[1.0, 1.0]]), "use is not a row a measure"),
        (lambda whole: whole.update(use=[[1.0, 1.0], [1.0, 1.0]]), "the cost is 285"),
        (lambda whole: whole.update(cost=90.0), "the cost is 171"),
        (lambda whole: whole.update(bound=171.0), "the bound is 114"),
        (lambda whole: whole.update(gap=0.0), "the gap is 0.33"),
        (lambda whole: whole.update(prices=[[[1.0, 2.0]]]), "rises while"),
        (lambda whole: whole.update(prices=[[[1e9, 1.0]]]), "above the ceiling"),
        (lambda whole: whole.update(searched=999.0), "yet this one does"),
    ],
)
def test_a_forged_whole_plan_does_not_stand(change: Callable[[dict[str, Any]], object], said: str) -> None:
    proof = two_whole()
    assert co_check(json.dumps(proof)).whole is not None
    change(proof["whole"])
    proof["digest"] = digest(proof)

    with pytest.raises(Malformed, match=f"the whole plan: .*{said}"):
        co_check(json.dumps(proof))


def test_more_measures_than_can_be_searched_are_named() -> None:
    many = ControlMeasures(np.ones(401), np.ones((401, 1)), np.zeros(401, dtype=np.int64))
    with pytest.raises(Malformed, match="401 of them"):
        lumpy(many, np.array([[[1.0]]]), [1.0], 9.0)


# --- the command

MEASURES = """zone,source,technology,cost_yuan,pollutant,removal_t
KM,KM-CEM-01,SNCR,830000,NOx,100
KM,KM-CEM-01,dry injection,500000,SO2,100
KM,KM-STL-01,activated carbon,4000000,SO2,300
KM,KM-STL-01,activated carbon,4000000,NOx,200
"""
NEEDS = """zone,pollutant,year,baseline_t,cap_t
KM,SO2,2027,1000,800
KM,NOx,2027,900,700
KM,SO2,2028,1000,750
KM,NOx,2028,900,700
"""


def run(tmp_path: Path, *words: str, measures: str = MEASURES, needs: str = NEEDS) -> Any:
    (tmp_path / "m.csv").write_text(measures)
    (tmp_path / "n.csv").write_text(needs)
    return CliRunner().invoke(app, ["cocontrol", str(tmp_path / "m.csv"), str(tmp_path / "n.csv"), *words])


def test_the_command_writes_a_proof_that_lab_check_believes(tmp_path: Path) -> None:
    proof = tmp_path / "proof.json"
    done = run(tmp_path, "--ceiling", "50000", "--lumpy", "--json", "--certificate", str(proof))
    told = json.loads(done.stdout)

    assert told["lumpy"]["cost_yuan"] >= told["cost_yuan"]
    assert told["lumpy"]["use"][2] == [1.0, 1.0]
    checked = CliRunner().invoke(app, ["check", str(proof)])
    assert checked.stdout.startswith("holds 成立: 1 zones, 2 pollutants, 3 measures, 2 years")
    assert (
        "whole plan 整体方案: it keeps every cap and costs 7.81 million yuan; no plan costs less than" in checked.stdout
    )
    figures = json.loads(CliRunner().invoke(app, ["check", str(proof), "--json"]).stdout)["whole"]
    assert figures["cost_yuan"] == told["lumpy"]["cost_yuan"]
    assert figures["bound_yuan"] == told["lumpy"]["proven_yuan"] <= told["lumpy"]["bound_yuan"] + 1e-3


@pytest.mark.parametrize(
    ("measures", "needs", "said"),
    [
        (MEASURES.replace("KM,KM-CEM-01,SNCR", "BJ,KM-CEM-01,SNCR"), NEEDS, "m.csv line 2: no such zone 'BJ'"),
        (MEASURES.replace("NOx,100", "CO,100"), NEEDS, "m.csv line 2: no such pollutant 'CO'"),
        (MEASURES.replace("4000000,NOx", "1,NOx"), NEEDS, "m.csv line 5: another cost"),
        (MEASURES + "KM,KM-CEM-01,SNCR,830000,NOx,100\n", NEEDS, "m.csv line 6: NOx of .* stands twice"),
        (MEASURES.replace("830000", "-1"), NEEDS, "m.csv line 2 column cost_yuan"),
        (MEASURES.replace("830000", ""), NEEDS, "m.csv line 2 column cost_yuan: the cell is empty"),
        (MEASURES, NEEDS + "KM,SO2,2028,1,1\n", "n.csv line 6: KM SO2 2028 stands twice"),
        (MEASURES, NEEDS.replace("KM,NOx,2028,900,700\n", ""), "KM has no row of NOx for 2028"),
        (MEASURES, NEEDS.replace("2028", "2030"), "2027 to 2030 have a hole"),
        (MEASURES, NEEDS.splitlines()[0] + "\n", "has no rows"),
    ],
)
def test_a_table_that_does_not_fit_is_named(tmp_path: Path, measures: str, needs: str, said: str) -> None:
    done = run(tmp_path, measures=measures, needs=needs)
    assert isinstance(done.exception, Malformed)
    assert re.search(said, str(done.exception)), done.exception
