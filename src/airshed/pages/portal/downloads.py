"""Hours of a stack and the tape as files: what pages draw, in the forms of open data, for those who see it there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from starlette.requests import Request
from starlette.responses import Response

from airshed.compliance.publication import public_from
from airshed.engine.nouns import Source
from airshed.engine.state import State
from airshed.engine.tables.table import Column
from airshed.mrv import states
from airshed.pages.kit.words import Phrase
from airshed.pages.portal.all_hours import all_hours
from airshed.pages.portal.frame import Visitor, visitor_of
from airshed.pages.portal.hours import Hours, read, read_once, there
from airshed.pages.portal.names import works_name
from airshed.pages.portal.one_works import open_years, reads_whole
from airshed.rulebook.schema import Rulebook
from airshed.service.book.kept import KeptBook
from airshed.service.http.problems import Stopped
from airshed.service.http.service import Service
from airshed.service.http.tables import ENDING_OF, view_of
from airshed.service.marketdata.reading import Market

if TYPE_CHECKING:
    import polars as pl

#: In the place of the name of a stack or a series.
ALL = "all"
#: Endings of files, and what they are.
ENDINGS = {ending: form for form, ending in ENDING_OF.items()}
STATUSES = {
    states.MEASURED: "measured",
    states.SUBSTITUTED: "substituted",
    states.MISSING: "missing",
    states.STOPPED: "stopped",
}


class FileShape(NamedTuple):
    """A kind of file: its name, what it shows, its columns, and how many of them tell rows apart."""

    name: str
    shows: Phrase
    parts: tuple[Column, ...]
    key: int


HOURS = FileShape(
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
TAPE = FileShape(
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
    """The hours of a stack, of a year that is for who asks; of all that are under the name `all`."""
    visitor = await visitor_of(service, request)
    stack, ending = _asked(request)
    if stack == ALL:
        return await _all_hours(service, request, visitor, ENDINGS[ending])

    def look(market: Market, rules: Rulebook) -> tuple[Sequence[int], str | None]:
        source = _source_of(market.state, stack)
        return _open(market.state, rules, visitor, source), rules.compliance.emissions_public_on

    years, law = await visitor.look(look)
    file = there(service.hours, stack)
    if file is None:
        raise Stopped("not_there", "no hours of this stack lie beside the book")

    def rows(book: KeptBook) -> Iterable[tuple[Any, ...]]:
        held = read(file)
        closed = next((hours.year for hours in held.values() if hours.year not in years), None)
        if closed is not None:
            raise Stopped("not_yours_to_read", f"hours of {closed} are public from {public_from(closed, law)}")
        return hours_frame(stack, held, _marks(book).get(stack, ())).iter_rows()

    return await view_of(service, f"hours-{stack}", HOURS.parts, rows, ENDINGS[ending])


async def _all_hours(service: Service, request: Request, visitor: Visitor, form: str) -> Response:
    """The hours of every stack of which a year is for who asks, by the name of the stack."""
    marks = await service.files.read(_marks)

    def look(market: Market, rules: Rulebook) -> Mapping[str, Sequence[int]]:
        sources = market.state.sources.values()
        by_source = {source.id: _open(market.state, rules, visitor, source) for source in sources}
        return {stack: by_source[source.id] for source in sources for stack, _ in source.stacks if by_source[source.id]}

    def frame(stack: str, file: Path, years: Sequence[int]) -> pl.DataFrame:
        held = read_once(file)
        shown = {code: hours for code, hours in held.items() if hours.year in years}
        return hours_frame(stack, shown, marks.get(stack, ()))

    found = sorted((await visitor.look(look)).items())
    files = [(stack, file, years) for stack, years in found if (file := there(service.hours, stack)) is not None]
    if not files:
        raise Stopped("not_there", "no hours that are public lie beside the book")
    return await all_hours(service, request, [partial(frame, *each) for each in files], form)


def _open(state: State, rules: Rulebook, visitor: Visitor, source: Source) -> Sequence[int]:
    """The years of a works of which the hours are for who asks."""
    today = rules.civil.day_of(max(visitor.now, state.at))
    return open_years(state, rules, source, today, whole=reads_whole(visitor, rules, source))


async def tape_file(service: Service, request: Request) -> Response:
    """Every trade of a series; of all of them under the name `all`."""
    series, ending = _asked(request)
    await service.door.visitor(request)
    made = await service.market.table("trades", (), now_s=service.door.ticks())
    at = [column.name for column in TAPE.parts].index("series")
    if series != ALL:
        await service.market.look(lambda market, rules: market.known(series))
    found = [tuple(row) for row in made.rows if series in (ALL, row[at])]
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


#: An approved mark: its number and kind, the first and the last hour.
Mark = tuple[int, str, str, str]


def _marks(book: KeptBook) -> Mapping[str, Sequence[Mark]]:
    """Approved marks by stack."""
    found: dict[str, list[Mark]] = {}
    asked = "SELECT stack, mark, kind, first, last FROM marks WHERE state = 'approved' ORDER BY mark"
    for stack, *mark in book.sql.execute(asked).fetchall():
        found.setdefault(stack, []).append(tuple(mark))
    return found


def hours_frame(stack: str, held: Mapping[str, Hours], marks: Sequence[Mark]) -> pl.DataFrame:
    """The rows of the file of a stack, pollutant by pollutant: columns at once, for a zone has millions of hours."""
    import polars as pl

    kinds: dict[str, Any] = {"INTEGER": pl.Int64, "REAL": pl.Float64, "TEXT": pl.String}
    schema: dict[Any, Any] = {column.name: kinds[column.sql.split()[1]] for column in HOURS.parts}
    parts = [_of_pollutant(stack, hours, marks).cast(schema) for hours in held.values()]
    return pl.concat(parts) if parts else pl.DataFrame(schema=schema)


def _of_pollutant(stack: str, hours: Hours, marks: Sequence[Mark]) -> pl.DataFrame:
    import polars as pl

    within = _hours_of(hours.year, len(hours.status))
    marked = np.zeros(len(within), np.int64)
    for place in reversed(range(len(marks))):  # where two meet it is the first
        _, _, first, last = marks[place]
        marked[(within >= first) & (within <= last)] = place + 1
    whys = {code: states.why_text(code) for code in np.unique(hours.why).tolist() if code}
    read_here = {"mg_m3": hours.mg_m3, "oxygen_percent": hours.oxygen}
    columns = {
        "hour": pl.Series(within).str.replace("T", " ") + ":00",
        "status": _named(hours.status, STATUSES),
        "why": _named(hours.why, whys),
        "mass": pl.Series(hours.mass_mg),
        **{name: pl.Series(read, nan_to_null=True).round(3) for name, read in read_here.items()},
        "mark": _named(marked, {place + 1: mark[0] for place, mark in enumerate(marks)}),
        "mark_kind": _named(marked, {place + 1: mark[1] for place, mark in enumerate(marks)}),
    }
    mass = pl.when(pl.col("status") != STATUSES[states.MISSING]).then("mass").alias("mass_mg")
    named = pl.lit(stack).alias("stack"), pl.lit(hours.pollutant).alias("pollutant")
    return pl.DataFrame(columns).with_columns(mass, *named).select(column.name for column in HOURS.parts)


def _named(codes: NDArray[Any], names: Mapping[int, Any]) -> pl.Series:
    """What codes stand for; nothing where one stands for nothing."""
    import polars as pl

    return pl.Series(codes).replace_strict(names or {0: None}, default=None)


@lru_cache(maxsize=4)
def _hours_of(year: int, count: int) -> NDArray[np.str_]:
    """The hours of a year, each as marks name it."""
    return np.datetime_as_string(np.datetime64(f"{year:04}-01-01T00", "h") + np.arange(count), unit="h")
