"""A cap shared out by the law: the plan that its section on allocation says, and what every source claims under it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from typing import get_args

import msgspec

from airshed.market.allocation import METHODS, Activity, Allocation, Parts, Share, allocate, claims_of
from airshed.market.claims import ALL_BASIS_POINTS, of_entrant
from airshed.market.claims_heat import OutputRule
from airshed.market.sharing.division import RuleName
from airshed.market.sharing.named import NAMED
from airshed.market.sharing.plan import EarlyAction, Level, Member, Plan, SharingTier
from airshed.market.sharing.tiers import share
from airshed.rulebook.allocation_sections import AllocationRule
from airshed.rulebook.kinds import ClaimName

#: Why a source gets nothing when nobody claims anything.
_NOTHING = "Nobody claims anything: 0 allowances.", "无人申请：得0份。"
#: The city in which a cap is shared out; which it is decides nothing, for a law has a cap for each.
HERE = "here"


def share_by_law(law: AllocationRule, split: Parts, activities: Sequence[Activity], size_kg: int = 1) -> Allocation:
    """All of one city's cap as the law says: incumbents by its method, new entrants from the reserve.

    Malformed, naming the source, where the method asks for a figure that is not there.
    """
    if plainly(law):
        return allocate(law.method, law.baseline, split, activities, size_kg)
    found = share(split.cap, [Member(each, HERE) for each in activities], plan_of(law), size_kg, split)
    return replace(found, method=law.method)


def final_by_law(law: AllocationRule, pool: int, activities: Sequence[Activity], size_kg: int = 1) -> dict[str, Share]:
    """What each incumbent gets of a pool by the output of the year alone, all at once; nothing where none has any."""
    plan = msgspec.structs.replace(plan_of(law), advance_basis_points=ALL_BASIS_POINTS, baseline="mean")
    claim = plan.claim_of(plan.tiers[-1].claim)
    if not any(claim(each, plan.baseline).kg for each in activities):
        return {each.source: Share(each.source, 0, *_NOTHING) for each in activities}
    found = share(pool, [Member(each, HERE) for each in activities], plan, size_kg)
    return {each.source: each for each in found.shares}


def claims_by_law(law: AllocationRule, activities: Sequence[Activity]) -> dict[str, Fraction]:
    """Kilograms that each source claims by itself: incumbents by the last tier, new entrants of the reserve."""
    if plainly(law):
        return claims_of(law.method, law.baseline, activities)
    plan = plan_of(law)
    claim = plan.claim_of(plan.tiers[-1].claim)
    return {each.source: (of_entrant if each.entrant else claim)(each, plan.baseline).kg for each in activities}


def claims_asked(law: AllocationRule) -> tuple[ClaimName, ...]:
    """The claims that the law asks of works, tier by tier and class by class."""
    plan = plan_of(law)
    tiers = tuple(tier.claim for tier in plan.tiers)
    return (*tiers, *(each.claim for each in plan.classes if "by_class" in tiers))


def plainly(law: AllocationRule) -> bool:
    """Whether the law shares each pool in proportion to one simple claim, all at once."""
    at_once = law.advance_basis_points in (None, ALL_BASIS_POINTS)
    return law.method in METHODS and at_once and law.unclaimed != "cancelled"


def plan_of(law: AllocationRule) -> Plan:
    """The plan by which the law shares out one city's cap: its method without what shares among cities.

    >>> from airshed.rulebook.load import find, load
    >>> [tier.by for tier in plan_of(load(find("dianzhong")).allocation).tiers]
    ['source']
    """
    tiers = _tiers(law) if law.method == "plan" else NAMED[law.method].plan.tiers
    early = law.early_pool_basis_points, law.early_rate_basis_points
    stated = {
        "pounds_per_1000_mmbtu": law.pounds_per_1000_mmbtu,
        "advance_basis_points": law.advance_basis_points,
        "intensity_slope_basis_points": law.intensity_slope_basis_points,
        "intensity_most_basis_points": law.intensity_most_basis_points,
    }
    plan = Plan(
        tuple(tier for tier in tiers if tier.by != "jurisdiction"),
        law.baseline,
        None if early[0] is None or early[1] is None else EarlyAction(early[0], early[1]),
        surplus="keep" if law.unclaimed == "cancelled" else "share",
        output_rule=_factors(law),
        classes=law.classes,
    )
    return msgspec.structs.replace(plan, **{key: value for key, value in stated.items() if value is not None})


def _tiers(law: AllocationRule) -> tuple[SharingTier, ...]:
    levels: dict[str, Level] = {name: name for name in get_args(Level)}
    claims: dict[str, ClaimName] = {name: name for name in get_args(ClaimName)}
    rules: dict[str, RuleName] = {name: name for name in get_args(RuleName)}
    words = [tier.split(" ") for tier in law.tiers or ()]
    return tuple(SharingTier(levels[by], claims[claim], rules[rule]) for by, claim, rule in words)


def _factors(law: AllocationRule) -> OutputRule:
    """The factors that the law states; it states all of them where a claim asks for them."""
    stated = {
        "air_cooled_basis_points": law.air_cooled_basis_points,
        "coal_heat_basis_points": law.coal_heat_basis_points,
        "gas_heat_basis_points": law.gas_heat_basis_points,
    }
    known = {key: value for key, value in stated.items() if value is not None}
    return msgspec.structs.replace(OutputRule(status=law.status), **known)
