"""`airshed lab prices`: published prices in one language."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from airshed.cli.show import as_json, console, table, writable
from airshed.model.refusal import Malformed

Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")]


def register(app: typer.Typer) -> None:
    """Add the command to a group."""
    app.command("prices")(prices)


def prices(
    quotes: Annotated[
        str,
        typer.Option(
            metavar="FILE", help="CSV with place,pollutant,kind,yuan_per_t,years,per_year,when,source,status."
        ),
    ] = "",
    pollutant: Annotated[str, typer.Option(help="One pollutant, as SO2; all when left out.")] = "",
    rate: Annotated[float, typer.Option(metavar="PERCENT", help="Discount rate.")] = 8.0,
    life: Annotated[float, typer.Option(metavar="YEARS", help="Years for which a plant needs its right.")] = 20.0,
    traded: Annotated[
        str,
        typer.Option(
            metavar="FILE", help="CSV: place,year,pollutant,traded_t,floor_yuan_per_t,value_million_yuan,cite,status."
        ),
    ] = "",
    html: Annotated[str, typer.Option(metavar="FILE", help="Write a page with charts there.")] = "",
    json: Json = False,
) -> None:
    """What published prices of rights of one year, of five, and without end are worth a year. 价格可比口径。

    A price without a term cannot be compared, and says so. Where a place contradicts itself, or places each other, by
    more than three times, it is named. All in: a year of it with the buyer's fee and the environmental tax on the tonne
    emitted, where tables say. Floors: what trades were worth over what they cost at administered floors. Without
    --quotes the shipped ones are shown, each with its source.

    Example: airshed lab prices --pollutant SO2 --rate 8

    Example: airshed lab prices --html prices.html
    """
    from airshed.lab.prices.floors import floors_of, read_traded
    from airshed.lab.prices.quotes import alarms, in_one_language, read_quotes, yields
    from airshed.lab.prices.taxes import read_fees, read_taxes

    target = writable(html)
    if not 0 < rate < 100 or not 0 < life <= 1_000:
        raise Malformed("--rate", f"{rate:g} percent, a life of {life:g} years", "give figures above zero")
    rows = read_quotes(Path(quotes) if quotes else None)
    known = list(dict.fromkeys(each.pollutant for each in rows))
    if pollutant and pollutant not in known:
        raise Malformed("--pollutant", f"no such pollutant {pollutant!r}", f"there are {', '.join(known)}")
    said = in_one_language(
        [each for each in rows if pollutant in ("", each.pollutant)],
        rate / 100,
        life,
        {each.place: each.percent_each_side / 100 for each in read_fees()},
        {(each.place, each.pollutant): each.yuan_per_t for each in read_taxes()},
    )
    found = alarms(said)
    implied = yields([each.quote for each in said])
    floors = floors_of(read_traded(Path(traded) if traded else None))
    if target is not None:
        command = f"airshed lab prices --rate {rate:g} --life {life:g}" + (f" --quotes {quotes}" if quotes else "")
        command += (f" --pollutant {pollutant}" if pollutant else "") + (f" --traded {traded}" if traded else "")
        from airshed.service.quotepage import QuoteFacts, build
        from airshed.service.report import write

        shown = QuoteFacts(rate, life, said, found, floors, implied, f"{command} --html {target.name}")
        write(target, build(shown))
    if json:
        as_json(
            {
                "rate_percent": rate,
                "life_years": life,
                "prices": said,
                "alarms": found,
                "yields": implied,
                "floors": floors,
            }
        )
        return
    table(
        f"Yuan per tonne and year at {rate:g} % 年化价格",
        (
            "place 地区",
            "pollutant",
            "kind 种类",
            "said yuan/t 公布#",
            "term 期限",
            "a year 年化#",
            f"{life:g} years 一次性#",
            "all in 合计#",
            "when",
        ),
        [
            (
                each.quote.place,
                each.quote.pollutant,
                each.quote.kind,
                f"{each.quote.yuan_per_t:,.2f}",
                _term(each.quote.years, each.quote.per_year),
                "?" if each.yearly is None else f"{each.yearly:,.2f}",
                "?" if each.at_once is None else f"{each.at_once:,.0f}",
                "" if each.all_in is None else f"{each.all_in:,.2f}",
                each.quote.when or "",
            )
            for each in said
        ],
    )
    for alarm in found:
        low, high = alarm.low, alarm.high
        where = low.quote.place if alarm.inside else "between places 地区之间"
        console.print(
            f"{where}, {low.quote.pollutant}: {alarm.times:.1f} times apart: {low.quote.place} {low.quote.kind}"
            f" {low.yearly:,.2f}, {high.quote.place} {high.quote.kind} {high.yearly:,.2f} a year",
            markup=False,
        )
    for one in implied:
        year, ever = one.yearly, one.endless
        console.print(
            f"{' and '.join(dict.fromkeys((year.place, ever.place)))}, {year.pollutant}: {year.yuan_per_t:,.0f} a year"
            f" against {ever.yuan_per_t:,.0f} without an end is a yield of {100 * one.rate:.3f} %",
            markup=False,
        )
    for each in floors:
        told = "the floor is about all that prices tell" if each.bound else "above the floors"
        console.print(
            f"{each.place} {each.year}: trades of {each.value_yuan / 1e6:,.2f} million yuan,"
            f" {each.at_floor_yuan / 1e6:,.2f} at the floors: {each.ratio:.3f}, {told} ({each.status})",
            markup=False,
        )
    console.print("? the source names no term: it cannot be compared. 来源未注明期限，不可比。")
    console.print(
        "all in: with the buyer's fee and the environmental tax, where known; taxes are to confirm. 含税费，待核实。"
    )
    if target is not None:
        console.print(f"{target}: {target.stat().st_size:,} bytes", markup=False)


def _term(years: str | None, per_year: str | None) -> str:
    """The term in words of both languages."""
    if years is None:
        return "?"
    if years == "open":
        return "no end 无期限"
    return f"{years} y, each 每年" if per_year == "yes" else f"{years} y 年"
