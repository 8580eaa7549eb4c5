"""The facts that allocation rests on: from a zone under a rulebook, or from a CSV of one's own."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path

from airshed.engine.commands import ActivityDetail, ActivityLine
from airshed.market.allocation import Activity
from airshed.market.claims import PowerRule
from airshed.market.sharing.lawful import claims_asked
from airshed.market.sharing.plan import Member
from airshed.model.refusal import Malformed
from airshed.rulebook import lookup
from airshed.rulebook.schema import Rulebook
from airshed.zone.zone import BaselineYear, Zone

#: Columns of a CSV of activities; only `source` must be there, the methods ask for what they need.
COLUMNS = (
    "source",
    "sector",
    "years",
    "emitted_kg",
    "output",
    "benchmark_g",
    "quota_g",
    "quota_kg",
    "entrant",
    "capacity",
    "utilisation_basis_points",
    "jurisdiction",
    "heat_mmbtu",
    "exposure_basis_points",
    "fuel",
    "cooling",
    "load_basis_points",
    "heat_gj",
    "heat_benchmark_g",
    "heat_basis_points",
)
#: The product that counts heat input, in thousands of mmBtu.
HEAT_INPUT = "1000 mmBtu"
#: Claims that ask for more than emission and output.
ASK_MORE = {"heat_input", "output_based", "limit"}
MOST_SOURCES = 100_000
LARGEST_FILE = 64_000_000
_FIGURE = re.compile(r"\d{1,18}")
_YES = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False, "": False}


def zone_activities(
    zone: Zone, rulebook: Rulebook, pollutant: str, jurisdiction: str | None = None
) -> tuple[Activity, ...]:
    """What the sources of a zone, or of one of its jurisdictions, did in the baseline years, in the order of the zone.

    An incumbent without a baseline year has None there, which the methods refuse; a new entrant has the years it has.
    """
    _known(pollutant, [rule.code for rule in rulebook.pollutants], "pollutant")
    if jurisdiction is not None:
        _known(jurisdiction, [place.code for place in zone.jurisdictions], "jurisdiction")
    own = {
        source.source: source
        for source in zone.sources
        if jurisdiction in (None, source.jurisdiction) and lookup.owes(rulebook, source.sector, pollutant)
    }
    figures = {(row.source, row.year): row for row in zone.baseline if row.source in own}
    found: list[Activity] = []
    for source in own.values():
        entrant = source.role == "new_entrant" and served_apart(rulebook, source.jurisdiction)
        late = source.role == "new_entrant"
        years = tuple(year for year in zone.baseline_years if not late or (source.source, year) in figures)
        rows = [figures.get((source.source, year)) for year in years]
        standard = lookup.benchmark(rulebook, source.sector, pollutant)
        found.append(
            Activity(
                source=source.source,
                sector=source.sector,
                years=years,
                emitted_kg=tuple(
                    None if row is None else row.kg(lookup.pollutant(rulebook, pollutant).measured) for row in rows
                ),
                output=tuple(None if row is None else row.output for row in rows),
                benchmark_g=standard.benchmark_g,
                quota_g=standard.quota_g,
                entrant=entrant,
                heat_mmbtu=tuple(
                    None if row is None or row.output is None or row.product != HEAT_INPUT else 1000 * row.output
                    for row in rows
                ),
            )
        )
    return tuple(found)


def served_apart(rules: Rulebook, jurisdiction: str) -> bool:
    """Whether new entrants are served from a reserve; where none is set aside, they share like all others."""
    return lookup.local(rules, jurisdiction).allocation.reserve_basis_points > 0


def activity_lines(zone: Zone, rules: Rulebook, pollutant: str, jurisdiction: str) -> tuple[ActivityLine, ...]:
    """The baseline of a jurisdiction's sources, as the authority puts it into the book to allocate.

    A year of which output or mass is not known is left out.
    """
    years: dict[str, list[BaselineYear]] = {}
    for row in zone.baseline:
        years.setdefault(row.source, []).append(row)
    wanted = lookup.pollutant(rules, pollutant).measured
    lines: list[ActivityLine] = []
    for source in zone.sources:
        if source.jurisdiction == jurisdiction and lookup.owes(rules, source.sector, pollutant):
            known = [
                (row.year, kg, row.output)
                for row in years.get(source.source, ())
                if (kg := row.kg(wanted)) is not None and row.output is not None
            ]
            lines.append(
                ActivityLine(
                    source.source,
                    tuple(year for year, _, _ in known),
                    tuple(kg for _, kg, _ in known),
                    tuple(output for _, _, output in known),
                    source.role == "new_entrant" and served_apart(rules, jurisdiction),
                )
            )
    return tuple(lines)


def activity_details(zone: Zone, rules: Rulebook, pollutant: str, jurisdiction: str) -> tuple[ActivityDetail, ...]:
    """What the law's method asks of a jurisdiction's sources beside their lines, of those of which it is known.

    Nothing under a law of which no claim asks for it.
    """
    if not ASK_MORE & set(claims_asked(lookup.local(rules, jurisdiction).allocation)):
        return ()
    found = [detail_of(each) for each in zone_activities(zone, rules, pollutant, jurisdiction)]
    return tuple(each for each in found if each != ActivityDetail(each.source))


def detail_of(row: Activity) -> ActivityDetail:
    """What a method may ask of a source beside its line; a figure of which a year is not known is left out."""
    heat = tuple(each for each in row.heat_mmbtu if each is not None)
    power = row.power
    sold = () if power is None else tuple(each for each in power.heat_gj if each is not None)
    return ActivityDetail(
        row.source,
        quota_kg=row.quota_kg,
        heat_mmbtu=heat if len(heat) == len(row.years) else (),
        fuel=None if power is None else power.fuel,
        cooling=None if power is None else power.cooling,
        load_basis_points=None if power is None else power.load_basis_points,
        heat_gj=sold if len(sold) == len(row.years) else (),
        heat_basis_points=None if power is None else power.heat_basis_points,
    )


def read_activities(path: Path) -> tuple[Activity, ...]:
    """The sources of a CSV, as `read_members` has them."""
    return tuple(each.activity for each in read_members(path))


def read_members(path: Path) -> tuple[Member, ...]:
    """The sources of a CSV and where they stand; `Malformed` names file, line and column.

    Figures of several years stand in one cell with blanks between them, `-` where none is verified:
    `120000 - 118500`. Without a column `years` the years are counted 1, 2, 3.
    """
    reader = csv.reader(io.StringIO(_text(path)), strict=True)
    found: list[Member] = []
    lines: dict[str, int] = {}
    try:
        header = [name.strip() for name in next(reader, [])]
        _check_header(path, header)
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            place = f"{path} line {reader.line_num}"
            if len(cells) != len(header):
                raise Malformed(place, f"{len(cells)} cells for {len(header)} columns", "give one cell a column")
            row = dict(zip(header, (cell.strip() for cell in cells), strict=True))
            activity = _activity(row, place)
            if activity.source in lines:
                raise Malformed(
                    f"{place} column source",
                    f"{activity.source!r} stands in line {lines[activity.source]} already",
                    "give each source one row",
                )
            if len(found) == MOST_SOURCES:
                raise Malformed(place, f"more than {MOST_SOURCES} sources", "split the table")
            lines[activity.source] = reader.line_num
            found.append(Member(activity, row.get("jurisdiction", "")))
    except csv.Error as error:
        raise Malformed(f"{path} line {reader.line_num}", str(error), "quote cells that hold a comma") from None
    if not found:
        raise Malformed(str(path), "has no sources", "give each source a row below the header")
    return tuple(found)


def _activity(row: Mapping[str, str], place: str) -> Activity:
    if not row["source"]:
        raise Malformed(f"{place} column source", "the cell is empty", "name the source")
    for column in ("source", "sector", "jurisdiction"):
        if not row.get(column, "").isprintable():
            raise Malformed(f"{place} column {column}", f"{row[column]!r} has hidden signs", "take them out")
    emitted = _figures(row, "emitted_kg", place)
    output = _figures(row, "output", place)
    heat = _figures(row, "heat_mmbtu", place)
    stated = _figures(row, "years", place)
    years = tuple(year for year in stated if year is not None)
    if len(years) != len(stated):
        raise Malformed(f"{place} column years", "a year is left open", "name every baseline year, as in 2025 2026")
    for year, later in pairwise(years):
        if later <= year:
            what = f"{later} stands after {year}"
            raise Malformed(f"{place} column years", what, "name each year once, in order")
    years = years or tuple(range(1, max(len(emitted), len(output), len(heat), 1) + 1))
    sold = _figures(row, "heat_gj", place)
    columns = (("emitted_kg", emitted), ("output", output), ("heat_mmbtu", heat), ("heat_gj", sold))
    for column, values in columns:
        if values and len(values) != len(years):
            raise Malformed(
                f"{place} column {column}",
                f"{len(values)} figures for {len(years)} baseline years",
                "give one figure a year, - where none is verified",
            )
    entrant = _YES.get(row.get("entrant", "").lower())
    if entrant is None:
        raise Malformed(f"{place} column entrant", f"{row['entrant']!r} is neither", "write yes or no")
    return Activity(
        source=row["source"],
        sector=row.get("sector", ""),
        years=years,
        emitted_kg=emitted or (None,) * len(years),
        output=output or (None,) * len(years),
        benchmark_g=_figure(row, "benchmark_g", place),
        quota_g=_figure(row, "quota_g", place),
        quota_kg=_figure(row, "quota_kg", place),
        entrant=entrant,
        capacity=_figure(row, "capacity", place),
        utilisation_basis_points=_figure(row, "utilisation_basis_points", place),
        place=place,
        heat_mmbtu=heat or (None,) * len(years),
        exposure_basis_points=_figure(row, "exposure_basis_points", place),
        power=_power(row, sold, place),
    )


def _power(row: Mapping[str, str], sold: tuple[int | None, ...], place: str) -> PowerRule | None:
    """What the output-based rule asks; None where neither fuel nor cooling is given."""
    fuel, cooling = row.get("fuel", ""), row.get("cooling", "")
    if not fuel and not cooling:
        return None
    if fuel not in ("coal", "gas"):
        raise Malformed(f"{place} column fuel", f"{fuel!r} is neither", "write coal or gas")
    if cooling not in ("air", "water"):
        raise Malformed(f"{place} column cooling", f"{cooling!r} is neither", "write air or water")
    return PowerRule(
        "coal" if fuel == "coal" else "gas",
        "air" if cooling == "air" else "water",
        sold,
        _figure(row, "heat_benchmark_g", place),
        _figure(row, "heat_basis_points", place) or 0,
        _figure(row, "load_basis_points", place),
    )


def _figures(row: Mapping[str, str], column: str, place: str) -> tuple[int | None, ...]:
    return tuple(
        None if word == "-" else _whole(word, f"{place} column {column}") for word in row.get(column, "").split()
    )


def _figure(row: Mapping[str, str], column: str, place: str) -> int | None:
    cell = row.get(column, "")
    return _whole(cell, f"{place} column {column}") if cell else None


def _whole(word: str, place: str) -> int:
    if not (word.isascii() and _FIGURE.fullmatch(word)):
        raise Malformed(place, f"{word!r} is not a whole number from zero up", "write digits only, as in 120000")
    return int(word)


def _check_header(path: Path, header: Sequence[str]) -> None:
    place = f"{path} line 1"
    unknown = [name for name in header if name not in COLUMNS]
    twice = [name for name in header if header.count(name) > 1]
    if unknown:
        raise Malformed(f"{place} column {unknown[0]}", "no such column", f"there are {', '.join(COLUMNS)}")
    if twice:
        raise Malformed(f"{place} column {twice[0]}", "the column stands there twice", "keep one of them")
    if "source" not in header:
        raise Malformed(place, "column 'source' is missing", f"name the columns; there are {', '.join(COLUMNS)}")


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            raw = file.read(LARGEST_FILE + 1)
    except FileNotFoundError:
        raise Malformed(str(path), "the file is missing", "check its name") from None
    except OSError as error:
        raise Malformed(str(path), f"cannot be read ({error.strerror})", "give a CSV file") from None
    if len(raw) > LARGEST_FILE:
        raise Malformed(str(path), f"is larger than {LARGEST_FILE} bytes", "split the table")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise Malformed(f"{path} line {line}", "is not UTF-8", "save the file as UTF-8") from None


def _known(code: str, codes: Sequence[str], what: str) -> None:
    if code not in codes:
        raise Malformed(f"{what} {code}", f"there is no such {what}", f"there are {', '.join(codes)}")
