"""Compliance over the years: years that are excluded, and emissions that are corrected after the settlement."""

from __future__ import annotations

import msgspec

from airshed.engine.events.fact import Fact
from airshed.registry.moves import Entry


class YearExcluded(Fact, frozen=True):
    """A year obliges a source to nothing. 年度已豁免。"""

    source: str
    year: int
    actor: str
    #: Why, with the provision.
    reason: str


class YearIncluded(Fact, frozen=True):
    """An excluded year obliges again. 年度豁免已取消。"""

    source: str
    year: int
    actor: str
    #: What came to light.
    reason: str


class Amended(msgspec.Struct, frozen=True, gc=False):
    """A settled year in one pollutant after a correction."""

    pollutant: str
    #: Allowances owed.
    obligation: int
    #: Allowances of them that a correction added and that are still to be surrendered.
    extra: int
    #: Allowances of them that were missing at a deadline.
    shortfall: int
    #: Penalty for those, or what was paid where that is more, in fen.
    penalty_fen: int
    #: What is still to be paid of it, in fen.
    due_fen: int
    #: Allowances by which the next allocation withholds less than before.
    makeup_less: int


class YearAmended(Fact, frozen=True):
    """The emission of a settled year was corrected; what was surrendered beyond it goes back. 已结算年度已更正。"""

    source: str
    year: int
    #: Number of the correction of this year.
    number: int
    actor: str
    #: By pollutant: milligrams.
    mass_mg: dict[str, int]
    #: Every pollutant that was settled.
    amended: tuple[Amended, ...]
    #: Last day to surrender what is added.
    until: str
    #: What came to light.
    reason: str
    entry: Entry


StandingEvent = YearExcluded | YearIncluded | YearAmended
