"""The law of a scenario: the rulebook it names, for one pollutant, with its caps and the switches of its design."""

from __future__ import annotations

from typing import Any

import msgspec

from airshed.lab.scenarios.schema import Scenario
from airshed.model.measures import FEN_PER_YUAN
from airshed.model.refusal import Malformed
from airshed.rulebook import look
from airshed.rulebook.schema import Rulebook
from airshed.rulebook.tables import Cap

POINTS = 100
WHOLE = 10_000


def law_of(scenario: Scenario, rules: Rulebook) -> Rulebook:
    """The rules under which a scenario is played. Malformed, naming its key, where the law has no such thing."""
    replace = msgspec.structs.replace
    codes = {rule.code for rule in rules.pollutants}
    if scenario.pollutant not in codes:
        raise Malformed("scenario pollutant", f"no such pollutant {scenario.pollutant!r}", f"there are {sorted(codes)}")
    design, rule = scenario.design, look.pollutant(rules, scenario.pollutant)
    places = [place.code for place in rules.jurisdictions]
    for place in design.no_export or ():
        if place not in places:
            raise Malformed("scenario design no_export", f"no such city {place!r}", f"there are {', '.join(places)}")
    caps = _caps(scenario, rules)
    _indexed(rules, scenario.years)
    paid = design.paid_percent
    allocation = replace(
        rules.allocation,
        **_given(
            method=design.method,
            auction_basis_points=None if paid is None else round(paid * POINTS),
            reserve_basis_points=None if paid is None else min(_reserve(rules), WHOLE - round(paid * POINTS)),
        ),
    )
    tick = rules.trading.tick_fen_per_t
    floor, ceiling = _fen(design.floor_yuan_per_t, tick), _fen(design.ceiling_yuan_per_t, tick)
    price: dict[str, Any] = _given(floor_fen_per_t=floor, ceiling_fen_per_t=ceiling)
    if floor is not None:
        price["reserve_fen_per_t"] = max(rule.reserve_fen_per_t, floor)
    fee = None if design.fee_percent is None else round(design.fee_percent * POINTS)
    band = None if design.band_percent is None else round(design.band_percent * POINTS)
    return replace(
        rules,
        programme=replace(rules.programme, version="scenario"),
        pollutants=(replace(rule, **price),),
        sale_prices=tuple(each for each in rules.sale_prices if each.pollutant == scenario.pollutant),
        caps=replace(rules.caps, rows=caps),
        allocation=allocation,
        trading=replace(
            rules.trading,
            **_given(
                buyer_fee_basis_points=fee,
                seller_fee_basis_points=fee,
                band_basis_points=band,
                call_band_basis_points=band,
            ),
        ),
        trade_rules=replace(
            rules.trade_rules,
            failing=tuple(each for each in rules.trade_rules.failing if each.endswith(f" {scenario.pollutant}")),
            **_given(
                crossing=design.crossing,
                no_export=design.no_export,
                walled_sectors=() if design.wall is False else None,
            ),
        ),
        banking=replace(rules.banking, **_given(open=design.banking)),
        variations=() if design.method is not None or paid is not None else rules.variations,
    )


def _caps(scenario: Scenario, rules: Rulebook) -> tuple[Cap, ...]:
    """The law's caps of the pollutant, scaled, and carried on from its last vintage."""
    known = {
        (row.jurisdiction, row.vintage): row.count for row in rules.caps.rows if row.pollutant == scenario.pollutant
    }
    if not known:
        raise Malformed("scenario pollutant", f"{scenario.pollutant} has no cap", "name one that the law caps")
    first, last = min(year for _, year in known), max(year for _, year in known)
    level, fall = scenario.caps.level_percent / 100, scenario.caps.decline_percent / 100
    rows: list[Cap] = []
    for year in range(first, first + scenario.years):
        for place in rules.jurisdictions:
            count = known.get((place.code, min(year, last)), 0) * level * (1 - fall) ** max(0, year - last)
            if round(count) > 0:
                rows.append(
                    Cap(pollutant=scenario.pollutant, jurisdiction=place.code, vintage=year, count=round(count))
                )
    return tuple(rows)


def _indexed(rules: Rulebook, years: int) -> None:
    if rules.shortfall.penalty == "indexed_per_tonne":
        first = min(row.vintage for row in rules.caps.rows)
        for year in range(first, first + years):
            if year not in look.index_thousandths(rules):
                what = f"the penalty follows an index, which has nothing for {year}"
                raise Malformed("scenario years", what, "play fewer years, or complete penalty_index.csv")


def _reserve(rules: Rulebook) -> int:
    return rules.allocation.reserve_basis_points


def _fen(yuan: float | None, tick: int) -> int | None:
    return None if yuan is None else round(yuan * FEN_PER_YUAN / tick) * tick


def _given(**switches: Any) -> dict[str, Any]:
    """Those that a scenario sets."""
    return {name: value for name, value in switches.items() if value is not None}
