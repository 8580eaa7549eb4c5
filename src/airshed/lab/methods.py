"""Methods of allocation side by side: what each costs whom, how fair it is, and whether it whips the fast ox."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise

import msgspec

from airshed.lab.equilibrium.case import CurveLine
from airshed.lab.positions import going_alone, ladders, need, passed_on, positions, product
from airshed.market.allocation import Parts
from airshed.market.claims import ALL_BASIS_POINTS, EMISSION, Activity, verified
from airshed.market.fairness import atkinson, entrant_gap, gini, jain, theil, windfall
from airshed.market.sharing.division import RuleTerms
from airshed.market.sharing.named import NAMED, filled
from airshed.market.sharing.tiers import CLAIMS, Member, Plan, counts_alone, share
from airshed.model.measures import KG_PER_T
from airshed.model.refusal import Malformed

#: What a source is taken to have abated early, in allowances a year: no more than this part of its least emission, but
#: so many at the least that whole allowances do not blur what is lost.
STEP, MOST, LEAST = 1_000, 10, 20
#: Aversion to inequality of Atkinson's index.
AVERSION = 0.5


@dataclass(frozen=True, slots=True)
class MethodCompared:
    """One method of allocation: shares by source, and what they mean; money in yuan a year.

    `gini`, `theil`, `atkinson` (aversion 0.5) and `jain` are of shares per need at the benchmark, the first three
    weighted by need: by this yardstick a benchmark is even as such. `gini_emission` is of shares per mean emission of
    the baseline, `gini_permit` per permitted quantity, None where one has none. `burden_gap_yuan` is by how much two
    sources of the same need differ on average in what the programme costs them, yuan a year and tonne of need.
    `whip` is the mean over sources of allowances lost per kg abated early, weighted by emission, `worst_whip` the
    highest. `windfall_yuan` is what sources gain by the programme at the price, those that gain; `loss_yuan` what the
    others lose; `revenue_yuan` what the auctioned part brings. `alone_yuan` is what keeping the shares costs if nobody
    trades and those who lack most dearly buy what is auctioned, `short_t` what no step of a source's own can abate
    then. `entrant_gap_yuan` is what a new source pays more than an old one of its sector for a tonne it needs in a
    year, None without entrants; `entrant_gaps` the same by sector and product.
    """

    name: str
    shares: dict[str, int]
    for_auction: int
    reserved: int
    gini: float
    gini_emission: float
    gini_permit: float | None
    burden_gap_yuan: float
    theil: float
    atkinson: float
    jain: float
    whip: float
    worst_whip: float
    windfall_yuan: float
    loss_yuan: float
    revenue_yuan: float
    alone_yuan: float
    short_t: float
    entrant_gap_yuan: float | None
    entrant_gaps: dict[str, float]


@dataclass(frozen=True, slots=True)
class ShareChange:
    """What another method gives a source more, in allowances and in yuan a year at the price."""

    source: str
    jurisdiction: str
    sector: str
    count: int
    yuan: float


def plans(
    criteria: RuleTerms | None = None,
    steps: Mapping[str, tuple[tuple[float, float], ...]] | None = None,
    members: Sequence[Member] = (),
) -> dict[str, Plan]:
    """The methods by name that can be compared: all those of the catalogue for which there are figures.

    Those that look at cities need `criteria` or `steps`; heat input and the output rule need them in every row.
    """
    rows = [each.activity for each in members if not each.activity.entrant]
    there = {
        "": True,
        "criteria": criteria is not None and bool(criteria.names),
        "steps": bool(steps),
        "heat_input": bool(rows) and all(each.heat_mmbtu and None not in each.heat_mmbtu for each in rows),
        "output_based": bool(rows) and all(each.power is not None for each in rows),
    }
    return {
        name: filled(each.plan, criteria or RuleTerms(), steps or {})
        for name, each in NAMED.items()
        if there[each.needs] and there.get(name, True)
    }


def compare(
    cap: int,
    members: Sequence[Member],
    steps: Sequence[CurveLine],
    price: float,
    methods: Mapping[str, Plan] | None = None,
    progress: Callable[[str], object] = lambda name: None,
    *,
    law: Parts | None = None,
    size_kg: int = 1,
    pass_through: float = 0.0,
) -> list[MethodCompared]:
    """Every method over the same cap at a market price in yuan per t and year. Malformed as `share` says.

    What a source emits and abates at the price does not depend on the method (Montgomery 1972): it takes every step
    that costs no more, from its mean baseline emission. Only who pays depends on it. `pass_through` is the part of what
    allowances cost that a sector's product price takes up. What a plan gives once output is verified counts as given.
    """
    places = positions(members, steps, price)
    earned = passed_on(members, places, price, pass_through)
    needs = {each.activity.source: float(need(each.activity)) for each in members}
    emissions = {source: each.before_t for source, each in places.items()}
    permits = _permits(members)
    own_steps = ladders(steps)
    abated = {
        each.activity.source: early_abater(each.activity, size_kg) for each in members if not each.activity.entrant
    }
    abaters = {source: early for source, (step, early) in abated.items() if step > 0}
    found = []
    for name, stated in (methods or plans()).items():
        plan = msgspec.structs.replace(stated, advance_basis_points=ALL_BASIS_POINTS)
        given = share(cap, members, plan, size_kg, law)
        shares = {each.source: each.count for each in given.shares}
        held = {source: count * size_kg / KG_PER_T for source, count in shares.items()}
        whips = {
            source: float(Fraction((shares[source] - count) * size_kg, abated[source][0]))
            for source, count in counts_alone(cap, members, plan, abaters, size_kg, law).items()
        }
        total = sum(emissions[source] for source in whips)
        gains = {
            source: windfall(price, held[source], each.emitted_t, each.cost_yuan, earned[source], 1.0)
            for source, each in places.items()
        }
        wanting = [source for source in shares if needs[source]]
        amounts, sizes = [held[source] for source in wanting], [needs[source] for source in wanting]
        given_any = any(amounts)
        lacking = {source: emissions[source] - held[source] for source in places}
        alone, short = going_alone(lacking, own_steps, given.for_auction * size_kg / KG_PER_T)
        gap, gaps = _entrant_gaps(members, needs, held, price)
        found.append(
            MethodCompared(
                name=name,
                shares=shares,
                for_auction=given.for_auction,
                reserved=given.reserved,
                gini=gini(amounts, sizes) if given_any else 0.0,
                gini_emission=_gini_of(held, emissions),
                gini_permit=None if permits is None else _gini_of(held, permits),
                burden_gap_yuan=apart([-gains[source] for source in wanting], sizes),
                theil=theil(amounts, sizes) if given_any else 0.0,
                atkinson=atkinson(amounts, AVERSION, sizes) if given_any else 0.0,
                jain=jain([a / s for a, s in zip(amounts, sizes, strict=True)]) if given_any else 1.0,
                whip=sum(whip * emissions[source] for source, whip in whips.items()) / total if total else 0.0,
                worst_whip=max(whips.values(), default=0.0),
                windfall_yuan=sum(each for each in gains.values() if each > 0),
                loss_yuan=-sum(each for each in gains.values() if each < 0),
                revenue_yuan=price * given.for_auction * size_kg / KG_PER_T,
                alone_yuan=alone,
                short_t=short,
                entrant_gap_yuan=gap,
                entrant_gaps=gaps,
            )
        )
        progress(name)
    return found


def changed(
    before: MethodCompared, after: MethodCompared, members: Sequence[Member], price: float, size_kg: int
) -> list[ShareChange]:
    """Who gains and who loses by the second method against the first, the largest gain first."""
    found = []
    for member in members:
        source = member.activity.source
        more = after.shares.get(source, 0) - before.shares.get(source, 0)
        found.append(
            ShareChange(source, member.jurisdiction, member.activity.sector, more, more * size_kg / KG_PER_T * price)
        )
    return sorted(found, key=lambda each: (-each.count, each.source))


def _permits(members: Sequence[Member]) -> dict[str, float] | None:
    """What each source's permit allows a year, t; None where one has neither a permit nor a quota at the limit."""
    try:
        return {each.activity.source: float(CLAIMS["limit"](each.activity, "mean").kg) / KG_PER_T for each in members}
    except Malformed:
        return None


