"""`airshed book verify`, `head`, `export`: what a stranger checks of a book, what is published of it, and its text."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from airshed.cli.options import BookOrArgument, BookPath, Json
from airshed.cli.server.kept import MarketServer, client_of
from airshed.cli.show import as_json, console, of
from airshed.model.counted import counted
from airshed.model.provenance import Provenance
from airshed.model.refusal import Malformed


def verify(
    book: BookPath,
    heads: Annotated[
        list[str] | None,
        typer.Option(
            "--head", help="A head that was published, as N:HASH; again for further ones.", show_default=False
        ),
    ] = None,
    json: Json = False,
) -> None:
    """Decide every command of a book anew under the law in force then, and name the first thing that differs.

    Chain, laws, invariants and read tables are checked too, as of one moment while somebody writes. What only a
    published head can show (a command that nobody sent, records taken off the end) takes --head.

    Example: airshed book verify demo/dianzhong.book
    """
    from airshed.service.book.head import read_head
    from airshed.service.book.verify import verify_at

    published = [read_head(text) for text in heads or ()]
    with steps(json) as step:
        found = verify_at(book, step, published)
    if isinstance(found, Malformed):
        if not json:
            raise found
        as_json({"ok": False, "place": found.place, "why": found.what, "cure": found.cure})
        raise SystemExit(2)
    of(found.state.provenance)
    if json:
        as_json(
            {
                "ok": True,
                "records": found.records,
                "events": found.events,
                "refusals": found.refusals,
                "laws": found.laws,
                "digest": found.hash,
                "heads": [str(each) for each in published],
            }
        )
        return
    events, refusals = counted(found.events, "event"), counted(found.refusals, "refusal")
    console.print(f"ok: {counted(found.records, 'record')}, {events}, {refusals}")
    console.print("decided anew; chain, invariants I1-I14 at rest, and read tables agree")
    for each in published:
        console.print(f"passes through the head of record {each.seq:,}")
    console.print(f"digest {found.hash}")


@contextmanager
def steps(quiet: bool) -> Iterator[Callable[[str, int, int], None]]:
    """A bar for each step of a long work, where somebody looks at it."""
    from rich.progress import Progress, TaskID

    with Progress(console=console, transient=True, disable=quiet or not console.is_terminal) as bars:
        tasks: dict[str, TaskID] = {}

        def step(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = bars.add_task(what, total=total)
            bars.update(tasks[what], completed=done)

        yield step


def head(book: BookOrArgument = "", server: MarketServer = "", json: Json = False) -> None:
    """The head of a book, to be published: number of the last record and hash of the chain up to it.

    Whoever has the line can hold the book to it, every byte up to that record: airshed book verify BOOK --head LINE

    Example: airshed book head demo/dianzhong.book
    """
    from airshed.service.book.addressed import to_read
    from airshed.service.book.head import head_of, read_head

    if bool(book) == bool(server):
        lacking = "names no book" if not book else f"{book[:60]!a} goes without --server"
        raise Malformed("book head", lacking, "write airshed book head BOOK, or --server URL")
    if server:
        with client_of(server, anybody=True) as client:
            told = client.book()
        found, at = read_head(told.head), told.head_at
        said: Provenance | None = told.provenance
    else:
        with to_read(book) as opened, opened.named():
            found, at = head_of(opened)
            said = opened.provenance()
    if json:
        of(said)
        as_json({"head": str(found), "record": found.seq, "digest": found.hash, "at": at})
    else:
        console.print(str(found))


def export(
    book: BookPath,
    out: Annotated[Path | None, typer.Option("--out", help="File to write; standard output if left out.")] = None,
    json: Json = True,
) -> None:
    """Write the book as text, one record a line: HASH, a space, the record's canonical JSON.

    scripts/verify_export.py checks such a file without Airshed. Its hashes go over everything, so that nothing can be
    left out of it: it says on the side which bids, lots and orders of what is open stand in it, and of figures that are
    not public yet from when they are.

    Example: airshed book export demo/dianzhong.book --out dianzhong.jsonl
    """
    from airshed.cli.files import whole_file
    from airshed.engine.journal import chained
    from airshed.service.book.addressed import to_read
    from airshed.service.book.embargo import not_public
    from airshed.service.book.sealed import in_the_open

    with to_read(book) as opened, opened.named():
        for each in (*in_the_open(opened.sql), *not_public(opened)):
            print(f"the export holds what is not public: {each} 导出含尚未公开的数据", file=sys.stderr)
        if out is None:
            for line in chained(opened.lines()):
                sys.stdout.buffer.write(line.hash.encode() + b" " + line.record + b"\n")
            return
        with whole_file(out) as file:
            for line in chained(opened.lines()):
                file.write(line.hash.encode() + b" " + line.record + b"\n")
    console.print(f"wrote {out}")
