"""The proof of an equilibrium of one pollutant: cities, receptors, trading ratios and reserves, added up anew."""

from __future__ import annotations

from typing import Literal, NamedTuple

import msgspec
import numpy as np

from airshed.lab.proofs.ladders import Ladder
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

FORMAT = "airshed equilibrium 1"
#: The gap up to which a plan counts as the cheapest; a solver's own is some thousand times smaller.
MOST_GAP = 1e-6
#: How far banks and what a stability reserve answers may differ, as a part of the largest need.
SETTLED = 2e-6


class CurveRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The steps of a zone: undiscounted yuan/t ascending, and t that each can abate in each year (or in all alike).

    And its quadratic costs: where each marginal cost starts (yuan/t), its slope (yuan/t for each t), and the most t.
    """

    zone: str
    costs: tuple[float, ...] = ()
    potential_t: tuple[tuple[float, ...], ...] = ()
    starts: tuple[float, ...] = ()
    slopes: tuple[float, ...] = ()
    most_t: tuple[float, ...] = ()


class RatioRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An allowance of one receptor becomes `ratio` of another; `moved` is what was taken of the first in each year."""

    origin: str
    target: str
    ratio: float
    moved: tuple[float, ...]


class Stability(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A stability reserve: its lines and lots in t, what it began with, the need before it, and what it changed."""

    upper: float
    middle: float
    lower: float
    rate: float
    release: float
    held: float
    need: tuple[float, ...]
    #: Of each year's supply, t; below zero it took out.
    change: tuple[float, ...]


class MarketCertificate(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
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
    trades: tuple[RatioRow, ...] = ()
    stability: Stability | None = None
    #: What its figures are; not part of what is proved, nor of the digest.
    provenance: Figures | None = None


def check(text: bytes | str, place: str = "certificate") -> MarketCertificate:
    """The certificate, if it holds. Malformed, naming the first thing that does not, otherwise.

    Nothing is believed: the load of each receptor and year, the cost of the abatement on the whole curves and the
    Lagrangian bound at the duals are worked out again, and the two must meet. Numpy adds up; no solver takes part.
    """
    return held(text, MarketCertificate, place, _holds, SOLVE_AGAIN)


class _Tables(NamedTuple):
    discount: Floats
    transfer: Floats
    need: Floats
    duals: Floats
    abated: Floats
    bank: Floats
    ladders: tuple[Ladder, ...]


def _holds(found: MarketCertificate) -> None:
    tables = _tables(found)
    _keeps(found, tables)
    if found.stability is not None:
        _answers(found, found.stability, tables)
    _prices(found, tables)
    _meets(found, tables)


def _tables(found: MarketCertificate) -> _Tables:
    zones, receptors, years = len(found.zones), len(found.receptors), len(found.years)
    for what, names in (("zones", found.zones), ("receptors", found.receptors), ("years", found.years)):
        named(what, names)
    if list(found.years) != list(range(found.years[0], found.years[0] + years)):
        raise DoesNotHold("the years do not follow one another")
    if [curve.zone for curve in found.curves] != list(found.zones):
        raise DoesNotHold("curves and zones do not fit each other")
    shapes = (
        ("transfer", found.transfer, receptors, zones),
        ("need", found.need, receptors, years),
        ("duals", found.duals, receptors, years),
        ("abated", found.abated, zones, years),
        ("bank", found.bank, receptors, years),
    )
    made = {
        name: figures(name, rows, (many, across), f"{many} rows of {across}") for name, rows, many, across in shapes
    }
    for name in ("transfer", "duals", "abated", "bank"):
        none_below_zero(name, made[name])
    ladders = tuple(ladder_of(row, years) for row in found.curves)
    return _Tables(factors(found.discount, years), **made, ladders=ladders)


def ladder_of(row: CurveRow, years: int) -> Ladder:
    """The curve of a zone; its figures in order and from zero up."""
    name = f"the curve of {row.zone}"
    costs = figures(f"{name}: costs", row.costs, (len(row.costs),))
    if list(row.costs) != sorted(row.costs):
        raise DoesNotHold(f"{name} falls: its costs do not ascend")
    many = len(row.potential_t)
    if row.costs and many not in (1, years):
        raise DoesNotHold(f"{name}: its potentials do not fit its costs and the years")
    widths = (
        figures(f"{name}: its potentials", row.potential_t, (many, len(row.costs)), "one a cost")
        if row.costs
        else np.zeros((1, 0))
    )
    none_below_zero(f"{name}: its potentials", widths)
    shape = (len(row.slopes),)
    slopes, starts, most = (
        figures(f"{name}: {what}", rows, shape, "one a slope")
        for what, rows in (("slopes", row.slopes), ("starts", row.starts), ("most", row.most_t))
    )
    if (slopes <= 0).any():
        raise DoesNotHold(f"{name} falls: a slope is not above zero")
    none_below_zero(f"{name}: most", most)
    return Ladder(costs, widths, starts, slopes, most)


def _keeps(found: MarketCertificate, tables: _Tables) -> None:
    """Every receptor is kept in every year: load taken away, bank before, what trades bring and take."""
    need, bank = tables.need, tables.bank
    loads = tables.transfer @ tables.abated
    left, sizes = loads - need, np.abs(need) + loads
    for way in found.trades:
        if way.origin not in found.receptors or way.target not in found.receptors or way.origin == way.target:
            raise DoesNotHold(f"a trade from {way.origin} to {way.target} is none between two receptors")
        if not 0 < way.ratio <= LARGEST:
            raise DoesNotHold(f"the ratio from {way.origin} to {way.target} is not above zero")
        name = f"what moves from {way.origin} to {way.target}"
        moved = figures(name, way.moved, (len(found.years),), f"{len(found.years)} figures")
        none_below_zero(name, moved)
        origin, target = found.receptors.index(way.origin), found.receptors.index(way.target)
        left[origin] -= moved
        left[target] += way.ratio * moved
        for k, tonnes in ((origin, moved), (target, way.ratio * moved)):
            sizes[k] += tonnes
    if found.banking:
        left[:, 1:] += bank[:, :-1]
        left -= bank
        sizes = np.maximum.accumulate(sizes + bank, axis=1)
    for k, t in np.argwhere(~(left >= -ROUNDING * sizes)).tolist():
        raise DoesNotHold(f"receptor {found.receptors[k]} is not kept in {found.years[t]}: {left[k, t]:g}")
    if found.stability is not None:
        for k, t in np.argwhere(~(left <= ROUNDING * sizes)).tolist():
            raise DoesNotHold(f"the bank of {found.years[t]} is {left[k, t]:g} less than what is held")


def _prices(found: MarketCertificate, tables: _Tables) -> None:
    """Nobody gains by keeping an allowance, nor by trading it round: else the bound is none."""
    if found.banking:
        for k, t in np.argwhere(np.diff(tables.duals, axis=1) > 0).tolist():
            raise DoesNotHold(
                f"the discounted dual of {found.receptors[k]} rises in {found.years[t + 1]} while allowances may be"
                " banked"
            )
    names = list(found.receptors)
    best = np.eye(len(names))
    for way in found.trades:
        origin, target = names.index(way.origin), names.index(way.target)
        best[origin, target] = max(best[origin, target], way.ratio)
        dear = way.ratio * tables.duals[target]
        for t in np.flatnonzero(~(tables.duals[origin] >= dear * (1 - ROUNDING))).tolist():
            raise DoesNotHold(f"in {found.years[t]} an allowance of {way.origin} is worth more as one of {way.target}")
    for middle in range(len(names)):
        best = np.maximum(best, best[:, middle : middle + 1] * best[middle : middle + 1, :])
    for k in np.flatnonzero(np.diag(best) > 1 + ROUNDING).tolist():
        raise DoesNotHold(f"a round of trades makes {best[k, k]:g} allowances of {names[k]} of one")


def _meets(found: MarketCertificate, tables: _Tables) -> None:
    """Cost and bound on the whole curves are those that are said, and meet."""
    cost = scale = rent = 0.0
    discounted = tables.transfer.T @ tables.duals
    for zone, ladder, tonnes, prices in zip(found.zones, tables.ladders, tables.abated, discounted, strict=True):
        for t, year in enumerate(found.years):
            most, factor = ladder.most(t), float(tables.discount[t])
            if not tonnes[t] <= most * (1 + ROUNDING):
                raise DoesNotHold(f"zone {zone} abates {tonnes[t]:g} t of {most:g} in {year}")
            spent, moved = ladder.cost(t, float(tonnes[t]))
            cost += spent * factor
            rent += ladder.rent(t, float(prices[t]) / factor) * factor
            scale += moved * factor
    values = tables.duals * tables.need
    bound = float(values.sum()) - rent
    total = scale + float(np.abs(values).sum()) + rent
    agree("cost", found.cost, cost, max(1.0, total))
    agree("bound", found.bound, bound, max(1.0, total))
    close(cost, bound, found.gap, total, MOST_GAP, scale)


def _answers(found: MarketCertificate, rule: Stability, tables: _Tables) -> None:
    """What the reserve changed is what its rule answers to the banks, and the need is what it left."""
    if len(found.receptors) != 1 or not found.banking:
        raise DoesNotHold("a stability reserve asks for one market with banking")
    years = len(found.years)
    before, change = (
        figures(f"the reserve's {what}", rows, (years,), f"{years} figures")
        for what, rows in (("need", rule.need), ("change", rule.change))
    )
    if not 0 <= rule.lower <= rule.middle <= rule.upper or not 0 <= rule.rate <= 1:
        raise DoesNotHold("the reserve's lines do not ascend, or its rate is no part")
    if not 0 <= rule.release <= LARGEST or not 0 <= rule.held <= LARGEST:
        raise DoesNotHold("the reserve's lot or stock is below zero")
    size = max(1.0, float(np.abs(before).max()))
    wrong = ~(np.abs(before - change - tables.need[0]) <= ROUNDING * size)
    for t in np.flatnonzero(wrong).tolist():
        raise DoesNotHold(f"the need of {found.years[t]} is not what the reserve left of it")
    stock = rule.held
    for t, year in enumerate(found.years):
        wanted = min(answered(rule, float(tables.bank[0, t - 1])), stock) if t else 0.0
        if not abs(float(change[t]) - wanted) <= SETTLED * size:
            raise DoesNotHold(f"the reserve changes {change[t]:,.3f} t in {year}; its rule says {wanted:,.3f}")
        stock -= float(change[t])


def answered(rule: Stability, circulating: float) -> float:
    """What the rule does to the next supply when so much circulates (EU decision 2015/1814, as amended)."""
    if circulating > rule.upper:
        return -rule.rate * circulating
    if circulating >= rule.middle:
        return -(circulating - rule.middle)
    return rule.release if circulating < rule.lower else 0.0
