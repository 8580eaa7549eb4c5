"""Where a drawn works stands, and what it is called: by its city, sector and number alone."""

from __future__ import annotations

import random

import msgspec

from airshed.model.provenance import SIMULATED
from airshed.zone.outlets import Outlet
from airshed.zone.plan import PlannedPlace
from airshed.zone.zone import Role, SectorKind, ZoneSource


class Works(msgspec.Struct, frozen=True):
    """A works drawn: source, outlets, output of a mean year, whether its sulphur is measured, what output counts."""

    source: ZoneSource
    outlets: tuple[Outlet, ...]
    output: float
    sulphur: bool
    product: str


def code_of(place: PlannedPlace, kind: SectorKind, number: int) -> str:
    """The code of a works, as QJ-PWR-03."""
    return f"{place.code}-{kind.letters}-{number:02d}"


def shift_of(luck: random.Random) -> tuple[float, float]:
    """How far from the seat of a county a works is set down, in degrees north and east."""
    return luck.uniform(-0.03, 0.03), luck.uniform(-0.03, 0.03)


def near_a_seat(
    place: PlannedPlace,
    kind: SectorKind,
    number: int,
    luck: random.Random,
    *,
    capacity: float,
    process: str,
    start_year: int,
    role: Role,
    note: str | None,
) -> ZoneSource:
    """A works near the seat of the county that its number falls on."""
    return source_at(
        place,
        kind,
        number,
        seat=(number - 1) % len(place.counties),
        shift=shift_of(luck),
        altitude_m=luck.randint(*place.altitude_m),
        capacity=capacity,
        process=process,
        start_year=start_year,
        role=role,
        note=note,
    )


def source_at(
    place: PlannedPlace,
    kind: SectorKind,
    number: int,
    *,
    seat: int,
    shift: tuple[float, float],
    altitude_m: int,
    capacity: float,
    process: str,
    start_year: int,
    role: Role,
    note: str | None,
) -> ZoneSource:
    """A works by its city, sector and number."""
    county, _, lon, lat = place.counties[seat]
    code = code_of(place, kind, number)
    return ZoneSource(
        source=code,
        name_en=f"{place.works_en or place.name_en} {kind.name_en} works {number}",
        name_zh=f"{place.name_zh}{kind.name_zh}{number}号",
        jurisdiction=place.code,
        county=county,
        sector=kind.sector,
        account=code.lower(),
        group=None,
        capacity=capacity,
        capacity_measure=kind.capacity_measure,
        capacity_origin=SIMULATED,
        process=process,
        start_year=start_year,
        lat=round(lat + shift[0], 4),
        lon=round(lon + shift[1], 4),
        coordinate_accuracy=SIMULATED,
        altitude_m=altitude_m,
        status=SIMULATED,
        role=role,
        installed=(),
        origin=SIMULATED,
        note=note,
    )
