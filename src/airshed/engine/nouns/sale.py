"""Allowances that the government sells at a fixed price, paid at once or in instalments."""

from __future__ import annotations

from dataclasses import dataclass

from airshed.engine.events import Owed


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
