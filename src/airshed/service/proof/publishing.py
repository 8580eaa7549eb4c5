"""Publish a book as a folder that any web server hands out (C2SP tlog-tiles): tiles, entries, and the checkpoint."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from uuid import uuid4

from airshed.model.refusal import Malformed
from airshed.registry.proof.checkpoint import Checkpoint, entry_of, read_checkpoint
from airshed.registry.proof.notes import (
    LARGEST_NOTE,
    Note,
    NoteSignature,
    Signer,
    Verifier,
    read_note,
    read_verifier,
    signed_by,
)
from airshed.registry.proof.tiles import FULL, Tile, bundle, grow
from airshed.registry.proof.tree import leaf_hash, root_of
from airshed.service.book.kept import KeptBook
from airshed.service.proof.tree import entries, hold_head, read_tile, tiles_in

#: The names in the folder of the signed head, of the statement of what accounts hold, and of the key that signs.
CHECKPOINT, HOLDINGS, KEY = "checkpoint", "holdings", "key"


class Published(NamedTuple):
    """What stands in the folder now, how many records stood there before, and how many files were written."""

    head: Checkpoint
    note: str
    before: int
    files: int


def publish(book: KeptBook, folder: Path, signer: Signer) -> Published:
    """Bring the folder up to the book. What was published before is held to the book first, and is never signed over.

    The checkpoint is written last, so whoever reads meanwhile finds all that it rests on.
    """
    with book.named(), book.snapshot():
        last = book.last()
        before, note = _published(book, folder, signer.verifier)
        lacks_key = published_key(folder) != signer.verifier
        if lacks_key:
            _write(folder / KEY, f"{signer.verifier}\n".encode())
        if before.size == last:
            if not last:
                raise Malformed(str(book.path), "has no record", "airshed book new adopts the first law")
            return Published(before, note, last, int(lacks_key))
        files = int(lacks_key) + _write_tiles(book, folder, before.size, last)
        root = root_of(tiles_in(folder, last).node, last)
    head = Checkpoint(signer.verifier.name, last, root)
    note = sign(head, signer)
    _write(folder / CHECKPOINT, note.encode())
    return Published(head, note, before.size, files + 1)


def sign(head: Checkpoint, signer: Signer) -> str:
    """The signed checkpoint."""
    text = head.text()
    return f"{text}\n{signer.line(text)}"


def head_of(note: Note, verifiers: list[Verifier], place: str) -> Checkpoint:
    """The checkpoint of a note that the log itself signed, by one of the keys, under the name of its origin."""
    head = read_checkpoint(note.text, place)
    hold_signed(note, verifiers, head.origin, place)
    return head


def hold_signed(note: Note, verifiers: list[Verifier], origin: str, place: str) -> list[NoteSignature]:
    """The signatures that hold, one of which must be that of the log itself; else `Malformed`."""
    signed = signed_by(note, verifiers, place)
    if not any(each.verifier.name == origin and each.at_s is None for each in signed):
        names = ", ".join(each.verifier.name for each in signed)
        raise Malformed(place, f"is of {origin} and signed by {names}", "give the key of the log too")
    return signed


def read_file(path: Path) -> Note:
    """A note from a file, of which nothing is checked yet."""
    with path.open("rb") as file:
        return read_note(file.read(LARGEST_NOTE + 1), str(path))


def published_key(folder: Path) -> Verifier | None:
    """The public key that lies beside the signed head; None where none does."""
    path = folder / KEY
    if not path.exists():
        return None
    return read_verifier(path.read_text(encoding="utf-8", errors="replace")[:LARGEST_NOTE].strip(), str(path))


def _published(book: KeptBook, folder: Path, verifier: Verifier) -> tuple[Checkpoint, str]:
    """The head in the folder, held to the tiles beside it and to the book; an empty tree where there is none."""
    path = folder / CHECKPOINT
    if not path.exists():
        return Checkpoint(verifier.name, 0, b""), ""
    note = read_file(path)
    head = head_of(note, [verifier], str(path))
    if head.size > book.last():
        what = f"ends at record {book.last()}, {head.size} were published"
        raise Malformed(str(book.path), what, "restore the book from a copy: a log that shrinks is not believed")
    tiles = tiles_in(folder, head.size)
    hold_head(tiles, head, str(folder))
    # The hash of the chain holds all records before it, so the last entry speaks for all.
    if tiles.node(0, head.size - 1) != leaf_hash(entry_of(head.size, book.line(head.size).hash)):
        what = f"is another than the one published in {folder}, or one before it is"
        cure = "a second history is not signed: find out which book is the right one"
        raise Malformed(f"{book.path} record {head.size}", what, cure)
    return head, str(note)


def _write_tiles(book: KeptBook, folder: Path, before: int, last: int) -> int:
    files = 0
    leaves = map(leaf_hash, entries(book, before, last))
    for grown in grow(before, lambda tile: read_tile(folder, tile), leaves):
        _write(folder / grown.tile.path, grown.hashes)
        files += 1
    for tile, packed in _bundles(book, before, last):
        _write(folder / tile.entries_path, packed)
        files += 1
    return files


def _bundles(book: KeptBook, before: int, last: int) -> Iterator[tuple[Tile, bytes]]:
    """The entries that belong to new tiles of level 0, whole bundles of them."""
    first = before // FULL * FULL
    gathered: list[bytes] = []
    for seq, digest in book.sql.execute(
        "SELECT seq, hash FROM journal WHERE seq > ? AND seq <= ? ORDER BY seq", (first, last)
    ):
        gathered.append(entry_of(seq, digest))
        if len(gathered) == FULL or seq == last:
            yield Tile(0, (seq - 1) // FULL, len(gathered)), bundle(gathered)
            gathered = []


def _write(path: Path, content: bytes) -> None:
    """A file that is there whole or as it was."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".airshed-{uuid4().hex}.part")
    try:
        with part.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)


def replace_text(path: Path, text: str) -> None:
    """Put a text in the place of the one that is there."""
    _write(path, text.encode())
