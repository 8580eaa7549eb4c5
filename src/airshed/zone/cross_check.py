"""What one table of a zone says of another: every name is there, and once.

Nothing is said of a name where the table that would have it could not be read whole: its own faults come first.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from operator import attrgetter
from typing import Any

from airshed.model.near import near
from airshed.model.refusal import Malformed
from airshed.zone.outlines import Outline
from airshed.zone.profiles import faults_of
from airshed.zone.rows import Table
from airshed.zone.tables import Tables, ZoneHead
from airshed.zone.zone import StackRow

_MN = re.compile(r"[0-9A-F]{24}")


def contradictions(tables: Tables, head: ZoneHead | None, outlines: Sequence[Outline] | None) -> Iterator[Malformed]:
    """Every row that says of another what is not there; the place is the line of the row."""
    yield from _each_once(tables)
    yield from _all_there(tables, head)
    yield from faults_of(tables.profiles)
    if head is not None and outlines is not None:
        places, drawn = [each.code for each in head.jurisdictions], [each.code for each in outlines]
        if sorted(drawn) != sorted(places):
            path = tables.sources.path.with_name("outlines.geojson")
            yield Malformed(str(path), f"outlines of {', '.join(drawn)}", f"give one each for {', '.join(places)}")
    yield from _of_groups(tables)
    yield from _of_sources(tables)
    yield from _of_stacks(tables)
    yield from _of_baseline(tables)
    yield from _of_side_effects(tables)


def _each_once(tables: Tables) -> Iterator[Malformed]:
    """Every second row of the same name."""
    keys: tuple[tuple[Table[Any], tuple[str, ...]], ...] = (
        (tables.pollutants, ("pollutant",)),
        (tables.products, ("product",)),
        (tables.sectors, ("sector",)),
        (tables.profiles, ("profile",)),
        (tables.sources, ("source",)),
        (tables.sources, ("account",)),
        (tables.stacks, ("stack",)),
        (tables.stacks, ("mn",)),
        (tables.concentrations, ("stack", "pollutant")),
        (tables.baseline, ("source", "year", "item")),
        (tables.technologies, ("technology",)),
        (tables.options, ("source", "pollutant", "step")),
        (tables.factors, ("sector", "pollutant")),
        (tables.fuels, ("fuel",)),
        (tables.side_effects, ("technology", "pollutant", "by")),
    )
    for table, columns in keys:
        key_of = attrgetter(*columns)
        if len({*map(key_of, table.rows)}) == len(table.rows):
            continue
        seen: dict[object, int] = {}
        for row, key in enumerate(map(key_of, table.rows)):
            first = seen.setdefault(key, row)
            if first != row:
                said = repr(" ".join(map(str, key)) if isinstance(key, tuple) else key)
                what = f"{said} stands in line {table.lines[first]} already"
                yield Malformed(table.place(row, " and ".join(columns)), what, "name it once")


def _all_there(tables: Tables, head: ZoneHead | None) -> Iterator[Malformed]:
    """Every row that speaks of something unknown."""
    places = [] if head is None else [each.code for each in head.jurisdictions]
    years = [] if head is None else list(head.baseline_years)
    named: tuple[tuple[Table[Any], str, Collection[object] | None], ...] = (
        (tables.sectors, "product", _names(tables.products, "product")),
        (tables.sources, "jurisdiction", places or None),
        (tables.sources, "sector", _names(tables.sectors, "sector")),
        (tables.stacks, "source", _names(tables.sources, "source")),
        (tables.stacks, "profile", _names(tables.profiles, "profile")),
        (tables.concentrations, "stack", _names(tables.stacks, "stack")),
        (tables.concentrations, "pollutant", _names(tables.pollutants, "pollutant")),
        (tables.baseline, "source", _names(tables.sources, "source")),
        (tables.baseline, "year", years or None),
        (tables.technologies, "sector", _names(tables.sectors, "sector")),
        (tables.technologies, "pollutant", _names(tables.pollutants, "pollutant")),
        (tables.options, "source", _names(tables.sources, "source")),
        (tables.options, "pollutant", _names(tables.pollutants, "pollutant")),
        (tables.options, "technology", _names(tables.technologies, "technology")),
        (tables.side_effects, "technology", _names(tables.technologies, "technology")),
        (tables.side_effects, "pollutant", _names(tables.pollutants, "pollutant")),
        (tables.factors, "sector", _names(tables.sectors, "sector")),
        (tables.factors, "product", _names(tables.products, "product")),
        (tables.factors, "pollutant", _names(tables.pollutants, "pollutant")),
    )
    for table, column, known in named:
        value_of = attrgetter(column)
        if known is None or {*known}.issuperset(map(value_of, table.rows)):
            continue
        for row, value in enumerate(map(value_of, table.rows)):
            if value not in known:
                what = f"no such {column} {value!r}"
                yield Malformed(table.place(row, column), what, near(str(value), map(str, known)))


def _names(table: Table[Any], column: str) -> Mapping[object, None] | None:
    """What a table has; None where it could not be read whole."""
    return None if table.faults else {getattr(each, column): None for each in table.rows}


def _of_groups(tables: Tables) -> Iterator[Malformed]:
    """Groups of gases whose parts are none, are groups themselves, or warm only in part."""
    kinds = {each.pollutant: each for each in tables.pollutants.rows}
    for row, group in enumerate(tables.pollutants.rows):
        place = tables.pollutants.place(row, "sum_of")
        for part in group.sum_of:
            if part not in kinds:
                yield Malformed(place, f"no such pollutant {part!r}", near(part, kinds))
            elif kinds[part].sum_of:
                yield Malformed(place, f"{part} is a group itself", "name its parts")
        warming = {kinds[part].gwp100 is None for part in group.sum_of if part in kinds}
        if len(warming) > 1:
            what = f"some parts of {group.pollutant} have a gwp100 and some have none"
            yield Malformed(place, what, "give each part its gwp100, or none of them")


def _of_sources(tables: Tables) -> Iterator[Malformed]:
    """Works without an outlet or a baseline, with a technology or a measure that is none."""
    technologies = _names(tables.technologies, "technology")
    measures = {each.sector: each.capacity_measure for each in tables.sectors.rows}
    within = tuple((table, _names(table, "source")) for table in (tables.stacks, tables.baseline))
    for row, source in enumerate(tables.sources.rows):
        for table, names in within:
            if names is not None and source.source not in names:
                what = f"{source.source!r} has no row in {table.path.name}"
                yield Malformed(tables.sources.place(row, "source"), what, "add one, or take the source out")
        measure = measures.get(source.sector, source.capacity_measure)
        if measure != source.capacity_measure:
            what = f"{source.capacity_measure!r} is not what works of {source.sector} are measured by"
            yield Malformed(tables.sources.place(row, "capacity_measure"), what, f"give it in {measure}")
        for technology in source.installed:
            if technologies is not None and technology not in technologies:
                what = f"no such technology {technology!r}"
                yield Malformed(tables.sources.place(row, "installed"), what, near(technology, map(str, technologies)))


def _of_stacks(tables: Tables) -> Iterator[Malformed]:
    """Monitors whose number is none, or that report what they do not measure."""
    monitored: dict[str, set[str]] = {stack.stack: set() for stack in tables.stacks.rows if stack.reported}
    for level in tables.concentrations.rows if monitored else ():
        if level.stack in monitored:
            monitored[level.stack].add(level.pollutant)
    for row, stack in enumerate(tables.stacks.rows):
        if not _MN.fullmatch(stack.mn):
            what = f"{stack.mn!r} is not a monitor's number"
            yield Malformed(tables.stacks.place(row, "mn"), what, "give 24 hex digits")
        if stack.reported and not tables.concentrations.faults:
            yield from _reported(tables.stacks.place(row, "reported"), stack, monitored[stack.stack])


def _reported(place: str, stack: StackRow, monitored: Collection[str]) -> Iterator[Malformed]:
    """Words that say of no reading, or of one twice, how it is reported."""
    told = [word.partition(":")[0] for word in stack.reported]
    for word, what in zip(stack.reported, told, strict=True):
        if what not in (*monitored, "O2"):
            yield Malformed(place, f"{word!r} names nothing that {stack.stack} monitors", "write it as PM:actual+wet")
            continue
        if told.count(what) > 1:
            yield Malformed(place, f"{what} stands there twice", "name it once")
        known = {"wet"} if what == "O2" else {"wet", "actual"}
        if not stack.reports(what) or not stack.reports(what) <= known:
            can = "wet" if what == "O2" else "wet, actual or actual+wet"
            yield Malformed(place, f"{word!r} is no state of a gas", f"say {can}; dry and standard is not named")


def _of_baseline(tables: Tables) -> Iterator[Malformed]:
    """Figures of what is neither a product nor a pollutant nor a fuel, and outputs of several kinds in one year."""
    products, pollutants = _names(tables.products, "product"), _names(tables.pollutants, "pollutant")
    fuels = _names(tables.fuels, "fuel")
    if products is None or pollutants is None or fuels is None:
        return
    for row, fuel in enumerate(tables.fuels.rows):
        if fuel.fuel in products or fuel.fuel in pollutants:
            what = f"{fuel.fuel!r} is a product or a pollutant too"
            yield Malformed(tables.fuels.place(row, "fuel"), what, "give it a name of its own")
    made: dict[tuple[str, int], int] = {}
    no_output = {*pollutants, *fuels}
    for row, each in enumerate(tables.baseline.rows):
        if each.item in no_output:
            continue
        place = tables.baseline.place(row, "item")
        if each.item not in products:
            what = f"{each.item!r} is neither a product nor a pollutant nor a fuel of the zone"
            yield Malformed(place, what, near(each.item, map(str, (*products, *pollutants, *fuels))))
            continue
        first = made.setdefault((each.source, each.year), row)
        if first != row:
            what = f"{each.source} has an output of {each.year} in line {tables.baseline.lines[first]} already"
            yield Malformed(place, what, "count the output of a year in one product")


def _of_side_effects(tables: Tables) -> Iterator[Malformed]:
    """Effects by both measures or by none, and effects on what the technology is for."""
    own = {each.technology: each.pollutant for each in tables.technologies.rows}
    for row, each in enumerate(tables.side_effects.rows):
        if (each.kg_per_t is None) == (each.in_proportion_percent is None):
            what = "has " + ("neither measure" if each.kg_per_t is None else "both measures")
            cure = "give kg_per_t or in_proportion_percent, and leave the other empty"
            yield Malformed(tables.side_effects.place(row, "kg_per_t"), what, cure)
        if own.get(each.technology) == each.pollutant:
            what = f"{each.technology} takes out {each.pollutant} itself"
            yield Malformed(tables.side_effects.place(row, "pollutant"), what, "name another pollutant")
