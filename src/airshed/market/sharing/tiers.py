"""A cap shared out in tiers: zone to jurisdictions, to sectors, to sources, each by its own rule (A15)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

import msgspec

from airshed.market.allocation import Allocation, Share
from airshed.market.claims import (
    ALL_BASIS_POINTS,
    EMISSION,
    G_PER_KG,
    OUTPUT,
    Activity,
    Baseline,
    Claim,
    by_benchmark,
    by_history,
    by_latest,
    by_limit,
    percent,
    place_of,
    verified,
)
from airshed.market.sharing.division import RuleName, Terms, divide, whole
from airshed.model.refusal import Malformed

ClaimName = Literal["history", "benchmark", "limit", "equal_cut"]
Level = Literal["jurisdiction", "sector", "source"]

#: What each kind of claim is.
CLAIMS = {"history": by_history, "benchmark": by_benchmark, "limit": by_limit, "equal_cut": by_latest}
#: Rules in words, for the trace.
RULES_SAID: Mapping[str, tuple[str, str]] = {
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
}


class Tier(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One tier: among whom, by which claims, by which rule."""

    by: Level
    claim: ClaimName
    rule: RuleName = "proportional"
    terms: Terms = Terms()


class EarlyAction(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A credit for who abated early (A12): for each kilogram under the benchmark, from a pool of its own."""

    #: Part of the cap that pays for it, in hundredths of a percent.
    pool_basis_points: int
    #: Allowances for each kilogram under the benchmark, in hundredths of a percent.
    rate_basis_points: int


class Plan(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The tiers of a cap, the last of them by source; an early-action credit comes off before."""

    tiers: tuple[Tier, ...]
    baseline: Baseline = "mean"
    early_action: EarlyAction | None = None


@dataclass(frozen=True, slots=True)
class Member:
    """A source that shares, and where it stands."""

    activity: Activity
    jurisdiction: str


def share(pool: int, members: Sequence[Member], plan: Plan) -> Allocation:
    """All of `pool` among the members by the plan's tiers, with a sentence of each share in both languages.

    Malformed, naming the tier or the source, if the last tier is not by source, a tier stands twice or under a finer
    one, or a claim has no figure.
    """
    _examine(plan, members)
    credits, left = _credits(pool, members, plan)
    traces = {each.activity.source: _Trace() for each in members}
    counts = _down(left, list(members), plan, 0, traces)
    shares = []
    for source in sorted(counts):
        credit = credits.get(source, 0)
        en, zh = traces[source].said(counts[source], credit)
        shares.append(Share(source, counts[source] + credit, en, zh))
    return Allocation("tiers", pool, tuple(shares))


class _Trace:
    """How the share of a source came about, tier by tier."""

    def __init__(self) -> None:
        self.en: list[str] = []
        self.zh: list[str] = []

    def add(self, group: str, count: int, pool: int, tier: Tier, claim: Claim | None) -> None:
        """A group got `count` of `pool`."""
        en, zh = RULES_SAID[tier.rule]
        part = percent(Fraction(count, pool)) if pool else "0.00 %"
        own = f"; {claim.en}" if claim else ""
        own_zh = f"；{claim.zh}" if claim else ""
        self.en.append(f"{group} {count:,} ({part}, {tier.claim} claims by {en}{own})")
        self.zh.append(f"{group} {count:,}份（{part}，{zh}{own_zh}）")

    def said(self, count: int, credit: int) -> tuple[str, str]:
        """The sentence in English and Chinese."""
        more = f", and {credit:,} for early action" if credit else ""
        more_zh = f"，另有早期减排奖励{credit:,}份" if credit else ""
        return (
            f"{' -> '.join(self.en)}: {count:,} allowances{more}.",
            f"{' → '.join(self.zh)}：得{count:,}份{more_zh}。",
        )


def _down(pool: int, members: list[Member], plan: Plan, depth: int, traces: Mapping[str, _Trace]) -> dict[str, int]:
    tier = plan.tiers[depth]
    groups: dict[str, list[Member]] = {}
    claims: dict[str, Fraction] = {}
    said: dict[str, Claim] = {}
    for member in members:
        group = _group(member, tier.by)
        claim = CLAIMS[tier.claim](member.activity, plan.baseline)
        groups.setdefault(group, []).append(member)
        claims[group] = claims.get(group, Fraction(0)) + claim.kg
        said[member.activity.source] = claim
    try:
        counts = divide(pool, claims, tier.rule, tier.terms)
    except Malformed as error:
        raise Malformed(f"tier {depth + 1} ({tier.by}), {error.place}", error.what, error.cure) from None
    found: dict[str, int] = {}
    for group, own in groups.items():
        for member in own:
            source = member.activity.source
            traces[source].add(group, counts[group], pool, tier, said[source] if tier.by == "source" else None)
        if tier.by == "source":
            found[group] = counts[group]
        else:
            found.update(_down(counts[group], own, plan, depth + 1, traces))
    assert sum(found.values()) == pool, f"tier {depth + 1} gives {sum(found.values())} of {pool}"
    return found


def _credits(pool: int, members: Sequence[Member], plan: Plan) -> tuple[dict[str, int], int]:
    """Early-action credits, and what they leave: rate x sum over years of max(0, benchmark x output - emission)."""
    law = plan.early_action
    if law is None:
        return {}, pool
    most = pool * law.pool_basis_points // ALL_BASIS_POINTS
    wanted: dict[str, Fraction] = {}
    for member in members:
        each = member.activity
        if each.benchmark_g is None:
            raise Malformed(place_of(each), "benchmark_g is not given", "give it, or leave early_action out")
        output, emitted = verified(each, OUTPUT, each.output), verified(each, EMISSION, each.emitted_kg)
        under = [
            max(Fraction(0), Fraction(made * each.benchmark_g, G_PER_KG) - kg)
            for made, kg in zip(output, emitted, strict=True)
        ]
        earned = sum(under, Fraction(0)) * law.rate_basis_points / ALL_BASIS_POINTS
        if earned:
            wanted[each.source] = earned
    total = sum(wanted.values(), Fraction(0))
    if not total:
        return {}, pool
    given = min(most, int(total))
    credits = whole(given, {source: claim * given / total for source, claim in wanted.items()})
    return credits, pool - given


def _group(member: Member, level: Level) -> str:
    match level:
        case "jurisdiction":
            return member.jurisdiction
        case "sector":
            return member.activity.sector
        case "source":
            return member.activity.source


def _examine(plan: Plan, members: Sequence[Member]) -> None:
    order = ("jurisdiction", "sector", "source")
    places = [order.index(tier.by) for tier in plan.tiers]
    if not places or places[-1] != 2 or places != sorted(set(places)):
        levels = ", ".join(tier.by for tier in plan.tiers) or "none"
        raise Malformed("tiers", f"they are {levels}", "write jurisdiction, sector, source in that order, source last")
    if not members:
        raise Malformed("tiers", "no source shares the pool", "name one")
    seen: set[str] = set()
    for member in members:
        if member.activity.source in seen:
            raise Malformed(
                place_of(member.activity), f"{member.activity.source} stands there twice", "give each one row"
            )
        seen.add(member.activity.source)
        if member.activity.entrant:
            raise Malformed(place_of(member.activity), "a new entrant has no baseline", "serve it from the reserve")
