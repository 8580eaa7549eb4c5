"""Cases from tables: rows of curves, caps and coefficients, each named where it stands when it does not fit."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from airshed.lab.equilibrium.case import (
    Air,
    CapLine,
    Case,
    CityLoadLine,
    CurveLine,
    LoadLine,
    RatioLine,
    SlopeLine,
    curves_of,
)
from airshed.lab.equilibrium.curves import discounting
from airshed.lab.equilibrium.zones import CrossTrade
from airshed.model.near import near
from airshed.model.refusal import Malformed
from airshed.zone.rows import read_rows


def read_case(curves: Path | None, caps: Path, rate: float, slopes: Path | None = None) -> Case:
    """A case from CSV tables: caps, and steps, slopes or both.

    Malformed, with file and line, if a zone or a year is missing or stands twice, or a curve falls.
    """
    steps = read_rows(curves, CurveLine) if curves else ()
    sloped = read_rows(slopes, SlopeLine) if slopes else ()
    for path, rows in ((curves, steps), (slopes, sloped)):
        if path and not rows:
            raise Malformed(str(path), "has no rows", "give a row for each step that a source can take")
    return tabled(
        steps,
        read_rows(caps, CapLine),
        rate,
        sloped,
        places=(f"{curves} line", f"{caps} line", f"{slopes} line"),
        first=2,
    )


def tabled(
    steps: Sequence[CurveLine],
    lines: Sequence[CapLine],
    rate: float,
    slopes: Sequence[SlopeLine] = (),
    *,
    places: tuple[str, str, str] = ("curves row", "caps row", "slopes row"),
    first: int = 1,
) -> Case:
    """A case from rows of curves and caps; `places` say where those stand, before their numbers from `first`."""
    step_place, cap_place, slope_place = places
    caps = cap_place.rpartition(" ")[0]
    if not lines:
        raise Malformed(caps, "has no rows", "give a baseline and a cap for each zone and year")
    zones = tuple(sorted({line.zone for line in lines}))
    years = tuple(range(min(line.year for line in lines), max(line.year for line in lines) + 1))
    baseline, limit = np.full((len(zones), len(years)), np.nan), np.full((len(zones), len(years)), np.nan)
    stands = [["" for _ in years] for _ in zones]
    for number, line in enumerate(lines, start=first):
        z, t = zones.index(line.zone), line.year - years[0]
        if stands[z][t]:
            raise Malformed(f"{cap_place} {number}", f"{line.zone} {line.year} stands twice", "keep one")
        stands[z][t] = f"{cap_place} {number}"
        baseline[z, t], limit[z, t] = line.baseline_t, line.cap_t
    for t, year in enumerate(years):
        if not any(own[t] for own in stands):
            raise Malformed(caps, f"the years {years[0]} to {years[-1]} have a hole at {year}", "give every year")
    for z, t in np.argwhere(np.isnan(baseline)).tolist():
        raise Malformed(caps, f"{zones[z]} has no row for {years[t]}", "give every zone every year")
    standing = [(f"{step_place} {number}", step.zone) for number, step in enumerate(steps, start=first)]
    standing += [(f"{slope_place} {number}", line.zone) for number, line in enumerate(slopes, start=first)]
    for place, zone in standing:
        if zone not in zones:
            raise Malformed(place, f"no such zone {zone!r}", near(zone, zones))
    _rising(steps, step_place, first)
    made = curves_of(zones, discounting(rate, len(years)), steps, slopes)
    return Case(zones, years, rate, made, baseline, limit, places=tuple(map(tuple, stands)))


def _rising(steps: Sequence[CurveLine], place: str, first: int) -> None:
    """The steps of a source as they are taken, each at least as dear as the one before."""
    last: dict[tuple[str, str], CurveLine] = {}
    for number, step in enumerate(steps, start=first):
        before = last.get((step.zone, step.source))
        if before is not None and step.cost_yuan_per_t < before.cost_yuan_per_t:
            raise Malformed(
                f"{place} {number}",
                f"the curve of {step.source} falls: {step.technology} costs {step.cost_yuan_per_t:,.2f} yuan/t after"
                f" {before.technology} at {before.cost_yuan_per_t:,.2f}",
                "put the cheaper row first; if it needs the dearer one, give both as one row at their mean cost",
            )
        last[step.zone, step.source] = step


def read_air(path: Path, zones: Sequence[str]) -> Air:
    """Receptors and coefficients from a CSV table. Malformed, with its line, if a pair is missing, twice or unknown.

    The column of zones may be called `jurisdiction`, as `airshed call matrix` writes it.
    """
    lines: Sequence[LoadLine]
    if _of_cities(path):
        cities = read_rows(path, CityLoadLine)
        lines = [LoadLine(row.receptor, row.jurisdiction, row.coefficient, row.origin) for row in cities]
    else:
        lines = read_rows(path, LoadLine)
    return aired(lines, zones, f"{path} line", first=2)


def _of_cities(path: Path) -> bool:
    try:
        with path.open(encoding="utf-8-sig") as file:
            return file.readline().strip().split(",") == list(CityLoadLine.__struct_fields__)
    except (OSError, UnicodeDecodeError):
        return False


def aired(lines: Sequence[LoadLine], zones: Sequence[str], place: str = "matrix row", first: int = 1) -> Air:
    """Receptors and coefficients from rows; `place` says where they stand, before their numbers from `first`."""
    table = place.rpartition(" ")[0]
    receptors = tuple(dict.fromkeys(line.receptor for line in lines))
    transfer = np.full((len(receptors), len(zones)), np.nan)
    for number, line in enumerate(lines, start=first):
        if line.zone not in zones:
            raise Malformed(f"{place} {number}", f"no such zone {line.zone!r}", f"there are {', '.join(zones)}")
        cell = receptors.index(line.receptor), list(zones).index(line.zone)
        if not np.isnan(transfer[cell]):
            raise Malformed(f"{place} {number}", f"{line.receptor} and {line.zone} stand twice", "keep one")
        transfer[cell] = line.coefficient
    for k, z in np.argwhere(np.isnan(transfer)).tolist():
        raise Malformed(table, f"{receptors[k]} has no coefficient for {zones[z]}", "give every pair")
    if not receptors:
        raise Malformed(table, "has no rows", "give a coefficient for each receptor and zone")
    return Air(receptors, transfer, tuple(dict.fromkeys(line.origin for line in lines)))


def read_ratios(path: Path, zones: Sequence[str]) -> tuple[tuple[CrossTrade, ...], tuple[str, ...]]:
    """Trading ratios and who says so, from a CSV table (Hung and Shaw 2005).

    Malformed, with its line, if a way is unknown, twice or leads nowhere, or if a round of ways that this line closes
    makes more allowances than it took: transport that goes both ways has receptors, and no ratios.
    """
    lines = read_rows(path, RatioLine)
    if not lines:
        raise Malformed(str(path), "has no rows", "give a ratio for each way in which an allowance may go")
    seen: set[tuple[str, str]] = set()
    best = np.eye(len(zones))
    for number, line in enumerate(lines, start=2):
        place = f"{path} line {number}"
        for zone in (line.zone, line.to_zone):
            if zone not in zones:
                raise Malformed(place, f"no such zone {zone!r}", near(zone, zones))
        if line.zone == line.to_zone:
            raise Malformed(place, f"from {line.zone} to itself", "name two zones")
        if (line.zone, line.to_zone) in seen:
            raise Malformed(place, f"{line.zone} to {line.to_zone} stands twice", "keep one")
        seen.add((line.zone, line.to_zone))
        one, other = list(zones).index(line.zone), list(zones).index(line.to_zone)
        if line.ratio * best[other, one] > 1 + 1e-9:
            said = f"a round by {line.to_zone} back to {line.zone} makes {line.ratio * best[other, one]:g} of one"
            raise Malformed(place, said, "lower a ratio, or give receptors with --matrix")
        best = np.maximum(best, np.outer(best[:, one], best[other, :]) * line.ratio)
    trades = tuple(
        CrossTrade(list(zones).index(line.zone), list(zones).index(line.to_zone), line.ratio) for line in lines
    )
    return trades, tuple(dict.fromkeys(line.origin for line in lines))
