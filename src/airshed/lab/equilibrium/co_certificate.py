"""The proof of a co-control equilibrium as plain values: all measures, needs and prices, and the whole plan if any."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from airshed.lab.equilibrium.cocontrol import CoEquilibrium, ControlMeasures
from airshed.lab.equilibrium.curves import Floats
from airshed.lab.equilibrium.lumpy import Lumpy
from airshed.lab.proofs.measures import FORMAT
from airshed.lab.proofs.reading import digest


def co_certificate(
    names: tuple[Sequence[str], Sequence[str], Sequence[int], Sequence[str]],
    measures: ControlMeasures,
    need: Floats,
    discount: Floats,
    ceiling: float,
    found: CoEquilibrium,
    *,
    banking: bool = True,
    whole: Lumpy | None = None,
) -> dict[str, Any]:
    """The certificate as plain values; `names` are those of zones, pollutants, years and measures."""
    zones, pollutants, years, called = names
    made = {
        "format": FORMAT,
        "zones": list(zones),
        "pollutants": list(pollutants),
        "years": list(years),
        "discount": discount.tolist(),
        "banking": banking,
        "ceiling": ceiling,
        "measures": [
            {"zone": zones[zone], "name": name, "cost": cost, "removal_t": removal, "use": use}
            for name, zone, cost, removal, use in zip(
                called,
                measures.zone.tolist(),
                measures.cost.tolist(),
                measures.removal.tolist(),
                found.use.tolist(),
                strict=True,
            )
        ],
        "need": need.tolist(),
        "extra": found.extra.tolist(),
        "prices": found.discounted.tolist(),
        "cost": found.cost,
        "bound": found.bound,
        "gap": found.gap,
    }
    if whole is not None:
        made["whole"] = {
            "lasting": whole.lasting,
            "use": whole.use.tolist(),
            "extra": whole.extra.tolist(),
            "prices": whole.prices.tolist(),
            "cost": whole.cost,
            "bound": whole.floor,
            "gap": whole.gap,
            "searched": whole.bound,
        }
    return {**made, "digest": digest(made)}
