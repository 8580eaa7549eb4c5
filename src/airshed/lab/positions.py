"""Where each source stands at a price: what it needs, emits and spends, alone and by one market."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import inf

from airshed.lab.equilibrium.case import CurveLine
from airshed.market.claims import ALL_BASIS_POINTS, EMISSION, OUTPUT, Activity, middle, of_entrant, verified
from airshed.market.sharing.plan import CLAIMS, Member
from airshed.market.sharing.savings import cleared
from airshed.model.measures import KG_PER_T
from airshed.model.refusal import Malformed
from airshed.rulebook.kinds import ClaimName

#: The claim in whose place fairness is looked at: what a source would need at the benchmark.
NEED: ClaimName = "benchmark"
#: No price of a tonne is higher.
DEAREST = 1e9

Ladder = Sequence[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class SourcePosition:
    """A source at the price: what it emits before and after abating, t a year, and what abating to there costs."""

    before_t: float
    emitted_t: float
    cost_yuan: float


def positions(members: Sequence[Member], steps: Sequence[CurveLine], price: float) -> dict[str, SourcePosition]:
    """What each source emits at a price, and what abating to there costs it; a new one needs what its benchmark says.

    Malformed for a price below zero, or above a thousand million.
    """
    if not 0 <= price <= DEAREST:
        raise Malformed("price", f"is {price:g}", f"give yuan per tonne, from zero to {DEAREST:,.0f}")
    own_steps = ladders(steps)
    found = {}
    for each in members:
        emitted = before(each.activity)
        abated = cost = 0.0
        for each_t, most in own_steps.get(each.activity.source, ()):
            if each_t <= price:
                part = min(most, emitted - abated)
                abated += part
                cost += part * each_t
        found[each.activity.source] = SourcePosition(emitted, emitted - abated, cost)
    return found


def need(activity: Activity) -> Fraction:
    """What a source would need at the benchmark, in t a year."""
    claim = of_entrant(activity, "mean") if activity.entrant else CLAIMS[NEED](activity, "mean")
    return claim.kg / KG_PER_T


def before(activity: Activity) -> float:
    if activity.entrant and (not activity.emitted_kg or None in activity.emitted_kg):
        return float(need(activity))
    emissions = verified(activity, EMISSION, activity.emitted_kg)
    return sum(emissions) / len(emissions) / KG_PER_T


def ladders(steps: Sequence[CurveLine]) -> dict[str, list[tuple[float, float]]]:
    """The steps of each source, yuan/t and t, the cheapest first."""
    found: dict[str, list[tuple[float, float]]] = {}
    for step in sorted(steps, key=lambda each: each.cost_yuan_per_t):
        found.setdefault(step.source, []).append((step.cost_yuan_per_t, step.potential_t))
    return found


def going_alone(wanted: Mapping[str, float], own_steps: Mapping[str, Ladder], sold: float = 0.0) -> tuple[float, float]:
    """What abating what is wanted of each source costs if nobody trades, and the tonnes that no step can abate.

    Of `sold` tonnes that are auctioned those buy who would pay most: first what no step can abate, then the dearest
    steps. What they pay is no cost of abatement.
    """
    taken = []
    for source, tonnes in wanted.items():
        left = max(0.0, tonnes)
        for each_t, most in own_steps.get(source, ()):
            taken.append((each_t, min(most, left)))
            left -= taken[-1][1]
        taken.append((inf, left))
    cost = short = 0.0
    for each_t, part in sorted(taken, reverse=True):
        bought = min(part, sold)
        sold -= bought
        if each_t < inf:
            cost += (part - bought) * each_t
        else:
            short += part - bought
    return cost, short


def together(members: Sequence[Member], steps: Sequence[CurveLine], cap_t: float) -> float | None:
    """What keeping the cap costs all by one market, whatever the method; None where their steps cannot."""
    own_steps = ladders(steps)
    curves = [own_steps.get(each.activity.source, []) for each in members]
    emitted = sum(before(each.activity) for each in members)
    try:
        return sum(cleared(curves, max(0.0, emitted - cap_t)).costs)
    except Malformed:
        return None


def product(activity: Activity) -> float:
    """What a source makes a year, in the product of its sector: its mean output, a new one's standard output."""
    if activity.entrant and activity.capacity is not None:
        return activity.capacity * (activity.utilisation_basis_points or 0) / ALL_BASIS_POINTS
    return float(middle(activity, verified(activity, OUTPUT, activity.output), "mean"))


def passed_on(
    members: Sequence[Member], places: Mapping[str, SourcePosition], price: float, part: float
) -> dict[str, float]:
    """What each source's product earns more, yuan a year, where `part` of what allowances cost is passed on to buyers.

    A sector has one price: it rises by part x price x what the sector emits for each product, so that who emits less
    than the others for each product gains. Malformed for a part below nothing or above the whole.
    """
    if not 0 <= part <= 1:
        raise Malformed("pass-through", f"a part of {part:g}", "give 0 to 1")
    if not part:
        return dict.fromkeys(places, 0.0)
    made: dict[str, float] = {}
    emitted: dict[str, float] = {}
    for each in members:
        sector = each.activity.sector
        made[sector] = made.get(sector, 0.0) + product(each.activity)
        emitted[sector] = emitted.get(sector, 0.0) + places[each.activity.source].emitted_t
    found = {}
    for each in members:
        sector = each.activity.sector
        rise = part * price * emitted[sector] / made[sector] if made[sector] else 0.0
        found[each.activity.source] = rise * product(each.activity)
    return found
