"""The equilibrium of a path with foresight, under the law of its scenario: what agents are held to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from airshed.lab.equilibrium.case import Case
from airshed.lab.equilibrium.curves import Floats, Steps, discounting
from airshed.lab.equilibrium.lawful import lawful
from airshed.lab.equilibrium.supply import SharedCap, Side, Supply, side_of_wall
from airshed.lab.equilibrium.terms import LawTerms, terms_of
from airshed.lab.scenarios.nouns import DrawnPath, Work
from airshed.lab.scenarios.schema import Scenario
from airshed.model.measures import FEN_PER_YUAN, KG_PER_T
from airshed.rulebook.schema import Rulebook


class Ground(Protocol):
    """What an equilibrium needs of a scenario on its law and zone."""

    @property
    def scenario(self) -> Scenario:
        """Its years, rate and caps."""
        ...

    @property
    def law(self) -> Rulebook:
        """The law of the scenario."""
        ...

    @property
    def first(self) -> int:
        """The first year."""
        ...

    @property
    def shares(self) -> Mapping[str, SharedCap]:
        """What becomes of each city's cap."""
        ...

    @property
    def choke_yuan(self) -> float:
        """What a missing tonne costs at most."""
        ...

    def claim(self, work: Work) -> int:
        """What a works may ask of the set-aside."""
        ...


@dataclass(frozen=True, slots=True)
class Least:
    """An equilibrium: price in yuan/t, cost in yuan and abatement in t of each year.

    `worth` is what an allowance is worth by city and side of the walls, yuan/t a year, whatever may be paid for it.
    """

    price: Floats
    cost: Floats
    abated: Floats
    worth: Mapping[tuple[str, str], Floats]


def terms_as_played(setting: Ground) -> LawTerms:
    """The law of a scenario as it is played: nobody draws on the reserve, auctions what is left there, or buys back."""
    law = terms_of(setting.law, setting.scenario.pollutant)
    return replace(law, unused_auctioned=False, containment=(), buy_back=None)


def least_of(setting: Ground, drawn: DrawnPath, terms: LawTerms | None = None) -> Least:
    """Prices (the mean over the law's markets), costs and abatement by year with the tail, as the law is played.

    A missing tonne costs what the law's penalty comes to at most, so there is always an answer.
    """
    supply = supply_of_path(setting, drawn)
    found = lawful(supply, terms_as_played(setting) if terms is None else terms)
    abated = found.found.abated
    spent = [
        sum(market.curve.cost(t, float(abated[m, t])) for m, market in enumerate(found.markets))
        for t in range(len(supply.case.years))
    ]
    zones = supply.case.zones
    worth = {
        (zones[side.city], side.sector): found.worth[m]
        for m, market in enumerate(found.markets)
        for side in market.sides
    }
    return Least(found.mean_price(), np.array(spent) / supply.case.discount, abated.sum(axis=0), worth)


def supply_of_path(setting: Ground, drawn: DrawnPath) -> Supply:
    """A path as what a law puts where: each city's works on each side of the walls, its caps, and what entrants take.

    Entrants are served from what is set aside; what they do not ask for is dealt with as the law says.
    """
    law, zones = setting.law, tuple(place.code for place in setting.law.jurisdictions)
    many = drawn.emission.shape[1]
    discount = discounting(setting.scenario.rate_percent / 100, many)
    caps = _caps(setting, zones, many)
    groups: dict[tuple[int, str], list[int]] = {}
    for place, work in enumerate(drawn.works):
        source = work.firm.source
        side = side_of_wall(source, law.trade_rules.walled_sectors)
        groups.setdefault((zones.index(source.jurisdiction), side), []).append(place)
    shares = [setting.shares.get(city, SharedCap({}, 0.0, 0.0)) for city in zones]
    auctioned = np.array([part.auctioned for part in shares])[:, None] * caps
    set_aside = np.array([part.set_aside for part in shares])[:, None] * caps
    sides, baseline = [], np.zeros(caps.shape)
    for (z, sector), places in sorted(groups.items()):
        emitted = np.asarray(drawn.emission[places].sum(axis=0) / KG_PER_T)
        asked = sum((_claimed(setting, drawn.works[place], many) for place in places), np.zeros(many))
        served = np.minimum(asked, set_aside[z])
        set_aside[z] -= served
        free = shares[z].free.get(sector, 0.0) * caps[z] + served
        curve = curve_of(setting, drawn, places, drawn.emission[places], np.arange(many), discount, emitted + 1.0)
        sides.append(Side(z, sector, curve, emitted, free))
        baseline[z] += emitted
    none = tuple(Steps([], [], discount) for _ in zones)
    years = tuple(range(setting.first, setting.first + many))
    case = Case(zones, years, setting.scenario.rate_percent / 100, none, baseline, caps)
    return Supply(case, tuple(sides), auctioned, set_aside)


def _caps(setting: Ground, zones: Sequence[str], many: int) -> Floats:
    """The caps of each city and year, t; after the years that are played they fall as the scenario says."""
    caps = np.zeros((len(zones), many))
    for row in setting.law.caps.rows:
        caps[zones.index(row.jurisdiction), row.vintage - setting.first] += row.count / KG_PER_T
    fall = 1 - setting.scenario.caps.decline_percent / 100
    for t in range(setting.scenario.years, many):
        caps[:, t] = caps[:, t - 1] * fall
    return caps


def curve_of(
    setting: Ground,
    drawn: DrawnPath,
    places: Sequence[int],
    emission: Floats,
    span: NDArray[np.int64],
    discount: Floats,
    missing: Floats | None = None,
) -> Steps:
    """The steps of works in some years; where costs differ by year a step stands once for each level.

    A step is as large as `emission` (works, years) of its works, as it comes or as it is planned. At the penalty up to
    `missing` t are missing.
    """
    levels, level_of = np.unique(drawn.cost_level[span], return_inverse=True)
    costs: list[float] = []
    widths: list[Floats] = []
    code = setting.scenario.pollutant
    for place, own in zip(places, emission, strict=True):
        work = drawn.works[place]
        part = own / max(work.firm.before_kg[code], 1)
        for step, factor in zip(work.firm.steps[code], drawn.step_factors[place], strict=True):
            for number, level in enumerate(levels.tolist()):
                costs.append(step.cost_fen_per_t / FEN_PER_YUAN * factor * level)
                widths.append(np.where(level_of == number, step.potential_kg / KG_PER_T * part, 0.0))
    costs.append(max(setting.choke_yuan, *costs, 0.0))
    widths.append(np.ones(len(span)) if missing is None else missing)
    return Steps(costs, np.array(widths), discount)


def _claimed(setting: Ground, work: Work, many: int) -> Floats:
    """Allowances, in t, that a works may ask of the set-aside in each year: none unless it is new."""
    found = np.zeros(many)
    found[work.since :] = setting.claim(work) / KG_PER_T
    return found
