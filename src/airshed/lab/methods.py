"""Methods of allocation side by side: what each costs whom, how fair it is, and whether it whips the fast ox."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from airshed.lab.equilibrium.case import CurveLine
from airshed.market.allocation import Allocation, Parts
from airshed.market.claims import EMISSION, G_PER_KG, Activity, of_entrant, verified
from airshed.market.fairness import atkinson, entrant_gap, gini, jain, theil, windfall
from airshed.market.sharing.division import Terms
from airshed.market.sharing.named import NAMED, filled
from airshed.market.sharing.tiers import CLAIMS, ClaimName, Member, Plan, share
from airshed.model.measures import KG_PER_T
from airshed.model.refusal import Malformed

#: What a source is taken to have abated early, in kg a year, and no more than this part of its least emission.
STEP_KG, MOST = 1_000, 10
#: The claim in whose place fairness is looked at: what a source would need at the benchmark.
NEED: ClaimName = "benchmark"
#: Aversion to inequality of Atkinson's index.
AVERSION = 0.5


@dataclass(frozen=True, slots=True)
class Compared:
    """One method of allocation: shares by source, and what they mean; money in yuan a year.

    `gini`, `theil`, `atkinson` (aversion 0.5) and `jain` are of shares per need at the benchmark, the first three
    weighted by need. `whip` is the mean over sources of allowances lost per kg abated early, weighted by emission,
    `worst_whip` the highest. `windfall_yuan` is what sources gain by the programme at the price, those that gain;
    `loss_yuan` what the others lose. `alone_yuan` is what keeping the shares costs if nobody trades, `short_t` what no
    step of the source's own can abate then. `entrant_gap_yuan` is what a new source pays more than an old one of its
    sector for a tonne it needs in a year, None without entrants; `entrant_gaps` the same by sector and product.
    """

    name: str
    shares: dict[str, int]
    for_auction: int
    reserved: int
    gini: float
    theil: float
    atkinson: float
    jain: float
    whip: float
    worst_whip: float
    windfall_yuan: float
    loss_yuan: float
    alone_yuan: float
    short_t: float
    entrant_gap_yuan: float | None
    entrant_gaps: dict[str, float]


@dataclass(frozen=True, slots=True)
class Position:
    """A source at the price: what it emits before and after abating, t a year, and what abating to there costs."""

    before_t: float
    emitted_t: float
    cost_yuan: float


@dataclass(frozen=True, slots=True)
class Change:
    """What another method gives a source more, in allowances and in yuan a year at the price."""

    source: str
    jurisdiction: str
    sector: str
    count: int
    yuan: float


def plans(
    criteria: Terms | None = None,
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
        name: filled(each.plan, criteria or Terms(), steps or {})
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
) -> list[Compared]:
    """Every method over the same cap at a market price in yuan per t and year. Malformed as `share` says.

    What a source emits and abates at the price does not depend on the method (Montgomery 1972): it takes every step
    that costs less, from its mean baseline emission. Only who pays depends on it.
    """
    places = positions(members, steps, price)
    needs = {each.activity.source: _need(each.activity) for each in members}
    own_steps = ladders(steps)
    found = []
    for name, plan in (methods or plans()).items():

        def share_out(rows: Sequence[Member], plan: Plan = plan) -> Allocation:
            return share(cap, rows, plan, size_kg, law)

        given = share_out(members)
        shares = {each.source: each.count for each in given.shares}
        held = {source: count * size_kg / KG_PER_T for source, count in shares.items()}
        whips = _whips(share_out, members, shares)
        weights = {source: places[source].before_t for source in whips}
        total = sum(weights.values())
        gains = [windfall(price, held[s], each.emitted_t, each.cost_yuan) for s, each in places.items()]
        wanting = [source for source in shares if needs[source]]
        amounts, sizes = [held[source] for source in wanting], [float(needs[source]) for source in wanting]
        given_any = any(amounts)
        alone = [_alone(places[source].before_t - held[source], own_steps.get(source, ())) for source in places]
        gap, gaps = _entrant_gaps(members, needs, held, price)
        found.append(
            Compared(
                name=name,
                shares=shares,
                for_auction=given.for_auction,
                reserved=given.reserved,
                gini=gini(amounts, sizes) if given_any else 0.0,
                theil=theil(amounts, sizes) if given_any else 0.0,
                atkinson=atkinson(amounts, AVERSION, sizes) if given_any else 0.0,
                jain=jain([a / s for a, s in zip(amounts, sizes, strict=True)]) if given_any else 1.0,
                whip=sum(whip * weights[source] for source, whip in whips.items()) / total if total else 0.0,
                worst_whip=max(whips.values(), default=0.0),
                windfall_yuan=sum(each for each in gains if each > 0),
                loss_yuan=-sum(each for each in gains if each < 0),
                alone_yuan=sum(cost for cost, _ in alone),
                short_t=sum(short for _, short in alone),
                entrant_gap_yuan=gap,
                entrant_gaps=gaps,
            )
        )
        progress(name)
    return found


def positions(members: Sequence[Member], steps: Sequence[CurveLine], price: float) -> dict[str, Position]:
    """What each source emits at a price, and what abating to there costs it; a new one needs what its benchmark says.

    Malformed for a price below zero.
    """
    if not price >= 0:
        raise Malformed("price", f"is {price:g}", "give yuan per tonne from zero up")
    own_steps = ladders(steps)
    found = {}
    for each in members:
        before = _before_t(each.activity)
        abated = cost = 0.0
        for each_t, most in own_steps.get(each.activity.source, ()):
            if each_t <= price:
                part = min(most, before - abated)
                abated += part
                cost += part * each_t
        found[each.activity.source] = Position(before, before - abated, cost)
    return found


def changed(before: Compared, after: Compared, members: Sequence[Member], price: float, size_kg: int) -> list[Change]:
    """Who gains and who loses by the second method against the first, the largest gain first."""
    found = []
    for member in members:
        source = member.activity.source
        more = after.shares.get(source, 0) - before.shares.get(source, 0)
        found.append(
            Change(source, member.jurisdiction, member.activity.sector, more, more * size_kg / KG_PER_T * price)
        )
    return sorted(found, key=lambda each: (-each.count, each.source))


def _need(activity: Activity) -> Fraction:
    """What a source would need at the benchmark, in t a year."""
    claim = of_entrant(activity, "mean") if activity.entrant else CLAIMS[NEED](activity, "mean")
    return claim.kg / KG_PER_T


def _before_t(activity: Activity) -> float:
    if activity.entrant and (not activity.emitted_kg or None in activity.emitted_kg):
        return float(_need(activity))
    emissions = verified(activity, EMISSION, activity.emitted_kg)
    return sum(emissions) / len(emissions) / KG_PER_T


def ladders(steps: Sequence[CurveLine]) -> dict[str, list[tuple[float, float]]]:
    """The steps of each source, yuan/t and t, the cheapest first."""
    found: dict[str, list[tuple[float, float]]] = {}
    for step in sorted(steps, key=lambda each: each.cost_yuan_per_t):
        found.setdefault(step.source, []).append((step.cost_yuan_per_t, step.potential_t))
    return found


def _alone(wanted: float, ladder: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """What abating so many tonnes oneself costs, cheapest steps first, and what they leave."""
    cost = 0.0
    for each_t, most in ladder:
        part = min(most, max(0.0, wanted))
        cost += part * each_t
        wanted -= part
    return cost, max(0.0, wanted)


def _entrant_gaps(
    members: Sequence[Member], needs: Mapping[str, Fraction], held: Mapping[str, float], price: float
) -> tuple[float | None, dict[str, float]]:
    """Yuan a year that a new source pays more for a tonne it needs, over sectors with entrants, and by product."""
    by_sector: dict[str, float] = {}
    tonnes = yuan = 0.0
    sectors = dict.fromkeys(each.activity.sector for each in members if each.activity.entrant)
    for sector in sectors:
        paid: dict[bool, float] = {}
        wanted: dict[bool, float] = {}
        for each in members:
            row = each.activity
            if row.sector == sector:
                wanted[row.entrant] = wanted.get(row.entrant, 0.0) + float(needs[row.source])
                bought = float(needs[row.source]) - held[row.source]
                paid[row.entrant] = paid.get(row.entrant, 0.0) + price * bought
        if wanted.get(False) and wanted.get(True):
            as_old = paid[False] / wanted[False] * wanted[True]
            benchmark = next(each.activity.benchmark_g for each in members if each.activity.sector == sector)
            assert benchmark, "a need above zero has a benchmark"
            by_sector[sector] = entrant_gap(paid[True], as_old, wanted[True] * KG_PER_T * G_PER_KG / benchmark)
            tonnes += wanted[True]
            yuan += paid[True] - as_old
    return (yuan / tonnes if tonnes else None), by_sector


def _whips(
    share_out: Callable[[Sequence[Member]], Allocation], members: Sequence[Member], shares: Mapping[str, int]
) -> dict[str, float]:
    """Allowances each incumbent would lose per kg a year it had abated early, through the whole plan."""
    found: dict[str, float] = {}
    for at, member in enumerate(members):
        if member.activity.entrant:
            continue
        least = min(verified(member.activity, EMISSION, member.activity.emitted_kg))
        step = min(STEP_KG, least // MOST)
        if step > 0:
            early = tuple(kg - step for kg in member.activity.emitted_kg if kg is not None)
            changed_rows = [*members]
            changed_rows[at] = replace(member, activity=replace(member.activity, emitted_kg=early))
            source = member.activity.source
            after = next(each.count for each in share_out(changed_rows).shares if each.source == source)
            found[source] = float(Fraction(shares[source] - after, step))
    return found
