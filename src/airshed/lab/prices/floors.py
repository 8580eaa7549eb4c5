"""Markets whose administered floors are all that prices tell: what was traded, and what it would cost at the floors."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

import msgspec

from airshed.market.tenor import floor_bound
from airshed.model.refusal import Malformed
from airshed.zone.rows import read_rows

#: A ratio up to this says that prices carry next to nothing but the floors.
BOUND = 1.1


class TradedVolume(msgspec.Struct, frozen=True):
    """What a place traded of a pollutant in a year, a row of `traded.csv`; the value is that of the whole year.

    `floors` names the notices whose floors are meant: a year may stand there at several, each pollutant at each.
    """

    place: str
    year: int
    floors: str
    pollutant: str
    traded_t: Annotated[float, msgspec.Meta(ge=0, le=1e12)]
    floor_yuan_per_t: Annotated[float, msgspec.Meta(gt=0, le=1e9)]
    value_million_yuan: Annotated[float, msgspec.Meta(gt=0, le=1e9)]
    cite: str
    status: Literal["confirmed", "to confirm"]


@dataclass(frozen=True, slots=True)
class FloorBound:
    """A year of a place at some floors: value and value at the floors in yuan, and their ratio."""

    place: str
    year: int
    floors: str
    value_yuan: float
    at_floor_yuan: float
    ratio: float
    #: Whether the floors are about all that prices tell.
    bound: bool
    status: str


def read_traded(path: Path | None = None) -> tuple[TradedVolume, ...]:
    """Rows of a CSV, or those that are shipped.

    Malformed, with its line, where a row stands twice, or value, tonnes or pollutants of a year differ.
    """
    found = path or Path(__file__).with_name("traded.csv")
    rows = read_rows(found, TradedVolume)
    values: dict[tuple[str, int], float] = {}
    tonnes: dict[tuple[str, int, str], float] = {}
    at: dict[tuple[str, int, str], set[str]] = {}
    for line, row in enumerate(rows, start=2):
        own = at.setdefault((row.place, row.year, row.floors), set())
        if row.pollutant in own:
            raise Malformed(
                f"{found} line {line}",
                f"{row.place} {row.year} {row.pollutant} stands twice",
                "keep one at each floors",
            )
        own.add(row.pollutant)
        if values.setdefault((row.place, row.year), row.value_million_yuan) != row.value_million_yuan:
            raise Malformed(
                f"{found} line {line}", f"another value of {row.place} {row.year}", "write the year's in each row"
            )
        if tonnes.setdefault((row.place, row.year, row.pollutant), row.traded_t) != row.traded_t:
            raise Malformed(
                f"{found} line {line}", f"other tonnes of {row.place} {row.year} {row.pollutant}", "write them alike"
            )
    for (place, year, floors), own in at.items():
        missing = sorted({name for home, when, name in tonnes if (home, when) == (place, year)} - own)
        if missing:
            raise Malformed(str(found), f"{place} {year} at {floors!r} has no {missing[0]}", "give each pollutant")
    return rows


def floors_of(rows: tuple[TradedVolume, ...]) -> list[FloorBound]:
    """The ratio of every place, year and set of floors.

    >>> [(round(each.at_floor_yuan / 1e6, 2), round(each.ratio, 3)) for each in floors_of(read_traded())]
    [(814.34, 1.045), (842.79, 1.01)]
    """
    found = []
    for place, year, floors in dict.fromkeys((row.place, row.year, row.floors) for row in rows):
        own = [row for row in rows if (row.place, row.year, row.floors) == (place, year, floors)]
        value = own[0].value_million_yuan * 1e6
        tonnes = {row.pollutant: row.traded_t for row in own}
        ratio = floor_bound(value, tonnes, {row.pollutant: row.floor_yuan_per_t for row in own})
        status = "confirmed" if all(row.status == "confirmed" for row in own) else "to confirm"
        found.append(FloorBound(place, year, floors, value, value / ratio, ratio, ratio <= BOUND, status))
    return found
