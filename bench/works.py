"""A zone of many works: `zone check` and `allocate` by processor time, at 56, 5,600 and 100,016 works under the law.

Run alone: `PYTHONPATH=src:. python -m bench.works`; with `--copies N --out FOLDER` it only writes such a zone. Its
works are copies of those of the shipped zone: the same figures under other names.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from shutil import copytree, ignore_patterns
from typing import Any

import msgspec

from airshed.rulebook.load import find as find_law
from airshed.rulebook.load import load as load_law
from airshed.rulebook.shipped import shipped
from airshed.zone.load import of_law
from airshed.zone.rows import write_rows
from airshed.zone.tables import read_tables

LAW = "dianzhong"
COPIES = (1, 100, 1_786)
#: The tables that have rows of works, and what of them names a works.
NAMING = {
    "sources": ("source", "account"),
    "stacks": ("stack", "source", "mn"),
    "concentrations": ("stack",),
    "baseline": ("source",),
    "options": ("source",),
}
FILE = {"options": "abatement_options.csv"}
COMMANDS = (
    ("zone check", "zone check {zone} --rulebook dianzhong --json"),
    ("allocate", "allocate --zone {zone} --pollutant SO2 --method benchmark --json"),
)


def copies(times: int, target: Path) -> int:
    """Write the shipped zone with its works that owe under the law so many times over; how many works that is."""
    owing = {source.source for source in of_law(load_law(find_law(LAW))).sources}
    copytree(shipped("zones", LAW), target, ignore=ignore_patterns("inventory.csv", "quoted_readings.csv"))
    tables = read_tables(target)
    for name, columns in NAMING.items():
        rows = [row for row in getattr(tables, name).rows if _source_of(row) in owing]
        path = target / FILE.get(name, f"{name}.csv")
        write_rows(path, type(rows[0]), _again(rows, columns, times))
    return times * len(owing)


def _source_of(row: Any) -> str:
    """The works that a row is of: its source, or that of its stack, which is called by it."""
    return str(getattr(row, "source", None) or row.stack.rpartition("-")[0])


def _again(rows: Sequence[msgspec.Struct], columns: Sequence[str], times: int) -> Iterator[msgspec.Struct]:
    """The rows under their own names, then under others."""
    for number in range(times):
        for row in rows:
            named = {column: _another(str(getattr(row, column)), column, number) for column in columns}
            yield msgspec.structs.replace(row, **named) if number else row


def _another(name: str, column: str, number: int) -> str:
    """A name of the copy of that number: a monitor has 24 hex digits, an account small letters, a stack its works'."""
    if column == "mn":
        return f"{number:06X}{name[6:]}"
    if column == "stack":
        works, _, outlet = name.rpartition("-")
        return f"{works}.{number}-{outlet}"
    return f"{name}.{number}"


def seconds(command: str) -> tuple[float, int]:
    """The processor time of a command in a process of its own, and its peak in MB."""
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen([sys.executable, "-m", "airshed", *command.split()], stdout=said, stderr=said)
        _, status, used = os.wait4(process.pid, 0)
        if status:
            said.seek(0)
            sys.exit(f"bench: airshed {command}: {said.read()[-400:].decode()}")
    return used.ru_utime + used.ru_stime, used.ru_maxrss // 1024


def main(arguments: Iterable[str] = ()) -> None:
    """The times at each size."""
    words = list(arguments)
    if "--out" in words:
        times = int(words[words.index("--copies") + 1])
        print(f"{copies(times, Path(words[words.index('--out') + 1])):,} works")
        return
    print("processor seconds (peak MB): works, " + ", ".join(name for name, _ in COMMANDS))
    with tempfile.TemporaryDirectory() as place:
        for times in COPIES:
            zone = Path(place) / str(times)
            works = copies(times, zone)
            found = [seconds(command.format(zone=zone)) for _, command in COMMANDS]
            print(f"{works:>9,}  " + "  ".join(f"{taken:6.1f} s ({peak:,} MB)" for taken, peak in found), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
