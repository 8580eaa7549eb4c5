"""Signed notes (C2SP signed-note) with Ed25519, and cosignatures of witnesses (C2SP tlog-cosignature, v1)."""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from binascii import Error as NoBase64
from collections.abc import Sequence
from enum import IntEnum
from hashlib import sha256
from typing import NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from airshed.model.refusal import Malformed

#: Bytes of the largest note, and signatures of one, that are read.
LARGEST_NOTE, MOST_SIGNATURES = 1_000_000, 100
#: What a signature line begins with.
DASH = "\N{EM DASH} "
#: What a file with a private key begins with; the rest is name, id and seed, as Go's sumdb/note writes them.
PRIVATE = "PRIVATE+KEY+"
_NAME = re.compile(r"[^\s+\x00-\x1f\x7f]+")
_ID = re.compile(r"[0-9a-f]{8}", re.ASCII)
_CURE = "give it as airshed proof key prints it"


class Signs(IntEnum):
    """What a key signs: a note as it stands, or with the time, as a witness does."""

    NOTE = 1
    COSIGNATURE = 4


class Verifier(NamedTuple):
    """A public key with the name it goes by."""

    name: str
    signs: Signs
    public: bytes

    @property
    def id(self) -> bytes:
        """Four bytes that tell this key from others; no proof of anything."""
        return sha256(f"{self.name}\n".encode() + bytes([self.signs]) + self.public).digest()[:4]

    def __str__(self) -> str:
        """A verifier key in one line, as the ecosystem writes it."""
        return f"{self.name}+{self.id.hex()}+{b64encode(bytes([self.signs]) + self.public).decode()}"


class Signer:
    """A private key. It has no text, so that it stands in no log and no message."""

    __slots__ = ("_key", "verifier")

    def __init__(self, name: str, signs: Signs, seed: bytes) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(seed)
        self.verifier = Verifier(name, signs, self._key.public_key().public_bytes_raw())

    def line(self, text: str, at_s: int = 0) -> str:
        """The signature line for a note; a witness says with it when (`at_s`, seconds since 1970) it saw it."""
        stamp = b"" if self.verifier.signs is Signs.NOTE else at_s.to_bytes(8, "big")
        signature = self._key.sign(_signed(text, self.verifier.signs, at_s))
        return f"{DASH}{self.verifier.name} {b64encode(self.verifier.id + stamp + signature).decode()}\n"

    def file(self) -> str:
        """What the file of the key holds, for whoever keeps it and nobody else."""
        kind = bytes([self.verifier.signs])
        seed = b64encode(kind + self._key.private_bytes_raw()).decode()
        return f"{PRIVATE}{self.verifier.name}+{self.verifier.id.hex()}+{seed}\n"


class Signature(NamedTuple):
    """A line below a note: who says to have signed, and the bytes after the key id."""

    name: str
    id: bytes
    signature: bytes
    line: str


class Note(NamedTuple):
    """A text that ends in a newline, and the signature lines below it."""

    text: str
    signatures: tuple[Signature, ...]

    def __str__(self) -> str:
        return f"{self.text}\n" + "".join(each.line for each in self.signatures)


class NoteSignature(NamedTuple):
    """A signature that holds; of a witness, when it saw the note (seconds since 1970)."""

    verifier: Verifier
    at_s: int | None


def _signed(text: str, signs: Signs, at_s: int) -> bytes:
    return (text if signs is Signs.NOTE else f"cosignature/v1\ntime {at_s}\n{text}").encode()


def name_of(text: str, place: str) -> str:
    """A name for a key, or `Malformed`."""
    if not _NAME.fullmatch(text):
        raise Malformed(
            place, f"{text[:60]!r} is no name of a key", "write it as registry.example/book, no blank and no +"
        )
    return text


def read_verifier(text: str, place: str) -> Verifier:
    """A verifier key of one line, or `Malformed`, which says nothing of a private key that was taken for one."""
    if PRIVATE in text:
        raise Malformed(place, "is a private key", "give the verifier key: airshed proof key FILE prints it")
    name, signs, public, said = _read_key(text.strip(), place)
    verifier = Verifier(name, signs, public)
    if verifier.id != said:
        raise Malformed(place, f"the id of the key is {verifier.id.hex()}, it says {said.hex()}", _CURE)
    return verifier


def read_signer(text: str, place: str) -> Signer:
    """The private key of a file, or `Malformed`, which says nothing of what it holds."""
    cure = "make one: airshed proof key FILE --name NAME"
    if not text.startswith(PRIVATE):
        raise Malformed(place, "holds no private key", cure)
    try:
        name, signs, seed, said = _read_key(text.strip().removeprefix(PRIVATE), place)
    except Malformed:
        raise Malformed(place, "holds a private key that cannot be read", cure) from None
    signer = Signer(name, signs, seed)
    if signer.verifier.id != said:
        raise Malformed(place, "the id of the key is not that of its name and seed", cure)
    return signer


