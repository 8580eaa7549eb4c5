"""Seals of the lab's auctions and calls: a run is the same again, so a salt is made from a name and not drawn."""

from __future__ import annotations

from hashlib import sha256

from airshed.model.seal import seal_of


def salt_of(name: str, seed: int) -> str:
    """The salt for what is called so."""
    return sha256(f"salt {seed} {name}".encode()).hexdigest()[:32]


def sealed(name: str, seed: int) -> str:
    """The seal of a seed with that salt."""
    return seal_of(seed, salt_of(name, seed))


def random_seal(name: str) -> str:
    """The seal of the simulator: every other name has one."""
    seed = _seed(name)
    return sealed(name, seed) if sum(map(ord, name)) % 2 else ""


def shown(name: str, seal: str, drawn: int) -> tuple[int, str]:
    """The seed and salt that the simulator closes with; 9, which it never seals, stands for a wrong one."""
    if not seal:
        return drawn, ""
    seed = _seed(name)
    return drawn if drawn == NEVER else seed, salt_of(name, seed)


#: A seed that the simulator draws and never seals.
NEVER = 9


def _seed(name: str) -> int:
    return sum(map(ord, name)) % NEVER
