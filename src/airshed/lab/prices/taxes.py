"""Taxes on emissions and fees on trades as they are published, each row with its source."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal

import msgspec

from airshed.market.emission_tax import Relief, part_paid, per_tonne
from airshed.model.refusal import Malformed
from airshed.zone.rows import read_rows

Status = Literal["confirmed", "to confirm"]
Percent = Annotated[float, msgspec.Meta(ge=0, le=100)]


class Tax(msgspec.Struct, frozen=True):
    """What a place taxes an equivalent of a pollutant at, a row of `taxes.csv`."""

    place: str
    pollutant: str
    yuan_per_equivalent: Annotated[float, msgspec.Meta(ge=0, le=1e6)]
    kg_per_equivalent: Annotated[float, msgspec.Meta(gt=0, le=1e6)]
    since: int
    cite: str
    status: Status

    @property
    def yuan_per_t(self) -> float:
        """The full tax on a tonne."""
        return per_tonne(self.yuan_per_equivalent, self.kg_per_equivalent)


class ReliefRow(msgspec.Struct, frozen=True):
    """A relief for who stays under the standard, a row of `tax_reliefs.csv`."""

    below_percent: Percent
    pays_percent: Percent
    cite: str
    status: Status


class ReliefBar(msgspec.Struct, frozen=True):
    """What bars reliefs, the row of `tax_bars.csv`."""

    bars: str
    #: Hours of the month above a limit, of any outlet of the payer, that they bear; one more and the full tax is due.
    most_hours_over: Annotated[int, msgspec.Meta(ge=0, le=744)]
    cite: str
    status: Status


class TaxPlace(msgspec.Struct, frozen=True):
    """Whose tax a shipped zone pays, a row of `tax_places.csv`; a zone that is not there pays none."""

    zone: str
    place: str


class Fee(msgspec.Struct, frozen=True):
    """What buyer and seller each pay of a trade's value, a row of `fees.csv`."""

    place: str
    percent_each_side: Percent
    cite: str
    status: Status


def read_taxes(path: Path | None = None) -> tuple[Tax, ...]:
    """Taxes from a CSV, or those that are shipped. Malformed, with its line, if a place and pollutant stand twice."""
    found = path or Path(__file__).with_name("taxes.csv")
    rows = read_rows(found, Tax)
    _once(found, [f"{row.place} {row.pollutant}" for row in rows])
    return rows


def read_reliefs() -> tuple[ReliefRow, ...]:
    """The reliefs of the law (article 13)."""
    return read_rows(Path(__file__).with_name("tax_reliefs.csv"), ReliefRow)


def read_bar() -> ReliefBar:
    """What bars the reliefs."""
    return read_rows(Path(__file__).with_name("tax_bars.csv"), ReliefBar)[0]


def reliefs_of(hours_over: int = 0) -> list[Relief]:
    """The reliefs that are left to a payer with so many hours above a limit in the month.

    >>> [len(reliefs_of(hours)) for hours in (0, 1)]
    [2, 0]
    """
    if hours_over > read_bar().most_hours_over:
        return []
    return [Relief(each.below_percent / 100, each.pays_percent / 100) for each in read_reliefs()]


def read_fees(path: Path | None = None) -> tuple[Fee, ...]:
    """Fees from a CSV, or those that are shipped. Malformed, with its line, if a place stands twice."""
    found = path or Path(__file__).with_name("fees.csv")
    rows = read_rows(found, Fee)
    _once(found, [row.place for row in rows])
    return rows


def place_of(zone: str) -> str | None:
    """The place whose tables tax a shipped zone; None where none do.

    >>> place_of("dianzhong")
    'Yunnan'
    """
    rows = read_rows(Path(__file__).with_name("tax_places.csv"), TaxPlace)
    return next((row.place for row in rows if row.zone == zone), None)


def _once(path: Path, names: Sequence[str]) -> None:
    seen: set[str] = set()
    for line, name in enumerate(names, start=2):
        if name in seen:
            raise Malformed(f"{path} line {line}", f"{name} stands twice", "keep one")
        seen.add(name)


def tax_of(place: str, pollutant: str, below_percent: float = 0.0, path: Path | None = None) -> float | None:
    """Yuan per tonne at a concentration so far below the standard; None where the tables say nothing.

    >>> [round(tax_of("Yunnan", "SO2", below), 2) for below in (0, 30, 50)]
    [2947.37, 2210.53, 1473.68]
    """
    row = next((each for each in read_taxes(path) if (each.place, each.pollutant) == (place, pollutant)), None)
    if row is None:
        return None
    return row.yuan_per_t * part_paid(below_percent / 100, reliefs_of())
