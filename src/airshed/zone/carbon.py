"""What follows from other figures: CO2 from the fuel that a works burnt, groups of gases from their parts, their steps.

Nothing is written over: a mass that the zone's own tables have stands. What cannot be followed stays unknown.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from airshed.zone.tables import Tables
from airshed.zone.zone import (
    AbatementOption,
    BaselineFigure,
    BaselineYear,
    FuelKind,
    Method,
    PollutantKind,
    ProductFactor,
    Technology,
    ZoneSource,
)

CO2 = "CO2"
#: Molar mass of CO2 over that of carbon.
CO2_PER_CARBON = 44 / 12
G_PER_KG = 1000


class KnownZone(NamedTuple):
    """What of a zone is needed to follow a mass from others."""

    fuels: Mapping[str, FuelKind]
    factors: Mapping[tuple[str, str], ProductFactor]
    sector_of: Mapping[str, str]
    #: What works of a sector give off nothing of: what has a factor of 0.
    never: Mapping[str, Sequence[str]]
    kinds: Mapping[str, PollutantKind]
    groups: tuple[PollutantKind, ...]


def known_of(tables: Tables) -> KnownZone:
    """That, from the tables of a zone."""
    kinds = {each.pollutant: each for each in tables.pollutants.rows}
    never: dict[str, list[str]] = {}
    for each in tables.factors.rows:
        if not each.factor_g and each.pollutant in kinds:
            never.setdefault(each.sector, []).append(each.pollutant)
    return KnownZone(
        {each.fuel: each for each in tables.fuels.rows},
        {(each.sector, each.pollutant): each for each in tables.factors.rows},
        {each.source: each.sector for each in tables.sources.rows},
        never,
        kinds,
        tuple(each for each in tables.pollutants.rows if each.sum_of),
    )


def fuel_co2_kg(fuel: FuelKind, amount: float) -> float:
    """Kilograms of CO2 from so much of a fuel: amount x calorific value x carbon x oxidation x 44/12 (IPCC 2006, 2.1).

    >>> coal = FuelKind("raw-coal", "Raw coal", "原煤", "t", 20.908, 26.1, 93.0, "published", "")
    >>> round(fuel_co2_kg(coal, 1), 1)
    1860.8
    """
    return amount * fuel.ncv_gj * fuel.carbon_kg_per_gj * fuel.oxidation_percent / 100 * CO2_PER_CARBON


def followed(
    figures: Mapping[str, BaselineFigure],
    made: BaselineFigure | None,
    burnt: Sequence[BaselineFigure],
    known: KnownZone,
) -> dict[str, BaselineFigure]:
    """The masses of a works in a year that follow from its other figures: by pollutant, made and burnt."""
    there = made or next(iter((*figures.values(), *burnt)))
    found: dict[str, BaselineFigure] = {}
    for pollutant in known.never.get(known.sector_of[there.source], ()):
        if pollutant not in figures:
            found[pollutant] = _figure(there, pollutant, 0, "factor")
    if burnt and CO2 in known.kinds and CO2 not in figures:
        kg = _co2_kg(made, burnt, known)
        if kg is not None:
            found[CO2] = _figure(burnt[0], CO2, kg, "balance")
    for group in known.groups:
        parts = [found.get(part) or figures.get(part) for part in group.sum_of]
        masses = [part for part in parts if part is not None]
        if group.pollutant not in figures and len(masses) == len(parts):
            kg = sum(each.amount * known.kinds[each.item].weight for each in masses)
            found[group.pollutant] = _figure(masses[0], group.pollutant, kg, "balance")
    return found


def _co2_kg(made: BaselineFigure | None, burnt: Sequence[BaselineFigure], known: KnownZone) -> float | None:
    """CO2 of the fuels and, where a factor says that the process gives some beside them, of the output."""
    kg = sum(fuel_co2_kg(known.fuels[each.item], each.amount) for each in burnt)
    factor = known.factors.get((known.sector_of[burnt[0].source], CO2))
    if factor is None:
        return kg
    if made is None or made.item != factor.product:
        return None
    return kg + made.amount * factor.factor_g / G_PER_KG


def _figure(like: BaselineFigure, item: str, kg: float, method: Method) -> BaselineFigure:
    """A mass that follows from figures of that works and year."""
    return BaselineFigure(like.source, like.year, item, round(kg), method, like.origin)


def fits(source: ZoneSource, technology: Technology) -> bool:
    """Whether a technology is for the sector and the process of a works."""
    return technology.sector == source.sector and technology.applies_to in (None, source.process)


def options_that_follow(tables: Tables, years: Sequence[BaselineYear]) -> Iterator[AbatementOption]:
    """Steps against greenhouse gases, which no file has because their mass is in none: cheapest first, at central cost.

    Each takes its part of what the cheaper ones leave of the mean of the years. Rows of the zone's own stand instead.
    """
    given = {(each.source, each.pollutant) for each in tables.options.rows}
    warm = [each.pollutant for each in tables.pollutants.rows if each.warms]
    masses: dict[tuple[str, str], list[int]] = {}
    for year in years:
        for figure in year.emitted:
            masses.setdefault((year.source, figure.item), []).append(figure.amount)
    for source in tables.sources.rows:
        for pollutant in warm:
            known = masses.get((source.source, pollutant), [])
            if not known or (source.source, pollutant) in given:
                continue
            left = sum(known) / len(known)
            steps = sorted(
                (each.central_per_t, each.technology, each.step_percent)
                for each in tables.technologies.rows
                if each.pollutant == pollutant and fits(source, each) and each.technology not in source.installed
            )
            for number, (cost, technology, percent) in enumerate(steps, start=1):
                potential = int(left * percent / 100)
                left -= potential
                yield AbatementOption(source.source, pollutant, number, technology, potential, cost, source.origin)
