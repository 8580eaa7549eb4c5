"""One division: a pool among groups by a named rule over their claims or their criteria, to the last allowance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import floor
from typing import Literal

import msgspec

from airshed.market.sharing import criteria as by_criteria
from airshed.market.sharing.estate import RULES, lowest_shortage
from airshed.market.sharing.savings import fair_shares
from airshed.model.measures import KG_PER_T
from airshed.model.refusal import Malformed

RuleName = Literal[
    "proportional",
    "equal_awards",
    "equal_losses",
    "talmud",
    "random_arrival",
    "lowest_shortage",
    "entropy",
    "scarcity",
    "least_gini",
    "zero_sum_dea",
    "shapley",
    "nucleolus",
]
#: Rules that look at criteria of the groups, not at their claims alone; and those that look at what abating costs.
BY_CRITERIA = ("entropy", "scarcity", "least_gini", "zero_sum_dea")
BY_SAVING = ("shapley", "nucleolus")
#: Rules in words, for the trace.
RULES_SAID: Mapping[RuleName, tuple[str, str]] = {
    "proportional": ("proportion", "按申请比例"),
    "equal_awards": ("equal awards up to the claim", "等额配给"),
    "equal_losses": ("equal losses", "等额削减"),
    "talmud": ("the Talmud rule", "塔木德规则"),
    "random_arrival": ("random arrival", "随机到达"),
    "lowest_shortage": ("least worst shortage", "最小最大缺额"),
    "entropy": ("entropy weights", "熵权法"),
    "scarcity": ("weighted criteria", "加权指标"),
    "least_gini": ("least environmental Gini", "环境基尼系数最小"),
    "zero_sum_dea": ("zero-sum DEA", "零和DEA"),
    "shapley": ("the Shapley value of what trade saves", "合作节约沙普利值"),
    "nucleolus": ("the nucleolus of what trade saves", "合作节约核仁"),
}


class Terms(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a rule needs beside claims; shares are hundredths of a percent.

    `criteria` has a row of figures for each group, in the order of `names`; `costs` are names of criteria of which less
    is better; `weights` go with the criteria (all alike if none), `blend` is the part that criteria decide, the rest
    follows the claims; `low` and `high` bound what `least_gini` may give of a claim. `steps` are what abating costs
    each group, yuan/t and t a year.
    """

    names: tuple[str, ...] = ()
    criteria: Mapping[str, tuple[float, ...]] = {}
    costs: tuple[str, ...] = ()
    weights: Mapping[str, float] = {}
    blend_basis_points: int = 5_000
    low_basis_points: int = 5_000
    high_basis_points: int = 10_000
    steps: Mapping[str, tuple[tuple[float, float], ...]] = {}


def divide(
    pool: int, claims: Mapping[str, Fraction], rule: RuleName, terms: Terms | None = None, size_kg: int = 1
) -> dict[str, int]:
    """Whole allowances of `size_kg` of each group, all of `pool`; ties of rounding go to the lower name.

    Where the pool covers all claims, every rule over claims is proportional: there is nothing to be short of. Malformed
    if the claims are all zero, or a group has no criteria.

    >>> divide(100, {"a": Fraction(50), "b": Fraction(250)}, "equal_awards")
    {'a': 50, 'b': 50}
    """
    terms = terms or Terms()
    if pool < 0:
        raise Malformed("pool", f"{pool} allowances", "give a count from zero up")
    groups = sorted(claims)
    wanted = [claims[group] for group in groups]
    total = sum(wanted, Fraction(0))
    if not pool:
        return dict.fromkeys(groups, 0)
    if not total:
        raise Malformed("claims", f"every claim on the {pool} allowances is zero", "give at least one above zero")
    if rule == "shapley":
        shares = _by_saving(pool, groups, wanted, "shapley", terms, size_kg)
    elif rule == "nucleolus":
        shares = _by_saving(pool, groups, wanted, "nucleolus", terms, size_kg)
    elif rule in BY_CRITERIA:
        shares = _by_criteria(pool, groups, wanted, rule, terms)
    elif rule == "lowest_shortage" and pool < total:
        weights = [Fraction(terms.weights.get(group, 1)) for group in groups]
        shares = lowest_shortage(Fraction(pool), wanted, weights)
    elif pool < total and rule in RULES:
        shares = RULES[rule](Fraction(pool), wanted)
    else:
        shares = [pool * claim / total for claim in wanted]
    return whole(pool, dict(zip(groups, shares, strict=True)))


