"""Who is given what under a design, and how much a works that abated early loses by it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from airshed.lab.brief.designs import SOLD, Method, Sale, Wall
from airshed.lab.brief.markets import cells_of
from airshed.lab.brief.world import World
from airshed.lab.equilibrium.curves import Floats
from airshed.lab.methods import early_abater
from airshed.market.allocation import Activity, entrants
from airshed.market.claims import by_benchmark
from airshed.market.sharing.tiers import Member, Plan, SharingTier, counts, counts_alone
from airshed.model.measures import KG_PER_T

#: Methods that look at output serve new entrants from the reserve; the others let them buy.
SERVES: Mapping[Method, bool] = {"history": False, "equal_cut": False, "limit": True, "benchmark": True}


@dataclass(frozen=True, slots=True)
class Given:
    """Allowances given away in the first year, t; S sources.

    `free` (S,) by source, new entrants among them; `whip` (S,) allowances lost per tonne abated early, NaN for an
    entrant and for who emits nothing; `need` (S,) what each needs at the benchmark before scaling to the cap.
    """

    free: Floats
    whip: Floats
    need: Floats


def needs_of(world: World) -> Floats:
    """What each source needs at the benchmark of its product, t a year (S,); zero where it has none."""
    found = np.zeros(len(world.sources))
    for number, activity in enumerate(world.activities):
        if activity.benchmark_g and any(each is not None for each in activity.output):
            known = replace(activity, output=tuple(0 if each is None else each for each in activity.output))
            found[number] = float(by_benchmark(known, "mean").kg) / KG_PER_T
    return found


class Pot(NamedTuple):
    """A cap in kg of the first year and the sources of a city, by number, that share it."""

    cap: int
    city: str
    sources: tuple[tuple[int, Activity], ...]


def given(world: World, method: Method, sale: Sale, wall: Wall) -> Given:
    """The shares of a design by the rule code of the market, city by city and, behind a wall, side by side.

    Each city's cap is first parted: the reserve for new entrants, what is sold, and the rest, which incumbents share by
    the method. Where nothing is given away nobody is whipped.
    """
    pots = tuple(
        Pot(
            round(float(cell.cap[0]) * KG_PER_T),
            world.cities[cell.city],
            tuple((number, world.activities[number]) for number in np.flatnonzero(cell.sources).tolist()),
        )
        for cells in cells_of(world, wall)
        for cell in cells
    )
    free, whip = _shared(pots, method, sale, world.reserve)
    found, whipped = np.zeros(len(world.sources)), np.full(len(world.sources), np.nan)
    for number, amount in free:
        found[number] = amount
    for number, amount in whip:
        whipped[number] = amount
    return Given(found, whipped, needs_of(world))


Amounts = tuple[tuple[int, float], ...]


@lru_cache(maxsize=128)
def _shared(pots: tuple[Pot, ...], method: Method, sale: Sale, reserve: float) -> tuple[Amounts, Amounts]:
    """What sources get, t, and are whipped, by number; the same under assumptions that leave the first caps alone."""
    free: dict[int, float] = {}
    whip: dict[int, float] = {}
    plan, paid = Plan((SharingTier("source", method),)), SOLD[sale]
    for pot in pots:
        old = [(number, activity) for number, activity in pot.sources if not activity.entrant]
        new = [(number, activity) for number, activity in pot.sources if activity.entrant]
        kept = round(pot.cap * reserve)
        if paid < 1 and SERVES[method] and new:
            served = {each.source: each.count for each in entrants(kept, [each for _, each in new]).shares}
            free |= {number: (1 - paid) * served[activity.source] / KG_PER_T for number, activity in new}
        pool = round((pot.cap - kept) * (1 - paid))
        if pool <= 0:
            whip |= dict.fromkeys((number for number, _ in old), 0.0)
            continue
        members = [Member(activity, pot.city) for _, activity in old]
        if not members:
            continue
        counted = counts(pool, members, plan)
        steps = {activity.source: early_abater(activity) for _, activity in old}
        abaters = {source: early for source, (step, early) in steps.items() if step > 0}
        alone = counts_alone(pool, members, plan, abaters)
        for number, activity in old:
            source = activity.source
            free[number] = counted[source] / KG_PER_T
            if source in alone:
                whip[number] = (counted[source] - alone[source]) / steps[source][0]
    return tuple(free.items()), tuple(whip.items())
