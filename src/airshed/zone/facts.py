"""What is known of the real works of a region: names, places and sizes, each with its source, and nothing else.

The table stands apart from what is simulated. Neither the generator nor the loader of a zone reads it, and its numbers
(F01, F02, ...) are those of its own rows alone: docs/decisions/0069.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec

from airshed.model.refusal import Malformed
from airshed.zone.rows import read_rows
from airshed.zone.zone import Accuracy

FILE = "inventory.csv"
#: What is said beside them, always.
SAID = (
    "Facts, each with its source. Nothing here says what a works emitted, owed or did, and no works of a simulated "
    "year stands for one of these.",
    "此处只列有出处的事实，不涉及任何企业的排放、履约或行为；模拟年度中的企业均为虚构，不对应其中任何一家。",
)


class WorksFact(msgspec.Struct, frozen=True):
    """A real works as an open source gives it, one row of `inventory.csv`; an empty cell is not known."""

    fact: str
    name_en: str
    name_zh: str | None
    jurisdiction: str
    county: str | None
    sector: str
    owner: str | None
    capacity: float | None
    capacity_measure: str
    process: str
    fuel: str | None
    #: Boilers, each as number:MW:year.
    parts: tuple[str, ...]
    start_year: int | None
    lat: float | None
    lon: float | None
    coordinate_accuracy: Accuracy
    status: str
    origin: str
    note: str | None


def read_facts(folder: Path, places: Sequence[str]) -> tuple[WorksFact, ...]:
    """The rows of `inventory.csv`; none where a zone has no such file, for all its works are invented."""
    path = folder / FILE
    if not path.exists():
        return ()
    facts = read_rows(path, WorksFact)
    seen: set[str] = set()
    for line, each in enumerate(facts, start=2):
        if each.fact in seen:
            raise Malformed(f"{path} line {line} column fact", f"{each.fact!r} stands there already", "number it anew")
        if each.jurisdiction not in places:
            what = f"no such jurisdiction {each.jurisdiction!r}"
            raise Malformed(f"{path} line {line} column jurisdiction", what, f"there are: {', '.join(places)}")
        seen.add(each.fact)
    return facts
