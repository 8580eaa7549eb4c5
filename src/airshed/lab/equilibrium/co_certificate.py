"""The proof of a co-control equilibrium: all measures, needs and prices, checked again without a solver."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Literal

import msgspec
import numpy as np

from airshed.lab.equilibrium.certificate import ROUNDING, digest
from airshed.lab.equilibrium.cocontrol import CoEquilibrium, Measures, co_bound, co_cost, taken_by
from airshed.lab.equilibrium.curves import Floats
from airshed.model.refusal import Malformed

FORMAT = "airshed co-control 1"

Table = tuple[tuple[tuple[float, ...], ...], ...]


class MeasureRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A measure: its zone, yuan a year, and t a year of each pollutant; and the part of it used in each year."""

    zone: str
    name: str
    cost: float
    removal_t: tuple[float, ...]
    use: tuple[float, ...]


class CoCertificate(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A case of several pollutants and its answer; tables are by zone, pollutant and year."""

    format: Literal["airshed co-control 1"]
    zones: tuple[str, ...]
    pollutants: tuple[str, ...]
    years: tuple[int, ...]
    discount: tuple[float, ...]
    banking: bool
    #: Undiscounted yuan/t at which any tonne more is sold.
    ceiling: float
    measures: tuple[MeasureRow, ...]
    need: Table
    extra: Table
    #: Discounted yuan/t.
    prices: Table
    cost: float
    bound: float
    gap: float
    #: SHA-256 of all the rest as canonical JSON (keys sorted, no blanks).
    digest: str


def co_certificate(
    names: tuple[Sequence[str], Sequence[str], Sequence[int], Sequence[str]],
    measures: Measures,
    need: Floats,
    discount: Floats,
    ceiling: float,
    found: CoEquilibrium,
    *,
    banking: bool = True,
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
        "prices": found.proof.tolist(),
        "cost": found.cost,
        "bound": found.bound,
        "gap": found.gap,
    }
    return {**made, "digest": digest(made)}


def co_check(text: bytes | str, place: str = "certificate") -> CoCertificate:
    """The certificate, if it holds. Malformed, naming the first thing that does not, otherwise.

    Every need, the cost of what is used and bought, and the Lagrangian bound at the prices are worked out again.
    """
    try:
        found = msgspec.json.decode(text, type=CoCertificate)
        plain = json.loads(text)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Malformed(place, str(error)[:200], "give a file that airshed lab cocontrol --certificate wrote") from None
    if digest(plain) != found.digest:
        raise Malformed(place, "the digest is that of another text", "ask for the certificate again")
    fault = _fault(found)
    if fault:
        raise Malformed(place, fault, "the equilibrium does not stand; solve it again")
    return found


def _fault(found: CoCertificate) -> str:
    """The first thing that does not hold; empty if all does."""
    shape = (len(found.zones), len(found.pollutants), len(found.years))
    tables: list[Floats] = []
    for name, table in (("need", found.need), ("extra", found.extra), ("prices", found.prices)):
        rows = [len(row) for zone in table for row in zone]
        if [len(zone) for zone in table] != [shape[1]] * shape[0] or rows != [shape[2]] * (shape[0] * shape[1]):
            return f"{name} is not a table of {shape[0]} zones, {shape[1]} pollutants and {shape[2]} years"
        tables.append(np.array(table, dtype=np.float64).reshape(shape))
        if not np.isfinite(tables[-1]).all():
            return f"{name} has a figure that is none"
    if len(found.discount) != shape[2] or not all(factor > 0 for factor in found.discount) or not found.ceiling > 0:
        return "discount and ceiling are not above zero, or do not fit the years"
    for number, row in enumerate(found.measures, 1):
        if row.zone not in found.zones or len(row.removal_t) != shape[1] or len(row.use) != shape[2]:
            return f"measure {number} ({row.name}) does not fit zones, pollutants and years"
        if not row.cost >= 0 or not all(each >= 0 for each in row.removal_t):
            return f"measure {number} ({row.name}) has a figure below zero"
        if not all(0 <= each <= 1 for each in row.use):
            return f"measure {number} ({row.name}) is used more than once over"
    return _sums(found, *tables)


def _sums(found: CoCertificate, need: Floats, extra: Floats, prices: Floats) -> str:
    factors = np.array(found.discount)
    if (extra < 0).any():
        return "less than nothing is bought at the ceiling"
    if (prices < 0).any() or (prices > found.ceiling * factors * (1 + ROUNDING)).any():
        return "a price is below zero or above the ceiling"
    if found.banking and (np.diff(prices, axis=2) > 0).any():
        return "a discounted price rises while allowances may be banked"
    measures = Measures(
        np.array([row.cost for row in found.measures]),
        np.array([row.removal_t for row in found.measures]).reshape(len(found.measures), len(found.pollutants)),
        np.array([found.zones.index(row.zone) for row in found.measures], dtype=np.int64),
    )
    use = np.array([row.use for row in found.measures]).reshape(len(found.measures), len(found.years))
    taken = taken_by(measures, use, need.shape) + extra
    over = np.cumsum(taken - need, axis=2) if found.banking else taken - need
    sizes = 1.0 + np.abs(need).sum(axis=2, keepdims=True) + taken.sum(axis=2, keepdims=True)
    for z, p, t in np.argwhere(over < -ROUNDING * sizes).tolist():
        return f"{found.pollutants[p]} of {found.zones[z]} is not kept in {found.years[t]}: {over[z, p, t]:g} t"
    cost = co_cost(measures, use, extra, factors, found.ceiling)
    bound = co_bound(measures, need, factors, prices)
    gap = max(0.0, cost - bound) / max(abs(cost), 1.0)
    for name, said, is_ in (("cost", found.cost, cost), ("bound", found.bound, bound), ("gap", found.gap, gap)):
        if abs(said - is_) > ROUNDING * max(1.0, abs(is_)):
            return f"the {name} is {is_:.6f}, not {said:.6f}"
    return ""
