"""Caps and their free allocation."""

from __future__ import annotations

import msgspec

from airshed.engine.events.fact import Fact
from airshed.registry.moves import Entry


class CapSet(Fact, frozen=True):
    """The serials 1..count of a series lie in the issuance account. 总量已设定。"""

    series: str
    #: The issuance account of the jurisdiction.
    account: str
    #: The cap.
    count: int


class Award(msgspec.Struct, frozen=True, gc=False):
    """What a source gets of a series, and why, in one sentence of each language."""

    source: str
    account: str
    #: Its share.
    count: int
    #: What of the share is withheld for an earlier shortfall and goes to the reserve.
    made_up: int
    #: Why, in English.
    en: str
    #: Why, in Chinese.
    zh: str
    #: True for a new entrant, who was served from the reserve.
    entrant: bool = False


class Allocated(Fact, frozen=True, omit_defaults=True):
    """A series is shared out in one entry. 配额已分配。"""

    series: str
    #: Name of the method, from the rulebook.
    method: str
    #: Allowances that go to the government reserve, make-up included.
    reserved: int
    #: Allowances that go to the auction account.
    for_auction: int
    #: Share of every source.
    awards: tuple[Award, ...]
    entry: Entry
    #: Allowances in the reserve that wait until output is verified: the rest of advances, and what nobody claimed yet.
    kept_back: int = 0


class Settled(msgspec.Struct, frozen=True, gc=False):
    """What a source has of a series in the end, how that came about, and why, in one sentence of each language."""

    source: str
    account: str
    #: What it had, in advance.
    advance: int
    #: What its verified output brings.
    final: int
    #: What it is given now.
    more: int
    #: What of that is withheld for an earlier shortfall and stays in the reserve.
    made_up: int
    #: What is taken back.
    taken: int
    #: What would be taken back and is not there: the next allocation withholds it.
    due: int
    #: What it is not given, because the pool has not as many: too few could be taken back.
    cut: int
    #: Why, in English.
    en: str
    #: Why, in Chinese.
    zh: str


class TruedUp(Fact, frozen=True):
    """What was given in advance of a series is settled by verified output. 预分配已按核定产量清算。"""

    series: str
    #: Name of the method, from the rulebook.
    method: str
    #: Of every source that got a part in advance.
    lines: tuple[Settled, ...]
    #: Allowances that nobody claims and that are cancelled.
    cancelled: int
    entry: Entry


class CreditsIssued(Fact, frozen=True):
    """Credits of a project came into being in an account; no cap bounds them. 信用已签发。"""

    series: str
    account: str
    #: Serial of the first of them: they go on where the series ended.
    first: int
    count: int
    #: Pollutant whose obligation they count for.
    pollutant: str
    #: The project.
    project: str
    #: SHA-256 of what shows it.
    evidence: str
    #: Who issued them.
    actor: str


class VoidUse(msgspec.Struct, frozen=True, gc=False):
    """A year for which void credits were given: as many are owed for it again."""

    source: str
    year: int
    count: int
    #: Last day to give others in their place; empty where the year is not settled and its own day holds.
    until: str


class CreditsVoided(Fact, frozen=True):
    """Credits are void: cancelled with whoever held them, and owed again by whoever used them. 信用已撤销。"""

    series: str
    #: Number of the first of them.
    first: int
    #: Number of the last of them.
    last: int
    #: Pollutant whose obligation they counted for.
    pollutant: str
    #: By year for which they were given; the moves of the entry begin with these.
    uses: tuple[VoidUse, ...]
    #: What was wrong with them.
    reason: str
    #: SHA-256 of what shows it.
    evidence: str
    #: Who found it.
    actor: str
    entry: Entry


IssueEvent = CapSet | Allocated | TruedUp | CreditsIssued | CreditsVoided
