"""Equilibria: equal to the plain programme, equal to what is in print, and proven without a solver."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from airshed.lab.equilibrium import (
    CrossTrade,
    Joined,
    Slopes,
    Steps,
    ZoneEquilibrium,
    certificate,
    check,
    collared,
    discounting,
    equilibrium,
    lagrangian,
    zone_equilibrium,
)
from airshed.lab.equilibrium.frictions import costly, dominated
from airshed.lab.equilibrium.tables import read_air
from airshed.lab.proofs.ladders import Ladder
from airshed.lab.proofs.reading import digest
from airshed.model.refusal import Malformed
from naive_equilibrium import plain_zones

GAP = 1e-9
costs = st.lists(st.integers(-20, 60).map(float), min_size=1, max_size=12)


@st.composite
def one_zone(draw: st.DrawFn) -> tuple[Steps, list[float]]:
    """A curve of some steps over some years, and needs that it can meet."""
    years = draw(st.integers(1, 6))
    found = draw(costs)
    width = st.integers(0, 9).map(float)
    same = draw(st.booleans())
    rows = [[draw(width) for _ in range(1 if same else years)] for _ in found]
    widths = np.array(rows)[:, 0] if same else np.array(rows)
    curve = Steps(found, widths, discounting(draw(st.sampled_from((0.0, 0.05, 0.25, -0.1))), years))
    needs: list[float] = []
    room = 0.0
    for year in range(years):
        room += curve.most(year)
        need = draw(st.integers(-10, int(room))) if room >= 0 else 0
        needs.append(float(need))
        room -= need
    return curve, needs


@settings(max_examples=300, deadline=None)
@given(one_zone())
def test_banking_costs_what_the_whole_programme_costs(case: tuple[Steps, list[float]]) -> None:
    curve, needs = case
    found = equilibrium(curve, needs, curve.discount)

    plain = plain_zones([curve], np.ones((1, 1)), np.array([needs]))
    assert found.cost == pytest.approx(plain.cost, abs=1e-6)
    assert found.gap < GAP


@settings(max_examples=300, deadline=None)
@given(one_zone())
def test_a_discounted_price_falls_only_when_no_bank_is_held(case: tuple[Steps, list[float]]) -> None:
    curve, needs = case
    found = equilibrium(curve, needs, curve.discount)

    falls = found.discounted[:-1] - found.discounted[1:]
    assert (falls >= 0).all()
    assert (found.bank >= 0).all()
    assert falls * found.bank[:-1] == pytest.approx(0.0, abs=1e-6)
    assert found.discounted[-1] * found.bank[-1] == pytest.approx(0.0, abs=1e-6)


@settings(max_examples=100, deadline=None)
@given(one_zone(), st.randoms(use_true_random=False))
def test_the_order_of_the_steps_decides_nothing(case: tuple[Steps, list[float]], chance: Any) -> None:
    curve, needs = case
    order = list(range(len(curve.costs)))
    chance.shuffle(order)
    rows = np.array(curve.potentials())
    widths = rows[0][order] if len(rows) == 1 else rows.T[order]
    other = equilibrium(Steps(curve.costs[order], widths, curve.discount), needs, curve.discount)

    found = equilibrium(curve, needs, curve.discount)
    assert other.discounted.tolist() == found.discounted.tolist()
    assert other.cost == pytest.approx(found.cost)


@settings(max_examples=100, deadline=None)
@given(one_zone(), st.floats(0.0, 1.0))
def test_no_other_prices_prove_more(case: tuple[Steps, list[float]], part: float) -> None:
    """Weak duality: at any prices that do not rise the bound is at or under the cost."""
    curve, needs = case
    found = equilibrium(curve, needs, curve.discount)

    assert lagrangian(curve, np.array(needs), found.discounted * part) <= found.cost + 1e-6


@st.composite
def zones(draw: st.DrawFn) -> tuple[list[Steps], np.ndarray[Any, Any], np.ndarray[Any, Any], bool]:
    """Some zones, receptors and years, and loads to be taken away that can be."""
    years, many, receptors = draw(st.integers(1, 3)), draw(st.integers(1, 3)), draw(st.integers(1, 3))
    discount = discounting(0.05, years)
    curves = []
    for _ in range(many):
        found = draw(costs)
        widths = np.array([draw(st.integers(0, 9)) for _ in found], dtype=np.float64)
        curves.append(Steps(found, widths, discount))
    transfer = np.array([[draw(st.integers(0, 4)) / 4 for _ in range(many)] for _ in range(receptors)])
    most = transfer @ np.array([curve.most(0) for curve in curves])
    need = np.array([[float(most[k]) * draw(st.integers(-2, 4)) / 4 for _ in range(years)] for k in range(receptors)])
    return curves, transfer, need, draw(st.booleans())


@settings(max_examples=200, deadline=None)
@given(zones())
def test_zones_cost_what_the_whole_programme_costs(
    case: tuple[list[Steps], np.ndarray[Any, Any], np.ndarray[Any, Any], bool],
) -> None:
    curves, transfer, need, banking = case
    found = zone_equilibrium(curves, transfer, need, curves[0].discount, banking=banking)

    assert found.cost == pytest.approx(plain_zones(curves, transfer, need, banking).cost, abs=1e-5)
    assert found.gap < GAP
    assert found.discounted == pytest.approx(transfer.T @ found.lambdas)


@settings(max_examples=60, deadline=None)
@given(zones())
def test_every_certificate_holds(case: tuple[list[Steps], np.ndarray[Any, Any], np.ndarray[Any, Any], bool]) -> None:
    curves, transfer, need, banking = case
    found = zone_equilibrium(curves, transfer, need, curves[0].discount, banking=banking)

    assert check(json.dumps(proof(curves, transfer, need, found, banking))).cost == found.cost


def proof(curves: list[Steps], transfer: Any, need: Any, found: ZoneEquilibrium, banking: bool) -> dict[str, Any]:
    """The certificate with names for rows and columns."""
    names = [f"z{number}" for number in range(len(curves))]
    receptors = [f"r{number}" for number in range(len(need))]
    years = list(range(2027, 2027 + need.shape[1]))
    return certificate(names, receptors, years, curves, transfer, need, found, banking=banking)


def two_zones() -> dict[str, Any]:
    """A certificate of two zones under one receptor."""
    discount = [1.0, 0.9]
    curves = [Steps([10.0, 40.0], [5.0, 5.0], discount), Steps([5.0, 60.0], [4.0, 4.0], discount)]
    transfer, need = np.array([[1.0, 0.5]]), np.array([[4.0, 7.0]])
    return proof(curves, transfer, need, zone_equilibrium(curves, transfer, need, discount), True)


def dear(proof: dict[str, Any], duals: list[list[float]]) -> None:
    """All that can be abated is; cost and gap are said as they are, or as if a bound that runs over were the cost."""
    proof["abated"] = [[10.0, 10.0], [8.0, 8.0]]
    proof["cost"] = (250.0 + 260.0) * 1.9
    if duals == proof["duals"]:
        proof["gap"] = (proof["cost"] - proof["bound"]) / proof["cost"]
    else:
        proof.update(duals=duals, bound=proof["cost"], gap=0.0)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda c: c["abated"][0].__setitem__(0, c["abated"][0][0] - 1), "is not kept in 2027"),
        (lambda c: c["abated"][0].__setitem__(0, 99.0), "abates 99 t of 10"),
        (lambda c: c["duals"][0].__setitem__(1, c["duals"][0][0] + 1), "rises in 2028 while"),
        (lambda c: c["duals"][0].__setitem__(1, -1.0), "below zero"),
        (lambda c: c["bank"][0].__setitem__(0, c["bank"][0][0] + 1), "is not kept in 2027"),
        (lambda c: c.__setitem__("cost", c["cost"] - 1), "the cost is"),
        (lambda c: c.__setitem__("bound", c["bound"] + 1), "the bound is"),
        (lambda c: c.__setitem__("gap", 0.5), "the gap is"),
        (lambda c: c["transfer"][0].__setitem__(0, -1.0), "below zero"),
        (lambda c: c["transfer"].append([1.0, 1.0]), "transfer is not 1 rows of 2"),
        (lambda c: c["curves"][0]["costs"].reverse(), "do not ascend"),
        (lambda c: c["curves"][0]["costs"].pop(), "its potentials is not one a cost"),
        (lambda c: c["zones"].reverse(), "do not fit each other"),
        (lambda c: c.__setitem__("zones", ["a", "a"]), "stands twice"),
        (lambda c: c.__setitem__("zones", ["a"]), "do not fit each other"),
        (lambda c: c.__setitem__("years", [2027, 2029]), "do not follow one another"),
        (lambda c: c.__setitem__("discount", [1.0, -0.9]), "factor is not above zero"),
        (lambda c: c.__setitem__("discount", [1.0]), "discount is not 2 factors"),
        (lambda c: c["curves"][0]["potential_t"][0].__setitem__(0, -5.0), "has a figure below zero"),
        (lambda c: c["curves"][0]["costs"].__setitem__(1, 1e200), "beyond 1e"),
        (lambda c: c["need"][0].__setitem__(0, 1e300), "beyond 1e"),
        (lambda c: c["curves"][0].update(slopes=[-1.0], starts=[0.0], most_t=[1.0]), "a slope is not above zero"),
        (lambda c: dear(c, duals=[[1e308, 1e308]]), "duals has a figure beyond"),
        (lambda c: dear(c, duals=c["duals"]), "only show that nothing costs less than"),
    ],
)
def test_a_certificate_that_was_changed_does_not_hold(change: Any, said: str) -> None:
    changed = json.loads(json.dumps(two_zones()))
    change(changed)
    changed["digest"] = digest(changed)

    with pytest.raises(Malformed, match=said):
        check(json.dumps(changed))


def test_a_certificate_whose_text_was_touched_does_not_hold() -> None:
    changed = json.loads(json.dumps(two_zones()))
    changed["years"][0] = 2026

    with pytest.raises(Malformed, match="digest"):
        check(json.dumps(changed))


def test_the_checker_shares_nothing_with_what_it_checks() -> None:
    """A mistake of the curves, of the solver or of a bound cannot hide in the proof: none of them is imported there."""
    code = "import sys, airshed.lab.proofs; print(*(name for name in sys.modules if name.startswith('airshed')))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()

    assert "airshed.lab.proofs.market" in loaded
    assert not [name for name in loaded if "equilibrium" in name or "linear" in name or "highspy" in name]


@settings(max_examples=60, deadline=None)
@given(zones())
def test_the_checker_adds_up_what_the_curves_say(
    case: tuple[list[Steps], np.ndarray[Any, Any], np.ndarray[Any, Any], bool],
) -> None:
    """Its sums are other sums: cost and rent of each curve agree with the curves' own."""
    for curve in case[0]:
        plain = Ladder(curve.costs, np.array(curve.potentials()), *(np.zeros(0) for _ in range(3)))
        for part in (0.0, 0.3, 0.5, 1.0):
            tonnes = part * curve.most(0)
            assert plain.cost(0, tonnes)[0] == pytest.approx(curve.cost(0, tonnes), abs=1e-9)
        for price in (-30.0, 0.0, 7.5, 100.0):
            assert plain.rent(0, price) == pytest.approx(curve.rent(0, price), abs=1e-9)


