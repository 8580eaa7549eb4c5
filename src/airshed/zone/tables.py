"""The tables of a zone as they stand in its folder, each row with its line."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, NamedTuple

import msgspec

from airshed.zone.profiles import LoadProfile
from airshed.zone.rows import Table, decoded, read_table
from airshed.zone.zone import (
    AbatementOption,
    BaselineFigure,
    FuelKind,
    Place,
    PollutantKind,
    ProductFactor,
    ProductKind,
    SectorKind,
    SideEffect,
    StackRow,
    Technology,
    TypicalLevel,
    ZoneSource,
)


class ZoneHead(msgspec.Struct, frozen=True):
    """What the loader needs of `zone.toml`; the rest of it is for the generator."""

    name_en: str
    name_zh: str
    seed: int
    baseline_years: tuple[int, ...]
    cost_year: Annotated[int, msgspec.Meta(ge=1900, le=2200)]
    #: Money that costs of abatement are in.
    currency: str
    jurisdictions: tuple[Place, ...]
    verifiers: Annotated[tuple[str, ...], msgspec.Meta(min_length=1)]
    #: What the facts of the inventory rest on, in English and Chinese.
    credits: tuple[tuple[str, str], ...]


class Tables(NamedTuple):
    """The tables of a zone as they stand in its folder."""

    pollutants: Table[PollutantKind]
    products: Table[ProductKind]
    sectors: Table[SectorKind]
    profiles: Table[LoadProfile]
    sources: Table[ZoneSource]
    stacks: Table[StackRow]
    concentrations: Table[TypicalLevel]
    baseline: Table[BaselineFigure]
    technologies: Table[Technology]
    options: Table[AbatementOption]
    factors: Table[ProductFactor]
    fuels: Table[FuelKind]
    side_effects: Table[SideEffect]


#: The file of each table, in their order.
TABLES = (
    "pollutants.csv",
    "products.csv",
    "sectors.csv",
    "profiles.csv",
    "sources.csv",
    "stacks.csv",
    "concentrations.csv",
    "baseline.csv",
    "abatement.csv",
    "abatement_options.csv",
    "factors.csv",
    "fuels.csv",
    "side_effects.csv",
)
#: What is read of a zone's folder.
FILES = ("zone.toml", *TABLES, "outlines.geojson", "criteria.csv")


def read_tables(folder: Path) -> Tables:
    """Every table of a folder, with its faults; of fuels and side effects a zone may say nothing."""
    fuels, effects = folder / "fuels.csv", folder / "side_effects.csv"
    return Tables(
        read_table(folder / "pollutants.csv", PollutantKind, ("sum_of",)),
        read_table(folder / "products.csv", ProductKind),
        read_table(folder / "sectors.csv", SectorKind),
        read_table(folder / "profiles.csv", LoadProfile),
        read_table(folder / "sources.csv", ZoneSource),
        read_table(folder / "stacks.csv", StackRow),
        read_table(folder / "concentrations.csv", TypicalLevel),
        read_table(folder / "baseline.csv", BaselineFigure),
        read_table(folder / "abatement.csv", Technology),
        read_table(folder / "abatement_options.csv", AbatementOption),
        read_table(folder / "factors.csv", ProductFactor),
        read_table(fuels, FuelKind) if fuels.is_file() else Table(fuels, (), (), ()),
        read_table(effects, SideEffect) if effects.is_file() else Table(effects, (), (), ()),
    )


def read_head(folder: Path) -> ZoneHead:
    """The names, years and jurisdictions of `zone.toml`."""
    path = folder / "zone.toml"
    return decoded(
        path, lambda raw: msgspec.toml.decode(raw, type=ZoneHead), "write it as zones/dianzhong/zone.toml is"
    )
