"""The same works under two laws, of the air and of carbon: what each does to the other, apart and together.

A measure takes out its own pollutant and does something to others (`side_effects.csv`). The air law has markets of the
zone; the carbon market is far larger than the zone, so its price is given, and what a tonne abated frees of allowances
is what the law's claims say.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from airshed.lab.equilibrium.case import mean_t
from airshed.lab.equilibrium.cocontrol import ControlMeasures, co_equilibrium
from airshed.lab.equilibrium.curves import Floats
from airshed.lab.equilibrium.supply import side_of_wall, supply_of
from airshed.lab.season.claiming import freed_by
from airshed.model.measures import KG_PER_T
from airshed.model.refusal import Malformed
from airshed.rulebook import lookup
from airshed.rulebook.schema import Rulebook
from airshed.zone.activities import zone_activities
from airshed.zone.regulated import regulated
from airshed.zone.zone import AbatementOption, SideEffect, Zone

#: What is done: by each law alone, by both without knowing of the other, by both together.
PlanName = Literal["air", "carbon", "apart", "together"]
#: What nobody can abate is bought at this, yuan/t: above every step of the zone.
CEILING = 1e6
WHOLE = 100.0


@dataclass(frozen=True, slots=True)
class TwoLaws:
    """Works under both laws. Measures (n,): yuan a year, whose law each is of, tonnes of air pollutants and of carbon.

    `taken` (n, air) and `carbon` (n,) count side effects; `own` (n, air) does not. `freed` (n,) is the part of an
    allowance that a tonne of carbon less frees its works. `need` (sides, air) is what the air law lacks.
    """

    air: tuple[str, ...]
    carbon_code: str
    sides: tuple[str, ...]
    called: tuple[tuple[str, str], ...]
    of_air: tuple[bool, ...]
    side: tuple[int, ...]
    cost: Floats
    own: Floats
    taken: Floats
    carbon: Floats
    freed: Floats
    need: Floats
    #: Tonnes a year without any measure: of each air pollutant, and of carbon, under its own law.
    baseline: Floats
    carbon_baseline: float
    effects: tuple[SideEffect, ...]


@dataclass(frozen=True, slots=True)
class LawsPlan:
    """What is done, t and yuan a year. `prices` (sides, air) in yuan/t; `lacking` is what no measure can take out."""

    name: PlanName
    use: Floats
    abated: Floats
    carbon: float
    cost: float
    #: Value of the carbon allowances that it frees; below zero where it takes some.
    allowances: float
    prices: Floats
    lacking: float
    gap: float

    @property
    def net(self) -> float:
        """Cost less what freed allowances bring."""
        return self.cost - self.allowances


def two_laws(zone: Zone, air: Rulebook, carbon: Rulebook) -> TwoLaws:
    """The measures of a zone's works under both laws. Malformed where the laws are not of air and of carbon."""
    code = _carbon_of(zone, carbon)
    codes = tuple(rule.code for rule in air.pollutants)
    inside = {each.source: each for each in regulated(zone, air).sources}
    beside = {each.source: each for each in regulated(zone, carbon).sources}
    measured = {s: {rule.measured: rule.code for rule in lookup.owed(air, inside[s].sector)} for s in inside}
    means = {kind.pollutant: mean_t(zone, kind.pollutant) for kind in zone.pollutants}
    walls = air.trade_rules.walled_sectors
    sides = tuple(sorted({side_of_wall(each, walls) for each in inside.values()}))
    freed = _freed(zone, carbon, code)
    effects: dict[str, list[SideEffect]] = {}
    for effect in zone.side_effects:
        effects.setdefault(effect.technology, []).append(effect)
    gas = lookup.pollutant(carbon, code).measured
    options = [
        each
        for each in zone.options
        if (each.source in beside and each.pollutant == gas)
        or (each.source in inside and each.pollutant in measured[each.source])
    ]
    own, taken = np.zeros((len(options), len(codes))), np.zeros((len(options), len(codes)))
    less = np.zeros(len(options))
    for n, option in enumerate(options):
        tonnes = option.potential_kg / KG_PER_T
        here = measured.get(option.source, {})
        if option.pollutant == gas:
            less[n] = tonnes
        else:
            own[n, codes.index(here[option.pollutant])] = tonnes
        for effect in effects.get(option.technology, ()):
            change = _less_t(option, effect, means)
            if effect.pollutant == gas:
                less[n] += change
            elif effect.pollutant in here:
                taken[n, codes.index(here[effect.pollutant])] += change
    place = {s: sides.index(side_of_wall(each, walls)) for s, each in inside.items()}
    used = {option.technology for option in options}
    return TwoLaws(
        codes,
        code,
        sides,
        tuple((option.source, option.technology) for option in options),
        tuple(option.pollutant != gas for option in options),
        tuple(place.get(option.source, 0) for option in options),
        np.array([option.potential_kg / KG_PER_T * option.cost_per_t for option in options]),
        own,
        _no_worse(own + taken, options),
        less,
        np.array([freed.get(option.source, 0.0) for option in options]),
        _needs(zone, air, codes, sides),
        np.array([sum(means[rule.measured].get(s, 0.0) for s in inside) for rule in air.pollutants]),
        sum(means[gas].get(s, 0.0) for s in beside),
        tuple(each for each in zone.side_effects if each.technology in used),
    )


