"""The firms of a zone as agents: what they emit, what abating costs them, allowances by the law's own method."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from airshed.compliance.shortfall import Lack, penalty
from airshed.lab.agents.market import SessionMarket, Trader
from airshed.lab.agents.worth import of_source
from airshed.lab.season.firms import CostStep, Firm, firms_of, guide_price
from airshed.model.measures import KG_PER_T
from airshed.model.refusal import Malformed
from airshed.rulebook.schema import Rulebook
from airshed.zone.activities import activity_lines
from airshed.zone.zone import Zone

#: Most of a firm's emission that one order is for, as a part of it.
ORDER_PART = 4


@dataclass(frozen=True, slots=True)
class Outlook:
    """How a year of a zone may differ from the inventory.

    `growth` multiplies every emission, `growth_spread` is the standard deviation of the log of each firm's own factor.
    `costs` multiplies every cost of abatement, `costs_spread` is that of each firm's own. `spare_fen_per_t` is what an
    allowance is worth that is not needed this year; `choke_fen_per_t` what a missing one costs, by default what the
    law's penalty comes to at the guide price.
    """

    growth: float = 1.0
    growth_spread: float = 0.04
    costs: float = 1.0
    costs_spread: float = 0.1
    spare_fen_per_t: int = 0
    choke_fen_per_t: int | None = None


#: As the inventory has it, but for each firm's own chance.
INVENTORY = Outlook()


@dataclass(frozen=True, slots=True)
class FirmPlan:
    """A firm with what it will emit without abatement (kg) and what its steps cost it this time."""

    firm: Firm
    emission_kg: int
    steps: tuple[CostStep, ...]


def plans_of(zone: Zone, rules: Rulebook, pollutant: str, outlook: Outlook, rng: np.random.Generator) -> list[FirmPlan]:
    """The firms of a zone that owe a pollutant, drawn for one year. Every figure of cost and emission is indicative."""
    found = []
    for firm in firms_of(zone, 0, rules):
        if pollutant not in firm.owes:
            continue
        emission = outlook.growth * float(np.exp(rng.normal(0.0, outlook.growth_spread)))
        cost = outlook.costs * float(np.exp(rng.normal(0.0, outlook.costs_spread)))
        steps = tuple(
            CostStep(step.technology, round(step.potential_kg * emission), max(1, round(step.cost_fen_per_t * cost)))
            for step in firm.steps[pollutant]
        )
        found.append(FirmPlan(firm, round(firm.before_kg[pollutant] * emission), steps))
    return found


def choke_of(rules: Rulebook, guide_fen_per_t: int) -> int:
    """What the law's penalty for a missing tonne comes to at the guide price, with the make-up bought at it.

    In the law's tonne, at the first index it has; a flat penalty is the same for one tonne and for all, and counts not.
    """
    law = rules.shortfall
    lack = Lack(
        KG_PER_T,
        price_fen_per_t=guide_fen_per_t or law.fixed_fen_per_t,
        multiple=law.price_multiple,
        fixed_fen_per_t=law.fixed_fen_per_t,
        flat_fen=0,
        index=law.rows[0].index_thousandths if law.rows else law.index_base_thousandths,
        index_base=law.index_base_thousandths,
        tonne_mg=law.tonne_mg,
    )
    return penalty(law.penalty, lack) + guide_fen_per_t * law.makeup_percent // 100


def zone_market(
    zone: Zone,
    rules: Rulebook,
    pollutant: str = "SO2",
    year: int | None = None,
    outlook: Outlook = INVENTORY,
    rng: np.random.Generator | None = None,
) -> SessionMarket:
    """The market of a zone in one year, by default the first with a cap: the law as it is, and its firms.

    Allowances are allocated in the engine, by the law's own method; what goes to auction or the reserve stays there.
    Malformed if the law has no cap for the pollutant and year.
    """
    if pollutant not in {rule.code for rule in rules.pollutants}:
        names = ", ".join(rule.code for rule in rules.pollutants)
        raise Malformed("pollutant", f"no such pollutant {pollutant!r}", f"there are {names}")
    vintages = {row.vintage for row in rules.caps.rows if row.pollutant == pollutant}
    year = min(vintages, default=0) if year is None else year
    if year not in vintages:
        raise Malformed("caps.csv", f"has no cap for {pollutant} {year}", "choose another pollutant or year")
    plans = plans_of(zone, rules, pollutant, outlook, np.random.default_rng(0) if rng is None else rng)
    places = [row.jurisdiction for row in rules.caps.rows if (row.pollutant, row.vintage) == (pollutant, year)]
    choke = outlook.choke_fen_per_t
    if choke is None:
        cap = sum(row.count for row in rules.caps.rows if (row.pollutant, row.vintage) == (pollutant, year))
        choke = choke_of(rules, guide_of(plans, cap))
    lot = rules.trading.lot
    traders = tuple(
        Trader(
            account=plan.firm.account,
            worth=of_source(plan.emission_kg, plan.steps, choke, outlook.spare_fen_per_t),
            most=max(lot, plan.emission_kg // ORDER_PART // lot * lot),
            cash_fen=plan.emission_kg * choke // 1_000 + 1,
            place=plan.firm.source.jurisdiction,
            source=plan.firm.source.source,
            sector=plan.firm.source.sector,
            group=plan.firm.source.group or "",
        )
        for plan in plans
        if plan.emission_kg > 0
    )
    lines = {place: activity_lines(zone, rules, pollutant, place) for place in places}
    return SessionMarket(zone_name(rules), rules, traders, pollutant, year, lines)


def guide_of(plans: list[FirmPlan], cap: int) -> int:
    """The shadow price of a cap over the drawn curves, in fen per tonne."""
    steps = [step for plan in plans for step in plan.steps]
    return guide_price(steps, sum(plan.emission_kg for plan in plans) - cap)


def zone_name(rules: Rulebook) -> str:
    """What a market of a law's zone is called."""
    return f"zone of {rules.programme.id}"
