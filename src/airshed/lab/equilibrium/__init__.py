"""Competitive equilibrium with proof: what allowances would cost if everybody traded, and who would abate.

`equilibrium` is one zone with banking, `zone_equilibrium` several zones under receptors; `certificate` writes the
proof that `check` (airshed.lab.proofs) works out again without a solver.
"""

from airshed.lab.equilibrium.banking import Equilibrium, equilibrium, lagrangian
from airshed.lab.equilibrium.certificate import certificate
from airshed.lab.equilibrium.collar import Collared, collared
from airshed.lab.equilibrium.curves import Slopes, Steps, discounting
from airshed.lab.equilibrium.joined_curves import Joined
from airshed.lab.equilibrium.zones import CrossTrade, ZoneEquilibrium, zone_bound, zone_equilibrium
from airshed.lab.proofs.market import check

__all__ = [
    "Collared",
    "CrossTrade",
    "Equilibrium",
    "Joined",
    "Slopes",
    "Steps",
    "ZoneEquilibrium",
    "certificate",
    "check",
    "collared",
    "discounting",
    "equilibrium",
    "lagrangian",
    "zone_bound",
    "zone_equilibrium",
]
