"""What the commands about masses share: reading a record, options that are numbers, and how a figure is shown."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from airshed.cli.show import console, lines
from airshed.model.measures import exact
from airshed.model.refusal import Malformed

if TYPE_CHECKING:
    from airshed.mrv.factors import Estimate, FactorSpread
    from airshed.pages.kit.words import Phrase
    from airshed.rulebook.schema import Rulebook
    from airshed.service.stacks.stack_folder import YearMarks

MG_PER_T = Decimal(10**9)
#: A record of tests, flows or leaks is no longer than this.
LARGEST_RECORD = 4_000_000
LawName = Annotated[
    str,
    typer.Option(
        "--rulebook",
        metavar="NAME",
        help="Name or folder of a rulebook; else that of --book, or that shipped for --zone, or dianzhong.",
    ),
]
LawBook = Annotated[
    str | None,
    typer.Option("--book", metavar="BOOK", help="Book whose law holds, and whose operators' marks are taken."),
]
Removal = Annotated[str, typer.Option("--removal", metavar="PERCENT", help="What control takes out.")]


def marks_of(book: str) -> YearMarks:
    """The operators' marks that stand in a book, by stack and year."""
    from airshed.service.book.addressed import to_read
    from airshed.service.book.sealing import all_marks
    from airshed.service.book.snapshot import resume

    with to_read(book) as opened:
        return all_marks(resume(opened).state)


def print_estimate(made: Estimate) -> None:
    """A mass with its range, its calculation and its source."""
    lines(
        f"{made.pollutant}: {t(made.mass_mg)} t ({span(made.spread)})", f"  {made.basis}\n  {made.cite} ({made.status})"
    )


def law_of(rulebook: str) -> Rulebook:
    """The rulebook of this name or folder."""
    from airshed.rulebook.load import find, load

    return load(find(rulebook))


def measuring_law(rulebook: str, book: Path | str | None, zone: str) -> Rulebook:
    """The law by which hours are counted: the one that is named, else the one that the book adopted last.

    Without either it is the one that ships under the name of the zone, and of a zone of one's own the usual one. So
    whoever counts says by which: `applied`.
    """
    from airshed.rulebook.shipped import is_shipped
    from airshed.service.book.addressed import to_read
    from airshed.service.book.law import law_of as law_of_book

    if rulebook or book is None:
        return law_of(rulebook or (zone if is_shipped("rulebooks", zone) else "dianzhong"))
    with to_read(book) as opened:
        return law_of_book(opened)


def applied(law: Rulebook) -> str:
    """The law that was applied, for JSON."""
    return f"{law.programme.id} {law.programme.version}"


def named(law: Rulebook) -> Phrase:
    """The law that was applied, for a page."""
    from airshed.pages.kit.words import Phrase

    return Phrase(f"{law.programme.name_en} ({applied(law)})", f"{law.programme.name_zh}（{applied(law)}）")


def say_applied(law: Rulebook) -> None:
    """The law that was applied, for a screen."""
    console.print(f"by the law 适用规则: {law.programme.name_en} {law.programme.name_zh} ({applied(law)})")


def fields(value: object) -> dict[str, object]:
    """The fields of a struct by name, for JSON."""
    names: tuple[str, ...] = getattr(value, "__struct_fields__", ())
    return {name: getattr(value, name) for name in names}


def record(path: Path) -> str:
    """The text of a record; `Malformed` when there is none, or it is no text, or too long."""
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST_RECORD + 1)
    except (OSError, ValueError) as error:
        raise Malformed(str(path), f"cannot be read ({error})", "name a CSV file") from None
    if len(content) > LARGEST_RECORD:
        raise Malformed(str(path), f"is larger than {LARGEST_RECORD:,} bytes", "split it")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise Malformed(f"{path} line {line}", "is not UTF-8 text", "save it as UTF-8") from None


def span(spread: FactorSpread | None) -> str:
    """A range as people write it."""
    return f"-{spread.below * 100:.1f} % to +{spread.above * 100:.1f} %" if spread else "range not stated"


def t(milligrams: int) -> str:
    """Milligrams as tonnes for a screen."""
    return f"{Decimal(milligrams) / MG_PER_T:,.3f}"


def amount(option: str, text: str) -> Decimal:
    """A number above zero that an option gives."""
    from airshed.mrv.factors import positive

    return positive(text, option, "amount")


def percent(option: str, text: str) -> int:
    """A share that an option gives in percent, in hundredths of a percent."""
    points = exact(text, 100, option, "percent")
    if not 0 <= points <= 10_000:
        raise Malformed(option, f"{text} percent is no share", "give 0 to 100")
    return points
