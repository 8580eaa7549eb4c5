"""Commands of sealed days, reported years, verification and determination."""

from __future__ import annotations

from airshed.engine.commands.wish import Day, Maybe, Name, Opinion, Text, Whole, Wish, Year


class SealDay(Wish, frozen=True):
    """Close a day of a stack: hours by state, mass in milligrams per pollutant, digest of the evidence."""

    stack: Name
    day: Day
    #: By pollutant: measured, substituted and stopped hours, 24 in all.
    hours: dict[Name, tuple[Whole, Whole, Whole]]
    #: By pollutant: mass of the day in milligrams.
    mass_mg: dict[Name, Whole]
    #: SHA-256 of the raw frames of the day.
    evidence: Name
    #: Evidence digest of the sealed day that this one corrects; empty for a first sealing.
    replaces: Maybe = ""


class ReportYear(Wish, frozen=True):
    """The operator reports a year: sealed days are summed, pollutants without a monitor are declared in grams."""

    source: Name
    year: Year
    #: By pollutant that no stack of the source measures: mass of the year in grams.
    declared_g: dict[Name, Whole]


class VerifyYear(Wish, frozen=True, gc=False):
    """A verifier's opinion on a reported year."""

    source: Name
    year: Year
    #: An adverse opinion sets no obligation; the authority then determines the year.
    opinion: Opinion


class DetermineYear(Wish, frozen=True):
    """The authority sets the emission of a year itself, with the reason."""

    source: Name
    year: Year
    #: By pollutant, every one that is capped: mass of the year in grams.
    mass_g: dict[Name, Whole]
    #: Why the authority sets the emission itself.
    reason: Text
