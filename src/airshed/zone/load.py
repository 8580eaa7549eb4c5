"""Reads a zone strictly from its folder: every table, and what one says of another."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import TypeVar

import msgspec

from airshed.market.sharing.division import RuleTerms
from airshed.model.refusal import Malformed
from airshed.rulebook.currencies import not_money
from airshed.rulebook.load import find as find_law
from airshed.rulebook.load import load as load_law
from airshed.rulebook.schema import Rulebook
from airshed.rulebook.shipped import is_shipped, shipped
from airshed.zone.bounds import below_claims
from airshed.zone.carbon import KnownZone, followed, known_of, options_that_follow
from airshed.zone.convert import is_old
from airshed.zone.criteria import read_criteria
from airshed.zone.cross_check import contradictions
from airshed.zone.outlines import read_outlines
from airshed.zone.regulated import regulated
from airshed.zone.tables import FILES, Tables, ZoneHead, read_head, read_tables
from airshed.zone.zone import BaselineFigure, BaselineYear, Stack, TypicalLevel, Zone

Read = TypeVar("Read")
#: The shipped zone whose gases, sectors, products and profiles others may begin with.
LIBRARY = "dianzhong"


def find(name: str) -> Path:
    """The folder of a zone: one of one's own, or by its name one that ships with Airshed; else `Malformed`."""
    return Path(name) if Path(name).is_dir() else shipped("zones", name)


def of_law(rules: Rulebook, name: str = "") -> Zone:
    """What a law regulates of the zone of this folder or name; of the one that the rulebook names where none is.

    Malformed for a zone that cannot be read, that has a jurisdiction of which the law knows nothing, or of which works
    claim more than a cap that is but a bound.
    """
    folder = find(name or rules.programme.zone)
    zone = load(folder)
    known_to(rules, zone, folder)
    zone = regulated(zone, rules)
    for fault in below_claims(zone, rules):
        raise fault
    return zone


def of_shipped_law(name: str, rulebook: str = "") -> Zone:
    """A zone as a law regulates it: the one that is named, else the one that ships under the zone's name.

    All of it where there is neither, for then nobody says what is regulated.
    """
    zone = load(find(name))
    if not rulebook and not is_shipped("rulebooks", name):
        return zone
    return regulated(zone, load_law(find_law(rulebook or name)))


def known_to(rules: Rulebook, zone: Zone, folder: Path) -> None:
    """`Malformed` where a zone has a city that a law does not know, another money, or not a pollutant that it caps."""
    known = [place.code for place in rules.jurisdictions]
    for place in zone.jurisdictions:
        if place.code not in known:
            what = f"{place.code} is no jurisdiction of the rulebook {rules.programme.id}"
            raise Malformed(str(folder / "zone.toml"), what, f"there are {', '.join(known)}; give its rulebook")
    if zone.currency != rules.currency.code:
        what = f"its costs are in {zone.currency}, the rulebook {rules.programme.id} counts in {rules.currency.code}"
        cure = "write the costs in the money of the law, and its code"
        raise Malformed(f"{folder / 'zone.toml'} currency", what, cure)
    emitted = [each.pollutant for each in zone.pollutants]
    for rule in rules.pollutants:
        if rule.measured not in emitted:
            what = f"has no {rule.measured}, which the rulebook {rules.programme.id} caps"
            raise Malformed(str(folder / "pollutants.csv"), what, f"there are {', '.join(emitted)}; add its row")


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


@contextmanager
def uncollected() -> Iterator[None]:
    """No search for circles of references while millions of rows are made, among which there are none."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def read(folder: Path) -> tuple[Zone | None, list[Malformed]]:
    """The zone in a folder, or every fault that was found in it."""
    with uncollected():
        return _read(folder)


def _read(folder: Path) -> tuple[Zone | None, list[Malformed]]:
    faults: list[Malformed] = []

    def part(read_part: Callable[[Path], Read], path: Path) -> Read | None:
        try:
            return read_part(path)
        except Malformed as fault:
            faults.append(fault)
            return None

    head = part(read_head, folder)
    if not (folder / "zone.toml").is_file():
        return None, faults  # what it says is that this folder is no zone
    if is_old(folder):
        what = "is a zone of before, whose tables have columns named so2, or yuan"
        return None, [Malformed(str(folder), what, f"write it anew: airshed zone convert {folder} --out NEW")]
    tables = read_tables(folder)
    faults += [fault for table in tables for fault in table.faults]
    outlines = part(read_outlines, folder / "outlines.geojson")
    criteria = part(read_criteria, table) if (table := folder / "criteria.csv").is_file() else RuleTerms()
    faults += contradictions(tables, head, outlines)
    if head is not None and (wrong := not_money(head.currency, f"{folder / 'zone.toml'} currency")) is not None:
        faults.append(wrong)
    if faults or head is None or outlines is None or criteria is None:
        return None, faults
    told = {name: getattr(head, name) for name in ZoneHead.__struct_fields__}
    order = {each.pollutant: place for place, each in enumerate(tables.pollutants.rows)}
    baseline = years_of(tables, order)
    return Zone(
        **told,
        pollutants=tables.pollutants.rows,
        products=tables.products.rows,
        sectors=tables.sectors.rows,
        sources=tables.sources.rows,
        stacks=stacks_of(tables, order),
        baseline=baseline,
        technologies=tables.technologies.rows,
        options=(*tables.options.rows, *options_that_follow(tables, baseline)),
        factors=tables.factors.rows,
        fuels=tables.fuels.rows,
        side_effects=tables.side_effects.rows,
        outlines=outlines,
        criteria=criteria,
    ), []


def stacks_of(tables: Tables, order: Mapping[str, int]) -> tuple[Stack, ...]:
    """The outlets, each with what its monitor shows and how its load moves."""
    shown: dict[str, list[TypicalLevel]] = {}
    for level in tables.concentrations.rows:
        shown.setdefault(level.stack, []).append(level)
    profiles = {each.profile: each for each in tables.profiles.rows}
    return tuple(
        Stack(
            **msgspec.structs.asdict(each),
            levels=tuple(sorted(shown.get(each.stack, ()), key=lambda level: order[level.pollutant])),
            load=profiles[each.profile],
        )
        for each in tables.stacks.rows
    )


def years_of(tables: Tables, order: Mapping[str, int]) -> tuple[BaselineYear, ...]:
    """The figures by source and year, in the order in which they first come, and what follows from them."""
    years: dict[tuple[str, int], list[BaselineFigure]] = {}
    for each in tables.baseline.rows:
        years.setdefault((each.source, each.year), []).append(each)
    known = known_of(tables)
    return tuple(_year(*key, found, order, known) for key, found in years.items())


def _year(
    source: str, year: int, found: Sequence[BaselineFigure], order: Mapping[str, int], known: KnownZone
) -> BaselineYear:
    made, burnt, masses = None, [], {}
    for each in found:
        if each.item in order:
            masses[each.item] = each
        elif each.item in known.fuels:
            burnt.append(each)
        else:
            made = each
    masses |= followed(masses, made, burnt, known)
    return BaselineYear(source, year, made, tuple(masses[item] for item in order if item in masses), tuple(burnt))
