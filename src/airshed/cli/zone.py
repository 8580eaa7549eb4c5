"""`airshed zone`: the works of a region as data: copy a shipped zone to begin one's own, and check it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from airshed.cli.copying import copied
from airshed.cli.lab_case import Json
from airshed.cli.show import as_json, console, say, table

if TYPE_CHECKING:
    from airshed.lab.zones.zone import Zone

#: What tables are printed of.
POLLUTANTS = ("SO2", "NOx", "PM", "VOC")
#: Left behind by a copy: what only the generator of the synthetic part reads.
NOT_COPIED = ("README.md",)

app = typer.Typer(no_args_is_help=True, help="The works of a region as data: check them, copy them to begin one's own.")


@app.command()
def check(
    zone: Annotated[str, typer.Argument(metavar="FOLDER_OR_NAME", help="Folder of a zone, or dianzhong.")],
    rulebook: Annotated[
        str, typer.Option(metavar="PATH_OR_NAME", help="Also hold it against this law: its cities and its caps.")
    ] = "",
    json: Json = False,
) -> None:
    """Read a zone strictly, and say what it holds and where that comes from.

    Example: airshed zone check dianzhong --rulebook dianzhong
    """
    from airshed.lab.zones.origins import of_costs, of_rows
    from airshed.lab.zones.zone import find, load, of_law
    from airshed.rulebook.load import find as find_law
    from airshed.rulebook.load import load as load_law

    rules = load_law(find_law(rulebook)) if rulebook else None
    found = of_law(rules, zone) if rules is not None else load(find(zone))
    origins = [of_costs(found), f"outputs and emissions: {of_rows(found)}"]
    rows = [_city(found, place.code) for place in found.jurisdictions]
    caps: dict[str, int] = {}
    if rules is not None:
        first = min((row.vintage for row in rules.caps.rows), default=0)
        for row in rules.caps.rows:
            if row.vintage == first:
                caps[row.pollutant] = caps.get(row.pollutant, 0) + row.count * rules.allowance.size_kg
    if json:
        about = {"name_en": found.name_en, "name_zh": found.name_zh, "baseline_years": found.baseline_years}
        as_json({**about, "cities": rows, "caps_kg": caps, "origins": origins})
        return
    _print(found, rows, caps)
    say(origins)


@app.command()
def copy(
    zone: Annotated[str, typer.Argument(metavar="FOLDER_OR_NAME", help="Folder of a zone, or dianzhong.")],
    folder: Annotated[str, typer.Argument(help="A new folder.")],
) -> None:
    """Copy a zone's files, to replace what is synthetic by what was audited. 复制区域数据。

    docs/own-zone.md says which file holds what. Every command of the lab takes the folder by --zone.

    Example: airshed zone copy dianzhong mine
    """
    from airshed.lab.zones.zone import find, load

    source = find(zone)
    load(source)
    many = copied(source, folder, *NOT_COPIED)
    console.print(f"{folder}: {many} files; airshed zone check {folder} reads them", markup=False)


def _city(zone: Zone, code: str) -> dict[str, Any]:
    """Works, outlets and steps of abatement of a city, and a mean baseline year in kg of each pollutant."""
    from airshed.model.allowance import Pollutant

    works = {source.source for source in zone.sources if source.jurisdiction == code}
    years = len(zone.baseline_years)
    mean = {
        name: sum(row.kg(Pollutant(name)) for row in zone.baseline if row.source in works) // years
        for name in POLLUTANTS
    }
    return {
        "city": code,
        "works": len(works),
        "stacks": sum(stack.source in works for stack in zone.stacks),
        "options": sum(option.source in works for option in zone.options),
        "baseline_kg": mean,
    }


def _print(zone: Zone, rows: Sequence[dict[str, Any]], caps: dict[str, int]) -> None:
    def tonnes(kept: Iterable[int]) -> list[str]:
        return [f"{kg / 1000:,.0f}" for kg in kept]

    shown = [
        (each["city"], each["works"], each["stacks"], each["options"], *tonnes(each["baseline_kg"].values()))
        for each in rows
    ]
    sums = [sum(each["baseline_kg"][name] for each in rows) for name in POLLUTANTS]
    counts = (sum(each[name] for each in rows) for name in ("works", "stacks", "options"))
    shown.append(("in all 合计", *counts, *tonnes(sums)))
    if caps:
        shown.append(
            ("cap 总量", "", "", "", *(f"{caps[name] / 1000:,.0f}" if name in caps else "" for name in POLLUTANTS))
        )
    years = zone.baseline_years
    table(
        f"{zone.name_en} {zone.name_zh}: mean of {years[0]} to {years[-1]}",
        ("city 地区", "works 企业#", "outlets 排放口#", "steps 减排措施#", *(f"{name} t/y#" for name in POLLUTANTS)),
        shown,
    )
