"""`airshed report`: the year's report of any book as one page, with what its stacks said beside it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from airshed.cli.options import BookPath, Json, StackWorkers
from airshed.cli.show import as_json, bar, console, showing, writable
from airshed.model.near import near
from airshed.model.provenance import Programme, is_measured
from airshed.model.refusal import Malformed

if TYPE_CHECKING:
    from airshed.pages.report.facts import Asked
    from airshed.rulebook.schema import Rulebook
    from airshed.service.book.kept import KeptBook
    from airshed.service.http.viewer import Viewer
    from airshed.zone.zone import Zone


def report(
    book: BookPath,
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="The page to write.", show_default=False)],
    year: Annotated[
        int | None,
        typer.Option("--year", min=1970, max=9998, help="The year; the last that the book tells of when left out."),
    ] = None,
    frames: Annotated[
        Path | None,
        typer.Option(
            "--frames",
            metavar="DIR",
            help="What the stacks said: evidence, hourly readings, or what `airshed mrv run` made of them.",
        ),
    ] = None,
    zone: Annotated[
        str,
        typer.Option(
            "--zone", metavar="NAME|FOLDER", help="Where the works stand; the zone that the law names when left out."
        ),
    ] = "",
    actor: Annotated[
        str, typer.Option("--as", metavar="ACTOR", help="Who reads, for figures that are not public yet.")
    ] = "",
    workers: StackWorkers = None,
    json: Json = False,
) -> None:
    """The report of a year as one page in English and Chinese: caps, allocation, market, monitoring, compliance, money.

    Any book: what it has nothing of yet is said to be missing. Figures of a year that the law does not publish yet are
    left out, as of the last record; with --as they are there for an office that has to do with years. 年度报告。

    Example: airshed report demo/dianzhong.book --frames demo/evidence --out report.html
    """
    from airshed.pages.kit.html import write
    from airshed.pages.report.facts import Asked
    from airshed.pages.report.facts import read as facts_of
    from airshed.pages.report.page import page_of
    from airshed.service.book.addressed import to_read
    from airshed.service.book.law import law_of

    writable(str(out), "--out")
    with showing(to_read(book)) as opened, opened.named():
        if not opened.last():
            raise Malformed(str(opened.path), "is empty", "airshed book new makes a book with a law")
        rules = law_of(opened)
        ground = _zone(rules, zone, asked=frames is not None)
        asked = Asked(_viewer(opened, actor), year, ground)
        if frames is not None:
            asked = _from_folder(opened, rules, frames, asked, workers, json)
        facts = facts_of(opened, rules, asked)
        write(out, page_of(facts, rules))
    size = out.stat().st_size
    if json:
        as_json(
            {"file": str(out), "bytes": size, "year": facts.year, "kept_back": [each.en for each in facts.kept_back]}
        )
        return
    console.print(f"{out}: {facts.year}, {size:,} bytes")
    for each in facts.kept_back:
        console.print(f"{each.en} {each.zh}")


def _viewer(book: KeptBook, actor: str) -> Viewer:
    """Whoever holds the book reads all of it but what is not public yet; an actor what is theirs."""
    from airshed.engine.journal import decode
    from airshed.service.book.embargo import as_of_last
    from airshed.service.http.viewer import Viewer, viewer_of

    if not actor:
        return Viewer("zone", "", as_of_last(book))
    known = [name for (name,) in book.sql.execute("SELECT actor FROM actors WHERE state = 'active'")]
    if actor not in known:
        raise Malformed("--as", f"{actor[:60]!a} is no active actor of this book", near(actor, known))
    return viewer_of(book, actor, decode(book.line(book.last())).at)


def _zone(rules: Rulebook, name: str, *, asked: bool) -> Zone | None:
    """The zone that is named; that of the law, where it can be read, when none is."""
    from airshed.zone.load import find, load, of_law

    if name:
        return load(find(name))
    try:
        return of_law(rules)
    except Malformed:
        if asked:
            raise
        return None


def _from_folder(
    book: KeptBook, rules: Rulebook, folder: Path, asked: Asked, workers: int | None, quiet: bool
) -> Asked:
    """What was asked for, with the closed years of the stacks in a folder, and what was made to happen to them."""
    from airshed.pages.report.facts import year_of
    from airshed.service.book.sealing import all_marks
    from airshed.service.book.sealing import closed_years as results
    from airshed.service.book.snapshot import resume
    from airshed.service.stacks import stack_folder
    from airshed.service.stacks.measure import truth_in
    from airshed.service.stacks.recomputed import summary_path
    from airshed.zone.monitoring import monitoring_rules

    year, book_is = year_of(book, asked.year), book.provenance()
    if summary_path(folder, year).is_file():
        return asked._replace(monitoring=tuple(results(folder, year, book_is)))
    if asked.zone is None:
        raise Malformed("--frames", "no zone says what its stacks are", "name it with --zone")
    held = stack_folder.held_year(folder, asked.zone, year, all_marks(resume(book).state))
    if isinstance(book_is, Programme) and not is_measured(held.provenance):
        raise Malformed("--frames", "is not of monitors, and the book is a real programme", "give what monitors sent")
    with bar(len(held.stacks), quiet) as told:
        closed = tuple(stack_folder.closed_years(held, monitoring_rules(rules), workers=workers, progress=told))
    return asked._replace(monitoring=closed, episodes=truth_in(folder))
