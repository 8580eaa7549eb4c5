"""Compliance over the years: years that are excluded, and emissions that are corrected after the settlement."""

from __future__ import annotations

from airshed.engine.commands.wish import Name, Text, Whole, Wish, Year


class ExcludeYear(Wish, frozen=True):
    """Let a year oblige a source to nothing. 豁免年度。"""

    source: Name
    year: Year
    #: Why, with the provision.
    reason: Text


class IncludeYear(Wish, frozen=True):
    """Let an excluded year oblige a source again. 取消豁免。"""

    source: Name
    year: Year
    #: What came to light.
    reason: Text


class AmendYear(Wish, frozen=True):
    """Correct the emission of a year that is settled: the difference to what was accepted counts. 更正已结算年度。"""

    source: Name
    year: Year
    #: By pollutant, every one that is capped: mass of the year.
    mass_g: dict[Name, Whole]
    #: What came to light.
    reason: Text


StandingBody = ExcludeYear | IncludeYear | AmendYear
