"""Writes the reference page of the rulebook from the schema: `docs/reference/rulebook.md`.

`python -m airshed.rulebook.reference` prints it.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args, get_origin

import msgspec

from airshed.rulebook.allocation_tables import AllocationClass, BenchmarkFactor
from airshed.rulebook.breach_sections import CaseGround, LateRate
from airshed.rulebook.chinese import key_zh, section_zh
from airshed.rulebook.comments import comments
from airshed.rulebook.credit_tables import CreditLimit, CreditRow, CreditsTogether
from airshed.rulebook.group_table import AssuranceGroup
from airshed.rulebook.mrv_tables import AdmittedTest, Applies, Availability, MethodsOf, QualityRow
from airshed.rulebook.people_sections import RoleRight
from airshed.rulebook.period_table import ControlPeriod
from airshed.rulebook.price_index import IndexRow
from airshed.rulebook.reading_section import ReadingRight
from airshed.rulebook.schema import Rulebook
from airshed.rulebook.strict import in_words, kinds, peeled, written
from airshed.rulebook.supply_table import SupplyRow
from airshed.rulebook.tables import Benchmark, Cap, CheckRow, IndexOf, Limit, MarkRow, ShortfallPeriod, Tier, Variation
from airshed.rulebook.transactions import TransactionRow
from airshed.rulebook.zone_call_section import RatioRow, ReceptorRow, TransferRow

_HEAD = """# The rulebook, key by key

A rulebook is a folder: `rulebook.toml` with the sections below, tables beside it, and, where a
jurisdiction sets something for itself, `vary/CODE.toml`. It is read strictly: an unknown, missing or mistyped key
is an error that names the file, the table and the key. Money is in fen (100 fen = 1 yuan), prices in fen per
tonne, shares in hundredths of a percent, counts in allowances of one kilogram.

This page is generated from the schema (`python -m airshed.rulebook.reference`); a test keeps it so.
"""
PAGES_OF_TABLES: tuple[tuple[str, str, type[msgspec.Struct], str], ...] = (
    ("caps.csv", "caps", Cap, "The caps. There is a row for every pollutant, jurisdiction and vintage."),
    (
        "substitution.csv",
        "monitoring",
        Tier,
        "What stands in for a missing hour. The first row that fits holds: highest capture rate first, then "
        "the shortest run, an empty `longest_hours` last.",
    ),
    ("marks.csv", "marks", MarkRow, "What operators may say of hours."),
    ("checks.csv", "reporting", CheckRow, "What an annual report is asked."),
    ("limits.csv", "limits", Limit, "Concentration limits."),
    (
        "allocation_classes.csv",
        "allocation",
        AllocationClass,
        "Which works claim by which method, where a tier of `[allocation]` says by_class. The first row that fits a "
        "works holds, and every works has one. Optional.",
    ),
    ("benchmarks.csv", "benchmarks", Benchmark, "Benchmarks. There is a row for every sector and pollutant."),
    (
        "benchmark_factors.csv",
        "benchmarks",
        BenchmarkFactor,
        "What a benchmark is corrected by, for the methods that ask for it. Optional.",
    ),
    (
        "part75.csv",
        "part75",
        Availability,
        "What stands in under US 40 CFR part 75. Of the rows of the highest availability that is reached, the first "
        "that covers the length of the gap holds, an empty `longest_hours` last.",
    ),
    (
        "quality.csv",
        "quality_tests",
        QualityRow,
        "Tests of monitors: a failed one makes the hours since the last that passed out of control, until one passes; "
        "one that is overdue those after its day. Optional; without it no test decides about hours.",
    ),
    ("test_methods.csv", "manual_tests", AdmittedTest, "The standards by which a pollutant may be tested by hand."),
    (
        "methods.csv",
        "methods",
        MethodsOf,
        "By which methods a mass may be found, and which of two figures counts. A row of the outlet's own process goes "
        "before one of process `any`.",
    ),
    (
        "applicability.csv",
        "applicability",
        Applies,
        "Which outlets have which limits. Of the rows that fit an outlet on a day the most particular holds: one of "
        "special areas before one of anywhere, then one with a region, with a year of commissioning, with a sector; of "
        "equal ones the newest.",
    ),
    ("price_index.csv", "price_index", IndexRow, "The components of the price index. Their weights make 100 %."),
    (
        "transactions.csv",
        "transactions",
        TransactionRow,
        "Types of transactions: every way in which allowances leave an account. For transfers and gifts the "
        "table decides; the others have rules of their own, and what a row says of those is held against them.",
    ),
    (
        "penalty_index.csv",
        "shortfall",
        IndexOf,
        "The price index that an indexed penalty follows. It may have no rows.",
    ),
    (
        "penalty_periods.csv",
        "shortfall",
        ShortfallPeriod,
        "What a shortfall costs by the period that it is of: the newest row that begins in a year or before holds. "
        "Without one `[shortfall]` holds for every year. Optional.",
    ),
    (
        "case_grounds.csv",
        "cases",
        CaseGround,
        "Breaches other than a shortfall, what a notice names of them, and between which sums they cost. Optional.",
    ),
    ("late_rates.csv", "late_payment", LateRate, "The rates of quarters, for interest `by_quarter`. Optional."),
    (
        "receptors.csv",
        "receptors",
        ReceptorRow,
        "Where the air is measured, and what a zone-wide call may add there. Optional.",
    ),
    (
        "transfer.csv",
        "transfer",
        TransferRow,
        "What a tonne of each jurisdiction adds at each receptor: there is a row for every pair.",
    ),
    (
        "supply.csv",
        "reserve",
        SupplyRow,
        "What the number of allowances in circulation does to auctions: of the rows of a pollutant the newest that "
        "begins in a year or before holds. Optional; with it goes `[reserve] supply_stated_on`.",
    ),
    (
        "credits.csv",
        "compliance",
        CreditRow,
        "Credits for what somebody else did not emit: whose obligation they count for, how much of it they may cover, "
        "and when they go. Optional; with it somebody sends `IssueCredits`.",
    ),
    (
        "credit_limits.csv",
        "compliance",
        CreditLimit,
        "How much of an obligation a credit may cover from a year on, where that is not what `credits.csv` says. "
        "Optional.",
    ),
    (
        "credits_together.csv",
        "compliance",
        CreditsTogether,
        "How much of an obligation several credits may cover together, beside what each may by itself. Optional.",
    ),
    (
        "control_periods.csv",
        "compliance",
        ControlPeriod,
        "Years that are settled together: of each year before the last a part of its emission falls due with it, and "
        "what it defers falls due with the last one. A year in no row is a period of its own. Optional.",
    ),
    (
        "assurance_groups.csv",
        "compliance",
        AssuranceGroup,
        "Sources that answer together for what they emit, as a state under assurance provisions or works that average: "
        "where the group is above its level, those above their own part of it owe allowances besides. Optional; with "
        "it somebody sends `SettleGroup`.",
    ),
    ("ratios.csv", "ratios", RatioRow, "What an allowance of one jurisdiction covers in another. Optional."),
)
_ROLES = """## `roles.csv`

