"""The schematic map: one polygon a jurisdiction, read from GeoJSON."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import msgspec

from airshed.zone.rows import decoded


class Outline(msgspec.Struct, frozen=True):
    """A jurisdiction on the schematic map: its ring of (lon, lat), closed."""

    code: str
    name_en: str
    name_zh: str
    ring: tuple[tuple[float, float], ...]
    schematic: bool


class _Outlined(msgspec.Struct, frozen=True):
    """The properties of a feature."""

    code: str
    name_en: str
    name_zh: str
    schematic: bool


class _Shape(msgspec.Struct, frozen=True):
    """The geometry of a feature."""

    type: Literal["Polygon"]
    coordinates: tuple[tuple[tuple[float, float], ...], ...]


class _Feature(msgspec.Struct, frozen=True):
    """A feature of `outlines.geojson`."""

    properties: _Outlined
    geometry: _Shape


class _Collection(msgspec.Struct, frozen=True):
    """The whole of `outlines.geojson`."""

    features: tuple[_Feature, ...]


def read_outlines(path: Path) -> tuple[Outline, ...]:
    """The rings of the schematic map."""
    map_ = decoded(path, lambda raw: msgspec.json.decode(raw, type=_Collection), "give one Polygon a jurisdiction")
    return tuple(
        Outline(
            each.properties.code,
            each.properties.name_en,
            each.properties.name_zh,
            each.geometry.coordinates[0],
            each.properties.schematic,
        )
        for each in map_.features
    )
