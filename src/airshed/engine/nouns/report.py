"""Reports of a year, improvement lists, opinions."""

from __future__ import annotations

from dataclasses import dataclass, field

from airshed.engine.events import Settlement
from airshed.model.allowance import Blocks
from airshed.registry.moves import Delivered


@dataclass(slots=True)
class Improvement:
    """An item of a year's improvement list."""

    number: int
    actor: str
    item: str
    answer: str = ""
    evidence: str = ""
    #: "open", "answered" or "closed".
    state: str = "open"


@dataclass(slots=True)
class Year:
    """A source's year on its way from report to settlement. None where a step has not happened."""

    source: str
    year: int
    reporter: str | None = None
    #: Version of the report that stands; 0 when nothing is reported.
    version: int = 0
    #: Whether a day was corrected after that report.
    stale: bool = False
    #: Whether the authority has reopened a verified year.
    reopened: bool = False
    improvements: list[Improvement] = field(default_factory=list)
    measured_mg: dict[str, int] = field(default_factory=dict)
    declared_mg: dict[str, int] = field(default_factory=dict)
    opinion: str | None = None
    verified_mg: dict[str, int] | None = None
    obligation: dict[str, int] = field(default_factory=dict)
    surrendered: dict[str, int] = field(default_factory=dict)
    #: What was surrendered, in the order in which it was given.
    given: dict[str, list[Delivered]] = field(default_factory=dict)
    #: Of that, by series, what more than one allowance went for under flow control.
    paired: dict[str, Blocks] = field(default_factory=dict)
    #: When how much was surrendered, by pollutant.
    surrenders: dict[str, list[tuple[int, int]]] = field(default_factory=dict)
    settled: dict[str, Settlement] = field(default_factory=dict)
    due_fen: dict[str, int] = field(default_factory=dict)
    #: Corrections after the settlement, what they added and is still to be surrendered, and until which day.
    amendments: int = 0
    extra: dict[str, int] = field(default_factory=dict)
    extra_until: str = ""
    #: What of its emission falls due with a later year, the last one of its control period.
    deferred: dict[str, int] = field(default_factory=dict)
    falls_due: int | None = None
    #: What of its obligation is owed beside its emission, because its group emitted too much.
    for_group: dict[str, int] = field(default_factory=dict)
