"""Answers from a rulebook by code, series, role or section, looked up once per rulebook and kept."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import Literal

import msgspec

from airshed.model.allowance import Series
from airshed.model.refusal import Malformed
from airshed.rulebook.allocation_tables import BenchmarkFactor
from airshed.rulebook.credit_tables import CreditRow
from airshed.rulebook.group_table import AssuranceGroup
from airshed.rulebook.people_sections import PeopleRule, Scope
from airshed.rulebook.period_table import ControlPeriod
from airshed.rulebook.programme_sections import PollutantRule
from airshed.rulebook.reading_section import FIGURES
from airshed.rulebook.schema import Rulebook
from airshed.rulebook.tables import Benchmark, CheckRow, Limit, MarkRow
from airshed.rulebook.transactions import TransactionRow, by_type

RULEBOOKS_KEPT = 32
#: All of it, in hundredths of a percent.
WHOLE = 10_000
#: The first year of those whom the law never obliges.
NEVER = 9_999


@lru_cache(maxsize=RULEBOOKS_KEPT)
def pollutants(rules: Rulebook) -> Mapping[str, PollutantRule]:
    """The capped pollutants by code, in the order of the rulebook."""
    return {rule.code: rule for rule in rules.pollutants}


@lru_cache(maxsize=RULEBOOKS_KEPT)
def traded(rules: Rulebook) -> Mapping[str, PollutantRule]:
    """What series are of, by code: the capped pollutants, and credits, of which nobody holds an auction.

    A credit has no price of its own but the one around which its first session's band lies.
    """
    return {**pollutants(rules), **{row.credit: _as_pollutant(row) for row in rules.compliance.credits}}


def _as_pollutant(row: CreditRow) -> PollutantRule:
    return PollutantRule(
        code=row.credit,
        name_en=row.name_en,
        name_zh=row.name_zh,
        measured=row.credit,
        sectors=(),
        reserve_fen_per_t=0,
        reference_fen_per_t=row.reference_fen_per_t,
        repurchase_fen_per_t=0,
        floor_fen_per_t=0,
        ceiling_fen_per_t=0,
        block_floor_fen_per_t=0,
        cite=row.cite,
        status=row.status,
    )


@lru_cache(maxsize=RULEBOOKS_KEPT)
def caps(rules: Rulebook) -> Mapping[str, int]:
    """Allowances of every series that has a cap, by its name as SO2-KM-2027."""
    return {str(Series(row.pollutant, row.jurisdiction, row.vintage)): row.count for row in rules.caps.rows}


@lru_cache(maxsize=RULEBOOKS_KEPT)
def benchmarks(rules: Rulebook) -> Mapping[tuple[str, str], Benchmark]:
    """The benchmark of every sector and pollutant."""
    return {(row.sector, row.pollutant): row for row in rules.benchmarks.rows}


@lru_cache(maxsize=RULEBOOKS_KEPT)
def benchmark_factors(rules: Rulebook) -> Mapping[tuple[str, str], BenchmarkFactor]:
    """What the benchmark of a sector and pollutant is corrected by, of those that have a row."""
    return {(row.sector, row.pollutant): row for row in rules.benchmarks.factors}


@lru_cache(maxsize=RULEBOOKS_KEPT)
def people(rules: Rulebook) -> Mapping[str, PeopleRule]:
    """The roles by code, in the order of the rulebook."""
    return {role.code: role for role in rules.people}


@lru_cache(maxsize=RULEBOOKS_KEPT)
def rights(rules: Rulebook) -> Mapping[tuple[str, str], Scope]:
    """The narrowest scope with which a role may send a command, by role and command; nothing where it may not."""
    return {(right.role, right.command): right.scope for right in rules.roles.rows}


@lru_cache(maxsize=RULEBOOKS_KEPT)
def roles(rules: Rulebook) -> Mapping[str, frozenset[str]]:
    """The commands that each role may send."""
    return {
        role: frozenset(right.command for right in rules.roles.rows if right.role == role) for role in people(rules)
    }


@lru_cache(maxsize=RULEBOOKS_KEPT)
def reading(rules: Rulebook) -> Mapping[tuple[str, str], str]:
    """What a role, or everybody, may read of a table, by reader and table; nothing where it may not."""
    return {(right.reader, right.table): right.rows for right in rules.reading.rows}


def reads_early(rules: Rulebook, role: str) -> bool:
    """Whether an office reads figures of years before they are public."""
    return (role, FIGURES) in reading(rules)


@lru_cache(maxsize=RULEBOOKS_KEPT)
def of_several(rules: Rulebook) -> Mapping[str, int]:
    """The roles of which an account needs two or more before anybody acts for it, with how many."""
    return {role.code: role.least for role in rules.people if role.least > 1}


def senders(rules: Rulebook, *commands: str) -> tuple[str, ...]:
    """The roles that may send all of these commands, in the order of the rulebook."""
    held = rights(rules)
    return tuple(role for role in people(rules) if all((role, command) in held for command in commands))


def founders(rules: Rulebook, command: str) -> tuple[str, ...]:
    """The founders who may send a command, in the order of the rulebook."""
    held = rights(rules)
    return tuple(founder.actor for founder in rules.founders if (founder.role, command) in held)


def role_for(rules: Rulebook, command: str, account: str = "") -> str:
    """The first role that may send a command, of those that act for a kind of account (or for none).

    A law without such a role is `Malformed`.
    """
    named = people(rules)
    for role in senders(rules, command):
        if account in named[role].accounts or (not account and named[role].bound != "account"):
            return role
    what = f"has no role that may send {command}" + (f" for {account} accounts" if account else "")
    raise Malformed("roles.csv", what, "give the command to a role, or take another rulebook")


def founder_role(rules: Rulebook, actor: str) -> str:
    """The role of a founder."""
    return next(founder.role for founder in rules.founders if founder.actor == actor)


def fellow(rules: Rulebook, actor: str) -> str | None:
    """Another founder in the role of a founder; None for who is none, or alone."""
    role = next((founder.role for founder in rules.founders if founder.actor == actor), None)
    return next((each.actor for each in rules.founders if each.role == role and each.actor != actor), None)


@lru_cache(maxsize=RULEBOOKS_KEPT)
def marks(rules: Rulebook) -> Mapping[str, MarkRow]:
    """What operators may say of hours, by name."""
    return {row.mark: row for row in rules.marks.rows}


@lru_cache(maxsize=RULEBOOKS_KEPT)
def checks(rules: Rulebook) -> tuple[CheckRow, ...]:
    """The questions that a report is asked, by number; those that are off are left out."""
    return tuple(sorted((row for row in rules.reporting.rows if row.severity != "off"), key=lambda row: row.number))


def worked(rules: Rulebook, day: str) -> bool:
    """Whether a day is worked: a weekday that is no holiday, or a make-up day."""
    closed, working = _listed(rules)
    if day in working:
        return True
    return date.fromisoformat(day).isoweekday() in rules.calendar.weekdays and day not in closed


@lru_cache(maxsize=RULEBOOKS_KEPT)
def _listed(rules: Rulebook) -> tuple[frozenset[str], frozenset[str]]:
    return frozenset(rules.calendar.closed_days), frozenset(rules.calendar.working_days)


def days_from(rules: Rulebook, year: int) -> Literal["notice", "law", "weekdays"]:
    """On what the working days of a year rest: a notice, lists of the law, or weekdays alone, which is assumed."""
    law = rules.calendar
    if year in (law.notices or ()):
        return "notice"
    listed = any(day.startswith(f"{year}-") for day in (*law.closed_days, *law.working_days))
    return "law" if listed else "weekdays"


def transaction(rules: Rulebook, kind: str) -> TransactionRow | None:
    """The row of a type of transaction, or None where the law has none."""
    return by_type(rules.transactions.rows).get(kind)


def though_frozen(rules: Rulebook, kind: str) -> bool:
    """Whether a frozen account may give by this type of transaction."""
    row = transaction(rules, kind)
    return row is not None and row.frozen == "yes"


def though_restricted(rules: Rulebook, kind: str) -> bool:
    """Whether an account of which some transactions are restricted may give by this type."""
    row = transaction(rules, kind)
    return row is not None and row.restricted == "yes"


@lru_cache(maxsize=RULEBOOKS_KEPT)
def index_thousandths(rules: Rulebook) -> Mapping[int, int]:
    """The index of every period that has one, for penalties that follow it."""
    return {row.period: row.index_thousandths for row in rules.shortfall.rows}


@lru_cache(maxsize=RULEBOOKS_KEPT * 8)
def owed(rules: Rulebook, sector: str) -> tuple[PollutantRule, ...]:
    """What sources of a sector owe allowances for, in the order of the rulebook; nothing if it names no such sector."""
    if all(each.code != sector for each in rules.sectors):
        return ()
    return tuple(rule for rule in rules.pollutants if not rule.sectors or sector in rule.sectors)


def owes(rules: Rulebook, sector: str, pollutant: str) -> bool:
    """Whether sources of a sector owe allowances for a pollutant."""
    return any(rule.code == pollutant for rule in owed(rules, sector))


@lru_cache(maxsize=RULEBOOKS_KEPT)
def _first_years(rules: Rulebook) -> Mapping[str, int]:
    first = {sector.code: NEVER for sector in rules.sectors if sector.voluntary}
    return {**first, **{each.code: each.owes_from for each in rules.sectors if each.owes_from is not None}}


def owes_from(rules: Rulebook, sector: str) -> int | None:
    """The first year of emissions for which sources of a sector owe; None where they do from the beginning.

    `NEVER` where only those owe that have opted in.
    """
    return _first_years(rules).get(sector)


def owes_in(rules: Rulebook, sector: str, year: int) -> bool:
    """Whether the law alone obliges sources of a sector to allowances for what they emit in a year.

    A source that has opted in owes though it does not (`airshed.engine.procedures.obliged`).
    """
    return year >= _first_years(rules).get(sector, year)


@lru_cache(maxsize=RULEBOOKS_KEPT)
def credits(rules: Rulebook) -> Mapping[str, CreditRow]:
    """The credits that count beside allowances, by code."""
    return {row.credit: row for row in rules.compliance.credits}


def credit_share(rules: Rulebook, credit: str, year: int) -> int:
    """How much of what is owed for a year a credit may cover, in hundredths of a percent."""
    held = [row for row in rules.compliance.credit_limits if row.credit == credit and row.period <= year]
    newest = max(held, key=lambda row: row.period, default=None)
    return credits(rules)[credit].limit_basis_points if newest is None else newest.limit_basis_points


def credits_together(rules: Rulebook, pollutant: str, year: int) -> Mapping[tuple[str, ...], int]:
    """By credits of a pollutant that have a limit together: their share of what is owed for a year."""
    known = credits(rules)
    found: dict[tuple[str, ...], int] = {}
    for row in sorted(rules.compliance.credits_together, key=lambda row: row.period):
        if row.period <= year and known[row.codes[0]].pollutant == pollutant:
            found[row.codes] = row.limit_basis_points
    return found


def vintages_back(rules: Rulebook, code: str) -> int:
    """For how many later years a vintage of a pollutant or a credit counts."""
    credit = credits(rules).get(code)
    return rules.allowance.vintages_back if credit is None else credit.vintages_back


def control_period(rules: Rulebook, year: int) -> ControlPeriod | None:
    """The control period of several years in which a year lies; None where it is a period of its own."""
    return next((row for row in rules.compliance.control_periods if row.first <= year <= row.last), None)


def assurance_group(rules: Rulebook, group: str, year: int) -> AssuranceGroup | None:
    """What the law says of a group that answers together in a year; None where it has no such group then."""
    rows = [row for row in rules.compliance.assurance_groups if row.group == group and row.period <= year]
    return max(rows, key=lambda row: row.period, default=None)


def pollutant(rules: Rulebook, code: str) -> PollutantRule:
    """The rule of a pollutant that the programme caps, or of a credit."""
    return traded(rules)[code]


def sale_price(rules: Rulebook, pollutant: str) -> int | None:
    """The fixed price of a pollutant in fen per tonne and year, or None when it is not sold so."""
    return next((price.year_fen_per_t for price in rules.sale_prices if price.pollutant == pollutant), None)


def cap(rules: Rulebook, series: str | Series) -> int | None:
    """How many allowances a series has in all, or None when it has no cap."""
    return caps(rules).get(str(series))


def benchmark(rules: Rulebook, sector: str, pollutant: str) -> Benchmark:
    """The benchmark of a sector for a pollutant; a rulebook has one for each pair."""
    return benchmarks(rules)[sector, pollutant]


def limit(rules: Rulebook, limit_set: str, pollutant: str, day: str) -> Limit | None:
    """The limit of a set for a pollutant that holds on an ISO day: the newest that is in force, or None."""
    held = [
        row
        for row in rules.limits.rows
        if row.limit_set == limit_set and row.pollutant == pollutant and row.valid_from <= day
    ]
    return max(held, key=lambda row: row.valid_from) if held else None


def may(rules: Rulebook, role: str, command: str) -> bool:
    """Whether a role may send a command; an unknown role may nothing."""
    return (role, command) in rights(rules)


@lru_cache(maxsize=256)
def article(rules: Rulebook, section: str) -> str:
    """What a section of `rulebook.toml` rests on, as refusals give it."""
    return first_cited(getattr(rules, section).cite)


def first_cited(cite: str) -> str:
    """A citation up to its first semicolon or colon.

    >>> first_cited("Demonstration measures (assumed), annex 1; order of magnitude: the environmental tax")
    'Demonstration measures (assumed), annex 1'
    """
    return cite.split(";", 1)[0].split(":", 1)[0].strip()


@lru_cache(maxsize=RULEBOOKS_KEPT * 8)
def local(rules: Rulebook, jurisdiction: str) -> Rulebook:
    """The rules as they hold in one jurisdiction: with what it sets for itself."""
    replace = msgspec.structs.replace
    for variation in rules.variations:
        if variation.jurisdiction == jurisdiction:
            section, key = variation.key.split(".")
            rules = replace(rules, **{section: replace(getattr(rules, section), **{key: variation.value})})
    return rules


def allocation_method(rules: Rulebook, jurisdiction: str) -> str:
    """The allocation method that holds in a jurisdiction."""
    return local(rules, jurisdiction).allocation.method
