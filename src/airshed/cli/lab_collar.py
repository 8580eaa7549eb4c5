"""`airshed lab collar`: one market under a floor and a ceiling, or under a stability reserve."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from airshed.cli.lab_case import ZoneOption
from airshed.cli.show import as_json, console, say, table
from airshed.model.refusal import Malformed


def register(app: typer.Typer) -> None:
    """Add the command to a group."""
    app.command("collar")(collar)


def collar(
    rulebook: Annotated[str, typer.Option(metavar="PATH_OR_NAME", help="Rulebook with caps and zone.")] = "dianzhong",
    region: ZoneOption = "",
    pollutant: Annotated[str, typer.Option(help="Pollutant of the rulebook.")] = "SO2",
    curves: Annotated[
        str, typer.Option(metavar="FILE", help="CSV with zone,source,technology,cost_yuan_per_t,potential_t.")
    ] = "",
    caps: Annotated[str, typer.Option(metavar="FILE", help="CSV with zone,year,baseline_t,cap_t.")] = "",
    years: Annotated[int, typer.Option(min=1, max=100, help="Years, from the rulebook's first vintage.")] = 10,
    growth: Annotated[float, typer.Option(metavar="PERCENT", help="Growth of emissions a year.")] = 1.0,
    decline: Annotated[float, typer.Option(metavar="PERCENT", help="Fall of later caps a year.")] = 3.0,
    rate: Annotated[float, typer.Option(metavar="PERCENT", help="Discount rate.")] = 5.0,
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
    json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
) -> None:
    """The price path of one market between floor and ceiling, or with a stability reserve. 价格走廊与稳定储备。

    At the floor the government withholds up to --withheld t a year; at the ceiling it sells up to --reserve t. With
    --stability next year's supply shrinks while too many allowances are held, and grows when too few are; its lines are
    tonnes in circulation.

    The certificate is that of a market of two: the firms, and the office that releases at the floor and sells at the
    ceiling; under a stability reserve, that of the firms with the supply as it was changed. `airshed lab check` holds.

    Example: airshed lab collar --years 5 --floor 3800 --withheld 500 --ceiling 4500 --reserve 100
    """
    import json as plain

    import msgspec
    import numpy as np

    from airshed.lab.equilibrium import collared, equilibrium
    from airshed.lab.equilibrium.case import case_of, measured_of, read_case
    from airshed.lab.equilibrium.certificate import certificate as proven
    from airshed.lab.equilibrium.joined import merged
    from airshed.lab.equilibrium.stability import StabilityRule, stabilised
    from airshed.lab.zones.rows import decoded
    from airshed.lab.zones.zone import of_law
    from airshed.rulebook.load import find, load

    if stability and (floor or ceiling is not None or withheld or reserve is not None):
        raise Malformed("--stability", "it stands beside a collar", "ask for one of them")
    if bool(curves) != bool(caps):
        raise Malformed("--curves", "one of --curves and --caps is missing", "give both, or neither")
    for option, value in (("--growth", growth), ("--decline", decline), ("--rate", rate)):
        if not -100 < value < 1_000:
            raise Malformed(option, f"{value:g} percent a year", "give a percentage above -100")
    if curves:
        case = read_case(Path(curves), Path(caps), rate / 100)
    else:
        rules = load(find(rulebook))
        measured, zone = measured_of(rules, pollutant), of_law(rules, region)
        case = case_of(zone, rules, measured, years, rate / 100, growth / 100, decline / 100)
    target = Path(certificate) if certificate else None
    if target is not None and (target.is_dir() or not target.parent.is_dir()):
        raise Malformed("--certificate", f"{target} cannot be written", "name a file in a folder that exists")
    curve, need = merged(case.curves), case.need.sum(axis=0)
    free = equilibrium(curve, need, case.discount)
    if stability:
        rule = decoded(
            Path(stability),
            lambda text: msgspec.toml.decode(text, type=StabilityRule),
            "write upper, middle, lower and release in t, rate as a part",
        )
        answer = stabilised(curve, need, case.discount, rule, held)
        market, more, less = answer.market, answer.change, answer.held
        proof = proven(("firms",), ("cap",), case.years, (curve,), np.ones((1, 1)), (need - more)[None, :], market)
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
        target.write_text(plain.dumps(proof) + "\n", "utf-8")
    if json:
        as_json(
            {
                "digest": proof["digest"],
                "years": case.years,
                "price_yuan_per_t": market.price.tolist(),
                "free_price_yuan_per_t": free.price.tolist(),
                "bank_t": market.bank.tolist(),
                "more_t": more.tolist(),
                "less_t": less.tolist(),
                "gap": market.gap,
                "told": told,
                "origins": case.origins,
            }
        )
        return
    table(
        "One market under a rule 价格走廊与稳定储备",
        ("year 年", "price yuan/t 价格#", "without 无规则#", "bank t 结转#", *heads),
        [
            (
                year,
                *(f"{each[t]:,.2f}" for each in (market.price, free.price)),
                *(f"{each[t]:,.1f}" for each in (market.bank, more, less)),
            )
            for t, year in enumerate(case.years)
        ],
    )
    console.print(f"{told}; proven least but for {market.gap:.1e} of its cost", markup=False)
    say(case.origins)
