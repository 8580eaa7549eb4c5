"""`airshed book standing`: where every source of a book stands over all its years."""

from __future__ import annotations

from collections import Counter
from typing import Annotated

import msgspec
import typer

from airshed.cli.book.answers import instant_or_now
from airshed.cli.options import BookPath, Json
from airshed.cli.show import as_json, console, showing, table
from airshed.model.measures import tonnes, yuan
from airshed.model.near import near
from airshed.model.refusal import Malformed
from airshed.service.book.places import without_password

AsOfYear = Annotated[
    str, typer.Option("--at", help="Instant whose year is judged, as 2029-01-01T09:00; now if left out.")
]


def standing(
    book: BookPath,
    source: Annotated[str, typer.Option("--source", help="One source alone.", show_default=False)] = "",
    convention: Annotated[
        str, typer.Option(help="strict, or uk: as the UK registry counts; as the law of the book says if left out.")
    ] = "",
    at: AsOfYear = "",
    json: Json = False,
) -> None:
    """Where every source stands over all its years: A covered, B not, C without a figure, excluded. 累计履约状态。

    Years that are over oblige, and the last one of a source that has closed. What was missing counts as covered when it
    is taken from a later allocation.

    Example: airshed book standing demo/dianzhong.book --at 2029-01-01T09:00
    """
    from airshed.compliance.publication import public_from
    from airshed.compliance.status import CONVENTIONS, convention_of
    from airshed.service.book.addressed import to_read
    from airshed.service.book.snapshot import resume
    from airshed.service.book.standing import standings

    if convention and convention not in CONVENTIONS:
        raise Malformed("--convention", f"no such word {convention!r}", near(convention, CONVENTIONS))
    with showing(to_read(book)) as opened:
        runner = resume(opened)
        state, law = runner.state, runner.rules.compliance
        today = state.civil.day_of(instant_or_now(at, state.civil))
        current = int(today[:4])
        counts_by = CONVENTIONS[convention] if convention else convention_of(law.last_year_excluded)
        if source and source not in state.sources:
            raise Malformed(without_password(book), f"there is no source {source!r}", near(source, state.sources))
        found = [each for each in standings(state, current, counts_by) if source in ("", each.source)]
    public = {
        "emissions_public_from": public_from(current - 1, law.emissions_public_on),
        "standing_public_from": public_from(current - 1, law.standing_public_on),
    }
    if json:
        for each in found:
            as_json({**msgspec.structs.asdict(each), **public})
        return
    rows = [
        (
            each.source,
            each.pollutant or "–",
            f"{each.first_year}–{each.last_year or ''}",
            ", ".join(map(str, each.excluded)) or "–",
            tonnes(each.owed),
            tonnes(each.surrendered),
            tonnes(each.made_good),
            each.status,
            yuan(each.due_fen),
            ", ".join(map(str, each.cases)) or "–",
        )
        for each in found
    ]
    columns = [
        "source",
        "pollutant",
        "years",
        "excluded",
        "owed [t]",
        "surrendered [t]",
        "made good [t]",
        "status 状态",
        "penalty due [yuan]",
        "open cases 案件",
    ]
    table(f"Standing in {current} 累计履约状态", columns, rows)
    counts = Counter(each.status for each in found)
    console.print(", ".join(f"{counts[name]} {name}" for name in sorted(counts)))
    for what, day in public.items():
        if day is not None and today < day:
            said = what.removesuffix("_public_from")
            console.print(f"{said} of {current - 1} not public before {day} 在此日期前不公开")
