"""The default matrix of a zone: its stacks, a wind rose and the plume, until a transport model has a better one."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import msgspec

from airshed.lab.air.plume import DIRECTIONS, FARTHEST_M, MIXING_M, Chimney, Wind, away, load_ng_m3
from airshed.model.refusal import Malformed
from airshed.zone.rows import read_rows
from airshed.zone.zone import Stack, Zone, expected_kg

WHOLE_BASIS_POINTS = 10_000
#: What stands in the column `origin` of a matrix that the plume made.
INDICATIVE = "indicative: built-in Gaussian plume"


class AirReceptor(msgspec.Struct, frozen=True):
    """A place where the air is measured, one row of `air_receptors.csv`."""

    receptor: str
    name_en: str
    name_zh: str
    jurisdiction: str
    lat: Annotated[float, msgspec.Meta(ge=-90, le=90)]
    lon: Annotated[float, msgspec.Meta(ge=-180, le=180)]
    origin: str


class StackHeight(msgspec.Struct, frozen=True):
    """How high the stacks of a process are, one row of `stack_heights.csv`."""

    process: str
    height_m: Annotated[float, msgspec.Meta(gt=0, le=500)]
    origin: str


class MatrixCell(msgspec.Struct, frozen=True):
    """A coefficient of the matrix: what a tonne a year from a jurisdiction adds at a receptor, in ng/m3."""

    receptor: str
    jurisdiction: str
    coefficient: float
    stacks: int
    #: Of them, those beyond the range in which a plume is trusted.
    too_far: int


class MatrixOrigin(msgspec.Struct, frozen=True):
    """What a matrix is made of, beside the zone's stacks."""

    receptors: tuple[AirReceptor, ...]
    rose: tuple[Wind, ...]
    heights: Mapping[str, float]


def read_transfer(folder: Path) -> MatrixOrigin:
    """Receptors, wind rose and stack heights of a zone's folder. Malformed, with file and line, for what is none."""
    receptors = read_rows(folder / "air_receptors.csv", AirReceptor)
    rose = read_rows(folder / "wind_rose.csv", Wind)
    heights: dict[str, float] = {}
    for line, row in enumerate(read_rows(folder / "stack_heights.csv", StackHeight), start=2):
        if row.process in heights:
            raise Malformed(f"{folder / 'stack_heights.csv'} line {line}", f"{row.process!r} stands twice", "keep one")
        heights[row.process] = row.height_m
    names = [each.receptor for each in receptors]
    for line, name in enumerate(names, start=2):
        if names.index(name) != line - 2:
            raise Malformed(f"{folder / 'air_receptors.csv'} line {line}", f"{name!r} stands twice", "name it once")
    if not receptors:
        raise Malformed(str(folder / "air_receptors.csv"), "has no rows", "name where the air is measured")
    for line, wind in enumerate(rose, start=2):
        if wind.wind_from not in DIRECTIONS:
            place = f"{folder / 'wind_rose.csv'} line {line} column wind_from"
            raise Malformed(place, f"no such direction {wind.wind_from!r}", f"there are {', '.join(DIRECTIONS)}")
    total = sum(wind.share_basis_points for wind in rose)
    if total != WHOLE_BASIS_POINTS:
        raise Malformed(
            f"{folder / 'wind_rose.csv'} column share_basis_points",
            f"the shares add up to {total}",
            f"make them {WHOLE_BASIS_POINTS}",
        )
    return MatrixOrigin(receptors, rose, heights)


def default_matrix(
    zone: Zone,
    transfer: MatrixOrigin,
    pollutant: str,
    *,
    rise: bool = True,
    mixing_m: float = MIXING_M,
) -> tuple[MatrixCell, ...]:
    """The coefficient of each receptor and jurisdiction: the mean over its stacks, by what each emits in a year.

    Malformed if a process has no height, or a jurisdiction no stack that measures the pollutant.
    """
    sources = {each.source: each for each in zone.sources}
    chimneys: dict[str, list[tuple[Chimney, float]]] = {each.code: [] for each in zone.jurisdictions}
    for stack in zone.stacks:
        mass = expected_kg(stack, pollutant)
        if mass:
            source = sources[stack.source]
            chimneys[source.jurisdiction].append((_chimney(stack, source.lat, source.lon, transfer), mass))
    for code, own in chimneys.items():
        if not own:
            raise Malformed(
                f"stacks of {code}", f"none measures {pollutant}", "give the matrix as a CSV of a transport model"
            )
    cells: list[MatrixCell] = []
    for receptor in transfer.receptors:
        for code, own in chimneys.items():
            total = sum(mass for _, mass in own)
            load = sum(
                mass * load_ng_m3(chimney, receptor.lat, receptor.lon, transfer.rose, rise=rise, mixing_m=mixing_m)
                for chimney, mass in own
            )
            far = [away(chimney.lat, chimney.lon, receptor.lat, receptor.lon)[0] > FARTHEST_M for chimney, _ in own]
            cells.append(MatrixCell(receptor.receptor, code, load / total, len(own), sum(far)))
    return tuple(cells)


def _chimney(stack: Stack, lat: float, lon: float, transfer: MatrixOrigin) -> Chimney:
    height = transfer.heights.get(stack.process)
    if height is None:
        raise Malformed("stack_heights.csv", f"no row for the process {stack.process!r}", "add its height")
    diameter = math.sqrt(4 * stack.area_m2 / math.pi)
    return Chimney(lat, lon, height, diameter, stack.velocity_m_s, stack.temperature_c)
