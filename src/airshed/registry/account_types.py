"""What kinds of account are called, and the code that each has in a number of an account: a table of data."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import NamedTuple

from airshed.model.beside import rows_beside
from airshed.registry.account_number import REGISTRY, AccountNumber
from airshed.registry.accounts import AccountKind

#: Letters of a registry whose programme's name begins with no two Latin letters; ISO 3166 gives them to nobody.
NOBODY = "ZZ"


class AccountType(NamedTuple):
    """One row of `account_types.csv`."""

    code: int
    name_en: str
    name_zh: str
    cite: str
    status: str


@cache
def account_types() -> Mapping[AccountKind, AccountType]:
    """Every kind with its code."""
    return {
        AccountKind(row["kind"]): AccountType(
            int(row["code"]), row["name_en"], row["name_zh"], row["cite"], row["status"]
        )
        for row in rows_beside("airshed.registry", "account_types.csv")
    }


def letters_of(programme: str) -> str:
    """The letters of a programme's registry: the first two of its name.

    >>> letters_of("dianzhong"), letters_of("滇中")
    ('DI', 'ZZ')
    """
    letters = programme[:2].upper()
    return letters if REGISTRY.fullmatch(letters) else NOBODY


def number_of(registry: str, kind: AccountKind, running: int) -> str:
    """The number of the account that is opened as the `running`th of its registry.

    >>> number_of("DI", AccountKind.OPERATOR, 20)
    'DI-120-20-0-18'
    """
    return str(AccountNumber(registry, account_types()[kind].code, running, 0))
