"""Grants that come back: closure, notices, appeals, withholding, errors."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Withdrawal:
    """A notice that part of a grant goes back, and how far it has come; `blocked` is 0 once it is over.

    `short` allowances are not there any more; `sold_on` says what becomes of them.
    """

    id: int
    actor: str
    source: str
    account: str
    series: str
    ground: str
    count: int
    price: int
    short: int
    sold_on: str
    pay_back: int
    appeal_by: str
    notice_until: str
    blocked: int
    #: "noticed", "appealed", "confirmed", "fallen", "withdrawn" or "restored".
    state: str = "noticed"
    withdrawn: int = 0
    paid_fen: int = 0
    #: What the source still has to pay for what it sold on, and what it has paid for that.
    due_fen: int = 0
    paid_back_fen: int = 0
    #: The instant at which it was carried out.
    done_at: int = 0


@dataclass(slots=True)
class Withholding:
    """Part of a grant that is blocked until a condition is met; `blocked` is 0 once it is over."""

    id: int
    source: str
    account: str
    series: str
    ground: str
    year: int
    count: int
    until: str
    blocked: int
    #: "withheld", "released" or "forfeited".
    state: str = "withheld"
    forfeited: int = 0
