"""The equilibrium of a design: prices and who abates under its borders, its wall and its collar."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from airshed.lab.brief.designs import GUARD, Border, Collar, Wall
from airshed.lab.brief.world import WITHHELD, Ints, World
from airshed.lab.equilibrium.banking import equilibrium
from airshed.lab.equilibrium.curves import Floats, Steps
from airshed.lab.equilibrium.zones import zone_equilibrium

Flags = NDArray[np.bool_]

#: Equilibria that are remembered: moved assumptions have states in common with those that are not moved.
REMEMBERED = 256


class RowKind(IntEnum):
    """What a row of a curve is: a measure, less output, the office's sale at the ceiling, its purchase at the floor."""

    MEASURE = 0
    LESS = 1
    CEILING = 2
    FLOOR = 3


class TradingCell(NamedTuple):
    """Sources of a city that may trade with each other; `cap` and `base` (T,) in t."""

    city: int
    sources: Flags
    cap: Floats
    base: Floats


class CurveRows(NamedTuple):
    """Rows of a curve: `cost` (n,) yuan/t, `width` (n, T) t, what each is, and which step or cell it belongs to."""

    cost: Floats
    width: Floats
    what: Ints
    which: Ints


@dataclass(frozen=True, slots=True)
class TakersOutcome:
    """What price-takers do; S sources, N steps, C cities, T years.

    `price` (S, T) in current yuan/t where each source trades; `taken` (N, T) t abated by each step; `less` (S, T) t by
    less output; `extra` and `withheld` (C, T) t that the office sells at the ceiling and buys at the floor; `cost`
    discounted yuan of measures and less output.
    """

    price: Floats
    taken: Floats
    less: Floats
    extra: Floats
    withheld: Floats
    cost: float

    def emitted(self, world: World) -> Floats:
        """Emissions by source and year (S, T), t."""
        found: Floats = world.baseline[:, None] * world.growth[None, :] - self.less
        np.subtract.at(found, world.step_source, self.taken)
        return found

    def spent(self, world: World) -> Floats:
        """What each source spends on abatement, the tax that this saves not taken off (S, T), undiscounted yuan."""
        found: Floats = self.less * (world.backstop + world.tax)
        np.add.at(found, world.step_source, self.taken * (world.cost[:, None] + world.tax))
        return found

    def prices(self, world: World) -> Floats:
        """The price in each city (C, T), the mean over its sources by what they emit."""
        weights = world.baseline
        found = np.zeros((len(world.cities), self.price.shape[1]))
        for c in range(len(world.cities)):
            there = world.city == c
            found[c] = (self.price[there] * weights[there, None]).sum(axis=0) / max(float(weights[there].sum()), 1e-12)
        return found


def by_city(world: World, amounts: Floats) -> Floats:
    """Amounts of sources (S, T) summed by city (C, T)."""
    found = np.zeros((len(world.cities), amounts.shape[1]))
    np.add.at(found, world.city, amounts)
    return found


def cells_of(world: World, wall: Wall) -> list[list[TradingCell]]:
    """Who trades with whom if borders are open: lists of cells. Behind a wall a side keeps its part of the city's
    cap.
    """
    base = world.baseline[:, None] * world.growth[None, :]
    sides = [world.side >= 0] if wall == "none" else [world.side == 0, world.side == 1]
    found = []
    for side in sides:
        cells = []
        for c in range(len(world.cities)):
            there = side & (world.city == c)
            whole = float(world.baseline[world.city == c].sum())
            if there.any() and whole > 0:
                part = float(world.baseline[there].sum()) / whole
                cells.append(TradingCell(c, there, part * world.caps[c], base[there].sum(axis=0)))
        if cells:
            found.append(cells)
    return found


