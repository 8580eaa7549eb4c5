"""Reads a rulebook from its folder or its adopted texts, strictly: a fault names file, table and key."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from copy import copy
from functools import lru_cache
from pathlib import Path
from typing import Any

import msgspec

from airshed.model.near import near
from airshed.model.refusal import Malformed
from airshed.rulebook.allocation_tables import AllocationClass, BenchmarkFactor
from airshed.rulebook.breach_sections import CaseGround, LateRate
from airshed.rulebook.check import contradictions, contradictions_there
from airshed.rulebook.credit_tables import CreditLimit, CreditRow, CreditsTogether
from airshed.rulebook.group_table import AssuranceGroup
from airshed.rulebook.lookup import local
from airshed.rulebook.mrv_tables import AdmittedTest, Applies, Availability, MethodsOf, QualityRow
from airshed.rulebook.notices import with_notices
from airshed.rulebook.people_sections import PeopleRule, rights_of, row_of
from airshed.rulebook.period_table import ControlPeriod
from airshed.rulebook.price_index import IndexRow
from airshed.rulebook.reading_section import EVERYBODY, reading_of
from airshed.rulebook.reading_section import FILE as READING
from airshed.rulebook.reading_section import row_of as reading_row_of
from airshed.rulebook.schema import Rulebook
from airshed.rulebook.section import Section
from airshed.rulebook.shipped import shipped
from airshed.rulebook.strict import called, kinds, misfits, rows_of
from airshed.rulebook.supply_table import SupplyRow
from airshed.rulebook.tables import Benchmark, Cap, CheckRow, IndexOf, Limit, MarkRow, ShortfallPeriod, Tier, Variation
from airshed.rulebook.transactions import FLOWS, TransactionRow
from airshed.rulebook.zone_call_section import RatioRow, ReceptorRow, TransferRow

MAIN, ROLES = "rulebook.toml", "roles.csv"
#: Tables whose columns are the roles that the law has.
MATRICES = (ROLES, READING)
LARGEST_FILE = 4_000_000
TABLES: Mapping[str, tuple[str, str, type[msgspec.Struct]]] = {
    "caps.csv": ("caps", "rows", Cap),
    "substitution.csv": ("monitoring", "tiers", Tier),
    "marks.csv": ("marks", "rows", MarkRow),
    "checks.csv": ("reporting", "rows", CheckRow),
    "limits.csv": ("limits", "rows", Limit),
    "benchmarks.csv": ("benchmarks", "rows", Benchmark),
    "penalty_index.csv": ("shortfall", "rows", IndexOf),
    "part75.csv": ("part75", "tiers", Availability),
    "test_methods.csv": ("manual_tests", "rows", AdmittedTest),
    "methods.csv": ("methods", "rows", MethodsOf),
    "applicability.csv": ("applicability", "rows", Applies),
    "price_index.csv": ("price_index", "rows", IndexRow),
    "transactions.csv": ("transactions", "rows", TransactionRow),
}
#: Tables that may have no rows: the penalty may follow no index, and what follows from fuel has no limits and no tests.
MAY_BE_EMPTY = ("penalty_index.csv", "limits.csv", "applicability.csv", "test_methods.csv")
#: Tables that a rulebook may leave out: the section that they belong to then has no rows.
OPTIONAL: Mapping[str, tuple[str, str, type[msgspec.Struct]]] = {
    "allocation_classes.csv": ("allocation", "classes", AllocationClass),
    "benchmark_factors.csv": ("benchmarks", "factors", BenchmarkFactor),
    "quality.csv": ("quality_tests", "rows", QualityRow),
    "penalty_periods.csv": ("shortfall", "periods", ShortfallPeriod),
    "case_grounds.csv": ("cases", "grounds", CaseGround),
    "late_rates.csv": ("late_payment", "rates", LateRate),
    "supply.csv": ("reserve", "supply", SupplyRow),
    "credits.csv": ("compliance", "credits", CreditRow),
    "credit_limits.csv": ("compliance", "credit_limits", CreditLimit),
    "credits_together.csv": ("compliance", "credits_together", CreditsTogether),
    "control_periods.csv": ("compliance", "control_periods", ControlPeriod),
    "assurance_groups.csv": ("compliance", "assurance_groups", AssuranceGroup),
    "receptors.csv": ("receptors", "rows", ReceptorRow),
    "transfer.csv": ("transfer", "rows", TransferRow),
    "ratios.csv": ("ratios", "rows", RatioRow),
}
Row = tuple[int, dict[str, Any]]
_VARY = re.compile(r"vary/([^/]+)\.toml")


def find(path_or_name: str) -> Path:
    """The folder of that path, or the shipped rulebook of that name; else `Malformed`."""
    path = Path(path_or_name)
    try:
        if path_or_name and path.is_dir():
            return path
        if path.is_file():
            raise Malformed(path_or_name, "is a file", "name the folder that holds rulebook.toml")
    except OSError as error:
        raise Malformed(path_or_name[:100], f"cannot be read ({error.strerror})", "name a folder") from None
    return shipped("rulebooks", path_or_name)


def load(folder: Path) -> Rulebook:
    """The rulebook in a folder; the first fault is raised as `Malformed`.

    >>> load(find("dianzhong")).programme.version
    '2027.1'
    """
    found = texts(folder)
    try:
        return load_texts(found)
    except Malformed as error:
        raise Malformed(f"{folder}/{error.place}", error.what, error.cure) from None


def texts(folder: Path) -> dict[str, bytes]:
    """The files of a rulebook by their names relative to its folder, as they are kept beside a book."""
    try:
        paths = sorted(path for path in folder.glob("*") if path.suffix in (".toml", ".csv"))
        paths += sorted((folder / "vary").glob("*.toml"))
        found: dict[str, bytes] = {}
        home = folder.resolve()
        for path in paths:
            name = path.relative_to(folder).as_posix()
            if not path.resolve().is_relative_to(home):
                raise Malformed(str(path), "is a link that leads out of the folder", "put the file itself there")
            if not path.is_file():
                raise Malformed(str(path), "is not a file", "a rulebook is a folder of texts")
            with path.open("rb") as file:
                found[name] = file.read(LARGEST_FILE + 1)
    except OSError as error:
        raise Malformed(str(error.filename), f"cannot be read ({error.strerror})", "mend the file") from None
    except RuntimeError:  # what Python 3.11 says of links in a circle
        raise Malformed(str(folder), "holds links that lead in a circle", "put the files themselves there") from None
    if MAIN not in found:
        raise Malformed(str(folder), f"there is no {MAIN}", "name the folder that holds it")
    return found


def load_texts(files: Mapping[str, bytes]) -> Rulebook:
    """The rulebook that these texts say; the first fault is raised as `Malformed`. Pure.

    The same texts give the same object: what is remembered of a law is then found without comparing all of it.
    """
    return _loaded(tuple(sorted(files.items())))


@lru_cache(maxsize=16)
def _loaded(files: tuple[tuple[str, bytes], ...]) -> Rulebook:
    rules, faults = read(dict(files))
    if rules is None:
        raise faults[0]
    return rules


def read(files: Mapping[str, bytes]) -> tuple[Rulebook | None, list[Malformed]]:
    """The rulebook that these texts say, or every fault that was found in them. Pure."""
    faults: list[Malformed] = []
    for name in files:
        if name not in (MAIN, *MATRICES, *TABLES, *OPTIONAL) and not _VARY.fullmatch(name):
            known = [MAIN, *MATRICES, *TABLES, *OPTIONAL, "vary/CODE.toml"]
            faults.append(Malformed(name, "no such file in a rulebook", near(name[:100], known)))
    raw = _toml(files, MAIN, faults)
    if raw is not None:
        faults += misfits(raw, Rulebook, MAIN)
    lines: dict[str, list[int]] = {}
    roles = _matrix(raw, files, ROLES, row_of, rights_of, faults)
    reading = _matrix(raw, files, READING, reading_row_of, reading_of, faults)
    tables: dict[str, list[dict[str, Any]]] = {}
    there = {**TABLES, **{file: table for file, table in OPTIONAL.items() if file in files}}
    for file, (_, _, struct) in there.items():
        text = _text(files, file, faults)
        if text is not None:
            rows, wrong = _rows(text, struct, file)
            faults += wrong
            lines[file] = [line for line, _ in rows]
            tables[file] = [row for _, row in rows]
    if faults or raw is None:
        return None, faults
    lines[ROLES] = [line for line, _ in roles]
    lines[READING] = [line for line, _ in reading]
    raw["roles"] |= {"rows": [row for _, row in roles]}
    raw["reading"] |= {"rows": [row for _, row in reading]}
    for file, (section, key, _) in there.items():
        raw[section] = raw[section] | {key: tables[file]}
    rules: Rulebook = msgspec.convert(raw, Rulebook)
    faults += contradictions(rules, lines)
    if not faults:
        rules = _with_variations(_with_notices(rules, faults), files, faults)
    return (None, faults) if faults else (_in_order(rules), [])


def _rows(text: str, struct: type[msgspec.Struct], file: str) -> tuple[tuple[Row, ...], list[Malformed]]:
    rows, faults = _parsed(text, struct, file)
    return rows, [copy(fault) for fault in faults]  # an exception that was raised once remembers where


@lru_cache(maxsize=128)
def _parsed(text: str, struct: type[msgspec.Struct], file: str) -> tuple[tuple[Row, ...], tuple[Malformed, ...]]:
    """The rows of a file; a law that is compared, amended or tried has most of its files as they were."""
    rows, faults = rows_of(text, struct, file, empty=file in MAY_BE_EMPTY)
    return tuple(rows), tuple(faults)


def _with_notices(rules: Rulebook, faults: list[Malformed]) -> Rulebook:
    if not rules.calendar.notices:
        return rules
    try:
        return msgspec.structs.replace(rules, calendar=with_notices(rules.calendar, f"{MAIN} [calendar]"))
    except Malformed as error:
        faults.append(error)
        return rules


def _text(files: Mapping[str, bytes], name: str, faults: list[Malformed]) -> str | None:
    if name not in files:
        faults.append(Malformed(name, "is missing", f"put it beside {MAIN}"))
    elif len(files[name]) > LARGEST_FILE:
        faults.append(Malformed(name, f"is larger than {LARGEST_FILE:,} bytes", "a rulebook is a short text"))
    else:
        try:
            return files[name].decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = files[name].count(b"\n", 0, error.start) + 1
            faults.append(Malformed(f"{name} line {line}", "is not UTF-8 text", "save it as UTF-8"))
    return None


def _matrix(
    raw: dict[str, Any] | None,
    files: Mapping[str, bytes],
    file: str,
    row_of: Callable[[tuple[str, ...]], type[msgspec.Struct]],
    cells_of: Callable[[Sequence[tuple[int, Mapping[str, Any]]]], list[Row]],
    faults: list[Malformed],
) -> list[Row]:
    """The cells of a table whose columns are the roles that `[[people]]` has."""
    text = _text(files, file, faults)
    if text is None or raw is None or next(misfits(raw.get("people"), tuple[PeopleRule, ...], MAIN), None):
        return []
    rows, wrong = _rows(text, row_of(tuple(dict.fromkeys(role["code"] for role in raw["people"]))), file)
    faults += wrong
    return [] if wrong else cells_of(rows)


def _toml(files: Mapping[str, bytes], name: str, faults: list[Malformed]) -> dict[str, Any] | None:
    text = _text(files, name, faults)
    if text is None:
        return None
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        at = re.fullmatch(r"(.*) \(at (?:line (\d+), column (\d+)|end of document)\)", str(error), re.DOTALL)
        said = at[1] if at else str(error)
        what = said[0].lower() + said[1:]
        line = int(at[2]) if at and at[2] else text.count("\n") + 1
        column = f", column {at[3]}" if at and at[3] else ""
        faults.append(Malformed(f"{name} line {line}{column}", f"is not TOML: {what}", "mend it"))
    except RecursionError:
        faults.append(Malformed(name, "is nested too deeply", "write tables and lists as the schema has them"))
    except ValueError:
        faults.append(Malformed(name, "has a number of too many digits", "write whole numbers of at most 19 digits"))
    return None


def _with_variations(rules: Rulebook, files: Mapping[str, bytes], faults: list[Malformed]) -> Rulebook:
    """The rules with what `vary/CODE.toml` sets: only what `may_vary` lists, as the schema says."""
    codes = [jurisdiction.code for jurisdiction in rules.jurisdictions]
    found: list[Variation] = []
    for file in sorted(files):
        name = _VARY.fullmatch(file)
        if name is None:
            continue
        if name[1] not in codes:
            faults.append(Malformed(file, f"no such jurisdiction {name[1]!r}", near(name[1], codes)))
            continue
        raw = _toml(files, file, faults)
        if raw is not None:
            found += _variations(rules, name[1], file, raw, faults)
    varied = msgspec.structs.replace(rules, variations=tuple(found))
    if not faults:
        for code in dict.fromkeys(variation.jurisdiction for variation in found):
            faults += contradictions_there(local(varied, code), f"vary/{code}.toml")
    return varied


def _variations(rules: Rulebook, code: str, file: str, raw: dict[str, Any], faults: list[Malformed]) -> list[Variation]:
    cite = raw.get("cite")
    if not isinstance(cite, str) or not cite.strip():
        faults.append(
            Malformed(file, "key 'cite' is missing", "add cite, the source of what varies, as the first line")
        )
    allowed = rules.may_vary.keys
    law = (
        f"it may vary {', '.join(allowed)} ({rules.may_vary.cite})"
        if allowed
        else f"nothing may be varied ({rules.may_vary.cite})"
    )
    found: list[Variation] = []
    for section, keys in raw.items():
        if section == "cite":
            continue
        if not isinstance(keys, dict):
            faults.append(Malformed(file, f"{section!r} is {called(keys)}, not a table", law))
            continue
        for key, value in keys.items():
            place = f"{file} [{section}]"
            if f"{section}.{key}" not in allowed:
                faults.append(Malformed(place, f"{key!r} is not for a jurisdiction to vary", law))
                continue
            struct = kinds(Rulebook)[section]
            assert issubclass(struct, Section), section
            wrong = list(misfits(value, kinds(struct)[key], place, key))
            faults += wrong
            if not wrong:
                held = msgspec.convert(value, kinds(struct)[key])
                found.append(Variation(jurisdiction=code, key=f"{section}.{key}", value=held, cite=str(cite)))
    return sorted(found, key=lambda variation: variation.key)


def _in_order(rules: Rulebook) -> Rulebook:
    """The same law with tables and lists sorted, so that their layout does not change the digest."""
    pollutants = [pollutant.code for pollutant in rules.pollutants]
    places = [jurisdiction.code for jurisdiction in rules.jurisdictions]
    caps = sorted(
        rules.caps.rows,
        key=lambda row: (row.vintage, pollutants.index(row.pollutant), places.index(row.jurisdiction)),
    )
    sectors = [sector.code for sector in rules.sectors]
    limits = sorted(
        rules.limits.rows,
        key=lambda row: (row.limit_set, pollutants.index(row.pollutant), row.statistic, row.valid_from),
    )
    benchmarks = sorted(
        rules.benchmarks.rows,
        key=lambda row: (sectors.index(row.sector), pollutants.index(row.pollutant)),
    )
    availability = sorted(
        rules.part75.tiers, key=lambda row: (row.parameter, -row.available_from_tenths, row.longest_hours or 10_000)
    )
    tests = sorted(rules.manual_tests.rows, key=lambda row: (pollutants.index(row.pollutant), row.standard))
    quality = sorted(rules.quality_tests.rows, key=lambda row: (row.test, row.of))
    methods = sorted(
        rules.methods.rows, key=lambda row: (sectors.index(row.sector), row.process, pollutants.index(row.pollutant))
    )
    applies = sorted(
        rules.applicability.rows,
        key=lambda row: (
            row.process,
            row.sector or "",
            row.limit_set or "",
            row.region or "",
            row.valid_from,
            row.special,
            row.commissioned_from or 0,
        ),
    )
    periods = tuple(sorted(rules.compliance.control_periods, key=lambda row: row.first))
    index = sorted(rules.price_index.rows, key=lambda row: pollutants.index(row.pollutant))
    receptors = sorted(rules.receptors.rows, key=lambda row: (pollutants.index(row.pollutant), row.receptor))
    transfer = sorted(
        rules.transfer.rows,
        key=lambda row: (pollutants.index(row.pollutant), row.receptor, places.index(row.jurisdiction)),
    )
    ratios = sorted(
        rules.ratios.rows,
        key=lambda row: (pollutants.index(row.pollutant), places.index(row.origin), places.index(row.target)),
    )
    types = list(FLOWS)
    replace = msgspec.structs.replace
    monitoring = msgspec.structs.asdict(rules.monitoring)
    columns = [role.code for role in rules.people]
    rights = sorted(rules.roles.rows, key=lambda row: (row.command, columns.index(row.role)))
    readers = [EVERYBODY, *columns]
    reading = sorted(rules.reading.rows, key=lambda row: (row.table, readers.index(row.reader)))
    flags = {key: tuple(sorted(held)) for key, held in monitoring.items() if key.startswith("flags_")}
    return replace(
        rules,
        roles=replace(rules.roles, second=tuple(sorted(rules.roles.second)), rows=tuple(rights)),
        reading=replace(rules.reading, rows=tuple(reading)),
        monitoring=replace(rules.monitoring, **flags),
        calendar=replace(
            rules.calendar,
            weekdays=tuple(sorted(rules.calendar.weekdays)),
            closed_days=tuple(sorted(rules.calendar.closed_days)),
            working_days=tuple(sorted(rules.calendar.working_days)),
        ),
        auction=replace(rules.auction, days=tuple(sorted(rules.auction.days))),
        shortfall=replace(rules.shortfall, rows=tuple(sorted(rules.shortfall.rows, key=lambda row: row.period))),
        cases=replace(rules.cases, grounds=tuple(sorted(rules.cases.grounds, key=lambda row: row.ground))),
        late_payment=replace(
            rules.late_payment, rates=tuple(sorted(rules.late_payment.rates, key=lambda row: row.first))
        ),
        may_vary=replace(rules.may_vary, keys=tuple(sorted(rules.may_vary.keys))),
        caps=replace(rules.caps, rows=tuple(caps)),
        compliance=replace(
            rules.compliance,
            control_periods=periods,
            credits=tuple(sorted(rules.compliance.credits, key=lambda row: row.credit)),
            credit_limits=tuple(sorted(rules.compliance.credit_limits, key=lambda row: (row.credit, row.period))),
        ),
        price_index=replace(rules.price_index, kinds=tuple(sorted(rules.price_index.kinds)), rows=tuple(index)),
        limits=replace(rules.limits, rows=tuple(limits)),
        benchmarks=replace(rules.benchmarks, rows=tuple(benchmarks)),
        part75=replace(rules.part75, tiers=tuple(availability)),
        manual_tests=replace(rules.manual_tests, rows=tuple(tests)),
        quality_tests=replace(rules.quality_tests, rows=tuple(quality)),
        methods=replace(rules.methods, rows=tuple(methods)),
        receptors=replace(rules.receptors, rows=tuple(receptors)),
        transactions=replace(
            rules.transactions, rows=tuple(sorted(rules.transactions.rows, key=lambda row: types.index(row.type)))
        ),
        transfer=replace(rules.transfer, rows=tuple(transfer)),
        ratios=replace(rules.ratios, rows=tuple(ratios)),
        applicability=replace(
            rules.applicability,
            special_areas=tuple(sorted(rules.applicability.special_areas)),
            rows=tuple(applies),
        ),
    )
