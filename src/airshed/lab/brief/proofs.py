"""Certificates of the markets that a brief rests on: one market, closed cities, and the guarded zone."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from airshed.lab.brief.designs import GUARD, Border
from airshed.lab.brief.markets import cells_of, rows_of
from airshed.lab.brief.world import Assumed, World
from airshed.lab.equilibrium.case import Case, case_of, closed, linked, solved
from airshed.lab.equilibrium.certificate import certificate
from airshed.lab.equilibrium.curves import Steps
from airshed.lab.equilibrium.zones import zone_equilibrium
from airshed.model.refusal import Malformed
from airshed.rulebook.schema import Rulebook
from airshed.zone.zone import Zone

#: What stands beside the receptors of a guarded zone: its sum, which the caps hold.
SUM = "all"


class Proof(NamedTuple):
    """The certificate of a market in the central state, without a wall and a collar.

    `document` is what `airshed lab check` reads; `cost` yuan, discounted, net of a tax that abating saves; `gap` how
    far it may lie above the least, as a part of it. `less` says that less output is a step of the curves.
    """

    pollutant: str
    border: Border
    document: dict[str, Any]
    cost: float
    gap: float
    less: bool

    @property
    def file(self) -> str:
        """The name of its file."""
        return f"certificate-{self.pollutant}-{self.border}.json"


def proofs_of(zone: Zone, rules: Rulebook, world: World, assumed: Assumed) -> list[Proof]:
    """The certificates of a pollutant, by border, as far as the zone has such a border.

    Where technologies alone keep the caps of every city the certificates of one market and of closed cities are those
    that `airshed lab equilibrium` writes; else less output is the last step of every city's curve.
    """
    case = case_of(zone, rules, world.pollutant, assumed.years, assumed.rate, assumed.growth, assumed.decline)
    case = case.taxed(assumed.tax) if assumed.tax else case
    case = case._replace(caps=world.caps)
    less = False
    try:
        solved(case, closed(case.zones))
    except Malformed:
        case, less = _with_less_output(world, case), True
    found = []
    for border, air in (("zone", linked(case.zones)), ("cities", closed(case.zones))):
        if border == "zone" or len(case.zones) > 1:
            done = solved(case, air)
            found.append(Proof(world.pollutant, border, done.proof, done.found.cost, done.found.gap, less))  # type: ignore[arg-type]
    if world.transfer is not None and len(case.zones) > 1:
        found.append(_guarded(world, case, less))
    return found


def _with_less_output(world: World, case: Case) -> Case:
    """The case with what the brief takes the place of technologies that there are none of."""
    (cells,) = cells_of(world, "none")
    curves = {}
    for cell in cells:
        rows = rows_of(world, [cell], "none")
        curves[world.cities[cell.city]] = Steps(rows.cost, rows.width, world.discount)
    return case._replace(curves=tuple(curves.get(name, own) for name, own in zip(case.zones, case.curves, strict=True)))


def _guarded(world: World, case: Case, less: bool) -> Proof:
    """The least cost at which no receptor gets more than the guard above what the caps would bring, nor the zone."""
    assert world.transfer is not None, "no matrix"
    matrix = np.vstack([world.transfer, np.ones((1, len(case.zones)))])
    need = matrix @ case.need
    need[:-1] -= GUARD * (world.transfer @ case.caps)
    found = zone_equilibrium(case.curves, matrix, need, case.discount)
    names = (*world.receptors, SUM)
    proof = certificate(case.zones, names, case.years, case.curves, matrix, need, found)
    return Proof(world.pollutant, "guarded", proof, found.cost, found.gap, less)
