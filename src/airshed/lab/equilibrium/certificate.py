"""The proof of an equilibrium: the whole case and its answer, checked again without a solver."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from typing import Any, Literal

import msgspec
import numpy as np

from airshed.lab.equilibrium.banking import Equilibrium
from airshed.lab.equilibrium.curves import Floats, Slopes, Steps
from airshed.lab.equilibrium.zones import ZoneEquilibrium, zone_bound
from airshed.model.refusal import Malformed

FORMAT = "airshed equilibrium 1"
#: How far sums of floats in another order may differ, as a part of what is added up.
ROUNDING = 1e-9


class CurveRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The steps of a zone: undiscounted yuan/t ascending, and t that each can abate in each year (or in all alike).

    Or its quadratic costs: where each marginal cost starts (yuan/t), its slope (yuan/t for each t), and the most t.
    """

    zone: str
    costs: tuple[float, ...] = ()
    potential_t: tuple[tuple[float, ...], ...] = ()
    starts: tuple[float, ...] = ()
    slopes: tuple[float, ...] = ()
    most_t: tuple[float, ...] = ()


class Certificate(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A case and its answer. Rows of `transfer`, `need`, `duals` and `bank` are receptors, of `abated` zones."""

    format: Literal["airshed equilibrium 1"]
    zones: tuple[str, ...]
    receptors: tuple[str, ...]
    years: tuple[int, ...]
    discount: tuple[float, ...]
    banking: bool
    transfer: tuple[tuple[float, ...], ...]
    need: tuple[tuple[float, ...], ...]
    curves: tuple[CurveRow, ...]
    #: Discounted, yuan per load.
    duals: tuple[tuple[float, ...], ...]
    abated: tuple[tuple[float, ...], ...]
    bank: tuple[tuple[float, ...], ...]
    cost: float
    bound: float
    gap: float
    #: SHA-256 of all the rest as canonical JSON (keys sorted, no blanks).
    digest: str


def certificate(
    zones: Sequence[str],
    receptors: Sequence[str],
    years: Sequence[int],
    curves: Sequence[Steps | Slopes],
    transfer: Floats,
    need: Floats,
    found: ZoneEquilibrium | Equilibrium,
    *,
    banking: bool = True,
) -> dict[str, Any]:
    """The certificate of an equilibrium as plain values, ready for JSON; names are those of rows and columns."""
    if isinstance(found, Equilibrium):
        duals, abated, bank = (each[None, :] for each in (found.discounted, found.abated, found.bank))
    else:
        duals, abated, bank = found.lambdas, found.abated, found.bank
    made = {
        "format": FORMAT,
        "zones": list(zones),
        "receptors": list(receptors),
        "years": list(years),
        "discount": curves[0].discount.tolist(),
        "banking": banking,
        "transfer": transfer.tolist(),
        "need": need.tolist(),
        "curves": [{"zone": zone, **_written(curve)} for zone, curve in zip(zones, curves, strict=True)],
        "duals": duals.tolist(),
        "abated": abated.tolist(),
        "bank": bank.tolist(),
        "cost": found.cost,
        "bound": found.bound,
        "gap": found.gap,
    }
    return {**made, "digest": digest(made)}


def digest(plain: dict[str, Any]) -> str:
    """SHA-256 of a certificate without its digest."""
    rest = {key: value for key, value in plain.items() if key != "digest"}
    return hashlib.sha256(json.dumps(rest, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def check(text: bytes | str, place: str = "certificate") -> Certificate:
    """The certificate, if it holds. Malformed, naming the first thing that does not, otherwise.

    Nothing is believed: the load of each receptor and year, the cost of the abatement on the whole curves and the
    Lagrangian bound at the duals are worked out again. Numpy adds up; no solver takes part.
    """
    try:
        found = msgspec.json.decode(text, type=Certificate)
        plain = json.loads(text)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Malformed(
            place, str(error)[:200], "give a file that airshed lab equilibrium --certificate wrote"
        ) from None
    if digest(plain) != found.digest:
        raise Malformed(place, "the digest is that of another text", "ask for the certificate again")
    fault = _fault(found, place)
    if fault:
        raise Malformed(place, fault, "the equilibrium does not stand; solve it again")
    return found


def _fault(found: Certificate, place: str) -> str:
    """The first thing that does not hold; empty if all does."""
    zones, receptors, years = len(found.zones), len(found.receptors), len(found.years)
    shapes = {
        "transfer": (found.transfer, (receptors, zones)),
        "need": (found.need, (receptors, years)),
        "duals": (found.duals, (receptors, years)),
        "abated": (found.abated, (zones, years)),
        "bank": (found.bank, (receptors, years)),
    }
    columns: dict[str, Floats] = {}
    for name, (rows, shape) in shapes.items():
        if len(rows) != shape[0] or any(len(row) != shape[1] for row in rows):
            return f"{name} is not {shape[0]} rows of {shape[1]}"
        columns[name] = np.array(rows, dtype=np.float64).reshape(shape)
        if not np.isfinite(columns[name]).all():
            return f"{name} has a figure that is none"
    if [curve.zone for curve in found.curves] != list(found.zones) or len(found.discount) != years:
        return "curves, zones, years and discount do not fit each other"
    curves = [_curve(row, found.discount, place) for row in found.curves]
    if (columns["transfer"] < 0).any():
        return "a coefficient of the transfer is below zero"
    return _sums(found, curves, columns)


def _sums(found: Certificate, curves: Sequence[Steps | Slopes], columns: dict[str, Floats]) -> str:
    duals, abated, bank, need = columns["duals"], columns["abated"], columns["bank"], columns["need"]
    if (duals < 0).any():
        return "a dual is below zero"
    if found.banking and (np.diff(duals, axis=1) > 0).any():
        return "a discounted dual rises while allowances may be banked"
    loads = columns["transfer"] @ abated
    sizes = np.abs(need) + loads + np.abs(bank) + 1.0
    before = np.concatenate((np.zeros((len(need), 1)), bank[:, :-1]), axis=1) if found.banking else np.zeros(need.shape)
    left = loads + before - need - (bank if found.banking else 0.0)
    for k, t in np.argwhere((left < -ROUNDING * sizes) | (bank < 0)).tolist():
        return f"receptor {found.receptors[k]} is not kept in {found.years[t]}: {left[k, t]:g}"
    cost = 0.0
    for z, curve in enumerate(curves):
        for t in range(len(found.years)):
            tonnes, most = float(abated[z, t]), curve.most(t)
            if not 0 <= tonnes <= most * (1 + ROUNDING):
                return f"zone {found.zones[z]} abates {tonnes:g} t of {most:g} in {found.years[t]}"
            cost += curve.cost(t, min(tonnes, most))
    bound = zone_bound(curves, columns["transfer"], need, duals)
    gap = abs(cost - bound) / max(abs(cost), 1.0)
    for name, said, is_ in (("cost", found.cost, cost), ("bound", found.bound, bound), ("gap", found.gap, gap)):
        if abs(said - is_) > ROUNDING * max(1.0, abs(is_)):
            return f"the {name} is {is_:.6f}, not {said:.6f}"
    return ""


def _written(curve: Steps | Slopes) -> dict[str, Any]:
    if not curve.count:
        return {"costs": [], "potential_t": [[]]}
    if isinstance(curve, Steps):
        return {"costs": curve.costs.tolist(), "potential_t": curve.potentials()}
    return {"starts": curve.starts.tolist(), "slopes": curve.slopes.tolist(), "most_t": curve.most_each.tolist()}


def _curve(row: CurveRow, discount: Sequence[float], place: str) -> Steps | Slopes:
    if row.slopes:
        if row.costs or not len(row.starts) == len(row.slopes) == len(row.most_t):
            raise Malformed(place, f"the slopes of {row.zone} do not fit", "give one start, slope and most each")
        return Slopes(row.slopes, row.most_t, discount, row.starts)
    widths = np.array(row.potential_t, dtype=np.float64)
    if widths.ndim != 2 or widths.shape not in ((1, len(row.costs)), (len(discount), len(row.costs))):
        raise Malformed(place, f"the potentials of {row.zone} do not fit its costs", "give one a cost and year")
    if list(row.costs) != sorted(row.costs):
        raise Malformed(
            place, f"the costs of {row.zone} do not ascend", "the equilibrium does not stand; solve it again"
        )
    return Steps(np.array(row.costs), widths[0] if len(widths) == 1 else widths.T, np.array(discount))
