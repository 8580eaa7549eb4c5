"""`airshed lab tax`: the environmental tax on what an outlet emits."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer

from airshed.cli.options import Json
from airshed.cli.show import as_json, console, table
from airshed.model.near import near
from airshed.model.refusal import Malformed


def tax(
    emits: Annotated[
        list[str], typer.Option(metavar="POLLUTANT=TONNES", help="What the outlet emits; once for each pollutant.")
    ],
    place: Annotated[str, typer.Option(metavar="PLACE", help="Whose tax.")] = "Yunnan",
    below: Annotated[
        list[str] | None,
        typer.Option(metavar="POLLUTANT=PERCENT", help="How far it stays under the standard; once for each."),
    ] = None,
    hours_over: Annotated[
        int,
        typer.Option(min=0, max=744, metavar="HOURS", help="Hours above a limit in the month, of any of its outlets."),
    ] = 0,
    taxes: Annotated[
        str,
        typer.Option(
            metavar="FILE", help="CSV: place,pollutant,yuan_per_equivalent,kg_per_equivalent,since,cite,status."
        ),
    ] = "",
    json: Json = False,
) -> None:
    """The environmental tax on an outlet: three pollutants by their equivalents, less for the clean. 环境保护税。

    Only the three pollutants with most equivalents are taxed (article 9); who stays 30 or 50 percent under the standard
    pays three quarters or half (article 13), by the mean of the month's hours. After one hour above a limit at any
    outlet of the payer no relief is left (implementation regulation, article 10). The last column is what a tonne less
    saves: nothing for a fourth pollutant, for which a guide price then has no tax to take off.

    Example: airshed lab tax --emits SO2=120 --emits NOx=300 --below SO2=50
    """
    from airshed.lab.prices.taxes import read_taxes, reliefs_of
    from airshed.market.emission_tax import due

    rows = read_taxes(Path(taxes) if taxes else None)
    places = list(dict.fromkeys(row.place for row in rows))
    own = {row.pollutant: row for row in rows if row.place == place}
    if not own:
        raise Malformed("--place", f"no such place {place!r}", near(place, places))
    tonnes = pairs(emits, "--emits", own, "SO2=120")
    parts = pairs(below or [], "--below", tonnes, "SO2=50")
    for name, percent in parts.items():
        if percent > 100:
            raise Malformed("--below", f"{name} {percent:g} percent", "give 100 at most")
    found = due(
        {name: 1_000 * each for name, each in tonnes.items()},
        {name: row.yuan_per_equivalent for name, row in own.items()},
        {name: row.kg_per_equivalent for name, row in own.items()},
        {name: percent / 100 for name, percent in parts.items()},
        reliefs_of(hours_over),
    )
    total = sum(each.yuan for each in found)
    uncertain = sorted({row.pollutant for row in own.values() if row.status != "confirmed"} & set(tonnes))
    barred = bool(parts) and not reliefs_of(hours_over)
    if json:
        as_json({"place": place, "outlet": found, "total_yuan": total, "barred": barred, "to_confirm": uncertain})
        return
    table(
        f"Environmental tax of {place} 环境保护税",
        ("pollutant", "t#", "equivalents 污染当量数#", "", "part paid#", "yuan 税额#", "a tonne less saves#"),
        [
            (
                each.pollutant,
                f"{each.kg / 1_000:,.3f}",
                f"{each.equivalents:,.0f}",
                "taxed 应税" if each.taxed else "not among the three largest 非前三项",
                f"{100 * each.part:g} %",
                f"{each.yuan:,.2f}",
                f"{each.yuan_per_t:,.2f}",
            )
            for each in found
        ],
    )
    console.print(f"in all {total:,.2f} yuan 合计")
    if barred:
        console.print(
            f"hours above a limit {hours_over}: no relief, to confirm 超标小时数{hours_over}，不予减征（待核实）"
        )
    if uncertain:
        console.print(f"to confirm 待核实: rate and equivalent of {', '.join(uncertain)}")


def pairs(words: list[str], option: str, known: Iterable[str], example: str) -> dict[str, float]:
    """NAME=FIGURE words as figures from zero up. Malformed for what is no pair, unknown, or said twice."""
    names, found = list(known), dict[str, float]()
    for word in words:
        name, _, figure = word.partition("=")
        try:
            value = float(figure)
        except ValueError:
            raise Malformed(option, f"{word!r}", f"write it as {example}") from None
        if name not in names:
            raise Malformed(option, f"no such name {name!r}", near(name, names))
        if name in found:
            raise Malformed(option, f"{name} is said twice", "say it once")
        if not 0 <= value < 1e15:
            raise Malformed(option, f"{name} is {figure}", "give a figure from zero up")
        found[name] = value
    return found
