"""Shares a cap among sources: by history, by benchmark, by limit or by equal cut, to the last allowance.

Claims are exact fractions of a kilogram; the only rounding is the largest remainder of `split`. Early abaters are
punished by history and by equal cut, not by benchmark or limit: `whip` measures it through any of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache
from math import lcm
from typing import Protocol

from airshed.market.claims import (
    ALL_BASIS_POINTS,
    EMISSION,
    Activity,
    Claim,
    by_benchmark,
    by_history,
    by_latest,
    by_limit,
    in_tonnes,
    of_entrant,
    percent,
    percent_of,
    place_of,
    quota_g,
    verified,
)
from airshed.model.near import near
from airshed.model.refusal import Malformed
from airshed.rulebook.kinds import Baseline

__all__ = [
    "CLAIMS",
    "METHODS",
    "Activity",
    "Allocation",
    "Baseline",
    "Method",
    "Parts",
    "Share",
    "allocate",
    "benchmark",
    "claims_of",
    "entrants",
    "equal_cut",
    "history",
    "limit",
    "parts",
    "quota_g",
    "reserve",
    "split",
    "whip",
]


#: Claims of sources that are kept for the next allocation of the same.
CLAIMS_KEPT = 65_536


@dataclass(frozen=True, slots=True)
class Share:
    """What a source gets, and why, in one sentence of each language."""

    source: str
    count: int
    en: str
    zh: str


@dataclass(frozen=True, slots=True)
class Allocation:
    """All of `cap`: shares by source id, what stays in the reserve, what goes to auction."""

    method: str
    cap: int
    shares: tuple[Share, ...]
    reserved: int = 0
    for_auction: int = 0

    def __post_init__(self) -> None:
        assert min((share.count for share in self.shares), default=0) >= 0, self.method
        given = sum(share.count for share in self.shares)
        assert given + self.reserved + self.for_auction == self.cap, (given, self.cap)


@dataclass(frozen=True, slots=True)
class Parts:
    """The tiers of a cap: new-entrant reserve, part for auction, free pool."""

    cap: int
    reserved: int
    for_auction: int
    free: int


class Method(Protocol):
    """A pool of allowances of `size_kg` and the sources that share it."""

    def __call__(
        self, pool: int, activities: Sequence[Activity], baseline: Baseline = "mean", size_kg: int = 1
    ) -> Allocation: ...


def split(pool: int, weights: Mapping[str, int]) -> dict[str, int]:
    """Share `pool` in proportion to `weights`: largest remainder, ties to the lower id; exact in integers.

    >>> split(10, {"b": 1, "a": 1, "c": 1})
    {'b': 3, 'a': 4, 'c': 3}
    """
    total = sum(weights.values())
    if pool < 0 or min(weights.values(), default=0) < 0:
        raise Malformed("allocation", "a pool or a claim is below zero", "give counts from zero up")
    if total == 0:
        raise Malformed(
            "allocation",
            f"every claim on the {pool} allowances is zero",
            "give at least one source a claim above zero, or choose another method",
        )
    shares = {source: pool * weight // total for source, weight in weights.items()}
    left = pool - sum(shares.values())
    for source in sorted(weights, key=lambda each: (-(pool * weights[each] % total), each))[:left]:
        shares[source] += 1
    return shares


def reserve(cap: int, basis_points: int) -> tuple[int, int]:
    """Set a share of a cap aside, in hundredths of a percent, rounded down; and the rest (A11).

    >>> reserve(1_000_001, 300)
    (30000, 970001)
    """
    if cap < 0 or not 0 <= basis_points <= ALL_BASIS_POINTS:
        raise Malformed(
            "allocation", f"{basis_points} hundredths of a percent of {cap}", "set aside 0 to 10000 of a cap"
        )
    kept = cap * basis_points // ALL_BASIS_POINTS
    return kept, cap - kept


def parts(cap: int, reserve_basis_points: int, auction_basis_points: int) -> Parts:
    """The three tiers of a cap; both shares are of the whole cap and rounded down, the free pool is the rest.

    >>> parts(1_000, 300, 500)
    Parts(cap=1000, reserved=30, for_auction=50, free=920)
    """
    reserved, rest = reserve(cap, reserve_basis_points)
    for_auction, _ = reserve(cap, auction_basis_points)
    if for_auction > rest:
        raise Malformed("allocation", "reserve and auction are more than the whole cap", "lower one of them")
    return Parts(cap, reserved, for_auction, rest - for_auction)


def history(pool: int, activities: Sequence[Activity], baseline: Baseline = "mean", size_kg: int = 1) -> Allocation:
    """Grandfathering (A1): in proportion to the mean or median of the verified baseline years."""
    return _shared("history", by_history, pool, activities, baseline, size_kg)


def benchmark(pool: int, activities: Sequence[Activity], baseline: Baseline = "mean", size_kg: int = 1) -> Allocation:
    """Benchmark (A2): in proportion to baseline output times the benchmark of the product."""
    return _shared("benchmark", by_benchmark, pool, activities, baseline, size_kg)


def limit(pool: int, activities: Sequence[Activity], baseline: Baseline = "mean", size_kg: int = 1) -> Allocation:
    """Limit-based quota (A3): in proportion to what the permit allows, which alone would exceed the cap."""
    return _shared("limit", by_limit, pool, activities, baseline, size_kg)


def equal_cut(pool: int, activities: Sequence[Activity], baseline: Baseline = "mean", size_kg: int = 1) -> Allocation:
    """Equal cut (A4): A_i = e_i (1 - rho) with the latest year's emission and rho = 1 - pool / sum e."""
    return _shared("equal_cut", by_latest, pool, activities, baseline, size_kg)


