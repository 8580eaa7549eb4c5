"""The schematic map: the zone as simple polygons, sources as points."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from math import hypot, inf

from airshed.pages.kit.colours import GROUNDS, PAPER, sector_colour
from airshed.pages.kit.figures import Figure, drawn, figure, label, mark, points, values
from airshed.pages.kit.words import Phrase, same, tonnes_text
from airshed.pages.report.facts import Facts, MapPoint
from airshed.pages.report.labels import place_names, source_label
from airshed.rulebook.schema import Rulebook

#: Length of a degree of latitude in degrees of longitude at 25 degrees north.
ASPECT = 1.103
LARGEST_BUBBLE = 46
#: Of a works whose emission is not verified, or not public.
UNKNOWN_BUBBLE = 8.0
NAME = "var(--name)"
#: Fineness of the search for a free place for a name on the map.
GRID = 24


def map_chart(facts: Facts, rules: Rulebook, pollutant: str) -> Figure:
    """The zone as simple polygons, sources as points whose area is their emission."""
    places, outlines = place_names(rules), facts.ground.outlines
    grounds = GROUNDS * (len(outlines) // len(GROUNDS) + 1)
    most = max((point.emitted.get(pollutant, 0) for point in facts.points), default=0) or 1
    known = facts.basis == "verified"
    lon = [x for outline in outlines for x, _ in outline.ring]
    lat = [y for outline in outlines for _, y in outline.ring]
    west, east, south, north = min(lon), max(lon), min(lat), max(lat)
    names = [
        mark(
            list(free_place(outline.ring, [(point.lon, point.lat) for point in facts.points])),
            **label(
                places.get(outline.code, same(outline.name_en)), "inside", fontSize=13, fontWeight="bold", color=NAME
            ),
        )
        for outline in outlines
    ]
    return figure(
        [
            *(
                drawn("polygon", [list(point) for point in outline.ring], ground, edge=PAPER, silent=True)
                for outline, ground in zip(outlines, grounds, strict=False)
            ),
            points(names, "transparent", size=1, silent=True),
            *(
                points(
                    [
                        _source(facts, point, pollutant, most)
                        for point in facts.points
                        if point.sector == sector and (point.emitted.get(pollutant) or not known)
                    ],
                    sector_colour(sector),
                )
                for sector in (rule.code for rule in rules.sectors)
            ),
        ],
        x=values(show=False, min=west, max=east),
        y=values(show=False, min=south, max=north),
        aspect={"x": [west, east], "y": [south, north], "ratio": ASPECT},
    )


def _source(facts: Facts, point: MapPoint, pollutant: str, most: int) -> dict[str, object]:
    """A source whose area is its emission; one size where none is verified."""
    said, size = [source_label(facts, point.source)], UNKNOWN_BUBBLE
    if pollutant in point.emitted:
        mass = tonnes_text(point.emitted[pollutant])
        said.append(Phrase(f"{pollutant}: {mass} t in the year", f"{pollutant}：全年 {mass} 吨"))
        size = round(max(3.0, LARGEST_BUBBLE * (point.emitted[pollutant] / most) ** 0.5), 1)
    return mark(
        [point.lon, point.lat],
        said,
        symbolSize=size,
        itemStyle={"color": sector_colour(point.sector), "opacity": 0.78, "borderColor": PAPER, "borderWidth": 1},
    )


Place = tuple[float, float]


def free_place(ring: Sequence[Place], points: Sequence[Place]) -> Place:
    """The point within a ring that is farthest from its corners and from every point: room for a name."""
    return _free_place(tuple((x, y) for x, y in ring), tuple((x, y) for x, y in points))


@lru_cache(maxsize=64)
def _free_place(ring: tuple[Place, ...], points: tuple[Place, ...]) -> Place:
    taken = [*points, *((lon, lat) for lon, lat in ring)]
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
