"""The first line of commands that reckon without the limits of a law: what the price is so, and under the law."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airshed.cli.lab.equilibrium_law import figure, shown_price
from airshed.cli.show import console

if TYPE_CHECKING:
    from airshed.rulebook.schema import Rulebook
    from airshed.zone.zone import Zone

#: How far a price under the law looks ahead beside one of a single year, and with which rate, growth and decline.
AHEAD, RATES = 10, (0.05, 0.01, 0.03)


def apart_from_law(
    rules: Rulebook, zone: Zone, measured: str, years: int, rates: tuple[float, float, float] = RATES
) -> None:
    """One market without the law's walls, banks and offices, beside the law; `rates` are rate, growth and decline."""
    from airshed.lab.equilibrium.supply import supply_of
    from airshed.lab.equilibrium.terms import ARTICLES, terms_of

    terms = terms_of(rules, measured)
    own = supply_of(zone, rules, measured, years, *rates)
    ahead = max(years, AHEAD) if years == 1 else years
    under = shown_price(own if ahead == years else supply_of(zone, rules, measured, ahead, *rates), terms)
    free = shown_price(own, terms.without(ARTICLES))
    money, first = rules.currency.name_en, own.case.years[0]
    what = "one market of one year" if years == 1 else f"one market of {years} years that may keep everything"
    console.print(
        f"without the law's limits 未计入规则限制: {what}; {measured} of {first} is worth {figure(free)} {money}/t so,"
        f" and {figure(under)} {money}/t under the law (airshed lab bridge says why)"
    )


def apart_asked(rulebook: str, region: str, pollutant: str, years: int, percents: tuple[float, float, float]) -> None:
    """The same of a rulebook and zone as commands are asked for them."""
    from airshed.cli.lab.case import POLLUTANT, RULEBOOK, percents_of
    from airshed.lab.equilibrium.case import measured_of
    from airshed.rulebook.load import find, load
    from airshed.zone.load import of_law

    rules = load(find(rulebook or RULEBOOK))
    measured = measured_of(rules, pollutant or POLLUTANT)
    apart_from_law(rules, of_law(rules, region), measured, years, percents_of(percents))