Who may send which command: a row a command, a column a role of `[[people]]`. A cell says the narrowest scope with
which the role may send the command, an empty one that it may not. In the digest and in `airshed rules diff` every cell
that is not empty is one right:
"""
_READING = """## `reading.csv`

Who may read what over HTTP and in the portal: a row a [read table](read-tables.md), a column a role of `[[people]]`
beside one for `everybody`. A cell says the widest scope at which the role reads it, an empty one that it reads what
everybody does and no more; a table that has no row is read by nobody. Sealed bids and figures that are not public yet
stay hidden in all of them. In the digest and in `airshed rules diff` every cell that is not empty is one right:
"""
_VARY = """## `vary/CODE.toml`

What the jurisdiction CODE sets for itself: the source as `cite` in the first line, then sections with keys as
in `rulebook.toml`. Only the keys that `[may_vary]` lists may stand there, and what they say is checked like the
rest. In the digest and in `airshed rules diff` each of them is one variation:
"""


def markdown() -> str:
    """The reference page."""
    parts = [_HEAD]
    for section, kind in kinds(Rulebook).items():
        many = get_origin(kind) is tuple
        struct = get_args(kind)[0] if many else kind
        if struct is not Variation:
            title = f"[[{section}]]" if many else f"[{section}]"
            head = f"## `{title}`\n\n{section_zh(section)}. {inspect.getdoc(struct)}"
            parts.append(f"{head}\n\n{_keys(section, struct)}")
    for file, section, struct, what in PAGES_OF_TABLES:
        parts.append(f"## `{file}`\n\n{what}\n\n{_keys(section, struct)}")
    parts.append(_ROLES + "\n" + _keys("roles", RoleRight))
    parts.append(_READING + "\n" + _keys("reading", ReadingRight))
    parts.append(_VARY + "\n" + _keys("variations", Variation))
    return "\n".join(parts)


def _keys(section: str, struct: type[msgspec.Struct]) -> str:
    lines = ["| key | 中文 | holds | meaning |", "|---|---|---|---|"]
    lines += [f"| `{key}` | {key_zh(section, key)} | {holds} | {meaning} |" for key, holds, meaning in _fields(struct)]
    return "\n".join(lines) + "\n"


def _fields(struct: type[msgspec.Struct]) -> Iterator[tuple[str, str, str]]:
    said = comments(struct)
    for key in written(struct):
        kind = kinds(struct)[key]
        yield key, _holds(kind) + (", or empty" if peeled(kind)[2] else ""), said[key]


def _holds(kind: Any) -> str:
    if kind == str | int | float | bool:
        return "whatever the key holds"
    words = in_words(kind)
    if "AdoptRulebook" in words:
        return "a list of names of commands" if words.startswith("a list") else words
    return "a read table, `records`, `statements` or `figures`" if '"rulebooks"' in words else words


def main(path: str | None) -> None:
    """Print the page, or write it to a file."""
    if path is None:
        sys.stdout.write(markdown())
    else:
        Path(path).write_text(markdown(), "utf-8")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else None)
