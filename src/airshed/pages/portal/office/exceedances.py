"""Days on which a stack lay above a limit, from the hours that the monitoring host left, with the case of each."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from threading import Lock
from typing import Any, NamedTuple
from urllib.parse import urlencode

import numpy as np
from starlette.requests import Request
from starlette.responses import Response

from airshed.engine.state import State
from airshed.model.civil import CivilTime
from airshed.model.measures import times_over
from airshed.model.period import HOUR_MS
from airshed.mrv.exceedance import over_limit
from airshed.mrv.rules import LimitValue, MonitoringRules
from airshed.pages.kit.words import MARK_STATES, Phrase, same
from airshed.pages.portal.frame import acting, office, page, place_name
from airshed.pages.portal.grounds import NOTICE
from airshed.pages.portal.hours import Hours, Monitors, converted, monitors_of, read, there
from airshed.pages.portal.names import works_name
from airshed.pages.portal.one_works import KINDS
from airshed.rulebook import lookup
from airshed.rulebook.schema import Rulebook
from airshed.service.http.service import Service
from airshed.service.marketdata.reading import Market

#: Days on the page; the worst.
MOST = 2_000
#: The ground of a case that such a day is.
GROUND = "exceedance"


class Over(NamedTuple):
    """A day on which hourly means lay above a limit."""

    stack: str
    pollutant: str
    day: str
    #: The first of its hours above the limit, and how many there are.
    first: int
    hours: int
    #: The highest mean at the reference oxygen, in mg/m3.
    worst: float
    limit: LimitValue


class ShownDay(NamedTuple):
    """Such a day on the page."""

    over: Over
    source: str
    works: Phrase
    place: Phrase
    #: What the operator said of those hours, and how that stands.
    marks: Sequence[Phrase]
    #: Numbers of the cases about it.
    cases: Sequence[int]
    #: The form of a notice with what is known filled in; empty where it is not theirs to send.
    notice: str

    @property
    def highest(self) -> str:
        """The highest mean, with so many decimals that it is seen to lie above its limit."""
        worst, limit = self.over.worst, self.over.limit.limit_mg_m3
        return next((said for decimals in (1, 2, 3) if float(said := f"{worst:.{decimals}f}") > limit), f"{worst:.4f}")

    @property
    def times(self) -> str:
        """By how many times the limit is exceeded, as the report and the page of a stack reckon it: C / L - 1."""
        return str(times_over(self.over.worst, self.over.limit.limit_mg_m3))


def days_over(
    stack: str, hours: Hours, limits: Sequence[tuple[LimitValue, int, int]], rules: MonitoringRules
) -> list[Over]:
    """The days of a pollutant of a stack with an hour above the limit that held."""
    found: list[Over] = []
    for limit, first, after in limits:
        means = converted(hours, limit, rules)
        above = np.flatnonzero(over_limit(means, limit, rules)[first:after]) + first
        days, starts, counts = np.unique(above // 24, return_index=True, return_counts=True)
        for day, start, count in zip(days.tolist(), starts.tolist(), counts.tolist(), strict=True):
            worst = float(means[above[start : start + count]].max())
            said = (date(hours.year, 1, 1) + timedelta(days=day)).isoformat()
            found.append(Over(stack, hours.pollutant, said, int(above[start]) % 24, count, worst, limit))
    return found


class FoundHours(NamedTuple):
    """What was found last, and in which hours under which law: it is looked for once for all who ask."""

    turn: Lock
    kept: dict[tuple[int, str], list[Over]]


def every(folder: Path | None, monitors: Monitors | None, law: str, found: FoundHours) -> list[Over] | None:
    """All such days, the worst first; None where the hours are not here."""
    if folder is None or not folder.is_dir() or monitors is None:
        return None
    key = (folder.stat().st_mtime_ns, law)
    with found.turn:
        if key not in found.kept:
            days: list[Over] = []
            for stack in monitors.zone.stacks:
                file = there(folder, stack.stack)
                for pollutant, hours in ({} if file is None else read(file)).items():
                    limits = monitors.limits(stack.stack, pollutant, hours.year)
                    days += days_over(stack.stack, hours, limits, monitors.rules)
            found.kept.clear()
            found.kept[key] = sorted(days, key=lambda each: -each.worst / each.limit.limit_mg_m3)
        return found.kept[key]


async def exceedances(service: Service, request: Request) -> Response:
    """Every day above a limit in what somebody oversees, with the way to a case."""
    visitor = await acting(service, request)
    actor = office(visitor, "days", "marks", "cases")
    law, monitors = await visitor.look(
        lambda market, rules: (market.state.rulebook.digest if market.state.rulebook else "", monitors_of(rules))
    )
    kept: FoundHours = service.beside.setdefault("exceedances", FoundHours(Lock(), {}))
    days = await asyncio.to_thread(every, service.hours, monitors, law, kept)

    def look(market: Market, rules: Rulebook) -> list[ShownDay]:
        may = NOTICE in lookup.roles(rules).get(actor.role, frozenset())
        named = {row.ground: row for row in rules.cases.grounds}
        return list(_shown(market.state, rules, days or (), actor.jurisdiction, may and GROUND in named))

    shown = await visitor.look(look)
    return page(visitor, "exceedances.html.j2", compared=days is not None, days=shown[:MOST], all_days=len(shown))


def _shown(state: State, rules: Rulebook, days: Sequence[Over], scope: str, may: bool) -> Sequence[ShownDay]:
    marks: dict[str, list[Any]] = {}
    for mark in state.marks.values():
        marks.setdefault(mark.stack, []).append(mark)
    cases: dict[tuple[str, str, str], list[int]] = {}
    for case in state.cases.values():
        if case.ground == GROUND:
            cases.setdefault((case.stack, case.pollutant, case.day), []).append(case.id)
    found = []
    for over in days:
        source = state.sources.get(state.stack_source.get(over.stack, ""))
        if source is None or scope not in ("", source.jurisdiction):
            continue
        found.append(
            ShownDay(
                over,
                source.id,
                works_name(rules, source.id, source.name),
                place_name(rules, source.jurisdiction),
                [_said(mark) for mark in marks.get(over.stack, ()) if _touches(mark, over.day, state.standard)],
                cases.get((over.stack, over.pollutant, over.day), []),
                _notice(source.id, over) if may else "",
            )
        )
    return found


def _touches(mark: Any, day: str, time: CivilTime) -> bool:
    return time.day_of(mark.first) <= day <= time.day_of(mark.first + (mark.hours - 1) * HOUR_MS)


def _said(mark: Any) -> Phrase:
    kind, state = KINDS.get(mark.kind, same(mark.kind)), MARK_STATES[mark.state]
    return Phrase(f"{kind.en}, {state.en}", f"{kind.zh}（{state.zh}）")


def _notice(source: str, over: Over) -> str:
    """The form of a notice about a day, filled in as far as the day says it."""
    fields: Mapping[str, str] = {
        "source": source,
        "year": over.day[:4],
        "ground": GROUND,
        "pollutant": over.pollutant,
        "stack": over.stack,
        "day": over.day,
        "reason": f"{over.stack} {over.pollutant} {over.day} {over.first:02}:00: {over.hours} h > "
        f"{over.limit.limit_mg_m3:g} mg/m3 ({over.limit.standard}), max {over.worst:.1f} mg/m3",
    }
    return f"/act/{NOTICE}?{urlencode(fields)}"
