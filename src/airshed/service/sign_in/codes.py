"""One-time codes of an authenticator: RFC 6238 with SHA-1, six digits and thirty seconds, as all of them have it."""

from __future__ import annotations

import hmac
from base64 import b32decode, b32encode
from urllib.parse import quote

DIGITS, STEP_S = 6, 30
#: How many steps a clock may be off.
SLACK = 1


def code_at(secret: bytes, step: int, digits: int = DIGITS) -> str:
    """The code of a step, RFC 4226 5.3.

    >>> code_at(b"12345678901234567890", 59 // 30, 8), code_at(b"12345678901234567890", 20000000000 // 30, 8)
    ('94287082', '65353130')
    """
    mac = hmac.digest(secret, step.to_bytes(8, "big"), "sha1")
    place = mac[-1] & 15
    number = int.from_bytes(mac[place : place + 4], "big") & 0x7FFFFFFF
    return str(number % 10**digits).zfill(digits)


def is_of(secret: bytes, step: int, code: str) -> bool:
    """Whether it is the code of a step."""
    return hmac.compare_digest(code_at(secret, step).encode(), code.encode())


def step_of(secret: bytes, code: str, now_s: int, after: int) -> int | None:
    """The step whose code this is, within the slack and after the last that was used; None for a wrong one.

    >>> step_of(b"12345678901234567890", code_at(b"12345678901234567890", 100), 3_029, after=99)
    100
    >>> step_of(b"12345678901234567890", code_at(b"12345678901234567890", 100), 3_029, after=100)
    """
    now = now_s // STEP_S
    found = None
    for step in range(now - SLACK, now + SLACK + 1):
        if is_of(secret, step, code) and step > after:
            found = step
    return found


def written(secret: bytes) -> str:
    """A secret as people type it into an authenticator."""
    return b32encode(secret).decode().rstrip("=")


def read(text: str) -> bytes:
    """The secret that was written so."""
    return b32decode(text + "=" * (-len(text) % 8))


def address(secret: bytes, user: str, service: str) -> str:
    """What an authenticator reads out of a picture.

    >>> address(b"12345", "li", "Airshed")
    'otpauth://totp/Airshed:li?secret=GEZDGNBV&issuer=Airshed'
    """
    return f"otpauth://totp/{quote(service)}:{quote(user)}?secret={written(secret)}&issuer={quote(service)}"
