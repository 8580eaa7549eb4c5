"""`airshed lab collar`: one market under a floor and a ceiling, or under a stability reserve."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from airshed.cli.lab.apart import apart_asked
from airshed.cli.lab.case import (
    CapsOption,
    CurvesOption,
    DeclineOption,
    GrowthOption,
    PollutantOption,
    RateOption,
    RulebookOption,
    SlopesOption,
    YearsOption,
    ZoneOption,
    asked,
)
from airshed.cli.options import Json
from airshed.cli.show import as_json, console, resting, say, table, with_provenance, writable
from airshed.model.refusal import Malformed

#: Tonnes and yuan above which a figure is taken for a slip.
LARGEST = 1e12


def collar(
    curves: CurvesOption = "",
    caps: CapsOption = "",
    rulebook: RulebookOption = "",
    region: ZoneOption = "",
    pollutant: PollutantOption = "",
    years: YearsOption = 10,
    growth: GrowthOption = 1.0,
    decline: DeclineOption = 3.0,
    rate: RateOption = 5.0,
    slopes: SlopesOption = "",
    floor: Annotated[float, typer.Option(metavar="YUAN", help="Lowest price per t.", min=0)] = 0.0,
    ceiling: Annotated[float | None, typer.Option(metavar="YUAN", help="Highest price per t.", min=0)] = None,
    withheld: Annotated[float, typer.Option(metavar="T", help="Most withheld at the floor a year.", min=0)] = 0.0,
    reserve: Annotated[
        float | None, typer.Option(metavar="T", help="Most sold at the ceiling a year; any when left out.", min=0)
    ] = None,
    stability: Annotated[
        str, typer.Option(metavar="RULE.toml", help="A stability reserve: upper, middle, lower, rate, release.")
    ] = "",
    held: Annotated[float, typer.Option(metavar="T", help="What the stability reserve begins with.", min=0)] = 0.0,
    certificate: Annotated[str, typer.Option(metavar="FILE", help="Write the proof there.")] = "",
    json: Json = False,
) -> None:
    """The price path of one market between floor and ceiling, or with a stability reserve. 价格走廊与稳定储备。

    At the floor the government withholds up to --withheld t a year; at the ceiling it sells up to --reserve t. With
    --stability next year's supply shrinks while too many allowances are held, and grows when too few are; its lines are
    tonnes in circulation.

    The certificate is that of a market of two: the firms, and the office that releases at the floor and sells at the
    ceiling; under a stability reserve, that of the firms with the supply as it was changed, and of the rule that
    changed it. `airshed lab check` works either out again.

    Example: airshed lab collar --years 5 --floor 3800 --withheld 500 --ceiling 4500 --reserve 100
    """
    import json as plain

    import msgspec

    from airshed.lab.equilibrium import collared, equilibrium
    from airshed.lab.equilibrium.case import examine, linked
    from airshed.lab.equilibrium.joined_curves import merged
    from airshed.lab.equilibrium.stability import StabilityRule, stabilised
    from airshed.zone.rows import decoded

    if stability and (floor or ceiling is not None or withheld or reserve is not None):
        raise Malformed("--stability", "it stands beside a collar", "ask for one of them")
    for option, value in (
        ("--floor", floor),
        ("--ceiling", ceiling or 0.0),
        ("--withheld", withheld),
        ("--reserve", reserve or 0.0),
        ("--held", held),
    ):
        if not value <= LARGEST:
            raise Malformed(option, f"is {value:g}", f"give a figure up to {LARGEST:g}")
    if ceiling is None and reserve is not None:
        raise Malformed("--reserve", "it is sold at a ceiling, and none is given", "give --ceiling, or leave it out")
    target = writable(certificate, "--certificate")
    case = asked(curves, caps, rulebook, pollutant, years, (rate, growth, decline), slopes, region)
    resting(case.origins)
    curve, need = merged(case.curves), case.need.sum(axis=0)
    free = lacks = None
    try:
        examine(case, linked(case.zones))
        free = equilibrium(curve, need, case.discount).price.tolist()
    except Malformed as error:
        if ceiling is None:
            raise
        lacks = str(error)
    if stability:
        rule = decoded(
            Path(stability),
            lambda text: msgspec.toml.decode(text, type=StabilityRule),
            "write upper, middle, lower and release in t, rate as a part",
        )
        answer = stabilised(curve, need, case.discount, rule, held)
        market, more, less = answer.market, answer.change, answer.held
        proof = answer.proof(curve, case.years) if answer.settled or target is not None else None
        heads = ("supply changed t 供给调整#", "reserve t 储备#")
        told = f"settled after {answer.rounds} rounds" if answer.settled else "no such point was found: the rule jumps"
    else:
        found = collared(
            curve, need, case.discount, floor=floor, ceiling=ceiling, most_withheld=withheld, most_extra=reserve
        )
        market, more, less = found.market, found.extra, found.withheld
        proof = found.proof(curve, case.years)
        heads = ("sold at the ceiling t 上限出售#", "withheld t 扣留#")
        told = f"floor {floor:,.2f}, ceiling {'none' if ceiling is None else f'{ceiling:,.2f}'}"
    if target is not None:
        target.write_text(plain.dumps(proof and with_provenance(proof)) + "\n", "utf-8")
    if json:
        as_json(
            {
                "digest": proof and proof["digest"],
                "years": case.years,
                "price_yuan_per_t": market.price.tolist(),
                "free_price_yuan_per_t": free,
                "bank_t": market.bank.tolist(),
                "more_t": more.tolist(),
                "less_t": less.tolist(),
                "gap": market.gap,
                "told": told,
                "origins": case.origins,
            }
        )
        return
    if not (curves or slopes or caps):
        apart_asked(rulebook, region, pollutant, years, (rate, growth, decline))
    table(
        "One market under a rule 价格走廊与稳定储备",
        ("year 年", f"price {case.money[0]}/t 价格#", "without 无规则#", "bank t 结转#", *heads),
        [
            (
                year,
                f"{market.price[t]:,.2f}",
                "none 无" if free is None else f"{free[t]:,.2f}",
                *(f"{each[t]:,.1f}" for each in (market.bank, more, less)),
            )
            for t, year in enumerate(case.years)
        ],
    )
    console.print(f"{told}; proven least but for {market.gap:.1e} of its cost")
    if lacks is not None:
        console.print(f"without the ceiling there is no price 无上限则无价格: {lacks}")
    say(case.origins)
