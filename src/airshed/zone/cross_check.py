"""What one table of a zone says of another: every name is there, and once."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from airshed.model.allowance import Pollutant
from airshed.model.near import near
from airshed.model.refusal import Malformed
from airshed.zone.zone import Stack, Zone

_MN = re.compile(r"[0-9A-F]{24}")


def contradictions(folder: Path, zone: Zone) -> Iterator[Malformed]:
    """Every row that says of another what is not there; the place is the line of the row (line 1 is the header)."""
    places = [each.code for each in zone.jurisdictions]
    yield from _each_once(folder / "sources.csv", "source", [each.source for each in zone.sources])
    yield from _each_once(folder / "sources.csv", "account", [each.account for each in zone.sources])
    yield from _each_once(folder / "stacks.csv", "stack", [each.stack for each in zone.stacks])
    yield from _each_once(folder / "stacks.csv", "mn", [each.mn for each in zone.stacks])
    yield from _each_once(
        folder / "baseline.csv", "source and year", [f"{each.source} {each.year}" for each in zone.baseline]
    )
    yield from _each_once(folder / "abatement.csv", "technology", [each.technology for each in zone.technologies])
    sources = [each.source for each in zone.sources]
    technologies = [each.technology for each in zone.technologies]
    yield from _all_there(folder / "sources.csv", "jurisdiction", [each.jurisdiction for each in zone.sources], places)
    yield from _all_there(folder / "stacks.csv", "source", [each.source for each in zone.stacks], sources)
    yield from _all_there(folder / "baseline.csv", "source", [each.source for each in zone.baseline], sources)
    yield from _all_there(
        folder / "baseline.csv", "year", [each.year for each in zone.baseline], list(zone.baseline_years)
    )
    yield from _all_there(folder / "abatement_options.csv", "source", [each.source for each in zone.options], sources)
    yield from _all_there(
        folder / "abatement_options.csv",
        "technology",
        [each.technology for each in zone.options],
        technologies,
    )
    drawn = [each.code for each in zone.outlines]
    if sorted(drawn) != sorted(places):
        yield Malformed(
            str(folder / "outlines.geojson"),
            f"outlines of {', '.join(drawn)}",
            f"give one each for {', '.join(places)}",
        )
    monitored = {each.source for each in zone.stacks}
    on_record = {each.source for each in zone.baseline}
    for line, source in enumerate(zone.sources, start=2):
        for table, names in (("stacks.csv", monitored), ("baseline.csv", on_record)):
            if source.source not in names:
                yield Malformed(
                    f"{folder / 'sources.csv'} line {line} column source",
                    f"{source.source!r} has no row in {table}",
                    "add one, or take the source out",
                )
        for technology in source.installed:
            if technology not in technologies:
                yield Malformed(
                    f"{folder / 'sources.csv'} line {line} column installed",
                    f"no such technology {technology!r}",
                    "name one of abatement.csv",
                )
    for line, stack in enumerate(zone.stacks, start=2):
        place = f"{folder / 'stacks.csv'} line {line}"
        if not _MN.fullmatch(stack.mn):
            yield Malformed(f"{place} column mn", f"{stack.mn!r} is not a monitor's number", "give 24 hex digits")
        yield from _reported(f"{place} column reported", stack)
        for pollutant in (Pollutant.SO2, Pollutant.NOX, Pollutant.PM):
            if (pollutant in stack.monitors) != (stack.typical_mg_m3(pollutant) is not None):
                yield Malformed(
                    f"{place} column monitors",
                    f"{pollutant} has a typical concentration or a monitor, not both",
                    "give both or neither",
                )


def _reported(place: str, stack: Stack) -> Iterator[Malformed]:
    """Words that say of no reading, or of one twice, how it is reported."""
    told = [word.partition(":")[0] for word in stack.reported]
    for word, what in zip(stack.reported, told, strict=True):
        if what not in (*stack.monitors, "O2"):
            yield Malformed(place, f"{word!r} names nothing that {stack.stack} monitors", "write it as PM:actual+wet")
            continue
        if told.count(what) > 1:
            yield Malformed(place, f"{what} stands there twice", "name it once")
        known = {"wet"} if what == "O2" else {"wet", "actual"}
        if not stack.reports(what) or not stack.reports(what) <= known:
            can = "wet" if what == "O2" else "wet, actual or actual+wet"
            yield Malformed(place, f"{word!r} is no state of a gas", f"say {can}; dry and standard is not named")


def _each_once(path: Path, column: str, values: Sequence[str]) -> Iterator[Malformed]:
    """Every second row of the same name."""
    seen: dict[str, int] = {}
    for line, value in enumerate(values, start=2):
        if value in seen:
            yield Malformed(
                f"{path} line {line} column {column}",
                f"{value!r} stands in line {seen[value]} already",
                "name it once",
            )
        seen.setdefault(value, line)


def _all_there(path: Path, column: str, values: Sequence[object], known: Sequence[object]) -> Iterator[Malformed]:
    """Every row that speaks of something unknown."""
    for line, value in enumerate(values, start=2):
        if value not in known:
            yield Malformed(
                f"{path} line {line} column {column}",
                f"no such {column} {value!r}",
                near(str(value), map(str, known)),
            )
