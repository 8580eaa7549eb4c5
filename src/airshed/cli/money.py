"""The word for the money of a law, on screens; and the option that names the law of a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from airshed.rulebook.programme_sections import CurrencyRule
    from airshed.service.marketdata import Market

#: The law whose currency a file is in when nobody says.
USUAL = "dianzhong"


def money_of(rulebook: str) -> CurrencyRule:
    """The currency of a rulebook, by its name or folder."""
    from airshed.rulebook.load import find, load

    return load(find(rulebook)).currency


def money_in(path: str, market: Market) -> str:
    """The currency of the law that was in force where the market of a book was read to, in English."""
    from airshed.service.book.addressed import to_read
    from airshed.service.marketdata import law_of

    with to_read(path) as book, book.named():
        return law_of(book, market).currency.name_en
