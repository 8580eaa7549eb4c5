"""The page of a works: what it emitted hour by hour beside its limits, what was substituted and why, and its years."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path
from threading import Lock
from typing import Any, NamedTuple
from urllib.parse import quote

import numpy as np
from starlette.requests import Request
from starlette.responses import Response

from airshed.compliance.publication import embargoed, public_from
from airshed.engine.journal import decode
from airshed.engine.nouns import Source
from airshed.engine.state import State
from airshed.model.measures import Unit
from airshed.model.period import HOUR_MS
from airshed.mrv import states
from airshed.mrv.rules import LimitValue
from airshed.mrv.substitution import Gap
from airshed.pages.kit.colours import ALARM, faded, pollutant_colour
from airshed.pages.kit.details import subject_name
from airshed.pages.kit.figures import (
    Figure,
    along,
    bars,
    days,
    figure,
    floors,
    line,
    moment,
    nothing,
    on_floor,
    points,
    ruler,
    values,
)
from airshed.pages.kit.html import script_json
from airshed.pages.kit.words import FINDINGS, MARK_STATES, Phrase, same
from airshed.pages.portal.assets import charts_there
from airshed.pages.portal.frame import Visitor, on, page, passed_over, place_name, visitor_of
from airshed.pages.portal.happening import in_column
from airshed.pages.portal.hours import (
    MG_PER_KG,
    Hours,
    Monitors,
    converted,
    hour_text,
    lost,
    monitors_of,
    over_by_month,
    read,
    stood_in,
    there,
)
from airshed.pages.portal.monitored import estimates_of, plan_of, tests_of
from airshed.pages.portal.names import firm_name, works_name
from airshed.pages.portal.public import reads_as_public, years_of
from airshed.pages.register import fined
from airshed.pages.stack.words import method_said, why_said
from airshed.rulebook.schema import Rulebook
from airshed.service.book.kept import KeptBook
from airshed.service.forms.happened import WORDS
from airshed.service.http.problems import Stopped
from airshed.service.http.reading import record_for
from airshed.service.http.seen import TELLING_YEARS
from airshed.service.http.service import Service
from airshed.service.marketdata.reading import Market

KINDS = {name.removeprefix("kind."): Phrase(*said) for name, said in WORDS.items() if name.startswith("kind.")}
FOUND: Mapping[str, Phrase] = {str(code): phrase for code, phrase in FINDINGS.items()}
SUBSTITUTED = "#d0693b"


class Chosen(NamedTuple):
    """What of a works is looked at."""

    stack: str
    pollutant: str
    year: int


class Seen(NamedTuple):
    """A span of hours of which no valid reading came, on a page."""

    first: str
    last: str
    hours: int
    why: Phrase
    #: The tier of the law that set its figure, and the hour whose mass it is; empty where no tier gives it.
    by: Phrase
    from_hour: str
    kg: str


class MarkSeen(NamedTuple):
    """Hours that the operator marked, on a page."""

    number: int
    stack: str
    kind: Phrase
    first: str
    hours: int
    state: Phrase
    #: Only for those whose it is.
    reason: str
    prove_by: str


class FindingSeen(NamedTuple):
    """What the checks found, on a page."""

    stack: str
    what: Phrase
    subject: Phrase
    hours: int


def as_spelt(state: State, name: str) -> str:
    """The name of a works as the book spells it, for whoever writes it in small letters; the name itself otherwise."""
    if name in state.sources:
        return name
    return next((source for source in state.sources if source.casefold() == name.casefold()), name)


async def one_works(service: Service, request: Request) -> Response:
    """A works: its hours, its limits, what was substituted, its years."""
    visitor = await visitor_of(service, request)
    name, asked = request.path_params["source"], request.query_params
    spelt = await visitor.look(lambda market, rules: as_spelt(market.state, name))
    if spelt != name:
        return on(f"/works/{quote(spelt)}{'?' * bool(asked)}{asked}")

    def look(market: Market, rules: Rulebook) -> tuple[dict[str, Any], Chosen | None, Monitors | None]:
        state = market.state
        source = state.sources.get(name)
        if source is None:
            raise Stopped("not_there", "there is no such works")
        at = max(visitor.now, state.at)
        whole = reads_whole(visitor, rules, source)
        years = open_years(state, rules, source, rules.civil.day_of(at), whole=whole)
        chosen = _chosen(source, years, asked)
        return _facts(state, rules, source, at, years, chosen, whole=whole), chosen, monitors_of(rules)

    found, chosen, monitors = await visitor.look(look)
    records = await service.readers.read(lambda book: figures_of(service, book).get(name, {}))
    actor = "" if visitor.actor is None else visitor.actor.id
    kept_back = await service.readers.read(
        lambda book: {year for year, seq in records.items() if record_for(book, actor, seq, visitor.now).body is None}
    )
    decided = await service.readers.read(
        lambda book: [row for part in fined(book) for row in part.rows if row[1] == name]
    )
    shown: dict[str, Any] = {"spans": [], "limits": [], "hourly": False, "totals": None, "over": None}
    if chosen is not None:
        file = there(service.hours, chosen.stack)
        of_hours = None if file is None else (await asyncio.to_thread(_hours, file)).get(chosen.pollutant)
        if of_hours is not None and of_hours.year == chosen.year and monitors is not None:
            shown = await asyncio.to_thread(_hourly, of_hours, chosen, monitors, found["days"])
        else:
            shown["figure"] = script_json(daily(found["days"], chosen))
    charts = charts_there() and bool(chosen)
    return page(
        visitor,
        "one_works.html.j2",
        **found,
        **shown,
        chosen=chosen,
        unknown=same("") if chosen is None else passed_over(asked, chosen._asdict()),
        charts=charts,
        records=records,
        kept_back=kept_back,
        decided=decided,
    )


class FiguresSet(NamedTuple):
    """The records that set the figures of years, by source and year, as far as the book was looked through."""

    turn: Lock
    by_source: dict[str, dict[int, int]]
    #: The record through which it was.
    through: list[int]


def figures_of(service: Service, book: KeptBook) -> Mapping[str, Mapping[int, int]]:
    """By source and year: the record that set its figure last. What was looked through is not looked through again."""
    found: FiguresSet = service.beside.setdefault("figures", FiguresSet(Lock(), {}, [0]))
    last = book.last()
    with found.turn:
        if last > found.through[0]:
            sets = [
                (line.seq, event)
                for kind in TELLING_YEARS
                for line in book.holding(f'"is":"{kind.__name__}"'.encode(), last, found.through[0])
                for event in decode(line).events
                if isinstance(event, TELLING_YEARS)
            ]
            for seq, event in sorted(sets, key=lambda each: each[0]):
                found.by_source.setdefault(event.source, {})[event.year] = seq
            found.through[0] = last
    return found.by_source


def reads_whole(visitor: Visitor, rules: Rulebook, source: Source) -> bool:
    """Whether somebody reads of a works what is not public yet: its holder, and an office that the law lets."""
    actor = visitor.actor
    if actor is not None and actor.state == "active" and actor.account:
        return actor.account == source.account
    return not reads_as_public(visitor, rules, source.jurisdiction)


def open_years(state: State, rules: Rulebook, source: Source, today: str, *, whole: bool) -> list[int]:
    """The years of which sealed days may be looked at, the last first."""
    years = {int(day[:4]) for stack, _ in source.stacks for day in state.days.get(stack, {})}
    law = rules.compliance.emissions_public_on
    return sorted((year for year in years if whole or not embargoed(year, law, today)), reverse=True)


def _chosen(source: Source, years: Sequence[int], asked: Mapping[str, str]) -> Chosen | None:
    stacks = dict(source.stacks)
    if not years or not stacks:
        return None
    stack = asked.get("stack", "")
    stack = stack if stack in stacks else next(iter(stacks))
    pollutant = asked.get("pollutant", "")
    pollutant = pollutant if pollutant in stacks[stack] else next(iter(stacks[stack]), "")
    year = next((year for year in years if str(year) == asked.get("year")), years[0])
    return Chosen(stack, pollutant, year) if pollutant else None


def _facts(
    state: State, rules: Rulebook, source: Source, at: int, years: Sequence[int], chosen: Chosen | None, *, whole: bool
) -> dict[str, Any]:
    today = rules.civil.day_of(at)
    grants = [
        (series, in_column(grant.count, Unit.ALLOWANCES, rules))
        for (of, series), grant in state.grants.items()
        if of == source.id
    ]
    sealed = {int(day[:4]) for stack, _ in source.stacks for day in state.days.get(stack, {})}
    hidden = sorted(sealed - set(years))
    law = rules.compliance.emissions_public_on
    year = 0 if chosen is None else chosen.year
    sectors = {row.code: Phrase(row.name_en, row.name_zh) for row in rules.sectors}
    return {
        "source": source,
        "title": works_name(rules, source.id, source.name),
        "city": place_name(rules, source.jurisdiction),
        "sector": sectors.get(source.sector, same(source.sector)),
        "holder": firm_name(rules, state.ledger.accounts[source.account].name),
        "grants": sorted(grants, key=lambda each: (-int(each[0].rpartition("-")[2]), each[0])),
        "stacks": [(stack, measured, len(state.days.get(stack, {}))) for stack, measured in source.stacks],
        "closed": state.closures.get(source.id, ""),
        "years": years_of(state, rules, source.id, today, whole=whole),
        "open_years": years,
        "hidden": [(each, public_from(each, law) or "") for each in hidden],
        "marks": [] if chosen is None else _marks(state, source, year, whole=whole),
        "findings": [] if chosen is None or not whole else _findings(state, source, year),
        "days": [] if chosen is None else _days(state, chosen),
        "plan": plan_of(state, source.id, today),
        "estimates": estimates_of(state, rules, source.id, today, whole=whole),
        "tests": tests_of(state, source),
        "whole": whole,
    }


def _days(state: State, chosen: Chosen) -> list[tuple[str, float, int]]:
    """Each sealed day of the year: its kilograms, and its substituted hours."""
    return [
        (day, sealed.mass_mg[chosen.pollutant] / MG_PER_KG, sealed.hours[chosen.pollutant][1])
        for day, sealed in sorted(state.days.get(chosen.stack, {}).items())
        if day.startswith(f"{chosen.year}-") and chosen.pollutant in sealed.mass_mg
    ]


def _marks(state: State, source: Source, year: int, *, whole: bool) -> list[MarkSeen]:
    stacks = {stack for stack, _ in source.stacks}
    return [
        MarkSeen(
            mark.id,
            mark.stack,
            KINDS.get(mark.kind, same(mark.kind)),
            state.civil.clock(mark.first)[:16].replace("T", " "),
            mark.hours,
            MARK_STATES[mark.state],
            mark.reason if whole else "",
            state.civil.day_of(mark.prove_by) if mark.state == "entered" and not mark.evidence else "",
        )
        for mark in state.marks.values()
        if mark.stack in stacks and state.civil.clock(mark.first).startswith(f"{year}-")
    ]


def _findings(state: State, source: Source, year: int) -> list[FindingSeen]:
    return [
        FindingSeen(stack, FOUND[line.finding], subject_name(line.subject), line.hours)
        for stack, _ in source.stacks
        for line in state.findings.get((stack, year), ())
    ]


# --- charts


def _hours(file: Path) -> Mapping[str, Hours]:
    return read(file)


def _hourly(
    hours: Hours, chosen: Chosen, monitors: Monitors, sealed: Sequence[tuple[str, float, int]]
) -> dict[str, Any]:
    """The hours of a pollutant with its limits; only of days that are sealed."""
    done = {day for day, _, _ in sealed}
    limits = monitors.limits(chosen.stack, chosen.pollutant, chosen.year)
    tiers = stood_in(hours, monitors.rules)
    spans = [
        Seen(
            hour_text(hours.year, each.first),
            hour_text(hours.year, each.after - 1),
            each.after - each.first,
            why_said(each.why) if each.why else Phrase("not told", "未注明"),
            *_tier(hours.year, tiers.get(each.first)),
            f"{each.kg:,.1f}",
        )
        for each in lost(hours)
        if hour_text(hours.year, each.first)[:10] in done
    ]
    filled = hours.status == states.SUBSTITUTED
    return {
        "figure": script_json(hourly(hours, chosen, limits, monitors)),
        "spans": spans,
        "limits": [
            (f"{limit.limit_mg_m3:g} mg/m³", limit.standard, limit.statistic, limit.reference_o2_percent)
            for limit, _, _ in limits
        ],
        "hourly": True,
        "over": sum(over_by_month(hours, limits, monitors.rules)) if limits else None,
        "totals": (
            int((hours.status == states.MEASURED).sum()),
            int(filled.sum()),
            int((hours.status == states.STOPPED).sum()),
        ),
    }


def _tier(year: int, gap: Gap | None) -> tuple[Phrase, str]:
    if gap is None:
        return same("–"), ""
    of = gap.from_hour
    return method_said(gap.method), "" if of is None or of < 0 else hour_text(year, of)


def hourly(hours: Hours, chosen: Chosen, limits: Sequence[tuple[LimitValue, int, int]], monitors: Monitors) -> Figure:
    """Kilograms of every hour, substituted ones apart, above the concentration beside its limit."""
    start = moment(f"{chosen.year}-01-01")
    colour = pollutant_colour(chosen.pollutant)
    kg = hours.mass_mg / MG_PER_KG
    measured = np.where(hours.status == states.MEASURED, kg, np.nan)
    filled = np.flatnonzero(hours.status == states.SUBSTITUTED)
    by_hour: dict[str, Any] = {"step_ms": HOUR_MS, "from": start, "sampling": "lttb", "connectNulls": False}
    shown = [
        line(
            _plain(measured, 1),
            colour,
            name=Phrase("measured", "实测"),
            said=[same("{x:hour}"), Phrase("{y:1} kg measured", "实测 {y:1} 千克")],
            width=1,
            **by_hour,
        ),
        points(
            [[start + int(hour) * HOUR_MS, round(float(kg[hour]), 1)] for hour in filled],
            SUBSTITUTED,
            name=Phrase("substituted", "替代"),
            said=[same("{x:hour}"), Phrase("{y:1} kg substituted", "替代 {y:1} 千克")],
            size=4,
        ),
    ]
    axes = [values(Phrase("kg an hour", "千克／小时"))]
    weights = [1.0]
    if limits:
        last = limits[-1][0]
        column = converted(hours, last, monitors.rules)
        shown.append(
            on_floor(
                1,
                line(
                    _plain(column, 1),
                    faded(colour, 0.8),
                    said=[same("{x:hour}"), same("{y:1} mg/m³")],
                    width=1,
                    **by_hour,
                ),
            )
        )
        told = Phrase(f"limit {last.limit_mg_m3:g}", f"限值{last.limit_mg_m3:g}")
        shown.append(on_floor(1, ruler(along(last.limit_mg_m3, told, ALARM))))
        axes.append(values(same("mg/m³"), max=max(round(1.2 * last.limit_mg_m3), _most(column))))
        weights.append(0.8)
    zooms = list(range(len(weights)))
    return floors(
        weights,
        shown,
        x=days(f"{chosen.year}-01-01", f"{chosen.year}-12-31"),
        y=axes,
        foot=26,
        legend={
            "data": [Phrase("measured", "实测"), Phrase("substituted", "替代")],
            "top": 0,
            "bottom": "auto",
            "left": "auto",
            "right": 18,
        },
        dataZoom=[{"type": "inside", "xAxisIndex": zooms}, {"type": "slider", "xAxisIndex": zooms}],
    )


def _most(column: np.ndarray[Any, Any]) -> int:
    return 0 if np.isnan(column).all() else int(np.nanmax(column)) + 1


def _plain(column: np.ndarray[Any, Any], decimals: int) -> list[float | None]:
    return [None if np.isnan(value) else round(float(value), decimals) for value in column]


def daily(sealed: Sequence[tuple[str, float, int]], chosen: Chosen) -> Figure:
    """Kilograms of every sealed day, where no hours lie beside the book."""
    if not sealed:
        return nothing(Phrase("no day of it is sealed", "尚无封存日数据"))
    data = [[moment(day), round(kg, 1)] for day, kg, _ in sealed]
    told = [same("{x:day}"), Phrase("{y:1} kg", "{y:1} 千克")]
    return figure(
        [bars(data, pollutant_colour(chosen.pollutant), said=told)],
        x=days(f"{chosen.year}-01-01", f"{chosen.year}-12-31"),
        y=values(Phrase("kg a day", "千克／日")),
    )
