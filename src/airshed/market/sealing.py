"""How a bid is kept from readers of the book: as a digest with a salt, or in a box that a key opens.

The text of a bid is the body of its command in JSON. It names the auction or call and the account, so neither a digest
nor a box that was copied is of use to anybody else. The world of counts and prices is small and would be tried out in
a second; the salt of a commitment has 128 bits and more, the one-time key of a box 252, and those nobody tries out.
"""

from __future__ import annotations

from hashlib import sha256
from typing import NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from airshed.model.refusal import Malformed

#: Bytes of every text in a box: its length in two, itself, and zeros, so that the length does not tell.
PADDED = 512
KEY, TAG, NONCE = 32, 16, 12
#: Bytes of a box: the one-time public key, the padded text, the tag.
BOX = KEY + PADDED + TAG


def commitment(text: str, salt: str) -> str:
    """SHA-256 of the text, a space and the salt, in UTF-8, as 64 hex digits.

    With a shell: `printf '%s %s' "$TEXT" "$SALT" | sha256sum`

    >>> commitment('{"count":100}', "00" * 16)[:16]
    '550cd9ff7b0b5d16'
    """
    return sha256(f"{text} {salt}".encode()).hexdigest()


class Bound(NamedTuple):
    """What a box is made for; with anything else it does not open."""

    venue: str
    name: str
    account: str

    def said(self) -> bytes:
        """The same as bytes that no other says."""
        return b"\x00".join(each.encode() for each in self)


def public_key(private: str) -> str:
    """The public key of a private one, both of X25519 in hex.

    >>> public_key("77076d0a7318a57d3c16c17251b26645df5fd1b0e4bdf2e4d9f7d1c4c9f6c1aa")[:8]
    '30c912c4'
    """
    return X25519PrivateKey.from_private_bytes(bytes.fromhex(private)).public_key().public_bytes_raw().hex()


def encrypt(text: str, to: str, once: str, bound: Bound) -> str:
    """The box of a text for a public key; `once` is a private key that is drawn for this box and forgotten.

    Two boxes of any texts have one length:

    >>> key, bound = public_key("11" * 32), Bound("auction", "spring", "forge")
    >>> len(encrypt("a", key, "22" * 32, bound)) == len(encrypt("b" * 500, key, "33" * 32, bound)) == 2 * BOX
    True
    >>> decrypt(encrypt("a", key, "22" * 32, bound), "11" * 32, bound)
    'a'
    """
    said = text.encode()
    if len(said) > PADDED - 2:
        cure = f"shorten the names in it; a box takes {PADDED - 2} bytes"
        raise Malformed("the text of the bid", f"has {len(said)} bytes", cure)
    try:
        shared = X25519PrivateKey.from_private_bytes(bytes.fromhex(once)).exchange(
            X25519PublicKey.from_public_bytes(bytes.fromhex(to))
        )
    except ValueError:
        raise Malformed("the key", f"{to} is no point to encrypt to", "ask for the key that was announced") from None
    own = bytes.fromhex(public_key(once))
    secret = _secret(shared, own, bytes.fromhex(to))
    padded = (len(said).to_bytes(2, "big") + said).ljust(PADDED, b"\x00")
    return (own + ChaCha20Poly1305(secret[:KEY]).encrypt(secret[KEY:], padded, bound.said())).hex()


def decrypt(box: str, private: str, bound: Bound) -> str | None:
    """The text in a box, or None: the key is another, the box was made for something else, or holds no text."""
    raw = bytes.fromhex(box)
    own, sealed = raw[:KEY], raw[KEY:]
    try:
        shared = X25519PrivateKey.from_private_bytes(bytes.fromhex(private)).exchange(
            X25519PublicKey.from_public_bytes(own)
        )
        secret = _secret(shared, own, bytes.fromhex(public_key(private)))
        padded = ChaCha20Poly1305(secret[:KEY]).decrypt(secret[KEY:], sealed, bound.said())
        length = int.from_bytes(padded[:2], "big")
        if length > PADDED - 2 or any(padded[2 + length :]):
            return None
        return padded[2 : 2 + length].decode()
    except (InvalidTag, ValueError):
        return None


def _secret(shared: bytes, own: bytes, to: bytes) -> bytes:
    """Key and nonce of one box."""
    return HKDF(SHA256(), KEY + NONCE, None, b"airshed sealed bid 1" + own + to).derive(shared)
