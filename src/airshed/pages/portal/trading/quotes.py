"""Which series may be traded, at what price each stands, and the one that is looked at."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from airshed.engine.procedures.deadlines import ends
from airshed.engine.procedures.trade_rules import reference_price
from airshed.engine.state import State
from airshed.market.fees import band
from airshed.model.allowance import instrument
from airshed.pages.kit.words import Phrase
from airshed.pages.portal.choices import strips
from airshed.pages.portal.frame import place_name
from airshed.pages.portal.live import Sight
from airshed.pages.portal.opening import Session, session_of
from airshed.pages.portal.trading.figures import (
    NO_CHANGE,
    PriceChange,
    change_of,
    plain_price,
    plain_tonnes,
    price_unit,
)
from airshed.pages.portal.trading.ladder import waits
from airshed.pages.portal.trading.traded import last_traded, today_of, was_traded
from airshed.rulebook.schema import Rulebook


def open_series(state: State, rules: Rulebook, at: int) -> list[str]:
    """Every series that may be traded, the last vintage first."""
    there = [name for name in state.ledger.caps if at <= ends(rules, name)]
    return sorted(there, key=lambda name: (-int(name.rpartition("-")[2]), name))


def open_strips(state: State, rules: Rulebook, at: int) -> list[str]:
    """Every strip that may be traded."""
    return [name for name in strips(state, rules) if at <= ends(rules, name)]


class ListedSeries(NamedTuple):
    """A series in the list of the market."""

    series: str
    place: Phrase
    price: str
    change: PriceChange
    volume: str
    here: bool


def listed(sight: Sight) -> Mapping[str, Any]:
    """Every series that may be traded; a strip once it is traded or orders wait in it."""
    state, rules, market = sight.market.state, sight.rules, sight.market
    here = sight.asked.get("series", "")
    if here:
        market.known(here)
    quotes = []
    alive = [
        name
        for name in open_strips(state, rules, sight.at)
        if name == here or last_traded(market, name) or waits(market, name)
    ]
    for name in (*open_series(state, rules, sight.at), *alive):
        today = today_of(market, name, sight.at)
        before = reference_price(state, rules, name)
        price = today[0].price if today else before
        volume = sum(trade.count for trade in today)
        quotes.append(
            ListedSeries(
                name,
                place_name(rules, instrument(name).jurisdiction),
                plain_price(price),
                change_of(price, before) if today else NO_CHANGE,
                plain_tonnes(volume, rules.allowance.size_kg) if volume else "–",
                name == here,
            )
        )
    return {"quotes": quotes, "unit": price_unit(rules)}


class SeriesFigures(NamedTuple):
    """What stands above the chart of a series."""

    series: str
    pollutant: str
    place: Phrase
    #: The year, or the first and the last one.
    vintage: str
    price: str
    change: PriceChange
    reference: str
    high: str
    low: str
    volume: str
    turnover: str
    floor: str
    ceiling: str
    spread: str
    session: Session
    halted: str


def strip(sight: Sight) -> Mapping[str, Any]:
    """The figures of the series that is looked at."""
    market, rules, state = sight.market, sight.rules, sight.market.state
    name = market.known(sight.asked.get("series", ""))
    size = rules.allowance.size_kg
    before = reference_price(state, rules, name)
    today = today_of(market, name, sight.at)
    floor, ceiling = band(before, rules.trading.band_basis_points, rules.trading.tick_fen_per_t)
    depth = market.depth(name, 1)
    parsed = instrument(name)
    price = today[0].price if today else before
    traded = was_traded(state, name)
    return {
        "of_law": not traded,
        "strip": SeriesFigures(
            name,
            parsed.pollutant,
            place_name(rules, parsed.jurisdiction),
            name.rpartition("-")[2],
            plain_price(price),
            change_of(price, before) if today else NO_CHANGE,
            plain_price(before),
            plain_price(max(trade.price for trade in today)) if today else "–",
            plain_price(min(trade.price for trade in today)) if today else "–",
            plain_tonnes(sum(trade.count for trade in today), size) if today else "–",
            f"{sum(trade.fen for trade in today) / 100:,.0f}" if today else "–",
            plain_price(floor),
            plain_price(ceiling),
            "–" if depth.spread is None else plain_price(depth.spread),
            session_of(state, sight.at),
            state.halted.get(name, state.halted.get("", "")),
        ),
        "unit": price_unit(rules),
        "money": Phrase(rules.currency.name_en, rules.currency.name_zh),
    }