#: Methods by the name that rulebooks use.
METHODS: Mapping[str, Method] = {
    "history": history,
    "benchmark": benchmark,
    "limit": limit,
    "equal_cut": equal_cut,
}


#: What a source claims under the method of that name.
CLAIMS: Mapping[str, Callable[[Activity, Baseline], Claim]] = {
    "history": by_history,
    "benchmark": by_benchmark,
    "limit": by_limit,
    "equal_cut": by_latest,
}


def claims_of(method: str, baseline: Baseline, activities: Sequence[Activity]) -> dict[str, Fraction]:
    """Kilograms that each source claims by itself: incumbents by `method`, new entrants of the reserve."""
    return {
        each.source: (of_entrant if each.entrant else CLAIMS[method])(each, baseline).kg
        for each in sorted(activities, key=_source)
    }


def allocate(
    method: str, baseline: Baseline, tiers: Parts, activities: Sequence[Activity], size_kg: int = 1
) -> Allocation:
    """Share a whole cap out: incumbents by `method` from the free pool, new entrants from the reserve (A15)."""
    if method not in METHODS:
        raise Malformed("allocation", f"no such method {method!r}", near(method, METHODS))
    _each_once(activities)
    incumbents = [each for each in activities if not each.entrant]
    free = METHODS[method](tiers.free, incumbents, baseline, size_kg)
    new = entrants(tiers.reserved, [each for each in activities if each.entrant], baseline, size_kg)
    shares = tuple(sorted((*free.shares, *new.shares), key=lambda share: share.source))
    return Allocation(method, tiers.cap, shares, new.reserved, tiers.for_auction)


def entrants(
    reserved: int, activities: Sequence[Activity], baseline: Baseline = "mean", size_kg: int = 1
) -> Allocation:
    """Serve new entrants from the reserve (A11): benchmark times standard output, rounded down to whole allowances.

    Standard output is capacity times standard utilisation, or the stated output where no capacity is given. If
    the claims are more than the reserve they are cut pro rata; what nobody claims stays in the reserve.
    """
    _each_once(activities)
    claims = {each.source: of_entrant(each, baseline) for each in sorted(activities, key=_source)}
    wanted = {source: int(claim.kg / size_kg) for source, claim in claims.items()}
    asked = sum(wanted.values())
    served = wanted if asked <= reserved else split(reserved, wanted)
    cut = (
        ("", "")
        if asked <= reserved
        else (
            f", cut pro rata: {asked:,} are asked of {reserved:,}",
            f"，储备{reserved:,}份少于申请{asked:,}份，按比例缩减",
        )
    )
    shares = tuple(
        Share(
            source,
            served[source],
            f"New entrant: {claim.en}{cut[0]}; the reserve gives {served[source]:,} allowances.",
            f"新建源：{claim.zh}{cut[1]}；由储备配给{served[source]:,}份。",
        )
        for source, claim in claims.items()
    )
    return Allocation("entrants", reserved, shares, reserved - sum(served.values()))