@pytest.mark.parametrize("text", [b"", b"{}", b"[]", b"\xff", b"[" * 3000, b'{"format":"airshed equilibrium 1"}'])
def test_what_is_no_certificate_is_malformed(text: bytes) -> None:
    with pytest.raises(Malformed, match="--certificate"):
        check(text)


# --- what is in print, found by two routes each (closed form, and a solver of another kind)


def test_two_periods_with_quadratic_costs() -> None:
    """Emission 100 and caps of 80 and 40, marginal cost = abatement, 5 %: p1 = (20 + 60) / 2.05."""
    found = equilibrium(Slopes([1.0], [100.0], discounting(0.05, 2)), [20.0, 60.0], discounting(0.05, 2))

    assert found.price == pytest.approx([39.024390243902445, 40.97560975609756])
    assert found.bank == pytest.approx([19.024390243902445, 0.0])
    assert found.cost == pytest.approx(1560.975609757337)


def test_five_periods_with_quadratic_costs_are_one_block() -> None:
    """Emission 100 and caps of 95, 90, 60, 60, 60."""
    discount = discounting(0.05, 5)
    found = equilibrium(Slopes([1.0], [100.0], discount), [5.0, 10.0, 40.0, 40.0, 40.0], discount)

    assert found.blocks == ((0, 5),)
    assert found.price == pytest.approx(
        [24.4315977473162, 25.65317763468201, 26.93583651641611, 28.28262834223692, 29.69675975934877]
    )
    assert found.bank == pytest.approx([19.4315977473162, 35.08477538199821, 22.020611898414323, 10.303240240651242, 0])
    assert found.cost == pytest.approx(1649.1328479438546)


