"""States of the world: growth and the level of costs, each low, central or high, with their weights."""

from __future__ import annotations

from itertools import product
from typing import NamedTuple

from airshed.lab.brief.world import Assumed, CostLevel, World, world_of
from airshed.rulebook.schema import Rulebook
from airshed.zone.zone import Zone

#: How far growth may lie from what is assumed, a year; assumed.
GROWTH_STEP = 0.01
#: Weights of low, central and high (Swanson's rule: 0.3, 0.4, 0.3 of the 10th, 50th and 90th percentile).
WEIGHTS = (0.3, 0.4, 0.3)
LEVELS: tuple[CostLevel, ...] = ("low", "central", "high")


class WorldState(NamedTuple):
    """A world with its weight; the weights of all add up to one."""

    growth: int
    cost: CostLevel
    weight: float
    world: World


def states_of(zone: Zone, rules: Rulebook, pollutant: str, assumed: Assumed) -> list[WorldState]:
    """Nine worlds around what is assumed; if costs are assumed to be low or high, three of growth alone."""
    costs = list(zip(LEVELS, WEIGHTS, strict=True)) if assumed.cost == "central" else [(assumed.cost, 1.0)]
    found = []
    for (growth, first), (cost, second) in product(zip((-1, 0, 1), WEIGHTS, strict=True), costs):
        known = assumed._replace(growth=assumed.growth + growth * GROWTH_STEP, cost=cost)
        found.append(WorldState(growth, cost, first * second, world_of(zone, rules, pollutant, known)))
    return found
