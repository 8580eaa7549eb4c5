"""The proof of an equilibrium as plain values: the whole case and its answer, which `airshed.lab.proofs` adds up."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from airshed.lab.equilibrium.banking import Equilibrium
from airshed.lab.equilibrium.curves import Floats, Steps
from airshed.lab.equilibrium.joined_curves import AnyCurve, Joined
from airshed.lab.equilibrium.zones import CrossTrade, ZoneEquilibrium
from airshed.lab.proofs.market import FORMAT
from airshed.lab.proofs.reading import digest


def certificate(
    zones: Sequence[str],
    receptors: Sequence[str],
    years: Sequence[int],
    curves: Sequence[AnyCurve],
    transfer: Floats,
    need: Floats,
    found: ZoneEquilibrium | Equilibrium,
    *,
    banking: bool = True,
    trades: Sequence[CrossTrade] = (),
    stability: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """The certificate of an equilibrium as plain values, ready for JSON; names are those of rows and columns.

    `trades` are those that were allowed, `stability` is the reserve that changed the need.
    Malformed for a source that abates without end: a file holds figures.
    """
    if isinstance(found, Equilibrium):
        duals, abated, bank = (each[None, :] for each in (found.discounted, found.abated, found.bank))
    else:
        duals, abated, bank = found.lambdas, found.abated, found.bank
    made = {
        "format": FORMAT,
        **stated(zones, receptors, years, curves, transfer, need),
        "banking": banking,
        "duals": duals.tolist(),
        "abated": abated.tolist(),
        "bank": bank.tolist(),
        "cost": found.cost,
        "bound": found.bound,
        "gap": found.gap,
    }
    if trades:
        assert isinstance(found, ZoneEquilibrium), "one market trades with nobody"
        made["trades"] = [
            {"origin": receptors[way.origin], "target": receptors[way.target], "ratio": way.ratio, "moved": moved}
            for way, moved in zip(trades, found.traded.tolist(), strict=True)
        ]
    if stability is not None:
        made["stability"] = stability
    return {**made, "digest": digest(made)}


def stated(
    zones: Sequence[str],
    receptors: Sequence[str],
    years: Sequence[int],
    curves: Sequence[AnyCurve],
    transfer: Floats,
    need: Floats,
) -> dict[str, Any]:
    """A case as its certificate states it."""
    return {
        "zones": list(zones),
        "receptors": list(receptors),
        "years": list(years),
        "discount": curves[0].discount.tolist(),
        "transfer": transfer.tolist(),
        "need": need.tolist(),
        "curves": [{"zone": zone, **written(curve)} for zone, curve in zip(zones, curves, strict=True)],
    }


def written(curve: AnyCurve) -> dict[str, Any]:
    """A curve as the rows of a certificate."""
    if not curve.count:
        return {"costs": [], "potential_t": [[]]}
    if isinstance(curve, Joined):
        parts = [written(part) for part in curve.curves]
        assert [len(part) for part in parts] == [2, 3], "steps and slopes, once each"
        return {**parts[0], **parts[1]}
    if isinstance(curve, Steps):
        return {"costs": curve.costs.tolist(), "potential_t": curve.potentials()}
    curve.most(0)
    return {"starts": curve.starts.tolist(), "slopes": curve.slopes.tolist(), "most_t": curve.most_each.tolist()}
