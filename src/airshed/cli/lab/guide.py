"""`airshed lab guide`: a guide price before trading starts."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from airshed.cli.lab.apart import apart_from_law
from airshed.cli.lab.case import ZoneOption
from airshed.cli.lab.tax import pairs
from airshed.cli.options import Json, PollutantName, RulesName
from airshed.cli.show import as_json, console, resting, say, table, writable
from airshed.model.refusal import Malformed

if TYPE_CHECKING:
    from airshed.lab.prices.operating import RunningControl
    from airshed.market.emission_tax import Guided

#: Years for which a guide price is said at once.
LIFE = 20.0


def guide(
    rulebook: RulesName = "dianzhong",
    region: ZoneOption = "",
    pollutant: PollutantName = "SO2",
    curves: Annotated[
        str, typer.Option(metavar="FILE", help="CSV with zone,source,technology,cost_yuan_per_t,potential_t.")
    ] = "",
    caps: Annotated[str, typer.Option(metavar="FILE", help="CSV with zone,year,baseline_t,cap_t, of one year.")] = "",
    tax: Annotated[
        str, typer.Option(metavar="PLACE", help="Whose environmental tax; none for no tax. [default: the zone's]")
    ] = "",
    below: Annotated[
        float,
        typer.Option(metavar="PERCENT", help="How far outlets stay under the standard: less tax.", min=0, max=100),
    ] = 0.0,
    floor: Annotated[float | None, typer.Option(metavar="YUAN", help="Lowest guide price.", min=0)] = None,
    ceiling: Annotated[float | None, typer.Option(metavar="YUAN", help="Highest guide price.", min=0)] = None,
    margin: Annotated[
        float | None,
        typer.Option(metavar="PERCENT", help="Floor: the dearest control that runs, with so much on top, less tax."),
    ] = None,
    operating: Annotated[
        str,
        typer.Option(
            metavar="FILE", help="CSV: technology,low_yuan_per_t,central_yuan_per_t,high_yuan_per_t,cite,status."
        ),
    ] = "",
    exceedance: Annotated[
        list[str] | None, typer.Option(metavar="CITY=TIMES", help="Measured over standard; once for each city.")
    ] = None,
    rate: Annotated[float, typer.Option(metavar="PERCENT", help="Discount rate of the price paid at once.")] = 8.0,
    html: Annotated[str, typer.Option(metavar="FILE", help="Write a page with charts there.")] = "",
    json: Json = False,
) -> None:
    """A guide price before trading starts: the shadow price of the cap less the tax, in a collar. 指导价。

    For the whole zone as one market, and for each city behind closed borders, with how many times the one is of the
    other: that is how scarce the air is. Floor and ceiling are the rulebook's where none is asked for; --margin lifts
    the floor to what keeps the controls running that stand already. Costs of a shipped zone are indicative.

    Example: airshed lab guide --pollutant SO2

    Example: airshed lab guide --pollutant NOx --below 50 --margin 10 --exceedance KM=1.2
    """
    from airshed.lab.equilibrium.case import case_of, measured_of
    from airshed.lab.equilibrium.tables import read_case
    from airshed.lab.prices.guide_price import collar_of, guide_prices, once_floor
    from airshed.lab.prices.operating import kept_on, read_operating, running
    from airshed.lab.prices.taxes import place_of, read_reliefs, read_taxes, tax_of
    from airshed.market.tenor import capitalised
    from airshed.rulebook.load import find, load
    from airshed.zone.load import of_law

    target = writable(html)
    if not 0 <= rate < 100:
        raise Malformed("--rate", f"{rate:g} percent", "give a rate from 0 up and below 100")
    rules = load(find(rulebook))
    rule = next((each for each in rules.pollutants if each.code == pollutant), None)
    if rule is None:
        codes = ", ".join(each.code for each in rules.pollutants)
        raise Malformed("--pollutant", f"no such pollutant {pollutant!r}", f"there are {codes}")
    if bool(curves) != bool(caps):
        raise Malformed("--curves", "one of --curves and --caps is missing", "give both, or neither")
    if margin is not None and (not 0 <= margin <= 1_000 or floor is not None):
        what = f"{margin:g} percent" if floor is None else "a floor is asked for too"
        raise Malformed("--margin", what, "give percent from 0 to 1,000, or --floor instead")
    place = tax or place_of(rules.programme.zone) or "none"
    places = list(dict.fromkeys(each.place for each in read_taxes()))
    if place not in ("none", *places):
        raise Malformed("--tax", f"no such place {place!r}", f"there are {', '.join(places)}, none")
    levied = None if place == "none" else tax_of(place, pollutant, below)
    controls: list[RunningControl] = []
    if curves:
        case = read_case(Path(curves), Path(caps), rate / 100)
    else:
        zone = of_law(rules, region)
        measured = measured_of(rules, pollutant)
        case = case_of(zone, rules, measured, 1, rate / 100, 0.0, 0.0)
        controls = running(zone, measured, read_operating(Path(operating) if operating else None))
    resting(case.origins)
    dearest = controls[0].cost if controls else None
    origin = "asked for"
    if margin is not None:
        if dearest is None:
            what = "own curves name no control" if curves else f"no operating cost of a control of {pollutant} is known"
            raise Malformed("--margin", what, "give --floor" if curves else "give --operating, or --floor")
        kept = kept_on(dearest.central_yuan_per_t, margin / 100, levied or 0.0)
        if kept > collar_of(rules, rule, None, None).floor:
            floor, origin = kept, f"{dearest.technology} runs at {dearest.central_yuan_per_t:,.2f}, {dearest.status}"
    collar = collar_of(rules, rule, floor, ceiling, origin)
    cities = dict.fromkeys(case.zones, 0.0)
    found = guide_prices(case, levied or 0.0, collar, pairs(exceedance or [], "--exceedance", cities, "KM=1.2"))
    published = once_floor(collar, place, pollutant, rate / 100) if rate else None
    money = rules.currency.name_en
    if target is not None:
        from airshed.pages.guide import GuideFacts, build
        from airshed.pages.kit.html import write
        from airshed.pages.kit.words import Phrase

        given = {"zone": region, "curves": curves, "caps": caps, "tax": tax, "floor": floor if margin is None else None}
        given |= {"ceiling": ceiling, "margin": margin, "operating": operating, "html": target.name}
        command = [f"airshed lab guide --rulebook {rulebook} --pollutant {pollutant} --below {below:g} --rate {rate:g}"]
        command += [f"--exceedance {each}" for each in exceedance or []]
        command += [f"--{name} {value}" for name, value in given.items() if value not in (None, "")]
        names = {each.code: Phrase(each.name_en, each.name_zh) for each in rules.jurisdictions}
        facts = GuideFacts(
            pollutant,
            case.years[0],
            Phrase(money, rules.currency.name_zh),
            names,
            found,
            collar,
            place,
            levied,
            controls,
            case.origins,
            " ".join(command),
        )
        write(target, build(facts))
    if json:
        as_json(
            {
                "pollutant": pollutant,
                "year": case.years[0],
                "currency": rules.currency.code,
                "tax_place": place,
                "tax_yuan_per_t": levied,
                "collar": collar,
                "guide": found,
                "floor_published": published,
                "controls": controls,
                "origins": case.origins,
            }
        )
        return
    if not curves:
        apart_from_law(rules, zone, measured, 1)
    rows: list[tuple[str, Guided, float, float | None]] = [("one market 统一市场", found.together, 1.0, None)]
    rows += [(each.zone, each.guided, each.times, each.exceedance) for each in found.cities]
    table(
        f"Guide price 指导价 {pollutant} {case.years[0]}, {money} per t and year; at once at {rate:g} %",
        (
            "city 地区",
            "marginal cost 边际成本#",
            "tax 税#",
            "guide price 指导价#",
            "times#",
            f"{LIFE:g} years at once#",
            "over standard#",
            "",
        ),
        [
            (
                name,
                "none 无解" if each.marginal == float("inf") else f"{each.marginal:,.2f}",
                f"{each.tax:,.2f}",
                f"{each.price:,.2f}",
                "–" if times == float("inf") else f"{times:.2f}",
                f"{capitalised(each.price, LIFE, rate / 100):,.0f}",
                "" if over is None else f"{over:.2f}",
                {"": "", "floor": "at the floor 底价", "ceiling": "at the ceiling 上限"}[each.bound],
            )
            for name, each, times, over in rows
        ],
    )
    console.print(
        f"floor {collar.floor:,.2f} ({collar.floor_origin}), ceiling"
        f" {'' if collar.ceiling == float('inf') else f'{collar.ceiling:,.2f} '}({collar.ceiling_origin})",
    )
    if published is not None:
        console.print(
            f"that floor is published as paid once, without an end ({published.quote.source}): as a price a year it is"
            f" {published.yearly:,.2f} at {rate:g} %, which --floor can ask for",
        )
    if dearest is not None:
        spared = kept_on(dearest.central_yuan_per_t, (margin or 0.0) / 100, levied or 0.0)
        console.print(
            f"the dearest control that runs: {controls[0].name_en} at {controls[0].works} works,"
            f" {dearest.central_yuan_per_t:,.2f} ({dearest.low_yuan_per_t:,.0f} to {dearest.high_yuan_per_t:,.0f},"
            f" {dearest.status}); it goes on from a price of {spared:,.2f} at {margin or 0:g} % on top",
        )
    if levied is None:
        console.print("no tax" if place == "none" else f"no tax: {place} taxes no {pollutant} as such")
    else:
        reliefs = ", ".join(f"{each.pays_percent:g} % of it at {each.below_percent:g} %" for each in read_reliefs())
        console.print(
            f"tax of {place} on {pollutant}, to confirm; under the standard by art. 13: {reliefs}; none where it is not"
            " among the three largest of an outlet (art. 9, airshed lab tax)",
        )
    say(case.origins)
    if target is not None:
        console.print(f"{target}: {target.stat().st_size:,} bytes")