def unused_said(unused: int, part: int, given: int, whole: int) -> tuple[str, str]:
    """Why a source gets a part of what no new source was granted, in English and Chinese.

    >>> unused_said(1_000, 250, 40_000, 160_000)[0]
    'Of 1,000 that no new source was granted, 250: it was given 40,000 of 160,000.'
    """
    return (
        f"Of {unused:,} that no new source was granted, {part:,}: it was given {given:,} of {whole:,}.",
        f"新建源未用的{unused:,}份中的{part:,}份：其已获分配{given:,}份，现有源共{whole:,}份。",
    )


def whip(
    share_out: Callable[[Sequence[Activity]], Allocation],
    activities: Sequence[Activity],
    source: str,
    abated_kg: int,
) -> Fraction:
    """Allowances that a source loses per kilogram a year it had abated early, through any method.

    (A(e) - A(e - D)) / D with D taken off every baseline year: with allowances of one kilogram, 0 is neutral and
    1 is the fast ox fully whipped.
    """
    early = []
    for each in activities:
        if each.source == source:
            figures = verified(each, EMISSION, each.emitted_kg)
            if not 0 < abated_kg <= min(figures):
                raise Malformed(
                    place_of(each), f"cannot have abated {abated_kg} kg", "abate 1 kg up to a year's emission"
                )
            early.append(replace(each, emitted_kg=tuple(figure - abated_kg for figure in figures)))
        else:
            early.append(each)
    before, after = (
        sum(share.count for share in share_out(rows).shares if share.source == source) for rows in (activities, early)
    )
    return Fraction(before - after, abated_kg)


def _shared(
    method: str,
    claim_of: Callable[[Activity, Baseline], Claim],
    pool: int,
    activities: Sequence[Activity],
    baseline: Baseline,
    size_kg: int,
) -> Allocation:
    if not activities:
        if pool == 0:
            return Allocation(method, 0, ())
        raise Malformed("allocation", f"no source shares the {pool} allowances", "name one, or reserve or auction all")
    _each_once(activities)
    for each in activities:
        if each.entrant:
            raise Malformed(place_of(each), "a new entrant has no baseline", "serve it from the reserve")
    claims = {each.source: _claim(claim_of, each, baseline) for each in sorted(activities, key=_source)}
    scale = lcm(*(claim.kg.denominator for claim in claims.values()))
    weights = {source: claim.kg.numerator * (scale // claim.kg.denominator) for source, claim in claims.items()}
    counts = split(pool, weights)
    total = sum(weights.values())
    kept, claimed = percent(Fraction(pool * size_kg * scale, total)), in_tonnes(Fraction(total, scale))
    part = {source: percent_of(weight, total) for source, weight in weights.items()}
    shares = tuple(
        Share(
            source,
            counts[source],
            f"{claim.en}, {part[source]} of the {claimed} t claimed; "
            f"the pool covers {kept} of every claim: {counts[source]:,} allowances.",
            f"{claim.zh}，占全部{claimed}吨的{part[source]}；配额池覆盖每份申请的{kept}：得{counts[source]:,}份。",
        )
        for source, claim in claims.items()
    )
    return Allocation(method, pool, shares)


@lru_cache(maxsize=CLAIMS_KEPT)
def _claim(claim_of: Callable[[Activity, Baseline], Claim], activity: Activity, baseline: Baseline) -> Claim:
    """What a source claims: asked again and again where allocations are compared that differ in one source."""
    return claim_of(activity, baseline)


def _each_once(activities: Sequence[Activity]) -> None:
    seen: set[str] = set()
    for each in activities:
        if each.source in seen:
            raise Malformed(place_of(each), f"{each.source} stands there twice", "give each source one row")
        seen.add(each.source)


def _source(activity: Activity) -> str:
    return activity.source
