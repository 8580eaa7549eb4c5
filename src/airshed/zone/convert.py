"""Writes a zone of before as what is read today: of 0.1, with a column a pollutant, or with costs named for yuan.

Nothing is looked up in what was there: figures are carried over as they stand, and an empty cell becomes no row.
"""

from __future__ import annotations

import csv
import io
import re
import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path

from airshed.model.refusal import Malformed
from airshed.zone.begin import NAMED

Row = dict[str, str]
#: Header and rows of each table to be written.
Tables = dict[str, tuple[Sequence[str], Iterable[Sequence[str]]]]

#: What the columns of 0.1 were named by, and the pollutants they stood for.
OLD = {"so2": "SO2", "nox": "NOx", "pm": "PM", "voc": "VOC"}
#: Processes of 0.1 that did not work like steel.
PROFILES = {
    "coal boiler": "power",
    "coal boiler nox200": "power",
    "coal boiler cfb": "power",
    "kiln tail": "cement",
    "kiln head": "cement",
}
#: Tables of costs, whose columns were named for yuan.
COSTS = ("abatement.csv", "abatement_options.csv")
#: Tables that are there no more.
GONE = ("voc_factors.csv", "default_factors.csv")


def is_old(folder: Path) -> bool:
    """Whether a folder is a zone of before: its baseline has a column a pollutant, or its costs are named for yuan."""
    return _of_0_1(folder) or any("_yuan_per_t" in _head(folder / name) for name in COSTS)


def _of_0_1(folder: Path) -> bool:
    return "so2_kg" in _head(folder / "baseline.csv").strip().split(",")


def _head(path: Path) -> str:
    try:
        with path.open(encoding="utf-8-sig") as file:
            return file.readline()
    except (OSError, UnicodeDecodeError):
        return ""


def convert(folder: Path, target: Path, library: Path) -> tuple[str, ...]:
    """Write the zone in `folder` to the new folder `target`, and say which tables are another.

    What 0.1 had in its code (gases, sectors, products, load profiles) is carried over from the zone in `library`.
    """
    if not is_old(folder):
        what = "is no zone of before: no column of it is called so2_kg, or named for yuan"
        raise Malformed(str(folder), what, "airshed zone check says what is wrong with it, if anything is")
    if target.exists():
        raise Malformed(str(target), "is there already", "name a new folder")
    if not _of_0_1(folder):
        shutil.copytree(folder, target)
        return _renamed(target)
    made: Tables = {
        **_stacks(outlets := _rows(folder / "stacks.csv")),
        **_baseline(_rows(folder / "baseline.csv"), outlets),
        **_factors([row for name in GONE if (folder / name).is_file() for row in _rows(folder / name)]),
    }
    if (folder / "processes.csv").is_file():
        made |= _processes(_rows(folder / "processes.csv"))
    shutil.copytree(folder, target, ignore=shutil.ignore_patterns(*GONE))
    for name, (header, rows) in made.items():
        _write(target / name, header, rows)
    for name in NAMED:
        shutil.copyfile(library / name, target / name)
    return (*made, *NAMED, *_renamed(target))


def _renamed(folder: Path) -> tuple[str, ...]:
    """Columns of costs without a currency in their name: zone.toml says which, and yuan where it has not said."""
    for name in COSTS:
        if (folder / name).is_file():
            head, rest = (folder / name).read_text("utf-8-sig").split("\n", 1)
            (folder / name).write_text(head.replace("_yuan_per_t", "_per_t") + "\n" + rest, "utf-8")
    head = (folder / "zone.toml").read_text("utf-8-sig")
    if "\ncurrency = " not in head:
        changed = re.sub(r"^cost_year = .*\n", r'\g<0>currency = "CNY"\n', head, count=1, flags=re.MULTILINE)
        (folder / "zone.toml").write_text(changed, "utf-8")
    return (*COSTS, "zone.toml")


def _stacks(rows: Sequence[Row]) -> Tables:
    """Outlets, and what each of their monitors typically shows."""
    levels = [f"{old}_mg_m3" for old in OLD]
    header = [column for column in rows[0] if column not in (*levels, "monitors")]
    header.insert(header.index("process") + 1, "profile")
    outlets = [{**row, "profile": PROFILES.get(row["process"], "steel")} for row in rows]
    shown = [
        (row["stack"], pollutant, level)
        for row in rows
        for old, pollutant in OLD.items()
        if (level := row.get(f"{old}_mg_m3", ""))
    ]
    return {
        "stacks.csv": (header, [[row[column] for column in header] for row in outlets]),
        "concentrations.csv": (("stack", "pollutant", "mg_m3"), shown),
    }


def _baseline(rows: Sequence[Row], outlets: Sequence[Row]) -> Tables:
    """Outputs and masses: measured where an outlet of the works has a monitor for it, else by a factor."""
    monitored = {(row["source"], pollutant) for row in outlets for pollutant in row["monitors"].split()}
    found: list[Sequence[str]] = []
    for row in rows:
        source, year = row["source"], row["year"]
        found.append((source, year, row["output_measure"], row["output"], "reported", row["origin"]))
        found += [
            (source, year, pollutant, kg, "measured" if (source, pollutant) in monitored else "factor", row["origin"])
            for old, pollutant in OLD.items()
            if (kg := row.get(f"{old}_kg", ""))
        ]
    return {"baseline.csv": (("source", "year", "item", "amount", "method", "origin"), found)}


def _factors(rows: Sequence[Row]) -> Tables:
    header = ("sector", "product", "pollutant", "factor_g", "cite", "status")
    return {"factors.csv": (header, [[row[column] for column in header] for row in rows])}


def _processes(rows: Sequence[Row]) -> Tables:
    """How outlets are drawn, and within which concentrations."""
    spans = {pollutant: (f"{old}_low", f"{old}_high", f"early_{old}") for old, pollutant in OLD.items()}
    gone = {column for columns in spans.values() for column in columns}
    header = [column for column in rows[0] if column not in gone]
    header.insert(header.index("limit_set"), "profile")
    kinds = [{**row, "profile": PROFILES.get(row["process"], "steel")} for row in rows]
    levels = [
        (row["process"], pollutant, row[low], row[high], row[early])
        for row in rows
        for pollutant, (low, high, early) in spans.items()
        if low in row
    ]
    return {
        "processes.csv": (header, [[row[column] for column in header] for row in kinds]),
        "process_levels.csv": (("process", "pollutant", "low_mg_m3", "high_mg_m3", "early_mg_m3"), levels),
    }


def _rows(path: Path) -> list[Row]:
    try:
        text = path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise Malformed(str(path), f"cannot be read ({error})", "give a table of 0.1") from None
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    try:
        rows = list(reader)
    except csv.Error as error:
        raise Malformed(f"{path} line {reader.line_num}", str(error), "quote cells that hold a comma") from None
    for line, row in enumerate(rows, start=2):
        if None in row or None in row.values():
            raise Malformed(f"{path} line {line}", "has another number of cells than the header", "mend it first")
    return rows


def _write(path: Path, header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    path.write_text(text.getvalue(), "utf-8", newline="\n")
