"""`airshed mrv estimates`: masses without a monitor from the files that they are calculated from."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from airshed.cli.mrv.shown import LawBook, LawName, applied, measuring_law, say_applied, span, t
from airshed.cli.options import Json, ZoneName
from airshed.cli.show import as_json, console, table
from airshed.model.refusal import Malformed

if TYPE_CHECKING:
    from airshed.rulebook.schema import Rulebook
    from airshed.service.book.estimates import Held
    from airshed.service.stacks.estimate_files import ReadEstimate

HELD: dict[str, str] = {
    "": "",
    "as in the book": "as in the book 与账簿一致",
    "differs": "differs 不一致",
    "not in the book": "not in the book 账簿中没有",
}


def estimates(
    paths: Annotated[list[Path], typer.Argument(metavar="FILES", help="TOML files, or folders.", show_default=False)],
    rulebook: LawName = "",
    zone: ZoneName = "dianzhong",
    book: LawBook = None,
    json: Json = False,
) -> None:
    """Masses that no monitor measured, from the files they are calculated from; with --book as the book has them.

    核算排放量及其依据。A file that gives another mass than the book has under its digest ends with status 2, as does a
    folder that lacks the file of an estimate of its years. `airshed book blank METHOD` prints a file to begin with.

    Example: airshed mrv estimates coating.toml
    """
    from airshed.service.stacks.estimate_files import estimates_in
    from airshed.zone.factors import shipped_factors

    law = measuring_law(rulebook, book, zone)
    whole = any(path.is_dir() for path in paths)
    show_estimates(list(estimates_in(paths, law, shipped_factors())), law, book, json, whole=whole)


def show_estimates(
    reads: list[ReadEstimate], law: Rulebook, book: str | None, json: bool, *, whole: bool = True
) -> None:
    """Each file with its mass, and what the book has of it; `Malformed` where book and files do not agree.

    Files that are the `whole` of what there is hold all that the book has of their years.
    """
    held: list[Held | Literal[""]] = [""] * len(reads)
    lacking: list[str] = []
    if book is not None:
        held, lacking = _against(book, reads)
    for read, state in zip(reads, held, strict=True):
        if json:
            said = {name: getattr(read.said, name) for name in ("source", "year", "pollutant", "part", "method")}
            mass = {"mass_mg": read.made.mass_mg, "spread": read.made.spread, "calculation": read.made.basis}
            as_json({**said, **mass, "evidence": read.digest, "book": state or None, "rulebook": applied(law)})
    if not json:
        table(
            "Estimates 核算排放量",
            (
                "source",
                "year #",
                "pollutant",
                "part 部位",
                "method 方法",
                "mass [t]",
                "range 范围",
                "file 文件",
                "book 账簿",
            ),
            [
                (
                    read.said.source,
                    str(read.said.year),
                    read.said.pollutant,
                    read.said.part,
                    read.said.method,
                    t(read.made.mass_mg),
                    span(read.made.spread),
                    read.digest[:12],
                    HELD[state],
                )
                for read, state in zip(reads, held, strict=True)
            ],
        )
        for read in reads:
            console.print(f"{read.digest[:12]}  {read.made.basis}\n  {read.made.cite} ({read.made.status})")
        say_applied(law)
    for read, state in zip(reads, held, strict=True):
        if state == "differs":
            what = "gives another mass than the book has under its digest"
            raise Malformed(read.place, what, "ask whoever handed it in")
    if lacking and whole:
        raise Malformed("the book", f"has estimates without a file here: {', '.join(lacking)}", "ask for the files")


def _against(book: str, reads: list[ReadEstimate]) -> tuple[list[Held | Literal[""]], list[str]]:
    from airshed.service.book.addressed import to_read
    from airshed.service.book.estimates import held_against, without_file
    from airshed.service.book.snapshot import resume

    with to_read(book) as opened:
        state = resume(opened).state
    lacking = [f"{each.source} {each.part} {each.evidence[:12]}" for each in without_file(state, reads)]
    return [each.held for each in held_against(state, reads)], lacking
