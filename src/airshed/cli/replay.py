"""`airshed replay`: fold a book anew and say what comes out; with --rebuild, write the read tables anew."""

from __future__ import annotations

from typing import Annotated

import typer

from airshed.cli.options import BookPath, Json
from airshed.cli.show import as_json, console, showing
from airshed.model.counted import counted


def replay(
    book: BookPath,
    rebuild: Annotated[bool, typer.Option("--rebuild", help="Write the read tables anew from the book.")] = False,
    json: Json = False,
) -> None:
    """Fold a book from its first record and print where it ends and how fast it went.

    Example: airshed replay demo/dianzhong.book
    """
    from time import perf_counter

    from airshed.engine.journal import GENESIS
    from airshed.engine.runner import folded
    from airshed.engine.state import State
    from airshed.service.book.addressed import to_read, to_write
    from airshed.service.book.verify import rebuild as write_tables

    with showing(to_write(book) if rebuild else to_read(book)) as opened, opened.named():
        rows = write_tables(opened) if rebuild else None
        state, reached, events, began = State(), GENESIS, 0, perf_counter()
        for line in opened.lines():
            record, reached = folded(state, line, reached)
            events += len(record.events)
        seconds = perf_counter() - began
    if json:
        as_json(
            {
                "records": state.seq,
                "events": events,
                "digest": reached,
                "rebuilt_rows": rows,
                "seconds": seconds,
            }
        )
        return
    if rows is not None:
        console.print(f"rebuilt {counted(rows, 'row')} of the read tables")
    console.print(f"{counted(state.seq, 'record')}, {counted(events, 'event')} in {seconds:.2f} s")
    console.print(f"digest {reached}")
