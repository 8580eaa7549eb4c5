"""`airshed gateway measure`: what came over TCP becomes hours, sealed days and a year, like any evidence."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Annotated

import typer

from airshed.cli.mrv.shown import LawBook, LawName, applied, measuring_law, say_applied
from airshed.cli.options import Json, StackWorkers, ZoneName
from airshed.cli.show import as_json, console, of, table
from airshed.model.counted import counted
from airshed.model.refusal import Malformed

MG_PER_T = Decimal(10**9)


def measure(
    evidence: Annotated[Path, typer.Argument(metavar="FOLDER", help="Folder of evidence.", show_default=False)],
    devices: Annotated[Path, typer.Option("--devices", help="CSV of registered devices.", show_default=False)],
    year: Annotated[int, typer.Option("--year", min=2001, max=2100, help="Year to measure.", show_default=False)],
    out: Annotated[Path, typer.Option("--out", help="Where readings, hours and results go.", show_default=False)],
    end: Annotated[
        str, typer.Option("--end", metavar="TIME", help="Beijing time up to which the year has passed.")
    ] = "",
    workers: StackWorkers = None,
    rulebook: LawName = "",
    book: LawBook = None,
    zone: ZoneName = "dianzhong",
    json: Json = False,
) -> None:
    """Read the receipts of a gateway to hourly readings, and recompute them to hours, sealed days and a year.

    A frame whose MN is not the device of its stack by the inventory gives no hour; it is kept in OUT/refused and
    counted. `airshed mrv run OUT/readings` takes the readings again, also on a cluster. 由接收报文核算年度排放量。

    Example: airshed gateway measure receipts --devices devices.csv --year 2027 --out measured
    """
    from airshed.cli.gateway.status import instant_option
    from airshed.model.period import HOUR_MS
    from airshed.mrv.hj212.time import BEIJING
    from airshed.service.gateway.devices import read_devices
    from airshed.service.gateway.measure_receipts import READINGS, readings_of_receipts
    from airshed.service.gateway.process import now_ms
    from airshed.service.stacks.recompute import recompute_readings
    from airshed.service.stacks.stack_folder import provenance_of
    from airshed.zone.load import find as find_zone
    from airshed.zone.load import load as load_zone
    from airshed.zone.monitoring import monitoring_rules

    inventory = load_zone(find_zone(zone))
    law = measuring_law(rulebook, book, zone)
    if law.civil is not BEIJING:
        what = f"its hours are those of {law.civil.name}, frames of HJ 212 are of Beijing"
        raise Malformed("--rulebook", what, "recompute hours of that region with airshed mrv run")
    rules = monitoring_rules(law)
    begins, ends = (law.standard.instant(f"{each}-01-01") for each in (year, year + 1))
    until = instant_option("--end", end) if end else now_ms()
    if end and not begins < until <= ends:
        raise Malformed("--end", f"{end} is not in {year}", "give a time of the year")
    hours = (until - begins) // HOUR_MS if begins < until < ends else None
    taken = readings_of_receipts(
        evidence, inventory, read_devices(devices, None), year, out, rules, through=hours, workers=workers
    )
    of(provenance_of(out / READINGS))
    years, kept = recompute_readings(out / READINGS, inventory, rules, out, workers=workers)
    summary = next((each for each in years if each.year == year), None)
    if json:
        as_json({"stacks": taken, "summary": summary, "up_to_date": kept, "folder": str(out), "rulebook": applied(law)})
        return
    table(
        f"Receipts 接收 {year}",
        ("stack", "frames #", "hours #", "refused 拒收 (MN)"),
        [
            (
                each.stack,
                f"{each.frames:,}",
                f"{each.hours:,}",
                ", ".join(f"{why} {count:,}" for why, count in each.refused.items()),
            )
            for each in taken
        ],
    )
    if summary is not None:
        table(
            f"{year}: {counted(summary.sealed_days, 'sealed day')} 封存日",
            ("pollutant", "stacks #", "mass [t]", "measured [h]", "substituted [h]", "stopped [h]", "missing [h]"),
            [
                (
                    total.pollutant,
                    total.stacks,
                    f"{Decimal(total.mass_mg) / MG_PER_T:,.3f}",
                    *(f"{hours:,}" for hours in (total.measured, total.substituted, total.stopped, total.missing)),
                )
                for total in summary.totals
            ],
        )
        console.print(f"results {summary.results_sha256}\nhours   {summary.hours_sha256}")
    say_applied(law)
