"""How people name a book that lies in a database."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from airshed.model.refusal import Malformed

#: How a name of a book in a database begins; any other is that of a file.
FORM = re.compile(r"postgres(ql)?://", re.IGNORECASE)
_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}", re.ASCII)


class Where(NamedTuple):
    """A database and the book in it."""

    dsn: str
    book: str

    def __str__(self) -> str:
        """As people may see it: without a password.

        >>> str(where("postgresql://anna:secret@db:5433/air?sslmode=require#kunming"))
        'postgresql://anna@db:5433/air#kunming'
        """
        parts = urlsplit(self.dsn)
        user, at, hosts = parts.netloc.rpartition("@")
        return f"postgresql://{user.partition(':')[0]}{at}{hosts}{parts.path}#{self.book}"


def where(text: str) -> Where:
    """Which database and which book of it.

    >>> where("postgresql:///air").book
    'airshed'
    """
    if FORM.match(text) is None:  # not shown: it may hold a password
        what = "begins like no address of a database"
        raise Malformed("name of a book", what, "write postgresql://USER@HOST/DATABASE#BOOK")
    dsn, _, book = text.partition("#")
    book = book or "airshed"
    if _NAME.fullmatch(book) is None or book.startswith("pg_"):
        what = f"{book[:60]!r} is no name of a book"
        raise Malformed("name of a book", what, "write a small letter, then small letters, digits and _, at most 40")
    return Where(dsn, book)


def in_database(address: Path | str) -> bool:
    """Whether it names a book in a database, and no file."""
    return FORM.match(str(address)) is not None


def without_password(address: Path | str) -> str:
    """An address as people may see it.

    >>> without_password("my.book"), without_password("postgresql://anna:secret@db/air")
    ('my.book', 'postgresql://anna@db/air#airshed')
    """
    return str(where(str(address))) if in_database(address) else str(address)
