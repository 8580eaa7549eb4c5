"""Allowances that secure a debt."""

from __future__ import annotations

from typing import Literal

from airshed.engine.events.fact import Fact
from airshed.registry.moves import Entry


class PledgeOffered(Fact, frozen=True):
    """Allowances are set aside for a pledge that waits for its pledgee. 质押待质权人接受，配额已冻结。"""

    #: Number that the pledge gets.
    pledge: int
    #: Account that pledges.
    pledgor: str
    #: Account whose debt is secured.
    pledgee: str
    series: str
    #: Allowances, of each vintage of a strip.
    count: int
    #: Fen secured.
    secured: int
    #: Last day to pay.
    until: str


class PledgeAccepted(Fact, frozen=True):
    """The pledge stands. 质押已设立。"""

    #: Number of the pledge.
    pledge: int
    #: Account that pledges.
    pledgor: str
    #: Account whose debt is secured.
    pledgee: str
    series: str
    #: Allowances, of each vintage of a strip.
    count: int
    #: Fen secured.
    secured: int
    #: Last day to pay.
    until: str


class PledgeReleased(Fact, frozen=True):
    """What was left of a pledge is free again. 质押已解除、撤回或未被接受，配额已解冻。"""

    #: Number of the pledge.
    pledge: int
    #: Account that pledged.
    pledgor: str
    #: Account whose debt is secured.
    pledgee: str
    series: str
    #: Who set it free.
    actor: str


class PledgeRedeemed(Fact, frozen=True):
    """The debt is paid, and what was left of the pledge is free again. 债务已清偿，质押已赎回。"""

    #: Number of the pledge.
    pledge: int
    #: Account that pledged.
    pledgor: str
    #: Account whose debt is secured.
    pledgee: str
    series: str
    entry: Entry


class PledgeCalled(Fact, frozen=True):
    """Notice is given; the pledge may be enforced from a day on. 质押处置已通知。"""

    #: Number of the pledge.
    pledge: int
    #: Account that pledged.
    pledgor: str
    #: Account whose debt is secured.
    pledgee: str
    series: str
    #: Fen secured.
    secured: int
    #: First day on which it may be enforced.
    enforce_from: str


class PledgeForSale(Fact, frozen=True):
    """Pledged allowances go from the pledge into an auction, which opens in the same record. 质押配额已交付拍卖。"""

    #: Number of the pledge.
    pledge: int
    #: Account that pledged.
    pledgor: str
    #: Account whose debt is secured.
    pledgee: str
    #: The auction.
    auction: str
    series: str
    #: Allowances.
    count: int


class PledgeServed(Fact, frozen=True):
    """The auction of pledged allowances is over: what was sold served the debt; a debt that is paid frees the rest.

    质押配额拍卖所得已抵债。
    """

    #: Number of the pledge.
    pledge: int
    #: Account that pledged.
    pledgor: str
    #: Account whose debt is secured.
    pledgee: str
    #: The auction.
    auction: str
    series: str
    #: The series or the strip that is pledged.
    pledged: str
    #: Allowances that were not sold and are pledged again.
    back: int
    #: What the pledgee got, in fen.
    fen: int
    #: What of the debt is left, in fen.
    owed: int


class PledgeEnforced(Fact, frozen=True):
    """The pledgee took what covers the debt; what was left of the pledge is free again. 质押配额已抵债。"""

    #: Number of the pledge.
    pledge: int
    #: Account that pledged.
    pledgor: str
    #: Account whose debt is secured.
    pledgee: str
    series: str
    #: What was taken, at reference prices, in fen.
    fen: int
    #: What of the debt it does not cover, in fen.
    uncovered: int
    entry: Entry


class ClaimCut(Fact, frozen=True):
    """A pledge or a lease binds less: what it bound was surrendered, or went to the reserve after a year.

    质押或租赁所及配额减少。
    """

    #: What binds.
    kind: Literal["pledge", "lease"]
    #: Number of the pledge or lease.
    number: int
    #: Account in which it binds.
    account: str
    #: The other side: the pledgee, or the lessor.
    other: str
    series: str
    #: Allowances that it binds no longer.
    count: int


PledgeEvent = (
    PledgeOffered
    | PledgeAccepted
    | PledgeReleased
    | PledgeRedeemed
    | PledgeCalled
    | PledgeForSale
    | PledgeServed
    | PledgeEnforced
    | ClaimCut
)