def _read_key(text: str, place: str) -> tuple[str, Signs, bytes, bytes]:
    """Name, kind, the 32 bytes, and the id that it says to have."""
    name, _, rest = text.partition("+")
    said, _, encoded = rest.partition("+")
    raw = unbase64(encoded)
    if not _NAME.fullmatch(name) or not _ID.fullmatch(said) or raw is None or len(raw) != 33:
        raise Malformed(place, f"{text[:80]!r} is no key", _CURE)
    if raw[0] not in list(Signs):
        raise Malformed(place, f"the key is of the kind {raw[0]}", "take an Ed25519 key (1) or one of a witness (4)")
    return name, Signs(raw[0]), raw[1:], bytes.fromhex(said)


def unbase64(text: str) -> bytes | None:
    """The bytes of base64 as these texts have it, written the one way there is; else None."""
    try:
        raw = b64decode(text, validate=True)
    except (NoBase64, ValueError):
        return None
    return raw if b64encode(raw).decode() == text else None


def read_note(raw: bytes, place: str) -> Note:
    """A note from its bytes, or `Malformed`; nothing of it is true before its signatures are looked at."""
    cure = "give the note as it was published, every byte"
    if len(raw) > LARGEST_NOTE:
        raise Malformed(place, f"is longer than the longest note ({LARGEST_NOTE:,} bytes)", cure)
    try:
        whole = raw.decode()
    except UnicodeDecodeError:
        raise Malformed(place, "is no UTF-8", cure) from None
    if any(letter < " " and letter != "\n" for letter in whole):
        raise Malformed(place, "has control characters", cure)
    text, blank, below = whole.rpartition("\n\n")
    if not blank or not below.endswith("\n"):
        raise Malformed(place, "is no signed note: a text, an empty line, signatures", cure)
    lines = below.splitlines(keepends=True) if below else []
    if len(lines) > MOST_SIGNATURES:
        raise Malformed(place, f"has {len(lines)} signatures", f"leave at most {MOST_SIGNATURES}")
    return Note(f"{text}\n", tuple(read_line(line, place) for line in lines))


def read_line(line: str, place: str) -> Signature:
    """A signature line, or `Malformed`."""
    name, _, encoded = line.removesuffix("\n").removeprefix(DASH).partition(" ")
    raw = unbase64(encoded)
    if not (line.startswith(DASH) and line.endswith("\n") and _NAME.fullmatch(name)) or raw is None or len(raw) < 5:
        what = f"{line.rstrip()[:80]!r} is no signature line"
        raise Malformed(place, what, "write it as: a long dash, a blank, the name, a blank, base64")
    return Signature(name, raw[:4], raw[4:], line)


def signed_by(note: Note, verifiers: Sequence[Verifier], place: str) -> list[NoteSignature]:
    """Whose signatures hold, of those whose keys are known; others are passed over.

    `Malformed` where a known key did not sign what its line says, or where none of the known keys signed.
    """
    known = {(each.name, each.id): each for each in verifiers}
    held: dict[tuple[str, bytes], NoteSignature] = {}
    for line in note.signatures:
        verifier = known.get((line.name, line.id))
        if verifier is None or (line.name, line.id) in held:
            continue
        found = _holding(verifier, note.text, line.signature)
        if found is None:
            what = f"the signature of {line.name} does not fit its text"
            raise Malformed(place, what, "it was altered, or signed by another key: get it where it was published")
        held[line.name, line.id] = found
    if not held:
        names = ", ".join(f"{each.name}+{each.id.hex()}" for each in verifiers) or "none"
        theirs = ", ".join(f"{each.name}+{each.id.hex()}" for each in note.signatures) or "nobody"
        raise Malformed(place, f"is signed by {theirs}, the keys given are {names}", "give the key of who published it")
    return list(held.values())


def _holding(verifier: Verifier, text: str, signature: bytes) -> NoteSignature | None:
    """The signature, None when it does not hold."""
    stamp = 0 if verifier.signs is Signs.NOTE else 8
    at_s = int.from_bytes(signature[:stamp], "big")
    try:
        key = Ed25519PublicKey.from_public_bytes(verifier.public)
        key.verify(signature[stamp:], _signed(text, verifier.signs, at_s))
    except (InvalidSignature, ValueError):
        return None
    return NoteSignature(verifier, at_s if stamp else None)
