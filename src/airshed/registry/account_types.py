"""What kinds of account are called, and the code that each has in a number of an account: a table of data."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import NamedTuple

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
    text = files("airshed.registry").joinpath("account_types.csv").read_text("utf-8")
    return {
        AccountKind(row["kind"]): AccountType(
            int(row["code"]), row["name_en"], row["name_zh"], row["cite"], row["status"]
        )
        for row in csv.DictReader(text.splitlines())
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
