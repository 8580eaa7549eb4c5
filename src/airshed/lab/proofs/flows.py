"""The proof of an equilibrium under a law: balances and limits as rows, what moves as flows, all added up anew.

Whether the rows are those of a law is what the law says; that the plan keeps them and none costs less is shown here.
"""

from __future__ import annotations

from typing import Literal

import msgspec
import numpy as np

from airshed.lab.proofs.ladders import Ladder
from airshed.lab.proofs.market import MOST_GAP, CurveRow, ladder_of
from airshed.lab.proofs.reading import (
    LARGEST,
    ROUNDING,
    SOLVE_AGAIN,
    DoesNotHold,
    Floats,
    agree,
    close,
    factors,
    figures,
    held,
    named,
    none_below_zero,
)
from airshed.model.provenance import Figures

FORMAT = "airshed lawful equilibrium 1"


class BalanceRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A balance or a limit: abatement as (place, year, coefficient), numbered from 0, and flows, `least` at least."""

    name: str
    least: float
    abated: tuple[tuple[int, int, float], ...]


class FlowRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Up to `most` t may move at `cost` discounted yuan/t; `cells` are (row, what a tonne adds there)."""

    name: str
    cost: float
    most: float
    cells: tuple[tuple[int, float], ...]
    moved: float


class LawfulCertificate(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A case and its answer. `duals` are those of rows, discounted yuan; `abated` by place and year, t."""

    format: Literal["airshed lawful equilibrium 1"]
    law: str
    pollutant: str
    #: The law's articles that were left out.
    left_out: tuple[str, ...]
    zones: tuple[str, ...]
    years: tuple[int, ...]
    discount: tuple[float, ...]
    curves: tuple[CurveRow, ...]
    rows: tuple[BalanceRow, ...]
    flows: tuple[FlowRow, ...]
    duals: tuple[float, ...]
    abated: tuple[tuple[float, ...], ...]
    cost: float
    bound: float
    gap: float
    #: SHA-256 of all the rest as canonical JSON (keys sorted, no blanks).
    digest: str
    #: What its figures are; not part of what is proved, nor of the digest.
    provenance: Figures | None = None


def check(text: bytes | str, place: str = "certificate") -> LawfulCertificate:
    """The certificate, if it holds. Malformed, naming the first thing that does not, otherwise."""
    return held(text, LawfulCertificate, place, _holds, SOLVE_AGAIN)


def _holds(found: LawfulCertificate) -> None:
    zones, years = len(found.zones), len(found.years)
    for what, names in (("zones", found.zones), ("years", found.years), ("rows", [row.name for row in found.rows])):
        named(what, names)
    if [curve.zone for curve in found.curves] != list(found.zones):
        raise DoesNotHold("curves and zones do not fit each other")
    discount = factors(found.discount, years)
    duals = figures("duals", found.duals, (len(found.rows),), "one a row")
    abated = figures("abated", found.abated, (zones, years), f"{zones} rows of {years}")
    for name, table in (("duals", duals), ("abated", abated)):
        none_below_zero(name, table)
    _keeps(found, abated)
    _meets(found, tuple(ladder_of(row, years) for row in found.curves), discount, duals, abated)


def _keeps(found: LawfulCertificate, abated: Floats) -> None:
    """Every row is kept by what is abated and what moves, and nothing moves beyond its most."""
    least = figures("least", tuple(row.least for row in found.rows), (len(found.rows),))
    left, sizes = -least, np.abs(least)
    for r, row in enumerate(found.rows):
        for z, t, part in row.abated:
            _inside(row.name, z, len(found.zones), part)
            _inside(row.name, t, len(found.years), part)
            left[r] += part * abated[z, t]
            sizes[r] += abs(part) * abated[z, t]
    for flow in found.flows:
        if not (abs(flow.cost) <= LARGEST and 0 <= flow.moved <= flow.most * (1 + ROUNDING) <= LARGEST):
            raise DoesNotHold(f"{flow.name}: {flow.moved:g} t move of {flow.most:g}")
        for r, part in flow.cells:
            _inside(flow.name, r, len(found.rows), part)
            left[r] += part * flow.moved
            sizes[r] += abs(part) * flow.moved
    for r in np.flatnonzero(~(left >= -ROUNDING * np.maximum(sizes, 1.0))).tolist():
        raise DoesNotHold(f"{found.rows[r].name} is not kept: {left[r]:g} t")


def _inside(name: str, number: int, many: int, part: float) -> None:
    if not 0 <= number < many or not abs(part) <= LARGEST:
        raise DoesNotHold(f"{name} names what is not there")


def _meets(
    found: LawfulCertificate, ladders: tuple[Ladder, ...], discount: Floats, duals: Floats, abated: Floats
) -> None:
    """Cost and bound on the whole curves are those that are said, and meet."""
    prices = np.zeros(abated.shape)
    cost = scale = rent = value = moved = 0.0
    for row, dual in zip(found.rows, duals.tolist(), strict=True):
        value += dual * row.least
        moved += abs(dual * row.least)
        for z, t, part in row.abated:
            prices[z, t] += part * dual
    for z, (zone, ladder) in enumerate(zip(found.zones, ladders, strict=True)):
        for t, year in enumerate(found.years):
            factor, tonnes, most = float(discount[t]), float(abated[z, t]), ladder.most(t)
            if not tonnes <= most * (1 + ROUNDING):
                raise DoesNotHold(f"zone {zone} abates {tonnes:g} t of {most:g} in {year}")
            spent, size = ladder.cost(t, tonnes)
            cost += spent * factor
            scale += size * factor
            rent += ladder.rent(t, float(prices[z, t]) / factor) * factor
    for flow in found.flows:
        worth = sum(part * float(duals[r]) for r, part in flow.cells)
        cost += flow.cost * flow.moved
        scale += abs(flow.cost * flow.moved)
        rent += flow.most * max(0.0, worth - flow.cost)
    total = scale + moved + rent
    bound = value - rent
    agree("cost", found.cost, cost, max(1.0, total))
    agree("bound", found.bound, bound, max(1.0, total))
    close(cost, bound, found.gap, total, MOST_GAP, scale)
