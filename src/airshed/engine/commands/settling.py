"""Surrender, closing of a year, penalties."""

from __future__ import annotations

from airshed.engine.commands.wish import Name, Whole, Wish, Year


class Surrender(Wish, frozen=True):
    """Give allowances up for a source's verified emission. 清缴配额。"""

    source: Name
    year: Year
    #: Pollutant of the obligation.
    pollutant: Name
    count: Whole


class CloseYear(Wish, frozen=True):
    """Settle an account's year after the deadline: shortfall, penalty, make-up, banking. 年度结算。"""

    account: Name
    year: Year


class PayPenalty(Wish, frozen=True):
    """Pay what is due of a penalty. 缴纳罚款。"""

    source: Name
    year: Year
    pollutant: Name


SettlingBody = Surrender | CloseYear | PayPenalty
