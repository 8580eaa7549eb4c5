"""`airshed lab guide`: a guide price before trading starts."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from airshed.cli.lab_case import ZoneOption
from airshed.cli.show import as_json, console, say, table
from airshed.model.refusal import Malformed

if TYPE_CHECKING:
    from airshed.market.emission_tax import Guided

Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")]


def register(app: typer.Typer) -> None:
    """Add the command to a group."""
    app.command("guide")(guide)


def guide(
    rulebook: Annotated[str, typer.Option(metavar="PATH_OR_NAME", help="Rulebook with caps and zone.")] = "dianzhong",
    region: ZoneOption = "",
    pollutant: Annotated[str, typer.Option(help="Pollutant of the rulebook.")] = "SO2",
    curves: Annotated[
        str, typer.Option(metavar="FILE", help="CSV with zone,source,technology,cost_yuan_per_t,potential_t.")
    ] = "",
    caps: Annotated[str, typer.Option(metavar="FILE", help="CSV with zone,year,baseline_t,cap_t, of one year.")] = "",
    tax: Annotated[str, typer.Option(metavar="PLACE", help="Whose environmental tax; none for no tax.")] = "Yunnan",
    below: Annotated[
        float,
        typer.Option(metavar="PERCENT", help="How far outlets stay under the standard: less tax.", min=0, max=100),
    ] = 0.0,
    floor: Annotated[float | None, typer.Option(metavar="YUAN", help="Lowest guide price.", min=0)] = None,
    ceiling: Annotated[float | None, typer.Option(metavar="YUAN", help="Highest guide price.", min=0)] = None,
    exceedance: Annotated[
        list[str] | None, typer.Option(metavar="CITY=TIMES", help="Measured over standard; once for each city.")
    ] = None,
    rate: Annotated[float, typer.Option(metavar="PERCENT", help="Discount rate of the price paid at once.")] = 8.0,
    json: Json = False,
) -> None:
    """A guide price before trading starts: the shadow price of the cap less the tax, in a collar. 指导价。

    For the whole zone as one market, and for each city behind closed borders, with how many times the one is of the
    other: that is how scarce the air is. Floor and ceiling are the rulebook's where none is asked for; costs of a
    shipped zone are indicative.

    Example: airshed lab guide --pollutant SO2

    Example: airshed lab guide --pollutant NOx --below 50 --exceedance KM=1.2
    """
    from airshed.lab.equilibrium.case import case_of, read_case
    from airshed.lab.prices.guide_price import collar_of, guide_prices
    from airshed.lab.prices.taxes import read_reliefs, read_taxes, tax_of
    from airshed.lab.zones.zone import of_law
    from airshed.market.tenor import capitalised
    from airshed.model.allowance import Pollutant
    from airshed.rulebook.load import find, load

    rules = load(find(rulebook))
    rule = next((each for each in rules.pollutants if each.code == pollutant), None)
    if rule is None:
        codes = ", ".join(each.code for each in rules.pollutants)
        raise Malformed("--pollutant", f"no such pollutant {pollutant!r}", f"there are {codes}")
    if bool(curves) != bool(caps):
        raise Malformed("--curves", "one of --curves and --caps is missing", "give both, or neither")
    places = list(dict.fromkeys(each.place for each in read_taxes()))
    if tax not in ("none", *places):
        raise Malformed("--tax", f"no such place {tax!r}", f"there are {', '.join(places)}, none")
    levied = None if tax == "none" else tax_of(tax, pollutant, below)
    collar = collar_of(rules, rule, floor, ceiling)
    if curves:
        case = read_case(Path(curves), Path(caps), rate / 100)
    else:
        zone = of_law(rules, region)
        case = case_of(zone, rules, Pollutant(rule.measured), 1, rate / 100, 0.0, 0.0)
    found = guide_prices(case, levied or 0.0, collar, _exceedances(exceedance or []))
    if json:
        document = {"pollutant": pollutant, "tax_yuan_per_t": levied, "collar": collar, "guide": found}
        as_json({**document, "origins": case.origins})
        return
    rows: list[tuple[str, Guided, float, float | None]] = [("one market 统一市场", found.together, 1.0, None)]
    rows += [(each.zone, each.guided, each.times, each.exceedance) for each in found.cities]
    table(
        f"Guide price 指导价 {pollutant} {case.years[0]}, yuan per t and year",
        (
            "city 地区",
            "marginal cost 边际成本#",
            "tax 税#",
            "guide price 指导价#",
            "times#",
            "20 years at once#",
            "over standard#",
            "",
        ),
        [
            (
                name,
                "none 无解" if each.marginal == float("inf") else f"{each.marginal:,.2f}",
                f"{each.tax:,.2f}",
                f"{each.price:,.2f}",
                f"{times:.2f}",
                f"{capitalised(each.price, 20, rate / 100):,.0f}",
                "" if over is None else f"{over:.2f}",
                {"": "", "floor": "at the floor 底价", "ceiling": "at the ceiling 上限"}[each.bound],
            )
            for name, each, times, over in rows
        ],
    )
    console.print(
        f"floor {collar.floor:,.2f} ({collar.floor_origin}), ceiling"
        f" {'' if collar.ceiling == float('inf') else f'{collar.ceiling:,.2f} '}({collar.ceiling_origin})",
        markup=False,
    )
    if levied is None:
        console.print("no tax asked for" if tax == "none" else f"no tax: {tax} taxes no {pollutant} as such")
    else:
        reliefs = ", ".join(f"{each.pays_percent:g} % of it at {each.below_percent:g} %" for each in read_reliefs())
        console.print(
            f"tax of {tax} on {pollutant}, to confirm; under the standard by art. 13: {reliefs}", markup=False
        )
    say(case.origins)


def _exceedances(words: list[str]) -> dict[str, float]:
    found = {}
    for word in words:
        city, _, times = word.partition("=")
        try:
            found[city] = float(times)
        except ValueError:
            raise Malformed("--exceedance", f"{word!r}", "write CITY=TIMES, as KM=1.2") from None
    return found
