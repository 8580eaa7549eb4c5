"""`airshed lab two-laws`: works under a law of the air and one of carbon, and what each does to the other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from airshed.cli.lab.case import RULEBOOK, ZoneOption
from airshed.cli.options import Json
from airshed.cli.show import as_json, console, table
from airshed.model.refusal import Malformed

if TYPE_CHECKING:
    from airshed.lab.equilibrium.two_laws import LawsPlan, TwoLaws
    from airshed.rulebook.schema import Rulebook
    from airshed.zone.zone import Zone

FEN_PER_YUAN = 100
MILLION = 1e6
SAID = {
    "air": "air law alone 仅空气规则",
    "carbon": "carbon law alone 仅碳规则",
    "apart": "both, apart 两规则各自为政",
    "together": "both, together 协同控制",
}


def two_laws(
    carbon: Annotated[str, typer.Argument(metavar="CARBON", help="Rulebook of one greenhouse gas.")],
    air: Annotated[str, typer.Option(metavar="PATH_OR_NAME", help="Rulebook of the air.")] = RULEBOOK,
    carbon_price: Annotated[
        str,
        typer.Option(metavar="YUAN", help="Per t; several with commas.  [default: the reference price of the law]"),
    ] = "",
    region: ZoneOption = "",
    json: Json = False,
) -> None:
    """What measures for the air do to CO2, what a price of CO2 does to the air, and what both cost. 两规则协同控制。

    The price of carbon is that of a country and given; the air law has markets of the zone. Apart: each law's measures
    are chosen without the other. Together: one choice that counts all of both. Costs and most side effects are assumed.

    Example: airshed lab two-laws my-carbon-law --carbon-price 0,98,200
    """
    from airshed.lab.equilibrium.two_laws import plans
    from airshed.lab.equilibrium.two_laws import two_laws as laws_of
    from airshed.rulebook.load import find, load
    from airshed.zone.load import find as find_zone
    from airshed.zone.load import load as load_zone
    from airshed.zone.load import of_law

    one, other = load(find(air)), load(find(carbon))
    zone = load_zone(find_zone(region or one.programme.zone))
    for rules in (one, other):
        of_law(rules, region or one.programme.zone)
    prices = _prices(carbon_price, other)
    laws = laws_of(zone, one, other)
    found = {price: plans(laws, price) for price in prices}
    if json:
        as_json(_document(laws, found, zone, other))
        return
    _print(laws, found, zone, other, one.currency.name_en)


def _prices(text: str, carbon: Rulebook) -> list[float]:
    if not text:
        return [carbon.pollutants[0].reference_fen_per_t / FEN_PER_YUAN]
    try:
        return [float(word) for word in text.split(",")]
    except ValueError:
        raise Malformed("--carbon-price", f"{text!r} is no price", "give yuan per tonne, as 98 or 0,98,200") from None


def _print(laws: TwoLaws, found: dict[float, tuple[LawsPlan, ...]], zone: Zone, carbon: Rulebook, money: str) -> None:
    gas = laws.carbon_code
    names = {each.sector: f"{each.name_en} {each.name_zh}" for each in zone.sectors}
    for price, each in found.items():
        table(
            f"A year of both laws at {price:,.2f} {money}/t {gas} 两规则年度效果",
            (
                "plan 方案",
                *(f"{code} t#" for code in laws.air),
                f"{gas} t#",
                f"cost million {money} 成本#",
                "allowances 配额收益#",
                "net 净成本#",
            ),
            [
                (
                    SAID[plan.name],
                    *(f"{tonnes:,.0f}" for tonnes in plan.abated.tolist()),
                    f"{plan.carbon:,.0f}",
                    *(f"{yuan / MILLION:,.2f}" for yuan in (plan.cost, plan.allowances, plan.net)),
                )
                for plan in each
            ],
        )
    table(
        f"Prices of the air under both, together, {money}/t 协同下的空气污染物价格",
        (f"{gas} {money}/t#", "market 市场", *(f"{code}#" for code in laws.air)),
        [
            (f"{price:,.2f}", names.get(side, "others 其他"), *(f"{each:,.0f}" for each in values))
            for price, each in found.items()
            for side, values in zip(laws.sides, each[-1].prices.tolist(), strict=True)
        ],
    )
    table(
        "What each figure rests on 数据依据",
        ("figure 数据", "kind 性质", "source 来源"),
        [(what, kind, cite) for what, kind, cite in _rests_on(laws, zone, carbon)],
    )
    last = list(found.values())[-1]
    saved = (last[2].net - last[3].net) / MILLION
    gap = max(plan.gap for each in found.values() for plan in each)
    console.print(
        f"abated tonnes are less of the air's {laws.baseline.sum():,.0f} t and of {laws.carbon_baseline:,.0f} t {gas};"
        f" below zero: more. At the last price both together cost {saved:,.2f} million {money} less than apart; each"
        f" plan under the air law is within {gap:.1e} of the least cost."
    )


def _rests_on(laws: TwoLaws, zone: Zone, carbon: Rulebook) -> list[tuple[str, str, str]]:
    """What the tables are made of, each with its kind and source."""
    effects = [
        (
            f"{each.technology}: {each.pollutant} by {each.by}, "
            + (f"{each.kg_per_t:+,g} kg/t" if each.kg_per_t is not None else f"{each.in_proportion_percent:g} % alike"),
            each.kind,
            each.cite,
        )
        for each in laws.effects
    ]
    pollutant, law = carbon.pollutants[0], carbon.allocation
    return [
        ("emissions and steps of works", "simulated", zone.name_en),
        ("costs of steps", "assumed", f"abatement.csv, prices of {zone.cost_year}: indicative"),
        ("price of carbon, where none is given", pollutant.status, pollutant.cite),
        ("what a tonne abated frees of allowances", law.status, law.cite),
        *effects,
    ]


def _document(laws: TwoLaws, found: dict[float, tuple[LawsPlan, ...]], zone: Zone, carbon: Rulebook) -> dict[str, Any]:
    return {
        "air": laws.air,
        "carbon": laws.carbon_code,
        "markets": [side or "others" for side in laws.sides],
        "baseline_t": {
            **dict(zip(laws.air, laws.baseline.tolist(), strict=True)),
            laws.carbon_code: laws.carbon_baseline,
        },
        "years": [
            {
                "carbon_price_yuan_per_t": price,
                "plans": [
                    {
                        "plan": plan.name,
                        "abated_t": dict(zip(laws.air, plan.abated.tolist(), strict=True)),
                        "carbon_abated_t": plan.carbon,
                        "cost_yuan": plan.cost,
                        "allowances_yuan": plan.allowances,
                        "net_yuan": plan.net,
                        "air_prices_yuan_per_t": plan.prices.tolist(),
                        "lacking_t": plan.lacking,
                        "gap": plan.gap,
                    }
                    for plan in each
                ],
            }
            for price, each in found.items()
        ],
        "rests_on": [
            {"figure": what, "kind": kind, "source": cite} for what, kind, cite in _rests_on(laws, zone, carbon)
        ],
    }
