"""The law of a scenario: the rulebook it names, for one pollutant, with its caps and the switches of its design."""

from __future__ import annotations

from typing import Any

import msgspec

from airshed.lab.equilibrium.case import whole_years
from airshed.lab.scenarios.schema import Scenario
from airshed.model.measures import FEN_PER_YUAN
from airshed.model.near import near
from airshed.model.refusal import Malformed
from airshed.rulebook import lookup
from airshed.rulebook.programme_sections import PollutantRule
from airshed.rulebook.schema import Rulebook
from airshed.rulebook.tables import Cap

POINTS = 100
WHOLE = 10_000


def law_of(scenario: Scenario, rules: Rulebook) -> Rulebook:
    """The rules under which a scenario is played. Malformed, naming its key, where the law has no such thing."""
    replace = msgspec.structs.replace
    codes = {rule.code for rule in rules.pollutants}
    if scenario.pollutant not in codes:
        raise Malformed(
            "scenario pollutant", f"no such pollutant {scenario.pollutant!r}", f"there are {', '.join(sorted(codes))}"
        )
    design, rule = scenario.design, lookup.pollutant(rules, scenario.pollutant)
    places = [place.code for place in rules.jurisdictions]
    for place in design.no_export or ():
        if place not in places:
            raise Malformed("scenario design no_export", f"no such city {place!r}", near(place, places))
    whole_years(rules)
    _indexed(rules, scenario.years)
    if rules.allocation.advance_basis_points not in (None, WHOLE):
        what = f"{rules.programme.id} settles a part by verified output, which a scenario does not play"
        raise Malformed("scenario rulebook", what, "play its year with airshed demo --rulebook, or name another law")
    caps = _caps(scenario, rules)
    _when(scenario, min(row.vintage for row in caps))
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
    floor = _fen("floor_yuan_per_t", design.floor_yuan_per_t, tick)
    ceiling = _fen("ceiling_yuan_per_t", design.ceiling_yuan_per_t, tick)
    price = _collar(rule, floor, ceiling)
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


def _collar(rule: PollutantRule, floor: int | None, ceiling: int | None) -> dict[str, Any]:
    """The prices of a pollutant that follow from a floor and a ceiling, where a scenario sets them.

    The reference price, around which the first day trades, lies inside them, and so does an auction's reserve price.
    """
    low = rule.floor_fen_per_t if floor is None else floor
    high = (rule.ceiling_fen_per_t if ceiling is None else ceiling) or rule.reference_fen_per_t + low
    if low > high:
        what = f"a floor of {low / FEN_PER_YUAN:g} is above the ceiling, {high / FEN_PER_YUAN:g}"
        raise Malformed("scenario design", what, "set both, or part them")
    price: dict[str, Any] = _given(floor_fen_per_t=floor, ceiling_fen_per_t=ceiling)
    if price:
        price["reference_fen_per_t"] = min(max(rule.reference_fen_per_t, low), high)
        price["reserve_fen_per_t"] = min(max(rule.reserve_fen_per_t, low), high)
    return price


def _when(scenario: Scenario, first: int) -> None:
    """Shocks come in years that are played: one that does not would look like one that does nothing."""
    last = first + scenario.years - 1
    for number, shock in enumerate(scenario.shocks or (), 1):
        if not first <= shock.year <= last:
            what = f"{shock.year} is not played"
            raise Malformed(f"scenario shocks item {number} year", what, f"name a year from {first} to {last}")


def _caps(scenario: Scenario, rules: Rulebook) -> tuple[Cap, ...]:
    """The law's caps of the pollutant, scaled, and carried on from its last vintage; in a hole the earlier one's."""
    known = {
        (row.jurisdiction, row.vintage): row.count for row in rules.caps.rows if row.pollutant == scenario.pollutant
    }
    if not known:
        raise Malformed("scenario pollutant", f"{scenario.pollutant} has no cap", "name one that the law caps")
    first, last = min(year for _, year in known), max(year for _, year in known)
    level, fall = scenario.caps.level_percent / 100, scenario.caps.decline_percent / 100
    rows: list[Cap] = []
    for year in range(first, first + scenario.years):
        vintage = max(each for _, each in known if each <= year)
        for place in rules.jurisdictions:
            count = known.get((place.code, vintage), 0) * level * (1 - fall) ** max(0, year - last)
            if round(count) > 0:
                rows.append(
                    Cap(pollutant=scenario.pollutant, jurisdiction=place.code, vintage=year, count=round(count))
                )
        if not any(row.vintage == year for row in rows):
            what = f"nothing is left of the caps of {year}"
            raise Malformed("scenario caps", what, "let them fall less, or play fewer years")
    return tuple(rows)


def _indexed(rules: Rulebook, years: int) -> None:
    if rules.shortfall.penalty == "indexed_per_tonne":
        first = min(row.vintage for row in rules.caps.rows)
        for year in range(first, first + years):
            if year not in lookup.index_thousandths(rules):
                what = f"the penalty follows an index, which has nothing for {year}"
                raise Malformed("scenario years", what, "play fewer years, or complete penalty_index.csv")


def _reserve(rules: Rulebook) -> int:
    return rules.allocation.reserve_basis_points


def _fen(key: str, yuan: float | None, tick: int) -> int | None:
    if yuan is None:
        return None
    fen = round(yuan * FEN_PER_YUAN)
    if fen % tick:
        what = f"{yuan:g} is off the tick of {tick / FEN_PER_YUAN:g} yuan/t"
        raise Malformed(f"scenario design {key}", what, "give a multiple of it")
    return fen


def _given(**switches: Any) -> dict[str, Any]:
    """Those that a scenario sets."""
    return {name: value for name, value in switches.items() if value is not None}
