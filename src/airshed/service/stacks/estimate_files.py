"""Files that a mass without a monitor is calculated from: one TOML a file, with its tables as people keep them in CSV.

A file says what it is about (source, year, pollutant, part of the works, method) and holds all that the calculation
needs, so that anybody who has it gets the mass that the book has. Its digest is that of its bytes.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import ROUND_HALF_EVEN, Decimal
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from airshed.engine.commands import FileEstimate
from airshed.model.near import near
from airshed.model.refusal import Malformed
from airshed.mrv.balances import CARRIED, leaks, material_balance
from airshed.mrv.factors import EmissionFactor, Estimate, added, factor_of
from airshed.mrv.factors import estimate as by_factor
from airshed.mrv.manual import ManualYear, manual_year, shown
from airshed.rulebook.schema import Rulebook
from airshed.rulebook.strict import misfits
from airshed.service.stacks.records import (
    FactorRow,
    factor_rows,
    flows_of,
    hours_of,
    manual_rules,
    number,
    read_tests,
    surveys_of,
)

#: Where the files of a folder of evidence lie.
FOLDER = "estimates"
LARGEST = 4_000_000
#: Longest calculation that a command takes.
LONGEST_TEXT = 2_000
#: Hundredths of a percent.
WHOLE = 10_000

Label = Annotated[str, Meta(pattern=r"^[^\x00-\x1f]{1,100}\Z", examples=["YX-STL-01"])]
Span = Annotated[str, Meta(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}\Z", examples=["2027-12-31"])]
#: A table as CSV.
Csv = str


class EstimateFile(msgspec.Struct, frozen=True, kw_only=True):
    """What such a file says; its tables as the commands `airshed mrv manual`, `balance`, `leaks` take them."""

    source: Label
    year: Annotated[int, Meta(ge=2000, le=2100)]
    pollutant: Label
    #: Part of the works, as the monitoring plan names it.
    part: Label
    method: Literal["manual", "balance", "leaks", "factor"]
    #: Days that it is about; the whole year where they are left out.
    first: Span | None = None
    last: Span | None = None
    #: What control takes out of a balance.
    removal_percent: Annotated[float, Meta(ge=0, le=100)] | None = None
    #: Where the figures of the tables are from.
    sources: str | None = None
    tests: Csv | None = None
    hours: Csv | None = None
    flows: Csv | None = None
    components: Csv | None = None
    activities: Csv | None = None


class ReadEstimate(msgspec.Struct, frozen=True):
    """A file that was read, and the mass that it gives."""

    place: str
    said: EstimateFile
    made: Estimate
    #: SHA-256 of its bytes.
    digest: str

    @property
    def span(self) -> tuple[str, str]:
        """First and last day that it is about."""
        return self.said.first or f"{self.said.year}-01-01", self.said.last or f"{self.said.year}-12-31"

    @property
    def range(self) -> tuple[int, int] | None:
        """How far the true mass may lie below and above, in hundredths of a percent; None where nobody stated it."""
        spread = self.made.spread
        if spread is None:
            return None
        below, above = (int((each * WHOLE).to_integral_value(ROUND_HALF_EVEN)) for each in (spread.below, spread.above))
        return min(below, WHOLE), above

    def command(self, replaces: str = "", reason: str = "") -> FileEstimate:
        """The wish that hands it in."""
        said, text = self.said, self.made.basis
        below, above = self.range or (None, None)
        return FileEstimate(
            said.source,
            said.year,
            said.pollutant,
            said.part,
            said.method,
            *self.span,
            self.made.mass_mg,
            text if len(text) <= LONGEST_TEXT else f"{text[: LONGEST_TEXT - 3]}...",
            self.digest,
            below,
            above,
            replaces,
            reason,
        )


def read_estimate(content: bytes, place: str, rules: Rulebook, library: Sequence[EmissionFactor]) -> ReadEstimate:
    """The mass that a file gives; `Malformed` names file, table, line and cure."""
    if len(content) > LARGEST:
        raise Malformed(place, f"is larger than {LARGEST:,} bytes", "split it")
    try:
        value = tomllib.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise Malformed(f"{place} line {line}", "is not UTF-8 text", "save it as UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        raise Malformed(
            place, f"cannot be read as TOML ({error})", "mend it; tables stand between three quotes"
        ) from None
    fault = next(misfits(value, EstimateFile, place), None)
    if fault is not None:
        raise fault
    said = EstimateFile(**value)
    _span(said, place)
    wanted = TABLES[said.method]
    for name in (table for tables in TABLES.values() for table in tables):
        if (getattr(said, name) is not None) != (name in wanted):
            what = f"{name} is missing" if name in wanted else f"{name} is no table of the method {said.method}"
            raise Malformed(place, what, f"write {' and '.join(wanted)} and no other table")
    if said.removal_percent is not None and said.method != "balance":
        raise Malformed(f"{place} removal_percent", f"is not of the method {said.method}", "leave it out")
    return ReadEstimate(place, said, CALCULATED[said.method](said, place, rules, library), sha256(content).hexdigest())


def _span(said: EstimateFile, place: str) -> None:
    first, last = said.first or f"{said.year}-01-01", said.last or f"{said.year}-12-31"
    if {first[:4], last[:4]} != {str(said.year)} or last < first:
        raise Malformed(place, f"{first} to {last} is no span of {said.year}", "give days of one year")


def _manual(said: EstimateFile, place: str, rules: Rulebook, library: Sequence[EmissionFactor]) -> Estimate:
    assert said.tests is not None
    assert said.hours is not None
    tests = read_tests(said.tests, f"{place} tests")
    running = hours_of(said.hours, said.year, f"{place} hours")
    for test in tests:
        if test.pollutant != said.pollutant or int(test.day[:4]) != said.year:
            what = f"the test of {test.day} is of {test.pollutant}"
            raise Malformed(f"{place} tests", what, f"give those of {said.pollutant} in {said.year}")
    law = manual_rules(rules)
    stacks = sorted({test.stack for test in tests} | set(running))
    years = [manual_year(stack, said.pollutant, said.year, tests, running.get(stack, {}), law) for stack in stacks]
    return added([_whole(year, place, law.cite) for year in years])


def _whole(year: ManualYear, place: str, cite: str) -> Estimate:
    parts = []
    for quarter in year.quarters:
        if quarter.mass_mg is None:
            what = f"{year.stack} Q{quarter.quarter} is missing: {quarter.missing}"
            raise Malformed(f"{place} tests", what, "a quarter that ran needs its tests")
        if quarter.rate_mg_h is not None:
            rate = shown(quarter.rate_mg_h / 1_000_000, 3)
            parts.append(f"Q{quarter.quarter} {quarter.tests} tests, {rate} kg/h x {quarter.hours} h")
    mass = year.mass_mg
    assert mass is not None
    return Estimate(year.pollutant, mass, year.spread, f"{year.stack}: {'; '.join(parts)}", cite, "confirmed")


def _balance(said: EstimateFile, place: str, rules: Rulebook, library: Sequence[EmissionFactor]) -> Estimate:
    assert said.flows is not None
    if said.pollutant not in CARRIED:
        raise Malformed(f"{place} pollutant", f"no balance gives {said.pollutant!r}", near(said.pollutant, CARRIED))
    into, kept = flows_of(said.flows, f"{place} flows", said.pollutant)
    removal = round(number(said.removal_percent or 0) * 100)
    return material_balance(said.pollutant, into, kept, removal)


def _leaks(said: EstimateFile, place: str, rules: Rulebook, library: Sequence[EmissionFactor]) -> Estimate:
    assert said.components is not None
    surveys, lines = surveys_of(said.components, f"{place} components")
    made = added(leaks(surveys, library, [f"{place} components line {line}" for line in lines]))
    return _of(said, made, place)


def _factor(said: EstimateFile, place: str, rules: Rulebook, library: Sequence[EmissionFactor]) -> Estimate:
    assert said.activities is not None
    rows = factor_rows(said.activities, f"{place} activities")
    made = [_of(said, _by_row(row, library, f"{place} activities line {line}"), place) for line, row in rows]
    return added(made)


def _by_row(row: FactorRow, library: Sequence[EmissionFactor], place: str) -> Estimate:
    factor = factor_of(library, row.factor, f"{place}, column factor")
    if factor.low is not None and row.factor_range_percent is not None:
        where = f"{place}, column factor_range_percent"
        raise Malformed(where, f"the source of {row.factor} states a range", "leave it empty")
    own = None if row.factor_range_percent is None else number(row.factor_range_percent) / 100
    activity = None if row.activity_range_percent is None else number(row.activity_range_percent) / 100
    return by_factor(factor, number(row.activity), round(number(row.removal_percent) * 100), activity, own)


def _of(said: EstimateFile, made: Estimate, place: str) -> Estimate:
    if made.pollutant != said.pollutant:
        raise Malformed(place, f"gives {made.pollutant}, and says {said.pollutant}", "name the pollutant that it gives")
    return made


Calculate = Callable[[EstimateFile, str, Rulebook, Sequence[EmissionFactor]], Estimate]
#: How each method is calculated, and the tables that it needs.
CALCULATED: Mapping[str, Calculate] = {"manual": _manual, "balance": _balance, "leaks": _leaks, "factor": _factor}
TABLES: Mapping[str, tuple[str, ...]] = {
    "manual": ("tests", "hours"),
    "balance": ("flows",),
    "leaks": ("components",),
    "factor": ("activities",),
}


def estimates_in(paths: Sequence[Path], rules: Rulebook, library: Sequence[EmissionFactor]) -> Iterator[ReadEstimate]:
    """The estimates of files, and of folders in the order of their names."""
    for path in paths:
        for file in sorted(path.glob("*.toml")) if path.is_dir() else (path,):
            try:
                with file.open("rb") as opened:
                    content = opened.read(LARGEST + 1)
            except OSError as error:
                raise Malformed(str(file), f"cannot be read ({error.strerror})", "name a file or a folder") from None
            yield read_estimate(content, str(file), rules, library)


def share_text(points: int) -> str:
    """Hundredths of a percent as percent.

    >>> share_text(525)
    '5.25 %'
    """
    return f"{Decimal(points) / 100:f} %"
