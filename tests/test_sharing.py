"""Sharing: rules for claims, games and criteria against what is in print; tiers conserve the cap and say why."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from itertools import permutations
from math import inf, nan

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from airshed.market.claims import Activity
from airshed.market.sharing import criteria
from airshed.market.sharing.bankruptcy import RULES, equal_losses, highest_coverage, lowest_shortage, random_arrival
from airshed.market.sharing.division import BY_CRITERIA, LARGE, RuleName, RuleTerms, divide
from airshed.market.sharing.games import nucleolus, shapley, shapley_sampled
from airshed.market.sharing.named import filled
from airshed.market.sharing.savings import fair_shares
from airshed.market.sharing.tiers import EarlyAction, Member, Plan, SharingTier, share
from airshed.model.refusal import Malformed

CLAIMS = [Fraction(100), Fraction(200), Fraction(300)]
claimed = st.lists(st.integers(0, 400).map(Fraction), min_size=1, max_size=6)


@pytest.mark.parametrize(
    ("endowment", "rule", "awards"),
    [
        (100, "proportional", ["50/3", "100/3", "50"]),
        (100, "equal_awards", ["100/3", "100/3", "100/3"]),
        (100, "equal_losses", ["0", "0", "100"]),
        (100, "talmud", ["100/3", "100/3", "100/3"]),
        (200, "talmud", ["50", "75", "75"]),
        (300, "proportional", ["50", "100", "150"]),
        (300, "equal_awards", ["100", "100", "100"]),
        (300, "equal_losses", ["0", "100", "200"]),
        (300, "talmud", ["50", "100", "150"]),
    ],
)
def test_the_estate_of_the_talmud_is_divided_as_in_print(endowment: int, rule: str, awards: list[str]) -> None:
    """Claims of 100, 200 and 300 (Ketubot 93a; Aumann and Maschler 1985)."""
    assert [str(each) for each in RULES[rule](Fraction(endowment), CLAIMS)] == awards


@settings(deadline=None)
@given(claimed, st.integers(0, 100), st.sampled_from(sorted(RULES)))
def test_awards_add_up_and_nobody_gets_more_than_the_claim(claims: list[Fraction], part: int, rule: str) -> None:
    endowment = sum(claims, Fraction(0)) * part / 100
    awards = RULES[rule](endowment, claims)

    assert sum(awards, Fraction(0)) == endowment
    assert all(0 <= award <= claim for award, claim in zip(awards, claims, strict=True))
    assert all(
        a <= b for (c, a) in zip(claims, awards, strict=True) for (d, b) in zip(claims, awards, strict=True) if c < d
    )


@settings(deadline=None)
@given(claimed, st.integers(0, 99), st.sampled_from(sorted(RULES)))
def test_nobody_loses_when_there_is_more_to_share(claims: list[Fraction], part: int, rule: str) -> None:
    """Resource monotonicity."""
    total = sum(claims, Fraction(0))
    less, more = (RULES[rule](total * each / 100, claims) for each in (part, part + 1))

    assert all(a <= b for a, b in zip(less, more, strict=True))


@settings(deadline=None)
@given(claimed, st.integers(0, 100), st.sampled_from(sorted(RULES)), st.integers(1, 50))
def test_a_larger_claim_gets_no_less(claims: list[Fraction], part: int, rule: str, more: int) -> None:
    """Claims monotonicity."""
    endowment = sum(claims, Fraction(0)) * part / 100
    larger = [claims[0] + more, *claims[1:]]

    assert RULES[rule](endowment, larger)[0] >= RULES[rule](endowment, claims)[0]


@settings(deadline=None)
@given(claimed, st.integers(0, 100), st.sampled_from(sorted(RULES)), st.randoms(use_true_random=False))
def test_the_order_of_claims_decides_nothing(claims: list[Fraction], part: int, rule: str, chance: object) -> None:
    endowment = sum(claims, Fraction(0)) * part / 100
    order = list(range(len(claims)))
    chance.shuffle(order)  # type: ignore[attr-defined]

    assert RULES[rule](endowment, [claims[at] for at in order]) == [RULES[rule](endowment, claims)[at] for at in order]


@settings(deadline=None)
@given(st.lists(st.integers(0, 40).map(Fraction), min_size=1, max_size=4), st.integers(0, 100))
def test_random_arrival_is_the_mean_over_all_orders(claims: list[Fraction], part: int) -> None:
    endowment = sum(claims, Fraction(0)) * part / 100
    sums = [Fraction(0)] * len(claims)
    orders = list(permutations(range(len(claims))))
    for order in orders:
        left = endowment
        for each in order:
            got = min(claims[each], left)
            sums[each] += got
            left -= got

    assert random_arrival(endowment, claims) == [each / len(orders) for each in sums]


@settings(deadline=None)
@given(claimed, st.integers(0, 100))
def test_the_worst_shortage_is_as_small_as_can_be(claims: list[Fraction], part: int) -> None:
    """With equal weights everybody above zero is short of the same part: shortage is then proportional sharing."""
    endowment = sum(claims, Fraction(0)) * part / 100

    assert lowest_shortage(endowment, claims, [Fraction(1)] * len(claims)) == RULES["proportional"](endowment, claims)


def test_equal_losses_are_equal_among_those_who_get_anything() -> None:
    awards = equal_losses(Fraction(250), CLAIMS)

    assert [claim - award for claim, award in zip(CLAIMS, awards, strict=True) if award] == [125, 125]


def lemaire(team: frozenset[int]) -> float:
    """Three funds that invest together (Lemaire 1991)."""
    return {
        (): 0.0,
        (0,): 46125.0,
        (1,): 17437.5,
        (2,): 5812.5,
        (0, 1): 69187.5,
        (0, 2): 53812.5,
        (1, 2): 30750.0,
        (0, 1, 2): 90000.0,
    }[tuple(sorted(team))]


def test_a_game_in_print_has_its_shapley_value_and_nucleolus() -> None:
    assert shapley(3, lemaire) == pytest.approx([51750.0, 25875.0, 12375.0])
    assert nucleolus(3, lemaire) == pytest.approx([52687.5, 24468.75, 12843.75])
    assert shapley_sampled(3, lemaire, 4_000, 7) == pytest.approx([51750.0, 25875.0, 12375.0], rel=0.01)
    assert shapley_sampled(3, lemaire, 50, 7) == shapley_sampled(3, lemaire, 50, 7)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(0, 60).map(Fraction), min_size=1, max_size=4), st.integers(0, 100))
def test_the_talmud_rule_is_the_nucleolus_of_the_estate(claims: list[Fraction], part: int) -> None:
    endowment = sum(claims, Fraction(0)) * part / 100

    def worth(team: frozenset[int]) -> float:
        return float(max(Fraction(0), endowment - sum(c for at, c in enumerate(claims) if at not in team)))

    awards = [float(each) for each in RULES["talmud"](endowment, claims)]
    assert nucleolus(len(claims), worth) == pytest.approx(awards, abs=1e-6)
    assert shapley(len(claims), worth) == pytest.approx([float(each) for each in random_arrival(endowment, claims)])


def test_where_nobody_gains_by_joining_each_keeps_its_own() -> None:
    """Every coalition of an additive game is as well off as any other: stages must not go through them one by one."""
    own = [float(n % 4) for n in range(11)]

    assert nucleolus(11, lambda team: sum(own[each] for each in team)) == pytest.approx(own, abs=1e-7)
    assert nucleolus(11, lambda team: 0.0) == pytest.approx([0.0] * 11)


def test_zero_sum_dea_with_one_output_ends_in_proportion_to_it() -> None:
    found = criteria.zero_sum_dea([50.0, 30.0, 20.0], [[10.0], [30.0], [60.0]])

    assert found == pytest.approx([10.0, 30.0, 60.0])
    two = criteria.zero_sum_dea([50.0, 30.0, 20.0], [[10.0, 3.0], [30.0, 2.0], [60.0, 9.0]])
    assert two.sum() == pytest.approx(100.0)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 9), st.integers(1, 9)), min_size=2, max_size=4), st.integers(20, 80))
def test_no_other_division_has_a_smaller_environmental_gini(rows: list[tuple[int, int]], part: int) -> None:
    """Against every division in steps of a tenth between the bounds."""
    high = [10.0] * len(rows)
    total = sum(high) * part / 100
    found = criteria.least_gini(rows, total, [0.0] * len(rows), high, [0.5, 0.5])
    table = np.array(rows, dtype=np.float64)

    def weighted(emissions: criteria.Floats) -> float:
        return sum(0.5 * criteria.environmental_gini(emissions, table[:, c]) for c in (0, 1))

    assert found.sum() == pytest.approx(total)
    chance = np.random.default_rng(7)
    for _ in range(200):
        other = chance.dirichlet(np.ones(len(rows))) * total
        if (other <= 10.0).all():
            assert weighted(found) <= weighted(other) + 1e-9


def test_entropy_weights_look_only_at_what_tells_rows_apart() -> None:
    weights = criteria.entropy_weights([[1.0, 5.0, 2.0], [2.0, 5.0, 1.0], [9.0, 5.0, 1.5]])

    assert weights[1] == 0
    assert weights.sum() == pytest.approx(1.0)
    turned = criteria.entropy_shares([[1.0, 5.0], [3.0, 4.0], [2.0, 9.0]], costs=[1])
    assert turned.sum() == pytest.approx(1.0)


# --- tiers


def members() -> list[Member]:
    """Two cities, two sectors; QJ-CEM-01 abated early."""
    made = [
        ("KM-CEM-01", "KM", "cement", (400_000, 420_000), (1_000_000, 1_050_000)),
        ("KM-PWR-01", "KM", "power", (900_000, 950_000), (3_000_000, 3_100_000)),
        ("QJ-CEM-01", "QJ", "cement", (100_000, 90_000), (900_000, 950_000)),
        ("QJ-PWR-01", "QJ", "power", (1_500_000, 1_450_000), (5_000_000, 5_200_000)),
    ]
    bench = {"cement": 250, "power": 200}
    return [
        Member(Activity(source, sector, (2025, 2026), emitted, output, benchmark_g=bench[sector], quota_g=400), place)
        for source, place, sector, emitted, output in made
    ]


LEVELS = ("jurisdiction", "sector", "source")
CRITERIA = RuleTerms(
    names=("people", "capacity"),
    criteria={name: (1.0 + at, 9.0 - at) for at, name in enumerate(["KM", "QJ", "cement", "power"])},
)


@settings(max_examples=150, deadline=None)
@given(st.data(), st.integers(0, 5_000_000))
def test_every_plan_shares_the_whole_pool_and_says_why(data: st.DataObject, pool: int) -> None:
    kept = [level for level in data.draw(st.permutations(LEVELS[:2])) if data.draw(st.booleans())] + ["source"]
    tiers = []
    for level in kept:
        rules = [*RULES, "lowest_shortage", "highest_coverage", *(BY_CRITERIA if level != "source" else ())]
        rule = data.draw(st.sampled_from([each for each in rules if pool or each not in BY_CRITERIA]))
        claim = data.draw(st.sampled_from(("history", "benchmark", "limit", "equal_cut")))
        terms = (
            CRITERIA if rule != "least_gini" else RuleTerms(CRITERIA.names, CRITERIA.criteria, (), {}, 0, 0, 10_000_000)
        )
        tiers.append(SharingTier(level, claim, rule, terms))  # type: ignore[arg-type]
    early = data.draw(st.sampled_from((None, EarlyAction(500, 1_000))))
    found = share(pool, members(), Plan(tuple(tiers), "mean", early))

    assert sum(each.count for each in found.shares) == pool
    for each in found.shares:
        assert each.source in each.en
        assert "份" in each.zh


def test_the_sentence_of_a_share_names_every_tier() -> None:
    plan = Plan((SharingTier("jurisdiction", "benchmark", "talmud"), SharingTier("source", "benchmark")))
    first = share(1_000_000, members(), plan).shares[0]

    assert first.en == (
        "KM 433,125 (43.31 %, benchmark claims by the Talmud rule, the pool covers 47.23 %)"
        " -> KM-CEM-01 128,125 (29.58 %, benchmark claims by proportion, the pool covers 50.00 %; Benchmark: mean"
        " output 1,025,000 x 250 g is 256.250 t): 128,125 allowances."
    )
    assert first.zh == (
        "KM 433,125份（43.31 %，基准申请，塔木德规则，配额池覆盖47.23 %） → KM-CEM-01 128,125份（29.58 %，"
        "基准申请，按申请比例，配额池覆盖50.00 %；基准法：产量均值1,025,000×250克＝256.250吨）：得128,125份。"
    )


def test_who_abated_early_is_paid_for_it() -> None:
    """QJ-CEM-01 emitted 190 t in two years at a benchmark of 462.5 t: 272.5 t under, a tenth of it is credited."""
    plan = Plan((SharingTier("source", "history"),), "mean", EarlyAction(1_000, 1_000))
    without = share(1_000_000, members(), Plan((SharingTier("source", "history"),)))
    found = share(1_000_000, members(), plan)

    before, after = ({each.source: each.count for each in result.shares} for result in (without, found))
    assert after["QJ-CEM-01"] > before["QJ-CEM-01"] + 20_000
    assert found.shares[2].en.endswith(
        "and 27,250 for early action (272.500 t under the benchmark over the years x 10.00 %)."
    )
    assert "另有早期减排奖励（历年低于基准共272.500吨×10.00 %）27,250份。" in found.shares[2].zh
    poorer = share(100_000, members(), plan).shares[2]
    assert ", cut pro rata to 36.70 %: 27,250 are earned of 10,000)" in poorer.en


HISTORY = Plan((SharingTier("source", "history"),))
TWO = {"a": Fraction(30), "b": Fraction(70)}
STEPS = RuleTerms(steps={"a": ((1.0, 0.5),), "b": ((1.0, 0.001),)})


def by_criteria(
    rule: RuleName,
    names: tuple[str, ...] = ("x",),
    costs: tuple[str, ...] = (),
    weights: dict[str, float] | None = None,
    **rows: tuple[float, ...],
) -> dict[str, int]:
    table = {"a": (1.0,), "b": (2.0,), **rows}
    return divide(50, TWO, rule, RuleTerms(names, table, costs, weights or {}))


def by_weight(rule: RuleName, weight: float) -> dict[str, int]:
    return divide(50, TWO, rule, RuleTerms(weights={"a": weight}))


def weighted(rule: RuleName, name: str) -> Plan:
    return Plan((SharingTier("source", "history", rule, RuleTerms(weights={name: 2.0})),))


def short_of(name: str) -> dict[str, Fraction]:
    """Claims of which the pool of one leaves `name` more to abate than its one allowance of steps."""
    return {"a": Fraction(1), name: Fraction(9)}


def unordered() -> Activity:
    return replace(members()[0].activity, years=(2026, 2025))


def test_sectors_may_come_before_cities() -> None:
    """A zone may share among sectors first: then cities of a sector share its part, and a sentence says so."""
    plan = Plan(
        (SharingTier("sector", "history"), SharingTier("jurisdiction", "benchmark"), SharingTier("source", "benchmark"))
    )
    found = share(1_000_000, members(), plan)

    assert sum(each.count for each in found.shares) == 1_000_000
    assert found.shares[0].en.startswith(
        "cement 173,838 (17.38 %, history claims by proportion, the pool covers 34.42 %)"
    )
    assert " -> KM " in found.shares[0].en
    filled_ = filled(
        Plan((SharingTier("sector", "history"), SharingTier("jurisdiction", "history", "shapley"))),
        RuleTerms(),
        {"KM": ()},
    )
    assert not filled_.tiers[1].terms.steps  # a city's steps are of all its sectors


@settings(deadline=None)
@given(claimed, st.integers(0, 100), st.data())
def test_the_least_weighted_coverage_is_as_high_as_can_be(
    claims: list[Fraction], part: int, data: st.DataObject
) -> None:
    """A14: all who are not met in full have the same weighted coverage, and nobody met in full has a lower one."""
    endowment = sum(claims, Fraction(0)) * part / 100
    weights = [Fraction(data.draw(st.integers(1, 9))) for _ in claims]
    awards = highest_coverage(endowment, claims, weights)

    assert sum(awards, Fraction(0)) == endowment
    assert all(0 <= award <= claim for award, claim in zip(awards, claims, strict=True))
    known = [(a * w / c, a == c, w) for a, w, c in zip(awards, weights, claims, strict=True) if c]
    open_ = {level for level, met, _ in known if not met}
    assert len(open_) <= 1
    assert all(weight <= level for level in open_ for _, met, weight in known if met)
    same = [Fraction(1)] * len(claims)
    assert highest_coverage(endowment, claims, same) == lowest_shortage(endowment, claims, same)


@settings(deadline=None)
@given(claimed, st.integers(0, 100), st.data())
def test_weighted_shortage_is_the_same_of_all_who_get_anything(
    claims: list[Fraction], part: int, data: st.DataObject
) -> None:
    """A14: who gets nothing weighs less than the common shortage, and nobody's shortage could be less."""
    endowment = sum(claims, Fraction(0)) * part / 100
    weights = [Fraction(data.draw(st.integers(1, 9))) for _ in claims]
    awards = lowest_shortage(endowment, claims, weights)

    assert sum(awards, Fraction(0)) == endowment
    known = [(w * (1 - a / c), a, w) for a, w, c in zip(awards, weights, claims, strict=True) if c]
    levels = {level for level, award, _ in known if award}
    assert len(levels) <= 1
    assert all(weight <= level for level in levels for _, award, weight in known if not award)


