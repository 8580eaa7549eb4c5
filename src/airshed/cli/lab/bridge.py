"""`airshed lab bridge`: all prices of a pollutant side by side, and the reason and size of every difference."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from airshed.cli.lab.case import (
    POLLUTANT,
    RULEBOOK,
    DeclineOption,
    GrowthOption,
    PollutantOption,
    RateOption,
    RulebookOption,
    YearsOption,
    ZoneOption,
    percents_of,
)
from airshed.cli.options import Json
from airshed.cli.show import as_json, bar, console, resting, say, table, writable
from airshed.model.refusal import Malformed

if TYPE_CHECKING:
    from airshed.lab.prices.bridge import Bridge, Bridged


def bridge(
    rulebook: RulebookOption = "",
    region: ZoneOption = "",
    pollutant: PollutantOption = "",
    years: YearsOption = 10,
    growth: GrowthOption = 1.0,
    decline: DeclineOption = 3.0,
    rate: RateOption = 5.0,
    tax: Annotated[
        str, typer.Option(metavar="PLACE", help="Whose environmental tax; none for no tax. [default: the zone's]")
    ] = "",
    agents: Annotated[
        int,
        typer.Option(metavar="PATHS", min=0, max=1_000, help="Also play so many paths of agents, a few times each."),
    ] = 0,
    html: Annotated[str, typer.Option(metavar="FILE", help="Write a page with charts there.")] = "",
    json: Json = False,
) -> None:
    """Every price of a pollutant side by side, and why each is not the price under the law. 价格对照与成因。

    Law, equilibrium, brief, methods, guide prices and scenarios each answer another question. From the first year's
    price under the law one cause after the other is switched until the other price is reached: the sizes add up to the
    fen. A cause's size hangs on the order in which it is switched; the order stands in the table.

    Example: airshed lab bridge --pollutant NOx --html bridge.html

    Example: airshed lab bridge --pollutant VOC --json
    """
    from airshed.lab.equilibrium.case import measured_of
    from airshed.lab.prices.bridge import Assumptions, bridged
    from airshed.lab.prices.taxes import place_of, read_taxes, tax_of
    from airshed.rulebook.load import find, load
    from airshed.zone.load import of_law

    target = writable(html)
    rates = percents_of((rate, growth, decline))
    rules = load(find(rulebook or RULEBOOK))
    code, zone = measured_of(rules, pollutant or POLLUTANT), of_law(rules, region)
    place = tax or place_of(rules.programme.zone) or "none"
    if place not in ("none", *(row.place for row in read_taxes())):
        known = ", ".join(dict.fromkeys(row.place for row in read_taxes()))
        raise Malformed("--tax", f"no such place {place!r}", f"there are {known}, none")
    levied = None if place == "none" else tax_of(place, code, 0.0)
    assumed = Assumptions(years, rates[1], rates[2], rates[0])
    found = bridged(zone, rules, code, assumed, levied or 0.0)
    bridges, origins = list(found.bridges), found.origins
    if agents:
        from airshed.lab.prices.agents_gap import agents_gap, plays_of
        from airshed.zone.origins import SESSIONS

        with bar(agents * len(plays_of(code, rules.programme.id, assumed)), json, "plays 场次") as told:
            bridges.append(agents_gap(zone, rules, code, assumed, agents, told))
        origins = (*origins, SESSIONS)
    resting(origins)
    if target is not None:
        from airshed.pages.bridge import BridgeFacts, build
        from airshed.pages.kit.html import write

        given = {"rulebook": rulebook, "zone": region, "tax": tax, "agents": agents or "", "html": target.name}
        command = [f"airshed lab bridge --pollutant {code} --years {years} --growth {growth:g} --decline {decline:g}"]
        command += [f"--rate {rate:g}", *(f"--{name} {value}" for name, value in given.items() if value)]
        law = f"{rules.programme.id} {rules.programme.version}"
        write(target, build(BridgeFacts(law, found, bridges, origins, " ".join(command))))
    if json:
        as_json(
            {
                "pollutant": found.pollutant,
                "year": found.year,
                "money": found.money.en,
                "price_yuan_per_t": _yuan(found.price),
                "markets": {name: _yuan(price) for name, price in found.markets},
                "bridges": [_plain(each) for each in bridges],
                "origins": origins,
            }
        )
        return
    _print(found, bridges)
    say(origins)
    if target is not None:
        console.print(f"{target}: {target.stat().st_size:,} bytes")


def _yuan(fen: int | None) -> float | None:
    return None if fen is None else fen / 100


def _plain(one: Bridge) -> dict[str, object]:
    return {
        "name": one.name.en,
        "name_zh": one.name.zh,
        "command": one.command,
        "origin_yuan_per_t": _yuan(one.origin),
        "steps": [
            {
                "cause": step.words.en,
                "cause_zh": step.words.zh,
                "yuan_per_t": _yuan(size),
                "price_yuan_per_t": _yuan(step.fen),
            }
            for step, size in zip(one.steps, one.sizes, strict=True)
        ],
        "price_yuan_per_t": _yuan(one.said),
        "unexplained_yuan_per_t": _yuan(one.rest),
    }


def _figure(fen: int | None, sign: str = "") -> str:
    return "none 无解" if fen is None else f"{fen / 100:{sign},.2f}"


def _print(found: Bridged, bridges: list[Bridge]) -> None:
    money = found.money.en
    rows = [("under the law 规则下的均衡", "airshed lab equilibrium", _figure(found.price), "")]
    rows += [
        (
            f"{each.name.en} {each.name.zh}",
            each.command,
            _figure(each.said),
            "" if each.said is None or each.origin is None else _figure(each.said - each.origin, "+"),
        )
        for each in bridges
    ]
    table(
        f"Prices of {found.pollutant} in {found.year}, {money}/t 价格对照",
        ("price 价格", "said by 出处", f"{money}/t#", "off 差额#"),
        rows,
    )
    if len({price for _, price in found.markets}) > 1:
        console.print("on each side 各侧: " + ", ".join(f"{name} {_figure(price)}" for name, price in found.markets))
    for each in bridges:
        _print_bridge(each, money)


def _print_bridge(one: Bridge, money: str) -> None:
    """A bridge as rows; causes that do nothing are named in one line."""
    pairs = list(zip(one.steps, one.sizes, strict=True))
    rows = [("from 起点", _figure(one.origin), "")]
    rows += [
        (f"{step.words.en} {step.words.zh}", _figure(size, "+"), _figure(step.fen)) for step, size in pairs if size != 0
    ]
    if one.rest:
        rows.append(("not explained 未解释", _figure(one.rest, "+"), _figure(one.said)))
    table(f"{one.name.en} {one.name.zh}", ("cause 成因", f"{money}/t#", "price then 其后价格#"), rows)
    idle = [f"{step.words.en} {step.words.zh}" for step, size in pairs if size == 0]
    if idle:
        console.print(f"does nothing here 无影响: {'; '.join(idle)}")
