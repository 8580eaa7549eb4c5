"""`airshed book copy` and `convert`: a book as of one moment in one file, and an old one in the format of today."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from airshed.cli.options import Json
from airshed.cli.show import as_json, console, of
from airshed.model.counted import counted
from airshed.model.provenance import Programme, Simulation
from airshed.model.refusal import Malformed
from airshed.service.book.places import in_database, without_password

#: Records whose answer is another that a screen takes; --json has them all.
MOST_SHOWN = 50


def copy_book(
    book: Annotated[
        str, typer.Argument(help="The book, also while it is written: a file or postgresql://...", show_default=False)
    ],
    to: Annotated[
        str, typer.Argument(metavar="NEW", help="The book to make: a file or postgresql://...", show_default=False)
    ],
    json: Json = False,
) -> None:
    """Copy a book as of one moment, also while another process writes it, into a file or a database. 复制账簿。

    While a book is written it has two files beside it, a log and the number of its last answered record; who copies the
    .book alone then has a book that says that it is not whole. This takes all of it.

    From a file into a database or back every byte of every record stays, and so does the digest. A book in a database
    is named behind a #; the guide "Keep a book in PostgreSQL" has the rest.

    Example: airshed book copy my.book backup/my-2027-03-01.book
    """
    from airshed.service.book.copying import carry

    done = carry(book, to)
    last = done.last
    of(done.provenance)
    if json:
        as_json({"book": done.to, "records": last.seq, "digest": last.hash or None})
        return
    to = done.to
    console.print(f"{to}: {counted(last.seq, 'record')}, digest {last.hash}" if last.seq else f"{to}: no record yet")


def convert(
    old: Annotated[str, typer.Argument(help="A book of format 5, that nobody writes.", show_default=False)],
    new: Annotated[str, typer.Argument(help="The book to make.", show_default=False)],
    programme: Annotated[bool, typer.Option("--programme", help="It is the book of a real programme.")] = False,
    scenario: Annotated[str, typer.Option(help="It is a simulation: the name of what was played.")] = "",
    seed: Annotated[int | None, typer.Option(help="A simulation: the seed it was drawn from, if any.")] = None,
    json: Json = False,
) -> None:
    """Carry an old book over into a new one of today's format, and say what became of it. 转换旧格式账簿。

    Every command is decided anew, under the laws that lie in the old book and at its instants. What is answered
    otherwise today is named, record by record. An old book does not say whether it is a programme or a simulation, so
    one of them must be said. The first record of the new book names format, last record and hash of the old one, which
    stays as it is: keep it.

    Example: airshed book convert old.book new.book --scenario "pilot of 2026"
    """
    from airshed.service.book.converting import convert as carry_over

    if programme == bool(scenario) or (programme and seed is not None):
        raise Malformed("book convert", "what the book is must be said once", "give --programme, or --scenario NAME")
    for place in (old, new):
        if in_database(place):
            what = "is in a database, and no book of format 5 ever was"
            raise Malformed(without_password(place), what, "convert into a file, and airshed book copy that")
    told = Programme() if programme else Simulation(scenario, seed)
    done = carry_over(Path(old), Path(new), told)
    of(told)
    if json:
        as_json({"book": str(new), **done._asdict(), "different": [each._asdict() for each in done.different]})
        return
    console.print(f"{new}: {done.carried:,} of {done.records:,} records carried over, digest {done.hash}")
    console.print(f"the first record names the old book: {done.origin}")
    for before, after in done.laws:
        console.print(
            f"law {before[:12]} has the digest {after[:12]} today: altered since, or read otherwise now; compare"
        )
    for each in done.different[:MOST_SHOWN]:
        console.print(f"record {each.seq} {each.command}: {each.before}; now {each.after}")
    if len(done.different) > MOST_SHOWN:
        console.print(f"and {len(done.different) - MOST_SHOWN:,} more; --json has them all")
    if not done.different:
        console.print("every answer is what it was")