def test_two_sources_share_a_cap_where_their_marginal_costs_meet() -> None:
    """Tietenberg's textbook case: marginal costs 200 a and 100 a, 21 t to abate: 7 and 14 t at 1,400."""
    curve = Slopes([200.0, 100.0], [21.0, 21.0], [1.0])
    found = equilibrium(curve, [21.0], [1.0])

    assert found.price.item() == pytest.approx(1400.0)
    assert found.cost == pytest.approx(14700.0)


def test_two_sources_share_a_receptor_by_what_they_add_there() -> None:
    """The same two under a receptor at which the first counts double: 11 and 11 t, 2,200 and 1,100 at the sources."""
    sources = [Slopes([200.0], [21.0], [1.0]), Slopes([100.0], [21.0], [1.0])]
    found = zone_equilibrium(sources, [[2.0, 1.0]], [[33.0]], [1.0])

    assert found.abated.ravel() == pytest.approx([11.0, 11.0], rel=1e-6)
    assert found.lambdas.item() == pytest.approx(1100.0, rel=1e-6)
    assert found.cost == pytest.approx(18150.0)


def test_a_river_costs_the_same_under_receptors_and_under_trading_ratios() -> None:
    """Hung and Shaw: three zones along a river, coefficients 0.5 and 0.4 downstream, limits of 100, 90 and 60.

    The tradable caps are 100, 90 - 0.5 x 100 and 60 - 0.4 x 90; marginal costs are 1, 2 and 4 times abatement.
    """
    emitted = np.array([150.0, 120.0, 80.0])
    sources = [Slopes([slope], [most], [1.0]) for slope, most in zip((1.0, 2.0, 4.0), emitted.tolist(), strict=True)]
    air = np.array([[1.0, 0.0, 0.0], [0.5, 1.0, 0.0], [0.2, 0.4, 1.0]])
    by_receptor = zone_equilibrium(sources, air, (air @ emitted - [100.0, 90.0, 60.0])[:, None], [1.0])
    ways = [CrossTrade(0, 1, 0.5), CrossTrade(1, 2, 0.4), CrossTrade(0, 2, 0.2)]
    by_ratio = zone_equilibrium(sources, np.eye(3), (emitted - [100.0, 40.0, 24.0])[:, None], [1.0], trades=ways)

    for found in (by_receptor, by_ratio):
        assert found.cost == pytest.approx(13622.0)
        assert found.abated.ravel() == pytest.approx([70.0, 70.0, 56.0], rel=1e-6)
        assert found.price.ravel() == pytest.approx([70.0, 140.0, 224.0], rel=1e-6)
        assert found.gap < GAP
    assert by_ratio.traded[0].item() == pytest.approx(20.0, rel=1e-5)


