"""Checkpoints (C2SP tlog-checkpoint), proofs of inclusion (tlog-proof) and requests to a witness (tlog-witness)."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Sequence
from hashlib import sha256
from typing import NamedTuple

from airshed.model.refusal import Malformed
from airshed.registry.proof.notes import unbase64
from airshed.registry.proof.tree import WIDTH, consistent, included, leaf_hash

#: What a file with a proof of inclusion begins with.
PROOF = "c2sp.org/tlog-proof@v1"
#: Most hashes of a proof.
MOST_HASHES = 63
_COUNT = re.compile(r"0|[1-9][0-9]{0,17}", re.ASCII)
_CURE = "give it as airshed proof wrote it, every byte"


class Checkpoint(NamedTuple):
    """The head of a tree: whose it is, how many leaves it has, and the root."""

    origin: str
    size: int
    root: bytes

    def text(self) -> str:
        """What is signed."""
        return f"{self.origin}\n{self.size}\n{b64encode(self.root).decode()}\n"


class Inclusion(NamedTuple):
    """That an entry stands in a tree: number of its leaf from 0, hashes up to the root, and what more it takes."""

    extra: bytes
    leaf: int
    path: tuple[bytes, ...]
    note: str

    def __str__(self) -> str:
        extra = f"extra {b64encode(self.extra).decode()}\n" if self.extra else ""
        return f"{PROOF}\n{extra}index {self.leaf}\n{_hashes(self.path)}\n{self.note}"


class Request(NamedTuple):
    """What a witness is sent: the size that it saw last, the hashes from there, and the new checkpoint."""

    old: int
    path: tuple[bytes, ...]
    note: str

    def __str__(self) -> str:
        return f"old {self.old}\n{_hashes(self.path)}\n{self.note}"


def _hashes(path: Sequence[bytes]) -> str:
    return "".join(f"{b64encode(each).decode()}\n" for each in path)


def entry_of(seq: int, digest: str) -> bytes:
    """What of a record stands in the tree: its head, number and hash of the chain, as `airshed book head` prints it.

    >>> entry_of(1, "ab" * 32)[:6]
    b'1:abab'
    """
    return f"{seq}:{digest}".encode()


def entry_from(extra: bytes, index: int) -> bytes:
    """The entry of a record that goes along with its proof: the hash before it (64 hex digits), a blank, its bytes."""
    before, record = extra[:64], extra[65:]
    return entry_of(index + 1, sha256(before + record).hexdigest())


def read_checkpoint(text: str, place: str) -> Checkpoint:
    """The head that the text of a note tells, or `Malformed`; lines after the third are the log's own."""
    lines = text.split("\n")
    root = unbase64(lines[2]) if len(lines) > 3 else None
    if len(lines) < 4 or not all(lines[:-1]) or not _COUNT.fullmatch(lines[1]) or root is None or len(root) != WIDTH:
        raise Malformed(place, "is no checkpoint: origin, size and root of 32 bytes, a line each", _CURE)
    return Checkpoint(lines[0], int(lines[1]), root)


def read_inclusion(text: str, place: str) -> Inclusion:
    """A proof of inclusion, or `Malformed`."""
    first, _, rest = text.partition("\n")
    if first != PROOF:
        raise Malformed(place, f"is no proof of inclusion, which begins with {PROOF}", _CURE)
    extra: bytes | None = b""
    if rest.startswith("extra "):
        line, _, rest = rest.partition("\n")
        extra = unbase64(line.removeprefix("extra "))
    if extra is None:
        raise Malformed(place, "its line extra is no base64", _CURE)
    index, path, note = _read_proof("index", rest, place)
    return Inclusion(extra, index, path, note)


def read_request(text: str, place: str) -> Request:
    """What is sent to a witness, or `Malformed`."""
    return Request(*_read_proof("old", text, place))


def _read_proof(word: str, text: str, place: str) -> tuple[int, tuple[bytes, ...], str]:
    """A line of a word and a number, hashes, an empty line, and the note."""
    above, blank, note = text.partition("\n\n")
    first, *lines = above.split("\n")
    said, _, number = first.partition(" ")
    if not blank or said != word or not _COUNT.fullmatch(number):
        raise Malformed(place, f"has no line '{word} NUMBER' above its hashes", _CURE)
    path = [unbase64(line) for line in lines]
    if len(path) > MOST_HASHES:
        raise Malformed(place, f"has {len(path)} hashes, a proof has at most {MOST_HASHES}", _CURE)
    whole = tuple(each for each in path if each is not None and len(each) == WIDTH)
    if len(whole) != len(path):
        raise Malformed(place, "has a line that is no hash", _CURE)
    return int(number), whole, note


def hold_included(entry: bytes, proof: Inclusion, head: Checkpoint, place: str) -> None:
    """`Malformed` unless the entry stands in the tree where the proof says."""
    if proof.leaf >= head.size:
        what = f"is of entry {proof.leaf}, the checkpoint ends before entry {head.size}"
        raise Malformed(place, what, "take a later checkpoint")
    if not included(leaf_hash(entry), proof.leaf, head.size, proof.path, head.root):
        what = f"record {proof.leaf + 1} does not lead to the root of {head.size} records"
        raise Malformed(place, what, "the record or the proof was altered, or is of another book")


def hold_consistent(old: Checkpoint, path: Sequence[bytes], new: Checkpoint, place: str) -> None:
    """`Malformed` unless the old tree is the beginning of the new one."""
    if old.origin != new.origin:
        raise Malformed(place, f"{old.origin} and {new.origin} are two logs", "give checkpoints of one log")
    if not consistent(old.size, old.root, new.size, new.root, path):
        what = f"the {old.size} records that were published are not the beginning of the {new.size} of now"
        raise Malformed(place, what, "history was rewritten, or the proof altered: keep both checkpoints and ask why")
