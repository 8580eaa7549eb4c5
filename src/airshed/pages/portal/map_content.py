"""What the map of the zone shows: works, receptors and cities, by month."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal, NamedTuple

from airshed.lab.air.transfer import AirReceptor, MatrixCell, default_matrix, read_transfer
from airshed.model.refusal import Malformed
from airshed.pages.kit.words import Phrase
from airshed.pages.portal.frame import place_name
from airshed.pages.portal.hours import Monitors, over_by_month, read_once, there
from airshed.pages.portal.map_emitted import MONTHS, PARTS
from airshed.rulebook import lookup
from airshed.rulebook.schema import Rulebook
from airshed.zone.load import find

Measure = Literal["emissions", "exceedance", "load"]
MEASURES: Mapping[Measure, Phrase] = {
    "emissions": Phrase("Emissions", "排放量"),
    "exceedance": Phrase("Hours over the limit", "超标小时数"),
    "load": Phrase("Load at the receptors", "受体点浓度贡献"),
}


class OfSource(NamedTuple):
    """A works on the map: what it came to in each part of a year."""

    source: str
    name: Phrase
    city: str
    lat: float
    lon: float
    by_month: Sequence[float]


class Mapped(NamedTuple):
    """What a map is drawn from."""

    places: Mapping[str, Phrase]
    sources: Sequence[OfSource]
    #: By receptor: name, place, and what is added there in each month.
    receptors: Sequence[tuple[AirReceptor, Sequence[float]]]
    #: By city: what was emitted, or how many hours lay over a limit.
    cities: Mapping[str, Sequence[float]]


class Wanted(NamedTuple):
    """Which map, and by the digest of which law."""

    law: str
    pollutant: str
    year: int
    measure: Measure
    #: Whether a monitor tells months apart; else there is what was declared at the year's end alone.
    monthly: bool = True


class OverLimits:
    """Hours over the limits by stack and pollutant, counted once for a law and a file, for to read all is dear."""

    def __init__(self) -> None:
        self._law = ""
        #: By file and its last change: the year that it is of, and by pollutant the hours of each month.
        self._kept: dict[tuple[Path, int], Mapping[str, tuple[int, Sequence[int]]]] = {}

    def by_works(self, folder: Path | None, monitors: Monitors, wanted: Wanted) -> dict[str, Sequence[float]] | None:
        """By works the hours over its limits in each month of a year; None where no file tells of that year."""
        if wanted.law != self._law:
            self._law = wanted.law
            self._kept.clear()
        found: dict[str, list[float]] = {}
        for stack in monitors.zone.stacks:
            file = there(folder, stack.stack)
            year, over = (0, ()) if file is None else self._of(file, stack.stack, monitors, wanted.pollutant)
            if year == wanted.year:
                months = found.setdefault(stack.source, [0.0] * PARTS)
                for month, count in enumerate(over):
                    months[month] += count
        return dict(found) if found else None

    def _of(self, file: Path, stack: str, monitors: Monitors, pollutant: str) -> tuple[int, Sequence[int]]:
        key = (file, file.stat().st_mtime_ns)
        if key not in self._kept:
            self._kept = {known: months for known, months in self._kept.items() if known[0] != file}
            self._kept[key] = {
                code: (hours.year, over_by_month(hours, monitors.limits(stack, code, hours.year), monitors.rules))
                for code, hours in read_once(file).items()
            }
        return self._kept[key].get(pollutant, (0, ()))


def mapped(
    folder: Path | None,
    monitors: Monitors,
    rules: Rulebook,
    kg: Mapping[str, Sequence[float]],
    wanted: Wanted,
    counted: OverLimits,
) -> Mapped | Phrase:
    """What the map shows, or why it cannot."""
    zone, pollutant, measure = monitors.zone, wanted.pollutant, wanted.measure
    by_source: dict[str, Sequence[float]] = dict(kg)
    if measure != "emissions" and not wanted.monthly:
        return Phrase(
            "No monitor measures this pollutant: there is what was declared at the year's end alone.",
            "该污染物无在线监测，仅有年末申报量。",
        )
    if measure == "exceedance":
        found = counted.by_works(folder, monitors, wanted)
        if found is None:
            return Phrase(
                "Hours over the limit need the folder of hours beside the book.", "超标小时数须有随账簿提供的小时数据。"
            )
        by_source = found
    sources = [
        OfSource(
            each.source,
            Phrase(each.name_en, each.name_zh),
            each.jurisdiction,
            each.lat,
            each.lon,
            by_source.get(each.source, [0.0] * PARTS),
        )
        for each in zone.sources
        if each.source in by_source
    ]
    cities = {
        place.code: [sum(each.by_month[month] for each in sources if each.city == place.code) for month in range(PARTS)]
        for place in zone.jurisdictions
    }
    receptors: list[tuple[AirReceptor, Sequence[float]]] = []
    if measure == "load":
        try:
            transfer = read_transfer(find(rules.programme.zone))
            cells = default_matrix(zone, transfer, lookup.pollutant(rules, pollutant).measured)
        except (Malformed, ValueError):
            return Phrase("Of this pollutant there is no matrix of transfer.", "该污染物无传输矩阵。")
        receptors = [(each, _load(cells, each.receptor, cities)) for each in transfer.receptors]
    return Mapped({row.code: place_name(rules, row.code) for row in rules.jurisdictions}, sources, receptors, cities)


def _load(cells: Sequence[MatrixCell], receptor: str, cities: Mapping[str, Sequence[float]]) -> list[float]:
    """What the emission of a month adds at a receptor in ng/m3, as if it went on for a year at that rate."""
    return [
        sum(
            cell.coefficient * cities[cell.jurisdiction][month] / 1000 * MONTHS
            for cell in cells
            if cell.receptor == receptor
        )
        for month in range(MONTHS)
    ]