def test_a_round_of_trades_that_makes_more_than_it_took_is_refused() -> None:
    one = Steps([1.0], [5.0], [1.0])
    with pytest.raises(Malformed, match=r"a round of them makes 1\.2 of one"):
        zone_equilibrium(
            [one, one], np.eye(2), [[1.0], [1.0]], [1.0], trades=[CrossTrade(0, 1, 1.5), CrossTrade(1, 0, 0.8)]
        )


@pytest.mark.parametrize(("need", "price", "withheld", "extra"), [(10, 20, 10, 0), (40, 40, 0, 0), (80, 60, 0, 20)])
def test_a_collar_holds_the_price_between_floor_and_ceiling(
    need: float, price: float, withheld: float, extra: float
) -> None:
    found = collared(Slopes([1.0], [1e6], [1.0]), [need], [1.0], floor=20.0, ceiling=60.0, most_withheld=50.0)

    assert found.market.price.item() == price
    assert found.withheld.item() == pytest.approx(withheld)
    assert found.extra.item() == pytest.approx(extra)


@pytest.mark.parametrize(("allocation", "emitted", "price"), [(0.0, 40.0, 20.0), (120.0, 80.0, 60.0)])
def test_a_dominant_firm_moves_the_price_away_from_competition(allocation: float, emitted: float, price: float) -> None:
    """Hahn: two alike firms of 100 t under a cap of 120 t; only 60 t given to the firm would be competitive."""
    found = dominated(1.0, 100.0, allocation, 1.0, 100.0, 120.0 - allocation)

    assert (100.0 - found.abated, found.price, found.cost) == (emitted, price, 2000.0)
    assert (found.competitive_price, found.competitive_cost) == (40.0, 1600.0)
    assert dominated(1.0, 100.0, 60.0, 1.0, 100.0, 60.0).cost == 1600.0


