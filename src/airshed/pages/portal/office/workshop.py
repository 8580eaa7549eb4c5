"""Sharing out on paper: what each works would get by a method, how fair that is, what early abatement costs in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import NamedTuple

from airshed.engine.commands import ActivityLine
from airshed.engine.procedures.issue import activity_of
from airshed.engine.state import State
from airshed.market.allocation import Activity, Parts, parts
from airshed.market.fairness import gini
from airshed.market.sharing.lawful import plan_of
from airshed.market.sharing.named import NAMED
from airshed.market.sharing.plan import Member, Plan, SharingTier
from airshed.market.sharing.tiers import counts_alone, share
from airshed.model.refusal import Malformed
from airshed.pages.kit.words import METHODS, Phrase
from airshed.rulebook import lookup
from airshed.rulebook.kinds import Baseline, ClaimName
from airshed.rulebook.schema import Rulebook

#: The part of its smallest year that a works is taken to have abated early.
ABATED_PART = 10


#: By which claim a method of the law shares out.
CLAIMED: Mapping[str, ClaimName] = {
    "history": "history",
    "benchmark": "benchmark",
    "limit": "limit",
    "equal_cut": "equal_cut",
}


class MethodChoice(NamedTuple):
    """A method that can be looked at."""

    name: str
    label: Phrase
    #: What early abatement does in it, and what of it is assumed.
    note: Phrase


class TriedShare(NamedTuple):
    """What a works gets by one method."""

    allowances: int
    #: In percent of what it emitted in a baseline year; None where it states no emission.
    coverage: float | None
    #: Allowances it loses for each kilogram a year that it had abated early; None for a new entrant.
    whip: float | None
    why: Phrase


class TriedMethod(NamedTuple):
    """A cap shared out by one method."""

    method: MethodChoice
    #: The law of the city shares out by it: it can be carried out.
    lawful: bool
    parts: Parts
    reserved: int
    for_auction: int
    given: int
    by_source: Mapping[str, TriedShare]
    #: 0 where every works is covered alike, near 1 where one has all.
    gini: float | None
    coverage: tuple[float, float] | None
    #: The lowest and the highest over all works.
    whip: tuple[float, float] | None


class MissingMethod(NamedTuple):
    """A method that cannot share out what was stated, and why."""

    method: MethodChoice
    why: str


def law_plan(method: str, baseline: Baseline) -> Plan:
    """A method of the law as a plan; reserve and auction are those of the law."""
    return Plan((SharingTier("source", CLAIMED[method]),), baseline)


def choices_of(rules: Rulebook, place: str) -> list[MethodChoice]:
    """The method of the law first, then the simple ones, then those of the literature.

    What looks at several cities, or asks for figures of them, shares out no single city.
    """
    lawful = lookup.local(rules, place).allocation.method
    others = [
        name
        for name, named in NAMED.items()
        if name not in METHODS and not named.needs and all(tier.by == "source" for tier in named.plan.tiers)
    ]
    return [choice(name) for name in dict.fromkeys((lawful, *METHODS, *others))]


def choice(name: str) -> MethodChoice:
    """A method by name, with what it does to who has abated early."""
    if name == "plan":
        note = Phrase("its claims decide what early abatement does", "对先行减排者的影响取决于所用申请方法")
        return MethodChoice(name, Phrase("The tiers of the law", "规则所定层级"), note)
    named = NAMED[name]
    effect = Phrase(_first(named.incentive), EFFECT[named.incentive])
    if name in METHODS:
        return MethodChoice(name, METHODS[name], effect)
    assumed = f"; assumed: {named.assumed}" if named.assumed else ""
    assumed_zh = f"；假设：{named.assumed_zh}" if named.assumed_zh else ""
    note = Phrase(effect.en + assumed, effect.zh + assumed_zh)
    return MethodChoice(name, Phrase(_first(named.en), named.zh), note)


def _first(text: str) -> str:
    return text[:1].upper() + text[1:]


#: What a method does to who has abated early, in Chinese by the English of its catalogue.
EFFECT: Mapping[str, str] = {
    "punishes early abatement by about cap / emissions": "先行减排者少得",
    "punishes early abatement by about cap / emissions, and pays for dirty years": "先行减排者少得，高排放年份反而多得",
    "neutral, but pays for fuel burnt": "不影响先行减排者，但燃料用得越多分得越多",
    "neutral to early abatement": "不影响先行减排者",
    "neutral, but each product brings allowances: it is made cheaper": "不影响先行减排者，但多产多得，等于补贴产量",
    "cities' claims by emission, in a city neutral": "城市间按排放量，市内不影响先行减排者",
    "neutral; favours the small": "不影响先行减排者，有利于小企业",
    "neutral; favours the large": "不影响先行减排者，有利于大企业",
    "neutral; new firms are served as old ones": "不影响先行减排者，新建企业与现有企业同等对待",
    "history's punishment less the credit": "同历史法，但返还早期减排奖励",
}


def tried(
    name: str, cap: int, lines: Sequence[ActivityLine], state: State, rules: Rulebook, pollutant: str, place: str
) -> TriedMethod | MissingMethod:
    """Share a cap out by a method; what the method cannot take is said in the words of who shares out."""
    law = lookup.local(rules, place).allocation
    method, size = choice(name), rules.allowance.size_kg
    studied = law_plan(name, law.baseline) if name in METHODS else NAMED[name].plan if name in NAMED else Plan(())
    plan = plan_of(law) if name == law.method else studied
    activities = [activity_of(state.sources[line.source].sector, rules, pollutant, line) for line in lines]
    members = [Member(each, place) for each in activities]
    split = parts(cap, law.reserve_basis_points, law.auction_basis_points)
    try:
        found = share(cap, members, plan, size, split)
        whips = _whips(cap, members, plan, size, split)
    except Malformed as error:
        return MissingMethod(method, f"{error.what}; {error.cure}")
    counts = {each.source: each for each in found.shares}
    means = {each.source: _mean(each) for each in activities}
    by_source = {
        source: TriedShare(
            each.count,
            100 * each.count * size / mean if (mean := means[source]) else None,
            whips.get(source),
            Phrase(each.en, each.zh),
        )
        for source, each in counts.items()
    }
    covered = [got.coverage for got in by_source.values() if got.coverage is not None]
    weighed = [(got.allowances, means[source]) for source, got in by_source.items() if means[source]]
    return TriedMethod(
        method,
        name == law.method,
        split,
        found.reserved,
        found.for_auction,
        sum(each.count for each in found.shares),
        by_source,
        gini([count for count, _ in weighed], [mean or 1.0 for _, mean in weighed])
        if any(count for count, _ in weighed)
        else None,
        (min(covered), max(covered)) if covered else None,
        (min(whips.values()), max(whips.values())) if whips else None,
    )


def _mean(activity: Activity) -> float | None:
    known = [kg for kg in activity.emitted_kg if kg is not None]
    return sum(known) / len(known) if any(known) else None


def _whips(cap: int, members: Sequence[Member], plan: Plan, size: int, split: Parts) -> dict[str, float]:
    """What each incumbent loses for a kilogram a year that it had abated before, all else the same."""
    abated: dict[str, int] = {}
    others: dict[str, Activity] = {}
    for member in members:
        each = member.activity
        known = [kg for kg in each.emitted_kg if kg is not None]
        least = min(known, default=0) // ABATED_PART
        if not each.entrant and least and len(known) == len(each.years):
            abated[each.source] = least
            others[each.source] = replace(each, emitted_kg=tuple(kg - least for kg in known))
    if not others:
        return {}
    now = {each.source: each.count for each in share(cap, members, plan, size, split).shares}
    early = counts_alone(cap, members, plan, others, size, split)
    return {source: float(Fraction((now[source] - early[source]) * size, abated[source])) for source in others}
