"""Proposes caps from what the zone emitted in its baseline years: the rows of `caps.csv`."""

from __future__ import annotations

from collections.abc import Iterator

from airshed.model.measures import KG_PER_T
from airshed.rulebook.tables import Cap
from airshed.zone.zone import Zone

ALL_BASIS_POINTS = 10_000


def propose(zone: Zone, share_basis_points: int, vintage: int) -> list[Cap]:
    """Caps of a vintage: a share of each jurisdiction's mean yearly emission, in whole tonnes, half upwards.

    The mean is that of the yearly totals of the jurisdiction, so that a source which began within these years
    counts with what it emitted and no more. Counts are allowances of one kilogram. A mass that nobody knows counts
    nothing: `unknown` says of which.
    """
    place_of = {source.source: source.jurisdiction for source in zone.sources}
    emitted_kg: dict[tuple[str, str], int] = {}
    for year in zone.baseline:
        for each in year.emitted:
            key = (each.item, place_of[year.source])
            emitted_kg[key] = emitted_kg.get(key, 0) + each.amount
    divisor = len(zone.baseline_years) * ALL_BASIS_POINTS * KG_PER_T
    return [
        Cap(
            pollutant=kind.pollutant,
            jurisdiction=place.code,
            vintage=vintage,
            count=(emitted_kg.get((kind.pollutant, place.code), 0) * share_basis_points + divisor // 2)
            // divisor
            * KG_PER_T,
        )
        for kind in zone.pollutants
        for place in zone.jurisdictions
    ]


def unknown(zone: Zone) -> Iterator[tuple[str, str]]:
    """Works and pollutants of which some year that has an output has no mass."""
    found = {
        (year.source, kind.pollutant)
        for year in zone.baseline
        for kind in zone.pollutants
        if year.kg(kind.pollutant) is None
    }
    yield from sorted(found)
