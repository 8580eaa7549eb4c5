"""A guide price before trading starts: the shadow price of each city's cap and of all, net of tax, in a collar."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import inf

from airshed.lab.equilibrium.banking import equilibrium
from airshed.lab.equilibrium.case import Case, linked, solved
from airshed.lab.prices.quotes import AnnualPrice, in_one_language, read_quotes
from airshed.market.emission_tax import Guided, guided
from airshed.model.near import near
from airshed.model.refusal import Malformed
from airshed.rulebook.programme_sections import PollutantRule
from airshed.rulebook.schema import Rulebook


@dataclass(frozen=True, slots=True)
class Collar:
    """Between what a guide price lies, yuan per t, and which key or word says so."""

    floor: float
    ceiling: float
    floor_origin: str
    ceiling_origin: str


@dataclass(frozen=True, slots=True)
class GuidePrice:
    """The guide price of a city behind closed borders, and how many times that of one market it is.

    `times` is 1 where both are zero, infinite where that of one market is. `exceedance` is what is measured there over
    the standard, None where nobody says.
    """

    zone: str
    guided: Guided
    times: float
    exceedance: float | None


@dataclass(frozen=True, slots=True)
class GuidePrices:
    """The guide price of one market, and of each city by itself."""

    together: Guided
    cities: tuple[GuidePrice, ...]


def collar_of(
    rules: Rulebook, rule: PollutantRule, floor: float | None, ceiling: float | None, origin: str = "asked for"
) -> Collar:
    """What the law says where nothing else is asked for; `origin` says where a floor that is asked for comes from.

    The floor is the higher of the auction's reserve price and the floor of trade; the ceiling that of trade, else the
    price at which the containment reserve is sold, else what a missing tonne costs before anything is traded; none
    where that is under the floor, or the same for one tonne and for all.
    """
    law = rules.shortfall
    low, low_origin = max(
        (rule.reserve_fen_per_t / 100, "reserve_fen_per_t"), (rule.floor_fen_per_t / 100, "floor_fen_per_t")
    )
    if rule.ceiling_fen_per_t:
        high, high_origin = rule.ceiling_fen_per_t / 100, "ceiling_fen_per_t"
    elif rule.cost_containment_fen_per_t:
        high, high_origin = rule.cost_containment_fen_per_t / 100, "cost_containment_fen_per_t"
    elif law.penalty == "price_multiple":
        high, high_origin = law.price_multiple * law.fixed_fen_per_t / 100, "shortfall.price_multiple"
    elif law.penalty == "flat":
        high, high_origin = inf, "none: shortfall.flat_fen"
    else:
        high, high_origin = law.fixed_fen_per_t / 100, "shortfall.fixed_fen_per_t"
    if floor is not None:
        low, low_origin = floor, origin
    if ceiling is not None:
        high, high_origin = ceiling, "asked for" if ceiling < inf else "asked for: none"
    elif high < low:
        high, high_origin = inf, f"none: {high_origin} is {high:,.2f}"
    if not 0 <= low <= high:
        raise Malformed("--floor", f"a floor of {low:g} over a ceiling of {high:g}", "give 0 <= floor <= ceiling")
    return Collar(low, high, low_origin, high_origin)


def once_floor(collar: Collar, place: str, pollutant: str, rate: float) -> AnnualPrice | None:
    """The published quote that the floor of a collar is, where that is paid once for more than a year; else None.

    A law may hold each tonne of a year to a floor that was published for a right without an end: then the floor, taken
    as a price a year, is far too high.

    >>> once_floor(Collar(18_000.0, inf, "", ""), "Shanxi", "SO2", 0.08).yearly
    1440.0
    """
    for each in in_one_language(read_quotes(), rate):
        quote = each.quote
        same = (quote.place, quote.kind, quote.pollutant, quote.yuan_per_t) == (place, "floor", pollutant, collar.floor)
        if same and quote.per_year == "no" and (quote.term or 0.0) > 1:
            return each
    return None


def guide_prices(case: Case, tax: float, collar: Collar, exceedance: Mapping[str, float] | None = None) -> GuidePrices:
    """Guide prices of a case of one year: the marginal cost at the cap less the tax.

    A city that cannot keep its cap alone has the ceiling. Malformed for an exceedance of a city that is not there.
    """
    said = exceedance or {}
    for name, times in said.items():
        if name not in case.zones:
            raise Malformed("--exceedance", f"no such city {name!r}", near(name, case.zones))
        if not 0 < times < inf:
            raise Malformed("--exceedance", f"{name} is {times:g}", "give measured over standard, above zero")
    if len(case.years) != 1:
        raise Malformed("years", f"{len(case.years)} of them", "give the year that the guide price is for")
    together = guided(float(solved(case, linked(case.zones)).found.price[0, 0]), tax, collar.floor, collar.ceiling)
    cities = []
    for z, (zone, curve) in enumerate(zip(case.zones, case.curves, strict=True)):
        try:
            marginal = float(equilibrium(curve, case.need[z], case.discount).price[0])
        except Malformed:
            marginal = inf
        own = guided(marginal, tax, collar.floor, collar.ceiling)
        times = own.price / together.price if together.price else inf if own.price else 1.0
        cities.append(GuidePrice(zone, own, times, said.get(zone)))
    return GuidePrices(together, tuple(cities))
