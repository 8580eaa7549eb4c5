"""`airshed lab methods`: all methods of allocation side by side."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from airshed.cli.lab.apart import apart_from_law
from airshed.cli.lab.case import ZoneOption
from airshed.cli.options import Json
from airshed.cli.show import as_json, bar, console, resting, say, table, writable
from airshed.model.near import near
from airshed.model.refusal import Malformed

if TYPE_CHECKING:
    from airshed.lab.methods import MethodCompared, ShareChange
    from airshed.lab.zone_cap import ZoneCap
    from airshed.pages.kit.words import Phrase
    from airshed.pages.methods import ComparedTerms

RULEBOOK = "dianzhong"

RulebookOption = Annotated[str, typer.Option(metavar="PATH_OR_NAME", help="Rulebook with caps and zone.")]
PollutantOption = Annotated[str, typer.Option(help="Pollutant of the rulebook.")]
VintageOption = Annotated[int | None, typer.Option(help="Vintage; the first with a cap when left out.", min=0)]


def methods(
    rulebook: RulebookOption = RULEBOOK,
    region: ZoneOption = "",
    pollutant: PollutantOption = "SO2",
    vintage: VintageOption = None,
    price: Annotated[
        float | None,
        typer.Option(metavar="YUAN", help="Per t and year; the equilibrium's when left out.", min=0, max=1e9),
    ] = None,
    pass_through: Annotated[
        float,
        typer.Option(
            metavar="PERCENT", help="Part of what allowances cost that products' prices take up.", min=0, max=100
        ),
    ] = 0.0,
    before: Annotated[str, typer.Option("--from", metavar="NAME", help="Who gains and loses: from this method")] = "",
    after: Annotated[str, typer.Option("--to", metavar="NAME", help="to this one.")] = "",
    html: Annotated[str, typer.Option(metavar="FILE", help="Write a page with the chart there.")] = "",
    json: Json = False,
) -> None:
    """All methods of allocation on one screen: fairness, whip, windfalls, cost without trade, entrants. 分配方法比较。

    Whip: allowances lost per tonne a source had abated early, by running the real rule again; 1 is fully whipped, 0
    neutral, below zero rewarded. Gini, Theil, Jain: of shares per need at the benchmark; Gini/e: per emission. Alone:
    what keeping the shares costs if nobody trades and those who lack most dearly buy what is auctioned. Entrants: what
    a new source pays a year more than an old one for a tonne it needs. Abatement costs of the shipped zone are
    indicative.

    Example: airshed lab methods --pollutant NOx

    Example: airshed lab methods --from history --to benchmark --html methods.html
    """
    from airshed.lab.equilibrium.case import case_of, linked, measured_of, solved, steps_of
    from airshed.lab.methods import changed, compare, plans
    from airshed.lab.positions import together
    from airshed.lab.zone_cap import zone_cap
    from airshed.market.sharing.named import NAMED
    from airshed.model.measures import KG_PER_T
    from airshed.pages.kit.words import Phrase
    from airshed.pages.methods import ComparedTerms
    from airshed.rulebook import lookup
    from airshed.rulebook.load import find, load
    from airshed.zone.load import of_law
    from airshed.zone.origins import of_benchmarks, of_plans, of_zone

    target = writable(html)
    _known(before, after, list(NAMED))
    rules = load(find(rulebook))
    measured, zone = measured_of(rules, pollutant), of_law(rules, region)
    cap = zone_cap(rules, zone, pollutant, vintage)
    plan = plans(cap.criteria, cap.steps, cap.members)
    _known(before, after, list(plan))
    asked_price = price
    if price is None:
        case = case_of(zone, rules, measured, 1, 0.05, 0.0, 0.0)
        price = float(solved(case, linked(case.zones)).found.price[0, 0])
    options = steps_of(zone, measured)
    with bar(len(plan), json) as step:
        found = compare(
            cap.law.cap,
            cap.members,
            options,
            price,
            plan,
            step,
            law=cap.law,
            size_kg=cap.size_kg,
            pass_through=pass_through / 100,
        )
    origins = (*of_zone(rules, zone), *of_benchmarks(rules, pollutant), *of_plans(plan))
    resting(origins)
    market = together(cap.members, options, cap.law.cap * cap.size_kg / KG_PER_T)
    by_name = {each.name: each for each in found}
    change = changed(by_name[before], by_name[after], cap.members, price, cap.size_kg) if before else []
    if target is not None:
        command = f"airshed lab methods --rulebook {rulebook} --pollutant {pollutant} --vintage {cap.vintage}"
        command += f" --price {price:.12g}" + (f" --from {before} --to {after}" if before else "")
        command += f" --zone {region}" if region else ""
        command += f" --pass-through {pass_through:.12g}" if pass_through else ""
        command += f" --html {target.name}"
        money_of = Phrase(rules.currency.name_en, rules.currency.name_zh)
        lawful = tuple(dict.fromkeys(lookup.allocation_method(rules, place.code) for place in rules.jurisdictions))
        terms = ComparedTerms(
            cap.name, cap.law.cap, price, market, pass_through / 100, origins, command, money_of, lawful
        )
        _write(target, terms, found, (before, after, change))
    if json:
        as_json(
            {
                "pollutant": pollutant,
                "vintage": cap.vintage,
                "cap": cap.law.cap,
                "price_yuan_per_t": price,
                "money": rules.currency.code,
                "pass_through": pass_through / 100,
                "market_yuan": market,
                "methods": found,
                "changes": change,
                "origins": origins,
                "file": str(target) if target else None,
            }
        )
        return
    if asked_price is None:
        apart_from_law(rules, zone, measured, 1)
    money = rules.currency
    _print(cap, money.name_en, price, market, found)
    if before:
        _print_changes(before, after, (money.name_en, money.name_zh), change)
    for line in _without(list(plan)):
        console.print(f"{line.en} {line.zh}")
    say(origins)
    if target is not None:
        console.print(f"{target}: {target.stat().st_size:,} bytes")


def _known(before: str, after: str, names: list[str]) -> None:
    if bool(before) != bool(after):
        raise Malformed("--from", "one of --from and --to is missing", "give both, or neither")
    for option, name in (("--from", before), ("--to", after)):
        if name and name not in names:
            raise Malformed(option, f"no such method {name!r}", near(name, names))


def _without(names: list[str]) -> list[Phrase]:
    """The methods that the zone has no figures for."""
    from airshed.market.sharing.named import NAMED
    from airshed.pages.kit.words import Phrase
    from airshed.pages.methods.words import inputs

    return [
        Phrase(
            f"{each.en}: not compared, it asks for {inputs(each.inputs).en}.",
            f"{each.zh}：未比较，缺{inputs(each.inputs).zh}。",
        )
        for name, each in NAMED.items()
        if name not in names
    ]


def _print(cap: ZoneCap, money: str, price: float, market: float | None, found: list[MethodCompared]) -> None:
    from airshed.market.sharing.named import NAMED

    one = "no market can keep it" if market is None else f"one market abates for {market / 1e6:,.2f}"
    table(
        f"{cap.name}: {cap.law.cap:,} allowances at {price:,.2f} {money}/t; {one}; sums in million {money} a year",
        (
            "id",
            "method 方法",
            "Gini#",
            "Gini/e#",
            "Theil#",
            "Jain#",
            "whip 鞭打#",
            "worst#",
            "windfall 收益#",
            "loss 损失#",
            "alone 自行#",
            "short [t]",
            "entrants#",
        ),
        [
            (
                NAMED[each.name].number,
                each.name,
                f"{each.gini:.4f}",
                f"{each.gini_emission:.4f}",
                f"{each.theil:.4f}",
                f"{each.jain:.4f}",
                f"{each.whip:+.3f}",
                f"{each.worst_whip:+.3f}",
                f"{each.windfall_yuan / 1e6:,.2f}",
                f"{each.loss_yuan / 1e6:,.2f}",
                f"{each.alone_yuan / 1e6:,.2f}",
                f"{each.short_t:,.1f}",
                "" if each.entrant_gap_yuan is None else f"{each.entrant_gap_yuan:+,.0f}",
            )
            for each in found
        ],
    )


def _print_changes(before: str, after: str, money: tuple[str, str], change: list[ShareChange]) -> None:
    gain = sum(each.yuan for each in change if each.yuan > 0)
    table(
        f"{after} instead of {before}: who gains, who loses 谁得谁失",
        ("source 排放源", "city 地区", "sector 行业", "allowances 配额#", f"{money[0]} a year {money[1]}/年#"),
        [
            (each.source, each.jurisdiction, each.sector, f"{each.count:+,}", f"{each.yuan:+,.0f}")
            for each in change
            if each.count
        ],
    )
    more, less = sum(each.count > 0 for each in change), sum(each.count < 0 for each in change)
    console.print(f"{more} gain, {less} lose; {gain / 1e6:,.2f} million {money[0]} a year change hands")


def _write(
    path: Path, terms: ComparedTerms, found: list[MethodCompared], change: tuple[str, str, list[ShareChange]]
) -> None:
    from airshed.pages.kit.html import write
    from airshed.pages.methods import MethodsFacts, build

    before, after, rows = change
    without = tuple(_without([each.name for each in found]))
    write(path, build(MethodsFacts(terms, tuple(found), before, after, tuple(r for r in rows if r.count), without)))
