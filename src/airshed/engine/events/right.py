"""Rights to allowances over many years."""

from __future__ import annotations

import msgspec

from airshed.engine.events.fact import Fact
from airshed.registry.moves import Entry


class RightGranted(Fact, frozen=True):
    """A right stands; vintages that were issued already are delivered. 排污权已授予。"""

    #: Number that the right gets.
    right: int
    account: str
    pollutant: str
    jurisdiction: str
    #: Allowances of every vintage.
    count: int
    #: Its first vintage.
    first: int
    #: Its last vintage; 0 for a right without an end.
    last: int
    #: Last vintage for which it is served without a renewal.
    until: int
    #: Allowances delivered now, by series.
    served: dict[str, int]
    entry: Entry


class RightRenewed(Fact, frozen=True):
    """A right is served for more vintages; those that were issued already are delivered. 排污权已续展。"""

    #: Number of the right.
    right: int
    #: Last vintage for which it is served without another renewal.
    until: int
    #: Allowances delivered now, by series.
    served: dict[str, int]
    entry: Entry


class Serving(msgspec.Struct, frozen=True, gc=False):
    """What one right gets of a series when its cap is set."""

    #: Number of the right.
    right: int
    account: str
    #: Allowances; fewer than the right's when the cap is too small for all rights.
    count: int


class RightsServed(Fact, frozen=True):
    """The rights to a series are served out of its cap, before it is shared out. 排污权已从总量中兑现。"""

    series: str
    #: What each right gets.
    servings: tuple[Serving, ...]
    entry: Entry


class RightOffered(Fact, frozen=True):
    """A right is on offer to one buyer; its delivered vintages are set aside. 排污权要约已发出。"""

    #: Number of the right.
    right: int
    #: Account that sells.
    seller: str
    #: Account that may accept.
    buyer: str
    #: First vintage that goes with it.
    start: int
    #: Price of the whole, in fen.
    fen: int
    #: Allowances set aside, by series.
    aside: dict[str, int]


class RightDropped(Fact, frozen=True):
    """The offer of a right has fallen; what was set aside is free again. 排污权要约已撤回。"""

    #: Number of the right.
    right: int
    #: Account that offered.
    seller: str
    #: Account that might have accepted.
    buyer: str
    #: Allowances that were set aside, by series.
    aside: dict[str, int]
    #: Who took it back or declined.
    actor: str


class RightSold(Fact, frozen=True):
    """A right has another holder: delivered vintages against payment, fees of both sides, one entry. 排污权已转让。"""

    #: Number of the right.
    right: int
    #: Account that sold.
    seller: str
    #: Account that holds it now.
    buyer: str
    #: Price of the whole, in fen.
    fen: int
    #: Fen to the exchange.
    buyer_fee: int
    #: Fen to the exchange.
    seller_fee: int
    #: Allowances that went along, by series.
    aside: dict[str, int]
    entry: Entry


RightEvent = RightGranted | RightRenewed | RightsServed | RightOffered | RightDropped | RightSold
