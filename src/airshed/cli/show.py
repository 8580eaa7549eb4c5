"""How the commands print: tables for people, canonical JSON for programs."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from airshed.model.provenance import Told, one_line
from airshed.model.refusal import Malformed

if TYPE_CHECKING:
    from airshed.service.book.kept import KeptBook

#: What a line is not broken in: a word, or a letter of Chinese.
WORD = re.compile(r"[\u2e80-\uffff]|[^\s\u2e80-\uffff]+")
#: Columns of a page when the output is not a terminal and COLUMNS does not say.
PAGE = 150


def page_width(*, terminal: bool) -> int | None:
    """Columns of a page, as COLUMNS says; else None, which is those of the terminal, or those of a page."""
    said = os.environ.get("COLUMNS", "")
    return int(said) if said.isdecimal() and int(said) else None if terminal else PAGE


#: Text is text: what stands in brackets is part of a name, never markup.
console = Console(highlight=False, markup=False, soft_wrap=True, width=page_width(terminal=sys.stdout.isatty()))


class _Shown:
    """What the figures of the command that runs are, and whether a table of them was printed."""

    told: Told | None = None
    owed: bool = False


def of(told: Told | None) -> None:
    """Say what the figures are that follow: every line of JSON carries it, a screen with tables ends with it."""
    _Shown.told = told


def resting(origins: Sequence[str]) -> None:
    """Say what the figures are by what they rest on: rows of a zone, a law and one's own tables say it."""
    from airshed.zone.origins import figures

    of(figures(origins))


def shown() -> Told | None:
    """What they are, for a page or a file that a command writes."""
    return _Shown.told


def showing(book: KeptBook) -> KeptBook:
    """The book, whose own word goes with whatever is shown from here on."""
    of(book.provenance())
    return book


@contextmanager
def telling(told: Told | None) -> Iterator[None]:
    """One run of a command, which begins with these figures and ends a screen with tables by what they are.

    Nothing of it outlives it, however it ends: the next command of the same process begins clean.
    """
    _Shown.told, _Shown.owed = told, False
    before, width = console.width, page_width(terminal=console.is_terminal)
    if width is not None:
        console.width = width
    try:
        yield
        if _Shown.owed and _Shown.told is not None:
            console.print(one_line(_Shown.told))
    finally:
        _Shown.told, _Shown.owed = None, False
        if width is not None:
            console.width = before


def as_json(value: Any) -> None:
    """Print one object as one line of JSON, keys in the order they have, and last what its figures are."""
    raw = msgspec.json.encode(value)
    assert raw.startswith(b"{"), f"an answer is an object, which has a place for its provenance: {raw[:80]!r}"
    if _Shown.told is not None:
        comma = b"" if raw == b"{}" else b","
        raw = raw[:-1] + comma + b'"provenance":' + msgspec.json.encode(_Shown.told) + b"}"
    sys.stdout.write(raw.decode() + "\n")


def with_provenance(document: Mapping[str, Any]) -> dict[str, Any]:
    """A certificate for a file: beside what it proves, and outside its digest, what its figures are."""
    return {**document, "provenance": msgspec.to_builtins(_Shown.told)} if _Shown.told is not None else dict(document)


def aside() -> None:
    """Say what the figures are beside a table for a pipe, whose rows must stay what another program reads."""
    if _Shown.told is not None:
        print(one_line(_Shown.told), file=sys.stderr)


def table(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print a table; a column whose name ends in a measure in brackets or `#` is aligned to the right.

    No number and no word is cut: where they do not fit side by side, every row is printed as a record instead.
    """
    right = [column.endswith(("]", "#")) for column in columns]
    headings = [column.rstrip("#").rstrip() for column in columns]
    cells = [[str(cell) for cell in row] for row in rows]
    widths = _widths(headings, list(zip(*cells, strict=True)) or [()] * len(columns), right, console.width)
    if widths is None:
        _records(title, headings, cells)
    else:
        shown = Table(title=title or None, title_justify="left", header_style="bold")
        for heading, whole, width in zip(headings, right, widths, strict=True):
            shown.add_column(Text(heading), justify="right" if whole else "left", width=width)
        for row in cells:
            shown.add_row(*(Text(cell, overflow="fold") for cell in row))
        console.print(shown)
    _Shown.owed = True


def _widths(
    headings: Sequence[str], columns: Sequence[Sequence[str]], whole: Sequence[bool], page: int
) -> list[int] | None:
    """How wide each column is in a page: its longest text, or its longest word and number; None if that is too wide.

    >>> _widths(["name", "mass [kg]"], [["a word"], ["1,000"]], [False, True], 80)
    [6, 9]
    >>> _widths(["name", "mass [kg]"], [["a word"], ["1,000"]], [False, True], 17)
    [5, 5]
    >>> _widths(["name", "mass [kg]"], [["a word"], ["1,000"]], [False, True], 15) is None
    True
    """
    widths = [
        max(map(cell_len, (*WORD.findall(heading), *(texts if all_of else WORD.findall(" ".join(texts))), " ")))
        for heading, texts, all_of in zip(headings, columns, whole, strict=True)
    ]
    spare = page - 1 - sum(width + 3 for width in widths)
    if spare < 0:
        return None
    longest = [max(map(cell_len, texts), default=0) for texts in columns]
    for wishes in (longest, list(map(cell_len, headings))):  # first no cell is broken, then no heading
        wanted = [max(wish - width, 0) for wish, width in zip(wishes, widths, strict=True)]
        for turn, place in enumerate(sorted(range(len(widths)), key=wanted.__getitem__)):
            more = min(wanted[place], spare // (len(widths) - turn))
            widths[place] += more
            spare -= more
    return widths


def _records(title: str, headings: Sequence[str], cells: Sequence[Sequence[str]]) -> None:
    """A table that is too wide, a line a value."""
    width = max(cell_len(heading) for heading in headings)
    if title:
        console.print(title, style="italic")
    for row in cells:
        console.print()
        for heading, cell in zip(headings, row, strict=True):
            console.print(f"  {heading}{' ' * (width - cell_len(heading))}  {cell}")


def lines(*texts: str) -> None:
    """Print figures that stand in lines, which owe the same word as a table."""
    for text in texts:
        console.print(text)
    _Shown.owed = True


def say(origins: Sequence[str]) -> None:
    """Print where figures come from, a line each."""
    from airshed.zone.origins import said

    for line in said(origins):
        console.print(line)


def writable(name: str, option: str = "--html") -> Path | None:
    """Where a file is to go, looked at before anything is computed; None for no name. Malformed if it cannot."""
    path = Path(name) if name else None
    if path is not None and (path.is_dir() or not path.parent.is_dir()):
        raise Malformed(option, f"{path} cannot be written", "name a file in a folder that exists")
    return path


@contextmanager
def bar(total: int, quiet: bool, what: str = "stacks 排放口") -> Iterator[Callable[[object], Any]]:
    """A bar over stacks or other work, on a terminal only; what it gives is told of each that is done.

    With AIRSHED_PROGRESS, the name of a file, a line `DONE/ALL` is written there for each: for who runs this from
    outside, as `airshed serve` does.
    """
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, disable=quiet or not console.is_terminal) as shown:
        task, done = shown.add_task(what, total=total), 0
        kept = os.environ.get("AIRSHED_PROGRESS")

        def told(each: object) -> None:
            nonlocal done
            shown.update(task, advance=1)
            done += 1
            if kept:
                with open(kept, "a", encoding="ascii") as file:
                    file.write(f"{done}/{total}\n")

        if kept:
            Path(kept).write_text(f"0/{total}\n", "ascii")
        yield told
