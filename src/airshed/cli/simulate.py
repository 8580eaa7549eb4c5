"""`airshed simulate`: simulated evidence and readings, to practise on and to test with."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from airshed.cli.options import Json, OfLaw, StackWorkers, ZoneName
from airshed.cli.show import as_json, bar, console, of
from airshed.model.counted import counted
from airshed.model.provenance import of_evidence
from airshed.model.refusal import Malformed

app = typer.Typer(help="Simulated evidence of a zone. 模拟监测数据。", no_args_is_help=True)


@app.callback()
def simulate() -> None:
    """Simulated evidence of a zone. 模拟监测数据。"""


@app.command()
def stacks(
    seed: Annotated[int, typer.Option("--seed", help="The same seed gives the same bytes.", show_default=False)],
    out: Annotated[Path, typer.Option("--out", help="A new or empty folder.", show_default=False)],
    year: Annotated[int, typer.Option("--year", help="Year to simulate.")] = 2027,
    zone: ZoneName = "dianzhong",
    only: Annotated[str, typer.Option("--stacks", help="Stacks by name, with commas; all if not given.")] = "",
    rulebook: OfLaw = "",
    workers: StackWorkers = None,
    json: Json = False,
) -> None:
    """Write a year of HJ 212-2017 hourly frames for the stacks of a zone, with outages, peaks and tampering.

    Example: airshed simulate stacks --seed 7 --out evidence --stacks KM-CEM-01-A,QJ-PWR-03-B
    """
    from time import perf_counter

    from airshed.lab.stacks.episodes import read_episodes
    from airshed.service.stacks.evidence import MANIFEST
    from airshed.service.stacks.measure import chosen_stacks, simulate_zone
    from airshed.zone.load import find as find_zone
    from airshed.zone.load import load, of_shipped_law

    if not 2000 <= year <= 2100:
        raise Malformed("--year", f"{year} is not a year that can be simulated", "give one from 2000 to 2100")
    folder = find_zone(zone)
    names = [name.strip() for name in only.split(",")] if only else None
    inventory = load(folder) if names else of_shipped_law(zone, rulebook)
    count = len(chosen_stacks(inventory, names))
    of(of_evidence(seed))
    began = perf_counter()
    with bar(count, json) as told:
        manifest = simulate_zone(
            out,
            inventory,
            year,
            seed,
            episodes=read_episodes(folder, inventory),
            stacks=names,
            workers=workers,
            progress=told,
        )
    seconds = perf_counter() - began
    frames, size = (sum(column) for column in zip(*((one.frames, one.bytes) for one in manifest.stacks), strict=True))
    if json:
        as_json({"stacks": count, "frames": frames, "bytes": size, "seconds": round(seconds, 3), "folder": str(out)})
        return
    made = f"{counted(count, 'stack')}, {counted(frames, 'frame')}"
    console.print(f"{made}, {size:,} bytes in {seconds:.1f} s: {out / MANIFEST}")


@app.command()
def sector(
    seed: Annotated[int, typer.Option("--seed", help="The same seed gives the same bytes.", show_default=False)],
    out: Annotated[Path, typer.Option("--out", help="A new or empty folder.", show_default=False)],
    count: Annotated[int, typer.Option("--count", min=1, help="How many; China's power sector has 4622.")] = 100,
    year: Annotated[str, typer.Option("--year", help="One year, or first and last with a dash.")] = "2024-2027",
    workers: StackWorkers = None,
    json: Json = False,
) -> None:
    """Write hourly readings of a simulated sector of power, as Parquet by year and stack, to test weight with.

    Three pollutants with stops, calibrations, faults and lost hours. `airshed mrv run` reads the folder as it is.

    Example: airshed simulate sector --seed 7 --count 100 --year 2024-2027 --out sector
    """
    from time import perf_counter

    from airshed.cli.mrv.run import show_readings
    from airshed.lab.stacks.sector import MOST_STACKS
    from airshed.service.stacks.sector import MOST_YEARS, simulate_sector

    if count > MOST_STACKS:
        raise Malformed("--count", f"{count} are more than a sector has", f"give 1 to {MOST_STACKS}")
    first, _, last = year.partition("-")
    if not (first.isdecimal() and (last or first).isdecimal()):
        raise Malformed("--year", f"{year!r} is no span of years", "write it as 2027 or 2024-2027")
    span = range(int(first), int(last or first) + 1)
    if not 2000 <= int(first) <= int(last or first) <= 2100 or len(span) > MOST_YEARS:
        cure = f"give up to {MOST_YEARS} years from 2000 to 2100, the earlier one first"
        raise Malformed("--year", f"{year} cannot be simulated", cure)
    of(of_evidence(seed))
    began = perf_counter()
    with bar(count, json) as told:
        done = simulate_sector(out, count, span, seed, workers=workers, progress=told)
    show_readings(done, out, perf_counter() - began, json)


@app.command()
def device(
    mn: Annotated[
        str, typer.Option("--mn", help="Number of the device; it ends in six hexadecimal digits.", show_default=False)
    ],
    port: Annotated[int, typer.Option("--port", min=1, max=65535, help="TCP port of the host.")] = 7212,
    host: Annotated[str, typer.Option("--host", help="Address of the host.")] = "127.0.0.1",
    version: Annotated[str, typer.Option("--version", help="Edition: 2005, 2017 or 2025.")] = "2017",
    count: Annotated[int, typer.Option("--count", min=1, max=5000, help="Devices, numbered on from --mn.")] = 1,
    reports: Annotated[int, typer.Option("--reports", min=0, help="Reports of each; 0 does not end.")] = 0,
    commands: Annotated[str, typer.Option("--commands", help="What to report, with commas.")] = "2011,2051,2061",
    begin: Annotated[str, typer.Option("--begin", help="Beijing time of the first report; now if not given.")] = "",
    step: Annotated[int, typer.Option("--step", min=1, help="Seconds of its time between reports.")] = 30,
    interval: Annotated[float, typer.Option("--interval", min=0, help="Seconds between reports.")] = 30.0,
    stay: Annotated[float, typer.Option("--stay", min=0, help="Seconds to stay on the line afterwards.")] = 0.0,
    overtime: Annotated[
        float, typer.Option("--overtime", min=0.1, help="Seconds without an answer until a report is sent again.")
    ] = 10.0,
    resend: Annotated[
        int, typer.Option("--resend", min=0, help="Break the line after every N reports, and send again; 0 never.")
    ] = 0,
    outage: Annotated[
        str, typer.Option("--outage", metavar="FIRST-LAST", help="Reports that the line loses, by number.")
    ] = "",
    cut: Annotated[int, typer.Option("--cut", min=0, help="Write pieces of 1 to N bytes; 0 writes frames.")] = 0,
    password: Annotated[str, typer.Option("--password", help="PW of the device.")] = "123456",
    crc: Annotated[str, typer.Option("--crc", help="Checksum: hj212 or modbus.")] = "hj212",
    key: Annotated[Path | None, typer.Option("--key", help="Key file of SM4, for 2025.", show_default=False)] = None,
    register: Annotated[
        Path | None, typer.Option("--register", help="Write the registration of these devices there, and end.")
    ] = None,
    seed: Annotated[int, typer.Option("--seed", help="The same seed measures the same.")] = 7,
    json: Json = False,
) -> None:
    """Be data loggers that report to a host of HJ 212, whichever it is. 模拟数采仪。

    Example: airshed simulate device --port 7212 --mn 010000A8900016F000169DC0 --reports 10 --interval 0
    """
    import asyncio

    from airshed.service.devices.play import DeviceWords, play

    wanted = DeviceWords(
        host, port, mn, version, count, reports, commands, begin, step, interval, stay, resend, cut, password, crc, key,
        seed, outage, overtime,
    )  # fmt: skip
    if register is not None:
        wanted.write_registration(register)
        console.print(f"{counted(count, 'device')}: {register}")
        return
    of(of_evidence(seed))
    counts = asyncio.run(play(wanted))
    if json:
        as_json(counts)
    else:
        console.print(", ".join(f"{name} {number:,}" for name, number in counts.items()))
