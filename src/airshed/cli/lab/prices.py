"""`airshed lab prices`: published prices in one language."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from airshed.cli.options import Json
from airshed.cli.show import as_json, console, table, writable
from airshed.model.near import near
from airshed.model.refusal import Malformed

if TYPE_CHECKING:
    from airshed.lab.prices.floors import FloorBound
    from airshed.lab.prices.quotes import Alarm, AnnualPrice, Famous, PublishedPrice, Yield

#: Percent a year below which a price without an end is worth next to nothing a year, and says nothing.
LEAST_RATE = 0.01


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
    unsaid: Annotated[
        float | None,
        typer.Option(
            metavar="YEARS", help="Term to assume, paid for once, where none is said; 5 is the national rule."
        ),
    ] = None,
    far: Annotated[float, typer.Option(metavar="TIMES", help="Prices further apart than this are named.")] = 3.0,
    taxes: Annotated[
        str,
        typer.Option(
            metavar="FILE", help="CSV: place,pollutant,yuan_per_equivalent,kg_per_equivalent,since,cite,status."
        ),
    ] = "",
    fees: Annotated[str, typer.Option(metavar="FILE", help="CSV: place,percent_each_side,cite,status.")] = "",
    traded: Annotated[
        str,
        typer.Option(
            metavar="FILE",
            help="CSV: place,year,floors,pollutant,traded_t,floor_yuan_per_t,value_million_yuan,cite,status.",
        ),
    ] = "",
    html: Annotated[str, typer.Option(metavar="FILE", help="Write a page with charts there.")] = "",
    json: Json = False,
) -> None:
    """What published prices of rights of one year, of five, and without end are worth a year. 价格可比口径。

    A price without a term cannot be compared, and says so. Where prices of a place at one time, of a place over time,
    or of two places are more than three times apart, the farthest pair is named. All in: a year of it with the buyer's
    fee and today's environmental tax on the tonne emitted, where tables say. Floors: what trades were worth over what
    they cost at administered floors. Tables that are not given are the shipped ones (trades: only beside shipped
    quotes), with a source in each row, shown by --json and --html.

    Example: airshed lab prices --pollutant SO2 --rate 8

    Example: airshed lab prices --html prices.html
    """
    from airshed.lab.prices.floors import floors_of, read_traded
    from airshed.lab.prices.quotes import alarms, famous, in_one_language, read_quotes, yields
    from airshed.lab.prices.taxes import read_fees, read_taxes

    target = writable(html)
    if not LEAST_RATE <= rate < 100:
        raise Malformed("--rate", f"{rate:g} percent", f"give a rate from {LEAST_RATE:g} up and below 100")
    if not 0 < life <= 1_000:
        raise Malformed("--life", f"{life:g} years", "give years above zero, 1,000 at most")
    if unsaid is not None and not 0 < unsaid <= 1_000:
        raise Malformed("--unsaid", f"{unsaid:g} years", "give years above zero, 1,000 at most")
    if not 1 <= far <= 1e9:
        raise Malformed("--far", f"{far:g} times", "give one or more")
    rows = read_quotes(Path(quotes) if quotes else None)
    known = list(dict.fromkeys(each.pollutant for each in rows))
    if pollutant and pollutant not in known:
        raise Malformed("--pollutant", f"no such pollutant {pollutant!r}", near(pollutant, known))
    said = in_one_language(
        [each for each in rows if pollutant in ("", each.pollutant)],
        rate / 100,
        life,
        {each.place: each.percent_each_side / 100 for each in read_fees(Path(fees) if fees else None)},
        {(each.place, each.pollutant): each.yuan_per_t for each in read_taxes(Path(taxes) if taxes else None)},
        unsaid,
    )
    pair, found, implied = famous(said), alarms(said, far), yields([each.quote for each in said])
    # the shipped trades belong to the shipped quotes
    floors = floors_of(read_traded(Path(traded) if traded else None)) if traded or not quotes else []
    if target is not None:
        from airshed.pages.kit.html import write
        from airshed.pages.quotes import QuoteFacts, build

        given = {"quotes": quotes, "pollutant": pollutant, "taxes": taxes, "fees": fees, "traded": traded}
        given["unsaid"] = "" if unsaid is None else f"{unsaid:g}"
        command = ["airshed lab prices", f"--rate {rate:g} --life {life:g} --far {far:g}"]
        command += [f"--{name} {value}" for name, value in given.items() if value]
        again = " ".join([*command, f"--html {target.name}"])
        facts = QuoteFacts(rate, life, said, found, floors, implied, again, pair, far)
        write(target, build(facts))
    if json:
        as_json(
            {
                "rate_percent": rate,
                "life_years": life,
                "unsaid_years": unsaid,
                "prices": said,
                "alarms": found,
                "yields": implied,
                "famous": pair,
                "floors": floors,
            }
        )
        return
    _table(said, rate, life)
    for line in [*_pair(pair, rate), *map(_alarm, found), *map(_yield, implied), *map(_floor, floors)]:
        console.print(line)
    console.print(
        "* to confirm 待核实; ? the source or table does not say: not comparable, or assumed 未注明，不可比或为假定"
    )
    console.print(
        "all in: with the buyer's fee, where known, and today's environmental tax, all of it to confirm."
        " 含手续费和现行环境保护税，待核实。"
    )
    if target is not None:
        console.print(f"{target}: {target.stat().st_size:,} bytes")


def _table(said: Sequence[AnnualPrice], rate: float, life: float) -> None:
    from airshed.lab.prices.quotes import TAX

    table(
        f"Yuan per tonne and year at {rate:g} %, and at once for {life:g} years 年化价格（元/吨·年）",
        (
            "place 地区",
            "pollutant",
            "kind 种类",
            "when",
            "said 公布#",
            "term 期限",
            "a year 年化#",
            "at once#",
            "fee 费#",
            "tax 税#",
            "all in 合计#",
        ),
        [
            (
                each.quote.place,
                each.quote.pollutant,
                each.quote.kind + ("" if each.quote.status == "confirmed" else " *"),
                each.quote.when or "",
                f"{each.quote.yuan_per_t:,.2f}",
                _term(each),
                _figure(each.yearly),
                _figure(each.at_once, 0),
                *(("", "", "") if each.quote.kind == TAX else map(_figure, (each.fee, each.tax, each.all_in))),
            )
            for each in said
        ],
    )


def _figure(value: float | None, digits: int = 2) -> str:
    return "?" if value is None else f"{value:,.{digits}f}"


def _term(said: AnnualPrice) -> str:
    """The term of a quote: `5 y, each` is a price for each of five years, `5 y?` one that is assumed."""
    quote = said.quote
    if quote.years is None:
        return "?" if said.assumed is None else f"{said.assumed:g} y?"
    if quote.years == "open":
        return "no end"
    return f"{quote.years} y, each" if quote.per_year == "yes" else f"{quote.years} y"


def _whose(quote: PublishedPrice) -> str:
    return f"{quote.place} {quote.kind}" + (f" {quote.when}" if quote.when else "")


def _pair(pair: Famous | None, rate: float) -> list[str]:
    """What is left of eighteen times."""
    if pair is None:
        return []
    once, yearly = pair.once.quote, pair.yearly.quote
    return [
        f"{once.yuan_per_t:,.6g} against {yearly.yuan_per_t:,.6g} ({_whose(once)}, {_whose(yearly)}): not"
        f" {pair.said_times:.4g} times, but {pair.times:.2f} at {rate:g} %: one is bought once, the other for each"
        f" year; the same at {100 * pair.equal_rate:.3f} %. 期限不同，年化后为{pair.times:.2f}倍。"
    ]


def _alarm(alarm: Alarm) -> str:
    low, high = alarm.low, alarm.high
    where = low.quote.place if alarm.inside else "between places 地区之间"
    when = "" if alarm.together else ", not said to be of one time 时间不同"
    return (
        f"{where}, {low.quote.pollutant}: {alarm.times:,.1f} times apart{when}: {_whose(low.quote)} {low.yearly:,.2f},"
        f" {_whose(high.quote)} {high.yearly:,.2f} a year"
    )


def _yield(one: Yield) -> str:
    year, once = one.yearly, one.once
    term = "without an end" if once.years == "open" else f"for {once.years} years"
    return (
        f"{' and '.join(dict.fromkeys((year.place, once.place)))}, {year.pollutant}: {year.yuan_per_t:,.6g} a year"
        f" against {once.yuan_per_t:,.6g} {term} is a yield of {100 * one.rate:.3f} %"
    )


def _floor(each: FloorBound) -> str:
    told = "the floor is about all that prices tell" if each.bound else "above the floors"
    paid, least = each.value_yuan / 1e6, each.at_floor_yuan / 1e6
    return (
        f"{each.place} {each.year}: trades of {paid:,.2f} million yuan, {least:,.2f} at the floors of {each.floors}:"
        f" {each.ratio:.3f}, {told} ({each.status})"
    )
