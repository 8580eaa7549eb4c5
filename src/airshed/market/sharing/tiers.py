"""A cap shared out by a plan: reserve, auction and credits off first, then tier by tier down to the source (A15)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from functools import cache
from typing import NamedTuple

from airshed.market.allocation import Activity, Allocation, Parts, Share, entrants, parts
from airshed.market.claims import (
    ALL_BASIS_POINTS,
    EMISSION,
    G_PER_KG,
    OUTPUT,
    Claim,
    in_tonnes,
    percent,
    place_of,
    verified,
)
from airshed.market.sharing.division import BY_CRITERIA, RULES_SAID, WEIGHTED, divide, whole
from airshed.market.sharing.games import MOST_EXACT
from airshed.market.sharing.plan import CLAIMS, EarlyAction, Level, Member, Plan, SharingTier, examine
from airshed.market.sharing.savings import ORDERS
from airshed.model.refusal import Malformed
from airshed.rulebook.kinds import ClaimName

#: Claims in Chinese, for the trace.
CLAIMS_SAID: Mapping[ClaimName, str] = {
    "history": "历史排放",
    "heat_input": "热输入",
    "benchmark": "基准",
    "output_based": "产出基准",
    "intensity": "排放强度",
    "limit": "许可限值",
    "equal_cut": "最近年排放",
    "by_class": "按类别",
}

__all__ = ["CLAIMS", "ClaimName", "EarlyAction", "Member", "Plan", "SharingTier", "counts", "counts_alone", "share"]


def counts(
    cap: int, members: Sequence[Member], plan: Plan, size_kg: int = 1, law: Parts | None = None
) -> dict[str, int]:
    """What `share` gives each source, without its sentences, for whoever asks a thousand times."""
    return {each.source: each.count for each in _shared(cap, members, plan, size_kg, law, told=False).shares}


def counts_alone(
    cap: int,
    members: Sequence[Member],
    plan: Plan,
    others: Mapping[str, Activity],
    size_kg: int = 1,
    law: Parts | None = None,
) -> dict[str, int]:
    """What each incumbent of `others` would get if it, and nobody else, had those figures instead of its own.

    `counts` of each change by itself says the same; here what the others claim is added up once for all.
    """
    if plan.early_action is not None or plan.surplus != "share":  # what is shared out depends on the claims
        return {
            source: counts(cap, [_with(each, others, source) for each in members], plan, size_kg, law)[source]
            for source in others
        }
    examine(plan)
    tiers = _parts(cap, plan, law)
    incumbents = _incumbents(members, tiers)
    claims_of = [plan.claim_of(tier.claim) for tier in plan.tiers]
    #: What groups claim, by the groups that they are in.
    claimed: dict[tuple[str, ...], dict[str, Fraction]] = {}
    for member in incumbents:
        for depth, (tier, path) in enumerate(zip(plan.tiers, _paths(member, plan), strict=True)):
            claims = claimed.setdefault(path, {})
            group = _group(member, tier.by)
            own = claims_of[depth](member.activity, plan.baseline).kg / size_kg
            claims[group] = claims[group] + own if group in claims else own

    @cache
    def as_claimed(pool: int, path: tuple[str, ...]) -> dict[str, int]:
        return _divided(pool, claimed[path], plan.tiers[len(path)], len(path), size_kg)

    found: dict[str, int] = {}
    for member in incumbents:
        source = member.activity.source
        if source in others:
            count = tiers.free
            for depth, (tier, path) in enumerate(zip(plan.tiers, _paths(member, plan), strict=True)):
                group = _group(member, tier.by)
                old, new = (claims_of[depth](each, plan.baseline).kg for each in (member.activity, others[source]))
                if old == new:
                    count = as_claimed(count, path)[group]
                else:
                    claims = {**claimed[path], group: claimed[path][group] + (new - old) / size_kg}
                    count = _divided(count, claims, tier, depth, size_kg)[group]
            found[source] = count * plan.advance_basis_points // ALL_BASIS_POINTS
    return found


def _with(member: Member, others: Mapping[str, Activity], source: str) -> Member:
    return replace(member, activity=others[source]) if member.activity.source == source else member


def _paths(member: Member, plan: Plan) -> list[tuple[str, ...]]:
    """The groups that a member is in above each tier."""
    groups = tuple(_group(member, tier.by) for tier in plan.tiers)
    return [groups[:depth] for depth in range(len(groups))]


def share(cap: int, members: Sequence[Member], plan: Plan, size_kg: int = 1, law: Parts | None = None) -> Allocation:
    """All of `cap` allowances of `size_kg` by the plan's tiers, with a sentence of each share in both languages.

    New entrants are served from the reserve, incumbents from what reserve, auction and credits leave. Where the plan
    says nothing of reserve and auction they are those of `law`, or none. Malformed, naming the tier or the source, if
    the last tier is not by source, a tier stands twice or under a finer one, or a claim has no figure.
    """
    return _shared(cap, members, plan, size_kg, law, told=True)


def _shared(
    cap: int, members: Sequence[Member], plan: Plan, size_kg: int, law: Parts | None, *, told: bool
) -> Allocation:
    examine(plan)
    if cap < 0 or size_kg < 1:
        raise Malformed("cap", f"{cap} allowances of {size_kg} kg", "give a count from zero up, kilograms above")
    tiers = _parts(cap, plan, law)
    incumbents = _incumbents(members, tiers)
    _weighted(plan, incumbents)
    new = entrants(tiers.reserved, [each.activity for each in members if each.activity.entrant], size_kg=size_kg)
    credits, free = _credits(tiers, incumbents, plan, size_kg)
    spare = _spare(free, incumbents, plan, size_kg)
    traces = {each.activity.source: _Trace() for each in incumbents} if told else {}
    found = _down(free - spare, incumbents, plan, 0, traces, size_kg)
    held, shares = 0, [*new.shares]
    for source, count in found.items():
        at_once = count * plan.advance_basis_points // ALL_BASIS_POINTS
        held += count - at_once
        credit = credits.get(source, Credit(0, "", ""))
        en, zh = traces[source].said(at_once, count - at_once, credit) if told else ("", "")
        shares.append(Share(source, at_once + credit.given, en, zh))
    return Allocation(
        "tiers",
        cap,
        tuple(sorted(shares, key=lambda each: each.source)),
        new.reserved + held + (spare if plan.surplus == "keep" else 0),
        tiers.for_auction + (spare if plan.surplus == "auction" else 0),
    )


class _Division(NamedTuple):
    """What was shared out in one place of one tier, in allowances, and among how many groups."""

    tier: SharingTier
    pool: int
    claimed: Fraction
    among: int


class Credit(NamedTuple):
    """What early abatement brings a source, in allowances, and why."""

    given: int
    en: str
    zh: str


class _Trace:
    """How the share of a source came about, tier by tier."""

    def __init__(self) -> None:
        self.en: list[str] = []
        self.zh: list[str] = []

    def add(self, group: str, count: int, division: _Division, claim: Claim | None) -> None:
        """A group got `count` of a division."""
        tier = division.tier
        en, zh = RULES_SAID[tier.rule]
        if tier.rule == "shapley" and division.among > MOST_EXACT:
            en, zh = f"{en}, over {ORDERS} drawn orders", f"{zh}（抽样{ORDERS}个次序）"
        part = percent(Fraction(count, division.pool)) if division.pool else "0.00 %"
        covered = percent(division.pool / division.claimed) if division.claimed else "100.00 %"
        own = f"; {claim.en}" if claim else ""
        own_zh = f"；{claim.zh}" if claim else ""
        self.en.append(f"{group} {count:,} ({part}, {tier.claim} claims by {en}, the pool covers {covered}{own})")
        self.zh.append(
            f"{group} {count:,}份（{part}，{CLAIMS_SAID[tier.claim]}申请，{zh}，配额池覆盖{covered}{own_zh}）"
        )

    def said(self, count: int, later: int, credit: Credit) -> tuple[str, str]:
        """The sentence in English and Chinese."""
        more = f", {later:,} more when output is verified" if later else ""
        more_zh = f"，产量核定后另配{later:,}份" if later else ""
        if credit.en:
            more += f", and {credit.given:,} for early action ({credit.en})"
            more_zh += f"，另有早期减排奖励（{credit.zh}）{credit.given:,}份"
        return (
            f"{' -> '.join(self.en)}: {count:,} allowances{more}.",
            f"{' → '.join(self.zh)}：得{count:,}份{more_zh}。",
        )


def _parts(cap: int, plan: Plan, law: Parts | None) -> Parts:
    stated = parts(cap, plan.reserve_basis_points or 0, plan.auction_basis_points or 0)
    reserved = law.reserved if law and plan.reserve_basis_points is None else stated.reserved
    for_auction = law.for_auction if law and plan.auction_basis_points is None else stated.for_auction
    if reserved + for_auction > cap:
        raise Malformed("allocation", "reserve and auction are more than the whole cap", "lower one of them")
    return Parts(cap, reserved, for_auction, cap - reserved - for_auction)


def _incumbents(members: Sequence[Member], tiers: Parts) -> list[Member]:
    if not members:
        raise Malformed("tiers", "no source shares the pool", "name one")
    seen: set[str] = set()
    found = []
    for member in members:
        each = member.activity
        if each.source in seen:
            raise Malformed(place_of(each), f"{each.source} stands there twice", "give each one row")
        seen.add(each.source)
        if not each.entrant:
            found.append(member)
        elif not tiers.reserved:
            raise Malformed(
                place_of(each),
                "a new entrant has no baseline",
                "keep a reserve: --reserve, or reserve_basis_points",
            )
    if not found and tiers.free:
        raise Malformed("tiers", f"no incumbent shares the {tiers.free:,} free allowances", "name one")
    return found


def _weighted(plan: Plan, members: Sequence[Member]) -> None:
    """Weights of groups are of groups that share; a name nobody has would be passed over in silence."""
    for depth, tier in enumerate(plan.tiers, 1):
        if tier.rule not in BY_CRITERIA and tier.terms.weights:
            place = f"tier {depth} ({tier.by}), weights"
            if tier.rule not in WEIGHTED:
                raise Malformed(place, f"{tier.rule} has none", "leave them out")
            there = {_group(member, tier.by) for member in members}
            unknown = sorted(set(tier.terms.weights) - there)
            if unknown:
                raise Malformed(
                    place, f"no {tier.by} {unknown[0]!r} shares", f"there are {', '.join(sorted(there)[:20])}"
                )


def _spare(free: int, members: Sequence[Member], plan: Plan, size_kg: int) -> int:
    """What the claims of the last tier leave of the free pool, where the plan does not share that."""
    if plan.surplus == "share":
        return 0
    claim = plan.claim_of(plan.tiers[-1].claim)
    asked = sum((claim(each.activity, plan.baseline).kg for each in members), Fraction(0)) / size_kg
    return max(0, free - int(asked))


def _down(
    pool: int, members: list[Member], plan: Plan, depth: int, traces: Mapping[str, _Trace], size_kg: int
) -> dict[str, int]:
    if not members:
        return {}
    tier = plan.tiers[depth]
    groups: dict[str, list[Member]] = {}
    claims: dict[str, Fraction] = {}
    said: dict[str, Claim] = {}
    claim_of = plan.claim_of(tier.claim)
    for member in members:
        group = _group(member, tier.by)
        claim = claim_of(member.activity, plan.baseline)
        groups.setdefault(group, []).append(member)
        claims[group] = claims.get(group, Fraction(0)) + claim.kg / size_kg
        said[member.activity.source] = claim
    counts = _divided(pool, claims, tier, depth, size_kg)
    found: dict[str, int] = {}
    division = _Division(tier, pool, sum(claims.values(), Fraction(0)), len(groups))
    for group, own in groups.items():
        for member in own if traces else ():
            source = member.activity.source
            traces[source].add(group, counts[group], division, said[source] if tier.by == "source" else None)
        if tier.by == "source":
            found[group] = counts[group]
        else:
            found.update(_down(counts[group], own, plan, depth + 1, traces, size_kg))
    assert sum(found.values()) == pool, f"tier {depth + 1} gives {sum(found.values())} of {pool}"
    return found


def _divided(pool: int, claims: Mapping[str, Fraction], tier: SharingTier, depth: int, size_kg: int) -> dict[str, int]:
    try:
        return divide(pool, claims, tier.rule, tier.terms, size_kg)
    except Malformed as error:
        raise Malformed(f"tier {depth + 1} ({tier.by}), {error.place}", error.what, error.cure) from None


def _credits(tiers: Parts, members: Sequence[Member], plan: Plan, size_kg: int) -> tuple[dict[str, Credit], int]:
    """Early-action credits, and what they leave of the free pool: rate x sum over years of max(0, benchmark x output
    - emission), pro rata if that is more than their part of the cap.
    """
    law = plan.early_action
    if law is None:
        return {}, tiers.free
    most = tiers.cap * law.pool_basis_points // ALL_BASIS_POINTS
    if most > tiers.free:
        raise Malformed(
            "early_action.pool_basis_points", "it is more than reserve and auction leave", "lower one of them"
        )
    wanted: dict[str, Fraction] = {}
    below: dict[str, Fraction] = {}
    for member in members:
        each = member.activity
        if each.benchmark_g is None:
            raise Malformed(place_of(each), "benchmark_g is not given", "give it, or leave early_action out")
        output, emitted = verified(each, OUTPUT, each.output), verified(each, EMISSION, each.emitted_kg)
        under = [
            max(Fraction(0), Fraction(made * each.benchmark_g, G_PER_KG) - kg)
            for made, kg in zip(output, emitted, strict=True)
        ]
        below[each.source] = sum(under, Fraction(0))
        earned = below[each.source] * law.rate_basis_points / ALL_BASIS_POINTS / size_kg
        if earned:
            wanted[each.source] = earned
    total = sum(wanted.values(), Fraction(0))
    if not total:
        return {}, tiers.free
    given = min(most, int(total))
    counts = whole(given, {source: claim * given / total for source, claim in wanted.items()})
    rate = percent(Fraction(law.rate_basis_points, ALL_BASIS_POINTS))
    cut, cut_zh = "", ""
    if most < int(total):
        cut = f", cut pro rata to {percent(most / total)}: {int(total):,} are earned of {most:,}"
        cut_zh = f"，应得{int(total):,}份多于{most:,}份，按{percent(most / total)}缩减"
    credits = {
        source: Credit(
            count,
            f"{in_tonnes(below[source])} t under the benchmark over the years x {rate}{cut}",
            f"历年低于基准共{in_tonnes(below[source])}吨×{rate}{cut_zh}",
        )
        for source, count in counts.items()
    }
    return credits, tiers.free - given


def _group(member: Member, level: Level) -> str:
    group = {
        "jurisdiction": member.jurisdiction,
        "sector": member.activity.sector,
        "source": member.activity.source,
    }[level]
    if not group:
        raise Malformed(place_of(member.activity), f"no {level} is given", f"give it, or leave out the tier by {level}")
    return group