def _gini_of(held: Mapping[str, float], sizes: Mapping[str, float]) -> float:
    """The Gini of what is held per size, of those that have one; 0 where nobody holds any."""
    known = [source for source in held if sizes[source] > 0]
    amounts = [held[source] for source in known]
    return gini(amounts, [sizes[source] for source in known]) if any(amounts) else 0.0


def apart(amounts: Sequence[float], sizes: Sequence[float]) -> float:
    """How far two of the same size differ on average in amount per size, weighted by size."""
    ordered = sorted((amount / size, size) for amount, size in zip(amounts, sizes, strict=True))
    total, below, found = sum(sizes), 0.0, 0.0
    for (one, size), (two, _) in pairwise(ordered):
        below += size / total
        found += 2 * (two - one) * below * (1 - below)
    return found


def _entrant_gaps(
    members: Sequence[Member], needs: Mapping[str, float], held: Mapping[str, float], price: float
) -> tuple[float | None, dict[str, float]]:
    """Yuan a year that a new source pays more for a tonne it needs, over sectors with entrants, and by product."""
    by_sector: dict[str, float] = {}
    tonnes = yuan = 0.0
    sectors = dict.fromkeys(each.activity.sector for each in members if each.activity.entrant)
    for sector in sectors:
        paid: dict[bool, float] = {}
        wanted: dict[bool, float] = {}
        made = 0.0
        for each in members:
            row = each.activity
            if row.sector == sector:
                wanted[row.entrant] = wanted.get(row.entrant, 0.0) + needs[row.source]
                paid[row.entrant] = paid.get(row.entrant, 0.0) + price * (needs[row.source] - held[row.source])
                made += product(row) if row.entrant else 0.0
        if wanted.get(False) and wanted.get(True):
            as_old = paid[False] / wanted[False] * wanted[True]
            by_sector[sector] = entrant_gap(paid[True], as_old, made)
            tonnes += wanted[True]
            yuan += paid[True] - as_old
    return (yuan / tonnes if tonnes else None), by_sector


def early_abater(activity: Activity, size_kg: int = 1) -> tuple[int, Activity]:
    """What an incumbent is taken to have abated early, kg a year, and its row if it had; 0 if it emits nothing."""
    figures = verified(activity, EMISSION, activity.emitted_kg)
    step = step_kg(min(figures), size_kg)
    return step, replace(activity, emitted_kg=tuple(kg - step for kg in figures))


def step_kg(least: int, size_kg: int = 1) -> int:
    """What a source that emitted so many kg in its cleanest year is taken to have abated early, in kg a year.

    >>> step_kg(500_000), step_kg(5_000), step_kg(700), step_kg(40)
    (1000, 500, 70, 20)
    """
    return min(STEP * size_kg, least, max(least // MOST, LEAST * size_kg))
