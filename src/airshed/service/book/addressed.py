"""A book by its address, wherever it is kept: a file of this machine, or postgresql://HOST/DATABASE#BOOK."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from airshed.model.refusal import Malformed
from airshed.service.book.kept import Held, KeptBook
from airshed.service.book.places import in_database
from airshed.service.book.sqlite import Book, made

#: How often a standby asks whether the writer of a file is gone.
ASKS_EVERY_S = 0.2


def to_read(address: Path | str) -> KeptBook:
    """An existing book, read only, also while another process writes it."""
    if not in_database(address):
        return Book.read(Path(address))
    have_driver()
    from airshed.service.book.postgresql import PostgresBook

    return PostgresBook.read(str(address))


def to_write(address: Path | str, wait: Callable[[float], None] | None = None) -> KeptBook:
    """An existing book, for its one writer; `Held` while another writes it, unless there is a way to `wait`."""
    if in_database(address):
        have_driver()
        from airshed.service.book.postgresql import PostgresBook

        return PostgresBook.open(str(address), wait)
    while True:
        try:
            return Book.open(Path(address))
        except Held:
            if wait is None:
                raise
        wait(ASKS_EVERY_S)


def exists(address: Path | str) -> bool:
    """Whether something lies there already."""
    if not in_database(address):
        return Path(address).exists()
    have_driver()
    from airshed.service.book.postgresql import exists as is_there

    return is_there(str(address))


@contextmanager
def to_make(address: Path | str) -> Iterator[KeptBook]:
    """A new book, to be filled within; it is there under its name at the end, whole, or not at all."""
    if in_database(address):
        have_driver()
        from airshed.service.book.postgresql import made as made_there

        with made_there(str(address)) as there:
            yield there
    else:
        with made(Path(address)) as part, Book.create(part) as here:
            yield here


def have_driver() -> None:
    """Only whoever has a database has its driver; `Malformed` says what to install."""
    try:
        import psycopg  # noqa: F401
    except ModuleNotFoundError:
        what = "is in PostgreSQL, and its driver is not installed"
        raise Malformed("name of a book", what, 'pip install "airshed[postgresql]"') from None
