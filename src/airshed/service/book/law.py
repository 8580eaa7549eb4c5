"""The law in force of a book, from the book itself."""

from __future__ import annotations

from airshed.model.refusal import Malformed
from airshed.rulebook.load import load_texts
from airshed.rulebook.schema import CurrencyRule, Rulebook
from airshed.service.book.sqlite import Book


def law_of(book: Book) -> Rulebook:
    """The law that a book adopted last; `Malformed` when it has none."""
    law = book.law_in_force()
    if law is None:
        raise Malformed(str(book.path), "no rulebook is adopted", "airshed book new makes a book with one")
    return load_texts(book.law(law))


def currency_of(book: Book) -> CurrencyRule:
    """The currency of the law in force; `Malformed` when the book has no law."""
    return law_of(book).currency
