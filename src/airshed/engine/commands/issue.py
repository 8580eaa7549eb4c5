"""Caps and their free allocation."""

from __future__ import annotations

import msgspec

from airshed.engine.commands.wish import Known, Name, Whole, Wish, Year


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


IssueBody = SetCap | Allocate
