"""The Merkle tree of RFC 6962: roots, inclusion and consistency proofs, and how they are checked."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from hashlib import sha256

#: Bytes of a hash.
WIDTH = 32
#: The root of a tree without leaves.
EMPTY = sha256().digest()

#: The hash over the 2**level leaves from number `index` * 2**level on; asked for whole subtrees only.
Node = Callable[[int, int], bytes]


def leaf_hash(entry: bytes) -> bytes:
    """What stands for an entry in the tree.

    >>> leaf_hash(b"").hex()[:16]
    '6e340b9cffb37a98'
    """
    return sha256(b"\x00" + entry).digest()


def inner_hash(left: bytes, right: bytes) -> bytes:
    """What stands for two subtrees, one beside the other."""
    return sha256(b"\x01" + left + right).digest()


class Tree:
    """All hashes of a tree in memory: of each level those of its whole subtrees, one after the other."""

    __slots__ = ("levels",)

    def __init__(self, entries: Iterable[bytes] = ()) -> None:
        self.levels: list[bytearray] = [bytearray()]
        self.extend(entries)

    @property
    def size(self) -> int:
        """How many leaves there are."""
        return len(self.levels[0]) // WIDTH

    def extend(self, entries: Iterable[bytes]) -> None:
        """Append entries."""
        leaves = self.levels[0]
        for entry in entries:
            leaves += sha256(b"\x00" + entry).digest()
        level = 0
        while len(self.levels[level]) >= 2 * WIDTH:
            if level + 1 == len(self.levels):
                self.levels.append(bytearray())
            below, above = self.levels[level], self.levels[level + 1]
            for place in range(2 * len(above), len(below) - WIDTH, 2 * WIDTH):
                above += sha256(b"\x01" + below[place : place + 2 * WIDTH]).digest()
            level += 1

    def node(self, level: int, index: int) -> bytes:
        """The hash of a whole subtree."""
        return bytes(self.levels[level][index * WIDTH : (index + 1) * WIDTH])


def root_of(node: Node, size: int) -> bytes:
    """The root of the first `size` leaves."""
    return _over(node, 0, size) if size else EMPTY


def _over(node: Node, first: int, end: int) -> bytes:
    """The hash over leaves `first` to before `end`; `first` is a multiple of the greatest power of two within."""
    folded: bytes | None = None
    for level, index in reversed(list(_whole(first, end))):
        folded = node(level, index) if folded is None else inner_hash(node(level, index), folded)
    assert folded is not None, (first, end)
    return folded


def _whole(first: int, end: int) -> Iterator[tuple[int, int]]:
    """The whole subtrees of a range, largest first."""
    while first < end:
        level = (end - first).bit_length() - 1
        yield level, first >> level
        first += 1 << level


def _left(count: int) -> int:
    """Of more than one leaf, how many go to the left: the greatest power of two below their count."""
    return 1 << ((count - 1).bit_length() - 1)


def inclusion(node: Node, index: int, size: int) -> tuple[bytes, ...]:
    """The siblings on the way from leaf `index` up to the root of `size` leaves (RFC 6962, 2.1.1)."""
    assert 0 <= index < size, (index, size)
    path: list[bytes] = []
    first, end = 0, size
    while end - first > 1:
        middle = first + _left(end - first)
        if index < middle:
            path.append(_over(node, middle, end))
            end = middle
        else:
            path.append(_over(node, first, middle))
            first = middle
    return tuple(reversed(path))


def consistency(node: Node, old: int, size: int) -> tuple[bytes, ...]:
    """What shows that the tree of `old` leaves is the beginning of that of `size` leaves (RFC 6962, 2.1.2)."""
    assert 0 <= old <= size, (old, size)
    if old in (0, size):
        return ()
    path: list[bytes] = []
    first, end = 0, size
    while end != old:
        middle = first + _left(end - first)
        if old <= middle:
            path.append(_over(node, middle, end))
            end = middle
        else:
            path.append(_over(node, first, middle))
            first = middle
    if first:  # else it is the old root, which whoever checks has
        path.append(_over(node, first, end))
    return tuple(reversed(path))


def included(leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> bool:
    """Whether the proof leads from a leaf to the root (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    place, last, reached = index, size - 1, leaf
    for sibling in path:
        if not last:
            return False
        if place & 1 or place == last:
            reached = inner_hash(sibling, reached)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            reached = inner_hash(reached, sibling)
        place, last = place >> 1, last >> 1
    return not last and reached == root


def consistent(old: int, old_root: bytes, size: int, root: bytes, path: Sequence[bytes]) -> bool:
    """Whether the proof leads from the old root and to the new one (RFC 9162, 2.1.4.2)."""
    if not 0 <= old <= size:
        return False
    if old == 0:
        return not path and old_root == EMPTY
    if old == size:
        return not path and old_root == root
    steps = list(path)
    if old & (old - 1) == 0:
        steps.insert(0, old_root)
    if not steps:
        return False
    place, last = old - 1, size - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    before = after = steps[0]
    for step in steps[1:]:
        if not last:
            return False
        if place & 1 or place == last:
            before, after = inner_hash(step, before), inner_hash(step, after)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            after = inner_hash(after, step)
        place, last = place >> 1, last >> 1
    return not last and before == old_root and after == root
