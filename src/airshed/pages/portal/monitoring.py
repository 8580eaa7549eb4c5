"""A firm's monitors: through which day they are sealed, where the gaps are, what a gap costs, marks with deadlines."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import NamedTuple

from starlette.requests import Request
from starlette.responses import Response

from airshed.engine.procedures.monitoring import unmeasured
from airshed.engine.procedures.trade_rules import reference_price
from airshed.engine.state import State
from airshed.model.allowance import Series
from airshed.model.measures import KG_PER_T, Unit
from airshed.mrv import states
from airshed.pages.kit.words import MARK_STATES, Phrase, same
from airshed.pages.portal.dues import NEAR_DAYS
from airshed.pages.portal.fields import name_of
from airshed.pages.portal.frame import Visitor, acting, page
from airshed.pages.portal.happening import in_column
from airshed.pages.portal.hours import MG_PER_KG, Hours, hour_text, lost, read, there
from airshed.pages.portal.monitored import (
    METHODS,
    EstimateSeen,
    MonitorTestSeen,
    PlanSeen,
    estimates_of,
    plan_of,
    tests_of,
)
from airshed.pages.portal.office.law_adopting import FileFault
from airshed.pages.portal.one_works import KINDS
from airshed.pages.stack.words import why_said
from airshed.rulebook import lookup
from airshed.rulebook.schema import Rulebook
from airshed.service.forms.form import BODIES
from airshed.service.http.problems import Stopped
from airshed.service.http.service import Service
from airshed.service.marketdata.reading import Market
from airshed.service.stacks.estimate_blanks import BLANKS

#: Gaps on the page; the dearest.
MOST = 1_000


class Monitor(NamedTuple):
    """A pollutant of a stack in the last year that has a sealed day."""

    source: str
    stack: str
    pollutant: str
    year: int
    sealed: str
    #: Days since then.
    behind: int
    measured: int
    substituted: int
    stopped: int
    #: Substituted of all hours that ran, in hundredths of a percent.
    share: int
    #: Substituted hours of the last sealed day.
    last_day: int
    #: What substitution adds over the mean of the measured hours, in kilograms, and the price of a tonne.
    more_kg: float | None
    price: int | None
    cost: Phrase
    #: The same for a single hour.
    an_hour: Phrase
    #: Whether that is of the hours themselves, and not of whole days.
    by_hour: bool = False


class Gap(NamedTuple):
    """Hours without a valid reading, and what stands in for them against what was measured otherwise."""

    stack: str
    pollutant: str
    first: str
    hours: int
    why: Phrase
    booked: str
    usual: str
    cost: Phrase


class Marked(NamedTuple):
    """Hours that were marked, with what is to be done until when."""

    number: int
    stack: str
    kind: Phrase
    first: str
    hours: int
    state: Phrase
    reason: str
    #: The last day for the proof; empty where none is owed.
    until: str
    how: str


class Works(NamedTuple):
    """How a works of the firm is monitored beside its monitors."""

    source: str
    #: What it declares, for no monitor measures it.
    unmeasured: tuple[str, ...]
    plan: PlanSeen | None
    estimates: list[EstimateSeen]
    tests: list[MonitorTestSeen]


#: What the role of who acts for a works enters of its monitors, where the law lets it.
ENTERED = ("MarkHours", "RecordTest")


async def monitoring(service: Service, request: Request) -> Response:
    """The monitors of a firm."""
    return await shown(await acting(service, request))


async def shown(
    visitor: Visitor, *, fault: FileFault | None = None, notice: Phrase | None = None, status: int = 200
) -> Response:
    """The same, after a file was brought that could not be read."""
    service, actor = visitor.service, visitor.actor
    assert actor is not None
    if not actor.account:
        raise Stopped("not_there", "whoever acts for no account has no monitors")

    def look(market: Market, rules: Rulebook) -> tuple[list[Monitor], list[Marked], list[Works], list[str], Rulebook]:
        state = market.state
        today = rules.civil.day_of(max(visitor.now, state.at))
        return (
            list(_monitors(state, rules, actor.account, today)),
            _marks(state, actor.account, today),
            list(_works(state, rules, actor.account, today)),
            [name for name in ENTERED if lookup.may(rules, actor.role, name)],
            rules,
        )

    monitors, marks, works, entered, rules = await visitor.look(look)
    monitors, gaps = await asyncio.to_thread(_gaps, service.hours, monitors, rules)
    behind = [each for each in monitors if each.behind > 1]
    return page(
        visitor,
        "monitoring.html.j2",
        status,
        works=works,
        entered=[(name, name_of(BODIES[name])) for name in entered],
        fault=fault,
        notice=notice,
        blanks=[(method, METHODS[method]) for method in BLANKS],
        monitors=monitors,
        marks=marks,
        gaps=gaps[:MOST],
        all_gaps=len(gaps),
        by_day=[each for each in monitors if each.more_kg is not None and not each.by_hour],
        behind=len(behind),
    )


def _works(state: State, rules: Rulebook, account: str, today: str) -> Iterator[Works]:
    for source in state.sources.values():
        if source.account == account:
            yield Works(
                source.id,
                unmeasured(rules, source),
                plan_of(state, source.id, today),
                estimates_of(state, rules, source.id, today, whole=True),
                tests_of(state, source),
            )


def _prices(state: State, rules: Rulebook, account: str) -> dict[str, int]:
    """Reference prices by stack, pollutant and year, as `STACK POLLUTANT YEAR`."""
    found: dict[str, int] = {}
    for source in state.sources.values():
        if source.account != account:
            continue
        for name in state.ledger.caps:
            series = Series.parse(name)
            if series.jurisdiction == source.jurisdiction:
                for stack, _ in source.stacks:
                    found[f"{stack} {series.pollutant} {series.vintage}"] = reference_price(state, rules, name)
    return found


def _monitors(state: State, rules: Rulebook, account: str, today: str) -> Iterator[Monitor]:
    prices = _prices(state, rules, account)
    for source in state.sources.values():
        if source.account != account:
            continue
        for stack, pollutants in source.stacks:
            days = state.days.get(stack)
            if not days:
                continue
            last = max(days)
            year = int(last[:4])
            for pollutant in pollutants:
                mine = [
                    sealed for day, sealed in days.items() if day.startswith(f"{year}-") and pollutant in sealed.hours
                ]
                measured, substituted, stopped = (
                    sum(each.hours[pollutant][place] for each in mine) for place in range(3)
                )
                ran = measured + substituted
                # Where the hours themselves are not here: of days that have no substituted hour the mean is known.
                whole = [each for each in mine if not each.hours[pollutant][1] and each.hours[pollutant][0]]
                hours = sum(each.hours[pollutant][0] for each in whole)
                usual = sum(each.mass_mg[pollutant] for each in whole) / hours if hours else None
                more = None
                if usual is not None:
                    gaps = [each for each in mine if each.hours[pollutant][1]]
                    booked = sum(each.mass_mg[pollutant] for each in gaps)
                    more = (booked - usual * sum(sum(each.hours[pollutant][:2]) for each in gaps)) / MG_PER_KG
                price = prices.get(f"{stack} {pollutant} {year}")
                yield Monitor(
                    source.id,
                    stack,
                    pollutant,
                    year,
                    last,
                    (date.fromisoformat(today) - date.fromisoformat(last)).days,
                    measured,
                    substituted,
                    stopped,
                    round(10_000 * substituted / ran) if ran else 0,
                    days[last].hours[pollutant][1] if pollutant in days[last].hours else 0,
                    more,
                    price,
                    _money(more, price, rules),
                    _money(more / substituted if more is not None and substituted else None, price, rules),
                )


def _money(kg: float | None, price: int | None, rules: Rulebook) -> Phrase:
    """What so many kilograms cost; below zero what is saved."""
    if kg is None or price is None:
        return same("–")
    text = in_column(round(abs(kg) * price / KG_PER_T), Unit.FEN, rules)
    return Phrase(f"−{text.en}", f"−{text.zh}") if kg < 0 else text


def _gaps(folder: Path | None, monitors: Sequence[Monitor], rules: Rulebook) -> tuple[list[Monitor], list[Gap]]:
    """Every gap of the year with its own price, the dearest first, and the monitors with the sum of theirs.

    A monitor whose hours do not lie beside the book keeps what its days say.
    """
    shown: list[Monitor] = []
    found: list[tuple[float, Gap]] = []
    for each in monitors:
        file = there(folder, each.stack)
        hours = None if file is None else read(file).get(each.pollutant)
        if hours is None or hours.year != each.year:
            shown.append(each)
            continue
        usual, total, many = _usual(hours), 0.0, 0
        for span in lost(hours):
            count = span.after - span.first
            more = span.kg - usual * count
            total, many = total + more, many + count
            gap = Gap(
                each.stack,
                each.pollutant,
                hour_text(hours.year, span.first),
                count,
                why_said(span.why) if span.why else Phrase("not told", "未注明"),
                f"{span.kg:,.1f}",
                f"{usual * count:,.1f}",
                _money(more, each.price, rules),
            )
            found.append((-more * (each.price or 0), gap))
        shown.append(
            each._replace(
                more_kg=total,
                cost=_money(total, each.price, rules),
                an_hour=_money(total / many if many else None, each.price, rules),
                by_hour=True,
            )
        )
    return shown, [gap for _, gap in sorted(found, key=lambda pair: pair[0])]


def _usual(hours: Hours) -> float:
    """The mean of the measured hours, in kilograms."""
    measured = hours.mass_mg[hours.status == states.MEASURED]
    return float(measured.mean()) / MG_PER_KG if len(measured) else 0.0


def _marks(state: State, account: str, today: str) -> list[Marked]:
    stacks = {stack for source in state.sources.values() if source.account == account for stack, _ in source.stacks}
    found = []
    for mark in state.marks.values():
        if mark.stack not in stacks:
            continue
        owed = mark.state == "entered" and not mark.evidence
        until = state.civil.day_of(mark.prove_by) if owed else ""
        left = (date.fromisoformat(until) - date.fromisoformat(today)).days if owed else 0
        how = "" if not owed else "late" if left < 0 else "due" if left <= NEAR_DAYS else ""
        kind = KINDS.get(mark.kind, same(mark.kind))
        found.append(
            Marked(
                mark.id,
                mark.stack,
                kind,
                state.civil.day_of(mark.first),
                mark.hours,
                MARK_STATES[mark.state],
                mark.reason,
                until,
                how,
            )
        )
    return sorted(found, key=lambda each: (not each.until, each.until, -each.number))
