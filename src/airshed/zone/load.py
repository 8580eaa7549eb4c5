"""Reads a zone strictly from its folder: every table, and what one says of another."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import msgspec

from airshed.market.sharing.division import RuleTerms
from airshed.model.refusal import Malformed
from airshed.rulebook.schema import Rulebook
from airshed.rulebook.shipped import shipped
from airshed.zone.criteria import read_criteria
from airshed.zone.cross_check import cross_check
from airshed.zone.outlines import read_outlines
from airshed.zone.rows import decoded, read_rows
from airshed.zone.zone import AbatementOption, BaselineYear, Place, ProductFactor, Stack, Technology, Zone, ZoneSource


class ZoneHead(msgspec.Struct, frozen=True):
    """What the loader needs of `zone.toml`; the rest of it is for the generator."""

    name_en: str
    name_zh: str
    seed: int
    baseline_years: tuple[int, ...]
    cost_year: Annotated[int, msgspec.Meta(ge=1900, le=2200)]
    jurisdictions: tuple[Place, ...]
    verifiers: Annotated[tuple[str, ...], msgspec.Meta(min_length=1)]
    #: What the facts of the inventory rest on, in English and Chinese.
    credits: tuple[tuple[str, str], ...]


def find(name: str) -> Path:
    """The folder of a zone: one of one's own, or by its name one that ships with Airshed; else `Malformed`."""
    return Path(name) if Path(name).is_dir() else shipped("zones", name)


def of_law(rules: Rulebook, name: str = "") -> Zone:
    """The zone of this folder or name under a law; the one that the rulebook names where none is.

    Malformed for a zone that cannot be read, or that has a jurisdiction of which the law knows nothing.
    """
    folder = find(name or rules.programme.zone)
    zone = load(folder)
    known = [place.code for place in rules.jurisdictions]
    for place in zone.jurisdictions:
        if place.code not in known:
            what = f"{place.code} is no jurisdiction of the rulebook {rules.programme.id}"
            raise Malformed(str(folder / "zone.toml"), what, f"there are {', '.join(known)}; give its rulebook")
    return zone


def load(folder: Path) -> Zone:
    """Read the inventory in `folder`, or raise `Malformed` naming file, line, column and cure."""
    head = read_head(folder)
    zone = Zone(
        name_en=head.name_en,
        name_zh=head.name_zh,
        seed=head.seed,
        baseline_years=head.baseline_years,
        cost_year=head.cost_year,
        jurisdictions=head.jurisdictions,
        verifiers=head.verifiers,
        credits=head.credits,
        sources=read_rows(folder / "sources.csv", ZoneSource),
        stacks=read_rows(folder / "stacks.csv", Stack),
        baseline=read_rows(folder / "baseline.csv", BaselineYear),
        technologies=read_rows(folder / "abatement.csv", Technology),
        options=read_rows(folder / "abatement_options.csv", AbatementOption),
        voc_factors=read_rows(folder / "voc_factors.csv", ProductFactor),
        default_factors=read_rows(folder / "default_factors.csv", ProductFactor),
        outlines=read_outlines(folder / "outlines.geojson"),
        criteria=read_criteria(table) if (table := folder / "criteria.csv").is_file() else RuleTerms(),
    )
    cross_check(folder, zone)
    return zone


def read_head(folder: Path) -> ZoneHead:
    """The names, years and jurisdictions of `zone.toml`."""
    path = folder / "zone.toml"
    return decoded(
        path, lambda raw: msgspec.toml.decode(raw, type=ZoneHead), "write it as zones/dianzhong/zone.toml is"
    )