def test_among_too_many_groups_the_heavy_rules_say_so() -> None:
    claims = {f"s{n:03}": Fraction(9) for n in range(101)}
    terms = RuleTerms(("x",), {name: (1.0,) for name in claims}, steps=dict.fromkeys(claims, ((1.0, 9.0),)))
    for rule in LARGE:
        with pytest.raises(Malformed, match="101 groups; give at most 100, or share among larger ones first"):
            divide(500, claims, rule, terms)


def test_of_many_groups_the_shapley_value_is_drawn_and_said_to_be() -> None:
    """Thirteen cities, alike two by two but for one: the draw is the same every time and near what alikes must get."""
    names = [f"C{n:02}" for n in range(13)]
    rows = [replace(members()[0], jurisdiction=name) for name in names]
    rows = [replace(each, activity=replace(each.activity, source=f"{each.jurisdiction}-1")) for each in rows]
    steps = {name: ((100.0 + 50 * (n % 2), 1_000.0),) for n, name in enumerate(names)}
    plan = Plan(
        (SharingTier("jurisdiction", "history", "shapley", RuleTerms(steps=steps)), SharingTier("source", "benchmark"))
    )
    found = share(4_000_000, rows, plan)

    assert sum(each.count for each in found.shares) == 4_000_000
    assert found == share(4_000_000, rows, plan)
    assert "the Shapley value of what trade saves, over 500 drawn orders" in found.shares[0].en
    assert "抽样500个次序" in found.shares[0].zh
    counts = [each.count for each in found.shares]
    assert counts[0::2] == pytest.approx([sum(counts[0::2]) / 7] * 7, rel=0.01)
    few = share(4_000_000, rows[:12], plan)
    assert "drawn" not in few.shares[0].en


