"""All charts of the page by name, and the choices of those that have a selector."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import msgspec

from airshed.pages.kit.figures import Figure
from airshed.pages.kit.words import Phrase
from airshed.pages.report import charts_compliance as complying
from airshed.pages.report import charts_emissions as emissions
from airshed.pages.report import charts_market as trading
from airshed.pages.report import charts_monitoring as measuring
from airshed.pages.report.charts_map import map_chart
from airshed.pages.report.facts import Facts
from airshed.pages.report.labels import place_names
from airshed.pages.report.market import AuctionFacts
from airshed.rulebook.schema import Rulebook

Drawn = dict[str, Figure]
#: The flow of all pollutants together, in money.
ALL_FLOWS = "flow-all"


class ChartChoice(msgspec.Struct, frozen=True):
    """An entry of a selector: which chart it shows, under which word, in which group."""

    chart: str
    label: Phrase
    group: str = ""


def charts(facts: Facts, rules: Rulebook) -> Drawn:
    """Every chart by name; one that has nothing to show is left out."""
    draw: dict[str, Callable[[], Figure]] = {}
    if facts.market.flows:
        draw[ALL_FLOWS] = partial(trading.flow_chart, facts, rules, None)
    if any((row.auctions, row.penalties, row.fees, row.repurchases) != (0, 0, 0, 0) for row in facts.market.money):
        draw["money"] = partial(complying.money_chart, facts)
    for code in (rule.code for rule in rules.pollutants):
        if facts.ground.outlines:
            draw[f"map-{code}"] = partial(map_chart, facts, rules, code)
        if any(row.cap is not None or row.emitted is not None for row in facts.caps):
            draw[f"cap-{code}"] = partial(emissions.cap_chart, facts, rules, code)
        if facts.sharing is not None and any(row.pollutant == code for row in facts.sharing.sectors):
            draw[f"share-{code}"] = partial(emissions.share_chart, facts, rules, code)
        if facts.sharing is not None and any(row.pollutant == code for row in facts.sharing.early):
            draw[f"early-{code}"] = partial(emissions.early_chart, facts, rules, code)
        if any(day.pollutant == code for day in facts.market.days) or any(
            each.pollutant == code for each in facts.market.auctions
        ):
            draw[f"price-{code}"] = partial(trading.price_chart, facts, rules, code)
        if any(flow.pollutant == code for flow in facts.market.flows):
            draw[f"flow-{code}"] = partial(trading.flow_chart, facts, rules, code)
    for auction in facts.market.auctions:
        draw[f"auction-{auction.auction}"] = partial(trading.auction_chart, auction, facts.money)
    if any(row.shortfall for row in facts.compliance) and facts.standing:
        draw["short"] = partial(complying.short_chart, facts, rules)
    if facts.monitoring.exceedances:
        draw["exceedances"] = partial(measuring.exceedance_chart, facts)
    if facts.monitoring.capture:
        draw["capture"] = partial(measuring.capture_chart, facts, rules)
    if facts.totals.substituted_hours:
        draw["substituted"] = partial(measuring.substituted_chart, facts)
    return {name: one() for name, one in draw.items()}


def map_choices(rules: Rulebook) -> tuple[ChartChoice, ...]:
    """The pollutants of the map."""
    return tuple(ChartChoice(f"map-{rule.code}", _pollutant(rules, rule.code)) for rule in rules.pollutants)


def flow_choices(facts: Facts, rules: Rulebook) -> tuple[ChartChoice, ...]:
    """All pollutants by value, and each that was traded by mass."""
    traded = {flow.pollutant for flow in facts.market.flows}
    return (
        ChartChoice(ALL_FLOWS, Phrase("All pollutants, by value", "全部污染物（按金额）")),
        *(
            ChartChoice(f"flow-{rule.code}", _pollutant(rules, rule.code))
            for rule in rules.pollutants
            if rule.code in traded
        ),
    )


def auction_choices(facts: Facts, rules: Rulebook) -> tuple[ChartChoice, ...]:
    """Every auction, in groups by pollutant."""
    names = place_names(rules)
    found = []
    for auction in facts.market.auctions:
        place = names[auction.jurisdiction]
        number = auction.auction.rsplit("-", 1)[-1]
        day = f" ({auction.day})" if auction.day else ""
        found.append(
            ChartChoice(
                f"auction-{auction.auction}",
                Phrase(
                    f"{auction.pollutant} · {place.en} · no. {number}{day}",
                    f"{auction.pollutant} · {place.zh} · 第{number}次{day}",
                ),
                auction.pollutant,
            )
        )
    return tuple(found)


def first_auction(facts: Facts) -> AuctionFacts | None:
    """The auction that the page opens with: of the first pollutant, the one with the most bids."""
    first = facts.market.auctions[0].pollutant if facts.market.auctions else ""
    mine = [each for each in facts.market.auctions if each.pollutant == first]
    return max(mine, key=lambda each: (len(each.bids), each.auction), default=None)


def _pollutant(rules: Rulebook, code: str) -> Phrase:
    rule = next(rule for rule in rules.pollutants if rule.code == code)
    return Phrase(f"{code} · {rule.name_en}", f"{code} · {rule.name_zh}")
