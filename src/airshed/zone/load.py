"""Reads a zone strictly from its folder: every table, and what one says of another."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, TypeVar

import msgspec

from airshed.market.sharing.division import RuleTerms
from airshed.model.refusal import Malformed
from airshed.rulebook.schema import Rulebook
from airshed.rulebook.shipped import shipped
from airshed.zone.criteria import read_criteria
from airshed.zone.cross_check import contradictions
from airshed.zone.outlines import read_outlines
from airshed.zone.rows import Row, decoded, rows_and_faults
from airshed.zone.zone import AbatementOption, BaselineYear, Place, ProductFactor, Stack, Technology, Zone, ZoneSource

Read = TypeVar("Read")

#: What is read of a zone's folder.
FILES = (
    "zone.toml",
    "sources.csv",
    "stacks.csv",
    "baseline.csv",
    "abatement.csv",
    "abatement_options.csv",
    "voc_factors.csv",
    "default_factors.csv",
    "outlines.geojson",
    "criteria.csv",
)


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
    """Read the inventory in `folder`; the first fault is raised as `Malformed` naming file, line, column and cure.

    The same texts in the same folder give the same object, as those of a law do.
    """
    return _loaded(folder, tuple(_bytes(folder / name) for name in FILES))


def _bytes(path: Path) -> bytes | None:
    try:
        return path.read_bytes() if path.is_file() else None
    except OSError:  # which `read` names
        return None


@lru_cache(maxsize=8)
def _loaded(folder: Path, texts: tuple[bytes | None, ...]) -> Zone:
    zone, faults = read(folder)
    if zone is None:
        raise faults[0]
    return zone


def read(folder: Path) -> tuple[Zone | None, list[Malformed]]:
    """The zone in a folder, or every fault that was found in it.

    What one table says of another is looked at when every table can be read.
    """
    faults: list[Malformed] = []

    def rows(file: str, kind: type[Row]) -> tuple[Row, ...]:
        found, wrong = rows_and_faults(folder / file, kind)
        faults.extend(wrong)
        return found

    def part(read_part: Callable[[Path], Read], path: Path) -> Read | None:
        try:
            return read_part(path)
        except Malformed as fault:
            faults.append(fault)
            return None

    head = part(read_head, folder)
    if not (folder / "zone.toml").is_file():
        return None, faults  # what it says is that this folder is no zone
    tables: dict[str, Any] = {
        "sources": rows("sources.csv", ZoneSource),
        "stacks": rows("stacks.csv", Stack),
        "baseline": rows("baseline.csv", BaselineYear),
        "technologies": rows("abatement.csv", Technology),
        "options": rows("abatement_options.csv", AbatementOption),
        "voc_factors": rows("voc_factors.csv", ProductFactor),
        "default_factors": rows("default_factors.csv", ProductFactor),
        "outlines": part(read_outlines, folder / "outlines.geojson"),
        "criteria": part(read_criteria, table) if (table := folder / "criteria.csv").is_file() else RuleTerms(),
    }
    if faults or head is None:
        return None, faults
    told = {name: getattr(head, name) for name in ZoneHead.__struct_fields__}
    zone = Zone(**told, **tables)
    faults += contradictions(folder, zone)
    return (None, faults) if faults else (zone, [])


def read_head(folder: Path) -> ZoneHead:
    """The names, years and jurisdictions of `zone.toml`."""
    path = folder / "zone.toml"
    return decoded(
        path, lambda raw: msgspec.toml.decode(raw, type=ZoneHead), "write it as zones/dianzhong/zone.toml is"
    )
