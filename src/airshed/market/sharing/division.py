"""One division: a pool among groups by a named rule over their claims or their criteria, to the last allowance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import isfinite, lcm
from typing import Literal

import msgspec

from airshed.market.sharing.bankruptcy import RULES, examine_claims, highest_coverage, lowest_shortage
from airshed.model.measures import KG_PER_T
from airshed.model.near import near
from airshed.model.refusal import Malformed

RuleName = Literal[
    "proportional",
    "equal_awards",
    "equal_losses",
    "talmud",
    "random_arrival",
    "lowest_shortage",
    "highest_coverage",
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
#: Groups among which rules share that look at every pair, every mix or many orders of them.
MOST_GROUPS = 100
LARGE: tuple[RuleName, ...] = ("least_gini", "zero_sum_dea", "shapley")
#: Rules over claims that weigh the groups.
WEIGHTED = ("lowest_shortage", "highest_coverage")
#: Rules in words, for the trace.
RULES_SAID: Mapping[RuleName, tuple[str, str]] = {
    "proportional": ("proportion", "按申请比例"),
    "equal_awards": ("equal awards up to the claim", "等额配给"),
    "equal_losses": ("equal losses", "等额削减"),
    "talmud": ("the Talmud rule", "塔木德规则"),
    "random_arrival": ("random arrival", "随机到达"),
    "lowest_shortage": ("least worst shortage", "最小最大缺额"),
    "highest_coverage": ("highest least coverage", "最大最小满足率"),
    "entropy": ("entropy weights", "熵权法"),
    "scarcity": ("weighted criteria", "加权指标"),
    "least_gini": ("least environmental Gini", "环境基尼系数最小"),
    "zero_sum_dea": ("zero-sum DEA", "零和DEA"),
    "shapley": ("the Shapley value of what trade saves", "合作节约沙普利值"),
    "nucleolus": ("the nucleolus of what trade saves", "合作节约核仁"),
}


class RuleTerms(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a rule needs beside claims; shares are hundredths of a percent.

    `criteria` has a row of figures for each group, in the order of `names`; `costs` are names of criteria of which less
    is better; `weights` go with the criteria (all alike if none), `blend` is the part that criteria decide, the rest
    follows the claims; `low` and `high` bound what `least_gini` may give of a claim. `steps` are what abating costs
    each group, yuan/t and t a year. `status` says how sure each criterion is; it is told, and decides nothing.
    """

    names: tuple[str, ...] = ()
    criteria: Mapping[str, tuple[float, ...]] = {}
    costs: tuple[str, ...] = ()
    weights: Mapping[str, float] = {}
    blend_basis_points: int = 5_000
    low_basis_points: int = 5_000
    high_basis_points: int = 10_000
    steps: Mapping[str, tuple[tuple[float, float], ...]] = {}
    status: Mapping[str, str] = {}