@pytest.mark.parametrize(
    ("work", "said"),
    [
        (lambda: share(1, members(), Plan((SharingTier("sector", "history"),))), "source last"),
        (lambda: share(1, members(), Plan((SharingTier("source", "history"),) * 2)), "source last"),
        (lambda: share(1, [], Plan((SharingTier("source", "history"),))), "no source"),
        (lambda: share(1, members() * 2, Plan((SharingTier("source", "history"),))), "stands there twice"),
        (lambda: share(-1, members(), Plan((SharingTier("source", "history"),))), "cap: -1 allowances"),
        (lambda: divide(1, {"a": Fraction(0)}, "talmud"), "every claim"),
        (lambda: divide(1, {"a": Fraction(1)}, "entropy"), "criteria: none is given"),
        (lambda: divide(1, {"a": Fraction(1)}, "entropy", RuleTerms(("x",))), "criteria of a: 0 of 1 are given"),
        (lambda: by_criteria("entropy", a=(inf,)), "criteria of a, x: is inf; give a figure from zero up"),
        (lambda: by_criteria("scarcity", a=(nan,)), "criteria of a, x: is nan"),
        (lambda: by_criteria("least_gini", a=(-1.0,)), "criteria of a, x: is -1"),
        (lambda: by_criteria("least_gini", a=(0.0,), b=(0.0,)), "criterion x: is zero of a, b; leave it out"),
        (lambda: by_criteria("scarcity", ("x", "x"), a=(1.0, 1.0), b=(1.0, 2.0)), "a criterion stands twice in x, x"),
        (lambda: by_criteria("scarcity", weights={"x": 0.0}), "weights: all are zero"),
        (lambda: by_criteria("scarcity", weights={"x": nan}), "weight of x: is nan; give a figure from zero up"),
        (lambda: by_criteria("scarcity", weights={"x": inf}), "weight of x: is inf"),
        (lambda: by_criteria("least_gini", weights={"x": -1.0}), "weight of x: is -1"),
        (lambda: by_criteria("scarcity", weights={"y": 1.0}), "weights: are of y; give one each of x"),
        (lambda: by_criteria("entropy", weights={"x": 1.0}), "weights: entropy finds its own"),
        (lambda: by_criteria("scarcity", costs=("x",)), "costs: scarcity knows no criterion"),
        (lambda: by_weight("lowest_shortage", nan), "weight of a: is nan; give a figure above zero"),
        (lambda: by_weight("highest_coverage", 0.0), "weight of a: is 0"),
        (lambda: share(9, members(), weighted("lowest_shortage", "KM-CEM-1")), "tier 1 .*no source 'KM-CEM-1' shares"),
        (lambda: share(9, members(), weighted("talmud", "KM-CEM-01")), "weights: talmud has none; leave them out"),
        (lambda: highest_coverage(Fraction(1), [Fraction(3)], []), "weights: one is missing"),
        (lambda: criteria.scarcity_shares([[1.0, 1.0]], [nan, 1.0]), "weights"),
        (lambda: criteria.least_gini([[0.0], [0.0]], 1.0, [0.0, 0.0], [1.0, 1.0], [1.0]), "criterion 1: sums to zero"),
        (lambda: criteria.least_gini([[1.0], [1.0]], 1.0, [0.0, 0.0], [1.0, 1.0], [nan]), "weights"),
        (lambda: fair_shares(1.0, [2.0, 2.0], [[(inf, 9.0)], [(1.0, 9.0)]], "shapley"), "steps of group 1: inf"),
        (lambda: divide(1, short_of("b"), "shapley", STEPS), "steps of b: they abate 1.000 of the"),
        (lambda: share(9, [replace(members()[0], activity=unordered())], HISTORY), "year 2025 stands after 2026"),
        (lambda: RULES["talmud"](Fraction(7), [Fraction(3)]), "7 of 3 claimed"),
        (lambda: RULES["talmud"](Fraction(1), [Fraction(-3)]), "claim 1: is -3"),
        (lambda: lowest_shortage(Fraction(1), [Fraction(3)], [Fraction(0)]), "weights"),
        (lambda: shapley(13, lambda team: 0.0), "13 players"),
        (lambda: nucleolus(0, lambda team: 0.0), "0 players"),
        (lambda: criteria.entropy_weights([[1.0], [1.0]]), "no criterion"),
        (lambda: criteria.entropy_weights([[1.0]]), "one row"),
        (lambda: criteria.entropy_weights([[1.0], [float("nan")]]), "row 2 criterion 1: is missing"),
        (lambda: criteria.scarcity_shares([[1.0]], [0.5]), "weights"),
        (lambda: criteria.least_gini([[1.0], [1.0]], 9.0, [0.0, 0.0], [1.0, 1.0], [1.0]), "not 9"),
        (lambda: criteria.zero_sum_dea([1.0, 0.0], [[1.0], [1.0]]), "above zero"),
        (lambda: criteria.blended([1.0], [0.0], 0.5), "emissions"),
    ],
)
def test_what_cannot_be_shared_is_named(work: object, said: str) -> None:
    with pytest.raises(Malformed, match=said):
        work()  # type: ignore[operator]
