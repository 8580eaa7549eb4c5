"""What cities save by trading with each other, and how that is shared among them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from airshed.lab.equilibrium.banking import equilibrium
from airshed.lab.equilibrium.case import Case, closed, examine
from airshed.lab.equilibrium.joined_curves import merged
from airshed.market.sharing.games import MOST_EXACT, nucleolus, shapley
from airshed.model.refusal import Malformed


@dataclass(frozen=True, slots=True)
class Linked:
    """Discounted yuan by zone, in the order of the case.

    `alone` is what each zone's caps cost it behind closed borders, `together` what they cost all with one market. The
    saving is shared by the Shapley value, and by the nucleolus for comparison.
    """

    zones: tuple[str, ...]
    alone: tuple[float, ...]
    together: float
    shapley: tuple[float, ...]
    nucleolus: tuple[float, ...]

    @property
    def saved(self) -> float:
        """What one market costs less than closed borders."""
        return sum(self.alone) - self.together


def saving(case: Case, progress: Callable[[str], object] = lambda team: None) -> Linked:
    """The game in which any cities may join their markets: v(S) = sum of costs alone - cost of S as one market (A9).

    Exact: every coalition's market is cleared. Malformed, naming the zone, if one of them cannot keep its caps alone,
    for then the saving has no bound; and for more than 12 zones, whose coalitions are too many.
    """
    if len(case.zones) > MOST_EXACT:
        raise Malformed("zones", f"{len(case.zones)} of them", f"give at most {MOST_EXACT}: join some of them first")
    costs: dict[frozenset[int], float] = {}

    def cost(team: frozenset[int]) -> float:
        if team not in costs:
            own = sorted(team)
            curve = merged([case.curves[z] for z in own])
            costs[team] = equilibrium(curve, case.need[own].sum(axis=0), case.discount).cost
            progress(" ".join(case.zones[z] for z in own))
        return costs[team]

    examine(case, closed(case.zones))
    players = len(case.zones)
    alone = tuple(cost(frozenset({z})) for z in range(players))

    def worth(team: frozenset[int]) -> float:
        return sum(alone[z] for z in team) - cost(team) if team else 0.0

    return Linked(
        zones=case.zones,
        alone=alone,
        together=cost(frozenset(range(players))),
        shapley=tuple(shapley(players, worth)),
        nucleolus=tuple(nucleolus(players, worth)),
    )
