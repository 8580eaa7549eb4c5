"""The law in force of a book and those that were to follow, from the book itself."""

from __future__ import annotations

from collections.abc import Callable

from airshed.model.refusal import Malformed
from airshed.rulebook.load import load_texts
from airshed.rulebook.programme_sections import CurrencyRule
from airshed.rulebook.schema import Rulebook
from airshed.service.book.kept import KeptBook


def law_of(book: KeptBook) -> Rulebook:
    """The law that a book adopted last; `Malformed` when it has none."""
    law = book.law_in_force()
    if law is None:
        raise Malformed(str(book.path), "no rulebook is adopted", "airshed book new makes a book with one")
    return load_texts(book.law(law))


def laws_of(book: KeptBook, known: dict[str, Rulebook] | None = None) -> Callable[[str], Rulebook | None]:
    """Laws by digest: those that are known, then those kept in the book, each read once; None when it is in neither."""
    laws = {} if known is None else known

    def law(digest: str) -> Rulebook | None:
        if digest not in laws and book.keeps(digest):
            laws[digest] = book.rules(digest)
        return laws.get(digest)

    return law


def currency_of(book: KeptBook) -> CurrencyRule:
    """The currency of the law in force; `Malformed` when the book has no law."""
    return law_of(book).currency
