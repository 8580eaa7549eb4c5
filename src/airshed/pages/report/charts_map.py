"""The schematic map: the zone as simple polygons, sources as points."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from math import hypot, inf
from typing import Any

from airshed.pages.kit.style import GROUNDS, Figure, axis, figure, hover, note, sector_colour
from airshed.pages.kit.words import Language, tonnes_text
from airshed.pages.report.facts import Facts
from airshed.pages.report.labels import place_names, source_label
from airshed.rulebook.schema import Rulebook
from airshed.zone.zone import Zone

#: Length of a degree of latitude in degrees of longitude at 25 degrees north.
ASPECT = 1.103
LARGEST_BUBBLE = 46
#: Fineness of the search for a free place for a name on the map.
GRID = 24


def map_chart(facts: Facts, rules: Rulebook, zone: Zone, pollutant: str, language: Language) -> Figure:
    """The zone as simple polygons, sources as points whose area is their emission."""
    traces: list[Figure] = []
    places = place_names(rules)
    notes = []
    for outline, ground in zip(zone.outlines, GROUNDS * (len(zone.outlines) // len(GROUNDS) + 1), strict=False):
        lon = [point[0] for point in outline.ring]
        lat = [point[1] for point in outline.ring]
        traces.append(
            {
                "type": "scatter",
                "mode": "lines",
                "x": lon,
                "y": lat,
                "fill": "toself",
                "fillcolor": ground,
                "line": {"color": "#ffffff", "width": 2},
                "hoverinfo": "skip",
            }
        )
        name = places[outline.code].said(language) if outline.code in places else outline.name_en
        notes.append(note(f"<b>{name}</b>", *_free_place(outline.ring, facts), font={"size": 13, "color": "#84919b"}))
    most = max((point.emitted.get(pollutant, 0) for point in facts.points), default=0) or 1
    for sector in (rule.code for rule in rules.sectors):
        mine = [point for point in facts.points if point.sector == sector and point.emitted.get(pollutant)]
        traces.append(
            {
                "type": "scatter",
                "mode": "markers",
                "x": [point.lon for point in mine],
                "y": [point.lat for point in mine],
                "marker": {
                    "size": [point.emitted[pollutant] for point in mine],
                    "sizemode": "area",
                    "sizeref": 2 * most / LARGEST_BUBBLE**2,
                    "sizemin": 3,
                    "color": sector_colour(sector),
                    "opacity": 0.78,
                    "line": {"color": "#ffffff", "width": 1},
                },
                "customdata": [
                    [source_label(facts, point.source, language), tonnes_text(point.emitted[pollutant])]
                    for point in mine
                ],
                "hovertemplate": hover(
                    language,
                    ("<b>%{customdata[0]}</b>", f"{pollutant}: %{{customdata[1]}} t in the year"),
                    ("<b>%{customdata[0]}</b>", f"{pollutant}：全年 %{{customdata[1]}} 吨"),
                ),
            }
        )
    bare: dict[str, Any] = {
        "showgrid": False,
        "zeroline": False,
        "showticklabels": False,
        "ticks": "",
        "showline": False,
    }
    return figure(
        traces,
        xaxis=axis(constrain="domain", **bare),
        yaxis=axis(scaleanchor="x", scaleratio=ASPECT, **bare),
        annotations=notes,
        margin={"l": 0, "r": 0, "t": 0, "b": 0},
    )


def _free_place(ring: Sequence[tuple[float, float]], facts: Facts) -> tuple[float, float]:
    """The point within a ring that is farthest from its corners and from every source: room for a name."""
    taken = [(point.lon, point.lat) for point in facts.points] + [(lon, lat) for lon, lat in ring]
    west, east = min(lon for lon, _ in ring), max(lon for lon, _ in ring)
    south, north = min(lat for _, lat in ring), max(lat for _, lat in ring)
    best, room = ((west + east) / 2, (south + north) / 2), 0.0
    for column in range(1, GRID):
        for row in range(1, GRID):
            x, y = west + (east - west) * column / GRID, south + (north - south) * row / GRID
            if not _within(x, y, ring):
                continue
            # Names are wide: a neighbour beside one takes more of its room than a neighbour above.
            free = inf
            for lon, lat in taken:
                free = min(free, hypot((x - lon) * 0.6, y - lat))
                if free <= room:
                    break
            else:
                best, room = (x, y), free
    return best


def _within(x: float, y: float, ring: Sequence[tuple[float, float]]) -> bool:
    """Whether a point lies inside a closed ring, by counting crossings."""
    inside = False
    for (x0, y0), (x1, y1) in pairwise(ring):
        if (y0 > y) != (y1 > y) and x < x0 + (y - y0) * (x1 - x0) / (y1 - y0):
            inside = not inside
    return inside
