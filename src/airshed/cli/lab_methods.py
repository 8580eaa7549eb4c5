"""`airshed lab methods`: all methods of allocation side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from airshed.cli.show import as_json, bar, console, table
from airshed.model.refusal import Malformed

if TYPE_CHECKING:
    from airshed.lab.zone import Zone
    from airshed.market.sharing.tiers import Member
    from airshed.rulebook.schema import Rulebook

RULEBOOK = "dianzhong"

RulebookOption = Annotated[str, typer.Option(metavar="PATH_OR_NAME", help="Rulebook with caps and zone.")]
PollutantOption = Annotated[str, typer.Option(help="Pollutant of the rulebook.")]
VintageOption = Annotated[int | None, typer.Option(help="Vintage; the first with a cap when left out.", min=0)]
Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]


def register(app: typer.Typer) -> None:
    """Add the command to a group."""
    app.command("methods")(methods)


def methods(
    rulebook: RulebookOption = RULEBOOK,
    pollutant: PollutantOption = "SO2",
    vintage: VintageOption = None,
    json: Json = False,
) -> None:
    """All methods of allocation on one screen: fairness, the whip on early action, windfalls and losses. 分配方法比较。

    Whip: allowances lost per tonne a source had abated early, by running the real rule again; 1 is fully whipped, 0
    neutral, below zero rewarded. Gini: of shares per need at the benchmark. Windfalls are at the equilibrium price of
    the first year; abatement costs of the shipped zone are indicative.

    Example: airshed lab methods --pollutant NOx
    """
    from airshed.lab.equilibrium.case import case_of, linked, solved, steps_of
    from airshed.lab.methods import compare, plans
    from airshed.model.allowance import Pollutant

    rules, zone, pollutant = _programme(rulebook, pollutant)
    year, pool = _pool(rules, pollutant, vintage)
    case = case_of(zone, rules, Pollutant(pollutant), 1, 0.05, 0.0, 0.0)
    price = float(solved(case, linked(case.zones)).found.price[0, 0])
    plan = plans()
    with bar(len(plan), json) as step:
        found = compare(pool, _members(zone, rules, pollutant), steps_of(zone, Pollutant(pollutant)), price, plan, step)
    if json:
        as_json({"pollutant": pollutant, "vintage": year, "pool": pool, "price_yuan_per_t": price, "methods": found})
        return
    table(
        f"{pollutant} {year}: {pool:,} allowances at {price:,.2f} yuan/t",
        (
            "method 方法",
            "Gini 基尼#",
            "whip 鞭打#",
            "worst 最大#",
            "windfall 意外收益 [M yuan]",
            "loss 损失 [M yuan]",
        ),
        [
            (
                each.name,
                f"{each.gini:.4f}",
                f"{each.whip:+.3f}",
                f"{each.worst_whip:+.3f}",
                f"{each.windfall_yuan / 1e6:,.2f}",
                f"{each.loss_yuan / 1e6:,.2f}",
            )
            for each in found
        ],
    )
    console.print("abatement costs: indicative; emissions: synthetic. 成本为参考值，排放为合成数据。")


def _programme(rulebook: str, pollutant: str) -> tuple[Rulebook, Zone, str]:
    from airshed.lab.zone import load as load_zone
    from airshed.rulebook.load import find, load
    from airshed.rulebook.shipped import shipped

    rules = load(find(rulebook))
    codes = [rule.code for rule in rules.pollutants]
    if pollutant not in codes:
        raise Malformed("--pollutant", f"no such pollutant {pollutant!r}", f"there are {', '.join(codes)}")
    return rules, load_zone(shipped("zones", rules.programme.zone)), pollutant


def _pool(rules: Rulebook, pollutant: str, vintage: int | None) -> tuple[int, int]:
    """The vintage, and the free pool of all jurisdictions: what reserve and auction leave of each cap."""
    from airshed.market.allocation import parts
    from airshed.rulebook import look

    vintages = sorted({row.vintage for row in rules.caps.rows if row.pollutant == pollutant})
    if not vintages or vintage not in (None, *vintages):
        there = ", ".join(map(str, vintages)) or "none"
        raise Malformed("--vintage", f"{pollutant} has no cap for {vintage or 'any year'}", f"there are {there}")
    year = vintages[0] if vintage is None else vintage
    pool = 0
    for row in rules.caps.rows:
        if row.pollutant == pollutant and row.vintage == year:
            law = look.local(rules, row.jurisdiction).allocation
            pool += parts(row.count, law.reserve_basis_points, law.auction_basis_points).free
    return year, pool


def _members(zone: Zone, rules: Rulebook, pollutant: str) -> list[Member]:
    """The incumbents of the zone; new entrants are served from the reserve."""
    from airshed.lab.activities import zone_activities
    from airshed.market.sharing.tiers import Member

    place_of = {source.source: source.jurisdiction for source in zone.sources}
    activities = zone_activities(zone, rules, pollutant)
    return [Member(each, place_of[each.source]) for each in activities if not each.entrant]
