"""Tiles of a tree (C2SP tlog-tiles): 256 hashes a file, named so that any web server can hand them out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from airshed.registry.proof.tree import WIDTH, inner_hash, leaf_hash

#: Hashes of a whole tile, and entries of a whole bundle.
FULL = 256
#: Levels of the tree that one tile spans.
HEIGHT = 8
#: Bytes of an entry that a bundle can hold: its length stands in two.
LONGEST_ENTRY = 65_535


class Tile(NamedTuple):
    """Hashes `number` * 256 to before `number` * 256 + `width` of the tree's level 8 * `level`."""

    level: int
    number: int
    width: int = FULL

    @property
    def path(self) -> str:
        """Where it lies below the prefix of the log.

        >>> Tile(0, 1234067).path, Tile(1, 0, 17).path
        ('tile/0/x001/x234/067', 'tile/1/000.p/17')
        """
        return f"tile/{self.level}/{_numbered(self.number, self.width)}"

    @property
    def entries_path(self) -> str:
        """Where the entries lie whose hashes are in this tile, which is one of level 0.

        >>> Tile(0, 1000, 3).entries_path
        'tile/entries/x001/000.p/3'
        """
        return f"tile/entries/{_numbered(self.number, self.width)}"


def _numbered(index: int, width: int) -> str:
    parts = [f"{index % 1000:03}"]
    while index >= 1000:
        index //= 1000
        parts.insert(0, f"x{index % 1000:03}")
    return "/".join(parts) + (f".p/{width}" if width < FULL else "")


class Grown(NamedTuple):
    """A tile that is new, with its hashes."""

    tile: Tile
    hashes: bytes


def grow(size: int, read: Callable[[Tile], bytes], leaves: Iterable[bytes]) -> Iterator[Grown]:
    """The tiles that a tree of `size` leaves gets by more: those that are new, or wider than before.

    `read` gives the hashes of a tile that is there. Leaves are taken one after the other, so a long book needs no
    memory but that of one tile a level.
    """
    new = iter(leaves)
    level = 0
    while True:
        above: list[bytes] = []
        yield from _grow_level(level, size, read, new, above)
        size //= FULL
        if not above:
            return
        new = iter(above)
        level += 1


def _grow_level(
    level: int, size: int, read: Callable[[Tile], bytes], new: Iterator[bytes], above: list[bytes]
) -> Iterator[Grown]:
    index, width = divmod(size, FULL)
    hashes = bytearray(read(Tile(level, index, width)) if width else b"")
    for each in new:
        hashes += each
        if len(hashes) == FULL * WIDTH:
            yield Grown(Tile(level, index), bytes(hashes))
            above.append(folded(hashes))
            index += 1
            hashes.clear()
    if len(hashes) > (width * WIDTH if index == size // FULL else 0):
        yield Grown(Tile(level, index, len(hashes) // WIDTH), bytes(hashes))


def folded(hashes: Sequence[int] | bytes | bytearray) -> bytes:
    """The hash over a power of two of hashes."""
    row = bytes(hashes)
    while len(row) > WIDTH:
        row = b"".join(
            inner_hash(row[place : place + WIDTH], row[place + WIDTH : place + 2 * WIDTH])
            for place in range(0, len(row), 2 * WIDTH)
        )
    return row


class TiledTree:
    """A tree of which the tiles are read when they are needed, each once."""

    def __init__(self, size: int, read: Callable[[Tile], bytes]) -> None:
        self.size = size
        self._read = read
        self._seen: dict[Tile, bytes] = {}

    def node(self, level: int, index: int) -> bytes:
        """The hash of a whole subtree."""
        tall, within = divmod(level, HEIGHT)
        number, place = divmod(index << within, FULL)
        width = min(FULL, (self.size >> (HEIGHT * tall)) - number * FULL)
        tile = Tile(tall, number, width)
        if tile not in self._seen:
            self._seen[tile] = self._read(tile)
        return folded(self._seen[tile][place * WIDTH : (place + (1 << within)) * WIDTH])


def bundle(entries: Iterable[bytes]) -> bytes:
    """Entries as they lie in a bundle, each after its length."""
    parts: list[bytes] = []
    for entry in entries:
        assert len(entry) <= LONGEST_ENTRY, len(entry)
        parts += (len(entry).to_bytes(2, "big"), entry)
    return b"".join(parts)


def leaves_of(entries: Iterable[bytes]) -> bytes:
    """The hashes of the tile of level 0 that belongs to a bundle."""
    return b"".join(map(leaf_hash, entries))
