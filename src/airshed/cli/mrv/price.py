"""What a bad meter costs: a simulated year broken in several ways, under HJ 75 and under US Part 75."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from airshed.cli.mrv.shown import t
from airshed.cli.options import Json, RulesName, ZoneName
from airshed.cli.show import as_json, console, table
from airshed.model.measures import exact
from airshed.model.near import near
from airshed.model.refusal import Malformed

if TYPE_CHECKING:
    from airshed.mrv.meter_price import MeterPrice
    from airshed.rulebook.schema import Rulebook
    from airshed.zone.zone import Stack, Zone

LAW_NAMES = {"hj75": "HJ 75", "part75": "Part 75"}


def meter_price(
    seed: Annotated[int, typer.Option("--seed", min=0, help="The same seed gives the same year and losses.")] = 7,
    stack: Annotated[str, typer.Option("--stack", metavar="ID", help="Stack of the zone.")] = "QJ-PWR-03-B",
    price: Annotated[str, typer.Option("--price", metavar="YUAN_PER_T", help="What a tonne costs.")] = "10000",
    pollutant: Annotated[str, typer.Option("--pollutant", help="One pollutant; all if not given.")] = "",
    draws: Annotated[int, typer.Option("--draws", min=1, max=100, help="Draws of a random scenario.")] = 5,
    year: Annotated[int, typer.Option("--year", min=2001, max=2100, help="Year to simulate.")] = 2027,
    html: Annotated[
        Path | None, typer.Option("--html", metavar="FILE", help="Also write it as a page.", show_default=False)
    ] = None,
    zone: ZoneName = "dianzhong",
    rulebook: RulesName = "dianzhong",
    json: Json = False,
) -> None:
    """Break a simulated monitor in several ways: reported less true mass under HJ 75 and under US Part 75.

    A figure above zero is what the breakage costs; below zero it pays. Random gaps are drawn several times, and the
    mean, the lowest and the highest are shown. With --html also as one page in English and Chinese.

    Example: airshed mrv meter-price --stack QJ-PWR-03-B --pollutant SO2 --price 12000 --html price.html
    """
    from airshed.cli.mrv.shown import law_of
    from airshed.lab.stacks.meter_trial import meter_prices
    from airshed.service.stacks.measure import chosen_stacks
    from airshed.zone.load import find as find_zone
    from airshed.zone.load import load as load_zone
    from airshed.zone.monitoring import monitoring_rules, registrations

    price_fen = exact(price, 100, "--price", "price")
    if price_fen < 0:
        raise Malformed("--price", f"{price} is no price", "give zero or more")
    if html is not None and (html.is_dir() or not html.parent.is_dir()):
        raise Malformed("--html", f"{html} cannot be written", "name a file in a folder that exists")
    inventory = load_zone(find_zone(zone))
    law = law_of(rulebook)
    (chosen,) = chosen_stacks(inventory, [stack])
    registration = registrations(inventory)[stack]
    if pollutant and pollutant not in registration.pollutants:
        raise Malformed(
            "--pollutant", f"{stack} does not measure {pollutant!r}", near(pollutant, registration.pollutants)
        )
    prices = meter_prices(
        chosen,
        registration,
        year,
        seed,
        monitoring_rules(law),
        price_fen,
        pollutants=(pollutant,) if pollutant else (),
        draws=draws,
    )
    if html is not None:
        command = f"airshed mrv meter-price --seed {seed} --stack {stack} --price {price} --draws {draws} --year {year}"
        command += f" --pollutant {pollutant}" if pollutant else ""
        _write(html, inventory, chosen, law, prices, (year, seed, price_fen), f"{command} --html {html.name}")
    if json:
        as_json(
            {
                "stack": stack,
                "year": year,
                "seed": seed,
                "price_fen_per_t": price_fen,
                "prices": [
                    {"pollutant": each.pollutant, "difference_mg": each.difference_mg, **_named(each)}
                    for each in prices
                ],
                "file": str(html) if html is not None else None,
            }
        )
        return
    for name in dict.fromkeys(each.pollutant for each in prices):
        own = [each for each in prices if each.pollutant == name]
        table(
            f"{stack} {name} {year}: {t(own[0].true_mg)} t emitted. Reported less true 申报量减真实量",
            (
                "scenario 情形",
                "lost [h]",
                "law 规则",
                "mean [t]",
                "lowest [t]",
                "highest [t]",
                "[%]",
                f"cost [{law.currency.name_en}]",
            ),
            [_row(each) for each in own],
        )
        console.print()
    console.print("Below zero breaking the meter pays. 负值表示损坏仪表有利可图。")
    if html is not None:
        console.print(f"{html}: {html.stat().st_size:,} bytes")


def _write(
    path: Path,
    zone: Zone,
    stack: Stack,
    law: Rulebook,
    prices: list[MeterPrice],
    trial: tuple[int, int, int],
    command: str,
) -> None:
    from airshed.pages.kit.html import write
    from airshed.pages.kit.words import Phrase
    from airshed.pages.meter_price import PriceFacts, build

    year, seed, price_fen = trial
    source = next(each for each in zone.sources if each.source == stack.source)
    facts = PriceFacts(
        stack.stack,
        Phrase(f"{source.name_en}, {stack.outlet_en}", f"{source.name_zh} {stack.outlet_zh}"),
        year,
        seed,
        price_fen,
        tuple(prices),
        (("hj75", law.monitoring.cite), ("part75", law.part75.cite)),
        command,
        Phrase(law.currency.name_en, law.currency.name_zh),
    )
    write(path, build(facts))


def _row(price: MeterPrice) -> tuple[str, ...]:
    true = price.true_mg
    share = f"{Decimal(100 * price.difference_mg) / true:.2f}" if true else ""
    missing = f" ({price.missing_hours} unfilled)" if price.missing_hours else ""
    return (
        price.scenario.name,
        f"{price.lost_hours:,}{missing}",
        LAW_NAMES[price.law],
        t(price.difference_mg),
        t(price.lowest_mg - true),
        t(price.highest_mg - true),
        share,
        f"{Decimal(price.cost_fen) / 100:,.0f}",
    )


def _named(price: MeterPrice) -> dict[str, Any]:
    return {name: getattr(price, name) for name in price.__struct_fields__ if name != "pollutant"}
