"""What is found for one pollutant that does not depend on the choice: prices, loads, the saving, the proof."""

from __future__ import annotations

import numpy as np

from airshed.lab.brief.designs import REFERENCE
from airshed.lab.brief.facts import CityPrice, Found, Guarded, Linking, Load, Path, Proven
from airshed.lab.brief.judge import YUAN, Judge
from airshed.lab.brief.markets import by_city, solve
from airshed.lab.brief.proofs import proofs_of
from airshed.lab.brief.world import Assumed, World
from airshed.lab.equilibrium.case import Case, case_of
from airshed.lab.linking import saving
from airshed.model.refusal import Malformed
from airshed.rulebook.schema import Rulebook
from airshed.zone.zone import Zone

#: How much above the caps' load a receptor may get, percent, at which the cost of a zone is looked at.
GUARDS = (0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 7.5, 10.0, 15.0)


def found_of(zone: Zone, rules: Rulebook, judge: Judge, assumed: Assumed) -> Found:
    """The facts of a pollutant in the central state and between the states."""
    world = judge.world
    case = case_of(zone, rules, world.pollutant, assumed.years, assumed.rate, assumed.growth, assumed.decline)
    if assumed.tax:
        case = case.taxed(assumed.tax)
    link, why = _linking(case)
    market = judge.of(REFERENCE)
    less, taken = float(market.less.sum()), float(market.taken.sum())
    return Found(
        years=world.years,
        prices=_prices(judge),
        path=_path(judge),
        loads=_loads(judge),
        frontier=_frontier(world),
        linking=link,
        linking_why=why,
        price=price_of(judge),
        saving_percent=saving_of(judge),
        less_output_percent=100 * less / (less + taken) if less + taken > 0 else 0.0,
        tax=world.tax,
        ceiling=world.ceiling,
        floor=world.floor,
        fee_percent=100 * world.fee,
        reference=world.reference,
        band_percent=100 * world.band,
        walled=world.walled,
        proofs=tuple(
            Proven(each.border, each.file, each.document["digest"], each.cost / YUAN, each.gap, each.less)
            for each in proofs_of(zone, rules, world, assumed)
        ),
        origins=world.origins,
        air_origins=world.air_origins,
    )


def price_of(judge: Judge) -> float:
    """The first year's price of one market for the zone, yuan/t."""
    return float(judge.of(REFERENCE).prices(judge.world)[:, 0].mean())


def saving_of(judge: Judge) -> float:
    """By how much one market costs less than closed cities, percent of what closed cities cost."""
    alone = judge.outcome("cities", "none", "none").cost
    return 100 * (1 - judge.outcome("zone", "none", "none").cost / alone) if alone > 0 else 0.0


def _prices(judge: Judge) -> tuple[CityPrice, ...]:
    world = judge.world
    first = {
        border: judge.outcome(border, "none", "none").prices(world)[:, 0] for border in ("cities", "guarded", "zone")
    }
    guarded = world.transfer is not None
    return tuple(
        CityPrice(
            city,
            float(first["cities"][c]),
            float(first["guarded"][c]) if guarded else None,
            float(first["zone"][c]),
        )
        for c, city in enumerate(world.cities)
    )


def _path(judge: Judge) -> tuple[Path, ...]:
    world, states = judge.world, range(len(judge.states))
    bare = np.array([judge.outcome("zone", "none", "none", n).prices(world)[0] for n in states])
    held = np.array([judge.outcome("zone", "none", "collar", n).prices(world)[0] for n in states])
    return tuple(
        Path(
            year,
            *(float(each) for each in (bare[judge.central, t], bare[:, t].min(), bare[:, t].max())),
            *(float(each) for each in (held[judge.central, t], held[:, t].min(), held[:, t].max())),
        )
        for t, year in enumerate(world.years)
    )


def _loads(judge: Judge) -> tuple[Load, ...]:
    world = judge.world
    if world.transfer is None:
        return ()
    caps = world.transfer @ world.caps.sum(axis=1)
    loads = {
        border: 100
        * (world.transfer @ by_city(world, judge.outcome(border, "none", "none").emitted(world)).sum(axis=1) / caps - 1)
        for border in ("cities", "guarded", "zone")
    }
    return tuple(
        Load(receptor, *(float(loads[border][k]) for border in ("cities", "guarded", "zone")))
        for k, receptor in enumerate(world.receptors)
    )


def _frontier(world: World) -> tuple[Guarded, ...]:
    if world.transfer is None:
        return ()
    return tuple(
        Guarded(percent, solve(world, "guarded", "none", "none", percent / 100).cost / YUAN) for percent in GUARDS
    )


def _linking(case: Case) -> tuple[Linking | None, str]:
    try:
        found = saving(case)
    except Malformed as error:
        return None, str(error)
    return (
        Linking(
            found.zones,
            tuple(each / YUAN for each in found.alone),
            found.together / YUAN,
            tuple(each / YUAN for each in found.shapley),
            tuple(each / YUAN for each in found.nucleolus),
        ),
        "",
    )
