"""How many of a thing, as English says it: one has another word than several."""

from __future__ import annotations


def counted(count: int, one: str, several: str = "") -> str:
    """A count with its thing; what does not end in s with several is given.

    >>> counted(1, "bidder"), counted(2_000, "bidder"), counted(0, "delivery", "deliveries")
    ('1 bidder', '2,000 bidders', '0 deliveries')
    """
    return f"{count:,} {one if count == 1 else several or f'{one}s'}"
