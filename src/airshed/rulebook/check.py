"""What a well-written rulebook may still get wrong: codes that do not exist, gaps, contradictions."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from datetime import date
from itertools import pairwise
from typing import Any, get_origin

from airshed.model.measures import KG_PER_T, yuan
from airshed.model.near import near
from airshed.model.refusal import Malformed
from airshed.rulebook import lookup
from airshed.rulebook.check_air import air
from airshed.rulebook.check_allocation import FACTORS, allocation, classes
from airshed.rulebook.check_allocation import FILE as CLASSES
from airshed.rulebook.check_auction import auctions
from airshed.rulebook.check_calendar import cases, days, index, late_payment, time_zone
from airshed.rulebook.check_market import known, trade_rules
from airshed.rulebook.check_mrv import availability, processes, quality
from airshed.rulebook.check_people import roles
from airshed.rulebook.check_primary import paid_allocation, returning
from airshed.rulebook.check_terms import terms
from airshed.rulebook.credit_tables import LIMITS, TOGETHER, credit_faults, together_faults
from airshed.rulebook.currencies import money
from airshed.rulebook.group_table import FILE as GROUPS
from airshed.rulebook.group_table import group_faults
from airshed.rulebook.period_table import FILE as PERIODS
from airshed.rulebook.period_table import period_faults
from airshed.rulebook.price_index import index_faults
from airshed.rulebook.programme_sections import Calendar
from airshed.rulebook.schema import Rulebook
from airshed.rulebook.seasons import due_year
from airshed.rulebook.section import Section
from airshed.rulebook.strict import kinds, peeled
from airshed.rulebook.supply_table import FILE as SUPPLY
from airshed.rulebook.supply_table import lapsing_faults, supply_faults
from airshed.rulebook.transactions import FILE as TRANSACTIONS
from airshed.rulebook.transactions import FLOWS, transaction_faults

_MAIN = "rulebook.toml"
#: Checks whose failure leaves nothing to report.
ALWAYS_BLOCKING = ("days_present", "marks_decided", "marks_applied", "declared_complete")
#: Checks that compare with a threshold.
COMPARING = ("substituted_share", "stopped_share", "last_year")


def contradictions(rules: Rulebook, lines: Mapping[str, Sequence[int]]) -> list[Malformed]:
    """Every contradiction; `lines` has the line number of each row of each CSV file."""
    return [
        *contradictions_there(rules, _MAIN),
        *_names(rules),
        *roles(rules, lines["roles.csv"], lines["reading.csv"]),
        *trade_rules(rules, _codes(rules)),
        *paid_allocation(rules),
        *returning(rules),
        *_may_vary(rules),
        *_pollutants(rules),
        *_voluntary(rules),
        *_caps(rules, lines["caps.csv"]),
        *index(rules, lines["penalty_index.csv"]),
        *cases(rules),
        *late_payment(rules, _MAIN),
        *_tiers(rules, lines["substitution.csv"]),
        *_marks(rules, lines["marks.csv"]),
        *_checks(rules, lines["checks.csv"]),
        *_limits(rules, lines["limits.csv"]),
        *_benchmarks(rules, lines["benchmarks.csv"]),
        *_rows(rules.benchmarks.factors, lines.get(FACTORS, ()), FACTORS, ("sector", "pollutant"), _codes(rules)),
        *classes(rules, lines.get(CLASSES, ())),
        *_rows(rules.reserve.supply, lines.get(SUPPLY, ()), SUPPLY, ("pollutant", "period"), _codes(rules)),
        *supply_faults(rules.reserve.supply, lines.get(SUPPLY, ()), rules.reserve.supply_stated_on),
        *lapsing_faults(rules.reserve.supply_lapses_from, rules.reserve.supply_most, rules.reserve.supply_stated_on),
        *period_faults(rules.compliance.control_periods, lines.get(PERIODS, ()), rules.allowance.vintages_back),
        *_rows(rules.compliance.credit_limits, lines.get(LIMITS, ()), LIMITS, ("credit", "period"), {}),
        *together_faults(rules.compliance.credits_together, lines.get(TOGETHER, ()), rules.compliance.credits),
        *credit_faults(
            rules.compliance.credits,
            rules.compliance.credit_limits,
            lines,
            [each.code for each in rules.pollutants],
            rules.compliance.credits_void_years,
            rules.compliance.credits_replace_days,
            issues=bool(lookup.senders(rules, "IssueCredits")),
            voids=bool(lookup.senders(rules, "VoidCredits")),
        ),
        *group_faults(
            rules.compliance.assurance_groups,
            lines.get(GROUPS, ()),
            _codes(rules),
            settles=bool(lookup.senders(rules, "SettleGroup")),
        ),
        *_measuring(rules, lines),
        *_rows(rules.price_index.rows, lines["price_index.csv"], "price_index.csv", ("pollutant",), _codes(rules)),
        *index_faults(rules.price_index, lines["price_index.csv"], _MAIN),
        *transaction_faults(rules.transactions.rows, lines["transactions.csv"], lookup.roles(rules)),
        *_air(rules, lines),
    ]


def contradictions_there(rules: Rulebook, file: str) -> list[Malformed]:
    """Contradictions between single keys, which what a jurisdiction sets for itself may cause too."""
    return [
        *_dates(rules, file),
        *_shares(rules, file),
        *_prices(rules, file),
        *auctions(rules, file),
        *_flags(rules, file),
        *terms(rules, file),
        *allocation(rules, file),
        *_flow(rules, file),
        *_haircut(rules, file),
        *_trigger(rules, file),
    ]


def _dates(rules: Rulebook, file: str) -> Iterator[Malformed]:
    yield from time_zone(rules, file)
    yield from money(rules, file)
    yield from _day(rules.programme.effective, f"{file} [programme] effective")
    law = rules.calendar
    deadlines = [(key, getattr(law, key)) for key in ("report_by", "verify_by", "surrender_by")]
    for key, day in deadlines:
        # a year without 29 February: a deadline must exist in every year
        yield from _day(f"2027-{day}", f"{file} [calendar] {key}")
    if rules.reserve.supply_stated_on is not None:
        yield from _day(f"2027-{rules.reserve.supply_stated_on}", f"{file} [reserve] supply_stated_on")
    for day in rules.auction.days:
        yield from _day(f"2027-{day}", f"{file} [auction] days")
    leap = law.surrender_by_in_leap_years
    yield from _day(f"2028-{leap}", f"{file} [calendar] surrender_by_in_leap_years")
    # days that no year has are in no order
    there = all(_there(f"2027-{day}") for day in (*(law.season or ()), *(day for _, day in deadlines)))
    if there and _in_turn(law, leap) < _in_turn(law, law.verify_by):
        what = f"surrender_by_in_leap_years {leap} comes before verify_by {law.verify_by}"
        yield Malformed(f"{file} [calendar]", what, "a year is reported, then verified, then surrendered for")
    yield from days(rules, file)
    yield from _day(f"2027-{rules.lease.rent_by}", f"{file} [lease] rent_by")
    for (before, first), (after, second) in pairwise(deadlines):
        if there and _in_turn(law, second) < _in_turn(law, first):
            what = f"{after} {second} comes before {before} {first}"
            yield Malformed(f"{file} [calendar]", what, "a year is reported, then verified, then surrendered for")


def _in_turn(law: Calendar, day: str) -> tuple[int, str]:
    """A deadline as it stands after the season of the year 0."""
    return due_year(law, 0, day), day


def _there(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _day(text: str, place: str) -> Iterator[Malformed]:
    if not _there(text):
        yield Malformed(place, f"there is no such day in every year as {text[-5:]}", "write a day of the calendar")


def _shares(rules: Rulebook, file: str) -> Iterator[Malformed]:
    apart = rules.allocation.reserve_basis_points + rules.allocation.auction_basis_points
    if apart > 10_000:
        what = f"reserve_basis_points and auction_basis_points are {apart / 100:g} % of the cap together"
        yield Malformed(f"{file} [allocation]", what, "at most 100 % (10000) can be set apart")


def _flow(rules: Rulebook, file: str) -> Iterator[Malformed]:
    share, ratio = rules.banking.flow_basis_points, rules.banking.flow_ratio
    if (share is None) != (ratio is None):
        said, lacks = ("flow_ratio", "flow_basis_points") if share is None else ("flow_basis_points", "flow_ratio")
        yield Malformed(f"{file} [banking]", f"{said} stands without {lacks}", "write both, or neither")
    for row in rules.transactions.rows if share is not None else ():
        if FLOWS[row.type].flow_control and "cancelled" not in row.targets.split(" "):
            what = f"{row.type} does not go to cancelled accounts, and [banking] has flow control"
            yield Malformed(TRANSACTIONS, what, f"write targets {row.targets} cancelled")


def _trigger(rules: Rulebook, file: str) -> Iterator[Malformed]:
    months, usual = rules.reserve.trigger_months, rules.reserve.trigger_usual_months
    if (months is None) != (usual is None):
        said, lacks = ("trigger_months", "trigger_usual_months")[:: -1 if months is None else 1]
        yield Malformed(f"{file} [reserve]", f"{said} stands without {lacks}", "write both, or neither")


def _haircut(rules: Rulebook, file: str) -> Iterator[Malformed]:
    if rules.banking.haircut_most_basis_points is not None and not lookup.senders(rules, "CutHoldings"):
        what = "haircut_most_basis_points stands, and nobody may send CutHoldings"
        yield Malformed(f"{file} [banking]", what, "give it to a role in roles.csv, or leave the key out")


def _prices(rules: Rulebook, file: str) -> Iterator[Malformed]:
    trading, auction = rules.trading, rules.auction
    for number, rule in enumerate(rules.pollutants, 1):
        place = f"{file} [[pollutants]] {number} ({rule.code})"
        for key, price, tick, market in (
            ("reference_fen_per_t", rule.reference_fen_per_t, trading.tick_fen_per_t, "trading"),
            ("reserve_fen_per_t", rule.reserve_fen_per_t, auction.tick_fen_per_t, "auction"),
        ):
            if price % tick:
                what = f"{key} {price} ({yuan(price)} yuan/t) is off the tick of [{market}]"
                yield Malformed(place, what, f"write a multiple of {tick}")
    for market, lot, tick in (
        ("trading", trading.lot, trading.tick_fen_per_t),
        ("auction", auction.lot, auction.tick_fen_per_t),
    ):
        if lot * tick % KG_PER_T:
            what = f"a lot of {lot} at a tick of {tick} fen/t is not worth whole fen"
            yield Malformed(f"{file} [{market}]", what, f"make lot times tick a multiple of {KG_PER_T}")
    if trading.largest_order < trading.lot or trading.largest_order % trading.lot:
        what = f"largest_order {trading.largest_order} is not a multiple of lot {trading.lot}"
        yield Malformed(f"{file} [trading]", what, "write a multiple of the lot")


def _flags(rules: Rulebook, file: str) -> Iterator[Malformed]:
    seen: dict[str, str] = {}
    for key in ("flags_measured", "flags_stopped", "flags_out_of_control"):
        for flag in getattr(rules.monitoring, key):
            if flag in seen:
                what = f"flag {flag!r} stands in {seen[flag]} and in {key}"
                yield Malformed(f"{file} [monitoring]", what, "a flag means one thing; keep one")
            seen[flag] = key
    if not rules.monitoring.flags_measured:
        what = "flags_measured is empty, so that no hour would ever count"
        yield Malformed(f"{file} [monitoring]", what, 'write at least ["N"]')


def _names(rules: Rulebook) -> Iterator[Malformed]:
    for table in ("jurisdictions", "sectors", "pollutants"):
        codes = [each.code for each in getattr(rules, table)]
        for number, code in enumerate(codes, 1):
            if code in codes[: number - 1]:
                first = codes.index(code) + 1
                yield Malformed(f"{_MAIN} [[{table}]] {number}", f"code {code!r} is that of number {first}", "keep one")


def _pollutants(rules: Rulebook) -> Iterator[Malformed]:
    sectors = [sector.code for sector in rules.sectors]
    owed: dict[tuple[str, str], str] = {}
    for number, rule in enumerate(rules.pollutants, 1):
        place = f"{_MAIN} [[pollutants]] {number} ({rule.code})"
        for sector in rule.sectors:
            yield from known(sector, sectors, f"{place} sectors", "sector")
        for sector in rule.sectors or sectors:
            other = owed.setdefault((rule.measured, sector), rule.code)
            if other != rule.code:
                what = f"{rule.measured} of {sector} counts as {other} already"
                yield Malformed(place, what, "let what a monitor says count once; part the two by `sectors`")


def _voluntary(rules: Rulebook) -> Iterator[Malformed]:
    for number, sector in enumerate(rules.sectors, 1):
        place = f"{_MAIN} [[sectors]] {number} ({sector.code})"
        if sector.stays_years is not None and not sector.voluntary:
            what = "stays_years stands, and nobody opts in"
            yield Malformed(place, what, "write voluntary = true, or leave the key out")
        if sector.voluntary and not lookup.senders(rules, "OptIn"):
            what = "voluntary stands, and nobody may send OptIn"
            yield Malformed(place, what, "give it to a role in roles.csv, or leave the key out")


def _may_vary(rules: Rulebook) -> Iterator[Malformed]:
    known = variable_keys()
    for key in rules.may_vary.keys:
        if key not in known:
            close = near(key[:100], known).partition(" (did you mean ")[2].rstrip(")")
            hint = f"did you mean {close}" if close else "write section.key, as allocation.method"
            yield Malformed(f"{_MAIN} [may_vary] keys", f"no such rule {key[:100]!r} of a single value", hint)


def variable_keys() -> list[str]:
    """Every key of a single value that a rulebook could let a jurisdiction vary, as `section.key`."""
    keys: list[str] = []
    for section, kind in kinds(Rulebook).items():
        if isinstance(kind, type) and issubclass(kind, Section) and section not in ("programme", "roles", "may_vary"):
            for key, held in kinds(kind).items():
                if get_origin(peeled(held)[0]) is not tuple and key not in ("cite", "status"):
                    keys.append(f"{section}.{key}")
    return keys


def _codes(rules: Rulebook) -> dict[str, list[str]]:
    return {
        "pollutant": [each.code for each in rules.pollutants],
        "jurisdiction": [each.code for each in rules.jurisdictions],
        "sector": [each.code for each in rules.sectors],
    }


def _rows(
    rows: Sequence[Any],
    lines: Sequence[int],
    file: str,
    key: Sequence[str],
    codes: Mapping[str, Sequence[str]],
) -> Iterator[Malformed]:
    """Codes that do not exist and rows that stand twice."""
    seen: dict[Hashable, int] = {}
    for line, row in zip(lines, rows, strict=True):
        for name in key:
            if name in codes:
                yield from known(getattr(row, name), codes[name], f"{file} line {line}, column {name}", name)
        mark = tuple(getattr(row, name) for name in key)
        if mark in seen:
            what = f"{' '.join(str(part) for part in mark)} stands in line {seen[mark]} already"
            yield Malformed(f"{file} line {line}", what, "keep one")
        seen.setdefault(mark, line)


def _caps(rules: Rulebook, lines: Sequence[int]) -> Iterator[Malformed]:
    codes, file = _codes(rules), "caps.csv"
    yield from _rows(rules.caps.rows, lines, file, ("pollutant", "jurisdiction", "vintage"), codes)
    there = {(row.pollutant, row.jurisdiction, row.vintage) for row in rules.caps.rows}
    vintages = sorted({row.vintage for row in rules.caps.rows})
    for code in codes["pollutant"]:
        for place in codes["jurisdiction"]:
            for vintage in vintages:
                if (code, place, vintage) not in there:
                    yield Malformed(file, f"no cap for {code} {place} {vintage}", "add the row")


def _tiers(rules: Rulebook, lines: Sequence[int]) -> Iterator[Malformed]:
    file, tiers = "substitution.csv", rules.monitoring.tiers
    marks = [(-row.capture_from_basis_points, row.longest_hours or 10_000) for row in tiers]
    for number, (line, row) in enumerate(zip(lines, tiers, strict=True)):
        last = number + 1 == len(tiers)
        if number and marks[number] <= marks[number - 1]:
            what = "is out of order"
            yield Malformed(f"{file} line {line}", what, "highest capture rate first, then shortest run, empty last")
        elif row.longest_hours is not None and (last or marks[number + 1][0] != marks[number][0]):
            what = f"leaves runs of more than {row.longest_hours} hours without a rule"
            yield Malformed(f"{file} line {line}", what, "add a row of this capture rate with longest_hours empty")


def _marks(rules: Rulebook, lines: Sequence[int]) -> Iterator[Malformed]:
    yield from _rows(rules.marks.rows, lines, "marks.csv", ("mark",), {})


def _checks(rules: Rulebook, lines: Sequence[int]) -> Iterator[Malformed]:
    file = "checks.csv"
    yield from _rows(rules.reporting.rows, lines, file, ("check",), {})
    yield from _rows(rules.reporting.rows, lines, file, ("number",), {})
    there = {row.check: row for row in rules.reporting.rows}
    for check in ALWAYS_BLOCKING:
        if check not in there or there[check].severity != "blocking":
            yield Malformed(file, f"{check} is not blocking", "without it there is nothing to report; make it blocking")
    for line, row in zip(lines, rules.reporting.rows, strict=True):
        if row.severity != "off" and (row.check in COMPARING) != (row.threshold_basis_points is not None):
            wants = "compares with a threshold" if row.check in COMPARING else "compares with nothing"
            yield Malformed(f"{file} line {line}, column threshold_basis_points", f"{row.check} {wants}", "mend it")


def _limits(rules: Rulebook, lines: Sequence[int]) -> Iterator[Malformed]:
    key = ("limit_set", "pollutant", "statistic", "valid_from")
    yield from _rows(rules.limits.rows, lines, "limits.csv", key, _codes(rules))
    for line, row in zip(lines, rules.limits.rows, strict=True):
        yield from _day(row.valid_from, f"limits.csv line {line}, column valid_from")


def _measuring(rules: Rulebook, lines: Mapping[str, Sequence[int]]) -> Iterator[Malformed]:
    """The four tables of `check_mrv`: codes that do not exist and rows that stand twice, then what they say."""
    codes = _codes(rules)
    for file, rows, key in (
        ("part75.csv", rules.part75.tiers, ("parameter", "available_from_tenths", "longest_hours")),
        ("test_methods.csv", rules.manual_tests.rows, ("pollutant", "standard")),
        ("methods.csv", rules.methods.rows, ("sector", "process", "pollutant")),
        ("quality.csv", rules.quality_tests.rows, ("test", "of")),
    ):
        yield from _rows(rows, lines.get(file, ()), file, key, codes)
    for line, row in zip(lines["applicability.csv"], rules.applicability.rows, strict=True):
        place = f"applicability.csv line {line}, column"
        if row.sector is not None:
            yield from known(row.sector, codes["sector"], f"{place} sector", "sector")
        yield from _day(row.valid_from, f"{place} valid_from")
    yield from availability(rules, lines["part75.csv"])
    yield from quality(rules, lines.get("quality.csv", ()))
    yield from processes(rules, lines)


def _air(rules: Rulebook, lines: Mapping[str, Sequence[int]]) -> Iterator[Malformed]:
    """The tables of the zone-wide call, which a rulebook may leave out."""
    codes = {**_codes(rules), "origin": _codes(rules)["jurisdiction"], "target": _codes(rules)["jurisdiction"]}
    for file, rows, key in (
        ("receptors.csv", rules.receptors.rows, ("pollutant", "receptor")),
        ("transfer.csv", rules.transfer.rows, ("pollutant", "receptor", "jurisdiction")),
        ("ratios.csv", rules.ratios.rows, ("pollutant", "origin", "target")),
    ):
        yield from _rows(rows, lines.get(file, ()), file, key, codes)
    yield from air(rules, lines)


def _benchmarks(rules: Rulebook, lines: Sequence[int]) -> Iterator[Malformed]:
    codes, file = _codes(rules), "benchmarks.csv"
    yield from _rows(rules.benchmarks.rows, lines, file, ("sector", "pollutant"), codes)
    there = {(row.sector, row.pollutant) for row in rules.benchmarks.rows}
    for sector in codes["sector"]:
        for code in codes["pollutant"]:
            if (sector, code) not in there:
                yield Malformed(file, f"no benchmark for {sector} {code}", "add the row")
