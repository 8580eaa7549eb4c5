"""The map of the zone: cities, works and places where the air is measured, month by month."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from starlette.requests import Request
from starlette.responses import Response

from airshed.compliance.publication import embargoed, public_from
from airshed.engine.state import State
from airshed.pages.kit.words import Phrase
from airshed.pages.portal.assets import charts_there
from airshed.pages.portal.frame import Visitor, page, passed_over, place_name, visitor_of
from airshed.pages.portal.hours import Monitors, monitors_of
from airshed.pages.portal.map_content import MEASURES, Measure, Wanted
from airshed.pages.portal.map_emitted import MONTHS, Emitted
from airshed.pages.portal.map_kept import Maps
from airshed.pages.portal.names import works_name
from airshed.pages.portal.public import reads_as_public
from airshed.rulebook.schema import Rulebook
from airshed.service.http.service import Service
from airshed.service.marketdata.reading import Market


class OfWorks(NamedTuple):
    """A works in the table below the map."""

    source: str
    name: Phrase
    city: Phrase
    #: Tonnes, or hours over the limit.
    amount: float


async def zone_map(service: Service, request: Request) -> Response:
    """The map of a year, with a slider over its months; the figures of cities stand below it."""
    visitor = await visitor_of(service, request)
    asked = request.query_params
    measure: Measure = next((known for known in MEASURES if known == asked.get("measure")), "emissions")
    found, shown = await _drawn(service, visitor.now, measure, asked, _reads_early(visitor))
    month = asked.get("month", "")
    at = int(month) if month in map(str, range(MONTHS + 1)) and found["monthly"] else 0
    return page(
        visitor,
        "map.html.j2",
        **{**found, **shown},
        unknown=passed_over(
            asked,
            {"measure": measure, "pollutant": found["pollutant"], "year": found["year"], "month": at},
            {"measure": MEASURES[measure], **({} if at else {"month": Phrase("whole year", "全年")})},
        ),
        measure=measure,
        measures=MEASURES,
        at=at,
        charts=charts_there() and bool(shown["frames"]),
    )


async def drawn_before_anybody_comes(service: Service) -> None:
    """Draw what everybody's first look at the map needs: the hours of all stacks are read, and a view of each kind."""
    for measure in MEASURES:
        await _drawn(service, service.clock(), measure, {}, lambda rules: False)


#: Whether who looks reads figures of the whole zone before their day, by the law.
Early = Callable[[Rulebook], bool]


def _reads_early(visitor: Visitor) -> Early:
    return lambda rules: not reads_as_public(visitor, rules, "")


async def _drawn(
    service: Service, now: int, measure: Measure, asked: Mapping[str, str], early: Early
) -> tuple[dict[str, Any], dict[str, Any]]:
    """What was emitted, and the map of it with its tables, or what is needed for one."""
    emitted: Emitted = service.beside.setdefault("emitted", Emitted())

    def look(market: Market, rules: Rulebook) -> dict[str, Any]:
        return _facts(market.state, rules, emitted, now, asked, whole=early(rules))

    found = await service.market.look(look)
    monitors: Monitors | None = found.pop("monitors")
    kg: Mapping[str, Sequence[float]] = found.pop("kg")
    rules, law = found.pop("rules"), found.pop("law")
    shown: dict[str, Any] = {"frames": [], "rows": [], "signs": [], "year": found["year"], "needs": None}
    if monitors is None:
        shown["needs"] = Phrase("The inventory of this zone is not here.", "本系统未配备该区域的源清单。")
    elif found["year"]:
        maps: Maps = service.beside.setdefault("maps", Maps())
        wanted = Wanted(law, found["pollutant"], found["year"], measure, found["monthly"])
        made = await maps.of(service.hours, monitors, rules, kg, wanted)
        if isinstance(made, Phrase):
            shown["needs"] = made
        else:
            shown.update(made._asdict())
            hours = shown.pop("hours")
            if measure == "exceedance":
                found["works"] = _by_hours(found["works"], hours)
    return found, shown


def _facts(
    state: State, rules: Rulebook, emitted: Emitted, now: int, asked: Mapping[str, str], *, whole: bool
) -> dict[str, Any]:
    """What was emitted by source and month, of the years that are for who looks."""
    codes = [row.code for row in rules.pollutants]
    measured = {code for source in state.sources.values() for code in source.measured()}
    declared = {code for known in state.years.values() for code in known.declared_mg}
    there = [code for code in codes if code in measured | declared]
    pollutant = next((code for code in there if code == asked.get("pollutant")), there[0] if there else "")
    today, law = rules.civil.day_of(max(now, state.at)), rules.compliance.emissions_public_on
    all_years = emitted.years(state)
    years = sorted((year for year in all_years if whole or not embargoed(year, law, today)), reverse=True)
    year = next((year for year in years if str(year) == asked.get("year")), years[0] if years else 0)
    kg = emitted.kg(state, year, pollutant) if year else {}
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
        "works": _by_works(state, rules, kg),
        "hidden": [(each, public_from(each, law) or "") for each in sorted(all_years - set(years))],
    }


def _by_works(state: State, rules: Rulebook, kg: Mapping[str, Sequence[float]]) -> list[OfWorks]:
    """Who emitted something, the most first."""
    found = [
        OfWorks(
            source.id,
            works_name(rules, source.id, source.name),
            place_name(rules, source.jurisdiction),
            sum(kg[source.id]) / 1000,
        )
        for source in state.sources.values()
        if any(kg.get(source.id, ()))
    ]
    return sorted(found, key=lambda each: -each.amount)


def _by_hours(works: Sequence[OfWorks], hours: Mapping[str, float]) -> list[OfWorks]:
    """The works that were above a limit, the most hours first."""
    found = [each._replace(amount=hours[each.source]) for each in works if hours.get(each.source)]
    return sorted(found, key=lambda each: -each.amount)
