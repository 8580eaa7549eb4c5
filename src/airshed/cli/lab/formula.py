"""`airshed lab formula`: a published formula for figures of one's own."""

from __future__ import annotations

from typing import Annotated

import typer

from airshed.cli.options import Json
from airshed.cli.show import as_json, console, table


def formula(
    name: Annotated[str, typer.Argument(help="Name of the formula; all are listed when left out.")] = "",
    terms: Annotated[list[str] | None, typer.Argument(metavar="[TERM=FIGURE]...", help="Its terms.")] = None,
    json: Json = False,
) -> None:
    """List the published formulas, or compute one: for a verifier who checks a figure by hand.

    Example: airshed lab formula hj212-33 measured=100.5816 flow=1041757.13
    """
    from airshed.lab import formulas as published
    from airshed.model.refusal import Malformed

    if not name:
        rows = [(key, own.sentence, " ".join(own.terms), own.unit) for key, own in published.FORMULAS.items()]
        keys = ("name", "gives", "terms", "unit")
        if json:
            as_json({"formulas": [dict(zip(keys, row, strict=True)) for row in rows]})
        else:
            table("Published formulas 公开公式", keys, rows)
        return
    given: dict[str, str] = {}
    for term in terms or ():
        key, equals, figure = term.partition("=")
        if not equals or key in given:
            raise Malformed(name, f"{term[:60]!r} is no term, or stands twice", "write TERM=FIGURE, each once")
        given[key] = figure
    own = published.formula(name)
    value = published.computed(name, given)
    if json:
        as_json({"formula": name, "value": value, "unit": own.unit, "source": own.source})
    else:
        console.print(own.sentence)
        console.print("no value 无数值" if value is None else f"{value} {own.unit}".rstrip())
        console.print(f"source 出处: {own.source}")
