"""A zone as frames: a shipped one, all of it simulated or indicative, so that work can begin; or one's own."""

from __future__ import annotations

from typing import NamedTuple

import polars as pl

from airshed.lab.equilibrium.case import CurveLine, case_of, measured_of, steps_of
from airshed.lab.frames.reading import figure, frame_of
from airshed.lab.frames.sharing import SourceYear
from airshed.market.allocation import parts
from airshed.rulebook import lookup
from airshed.rulebook.load import find, load
from airshed.zone.activities import zone_activities
from airshed.zone.load import of_law

_CURVE = {
    "zone": pl.String,
    "source": pl.String,
    "technology": pl.String,
    "cost_yuan_per_t": pl.Float64,
    "potential_t": pl.Float64,
}
_SOURCE = {
    "source": pl.String,
    "jurisdiction": pl.String,
    "sector": pl.String,
    "year": pl.Int64,
    "emitted_kg": pl.Int64,
    "output": pl.Int64,
    "benchmark_g": pl.Int64,
    "quota_g": pl.Int64,
}


class ZoneTables(NamedTuple):
    """A zone and pollutant as the frames that the other functions take, and where their figures come from.

    * `curves`: zone, source, technology, cost_yuan_per_t, potential_t (t a year); a row a step of abatement.
    * `caps`: zone, year, baseline_t, cap_t (t); a row a zone and year.
    * `sources`: source, jurisdiction, sector, year, emitted_kg, output, benchmark_g, quota_g (g per product); a row a
      source and baseline year.
    """

    curves: pl.DataFrame
    caps: pl.DataFrame
    #: Incumbents alone; new entrants are served from the reserve.
    sources: pl.DataFrame
    #: receptor, zone, coefficient, origin; no rows if the rulebook has no matrix of the pollutant.
    matrix: pl.DataFrame
    #: Allowances of the first year that are given away: caps less reserve and auction.
    pool: int
    origins: tuple[str, ...]


def zone_tables(
    rulebook: str = "dianzhong",
    pollutant: str = "SO2",
    *,
    zone: str = "",
    years: int = 10,
    growth: float = 0.01,
    decline: float = 0.03,
) -> ZoneTables:
    """The zone of a rulebook (its name, or the path of its folder), or another `zone`, over some years.

    Frames of curves (a row a step), caps (a row a zone and year), sources (a row a source and baseline year), matrix.
    Emissions without abatement are the mean of the baseline years and grow by `growth` a year; caps beyond the
    rulebook's vintages fall by `decline` a year, both fractions; in a hole between them the earlier one's hold. `years`
    from 1 to 100. Malformed for what the rulebook does not know.
    """
    years = figure(years, "years", 1, 100, int)
    growth, decline = figure(growth, "growth", -0.5, 1, float), figure(decline, "decline", -0.5, 1, float)
    rules = load(find(rulebook))
    code, region = measured_of(rules, pollutant, "pollutant"), of_law(rules, zone)
    case = case_of(region, rules, code, years, 0.05, growth, decline)
    cells = [(z, t) for z in range(len(case.zones)) for t in range(years)]
    caps = pl.DataFrame(
        {
            "zone": [case.zones[z] for z, _ in cells],
            "year": [case.years[t] for _, t in cells],
            "baseline_t": case.baseline.ravel(),
            "cap_t": case.caps.ravel(),
        }
    )
    place_of = {source.source: source.jurisdiction for source in region.sources}
    lines = [
        SourceYear(each.source, place_of[each.source], each.sector, year, kg, output, each.benchmark_g, each.quota_g)
        for each in zone_activities(region, rules, pollutant)
        if not each.entrant
        for year, kg, output in zip(each.years, each.emitted_kg, each.output, strict=True)
    ]
    pool = 0
    for row in rules.caps.rows:
        if row.pollutant == pollutant and row.vintage == case.years[0]:
            law = lookup.local(rules, row.jurisdiction).allocation
            pool += parts(row.count, law.reserve_basis_points, law.auction_basis_points).free
    matrix = [
        (row.receptor, row.jurisdiction, float(row.coefficient), row.origin)
        for row in rules.transfer.rows
        if row.pollutant == pollutant
    ]
    return ZoneTables(
        curves=frame_of(steps_of(region, code), CurveLine, _CURVE),
        caps=caps,
        sources=frame_of(lines, SourceYear, _SOURCE),
        matrix=pl.DataFrame(
            matrix,
            schema={"receptor": pl.String, "zone": pl.String, "coefficient": pl.Float64, "origin": pl.String},
            orient="row",
        ),
        pool=pool,
        origins=case.origins,
    )