class Rivals:
    """The groups of firms of a market, each beside all others: what both sides add up to, for all groups at once."""

    def __init__(self, world: World, sources: Flags) -> None:
        there = np.flatnonzero(sources)
        owners = world.group[there]
        #: Numbers of the groups, as they first stand among the sources.
        self.groups: list[int] = list(dict.fromkeys(owners.tolist()))
        own = [owners == group for group in self.groups]
        #: Sources of one part after the other, each behind a zero: so a part is added up as if it stood alone.
        parts = [np.append(-1, there[mine]) for each in own for mine in (each, ~each)]
        self._places, self._starts = np.concatenate(parts), np.cumsum([0, *(len(part) for part in parts[:-1])])

    def sums(self, amounts: Floats) -> tuple[list[float], list[float]]:
        """Amounts of sources (S,) summed over each group, and over all that are not in it."""
        found = np.add.reduceat(np.append(amounts, 0.0)[self._places], self._starts).tolist()
        return found[::2], found[1::2]


class TradingGroup(NamedTuple):
    """Sources that may trade with each other under a design: the city if borders are closed, whether they are walled
    in, their cap of the first year, t, and the firms that they are of.
    """

    city: int | None
    walled: bool
    sources: Flags
    cap: float
    rivals: Rivals


def trading_of(world: World, border: Border, wall: Wall) -> list[TradingGroup]:
    """The markets of a design."""
    found = []
    for cells in cells_of(world, wall):
        walled = wall == "wall" and bool(world.side[cells[0].sources].all())
        for own in [[cell] for cell in cells] if border == "cities" else [cells]:
            there = np.any([cell.sources for cell in own], axis=0)
            city = own[0].city if border == "cities" else None
            cap = sum(float(cell.cap[0]) for cell in own)
            found.append(TradingGroup(city, walled, there, cap, Rivals(world, there)))
    return found


class WorldFigures:
    """A world as far as markets look at it; two worlds whose figures are the same have the same markets."""

    __slots__ = ("known", "world")

    def __init__(self, world: World) -> None:
        self.world = world
        self.known = (
            *(len(names) for names in (world.cities, world.years, world.sources)),
            *(
                column.tobytes()
                for column in (world.city, world.side, world.baseline, world.growth, world.caps, world.discount)
            ),
            *(column.tobytes() for column in (world.step_source, world.cost, world.potential)),
            None if world.transfer is None else world.transfer.tobytes(),
            *(world.backstop, world.tax, world.floor, world.ceiling),
        )

    def __eq__(self, other: object) -> bool:
        return isinstance(other, WorldFigures) and self.known == other.known

    def __hash__(self) -> int:
        return hash(self.known)


def solve(world: World, border: Border, wall: Wall, collar: Collar, guard: float = GUARD) -> TakersOutcome:
    """The competitive equilibrium with banking. Less output is a row of every curve, so there always is one.

    `guard` is the part by which a guarded zone lets a receptor's load lie above what the caps would bring. Whoever asks
    leaves what is given as it is.
    """
    return _solved(WorldFigures(world), border, wall, collar, guard)


@lru_cache(maxsize=REMEMBERED)
def _solved(figures: WorldFigures, border: Border, wall: Wall, collar: Collar, guard: float) -> TakersOutcome:
    world = figures.world
    sources, years, cities = len(world.sources), len(world.years), len(world.cities)
    price = np.zeros((sources, years))
    taken, less = np.zeros((len(world.cost), years)), np.zeros((sources, years))
    extra, withheld = np.zeros((cities, years)), np.zeros((cities, years))
    cost = 0.0
    for cells in cells_of(world, wall):
        for own, rows, paid, tonnes in _cleared(world, cells, border, collar, guard):
            fills = _filled(rows, tonnes)
            real = rows.what <= RowKind.LESS
            cost += float((fills[real] * (rows.cost[real, None] + world.tax)).sum(axis=0) @ world.discount)
            measures = rows.what == RowKind.MEASURE
            taken[rows.which[measures]] += fills[measures]
            for number, cell in enumerate(own):
                price[cell.sources] = paid

                def of(
                    kind: RowKind, mine: Flags = rows.which == number, fills: Floats = fills, rows: CurveRows = rows
                ) -> Floats:
                    found: Floats = fills[mine & (rows.what == kind)].sum(axis=0)
                    return found

                weights = world.baseline[cell.sources] / float(world.baseline[cell.sources].sum())
                less[cell.sources] += weights[:, None] * of(RowKind.LESS)
                extra[cell.city] += of(RowKind.CEILING)
                if collar == "collar":
                    withheld[cell.city] += np.maximum(0.0, WITHHELD * cell.cap - of(RowKind.FLOOR))
    return TakersOutcome(price, taken, less, extra, withheld, cost)


