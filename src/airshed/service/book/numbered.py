"""An account by its number, wherever people may write its name."""

from __future__ import annotations

from collections.abc import Mapping

from airshed.model.refusal import Malformed
from airshed.registry.account_number import account_number, is_number

#: Fields of commands that name an account which exists.
ACCOUNT_FIELDS = frozenset(
    {"account", "buyer", "lessee", "lessor", "origin", "pledgee", "pledgor", "seller", "target", "trusted"}
)


def account_named(text: str, numbers: Mapping[str, str], place: str) -> str:
    """The name of an account from its name or number; a number of nobody, or with wrong digits, is `Malformed`.

    >>> account_named("DI-120-20-0-18", {"kunming-forge": "DI-120-20-0-18"}, "--account")
    'kunming-forge'
    """
    if text in numbers or not is_number(text):
        return text
    try:
        number = str(account_number(text))
    except Malformed as error:
        raise Malformed(place, f"{error.place}: {error.what}", error.cure) from None
    for account, has in numbers.items():
        if has == number:
            return account
    raise Malformed(place, f"no account has the number {number}", "airshed book show BOOK accounts lists them")
