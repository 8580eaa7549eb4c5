"""A case of several pollutants to solve together, from two tables."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, NamedTuple

import msgspec
import numpy as np

from airshed.lab.equilibrium.cocontrol import ControlMeasures
from airshed.lab.equilibrium.curves import Floats, discounting
from airshed.model.refusal import Malformed
from airshed.zone.rows import read_rows

Tonnes = Annotated[float, msgspec.Meta(ge=0, le=1e12)]


class MeasureLine(msgspec.Struct, frozen=True):
    """What a measure takes out of one pollutant, t a year; a measure has a row for each, and the same cost in all."""

    zone: str
    source: str
    technology: str
    cost_yuan: Annotated[float, msgspec.Meta(ge=0, le=1e12)]
    pollutant: str
    removal_t: Tonnes


class NeedLine(msgspec.Struct, frozen=True):
    """What a zone would emit of a pollutant in a year without measures, and its cap, both in t."""

    zone: str
    pollutant: str
    year: Annotated[int, msgspec.Meta(ge=1900, le=2200)]
    baseline_t: Tonnes
    cap_t: Tonnes


class CoCase(NamedTuple):
    """Zones, pollutants, years and measures in the order of rows and columns; `need` by zone, pollutant and year."""

    zones: tuple[str, ...]
    pollutants: tuple[str, ...]
    years: tuple[int, ...]
    called: tuple[str, ...]
    measures: ControlMeasures
    need: Floats
    discount: Floats

    @property
    def names(self) -> tuple[tuple[str, ...], tuple[str, ...], tuple[int, ...], tuple[str, ...]]:
        """Names as a certificate takes them."""
        return self.zones, self.pollutants, self.years, self.called


def read_co_case(measures: Path, needs: Path, rate: float) -> CoCase:
    """The case of two CSV tables. Malformed, with file and line, for what is missing, twice or contradicts itself."""
    zones, pollutants, years, need = _needs(needs)
    rows: dict[tuple[str, str, str], dict[str, float]] = {}
    costs: dict[tuple[str, str, str], float] = {}
    for number, line in enumerate(read_rows(measures, MeasureLine), start=2):
        place, key = f"{measures} line {number}", (line.zone, line.source, line.technology)
        if line.zone not in zones:
            raise Malformed(place, f"no such zone {line.zone!r}", f"there are {', '.join(zones)}")
        if line.pollutant not in pollutants:
            raise Malformed(place, f"no such pollutant {line.pollutant!r}", f"there are {', '.join(pollutants)}")
        if costs.setdefault(key, line.cost_yuan) != line.cost_yuan:
            raise Malformed(place, f"another cost of {' '.join(key)}", "give a measure one cost")
        own = rows.setdefault(key, {})
        if line.pollutant in own:
            raise Malformed(place, f"{line.pollutant} of {' '.join(key)} stands twice", "keep one")
        own[line.pollutant] = line.removal_t
    made = ControlMeasures(
        np.array([costs[key] for key in rows], dtype=np.float64),
        np.array([[own.get(name, 0.0) for name in pollutants] for own in rows.values()]).reshape(
            len(rows), len(pollutants)
        ),
        np.array([zones.index(zone) for zone, _, _ in rows], dtype=np.int64),
    )
    called = tuple(f"{source} {technology}" for _, source, technology in rows)
    return CoCase(zones, pollutants, years, called, made, need, discounting(rate, len(years)))


def _needs(path: Path) -> tuple[tuple[str, ...], tuple[str, ...], tuple[int, ...], Floats]:
    lines = read_rows(path, NeedLine)
    if not lines:
        raise Malformed(str(path), "has no rows", "give a baseline and a cap for each zone, pollutant and year")
    zones = tuple(sorted({line.zone for line in lines}))
    pollutants = tuple(dict.fromkeys(line.pollutant for line in lines))
    years = tuple(sorted({line.year for line in lines}))
    if years != tuple(range(years[0], years[-1] + 1)):
        raise Malformed(str(path), f"the years {years[0]} to {years[-1]} have a hole", "give every year")
    need = np.full((len(zones), len(pollutants), len(years)), np.nan)
    for number, line in enumerate(lines, start=2):
        place = zones.index(line.zone), pollutants.index(line.pollutant), line.year - years[0]
        if not np.isnan(need[place]):
            said = f"{line.zone} {line.pollutant} {line.year} stands twice"
            raise Malformed(f"{path} line {number}", said, "keep one")
        need[place] = line.baseline_t - line.cap_t
    for z, p, t in np.argwhere(np.isnan(need)).tolist():
        raise Malformed(str(path), f"{zones[z]} has no row of {pollutants[p]} for {years[t]}", "give every one")
    return zones, pollutants, years, need
