"""`airshed simulate`: synthetic evidence, to practise on and to test with."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from airshed.cli.show import as_json, console
from airshed.model.refusal import Malformed

app = typer.Typer(help="Synthetic evidence of a zone. 合成监测数据。", no_args_is_help=True)


@app.callback()
def simulate() -> None:
    """Synthetic evidence of a zone. 合成监测数据。"""


@app.command()
def stacks(
    seed: Annotated[int, typer.Option("--seed", help="The same seed gives the same bytes.", show_default=False)],
    out: Annotated[Path, typer.Option("--out", help="A new or empty folder.", show_default=False)],
    year: Annotated[int, typer.Option("--year", help="Year to simulate.")] = 2027,
    zone: Annotated[str, typer.Option("--zone", help="Name of a shipped zone, or its folder.")] = "dianzhong",
    only: Annotated[str, typer.Option("--stacks", help="Stacks by name, with commas; all if not given.")] = "",
    workers: Annotated[int, typer.Option("--workers", min=1, max=64, help="Processes.")] = 2,
    json: Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")] = False,
) -> None:
    """Write a year of HJ 212-2017 hourly frames for the stacks of a zone, with outages, peaks and tampering.

    Example: airshed simulate stacks --seed 7 --out evidence --stacks KM-CEM-01-A,QJ-PWR-03-B
    """
    from time import perf_counter

    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    from airshed.lab.episodes import read_episodes
    from airshed.lab.zone import load
    from airshed.rulebook.shipped import shipped
    from airshed.service.evidence import MANIFEST
    from airshed.service.measure import chosen_stacks, simulate_zone

    if not 2000 <= year <= 2100:
        raise Malformed("--year", f"{year} is not a year that can be simulated", "give one from 2000 to 2100")
    folder = Path(zone) if Path(zone).is_dir() else shipped("zones", zone)
    inventory = load(folder)
    names = [name.strip() for name in only.split(",")] if only else None
    count = len(chosen_stacks(inventory, names))
    began = perf_counter()
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, disable=json or not console.is_terminal) as shown:
        bar = shown.add_task("stacks 排放口", total=count)
        manifest = simulate_zone(
            out,
            inventory,
            year,
            seed,
            episodes=read_episodes(folder, inventory),
            stacks=names,
            workers=workers,
            progress=lambda _: shown.advance(bar),
        )
    seconds = perf_counter() - began
    frames, size = (sum(column) for column in zip(*((one.frames, one.bytes) for one in manifest.stacks), strict=True))
    if json:
        as_json({"stacks": count, "frames": frames, "bytes": size, "seconds": round(seconds, 3), "folder": str(out)})
        return
    console.print(f"{count} stacks, {frames:,} frames, {size:,} bytes in {seconds:.1f} s: {out / MANIFEST}")
