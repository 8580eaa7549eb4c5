"""Numbers of accounts, `UK-210-10000013-1-70`: registry, type, identifier, period, and two digits that catch a slip.

The check digits are 98 less the remainder by 97 of identifier, registry (letters as A = 10 ... Z = 35), type in three
digits, period in two, and 00. So every single wrong figure and every two neighbours that changed places are found.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from airshed.model.refusal import Malformed

MODULUS: Final = 97
LETTER_A: Final = 10
REGISTRY = re.compile(r"[A-Z]{2}", re.ASCII)
LARGEST_TYPE, LARGEST_IDENTIFIER, LARGEST_PERIOD = 999, 10**15 - 1, 99
WRITTEN = re.compile(r"([A-Z]{2})-([0-9]{1,3})-([0-9]{1,15})-([0-9]{1,2})-([0-9]{1,2})", re.ASCII)
SHAPE: Final = "write it as UK-210-10000013-1-70: registry, type, identifier, period, check digits"


@dataclass(frozen=True, slots=True)
class AccountNumber:
    """An account in words of a registry; a kind of account without a period has period 0."""

    registry: str
    type: int
    identifier: int
    period: int

    def __post_init__(self) -> None:
        if REGISTRY.fullmatch(self.registry) is None:
            raise Malformed("registry", f"{self.registry[:20]!r} is no registry", "write two capital letters, as UK")
        for name, figure, least, most in (
            ("account_type", self.type, 1, LARGEST_TYPE),
            ("identifier", self.identifier, 1, LARGEST_IDENTIFIER),
            ("period", self.period, 0, LARGEST_PERIOD),
        ):
            if not least <= figure <= most:
                raise Malformed(name, f"{figure} is out of range", f"give one from {least} to {most}")

    @property
    def check_digits(self) -> int:
        """From 2 to 98.

        >>> AccountNumber("UK", 210, 10000013, 1).check_digits
        70
        """
        letters = "".join(str(ord(letter) - ord("A") + LETTER_A) for letter in self.registry)
        return MODULUS + 1 - int(f"{self.identifier}{letters}{self.type:03}{self.period:02}00") % MODULUS

    def __str__(self) -> str:
        return f"{self.registry}-{self.type}-{self.identifier}-{self.period}-{self.check_digits}"


def is_number(text: str) -> bool:
    """Whether a text has the form of a number, be its check digits right or wrong."""
    return WRITTEN.fullmatch(text.strip()) is not None


def account_number(text: str) -> AccountNumber:
    """The number that a text is, or `Malformed` saying which digits it should end in.

    >>> str(account_number("UK-411-10000017-1-84"))
    'UK-411-10000017-1-84'
    """
    found = WRITTEN.fullmatch(text.strip())
    if found is None:
        raise Malformed(f"account number {text.strip()[:40]!r}", "has another shape", SHAPE)
    number = AccountNumber(found[1], int(found[2]), int(found[3]), int(found[4]))
    if number.check_digits != int(found[5]):
        what = f"check digits {found[5]} do not fit; {str(number).rpartition('-')[0]} ends in {number.check_digits}"
        raise Malformed(f"account number {text.strip()}", what, "compare each figure with the number you were given")
    return number
