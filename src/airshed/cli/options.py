"""Options and arguments that many commands have: each is spelt, measured and explained here, once.

What a group is about is its argument (a book, a rulebook, a zone); everything else is an option, and one thing has one
spelling in all of the shell.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

import typer

BookPath = Annotated[
    str,
    typer.Argument(metavar="BOOK", help="The book: a file, or postgresql://HOST/DATABASE#BOOK.", show_default=False),
]
#: The same where it may be left out, because a service is named instead: what comes first is then the next argument.
BookOrArgument = Annotated[
    str,
    typer.Argument(
        metavar="BOOK",
        help="The book: a file, or postgresql://HOST/DATABASE#BOOK; not with --server.",
        show_default=False,
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON for programs, an object a line.")]
Seq = Annotated[int | None, typer.Option("--seq", min=0, help="As it was after this record.", show_default=False)]
AsOf = Annotated[str, typer.Option("--at", help="As it was at this instant, as 2027-03-01T10:00.", show_default=False)]
At = Annotated[
    str,
    typer.Option("--at", help="Instant, as 2027-03-01T10:00; now if left out, and always in a real programme."),
]
SeriesName = Annotated[str, typer.Option("--series", help="The series, as SO2-KM-2027.", show_default=False)]
ZoneName = Annotated[str, typer.Option("--zone", metavar="NAME|FOLDER", help="A shipped zone, or a folder.")]
RulesName = Annotated[
    str, typer.Option("--rulebook", metavar="NAME|FOLDER", help="A shipped rulebook, or a folder.", show_default=True)
]
OfLaw = Annotated[
    str,
    typer.Option(
        "--rulebook",
        metavar="NAME|FOLDER",
        help="Of the works that this law regulates; of the zone's own law, where one ships, if not given.",
    ),
]
PollutantName = Annotated[str, typer.Option("--pollutant", help="Pollutant of the rulebook.")]
Workers = Annotated[int, typer.Option("--workers", min=1, max=64, help="Processes on this machine.")]
StackWorkers = Annotated[
    int | None,
    typer.Option("--workers", min=1, max=64, help="Processes on this machine; if left out, two from ten stacks on."),
]

#: What was spelt otherwise: by the words of a command and its old option, the new one.
MOVED: Mapping[tuple[str, str], str] = {
    ("market page", "--out"): "--html",
    ("book register", "--out"): "--html",
    ("mrv page", "--out"): "--html",
    ("mrv completeness", "--out"): "--html",
    ("mrv exceedances", "--top"): "--limit",
    ("book export", "--to"): "--out",
    ("book seal", "--to"): "--out",
    ("gateway measure", "--through"): "--end",
    ("lab agents", "--year"): "--vintage",
    ("simulate sector", "--stacks"): "--count",
    ("simulate sector", "--years"): "--year",
}
