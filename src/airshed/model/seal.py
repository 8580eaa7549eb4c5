"""The seal of a seed: whoever will draw lots fixes the seed before it sees the orders, and shows it afterwards."""

from __future__ import annotations

from hashlib import sha256


def seal_of(seed: int, salt: str) -> str:
    """SHA-256 of the seed in decimal, a space and the salt, in UTF-8, as 64 hex digits.

    The salt keeps others from trying seeds until one fits. With a shell:
    `printf '%s %s' 20270210 5f1d9c0be42a7716 | sha256sum`

    >>> seal_of(20270210, "5f1d9c0be42a7716")[:16]
    '252f73f68746a6c6'
    """
    return sha256(f"{seed} {salt}".encode()).hexdigest()
