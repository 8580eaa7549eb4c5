"""`airshed book copy`: a book as of one moment, in one file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from airshed.cli.show import as_json, console


def register(app: typer.Typer) -> None:
    """Add the commands to a room."""
    app.command(name="copy")(copy_book)


def copy_book(
    book: Annotated[Path, typer.Argument(help="The book, also while it is written.", show_default=False)],
    to: Annotated[Path, typer.Argument(metavar="NEW", help="The file to make.", show_default=False)],
    json: Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")] = False,
) -> None:
    """Copy a book as of one moment into one file, also while another process writes it. 复制账簿。

    While a book is written it has two files beside it, a log and the number of its last answered record; who copies the
    .book alone then has a book that says that it is not whole. This takes all of it.

    Example: airshed book copy my.book backup/my-2027-03-01.book
    """
    from airshed.service.book.copying import copy

    last = copy(book, to)
    if json:
        as_json({"book": str(to), "records": last.seq, "digest": last.hash or None})
        return
    console.print(f"{to}: {last.seq:,} records, digest {last.hash}" if last.seq else f"{to}: no record yet")
