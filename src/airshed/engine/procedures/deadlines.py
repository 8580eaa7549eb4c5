"""The last day to surrender for a year, and with it the end of a vintage: what counts for no year is not traded."""

from __future__ import annotations

from functools import lru_cache, partial

from airshed.compliance.banking import last_year
from airshed.compliance.deadline import last_day, next_business_day
from airshed.engine.procedures.guards import no
from airshed.model.allowance import Series, members
from airshed.model.refusal import Refusal, Why
from airshed.rulebook import lookup
from airshed.rulebook.schema import Rulebook
from airshed.rulebook.seasons import due_year

#: Years that no calendar here writes any more: a vintage that counts so long never ends.
BEYOND = 9_998
NEVER = 2**62


def surrender_day(rules: Rulebook, year: int) -> str:
    """The last day to surrender for `year`, as ISO date."""
    law = rules.calendar
    in_year = due_year(law, year, law.surrender_by)
    day = last_day(in_year, law.surrender_by, law.surrender_by_in_leap_years)
    return day if law.on_closed_days == "stays" else next_business_day(day, partial(lookup.worked, rules))


def deadline(rules: Rulebook, year: int) -> int:
    """The last millisecond to surrender for `year`."""
    return rules.civil.over(surrender_day(rules, year)) - 1


@lru_cache(maxsize=4096)
def ends(rules: Rulebook, instrument: str) -> int:
    """The last millisecond at which a series counts for some year; of a strip, its oldest vintage.

    `[allowance] vintages_back` says for how many later years a vintage counts, `[calendar]` until when the last one of
    them is surrendered for.
    """
    oldest = Series.parse(members(instrument)[0])
    year = last_year(oldest.vintage, lookup.vintages_back(rules, oldest.pollutant))
    return deadline(rules, year) if year < BEYOND else NEVER


def expired(rules: Rulebook, at: int, instrument: str) -> Refusal | None:
    """The vintage, or the oldest of a strip, still counts for a year that can be surrendered for."""
    if at <= ends(rules, instrument):
        return None
    oldest = members(instrument)[0]
    series = Series.parse(oldest)
    year = last_year(series.vintage, lookup.vintages_back(rules, series.pollutant))
    what = f"{oldest} counted up to {year}, which was surrendered for until {surrender_day(rules, year)}"
    return no(rules, "allowance", Why.EXPIRED_VINTAGE, f"{what}; trade a later vintage")


def covered(rules: Rulebook, at: int, year: int) -> Refusal | None:
    """Cover for a year is of use until the year is surrendered for."""
    if at <= deadline(rules, year):
        return None
    what = f"{year} was surrendered for until {surrender_day(rules, year)}; bid for a later year"
    return no(rules, "calendar", Why.EXPIRED_VINTAGE, what)
