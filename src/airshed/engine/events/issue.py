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


class Allocated(Fact, frozen=True):
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


IssueEvent = CapSet | Allocated
