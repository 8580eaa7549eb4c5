"""Caps and their free allocation."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from airshed.engine.commands.wish import Known, Name, Seal, Serial, Text, Whole, Wish, Year


class SetCap(Wish, frozen=True):
    """Bring the allowances of a series into being, as many as the rulebook's cap says. 设定总量。"""

    pollutant: Name
    jurisdiction: Name
    vintage: Year


class ActivityLine(msgspec.Struct, frozen=True):
    """What one source did in the baseline years: the facts that allocation rests on."""

    source: Name
    #: Baseline years, in the order of the figures.
    years: tuple[Year, ...]
    #: Verified emission of each year.
    emitted_kg: tuple[Whole, ...]
    #: Output of each year, in the measure of the benchmark.
    output: tuple[Whole, ...]
    #: True for a new entrant, who is served from the reserve.
    entrant: bool = False


class ActivityDetail(msgspec.Struct, frozen=True, omit_defaults=True):
    """What some methods ask of a source beside its line; what is not stated is not zero, and is refused where asked."""

    source: Name
    #: Quantity that its permit allows a year (limit).
    quota_kg: Whole | None = None
    #: Heat burnt in each baseline year (heat_input).
    heat_mmbtu: tuple[Whole, ...] = ()
    #: What a power plant burns (output_based).
    fuel: Literal["coal", "gas"] | None = None
    #: How it is cooled (output_based).
    cooling: Literal["air", "water"] | None = None
    #: Its mean load, in hundredths of a percent (output_based, coal).
    load_basis_points: Annotated[int, msgspec.Meta(ge=1, le=10_000)] | None = None
    #: Heat sold in each baseline year (output_based).
    heat_gj: tuple[Whole, ...] = ()
    #: Part of its heat that is sold, in hundredths of a percent (output_based).
    heat_basis_points: Annotated[int, msgspec.Meta(ge=0, le=10_000)] | None = None


class Allocate(Wish, frozen=True, omit_defaults=True):
    """Share out a series: new-entrant reserve, part for auction, the rest by the rulebook's method. 分配配额。"""

    pollutant: Name
    jurisdiction: Name
    vintage: Year
    #: Every source that shares the series.
    activities: tuple[ActivityLine, ...]
    #: What the preview warns of, and how many allowances: all of it, as "above SO2-KM-2027"; nothing where it warns of
    #: nothing.
    knowing: Known = msgspec.field(default_factory=dict)
    #: What the method of the law asks beside the lines.
    details: tuple[ActivityDetail, ...] = ()


class OutputLine(msgspec.Struct, frozen=True):
    """What one source made in the year itself, as verified."""

    source: Name
    #: Output of the year, in the measure of the benchmark.
    output: Whole


class TrueUp(Wish, frozen=True, omit_defaults=True):
    """Settle what was given in advance by the year's verified output: the rest is given, or taken back. 核定清算。"""

    pollutant: Name
    jurisdiction: Name
    vintage: Year
    #: Every source that got a part in advance, but for those of which the year is excluded.
    outputs: tuple[OutputLine, ...]
    #: What the method of the law asks beside the lines.
    details: tuple[ActivityDetail, ...] = ()


class IssueCredits(Wish, frozen=True):
    """Credit a project with what it spares the air; credits count toward obligations as the law says. 签发信用。"""

    #: Who gets them.
    account: Name
    #: Code of the credit, from the rulebook.
    credit: Name
    #: Jurisdiction of issue.
    jurisdiction: Name
    #: Year in which it was not emitted.
    vintage: Year
    count: Whole
    #: The project, by its name or number in the register of projects.
    project: Text
    #: SHA-256 of what shows it, as the report of its verifier.
    evidence: Seal


class VoidCredits(Wish, frozen=True):
    """Find credits void: whoever holds them loses them, whoever used them makes them good. 撤销信用。"""

    series: Name
    #: Number of the first of them.
    first: Serial
    #: Number of the last of them.
    last: Serial
    #: What was wrong with them.
    reason: Text
    #: SHA-256 of what shows it.
    evidence: Seal


IssueBody = SetCap | Allocate | TrueUp | IssueCredits | VoidCredits
