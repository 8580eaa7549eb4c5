"""Which allowances go when a source surrenders: oldest vintage, own jurisdiction, lowest serials first (I11)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from airshed.model.allowance import Blocks, Series, lowest

Holding = tuple[Series, int]


def order(series: Series, jurisdiction: str) -> tuple[int, bool, str]:
    """The place of a series in the order of surrender, for a source of `jurisdiction`; lower goes first."""
    return series.vintage, series.jurisdiction != jurisdiction, str(series)


def plan(holdings: Iterable[Holding], wanted: int, jurisdiction: str) -> tuple[Holding, ...]:
    """How many of each admitted series go; all there is where that is less than `wanted` (a part may be surrendered).

    >>> held = [(Series("SO2", "KM", 2027), 5), (Series("SO2", "QJ", 2026), 2), (Series("SO2", "KM", 2026), 3)]
    >>> [(str(series), count) for series, count in plan(held, 6, "KM")]
    [('SO2-KM-2026', 3), ('SO2-QJ-2026', 2), ('SO2-KM-2027', 1)]
    """
    assert wanted >= 0, wanted
    taken: list[Holding] = []
    for series, count in sorted(holdings, key=lambda holding: order(holding[0], jurisdiction)):
        part = min(count, wanted)
        if part:
            taken.append((series, part))
            wanted -= part
    return tuple(taken)


def serials(planned: Iterable[Holding], held: Mapping[Series, Blocks]) -> tuple[tuple[Series, Blocks], ...]:
    """The blocks that a plan takes: the lowest serials of each series."""
    return tuple((series, lowest(held[series], count)[0]) for series, count in planned)
