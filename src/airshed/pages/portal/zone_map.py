"""The map of the zone: cities, works and places where the air is measured, month by month."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Hashable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any, Literal, NamedTuple
from urllib.parse import quote

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response

from airshed.compliance.publication import embargoed, public_from
from airshed.engine.nouns.people import Source
from airshed.engine.state import State
from airshed.lab.air.transfer import AirReceptor, MatrixCell, default_matrix, read_transfer
from airshed.model.allowance import Series
from airshed.model.refusal import Malformed
from airshed.pages.kit.colours import ALARM, INK, PAPER, pollutant_colour
from airshed.pages.kit.figures import Figure, drawn, figure, label, mark, points, values
from airshed.pages.kit.html import script_json
from airshed.pages.kit.words import Phrase, same
from airshed.pages.portal.assets import charts_there
from airshed.pages.portal.frame import Visitor, page, passed_over, place_name, visitor_of
from airshed.pages.portal.hours import MG_PER_KG, Monitors, monitors_of, over_by_month, read, there
from airshed.pages.portal.map_legend import (
    CALM,
    NONE,
    Scale,
    Sign,
    emission_size,
    ground,
    hours_size,
    legend,
    load_colour,
)
from airshed.pages.portal.names import works_name
from airshed.pages.portal.public import reads_as_public
from airshed.pages.report.charts_map import ASPECT, free_place
from airshed.rulebook import lookup
from airshed.rulebook.schema import Rulebook
from airshed.service.http.service import Service
from airshed.service.http.writer import Busy
from airshed.service.marketdata.reading import Market
from airshed.zone.load import find

Measure = Literal["emissions", "exceedance", "load"]
MEASURES: Mapping[Measure, Phrase] = {
    "emissions": Phrase("Emissions", "排放量"),
    "exceedance": Phrase("Hours over the limit", "超标小时数"),
    "load": Phrase("Load at the receptors", "受体点浓度贡献"),
}
MONTHS = 12
#: Behind the months: what was declared at the year's end, of what no monitor sees, and what the year was verified at
#: or determined beyond all that.
DECLARED, BEYOND = MONTHS, MONTHS + 1
PARTS = MONTHS + 2


class OfWorks(NamedTuple):
    """A works in the table below the map."""

    source: str
    name: Phrase
    city: Phrase
    tonnes: float


class OfSource(NamedTuple):
    """A works on the map: what it came to in each part of a year."""

    source: str
    name: Phrase
    city: str
    lat: float
    lon: float
    by_month: Sequence[float]


class Row(NamedTuple):
    """A city, or a receptor, as a table has it."""

    name: Phrase
    by_month: Sequence[str]
    whole: str
    #: What was declared at the year's end, and what the year came to beyond; empty where there is nothing of that kind.
    declared: str = ""
    beyond: str = ""


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


class Made(NamedTuple):
    """Rows of a table, figures (whole year, and month by month where there are months), and what their signs mean."""

    rows: Sequence[Row]
    frames: Sequence[tuple[str, Markup]]
    signs: Sequence[Sign]


#: Maps that are kept, and that wait to be drawn.
MOST_MAPS, MOST_WAITING = 24, 8


class Maps:
    """The maps that were drawn last, by what they were drawn from: one is drawn at a time, and once for who come.

    They are drawn in a thread of their own, so that nobody's sign-in or file waits behind them.
    """

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="maps")
        self._waiting = 0
        self._kept: OrderedDict[Hashable, Made | Phrase] = OrderedDict()

    async def of(
        self,
        folder: Path | None,
        monitors: Monitors,
        rules: Rulebook,
        kg: Mapping[str, Sequence[float]],
        wanted: Wanted,
    ) -> Made | Phrase:
        """A map; `Busy` where too many wait to be drawn."""
        changed = folder.stat().st_mtime_ns if folder is not None and folder.is_dir() else 0
        key = (wanted, changed, tuple((source, *months) for source, months in kg.items()))
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key]
        if self._waiting >= MOST_WAITING:
            raise Busy(5)
        self._waiting += 1
        drawing = partial(self._drawn, key, folder, monitors, rules, kg, wanted)
        try:
            found = await asyncio.get_running_loop().run_in_executor(self._pool, drawing)
        finally:
            self._waiting -= 1
        while len(self._kept) > MOST_MAPS:
            self._kept.popitem(last=False)
        return found

    def _drawn(
        self,
        key: Hashable,
        folder: Path | None,
        monitors: Monitors,
        rules: Rulebook,
        kg: Mapping[str, Sequence[float]],
        wanted: Wanted,
    ) -> Made | Phrase:
        """In the thread; it may have been drawn for somebody else meanwhile."""
        known = self._kept.get(key)
        if known is not None:
            return known
        mapped = _mapped(folder, monitors, rules, kg, wanted)
        self._kept[key] = made = mapped if isinstance(mapped, Phrase) else _made(mapped, monitors, wanted)
        return made


def _made(mapped: Mapped, monitors: Monitors, wanted: Wanted) -> Made:
    scale = _scale(mapped, wanted)
    frames = _frames(mapped, monitors, wanted, scale)
    return Made(_rows(mapped, wanted), frames, legend(wanted.measure, wanted.pollutant, scale))


async def zone_map(service: Service, request: Request) -> Response:
    """The map of a year, with a slider over its months; the figures of cities stand below it."""
    visitor = await visitor_of(service, request)
    asked = request.query_params
    measure: Measure = next((known for known in MEASURES if known == asked.get("measure")), "emissions")

    def look(market: Market, rules: Rulebook) -> dict[str, Any]:
        return _facts(market.state, rules, visitor, asked)

    found = await visitor.look(look)
    monitors: Monitors | None = found.pop("monitors")
    kg: Mapping[str, Sequence[float]] = found.pop("kg")
    shown: dict[str, Any] = {"frames": [], "rows": [], "signs": [], "year": found["year"], "needs": None}
    if monitors is None:
        shown["needs"] = Phrase("The inventory of this zone is not here.", "本系统未配备该区域的源清单。")
    elif found["year"]:
        maps: Maps = service.beside.setdefault("maps", Maps())
        wanted = Wanted(found["law"], found["pollutant"], found["year"], measure, found["monthly"])
        made = await maps.of(service.hours, monitors, found["rules"], kg, wanted)
        if isinstance(made, Phrase):
            shown["needs"] = made
        else:
            shown.update(made._asdict())
    month = asked.get("month", "")
    at = int(month) if month in map(str, range(MONTHS + 1)) and found["monthly"] else 0
    del found["rules"], found["law"]
    return page(
        visitor,
        "map.html.j2",
        **{**found, **shown},
        unknown=passed_over(
            asked,
            {"measure": measure, "pollutant": found["pollutant"], "year": found["year"], "month": at},
        ),
        measure=measure,
        measures=MEASURES,
        at=at,
        charts=charts_there() and bool(shown["frames"]),
    )


def _facts(state: State, rules: Rulebook, visitor: Visitor, asked: Mapping[str, str]) -> dict[str, Any]:
    """What was emitted by source and month, of the years that are for who looks."""
    codes = [row.code for row in rules.pollutants]
    measured = {code for source in state.sources.values() for code in source.measured()}
    declared = {code for known in state.years.values() for code in known.declared_mg}
    there = [code for code in codes if code in measured | declared]
    pollutant = next((code for code in there if code == asked.get("pollutant")), there[0] if there else "")
    today, law = rules.civil.day_of(max(visitor.now, state.at)), rules.compliance.emissions_public_on
    all_years = {int(day[:4]) for days in state.days.values() if days for day in (min(days), max(days))}
    whole = not reads_as_public(visitor, rules, "")
    years = sorted((year for year in all_years if whole or not embargoed(year, law, today)), reverse=True)
    year = next((year for year in years if str(year) == asked.get("year")), years[0] if years else 0)
    kg: dict[str, list[float]] = {}  # of each works by month, and what it declared
    for source in state.sources.values():
        kg[source.id] = [mg / MG_PER_KG for mg in parts(state, source, year, pollutant)]
    caps = {
        Series.parse(name).jurisdiction: cap
        for name, cap in state.ledger.caps.items()
        if Series.parse(name).pollutant == pollutant and Series.parse(name).vintage == year
    }
    return {
        "rules": rules,
        "law": state.rulebook,
        "monitors": monitors_of(rules),
        "kg": kg,
        "pollutants": there,
        "pollutant": pollutant,
        "monthly": pollutant in measured,
        "years": years,
        "year": year,
        "caps": caps,
        "works": sorted(
            (
                OfWorks(
                    source.id,
                    works_name(rules, source.id, source.name),
                    place_name(rules, source.jurisdiction),
                    sum(kg[source.id]) / 1000,
                )
                for source in state.sources.values()
                if any(kg[source.id])
            ),
            key=lambda each: -each.tonnes,
        )
        if year
        else [],
        "hidden": [(each, public_from(each, law) or "") for each in sorted(all_years - set(years))],
    }


def parts(state: State, source: Source, year: int, pollutant: str) -> list[int]:
    """What a works came to, part by part; together what the year was verified at, or determined, once it was."""
    found = [0] * PARTS
    for stack, names in source.stacks:
        if pollutant in names:
            for day, sealed in state.days.get(stack, {}).items():
                if day.startswith(f"{year}-"):
                    found[int(day[5:7]) - 1] += sealed.mass_mg.get(pollutant, 0)
    reported = state.years.get((source.id, year))
    if reported is not None:
        found[DECLARED] = reported.declared_mg.get(pollutant, 0)
        if reported.verified_mg is not None:
            found[BEYOND] = reported.verified_mg.get(pollutant, 0) - sum(found)
    return found


def _mapped(
    folder: Path | None,
    monitors: Monitors,
    rules: Rulebook,
    kg: Mapping[str, Sequence[float]],
    wanted: Wanted,
) -> Mapped | Phrase:
    """What the map shows, or why it cannot."""
    zone, (_, pollutant, year, measure, monthly) = monitors.zone, wanted
    by_source: dict[str, Sequence[float]] = dict(kg)
    if measure != "emissions" and not monthly:
        return Phrase(
            "No monitor measures this pollutant: there is what was declared at the year's end alone.",
            "该污染物无在线监测，仅有年末申报量。",
        )
    if measure == "exceedance":
        found = _over(folder, monitors, pollutant, year)
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


def _over(folder: Path | None, monitors: Monitors, pollutant: str, year: int) -> dict[str, Sequence[float]] | None:
    found: dict[str, list[float]] = {}
    for stack in monitors.zone.stacks:
        file = there(folder, stack.stack)
        hours = None if file is None else read(file).get(pollutant)
        if hours is None or hours.year != year:
            continue
        over = over_by_month(hours, monitors.limits(stack.stack, pollutant, year), monitors.rules)
        months = found.setdefault(stack.source, [0.0] * PARTS)
        for month, count in enumerate(over):
            months[month] += count
    return dict(found) if found else None


# --- drawing


def _rows(mapped: Mapped, wanted: Wanted) -> list[Row]:
    measure = wanted.measure
    if measure == "load":
        return [
            Row(
                Phrase(each.name_en, each.name_zh),
                [f"{value:,.1f}" for value in by_month],
                f"{sum(by_month) / MONTHS:,.1f}",
            )
            for each, by_month in mapped.receptors
        ]
    size = 1000 if measure == "emissions" else 1
    decimals = 1 if measure == "emissions" else 0
    beyond = measure == "emissions" and any(by_month[BEYOND] for by_month in mapped.cities.values())
    return [
        Row(
            mapped.places.get(code, same(code)),
            [f"{value / size:,.{decimals}f}" if wanted.monthly else "–" for value in by_month[:MONTHS]],
            f"{sum(by_month) / size:,.{decimals}f}",
            f"{by_month[DECLARED] / size:,.{decimals}f}" if measure == "emissions" else "",
            f"{by_month[BEYOND] / size:,.{decimals}f}" if beyond else "",
        )
        for code, by_month in mapped.cities.items()
    ]


def _scale(mapped: Mapped, wanted: Wanted) -> Scale:
    """What the largest signs stand for; one scale for all months."""
    months = slice(MONTHS) if wanted.monthly else slice(MONTHS, PARTS)
    works = max((value for each in mapped.sources for value in each.by_month[months]), default=0) or 1
    receptor = max((value for _, by_month in mapped.receptors for value in by_month), default=0) or 1
    return Scale(works, receptor, wanted.monthly)


def _frames(mapped: Mapped, monitors: Monitors, wanted: Wanted, scale: Scale) -> list[tuple[str, Markup]]:
    """A figure for the whole year and for each month, drawn to one scale."""
    frames = []
    for month in range(MONTHS + 1 if wanted.monthly else 1):
        name = str(wanted.year) if not month else f"{wanted.year}-{month:02}"
        frames.append((name, script_json(_frame(mapped, monitors, wanted, month, scale))))
    return frames


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
