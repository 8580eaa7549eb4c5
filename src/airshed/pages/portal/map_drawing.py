"""The map of the zone as figures: one for the whole year, and one for each month, drawn to one scale."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from markupsafe import Markup

from airshed.lab.air.transfer import AirReceptor
from airshed.pages.kit.colours import ALARM, INK, PAPER, pollutant_colour
from airshed.pages.kit.figures import Figure, drawn, figure, label, mark, points, values
from airshed.pages.kit.html import script_json
from airshed.pages.kit.words import Phrase, same
from airshed.pages.portal.hours import Monitors
from airshed.pages.portal.map_content import Mapped, Measure, OfSource, Wanted
from airshed.pages.portal.map_emitted import MONTHS, PARTS
from airshed.pages.portal.map_legend import CALM, NONE, Scale, emission_size, ground, hours_size, load_colour
from airshed.pages.report.charts_map import ASPECT, free_place


def scale_of(mapped: Mapped, wanted: Wanted) -> Scale:
    """What the largest signs stand for; one scale for all months."""
    months = slice(MONTHS) if wanted.monthly else slice(MONTHS, PARTS)
    works = max((value for each in mapped.sources for value in each.by_month[months]), default=0) or 1
    receptor = max((value for _, by_month in mapped.receptors for value in by_month), default=0) or 1
    return Scale(works, receptor, wanted.monthly)


def frames(mapped: Mapped, monitors: Monitors, wanted: Wanted, scale: Scale) -> list[tuple[str, Markup]]:
    """A figure for the whole year and for each month, drawn to one scale."""
    found = []
    for month in range(MONTHS + 1 if wanted.monthly else 1):
        name = str(wanted.year) if not month else f"{wanted.year}-{month:02}"
        found.append((name, script_json(_frame(mapped, monitors, wanted, month, scale))))
    return found


def _of(by_month: Sequence[float], month: int, *, mean: bool = False) -> float:
    if month:
        return by_month[month - 1]
    return sum(by_month) / (MONTHS if mean else 1)


def _frame(mapped: Mapped, monitors: Monitors, wanted: Wanted, month: int, scale: Scale) -> Figure:
    zone, measure, pollutant = monitors.zone, wanted.measure, wanted.pollutant
    lon = [x for outline in zone.outlines for x, _ in outline.ring]
    lat = [y for outline in zone.outlines for _, y in outline.ring]
    west, east, south, north = min(lon), max(lon), min(lat), max(lat)
    works = scale.works if month else scale.year
    return figure(
        [
            *(
                drawn(
                    "polygon",
                    [list(point) for point in outline.ring],
                    _shade(mapped, measure, pollutant, outline.code, month),
                    edge="var(--edge)",
                    silent=True,
                )
                for outline in zone.outlines
            ),
            points(
                [_name(mapped, outline.code, outline.ring) for outline in zone.outlines],
                "transparent",
                size=1,
                silent=True,
            ),
            points([_works(each, measure, pollutant, month, works) for each in mapped.sources], CALM),
            points([_receptor(each, by_month, month, scale.receptor) for each, by_month in mapped.receptors], INK),
        ],
        x=values(show=False, min=west, max=east),
        y=values(show=False, min=south, max=north),
        aspect={"x": [west, east], "y": [south, north], "ratio": ASPECT},
    )


def _name(mapped: Mapped, code: str, ring: Sequence[tuple[float, float]]) -> dict[str, Any]:
    taken = [(each.lon, each.lat) for each in mapped.sources] + [(each.lon, each.lat) for each, _ in mapped.receptors]
    text = mapped.places.get(code, same(code))
    shown = label(text, "inside", fontSize=13, fontWeight="bold", color="var(--name)")
    return mark(list(free_place(ring, taken)), **shown)


def _shade(mapped: Mapped, measure: Measure, pollutant: str, code: str, month: int) -> str:
    """The ground of a city: the deeper, the more."""
    of_city: dict[str, float] = {name: _of(by_month, month) for name, by_month in mapped.cities.items()}
    if measure == "load":
        of_city = {each.jurisdiction: _of(by_month, month, mean=True) for each, by_month in mapped.receptors}
    part = of_city.get(code, 0) / (max(of_city.values(), default=0) or 1)
    colour = ALARM if measure == "exceedance" else pollutant_colour(pollutant) if measure == "emissions" else CALM
    return ground(colour, part)


def _works(each: OfSource, measure: Measure, pollutant: str, month: int, scale: float) -> dict[str, Any]:
    value = _of(each.by_month, month)
    if measure == "exceedance":
        said = Phrase(f"{value:,.0f} hours over the limit", f"超标{value:,.0f}小时")
        colour = ALARM if value else NONE
        size = hours_size(value, scale)
    else:
        said = Phrase(f"{pollutant}: {value / 1000:,.1f} t", f"{pollutant}：{value / 1000:,.1f}吨")
        colour = pollutant_colour(pollutant)
        size = emission_size(value, scale)
    if measure == "load":
        size = max(3.0, size / 2)
    style = {"color": colour, "opacity": 0.8 if value else 0.35, "borderColor": PAPER, "borderWidth": 1}
    href = f"/works/{quote(each.source, safe='')}"
    return mark([each.lon, each.lat], [each.name, said], symbolSize=round(size, 1), itemStyle=style, href=href)


def _receptor(each: AirReceptor, by_month: Sequence[float], month: int, most: float) -> dict[str, Any]:
    value = _of(by_month, month, mean=True)
    part = value / most
    name = Phrase(each.name_en, each.name_zh)
    said = Phrase(f"adds {value:,.1f} ng/m³", f"贡献{value:,.1f} ng/m³")
    shown = label(Phrase(f"{name.en} {value:,.0f}", f"{name.zh} {value:,.0f}"), "right", fontWeight="bold")
    return mark(
        [each.lon, each.lat],
        [name, said],
        symbol="diamond",
        symbolSize=round(14 + 16 * part),
        itemStyle={"color": load_colour(part), "borderColor": PAPER, "borderWidth": 1},
        **shown,
    )
