"""Proposes caps from what the zone emitted in its baseline years: the rows of `caps.csv`."""

from __future__ import annotations

from collections.abc import Iterator

from airshed.model.measures import KG_PER_T
from airshed.rulebook import lookup
from airshed.rulebook.schema import Rulebook
from airshed.rulebook.tables import Cap
from airshed.zone.zone import Zone

ALL_BASIS_POINTS = 10_000


def propose(zone: Zone, share_basis_points: int, vintage: int, rules: Rulebook | None = None) -> list[Cap]:
    """Caps of a vintage: a share of each jurisdiction's mean yearly emission, in whole tonnes, half upwards.

    Of all works and gases of the zone, or of those that owe under a law, for what it caps. The mean is that of the
    yearly totals of the jurisdiction, so that a source which began within these years counts with what it emitted and
    no more. Counts are allowances of one kilogram. A mass that nobody knows counts nothing: `unknown` says of which.
    """
    source_of = {source.source: source for source in zone.sources}
    codes = [kind.pollutant for kind in zone.pollutants] if rules is None else [rule.code for rule in rules.pollutants]
    emitted_kg: dict[tuple[str, str], int] = {}
    for year in zone.baseline:
        source = source_of[year.source]
        counted = (
            [(each.item, each.item) for each in year.emitted]
            if rules is None
            else [(rule.code, rule.measured) for rule in lookup.owed(rules, source.sector)]
        )
        for code, measured in counted:
            key = (code, source.jurisdiction)
            emitted_kg[key] = emitted_kg.get(key, 0) + (year.kg(measured) or 0)
    divisor = len(zone.baseline_years) * ALL_BASIS_POINTS * KG_PER_T
    return [
        Cap(
            pollutant=code,
            jurisdiction=place.code,
            vintage=vintage,
            count=(emitted_kg.get((code, place.code), 0) * share_basis_points + divisor // 2) // divisor * KG_PER_T,
        )
        for code in codes
        for place in zone.jurisdictions
    ]


def unknown(zone: Zone) -> Iterator[tuple[str, str]]:
    """Works and pollutants of which some year that has an output has no mass."""
    codes = [kind.pollutant for kind in zone.pollutants]
    lacking = (year for year in zone.baseline if len(year.emitted) < len(codes))
    yield from sorted({(year.source, code) for year in lacking for code in codes if year.kg(code) is None})
