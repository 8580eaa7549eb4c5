"""Surrender, closing of a year, penalties."""

from __future__ import annotations

import msgspec

from airshed.engine.commands.wish import Known, Name, Serial, Whole, Wish, Year


class NamedSerials(msgspec.Struct, frozen=True):
    """Allowances of a series by their numbers."""

    series: Name
    #: Number of the first of them.
    first: Serial
    #: Number of the last of them.
    last: Serial


class Surrender(Wish, frozen=True, omit_defaults=True):
    """Give allowances up for a source's verified emission. 清缴配额。"""

    source: Name
    year: Year
    #: Pollutant of the obligation.
    pollutant: Name
    count: Whole
    #: Which allowances go, as many as the count; first in, first out where none is named.
    serials: tuple[NamedSerials, ...] = ()


class CloseYear(Wish, frozen=True, omit_defaults=True):
    """Settle an account's year after the deadline: shortfall, penalty, make-up, banking. 年度结算。"""

    account: Name
    year: Year
    #: What the preview warns of, and how many allowances: all of it, as "lost SO2-KM-2027"; nothing where it warns of
    #: nothing.
    knowing: Known = msgspec.field(default_factory=dict)


class PayPenalty(Wish, frozen=True):
    """Pay what is due of a penalty. 缴纳罚款。"""

    source: Name
    year: Year
    pollutant: Name


SettlingBody = Surrender | CloseYear | PayPenalty
