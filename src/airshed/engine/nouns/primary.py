"""Grants, sales, tenders, repurchases, and what is taken back or withheld."""

from __future__ import annotations

from dataclasses import dataclass, field

from airshed.engine.events import Owed
from airshed.rulebook.primary_sections import ReverseAuctionRule


@dataclass(slots=True)
class Grant:
    """What a source was given free of a series, and at which instant."""

    count: int
    entrant: bool
    at: int


@dataclass(slots=True)
class Sale:
    """A sale at the fixed price; `left` of every vintage are set aside while it is open."""

    id: str
    series: tuple[str, ...]
    seller: str
    count: int
    price: int
    until: str
    left: int
    open: bool = True


@dataclass(slots=True)
class Purchase:
    """What a source bought in a sale, on the terms of that day; `blocked` of every vintage are not paid for."""

    id: int
    sale: str
    source: str
    account: str
    series: tuple[str, ...]
    count: int
    fen: int
    paid_fen: int
    blocked: int
    #: What is still to be paid, the next first.
    due: list[Owed]
    grace_days: int
    late_basis_points: int
    late_cap_basis_points: int
    withdraw_after_days: int
    #: "owing", "paid" or "withdrawn".
    state: str
    interest_fen: int = 0
    instalments_paid: int = 0
    withdrawn: int = 0


@dataclass(slots=True)
class Application:
    """An application for the new-entrant reserve; `held` fen are set aside while it waits."""

    id: int
    source: str
    account: str
    series: str
    kind: str
    capacity: int
    wanted: int
    price: int
    held: int
    #: "waiting", "dropped" or "granted".
    state: str = "waiting"
    granted: int = 0
    fen: int = 0


@dataclass(frozen=True, slots=True)
class Tender:
    """A sealed ask; `number` is its place in the reverse auction."""

    number: int
    account: str
    count: int
    price: int


@dataclass(slots=True)
class Repurchase:
    """A reverse auction, its sealed asks, and its budget, which is set aside while it is open."""

    id: str
    series: str
    count: int
    budget_fen: int
    ceiling: int
    terms: ReverseAuctionRule
    open: bool = True
    asks: list[Tender] = field(default_factory=list)
    price: int | None = None
    bought: int = 0
    paid_fen: int = 0


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