@pytest.mark.parametrize(
    ("each", "growing", "alone", "traded", "abated", "cost", "spent"),
    [
        (0.0, 0.0, (10.5, 10.5), 3.5, (7.0, 14.0), 14700.0, 0.0),
        (300.0, 0.0, (10.5, 10.5), 2.5, (8.0, 13.0), 14850.0, 750.0),
        (300.0, 0.0, (9.5, 11.5), 1.5, (8.0, 13.0), 14850.0, 450.0),
        (1050.0, 0.0, (10.5, 10.5), 0.0, (10.5, 10.5), 16537.5, 0.0),
        (0.0, 150.0, (10.5, 10.5), 7 / 3, (49 / 6, 77 / 6), 14904.166666666664, 408.33333333333337),
        (0.0, 150.0, (9.5, 11.5), 5 / 3, (47 / 6, 79 / 6), 14804.166666666664, 208.33333333333334),
    ],
)
def test_costs_of_trading_shrink_trade(
    each: float,
    growing: float,
    alone: tuple[float, float],
    traded: float,
    abated: tuple[float, float],
    cost: float,
    spent: float,
) -> None:
    """Stavins: constant costs leave the outcome where it is whoever got the allowances; growing ones do not."""
    found = costly((200.0, 100.0), alone, each, growing)

    assert found.traded == pytest.approx(traded)
    assert found.abated == pytest.approx(abated)
    assert found.abatement_cost == pytest.approx(cost)
    assert found.trading_cost == pytest.approx(spent)


@settings(max_examples=60, deadline=None)
@given(one_zone(), st.integers(0, 30), st.integers(0, 40))
def test_a_collared_price_lies_in_the_collar(case: tuple[Steps, list[float]], floor: int, width: int) -> None:
    curve, needs = case
    found = collared(curve, needs, curve.discount, floor=floor, ceiling=floor + width, most_withheld=3.0)

    assert (found.market.price <= floor + width + 1e-6).all()
    assert (found.extra[found.market.price < floor + width - 1e-6] == 0).all()
    assert (found.withheld[found.market.price > floor + 1e-6] == 0).all()
    assert check(json.dumps(found.proof(curve, range(2027, 2027 + len(needs))))).gap < 1e-9
    assume(min(needs) > 0)
    assert found.market.gap < GAP


def test_curves_joined_are_the_curve_of_all_their_steps() -> None:
    one, two = Steps([10.0, 30.0], [4.0, 4.0], [1.0]), Steps([20.0], [5.0], [1.0])
    both, joined = Steps([10.0, 20.0, 30.0], [4.0, 5.0, 4.0], [1.0]), Joined(one, two)

    for tonnes in (0.0, 3.0, 4.0, 8.5, 9.0, 13.0):
        assert joined.cost(0, tonnes) == pytest.approx(both.cost(0, tonnes))


