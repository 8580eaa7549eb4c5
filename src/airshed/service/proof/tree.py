"""The tree of a book: the head of each record is an entry, from the book itself or from tiles that were published."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from airshed.engine.journal import GENESIS, linked
from airshed.model.refusal import Malformed
from airshed.registry.proof.checkpoint import Checkpoint, Inclusion, Request, entry_of
from airshed.registry.proof.tiles import Tile, TiledTree
from airshed.registry.proof.tree import WIDTH, Tree, consistency, inclusion, leaf_hash, root_of
from airshed.service.book.kept import KeptBook


class Hashes(Protocol):
    """Where the hashes of a tree come from."""

    def node(self, level: int, index: int) -> bytes:
        """The hash of a whole subtree."""
        ...


def entries(book: KeptBook, after: int, last: int) -> Iterator[bytes]:
    """The entries of the records after `after` up to `last`, each held to the chain before it is handed on."""
    previous = book.line(after).hash if after else GENESIS
    for number, line in enumerate(book.lines(after), after):
        if number == last:
            return
        previous = linked(line, number, previous)
        yield entry_of(line.seq, line.hash)


def tree_of(book: KeptBook, size: int) -> Tree:
    """The whole tree in memory, 64 bytes a record."""
    if size > book.last():
        cure = "give a checkpoint of this book, or a later copy of the book"
        raise Malformed(str(book.path), f"ends at record {book.last()}, before {size}", cure)
    return Tree(entries(book, 0, size))


def tiles_in(folder: Path, size: int) -> TiledTree:
    """The tree of tiles that lie in a folder."""
    return TiledTree(size, lambda tile: read_tile(folder, tile))


def read_tile(folder: Path, tile: Tile) -> bytes:
    """The hashes of a tile; where it was partial and is whole by now, of the whole one."""
    for path in (folder / tile.path, folder / tile.path.partition(".p/")[0]):
        try:
            hashes = path.read_bytes()[: tile.width * WIDTH]
        except FileNotFoundError:
            continue
        if len(hashes) == tile.width * WIDTH:
            return hashes
        raise Malformed(str(path), f"has {len(hashes)} bytes, not {tile.width * WIDTH}", "publish into a new folder")
    raise Malformed(str(folder / tile.path), "is missing", "publish into a new folder, or get the tiles again")


def hold_head(hashes: Hashes, head: Checkpoint, place: str) -> None:
    """`Malformed` unless the tree has the root that was published for its size."""
    if root_of(hashes.node, head.size) != head.root:
        what = f"the first {head.size} records do not give the root that was published of them"
        raise Malformed(place, what, "it is another book, or its history was rewritten: keep both and ask why")


def prove_included(book: KeptBook, hashes: Hashes, seq: int, head: Checkpoint, note: str) -> Inclusion:
    """That a record stands under a checkpoint; the record and the hash before it go along."""
    if not 1 <= seq <= head.size:
        what = f"is not under the checkpoint, which has {head.size} records"
        raise Malformed(f"{book.path} record {seq}", what, "take a record from 1 on, or a later checkpoint")
    line = book.line(seq)
    before = book.line(seq - 1).hash if seq > 1 else GENESIS
    linked(line, seq - 1, before)
    if hashes.node(0, seq - 1) != leaf_hash(entry_of(seq, line.hash)):
        what = "is another than the one that was published"
        raise Malformed(f"{book.path} record {seq}", what, "history was rewritten: keep both and ask why")
    path = inclusion(hashes.node, seq - 1, head.size)
    return Inclusion(before.encode() + b" " + line.record, seq - 1, path, note)


def prove_consistent(hashes: Hashes, old: int, head: Checkpoint, note: str) -> Request:
    """That the first `old` records are still the beginning, as a witness asks for it."""
    if old > head.size:
        what = f"has {head.size} records, fewer than {old}"
        raise Malformed("the checkpoint", what, "give the older one as --from")
    return Request(old, consistency(hashes.node, old, head.size), note)
