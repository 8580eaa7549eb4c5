"""The secret of a sealed bid, and the private key of an auction: files that their owners alone may read."""

from __future__ import annotations

import os
import secrets
import stat
from pathlib import Path
from typing import TypeVar

import msgspec

from airshed.engine import commands as c
from airshed.engine.journal import encode_body
from airshed.engine.nouns import Sealing
from airshed.engine.procedures.sealed import Needed, SealedWish, place_of
from airshed.market.sealing import Bound, commitment, encrypt, public_key
from airshed.model.refusal import Malformed

#: What is longer is no secret of ours.
LONGEST = 16_384
#: Bytes of a salt.
SALT = 16


class Secret(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What opens a commitment: keep it until the close, and show it to nobody."""

    venue: c.Venue
    name: str
    account: str
    #: The bid or order, word for word.
    text: str
    salt: str

    @property
    def opening(self) -> c.OpenBid:
        """The command that opens it."""
        return c.OpenBid(self.venue, self.name, self.account, self.text, self.salt)


class PrivateKey(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What opens all bids of an auction or a call: keep it until the close, and show it to nobody."""

    venue: c.Venue
    name: str
    private_key: str


Kept = TypeVar("Kept", Secret, PrivateKey)


def coarse(most: int) -> int:
    """The next of 1, 2 and 5 times a power of ten, so that a guarantee does not tell what it is for.

    >>> [coarse(n) for n in (1, 3, 120_000, 500, 501)]
    [1, 5, 200000, 500, 1000]
    """
    step = 1
    while True:
        for digit in (1, 2, 5):
            if digit * step >= most:
                return digit * step
        step *= 10


def keep_secret(path: Path, wish: SealedWish) -> Secret:
    """The secret of a bid in a file; where it is there for the same bid, that one, so that a line may be repeated."""
    venue, name = place_of(wish)
    text = encode_body(wish).decode()
    try:
        found = read_secret(path)
    except FileNotFoundError:
        secret = Secret(venue, name, wish.account, text, secrets.token_hex(SALT))
        _write(path, secret)
        return secret
    if found.text != text:
        what = f"holds the secret of another bid, in {found.venue} {found.name}"
        raise Malformed(str(path), what, "choose another file; without this one that bid can never be opened")
    return found


def read_secret(path: Path) -> Secret:
    """The secret of a file that nobody but its owner may read."""
    return _read(path, Secret, "the secret of a sealed bid")


def make_key(path: Path, venue: c.Venue, name: str) -> PrivateKey:
    """A new key in a file; where it is there for the same auction, that one."""
    try:
        found = read_key(path)
    except FileNotFoundError:
        key = PrivateKey(venue, name, secrets.token_hex(32))
        _write(path, key)
        return key
    if (found.venue, found.name) != (venue, name):
        raise Malformed(str(path), f"is the key of {found.venue} {found.name}", "choose another file")
    return found


def read_key(path: Path) -> PrivateKey:
    """The key of a file that nobody but its owner may read."""
    found = _read(path, PrivateKey, "the key of an auction or a call")
    try:
        public_key(found.private_key)
    except ValueError:
        raise Malformed(str(path), "holds no key of 64 hex digits", "use the file as it was made") from None
    return found


def commit(secret: Secret, needed: Needed, guarantee_fen: int, count: int) -> c.CommitBid:
    """The commitment that a secret opens."""
    digest = commitment(secret.text, secret.salt)
    if needed.count:
        return c.CommitBid(secret.venue, secret.name, secret.account, digest, 0, needed.series, count)
    return c.CommitBid(secret.venue, secret.name, secret.account, digest, guarantee_fen)


def sent_before(path: Path, sealing: Sealing, wish: SealedWish) -> c.CommitBid | None:
    """The commitment to this bid that the book has already, from this file: the same line was sent before."""
    if not path.exists():
        return None
    secret = read_secret(path)
    digest = commitment(secret.text, secret.salt)
    number = sealing.seen.get(digest)
    if number is None or secret.text != encode_body(wish).decode():
        return None
    bid = sealing.bids.get(number) or sealing.became[number][0]
    return c.CommitBid(sealing.venue, sealing.name, bid.account, digest, bid.guarantee_fen, bid.series, bid.count)


def boxed(sealing: Sealing, wish: SealedWish, needed: Needed, guarantee_fen: int, count: int) -> c.EncryptBid:
    """A bid encrypted to the key of its auction or call, with a one-time key that nobody keeps."""
    if not sealing.key:
        raise Malformed(
            f"{sealing.venue} {sealing.name}", "has announced no key yet", "wait for it: airshed sealed key"
        )
    bound = Bound(sealing.venue, sealing.name, wish.account)
    box = encrypt(encode_body(wish).decode(), sealing.key, secrets.token_hex(32), bound)
    if needed.count:
        return c.EncryptBid(sealing.venue, sealing.name, wish.account, box, 0, needed.series, count)
    return c.EncryptBid(sealing.venue, sealing.name, wish.account, box, guarantee_fen)


def _write(path: Path, what: Secret | PrivateKey) -> None:
    """In a new file with the rights 0600, on disk before anything rests on it."""
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, stat.S_IRUSR | stat.S_IWUSR)
    with os.fdopen(file, "wb") as out:
        out.write(msgspec.json.encode(what) + b"\n")
        out.flush()
        os.fsync(out.fileno())


def _read(path: Path, kind: type[Kept], called: str) -> Kept:
    with path.open("rb") as file:
        rights = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
        if rights & (stat.S_IRWXG | stat.S_IRWXO):
            what = f"holds {called} and has the rights {rights:04o}"
            raise Malformed(str(path), what, f"chmod 600 {path}, and think of who may have read it")
        raw = file.read(LONGEST)
    try:
        return msgspec.json.decode(raw, type=kind)
    except msgspec.MsgspecError as error:
        raise Malformed(str(path), f"does not hold {called}: {error}", "use the file as it was made") from None
