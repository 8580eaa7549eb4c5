"""What one table of a zone says of another: every name is there, and once."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from airshed.model.allowance import Pollutant
from airshed.model.refusal import Malformed
from airshed.zone.zone import Stack, Zone

_MN = re.compile(r"[0-9A-F]{24}")


def cross_check(folder: Path, zone: Zone) -> None:
    """What one row says of another must be there; the place is the line of the row (line 1 is the header)."""
    places = [each.code for each in zone.jurisdictions]
    _each_once(folder / "sources.csv", "source", [each.source for each in zone.sources])
    _each_once(folder / "sources.csv", "account", [each.account for each in zone.sources])
    _each_once(folder / "stacks.csv", "stack", [each.stack for each in zone.stacks])
    _each_once(folder / "stacks.csv", "mn", [each.mn for each in zone.stacks])
    _each_once(folder / "baseline.csv", "source and year", [f"{each.source} {each.year}" for each in zone.baseline])
    _each_once(folder / "abatement.csv", "technology", [each.technology for each in zone.technologies])
    sources = [each.source for each in zone.sources]
    technologies = [each.technology for each in zone.technologies]
    _all_there(folder / "sources.csv", "jurisdiction", [each.jurisdiction for each in zone.sources], places)
    _all_there(folder / "stacks.csv", "source", [each.source for each in zone.stacks], sources)
    _all_there(folder / "baseline.csv", "source", [each.source for each in zone.baseline], sources)
    _all_there(folder / "baseline.csv", "year", [each.year for each in zone.baseline], list(zone.baseline_years))
    _all_there(folder / "abatement_options.csv", "source", [each.source for each in zone.options], sources)
    _all_there(
        folder / "abatement_options.csv",
        "technology",
        [each.technology for each in zone.options],
        technologies,
    )
    drawn = [each.code for each in zone.outlines]
    if sorted(drawn) != sorted(places):
        raise Malformed(
            str(folder / "outlines.geojson"),
            f"outlines of {', '.join(drawn)}",
            f"give one each for {', '.join(places)}",
        )
    monitored = {each.source for each in zone.stacks}
    on_record = {each.source for each in zone.baseline}
    for line, source in enumerate(zone.sources, start=2):
        for table, names in (("stacks.csv", monitored), ("baseline.csv", on_record)):
            if source.source not in names:
                raise Malformed(
                    f"{folder / 'sources.csv'} line {line} column source",
                    f"{source.source!r} has no row in {table}",
                    "add one, or take the source out",
                )
        for technology in source.installed:
            if technology not in technologies:
                raise Malformed(
                    f"{folder / 'sources.csv'} line {line} column installed",
                    f"no such technology {technology!r}",
                    "name one of abatement.csv",
                )
    for line, stack in enumerate(zone.stacks, start=2):
        place = f"{folder / 'stacks.csv'} line {line}"
        if not _MN.fullmatch(stack.mn):
            raise Malformed(f"{place} column mn", f"{stack.mn!r} is not a monitor's number", "give 24 hex digits")
        _reported(f"{place} column reported", stack)
        for pollutant in (Pollutant.SO2, Pollutant.NOX, Pollutant.PM):
            if (pollutant in stack.monitors) != (stack.typical_mg_m3(pollutant) is not None):
                raise Malformed(
                    f"{place} column monitors",
                    f"{pollutant} has a typical concentration or a monitor, not both",
                    "give both or neither",
                )


def _reported(place: str, stack: Stack) -> None:
    """Refuse a word that says of no reading, or of one twice, how it is reported."""
    told = [word.partition(":")[0] for word in stack.reported]
    for word, what in zip(stack.reported, told, strict=True):
        if what not in (*stack.monitors, "O2"):
            raise Malformed(place, f"{word!r} names nothing that {stack.stack} monitors", "write it as PM:actual+wet")
        if told.count(what) > 1:
            raise Malformed(place, f"{what} stands there twice", "name it once")
        known = {"wet"} if what == "O2" else {"wet", "actual"}
        if not stack.reports(what) or not stack.reports(what) <= known:
            can = "wet" if what == "O2" else "wet, actual or actual+wet"
            raise Malformed(place, f"{word!r} is no state of a gas", f"say {can}; dry and standard is not named")


def _each_once(path: Path, column: str, values: Sequence[str]) -> None:
    """Refuse a second row of the same name."""
    seen: dict[str, int] = {}
    for line, value in enumerate(values, start=2):
        if value in seen:
            raise Malformed(
                f"{path} line {line} column {column}",
                f"{value!r} stands in line {seen[value]} already",
                "name it once",
            )
        seen[value] = line


def _all_there(path: Path, column: str, values: Sequence[object], known: Sequence[object]) -> None:
    """Refuse a row that speaks of something unknown."""
    for line, value in enumerate(values, start=2):
        if value not in known:
            raise Malformed(
                f"{path} line {line} column {column}",
                f"no such {column} {value!r}",
                f"there are: {', '.join(str(each) for each in known[:8])}{' ...' if len(known) > 8 else ''}",
            )
