"""How a cap is shared, as data: what comes off first, the tiers, their claims and rules (A1 to A15)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

import msgspec

from airshed.market.claims import (
    ALL_BASIS_POINTS,
    EMISSION,
    Activity,
    Claim,
    by_benchmark,
    by_history,
    by_intensity,
    by_latest,
    by_limit,
    in_tonnes,
    place_of,
    verified,
)
from airshed.market.claims_heat import OutputRule, by_heat_input, by_output
from airshed.market.sharing.division import RuleName, RuleTerms
from airshed.model.refusal import Malformed
from airshed.rulebook.allocation_tables import WorkClass
from airshed.rulebook.kinds import Baseline, ClaimName

Level = Literal["jurisdiction", "sector", "source"]
ClaimOf = Callable[[Activity, Baseline], Claim]

#: What each kind of claim is that needs nothing but the source's own row.
CLAIMS: Mapping[ClaimName, ClaimOf] = {
    "history": by_history,
    "benchmark": by_benchmark,
    "limit": by_limit,
    "equal_cut": by_latest,
}


class SharingTier(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One tier: among whom, by which claims, by which rule."""

    by: Level
    claim: ClaimName
    rule: RuleName = "proportional"
    terms: RuleTerms = RuleTerms()


class EarlyAction(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A credit for who abated early (A12): for each kilogram under the benchmark, from a pool of its own."""

    #: Part of the cap that pays for it, in hundredths of a percent.
    pool_basis_points: int
    #: Allowances for each kilogram under the benchmark, in hundredths of a percent.
    rate_basis_points: int


class Plan(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The tiers of a cap, the last of them by source, and what comes off before; parts in hundredths of a percent."""

    tiers: tuple[SharingTier, ...]
    baseline: Baseline = "mean"
    early_action: EarlyAction | None = None
    #: Part of the cap for new entrants (A11), and for auction (A5); None leaves them to the law, or to nothing.
    reserve_basis_points: int | None = None
    auction_basis_points: int | None = None
    #: Where the free pool is more than all claims: shared by them as well, auctioned, or kept in the reserve.
    surplus: Literal["share", "auction", "keep"] = "share"
    #: Part of each share given at once; the rest is kept until output is verified (A2b).
    advance_basis_points: int = ALL_BASIS_POINTS
    #: Pounds per 1,000 mmBtu of the heat-input claim (A1b).
    pounds_per_1000_mmbtu: int = 2_500
    #: Factors of the output-based claim (A2b).
    output_rule: OutputRule = OutputRule()
    #: What the intensity claim takes of a deviation from the benchmark, and the most of it; hundredths of a percent.
    intensity_slope_basis_points: int = 1_500
    intensity_most_basis_points: int = 300
    #: Which works claim by which method, where a tier claims by_class; of those that fit the first holds.
    classes: tuple[WorkClass, ...] = ()

    def claim_of(self, name: ClaimName) -> ClaimOf:
        """The claim of this name under this plan."""
        match name:
            case "heat_input":
                return lambda activity, baseline: by_heat_input(activity, baseline, self.pounds_per_1000_mmbtu)
            case "output_based":
                return lambda activity, baseline: by_output(activity, baseline, self.output_rule)
            case "intensity":
                slope, most = self.intensity_slope_basis_points, self.intensity_most_basis_points
                return lambda activity, baseline: by_intensity(activity, baseline, slope, most)
            case "by_class":
                return self._by_class
            case _:
                return CLAIMS[name]

    def _by_class(self, activity: Activity, baseline: Baseline) -> Claim:
        known = verified(activity, EMISSION, activity.emitted_kg)
        mean = Fraction(sum(known), len(known))
        found = next((each for each in self.classes if each.covers(activity.sector, mean, activity.years[0])), None)
        if found is None or found.claim == "by_class":
            what = f"no class of the plan covers {activity.sector}, {in_tonnes(mean)} t a year, {activity.years[0]} on"
            raise Malformed(place_of(activity), what, "add a class that does, or widen one")
        claim = self.claim_of(found.claim)(activity, baseline)
        return Claim(claim.kg, f"{found.name}: {claim.en}", f"{found.name}：{claim.zh}")


@dataclass(frozen=True, slots=True)
class Member:
    """A source that shares, and where it stands."""

    activity: Activity
    jurisdiction: str


def examine(plan: Plan) -> None:
    """Tiers in their order, parts that are parts. Malformed, naming the key, otherwise."""
    levels = [tier.by for tier in plan.tiers]
    if not levels or levels[-1] != "source" or len(set(levels)) < len(levels):
        said = ", ".join(levels) or "none"
        raise Malformed("tiers", f"they are {said}", "write jurisdiction or sector at most once each, source last")
    parts = {
        "reserve_basis_points": plan.reserve_basis_points,
        "auction_basis_points": plan.auction_basis_points,
        "advance_basis_points": plan.advance_basis_points,
    }
    if plan.early_action is not None:
        parts["early_action.pool_basis_points"] = plan.early_action.pool_basis_points
        if plan.early_action.rate_basis_points < 0:
            raise Malformed(
                "early_action.rate_basis_points", f"is {plan.early_action.rate_basis_points}", "give zero or more"
            )
    for name, part in parts.items():
        if part is not None and not 0 <= part <= ALL_BASIS_POINTS:
            raise Malformed(name, f"is {part}", "give 0 to 10000 hundredths of a percent")
    if plan.pounds_per_1000_mmbtu <= 0:
        raise Malformed("pounds_per_1000_mmbtu", f"is {plan.pounds_per_1000_mmbtu}", "give pounds above zero")
