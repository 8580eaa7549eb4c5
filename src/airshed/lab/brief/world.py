"""What a brief reckons with: sources with steps of abatement, cities with caps, receptors, under assumptions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from airshed.lab.equilibrium.case import case_of
from airshed.lab.equilibrium.curves import LARGEST, Floats, discounting
from airshed.market.allocation import Activity
from airshed.model.measures import KG_PER_T
from airshed.model.refusal import Malformed
from airshed.rulebook import lookup
from airshed.rulebook.schema import Rulebook
from airshed.zone.activities import zone_activities
from airshed.zone.regulated import regulated
from airshed.zone.zone import Zone, known_kg

Ints = NDArray[np.int64]
CostLevel = Literal["low", "central", "high"]

#: What a tonne costs that no technology takes out, as a multiple of the dearest step: less output. Assumed.
LESS_OUTPUT = 1.5
#: Ceiling of the collar as a multiple of the law's reference price; its floor is the reserve price. Assumed.
CEILING = 1.5
#: Part of each cap that the office may buy back at the floor. Assumed.
WITHHELD = 0.1
#: Between which a rate of growth, decline or discount may lie, a year; and how near is the same.
LOWEST_RATE, HIGHEST_RATE = -0.5, 1.0
CLOSE = 1e-9


class Assumed(NamedTuple):
    """What nobody knows: rates a year as fractions, years, the level of costs, a part by which caps are moved; and the
    tax on what is emitted, yuan/t, that firms pay beside allowances.
    """

    years: int = 10
    growth: float = 0.01
    decline: float = 0.03
    rate: float = 0.05
    cost: CostLevel = "central"
    cap_shift: float = 0.0
    tax: float = 0.0


ASSUMED = Assumed()


@dataclass(frozen=True, slots=True)
class World:
    """A pollutant of a zone. S sources, C cities, T years, K receptors, N steps; t, yuan, yuan/t.

    `baseline` (S,) is what a source emits a year without abatement before growth; `growth` (T,) the factor of each
    year; `caps` (C, T). `city`, `side` (S,) number a source's city and side of the wall. Steps: `step_source`, `cost`,
    `potential` (N,), the cheapest first; `cost` and `backstop` are net of the `tax` that abating saves. `transfer` (K,
    C), None without a matrix. `group` numbers who acts as one (S,).
    """

    pollutant: str
    cities: tuple[str, ...]
    years: tuple[int, ...]
    sources: tuple[str, ...]
    city: Ints
    side: Ints
    group: Ints
    groups: tuple[str, ...]
    baseline: Floats
    growth: Floats
    caps: Floats
    discount: Floats
    step_source: Ints
    cost: Floats
    potential: Floats
    receptors: tuple[str, ...]
    transfer: Floats | None
    activities: tuple[Activity, ...]
    backstop: float
    tax: float
    floor: float
    ceiling: float
    fee: float
    reserve: float
    reference: float
    band: float
    walled: tuple[str, ...]
    origins: tuple[str, ...]
    air_origins: tuple[str, ...]


def world_of(zone: Zone, rules: Rulebook, pollutant: str, assumed: Assumed) -> World:
    """The world of a shipped zone and pollutant under assumptions. Malformed for what the rulebook does not know."""
    examine(assumed)
    zone = regulated(zone, rules)
    law = lookup.pollutant(rules, pollutant)
    case = case_of(zone, rules, pollutant, assumed.years, assumed.rate, assumed.growth, assumed.decline)
    owing = {each.source: each for each in zone_activities(zone, rules, pollutant)}
    own = [source for source in zone.sources if source.source in owing]
    names = tuple(source.source for source in own)
    place = {name: number for number, name in enumerate(names)}
    mean = np.zeros(len(names))
    for source, kg in known_kg(zone, pollutant):
        if source in place:
            mean[place[source]] += kg / KG_PER_T / len(zone.baseline_years)
    walled = tuple(each for each in rules.trade_rules.walled_sectors if any(s.sector == each for s in own))
    level = {
        each.technology: _level(each.low_per_t, each.central_per_t, each.high_per_t, assumed.cost)
        for each in zone.technologies
    }
    options = sorted(
        (
            (option.cost_per_t * level[option.technology], place[option.source], option.potential_kg / KG_PER_T)
            for option in zone.options
            if option.pollutant == pollutant and option.source in place
        ),
    )
    if not options:
        raise Malformed("abatement_options.csv", f"has no step for {pollutant}", "choose another pollutant")
    owners = tuple(dict.fromkeys(source.group or source.account for source in own))
    receptors = tuple(dict.fromkeys(row.receptor for row in rules.transfer.rows if row.pollutant == pollutant))
    cells = {
        (row.receptor, row.jurisdiction): float(row.coefficient)
        for row in rules.transfer.rows
        if row.pollutant == pollutant
    }
    matrix = np.array([[cells.get((k, c), 0.0) for c in case.zones] for k in receptors]) if receptors else None
    trading = rules.trading
    allocation = rules.allocation
    return World(
        pollutant=pollutant,
        cities=case.zones,
        years=case.years,
        sources=names,
        city=np.array([case.zones.index(source.jurisdiction) for source in own]),
        side=np.array([int(source.sector in walled) for source in own]),
        group=np.array([owners.index(source.group or source.account) for source in own]),
        groups=owners,
        baseline=mean,
        growth=(1 + assumed.growth) ** np.arange(assumed.years, dtype=np.float64),
        caps=case.caps * (1 + assumed.cap_shift),
        discount=discounting(assumed.rate, assumed.years),
        step_source=np.array([source for _, source, _ in options]),
        cost=np.array([cost - assumed.tax for cost, _, _ in options], dtype=np.float64),
        potential=np.array([potential for _, _, potential in options], dtype=np.float64),
        receptors=receptors,
        transfer=matrix,
        activities=tuple(owing[name] for name in names),
        backstop=LESS_OUTPUT * max(cost for cost, _, _ in options) - assumed.tax,
        tax=assumed.tax,
        floor=law.reserve_fen_per_t / 100,
        ceiling=CEILING * law.reference_fen_per_t / 100,
        fee=(trading.buyer_fee_basis_points + trading.seller_fee_basis_points) / 10_000,
        reserve=allocation.reserve_basis_points / 10_000,
        reference=law.reference_fen_per_t / 100,
        band=trading.band_basis_points / 10_000,
        walled=walled,
        origins=case.origins,
        air_origins=tuple(dict.fromkeys(row.origin for row in rules.transfer.rows if row.pollutant == pollutant)),
    )


def _level(low: float, central: float, high: float, level: CostLevel) -> float:
    """The cost of a technology at a level, as a multiple of its central one."""
    return {"low": low, "central": central, "high": high}[level] / central if central else 1.0


def examine(assumed: Assumed, room: float = 0.0) -> None:
    """Malformed, naming the option, for a figure that cannot be meant; growth is going to be moved by up to `room`."""
    if not 1 <= assumed.years <= 30:
        raise Malformed("--years", f"{assumed.years} years", "give 1 to 30")
    if not 0 <= assumed.tax <= LARGEST:
        raise Malformed("--tax", f"is {assumed.tax:g}", "give yuan per tonne from zero up")
    rates = (("growth", assumed.growth, room), ("decline", assumed.decline, 0.0), ("rate", assumed.rate, 0.0))
    for option, value, less in rates:
        low, high = LOWEST_RATE + less, HIGHEST_RATE - less
        if not low - CLOSE <= value <= high + CLOSE:
            cure = f"give a percentage from {100 * low:g} to {100 * high:g}"
            raise Malformed(f"--{option}", f"{100 * value:g} percent a year", cure)
