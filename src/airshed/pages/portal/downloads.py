"""Hours of a stack and the tape as files: what pages draw, in the forms of open data, for those who see it there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import isnan
from pathlib import Path
from typing import Any, NamedTuple

from starlette.requests import Request
from starlette.responses import Response

from airshed.compliance.publication import public_from
from airshed.engine.nouns import Source
from airshed.engine.state import State
from airshed.engine.tables.table import Column
from airshed.mrv import states
from airshed.pages.kit.words import Phrase
from airshed.pages.portal.frame import Visitor, visitor_of
from airshed.pages.portal.hours import Hours, hour_text, read, there
from airshed.pages.portal.names import works_name
from airshed.pages.portal.one_works import open_years, reads_whole
from airshed.rulebook.schema import Rulebook
from airshed.service.book.kept import KeptBook
from airshed.service.http.problems import Stopped
from airshed.service.http.service import JSON, Service
from airshed.service.http.tables import CSV, PARQUET, view_of
from airshed.service.marketdata.reading import Market

#: Endings of files, and what they are.
ENDINGS = {"csv": CSV, "parquet": PARQUET, "json": JSON}
STATUSES = {
    states.MEASURED: "measured",
    states.SUBSTITUTED: "substituted",
    states.MISSING: "missing",
    states.STOPPED: "stopped",
}


class Shape(NamedTuple):
    """A kind of file: its name, what it shows, its columns, and how many of them tell rows apart."""

    name: str
    shows: Phrase
    parts: tuple[Column, ...]
    key: int


HOURS = Shape(
    "hours",
    Phrase(
        "Hours of a stack as the monitoring host derived them, of years that are public; the sealed day counts",
        "排放口逐时数据（监测平台计算，已公开年度；以封存日为准）",
    ),
    (
        *(Column("stack TEXT"), Column("hour TEXT", "hour in standard time that begins, as 2027-06-10 07:00")),
        *(Column("pollutant TEXT"), Column("status TEXT", "`measured`, `substituted`, `stopped` or `missing`")),
        Column("why TEXT", "why no reading counted; empty where one did"),
        Column("mass_mg INTEGER", "mass of the hour; of a substituted one that of the law; empty where none is known"),
        Column("mg_m3 REAL", "mean of the readings, mg per dry cubic metre; empty where there is none"),
        Column("oxygen_percent REAL", "mean oxygen of the readings, percent by volume; empty where there is none"),
        Column("mark INTEGER", "number of the operator's approved mark that the hour lies in; empty without one"),
        Column("mark_kind TEXT", "what it is marked as"),
    ),
    3,
)
TAPE = Shape(
    "tape",
    Phrase("Every trade of a series, without who traded", "各系列全部成交（不含交易方）"),
    (
        *(Column("seq INTEGER"), Column("number INTEGER", "place among the trades of the record, from 1")),
        *(Column("at INTEGER"), Column("time TEXT", "the instant in the time of the law")),
        *(Column("day TEXT"), Column("kind TEXT", "kind of trade")),
        *(Column("series TEXT"), Column("price INTEGER"), Column("count INTEGER"), Column("fen INTEGER")),
    ),
    2,
)
SHAPES = (HOURS, TAPE)


class Downloadable(NamedTuple):
    """A stack whose hours may be had."""

    stack: str
    works: Phrase
    source: str
    year: int


def stacks_of(state: State, rules: Rulebook, visitor: Visitor, folder: Path | None) -> list[Downloadable]:
    """The stacks of which somebody may take the hours: their file lies here and a year of it is for them."""
    today = rules.civil.day_of(max(visitor.now, state.at))
    found = []
    for source in state.sources.values():
        years = open_years(state, rules, source, today, whole=reads_whole(visitor, rules, source))
        name = works_name(rules, source.id, source.name)
        if years:
            found += [
                Downloadable(stack, name, source.id, years[0])
                for stack, _ in source.stacks
                if there(folder, stack) is not None
            ]
    return sorted(found)


async def hours_file(service: Service, request: Request) -> Response:
    """The hours of a stack, of a year that is for who asks."""
    visitor = await visitor_of(service, request)
    stack, ending = _asked(request)

    def look(market: Market, rules: Rulebook) -> tuple[list[int], str | None]:
        state = market.state
        source = _source_of(state, stack)
        whole = reads_whole(visitor, rules, source)
        day = rules.civil.day_of(max(visitor.now, state.at))
        return open_years(state, rules, source, day, whole=whole), rules.compliance.emissions_public_on

    years, law = await visitor.look(look)
    file = there(service.hours, stack)
    if file is None:
        raise Stopped("not_there", "no hours of this stack lie beside the book")

    def rows(book: KeptBook) -> Iterable[tuple[Any, ...]]:
        held = read(file)
        closed = next((hours.year for hours in held.values() if hours.year not in years), None)
        if closed is not None:
            raise Stopped("not_yours_to_read", f"hours of {closed} are public from {public_from(closed, law)}")
        return _hours(stack, held, _marks(book, stack))

    return await view_of(service, f"hours-{stack}", HOURS.parts, rows, ENDINGS[ending])


async def tape_file(service: Service, request: Request) -> Response:
    """Every trade of a series; of all of them under the name `all`."""
    series, ending = _asked(request)
    await service.door.visitor(request)
    made = await service.market.table("trades", (), now_s=service.door.ticks())
    at = [column.name for column in TAPE.parts].index("series")
    if series != "all":
        await service.market.look(lambda market, rules: market.known(series))
    found = [tuple(row) for row in made.rows if series in ("all", row[at])]
    return await view_of(service, f"tape-{series}", TAPE.parts, lambda book: found, ENDINGS[ending])


def _asked(request: Request) -> tuple[str, str]:
    """Of what, and in which form."""
    name, _, ending = request.path_params["file"].rpartition(".")
    if ending not in ENDINGS:
        raise Stopped("not_there", f"there are {', '.join(ENDINGS)}")
    return name, ending


def _source_of(state: State, stack: str) -> Source:
    for source in state.sources.values():
        if any(name == stack for name, _ in source.stacks):
            return source
    raise Stopped("not_there", "there is no such stack")


def _marks(book: KeptBook, stack: str) -> Sequence[tuple[int, str, str, str]]:
    """Approved marks of a stack: number, kind, first and last hour."""
    asked = "SELECT mark, kind, first, last FROM marks WHERE stack = ? AND state = 'approved' ORDER BY mark"
    return [tuple(row) for row in book.sql.execute(asked, (stack,)).fetchall()]


def _hours(
    stack: str, held: Mapping[str, Hours], marks: Sequence[tuple[int, str, str, str]]
) -> Iterator[tuple[Any, ...]]:
    for pollutant, hours in held.items():
        for hour, status in enumerate(hours.status.tolist()):
            when = hour_text(hours.year, hour)
            within = when[:13].replace(" ", "T")
            mark = next(
                ((number, kind) for number, kind, first, last in marks if first <= within <= last), (None, None)
            )
            why = int(hours.why[hour])
            read_here = float(hours.mg_m3[hour]), float(hours.oxygen[hour])
            yield (
                *(stack, when, pollutant, STATUSES[status], states.why_text(why) if why else None),
                None if status == states.MISSING else int(hours.mass_mg[hour]),
                *(None if isnan(value) else round(value, 3) for value in read_here),
                *mark,
            )
