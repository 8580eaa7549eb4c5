"""Passwords as Argon2id hashes; one that is compared with nobody's takes as long as any other."""

from __future__ import annotations

import unicodedata
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.low_level import Type, hash_secret_raw

from airshed.model.refusal import Malformed

#: NIST SP 800-63B-4, 3.1.1.2: at least 15 characters where a password stands alone, 8 beside a second factor.
SHORTEST = 12
LONGEST = 200
#: RFC 9106, 4: the second recommended option (t=3, p=4, 64 MiB), which is the library's default.
_HASHER = PasswordHasher()


def hashed(password: str, place: str = "password") -> str:
    """The hash that is kept; `Malformed` for what is too short or long. What is typed alike is alike (NFKC)."""
    plain = _plain(password)
    if not SHORTEST <= len(plain) <= LONGEST:
        what = f"has {len(plain)} characters"
        raise Malformed(place, what, f"take {SHORTEST} to {LONGEST}, as a few words that belong to no saying")
    return _HASHER.hash(plain)


def right(kept: str | None, password: str) -> bool:
    """Whether a password is the one that was hashed; None stands for a user that is not there, who takes as long."""
    try:
        return _HASHER.verify(kept or _nobody(), _plain(password)[:LONGEST]) and kept is not None
    except (VerificationError, InvalidHashError):
        return False


def blinded(name: str, salt: bytes) -> str:
    """What stands for a name that is no user's where guesses are counted; no user has a name with a space before it.

    As slow to try out as OWASP asks for passwords (19 MiB, t=2, p=1), for it may be one.
    """
    return f" {hash_secret_raw(_plain(name).encode(), salt, 2, 19 << 10, 1, 16, Type.ID).hex()}"


@cache
def _nobody() -> str:
    return _HASHER.hash("nobody has this password")


def _plain(password: str) -> str:
    return unicodedata.normalize("NFKC", password)
