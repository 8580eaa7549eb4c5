"""`airshed mrv run` and `mrv readings`: evidence or hourly readings recomputed, and evidence read to readings."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from airshed.cli.mrv.estimates import show_estimates
from airshed.cli.mrv.quality import with_quality
from airshed.cli.mrv.shown import LawBook, LawName, applied, marks_of, measuring_law, say_applied, t
from airshed.cli.options import Json, StackWorkers, ZoneName
from airshed.cli.show import as_json, bar, console, of, table
from airshed.model.counted import counted

if TYPE_CHECKING:
    from airshed.service.stacks.totals import YearSummary


def run(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="Folder of evidence or of hourly readings.", show_default=False)
    ],
    out: Annotated[Path, typer.Option("--out", help="Where hours, results and summary go.", show_default=False)],
    stacks: Annotated[str, typer.Option("--stacks", help="Stacks by name, with commas; all if not given.")] = "",
    workers: StackWorkers = None,
    cluster: Annotated[
        str, typer.Option("--cluster", metavar="ADDRESS", help="Dask scheduler whose workers do it instead.")
    ] = "",
    quality: Annotated[
        Path | None,
        typer.Option("--quality", metavar="FILE", help="Tests of monitors, as airshed mrv quality reads them."),
    ] = None,
    rulebook: LawName = "",
    zone: ZoneName = "dianzhong",
    book: LawBook = None,
    json: Json = False,
) -> None:
    """Recompute evidence or hourly readings to hours (Parquet by year and stack), stack-years and their sum.

    The same bytes on one process, on many and on a Dask cluster that sees the same folders. Run again it computes
    only stacks whose input, rules or code have changed, or whose results are missing or damaged. Of readings over
    several years each year looks back on the one before. With --stacks the sum is of these alone, and the folder that
    it goes to holds no others. With --quality the hours that tests of monitors make out of control are substituted so.
    Files in its folder `estimates` are calculated anew too, and with --book held against it.

    Example: airshed mrv run evidence --out recomputed --workers 2

    Example: airshed mrv run evidence --out one-stack --stacks KM-CEM-01-A
    """
    from time import perf_counter

    from airshed.service.stacks import reading_files as hourly
    from airshed.service.stacks.estimate_files import FOLDER, estimates_in
    from airshed.service.stacks.evidence import read_manifest
    from airshed.service.stacks.recompute import recompute, recompute_readings
    from airshed.service.stacks.stack_folder import provenance_of
    from airshed.zone.factors import shipped_factors
    from airshed.zone.load import find as find_zone
    from airshed.zone.load import load as load_zone
    from airshed.zone.monitoring import monitoring_rules

    inventory = load_zone(find_zone(zone))
    law = measuring_law(rulebook, book, zone)
    rules = monitoring_rules(law)
    marks = marks_of(book) if book is not None else None
    years: tuple[YearSummary, ...]
    names = tuple(dict.fromkeys(filter(None, map(str.strip, stacks.split(",")))))
    how: dict[str, Any] = {"stacks": names, "workers": workers, "cluster": cluster}
    of(provenance_of(folder))
    began = perf_counter()
    if hourly.is_readings(folder):
        held = sorted({holding.year for holding in hourly.read_manifest(folder).holdings})
        marks = with_quality(marks, quality, inventory, rules, held)
        count = len(names) or len({holding.stack for holding in hourly.read_manifest(folder).holdings})
        with bar(count, json) as told:
            years, kept = recompute_readings(folder, inventory, rules, out, marks=marks, progress=told, **how)
    else:
        marks = with_quality(marks, quality, inventory, rules, [read_manifest(folder).year])
        with bar(len(names) or len(read_manifest(folder).stacks), json) as told:
            year, kept = recompute(folder, inventory, rules, out, marks=marks, progress=told, **how)
        years = (year,)
    seconds = perf_counter() - began
    read = list(estimates_in([folder / FOLDER], law, shipped_factors())) if (folder / FOLDER).is_dir() else []
    if json:
        if read:
            show_estimates(read, law, book, json=True)
        as_json(
            {
                "years": years,
                "up_to_date": kept,
                "seconds": round(seconds, 3),
                "folder": str(out),
                "rulebook": applied(law),
            }
        )
        return
    for each in years:
        _show(each)
    if read:
        show_estimates(read, law, book, json=False)
    what = "stacks" if len(years) == 1 else "stack-years"
    done = sum(each.stacks for each in years) - kept
    console.print(f"{kept} {what} up to date, {done} computed in {seconds:.1f} s: {out}")
    say_applied(law)


def readings(
    evidence: Annotated[Path, typer.Argument(metavar="EVIDENCE", help="Folder of evidence.", show_default=False)],
    out: Annotated[Path, typer.Option("--out", help="Folder of readings; years are added.", show_default=False)],
    workers: StackWorkers = None,
    json: Json = False,
) -> None:
    """Read raw frames to hourly readings in Parquet by year and stack, with the evidence digest of every day.

    What `airshed mrv run` makes of them is byte for byte what it makes of the frames, many times as fast.

    Example: airshed mrv readings evidence --out readings
    """
    from time import perf_counter

    from airshed.service.stacks.evidence import read_manifest
    from airshed.service.stacks.sector import readings_of_evidence
    from airshed.service.stacks.stack_folder import provenance_of

    of(provenance_of(evidence))
    began = perf_counter()
    with bar(len(read_manifest(evidence).stacks), json) as told:
        done = readings_of_evidence(evidence, out, workers=workers, progress=told)
    show_readings(done, out, perf_counter() - began, json)


def show_readings(done: tuple[Any, ...], out: Path, seconds: float, json: bool) -> None:
    """What was written into a folder of readings, in words or as JSON."""
    from airshed.service.stacks.reading_files import MANIFEST, readings_path

    size = sum(readings_path(out, one.year, one.stack).stat().st_size for one in done)
    stacks, years = len({one.stack for one in done}), sorted({one.year for one in done})
    if json:
        as_json(
            {"stacks": stacks, "years": years, "bytes": size, "seconds": round(seconds, 3), "folder": str(out)}
        )  # fmt: skip
        return
    span = f"{years[0]}" if len(years) == 1 else f"{years[0]} to {years[-1]}"
    read = f"{counted(stacks, 'stack')}, {span}, {counted(len(done), 'stack-year')}"
    said = f"{read}, {size:,} bytes in {seconds:.1f} s: {out / MANIFEST}"
    console.print(said)


def _show(year: YearSummary) -> None:
    table(
        f"{year.year}: {counted(year.stacks, 'stack')}, {counted(year.sealed_days, 'sealed day')} 封存日",
        ("pollutant", "stacks #", "mass [t]", "measured [h]", "substituted [h]", "stopped [h]", "missing [h]"),
        [
            (
                total.pollutant,
                total.stacks,
                t(total.mass_mg),
                *(f"{hours:,}" for hours in (total.measured, total.substituted, total.stopped, total.missing)),
            )
            for total in year.totals
        ],
    )
    console.print(f"results {year.results_sha256}\nhours   {year.hours_sha256}")