def divide(
    pool: int, claims: Mapping[str, Fraction], rule: RuleName, terms: RuleTerms | None = None, size_kg: int = 1
) -> dict[str, int]:
    """Whole allowances of `size_kg` of each group, all of `pool`; ties of rounding go to the lower name.

    Where the pool covers all claims, every rule over claims is proportional: there is nothing to be short of. Malformed
    if the claims are all zero, or a group has no criteria.

    >>> divide(100, {"a": Fraction(50), "b": Fraction(250)}, "equal_awards")
    {'a': 50, 'b': 50}
    """
    terms = terms or RuleTerms()
    if pool < 0:
        raise Malformed("pool", f"{pool} allowances", "give a count from zero up")
    groups = sorted(claims)
    wanted = [claims[group] for group in groups]
    scale = lcm(*(claim.denominator for claim in wanted))  # in whole parts: a hundred times the same sums
    parts = [claim.numerator * (scale // claim.denominator) for claim in wanted]
    total = sum(parts)
    short = pool * scale < total
    if not pool:
        return dict.fromkeys(groups, 0)
    if not total:
        raise Malformed("claims", f"every claim on the {pool} allowances is zero", "give at least one above zero")
    if rule in LARGE and len(groups) > MOST_GROUPS:
        raise Malformed(rule, f"{len(groups)} groups", f"give at most {MOST_GROUPS}, or share among larger ones first")
    if rule == "shapley":
        shares = _by_saving(pool, groups, wanted, "shapley", terms, size_kg)
    elif rule == "nucleolus":
        shares = _by_saving(pool, groups, wanted, "nucleolus", terms, size_kg)
    elif rule in BY_CRITERIA:
        shares = _by_criteria(pool, groups, wanted, rule, terms)
    elif rule in WEIGHTED and short:
        weights = [Fraction(_weight(group, terms.weights.get(group, 1.0))) for group in groups]
        by_weight = lowest_shortage if rule == "lowest_shortage" else highest_coverage
        shares = by_weight(Fraction(pool), wanted, weights)
    elif short and rule in RULES and rule != "proportional":
        shares = RULES[rule](Fraction(pool), wanted)
    else:
        examine_claims(wanted)
        return _rounded(pool, {group: pool * part for group, part in zip(groups, parts, strict=True)}, total)
    return whole(pool, dict(zip(groups, shares, strict=True)))


def whole(pool: int, shares: Mapping[str, Fraction]) -> dict[str, int]:
    """Shares that add up to the pool as whole allowances: the largest remainders get what is left, then lower names.

    >>> whole(2, {"b": Fraction(1, 2), "a": Fraction(1, 2), "c": Fraction(1)})
    {'b': 0, 'a': 1, 'c': 1}
    """
    scale = lcm(*(share.denominator for share in shares.values()))
    return _rounded(
        pool, {name: share.numerator * (scale // share.denominator) for name, share in shares.items()}, scale
    )


def _rounded(pool: int, parts: Mapping[str, int], scale: int) -> dict[str, int]:
    """Of shares that are so many parts of which `scale` are an allowance."""
    counts = {name: part // scale for name, part in parts.items()}
    left = pool - sum(counts.values())
    assert 0 <= left <= len(parts), f"shares of {pool} add up to {Fraction(sum(parts.values()), scale)}"
    if left:
        for name in sorted(parts, key=lambda each: (-(parts[each] % scale), each))[:left]:
            counts[name] += 1
    return counts


def _by_criteria(
    pool: int, groups: Sequence[str], wanted: Sequence[Fraction], rule: RuleName, terms: RuleTerms
) -> list[Fraction]:
    from airshed.market.sharing import (
        criteria as by_criteria,  # with numpy, which a zone that is only read does without
    )

    rows = _table(groups, terms)
    for name in terms.costs:
        if name not in terms.names:
            raise Malformed("costs", f"no such criterion {name!r}", near(name, terms.names))
    if terms.costs and rule != "entropy":
        raise Malformed("costs", f"{rule} knows no criterion of which less is better", "leave them out, or turn them")
    claimed = [float(each) for each in wanted]
    weights = _weights(rule, terms)
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


def _table(groups: Sequence[str], terms: RuleTerms) -> list[list[float]]:
    """The criteria of each group, a row each."""
    if not terms.names:
        raise Malformed("criteria", "none is given", "give --criteria, or names and criteria of the tier")
    if len(set(terms.names)) < len(terms.names):
        raise Malformed("names", f"a criterion stands twice in {', '.join(terms.names)}", "name each once")
    for group in groups:
        own = terms.criteria.get(group, ())
        if len(own) != len(terms.names):
            raise Malformed(
                f"criteria of {group}", f"{len(own)} of {len(terms.names)} are given", f"give {', '.join(terms.names)}"
            )
        for name, figure in zip(terms.names, own, strict=True):
            if not figure >= 0 or not isfinite(figure):
                raise Malformed(f"criteria of {group}, {name}", f"is {figure:g}", "give a figure from zero up")
    for at, name in enumerate(terms.names):
        if not any(terms.criteria[group][at] for group in groups):
            raise Malformed(f"criterion {name}", f"is zero of {', '.join(groups)}", "leave it out")
    return [list(terms.criteria[group]) for group in groups]


def _weights(rule: RuleName, terms: RuleTerms) -> list[float]:
    """What each criterion counts for, as parts of one; all alike if none is said."""
    if not terms.weights:
        return [1 / len(terms.names)] * len(terms.names)
    if rule not in ("scarcity", "least_gini"):
        raise Malformed("weights", f"{rule} finds its own", "leave them out")
    if set(terms.weights) != set(terms.names):
        raise Malformed("weights", f"are of {', '.join(terms.weights)}", f"give one each of {', '.join(terms.names)}")
    found = [_weight(name, terms.weights[name], zero=True) for name in terms.names]
    if not any(found):
        raise Malformed("weights", "all are zero", "give one above zero")
    return [each / sum(found) for each in found]


def _weight(name: str, weight: float, *, zero: bool = False) -> float:
    cure = "give a figure from zero up" if zero else "give a figure above zero"
    if not isfinite(weight) or weight < 0 or not (weight or zero):
        raise Malformed(f"weight of {name}", f"is {weight:g}", cure)
    return weight


def _by_saving(
    pool: int,
    groups: Sequence[str],
    wanted: Sequence[Fraction],
    rule: Literal["shapley", "nucleolus"],
    terms: RuleTerms,
    size_kg: int,
) -> list[Fraction]:
    from airshed.market.sharing.savings import fair_shares

    for group in groups:
        if group not in terms.steps:
            raise Malformed(f"steps of {group}", "they are missing", "give --curves, or yuan/t and t in its steps")
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
