"""What it costs to keep running the controls that stand already: the floor under which they would be switched off."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

import msgspec

from airshed.model.refusal import Malformed
from airshed.zone.rows import read_rows
from airshed.zone.zone import Zone

Yuan = Annotated[float, msgspec.Meta(ge=0, le=1e9)]


class OperatingCost(msgspec.Struct, frozen=True):
    """Yuan per tonne taken out by a control that stands, without its capital: a row of `operating_costs.csv`."""

    technology: str
    low_yuan_per_t: Yuan
    central_yuan_per_t: Yuan
    high_yuan_per_t: Yuan
    cite: str
    status: Literal["indicative", "audited"]


@dataclass(frozen=True, slots=True)
class RunningControl:
    """A control that runs somewhere in a zone: at how many works, and what it costs where a table says."""

    technology: str
    name_en: str
    name_zh: str
    works: int
    cost: OperatingCost | None


def read_operating(path: Path | None = None) -> tuple[OperatingCost, ...]:
    """Operating costs from a CSV, or those that are shipped. Malformed, with its line, if a technology stands twice."""
    found = path or Path(__file__).with_name("operating_costs.csv")
    rows = read_rows(found, OperatingCost)
    seen: set[str] = set()
    for line, row in enumerate(rows, start=2):
        if row.technology in seen:
            raise Malformed(f"{found} line {line}", f"{row.technology} stands twice", "keep one")
        if not row.low_yuan_per_t <= row.central_yuan_per_t <= row.high_yuan_per_t:
            raise Malformed(f"{found} line {line}", "the central cost is not between the others", "put them in order")
        seen.add(row.technology)
    return rows


def running(zone: Zone, pollutant: str, costs: tuple[OperatingCost, ...]) -> list[RunningControl]:
    """The controls of a pollutant that works of a zone have installed, the dearest first, those without a cost last.

    >>> from airshed.zone.load import load
    >>> from airshed.rulebook.shipped import shipped
    >>> dearest = running(load(shipped("zones", "dianzhong")), "NOx", read_operating())[0]
    >>> dearest.technology, dearest.works, dearest.cost.central_yuan_per_t
    ('cement-nox-sncr', 9, 8333.0)
    """
    known = {row.technology: row for row in costs}
    found = []
    for each in zone.technologies:
        works = sum(each.technology in source.installed for source in zone.sources)
        if works and each.pollutant == pollutant:
            found.append(RunningControl(each.technology, each.name_en, each.name_zh, works, known.get(each.technology)))
    return sorted(found, key=lambda one: -one.cost.central_yuan_per_t if one.cost else 0.0)


def kept_on(cost: float, margin: float, tax: float) -> float:
    """The price at which a control goes on: its operating cost with a margin, less the tax it saves; zero at least.

    Who switches it off pays price and tax on each tonne more. Malformed for a figure below zero.

    >>> round(kept_on(8_333, 0.1, 2_947.37), 2), kept_on(662, 0.1, 2_947.37)
    (6218.93, 0.0)
    """
    if not cost >= 0 or not margin >= 0 or not tax >= 0:
        raise Malformed("operating cost", f"{cost:g} with {margin:g} and a tax of {tax:g}", "give figures from zero up")
    return max(0.0, (1 + margin) * cost - tax)