def _carbon_of(zone: Zone, carbon: Rulebook) -> str:
    """The one pollutant of the carbon law, which has to warm."""
    warms = {kind.pollutant for kind in zone.pollutants if kind.warms}
    (first, *others) = carbon.pollutants
    if others or first.measured not in warms:
        said = ", ".join(rule.code for rule in carbon.pollutants)
        raise Malformed(carbon.programme.id, f"limits {said}", "name a law that limits one greenhouse gas")
    return first.code


def _freed(zone: Zone, carbon: Rulebook, code: str) -> dict[str, float]:
    """By works of the carbon law: the part of an allowance that a tonne less frees."""
    known = regulated(zone, carbon)
    places = {each.source: each.jurisdiction for each in known.sources}
    return {
        each.source: float(freed_by(carbon, places[each.source], each)) for each in zone_activities(known, carbon, code)
    }


def _less_t(option: AbatementOption, effect: SideEffect, means: dict[str, dict[str, float]]) -> float:
    """Tonnes of another pollutant that a step takes out besides; below zero where it adds some."""
    tonnes = option.potential_kg / KG_PER_T
    if effect.kg_per_t is not None:
        return -tonnes * effect.kg_per_t / KG_PER_T
    assert effect.in_proportion_percent is not None, effect
    whole = means[option.pollutant].get(option.source, 0.0)
    part = tonnes / whole if whole else 0.0
    return part * effect.in_proportion_percent / WHOLE * means[effect.pollutant].get(option.source, 0.0)


def _no_worse(taken: Floats, options: Sequence[AbatementOption]) -> Floats:
    """The tonnes, none below zero: what adds to a pollutant that the air law caps is not reckoned with."""
    for n in np.flatnonzero((taken < 0).any(axis=1)).tolist():
        what = f"{options[n].technology} adds to a pollutant of the air law"
        raise Malformed("side_effects.csv", what, "give what it adds to greenhouse gases only")
    return taken


def _needs(zone: Zone, air: Rulebook, codes: Sequence[str], sides: Sequence[str]) -> Floats:
    """What each side of the walls emits beyond what it gets: free, and of auctions in proportion to that."""
    found = np.zeros((len(sides), len(codes)))
    for p, code in enumerate(codes):
        supply = supply_of(zone, air, code, 1, 0.0, 0.0, 0.0)
        free = np.zeros(len(sides))
        for each in supply.sides:
            found[sides.index(each.sector), p] += float(each.baseline[0])
            free[sides.index(each.sector)] += float(each.free[0])
        sold = float(supply.auctioned[:, 0].sum())
        found[:, p] -= free * (1 + sold / free.sum() if free.sum() else 1)
    return found


def plans(laws: TwoLaws, price: float) -> tuple[LawsPlan, ...]:
    """What is done at a price of carbon, yuan/t, by each law alone, apart and together."""
    if not 0 <= price < CEILING:
        raise Malformed("--carbon-price", f"is {price:g}", "give yuan per tonne from zero up")
    mine = np.array(laws.of_air)
    worth = price * laws.freed * laws.carbon
    air = _solved(laws, np.where(mine, laws.cost, np.inf), laws.own)
    own_worth = np.where(mine, -1.0, worth - laws.cost)
    carbon = np.where(own_worth >= 0, 1.0, 0.0)
    both = _solved(laws, laws.cost - worth, laws.taken)
    none = np.zeros(laws.need.shape)
    return (
        _plan(laws, "air", price, *air),
        _plan(laws, "carbon", price, carbon, none, 0.0),
        _plan(laws, "apart", price, np.maximum(air[0], carbon), air[1], air[2]),
        _plan(laws, "together", price, *both),
    )


def _solved(laws: TwoLaws, cost: Floats, removal: Floats) -> tuple[Floats, Floats, float]:
    """Use of each measure, prices and gap: the least cost that meets the air caps; what costs nothing is done."""
    use = np.where(cost <= 0, 1.0, 0.0)
    asked = np.isfinite(cost) & (cost > 0) & (removal.sum(axis=1) > 0)
    side = np.array(laws.side, dtype=np.int64)
    need = laws.need.copy()
    for z in range(len(laws.sides)):
        need[z] -= removal[(side == z) & (use > 0)].sum(axis=0)
    measures = ControlMeasures(cost[asked], removal[asked], side[asked])
    found = co_equilibrium(measures, need[:, :, None], [1.0], CEILING, banking=False)
    use[asked] = found.use[:, 0]
    return use, found.discounted[:, :, 0], found.gap


def _plan(laws: TwoLaws, name: PlanName, price: float, use: Floats, prices: Floats, gap: float) -> LawsPlan:
    abated = use @ laws.taken
    side = np.array(laws.side)
    there = np.array([use[side == z] @ laws.taken[side == z] for z in range(len(laws.sides))])
    lacking = float(np.maximum(laws.need - there, 0.0).sum()) if name != "carbon" else 0.0
    worth = float(price * (use @ (laws.freed * laws.carbon))) + 0.0  # no minus before nothing
    return LawsPlan(name, use, abated, float(use @ laws.carbon), float(use @ laws.cost), worth, prices, lacking, gap)