def whole(pool: int, shares: Mapping[str, Fraction]) -> dict[str, int]:
    """Shares that add up to the pool as whole allowances: the largest remainders get what is left, then lower names.

    >>> whole(2, {"b": Fraction(1, 2), "a": Fraction(1, 2), "c": Fraction(1)})
    {'b': 0, 'a': 1, 'c': 1}
    """
    counts = {name: floor(share) for name, share in shares.items()}
    left = pool - sum(counts.values())
    assert 0 <= left <= len(shares), f"shares of {pool} add up to {sum(shares.values())}"
    for name in sorted(shares, key=lambda each: (counts[each] - shares[each], each))[:left]:
        counts[name] += 1
    return counts


def _by_criteria(
    pool: int, groups: Sequence[str], wanted: Sequence[Fraction], rule: RuleName, terms: Terms
) -> list[Fraction]:
    for group in groups:
        if len(terms.criteria.get(group, ())) != len(terms.names) or not terms.names:
            raise Malformed(f"criteria of {group}", "one is missing", f"give {', '.join(terms.names) or 'some'}")
    for name in terms.costs:
        if name not in terms.names:
            raise Malformed("costs", f"no such criterion {name!r}", f"there are {', '.join(terms.names)}")
    rows = [list(terms.criteria[group]) for group in groups]
    claimed = [float(each) for each in wanted]
    weights = [terms.weights.get(name, 1.0) for name in terms.names]
    weights = [each / sum(weights) for each in weights]
    if rule == "zero_sum_dea":
        found = by_criteria.zero_sum_dea([each * pool / sum(claimed) for each in claimed], rows)
    elif rule == "least_gini":
        low, high = (
            [each * points / 10_000 for each in claimed] for points in (terms.low_basis_points, terms.high_basis_points)
        )
        found = by_criteria.least_gini(rows, float(pool), low, high, weights)
    else:
        costs = [terms.names.index(name) for name in terms.costs]
        parts = (
            by_criteria.entropy_shares(rows, costs) if rule == "entropy" else by_criteria.scarcity_shares(rows, weights)
        )
        found = by_criteria.blended(parts, claimed, terms.blend_basis_points / 10_000) * pool
    return _exact(pool, found.tolist())


def _by_saving(
    pool: int,
    groups: Sequence[str],
    wanted: Sequence[Fraction],
    rule: Literal["shapley", "nucleolus"],
    terms: Terms,
    size_kg: int,
) -> list[Fraction]:
    for group in groups:
        if group not in terms.steps:
            raise Malformed(f"steps of {group}", "they are missing", "give its yuan per t and t")
    curves = [[(cost, most * KG_PER_T / size_kg) for cost, most in terms.steps[group]] for group in groups]
    try:
        return _exact(pool, fair_shares(float(pool), [float(each) for each in wanted], curves, rule))
    except Malformed as error:
        kind, _, number = error.place.rpartition("group ")
        place = f"{kind}{groups[int(number) - 1]}" if number.isdigit() else error.place
        raise Malformed(place, error.what, error.cure) from None


def _exact(pool: int, found: Sequence[float]) -> list[Fraction]:
    """Floats as fractions that add up to the pool."""
    exact = [Fraction(max(0.0, each)) for each in found]
    scale = Fraction(pool) / sum(exact, Fraction(0))
    return [each * scale for each in exact]