# --- bad input


@pytest.mark.parametrize(
    ("work", "said"),
    [
        (lambda: Steps([1.0, float("nan")], [1.0, 1.0], [1.0]), "row 2: its cost is missing"),
        (lambda: Steps([1.0, 2.0], [1.0, -1.0], [1.0]), "row 2: its potential is -1"),
        (lambda: Steps([1.0], np.array([[1.0, 2.0]]), [1.0]), "curves: costs of shape"),
        (lambda: Steps([1e13], [1.0], [1.0]), "row 1: its cost is 1e\\+13"),
        (lambda: Slopes([1.0, 0.0], [1.0, 1.0], [1.0]), "row 2: its slope is 0"),
        (lambda: Slopes([1.0], [-1.0], [1.0]), "row 1: its most is -1"),
        (lambda: Slopes([1.0], [float("inf")], [1.0]).most(0), "without end"),
        (lambda: discounting(-1.0, 2), "a rate of -1"),
        (lambda: equilibrium(Steps([1.0], [1.0], [1.0]), [2.0], [1.0]), "need of year 1: 1.000 t more"),
        (lambda: equilibrium(Steps([1.0], [1.0], [1.0]), [1.0, 1.0], [1.0, 1.0]), "give the same years"),
        (lambda: equilibrium(Steps([1.0], [1.0], [1.0]), [float("nan")], [1.0]), "need of year 1: is nan"),
        (
            lambda: zone_equilibrium([Steps([1.0], [1.0], [1.0])], [[1.0]], [[2.0]], [1.0]),
            "need row 1 column 1: 1 more must be taken away",
        ),
        (lambda: zone_equilibrium([Steps([1.0], [1.0], [1.0])], [[-1.0]], [[2.0]], [1.0]), "row 1 column 1: is -1"),
        (lambda: zone_equilibrium([Steps([1.0], [1.0], [1.0])], [[1.0, 1.0]], [[2.0]], [1.0]), "transfer: shape"),
        (lambda: zone_equilibrium([Steps([1.0], [1.0], [1.0])], [[1.0]], [[2.0, 1.0]], [1.0]), "need: shape"),
        (lambda: Slopes([1e-9], [5.0], [1.0], [100.0]), "row 1: its cost rises from 100 to 100 yuan/t only"),
        (lambda: collared(Steps([1.0], [1.0], [1.0]), [1.0], [1.0], floor=float("nan")), "a floor of nan"),
        (lambda: collared(Steps([1.0], [1.0], [1.0]), [1.0], [1.0], most_withheld=float("nan")), "is withheld"),
        (lambda: collared(Steps([1.0], [1.0], [1.0]), [1.0], [1.0], floor=3.0, ceiling=2.0), "collar"),
        (lambda: dominated(0.0, 1.0, 1.0, 1.0, 1.0, 1.0), "slope is 0"),
        (lambda: costly((1.0, 1.0), (1.0, -1.0), 0.0), "costs of trading"),
    ],
)
def test_what_cannot_be_solved_is_named(work: Any, said: str) -> None:
    with pytest.raises(Malformed, match=said):
        work()


def test_the_matrix_that_a_call_reads_is_one_that_an_equilibrium_reads(tmp_path: Path) -> None:
    words = {"zone": "receptor,zone,coefficient,origin", "jurisdiction": "receptor,jurisdiction,coefficient,origin"}
    found = {}
    for word, head in words.items():
        path = tmp_path / f"{word}.csv"
        path.write_text(f"{head}\nair,A,1,it\nair,B,0.5,it\n")
        found[word] = read_air(path, ("A", "B"))
    assert found["zone"].transfer.tolist() == found["jurisdiction"].transfer.tolist() == [[1.0, 0.5]]
    (tmp_path / "short.csv").write_text(f"{words['jurisdiction']}\nair,A,-1,it\n")
    with pytest.raises(Malformed, match="line 2 column coefficient"):
        read_air(tmp_path / "short.csv", ("A", "B"))
