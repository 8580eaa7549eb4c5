"""`airshed call matrix`: a zone's default matrix from its stacks and a wind rose, marked as indicative."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from airshed.cli.options import Json, OfLaw, ZoneName
from airshed.cli.show import as_json, console, table
from airshed.model.near import near
from airshed.model.refusal import Malformed

#: Decimals of a coefficient in the CSV: a millionth of a nanogram.
DECIMALS = 6


def matrix(
    zone: ZoneName,
    pollutant: Annotated[str, typer.Option(help="SO2, NOx or PM.")] = "SO2",
    rise: Annotated[bool, typer.Option("--rise/--no-rise", help="Whether hot plumes rise.")] = True,
    mixing: Annotated[float, typer.Option(metavar="M", min=50, max=5_000, help="Height of the mixed layer.")] = 1_000.0,
    rulebook: OfLaw = "",
    out: Annotated[str, typer.Option(metavar="FILE", help="Write it as the CSV that `call clear` reads.")] = "",
    json: Json = False,
) -> None:
    """What a tonne from each jurisdiction adds at each receptor, by a small Gaussian plume. Indicative. 默认传输矩阵。

    In ng/m3 on the mean of a year. A CSV of a transport model replaces it wherever money depends on it.

    Example: airshed call matrix --zone dianzhong --pollutant SO2 --out matrix.csv
    """
    from airshed.lab.air.plume import FARTHEST_M
    from airshed.lab.air.transfer import INDICATIVE, default_matrix, read_transfer
    from airshed.zone.load import find as find_zone
    from airshed.zone.load import of_shipped_law

    target = Path(out) if out else None
    if target is not None and (target.is_dir() or not target.parent.is_dir()):
        raise Malformed("--out", f"{target} cannot be written", "name a file in a folder that exists")
    folder = find_zone(zone)
    inventory = of_shipped_law(zone, rulebook)
    there = [each.pollutant for each in inventory.pollutants]
    if pollutant not in there:
        raise Malformed("--pollutant", f"no such pollutant {pollutant!r}", near(pollutant, there))
    cells = default_matrix(inventory, read_transfer(folder), pollutant, rise=rise, mixing_m=mixing)
    if target is not None:
        lines = [f"{each.receptor},{each.jurisdiction},{each.coefficient:.{DECIMALS}f},{INDICATIVE}" for each in cells]
        target.write_text("\n".join(["receptor,jurisdiction,coefficient,origin", *lines]) + "\n", "utf-8")
    if json:
        as_json({"origin": INDICATIVE, "pollutant": pollutant, "measure": "ng/m3 per t/y", "cells": list(cells)})
        return
    places = [each.code for each in inventory.jurisdictions]
    rows: dict[str, list[str]] = {}
    for each in cells:
        rows.setdefault(each.receptor, []).append(f"{each.coefficient:.3f}")
    table(
        f"ng/m3 per t/y of {pollutant}, {INDICATIVE} 仅供参考",
        ("receptor 受体", *(f"{place}#" for place in places)),
        [(receptor, *values) for receptor, values in rows.items()],
    )
    far, pairs = sum(each.too_far for each in cells), sum(each.stacks for each in cells)
    console.print(
        f"{far} of {pairs} pairs of stack and receptor are more than {FARTHEST_M / 1_000:g} km apart,"
        " farther than such a plume is trusted: replace it with the matrix of a transport model"
    )
