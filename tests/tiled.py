"""What somebody who reads published tiles makes of them."""

from __future__ import annotations

from collections.abc import Iterator

from airshed.registry.proof.tiles import FULL, Tile


def tiles_of(size: int) -> Iterator[Tile]:
    """Every tile of a tree, level by level."""
    level = 0
    while size:
        yield from (Tile(level, index) for index in range(size // FULL))
        if size % FULL:
            yield Tile(level, size // FULL, size % FULL)
        size //= FULL
        level += 1


def entries_of(packed: bytes) -> list[bytes] | None:
    """The entries of a bundle; None when it is cut."""
    entries: list[bytes] = []
    place = 0
    while place < len(packed):
        start = place + 2
        place = start + int.from_bytes(packed[place:start], "big")
        if place > len(packed) or start > len(packed):
            return None
        entries.append(packed[start:place])
    return entries
