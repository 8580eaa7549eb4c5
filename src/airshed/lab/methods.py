"""Methods of allocation side by side: what each costs whom, how fair it is, and whether it whips the fast ox."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from airshed.lab.equilibrium.case import CurveLine
from airshed.market.claims import EMISSION, Activity, verified
from airshed.market.fairness import gini, windfall
from airshed.market.sharing.division import RuleName
from airshed.market.sharing.tiers import CLAIMS, ClaimName, EarlyAction, Member, Plan, Tier, share
from airshed.model.measures import KG_PER_T
from airshed.model.refusal import Malformed

#: Rules for limits that together exceed the cap; every order of arrival of fifty sources would take for ever.
CLAIM_RULES: tuple[RuleName, ...] = ("equal_awards", "equal_losses", "talmud")
#: What a source is taken to have abated early, in kg a year, and no more than this part of its least emission.
STEP_KG, MOST = 1_000, 10
#: The claim in whose place fairness is looked at: what a source would need at the benchmark.
NEED: ClaimName = "benchmark"
#: The credit for early action that is compared.
CREDIT = EarlyAction(pool_basis_points=500, rate_basis_points=1_000)


@dataclass(frozen=True, slots=True)
class Compared:
    """One method of allocation: shares by source in kg, and what they mean.

    `gini` is that of shares per need at the benchmark; `whip` the mean over sources of allowances lost per kg abated
    early, weighted by emission, and `worst_whip` the highest; `windfall_yuan` what sources gain by the programme at the
    price, those that gain; `loss_yuan` what the others lose.
    """

    name: str
    shares: dict[str, int]
    gini: float
    whip: float
    worst_whip: float
    windfall_yuan: float
    loss_yuan: float


def plans() -> dict[str, Plan]:
    """The methods that are compared, by name: claims shared in proportion, rules over claims, tiers, a credit."""
    claims: tuple[ClaimName, ...] = ("history", "benchmark", "limit", "equal_cut")
    found = {str(claim): Plan((Tier("source", claim),)) for claim in claims}
    for rule in CLAIM_RULES:
        found[f"limit, {rule}"] = Plan((Tier("source", "limit", rule),))
    found["limit by city, benchmark"] = Plan((Tier("jurisdiction", "limit"), Tier("source", NEED)))
    found["history by city and sector"] = Plan(
        (Tier("jurisdiction", "history"), Tier("sector", "history"), Tier("source", NEED))
    )
    found["history, early action"] = Plan((Tier("source", "history"),), early_action=CREDIT)
    return found


def compare(
    pool: int,
    members: Sequence[Member],
    steps: Sequence[CurveLine],
    price: float,
    methods: dict[str, Plan] | None = None,
    progress: Callable[[str], object] = lambda name: None,
) -> list[Compared]:
    """Every method over the same pool, in kg, at a market price in yuan/t. Malformed as `share` says.

    What a source emits and abates at the price does not depend on the method (Montgomery 1972): it takes every step
    that costs less, from its mean baseline emission. Only who pays depends on it.
    """
    if not price >= 0:
        raise Malformed("price", f"is {price:g}", "give yuan per tonne from zero up")
    positions = {each.activity.source: _position(each.activity, steps, price) for each in members}
    needs = {each.activity.source: CLAIMS[NEED](each.activity, "mean").kg for each in members}
    found = []
    for name, plan in (methods or plans()).items():
        shares = {each.source: each.count for each in share(pool, members, plan).shares}
        whips = _whips(pool, members, plan, shares)
        gains = [
            windfall(price, shares[source] / KG_PER_T, emitted, cost) for source, (emitted, cost) in positions.items()
        ]
        weights = {each.activity.source: positions[each.activity.source][0] for each in members}
        total = sum(weights[source] for source in whips)
        wanting = [source for source in shares if needs[source]]
        found.append(
            Compared(
                name=name,
                shares=shares,
                gini=gini([float(shares[source]) for source in wanting], [float(needs[source]) for source in wanting]),
                whip=sum(whip * weights[source] for source, whip in whips.items()) / total if total else 0.0,
                worst_whip=max(whips.values(), default=0.0),
                windfall_yuan=sum(each for each in gains if each > 0),
                loss_yuan=-sum(each for each in gains if each < 0),
            )
        )
        progress(name)
    return found


def _position(activity: Activity, steps: Sequence[CurveLine], price: float) -> tuple[float, float]:
    """What a source emits at a price, in t, and what abating to there costs it, in yuan."""
    emissions = verified(activity, EMISSION, activity.emitted_kg)
    before = sum(emissions) / len(emissions) / KG_PER_T
    taken = [step for step in steps if step.source == activity.source and step.cost_yuan_per_t <= price]
    abated = min(before, sum(step.potential_t for step in taken))
    return before - abated, sum(step.potential_t * step.cost_yuan_per_t for step in taken)


def _whips(pool: int, members: Sequence[Member], plan: Plan, shares: dict[str, int]) -> dict[str, float]:
    """Allowances each source would lose per kg a year it had abated early, through the whole plan."""
    found: dict[str, float] = {}
    for at, member in enumerate(members):
        least = min(verified(member.activity, EMISSION, member.activity.emitted_kg))
        step = min(STEP_KG, least // MOST)
        if step > 0:
            early = tuple(kg - step for kg in member.activity.emitted_kg if kg is not None)
            changed = [*members]
            changed[at] = replace(member, activity=replace(member.activity, emitted_kg=early))
            after = {each.source: each.count for each in share(pool, changed, plan).shares}
            source = member.activity.source
            found[source] = float(Fraction(shares[source] - after[source], step))
    return found
