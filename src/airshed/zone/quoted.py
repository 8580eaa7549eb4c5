"""Readings of real works that somebody else published: quoted as such, with how they were read, and used by nothing."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Literal

import msgspec

from airshed.model.measures import times_over
from airshed.model.refusal import Malformed
from airshed.zone.facts import FILE as FACTS
from airshed.zone.facts import WorksFact
from airshed.zone.rows import read_rows

FILE = "quoted_readings.csv"
#: What is said beside them, always.
SAID = (
    "Quoted from the source that each row names, not measured by this system and played in no simulated year. "
    "C/L - 1 is computed here, from what is printed and the limit that was read.",
    "引自各行所列出处，非本系统监测，也未用于任何模拟年度。C/L − 1由本系统按所载浓度与所读限值计算。",
)


class QuotedReading(msgspec.Struct, frozen=True):
    """One row of `quoted_readings.csv`; an empty cell is not printed in the source."""

    quote: str
    #: The works in `inventory.csv`, and as the source calls it.
    fact: str
    works: str
    outlet: str
    pollutant: str
    month: Annotated[str, msgspec.Meta(pattern=r"^20[0-9][0-9]-[01][0-9]\Z")]
    #: What the source prints, as far as it is known to us, and the concentration and multiple in it.
    printed: str
    mg_m3: Annotated[float, msgspec.Meta(gt=0)] | None
    printed_times: Annotated[float, msgspec.Meta(gt=0)] | None
    #: The limit that it was read against.
    limit_mg_m3: Annotated[float, msgspec.Meta(gt=0)]
    limit_cite: str
    #: How it was read, why, and what other reading there is.
    read_as_en: str
    read_as_zh: str
    source: str
    status: Literal["confirmed", "to confirm"]

    @property
    def times_over(self) -> Decimal | None:
        """C / L - 1 of the concentration; None where none is printed."""
        return None if self.mg_m3 is None else times_over(self.mg_m3, self.limit_mg_m3)


def read_quoted(folder: Path, facts: Sequence[WorksFact]) -> tuple[QuotedReading, ...]:
    """The rows of `quoted_readings.csv`, each of a works of the inventory; none where a zone has no such file."""
    path = folder / FILE
    if not path.exists():
        return ()
    rows, known = read_rows(path, QuotedReading), {each.fact for each in facts}
    for line, row in enumerate(rows, start=2):
        if row.fact not in known:
            cure = f"name a row of {FACTS}"
            raise Malformed(f"{path} line {line} column fact", f"no such works {row.fact!r}", cure)
    return rows
