"""The calendar of a programme: what is due until when, from which day figures are public, until when is sold."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any, Literal, NamedTuple

from starlette.requests import Request
from starlette.responses import Response

from airshed.compliance.deadline import next_business_day
from airshed.compliance.publication import public_from
from airshed.engine.procedures.deadlines import surrender_day
from airshed.engine.state import State
from airshed.pages.kit.words import Phrase
from airshed.pages.portal.frame import page, visitor_of
from airshed.pages.portal.opening import session_of
from airshed.pages.portal.overview import first_year
from airshed.rulebook.lookup import worked
from airshed.rulebook.schema import Rulebook
from airshed.rulebook.seasons import due_day
from airshed.service.http.service import Service
from airshed.service.marketdata.reading import Market


class Date(NamedTuple):
    """A day and what it is the day of."""

    day: str
    what: Phrase
    #: "over", "next" or empty.
    how: str = ""
    #: Of a deadline of a compliance year: what has to be done by then, and for which year.
    step: Literal["", "report", "verify", "surrender"] = ""
    year: int = 0


async def calendar(service: Service, request: Request) -> Response:
    """The days of this year and of the year before."""
    visitor = await visitor_of(service, request)

    def look(market: Market, rules: Rulebook) -> dict[str, Any]:
        at = max(visitor.now, market.state.at)
        today = rules.civil.day_of(at)
        tomorrow = (date.fromisoformat(today) + timedelta(days=1)).isoformat()
        trading = next_business_day(tomorrow, lambda day: worked(rules, day))
        found = dates(market.state, rules, today)
        return {"dates": found, "today": today, "session": session_of(market.state, at), "trading": trading}

    return page(visitor, "calendar.html.j2", **await visitor.look(look))


def dates(state: State, rules: Rulebook, today: str) -> list[Date]:
    """Every day of the law for the year that runs and the one before, in order; the next that comes is marked."""
    found = sorted(
        {
            *_of_law(rules, int(today[:4]), first_year(state, rules, today)),
            *_auctions(rules, int(today[:4])),
            *_on_sale(state),
        },
        key=lambda each: (each.day, each.what.en),
    )
    coming = next((each.day for each in found if each.day >= today), "")
    return [each._replace(how="over" if each.day < today else "next" if each.day == coming else "") for each in found]


def _of_law(rules: Rulebook, now: int, first: int) -> Iterator[Date]:
    """Of no year before the first of the programme: nobody owes one."""
    law = rules.calendar
    for year in sorted({max(first, now - 1), max(first, now)}):
        report = Phrase(f"Reports of {year} are due", f"{year}年度报告截止")
        verify = Phrase(f"Verification of {year} is due", f"{year}年度核查截止")
        surrender = Phrase(f"Last day to surrender for {year}", f"{year}年度清缴截止")
        yield Date(due_day(rules, year, law.report_by), report, step="report", year=year)
        yield Date(due_day(rules, year, law.verify_by), verify, step="verify", year=year)
        yield Date(surrender_day(rules, year), surrender, step="surrender", year=year)
        for day, english, chinese in (
            (rules.compliance.emissions_public_on, "Emissions of {} are public", "{}年度排放数据公开"),
            (rules.compliance.standing_public_on, "How each stands for {} is public", "{}年度履约情况公开"),
        ):
            known = public_from(year, day)
            if known is not None:
                yield Date(known, Phrase(english.format(year), chinese.format(year)))


def _auctions(rules: Rulebook, now: int) -> Iterator[Date]:
    """Those of the year, and the first of the next."""
    days = sorted(rules.auction.days)
    for day in (*(f"{now}-{each}" for each in days), *(f"{now + 1}-{each}" for each in days[:1])):
        yield Date(day, Phrase("Auctions by the law", "规则所定拍卖日"))


def _on_sale(state: State) -> Iterator[Date]:
    for sale in state.sales.values():
        if sale.open:
            yield Date(sale.until, Phrase(f"Last day of the sale {sale.id}", f"出让{sale.id}截止"))
