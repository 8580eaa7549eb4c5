"""Deals between two, leaves to buy across a border, and halts."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Deal:
    """A deal that waits for its buyer."""

    id: int
    kind: str
    seller: str
    buyer: str
    series: str
    count: int
    price: int
