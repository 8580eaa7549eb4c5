"""What the signs of the map of the zone mean: a line for each sign and colour, with its size and unit."""

from __future__ import annotations

from collections.abc import Iterator
from math import floor, log10, sqrt
from typing import Literal, NamedTuple

from airshed.pages.kit.colours import ALARM, faded, pollutant_colour
from airshed.pages.kit.words import Phrase

Shape = Literal["circle", "diamond", "ground"]
CALM, AMBER, NONE = "var(--deep)", "#c4932d", "var(--pm)"
#: From which part of the highest load on a receptor is drawn so.
LOADS = ((0.66, ALARM), (0.33, AMBER), (0.0, CALM))
LARGEST, SMALLEST = 46.0, 5.0
#: How light and how deep the ground of a city is, and how much larger the scale of a whole year is than a month's.
LIGHT, DEEPER, YEAR_SCALE = 0.07, 0.38, 6


class Sign(NamedTuple):
    """A sign, how it is drawn and what it stands for."""

    shape: Shape
    colour: str
    size: float
    text: Phrase


class Scale(NamedTuple):
    """What the largest signs of a month stand for: kilograms or hours of a works, ng/m3 at a receptor."""

    works: float
    receptor: float
    #: Whether a monitor tells months apart; what is declared has a year alone, drawn to its own scale.
    monthly: bool = True

    @property
    def year(self) -> float:
        """What the largest circle of the whole year stands for."""
        return self.works * (YEAR_SCALE if self.monthly else 1)


def emission_size(value: float, scale: float) -> float:
    """The diameter of the circle of a works: its area is what it emitted."""
    return round(max(SMALLEST, LARGEST * sqrt(min(1.0, value / scale))), 1) if value else SMALLEST


def hours_size(value: float, scale: float) -> float:
    """The diameter of the circle of a works with so many hours over the limit."""
    return round(8.0 + 16 * sqrt(min(1.0, value / scale)), 1)


def load_colour(part: float) -> str:
    """The colour of a receptor, by its part of the highest load."""
    return next(colour for above, colour in LOADS if part > above or not above)


def ground(colour: str, part: float) -> str:
    """The ground of a city, by its part of the city with most."""
    return faded(colour, round(LIGHT + DEEPER * part, 2))


def nice(most: float) -> float:
    """The largest 1, 2 or 5 with noughts that is not above it.

    >>> nice(734.0), nice(0.2), nice(19)
    (500.0, 0.2, 10.0)
    """
    whole = float(f"1e{floor(log10(most))}")
    return max(step * whole for step in (1, 2, 5) if step * whole <= most * (1 + 1e-9))


def legend(measure: str, pollutant: str, scale: Scale) -> list[Sign]:
    """Every sign of a map, the largest first."""
    kinds = {"emissions": _emissions, "exceedance": _hours, "load": _loads}
    return list(kinds[measure](pollutant, scale))


def _emissions(pollutant: str, scale: Scale) -> Iterator[Sign]:
    colour = pollutant_colour(pollutant)
    largest = nice(scale.works)
    for part in (1, 4):
        kg = largest / part
        month, year = _tonnes(kg), _tonnes(kg * YEAR_SCALE)
        text = Phrase(
            f"works: {month} t of {pollutant} in a month, {year} t in the year",
            f"企业：当月{pollutant} {month}吨，全年{year}吨",
        )
        if not scale.monthly:
            text = Phrase(f"works: {month} t of {pollutant} in the year", f"企业：全年{pollutant} {month}吨")
        yield Sign("circle", colour, emission_size(kg, scale.works), text)
    yield from _grounds(colour, Phrase("city with the most emission", "排放量最大的城市"))


def _hours(pollutant: str, scale: Scale) -> Iterator[Sign]:
    hours = max(1.0, nice(scale.works))
    text = Phrase(
        f"works: {hours:,.0f} hours over the limit in a month, {hours * YEAR_SCALE:,.0f} in the year",
        f"企业：当月超标{hours:,.0f}小时，全年{hours * YEAR_SCALE:,.0f}小时",
    )
    yield Sign("circle", ALARM, hours_size(hours, scale.works), text)
    yield Sign("circle", NONE, 8, Phrase("works: no hour over the limit", "企业：无超标小时"))
    yield from _grounds(ALARM, Phrase("city with the most such hours", "超标小时最多的城市"))


def _loads(pollutant: str, scale: Scale) -> Iterator[Sign]:
    low, high = (f"{scale.receptor * above:,.1f}" for above, _ in LOADS[1::-1])
    for colour, size, text in (
        (ALARM, 28, Phrase(f"receptor: over {high} ng/m³ of {pollutant}", f"受体点：{pollutant}高于{high} ng/m³")),
        (AMBER, 22, Phrase(f"receptor: {low} to {high} ng/m³", f"受体点：{low}至{high} ng/m³")),
        (CALM, 16, Phrase(f"receptor: up to {low} ng/m³", f"受体点：不高于{low} ng/m³")),
    ):
        yield Sign("diamond", colour, size, text)
    yield Sign("circle", pollutant_colour(pollutant), 14, Phrase("works, by its emission", "企业，按排放量"))
    yield from _grounds(CALM, Phrase("city with the highest load at its receptors", "受体点浓度贡献最高的城市"))


def _grounds(colour: str, most: Phrase) -> Iterator[Sign]:
    yield Sign("ground", ground(colour, 1), 20, most)
    yield Sign("ground", ground(colour, 0), 20, Phrase("city with none", "数值为零的城市"))


def _tonnes(kg: float) -> str:
    return f"{kg / 1000:,.10g}"
