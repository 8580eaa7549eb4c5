"""Events of sealed days, reported years, verification and determination."""

from __future__ import annotations

from airshed.engine.events.fact import Fact


class DaySealed(Fact, frozen=True):
    """A day of a stack is closed for good; a correction names what it replaces."""

    stack: str
    day: str
    #: By pollutant: measured, substituted and stopped hours, 24 in all.
    hours: dict[str, tuple[int, int, int]]
    #: By pollutant: mass of the day in milligrams.
    mass_mg: dict[str, int]
    #: SHA-256 of the raw frames of the day.
    evidence: str
    #: Evidence digest of the sealed day that this one corrects, or empty.
    replaces: str


class YearReported(Fact, frozen=True):
    """A source's year in milligrams per pollutant: measured (sealed days) and declared."""

    source: str
    year: int
    #: Who reported.
    actor: str
    #: By pollutant: sum of the sealed days, in milligrams.
    measured_mg: dict[str, int]
    #: By pollutant: what was declared, in milligrams.
    declared_mg: dict[str, int]


class YearVerified(Fact, frozen=True):
    """The emission that counts, and the obligation in allowances; an adverse opinion leaves both out."""

    source: str
    year: int
    #: The verifier's opinion.
    opinion: str
    #: Who verified.
    actor: str
    #: By pollutant: the emission that counts, in milligrams.
    mass_mg: dict[str, int]
    #: By pollutant: allowances to surrender.
    obligation: dict[str, int]


class YearDetermined(Fact, frozen=True):
    """The authority set the emission that counts."""

    source: str
    year: int
    #: Who determined.
    actor: str
    #: By pollutant: the emission that counts, in milligrams.
    mass_mg: dict[str, int]
    #: By pollutant: allowances to surrender.
    obligation: dict[str, int]
    #: Why the authority set it.
    reason: str
