"""Surrender, closing of a year, penalties."""

from __future__ import annotations

import msgspec

from airshed.engine.events.fact import Fact
from airshed.registry.moves import Entry


class Surrendered(Fact, frozen=True, omit_defaults=True):
    """Allowances were given up for an obligation."""

    source: str
    year: int
    pollutant: str
    count: int
    entry: Entry
    #: "" for first in, first out; "named" where the operator named the serials; "deducted" where the law took them.
    how: str = ""


class Settlement(msgspec.Struct, frozen=True, gc=False):
    """How a source's year ended for one pollutant."""

    source: str
    pollutant: str
    #: Allowances owed.
    obligation: int
    #: Allowances given up.
    surrendered: int
    #: Allowances missing.
    shortfall: int
    #: Penalty in fen.
    penalty_fen: int
    #: Price on which the penalty rests, in fen per tonne.
    price: int
    #: Allowances that the next allocation will withhold.
    makeup: int


class LateSettlement(msgspec.Struct, frozen=True, gc=False):
    """What a correction added to an earlier year and nobody surrendered until its day."""

    source: str
    year: int
    pollutant: str
    #: Allowances missing.
    shortfall: int
    #: Penalty in fen.
    penalty_fen: int
    #: Price on which the penalty rests, in fen per tonne.
    price: int
    #: Allowances that the next allocation will withhold.
    makeup: int


class YearClosed(Fact, frozen=True, omit_defaults=True):
    """An account's year is settled; `banked` goes on by series, the rest went to the reserve."""

    account: str
    year: int
    #: Every source of the account and every pollutant.
    settlements: tuple[Settlement, ...]
    #: By series: allowances that go on.
    banked: dict[str, int]
    entry: Entry
    #: What corrections added to earlier years and is missing too.
    late: tuple[LateSettlement, ...] = ()


class PenaltyPaid(Fact, frozen=True):
    """A penalty was paid."""

    source: str
    year: int
    pollutant: str
    entry: Entry


SettlingEvent = Surrendered | YearClosed | PenaltyPaid