class PricedCells(NamedTuple):
    """Cells that paid one price: `paid` (T,) current yuan/t, `tonnes` (T,) of all rows together."""

    cells: Sequence[TradingCell]
    rows: CurveRows
    paid: Floats
    tonnes: Floats


def _cleared(
    world: World, cells: Sequence[TradingCell], border: Border, collar: Collar, guard: float
) -> list[PricedCells]:
    """Cells that may trade, cleared each by itself, together, or together as far as the receptors let them."""
    if border == "guarded":
        return _guarded(world, cells, collar, guard)
    found = []
    for market in [[cell] for cell in cells] if border == "cities" else [cells]:
        rows = rows_of(world, market, collar)
        need = sum((_need(cell, collar) for cell in market), np.zeros(len(world.years)))
        done = equilibrium(Steps(rows.cost, rows.width, world.discount), need, world.discount)
        found.append(PricedCells(market, rows, done.price, done.abated))
    return found


def _guarded(world: World, cells: Sequence[TradingCell], collar: Collar, guard: float) -> list[PricedCells]:
    """One market in which no receptor may get more than `guard` above what the caps would bring, nor the zone more."""
    assert world.transfer is not None, "no matrix"
    own = [rows_of(world, [cell], collar) for cell in cells]
    curves = [Steps(rows.cost, rows.width, world.discount) for rows in own]
    columns = world.transfer[:, [cell.city for cell in cells]]
    needs, caps = np.array([_need(cell, collar) for cell in cells]), np.array([cell.cap for cell in cells])
    matrix = np.vstack([columns, np.ones((1, len(cells)))])
    limits = np.vstack([columns @ needs - guard * (columns @ caps), needs.sum(axis=0, keepdims=True)])
    done = zone_equilibrium(curves, matrix, limits, world.discount)
    return [
        PricedCells([cell], rows, done.price[z], done.abated[z])
        for z, (cell, rows) in enumerate(zip(cells, own, strict=True))
    ]


def _need(cell: TradingCell, collar: Collar) -> Floats:
    """What a cell must abate by itself; the floor's rows give back what is withheld."""
    need: Floats = cell.base - cell.cap
    return need + WITHHELD * cell.cap if collar == "collar" else need


def rows_of(world: World, cells: Sequence[TradingCell], collar: Collar) -> CurveRows:
    """The rows of cells' curves, the cheapest first; equal ones as they stand."""
    years = len(world.years)
    there = np.any([cell.sources for cell in cells], axis=0)
    steps = np.flatnonzero(there[world.step_source])
    cost, width = [world.cost[steps]], [np.repeat(world.potential[steps][:, None], years, axis=1)]
    what, which = [np.full(len(steps), int(RowKind.MEASURE))], [steps]
    special = [(RowKind.LESS, world.backstop)]
    if collar == "collar":
        special += [(RowKind.CEILING, world.ceiling), (RowKind.FLOOR, world.floor)]
    for number, cell in enumerate(cells):
        for kind, paid in special:
            cost.append(np.array([paid]))
            width.append((WITHHELD * cell.cap if kind == RowKind.FLOOR else cell.base)[None, :])
            what.append(np.array([int(kind)]))
            which.append(np.array([number]))
    costs = np.concatenate(cost)
    order = np.argsort(costs, kind="stable")
    return CurveRows(costs[order], np.vstack(width)[order], np.concatenate(what)[order], np.concatenate(which)[order])


def _filled(rows: CurveRows, tonnes: Floats) -> Floats:
    """What each row abates (n, T): the cheapest whole, the last in part."""
    ends = np.cumsum(rows.width, axis=0)
    found: Floats = np.clip(tonnes[None, :] - (ends - rows.width), 0.0, rows.width)
    return found
