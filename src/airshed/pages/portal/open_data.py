"""Open data: every table that everybody reads, as CSV, Parquet and JSON, with what its columns hold."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from starlette.requests import Request
from starlette.responses import Response

from airshed.engine.journal import decode
from airshed.engine.tables import BY_NAME, TABLES
from airshed.engine.tables.table import Column, Table
from airshed.pages.kit.words import Phrase
from airshed.pages.portal.downloads import ALL, ENDINGS, HOURS, TAPE, FileShape, stacks_of
from airshed.pages.portal.frame import page, visitor_of
from airshed.pages.portal.shown import VIEW_NAMES, VIEWS, View
from airshed.pages.portal.tables_zh import SHOWS, TYPES, UNITS, column_zh
from airshed.service.book.kept import KeptBook
from airshed.service.book.row_records import OF_RECORD, WRITING
from airshed.service.http.problems import Stopped
from airshed.service.http.service import Service
from airshed.service.http.tables import answered, records_of, view_of
from airshed.service.http.viewer import Viewer, viewer_of


class DictionaryColumn(NamedTuple):
    """A column in the dictionary."""

    name: str
    type: Phrase
    unit: Phrase
    holds: Phrase


class Data(NamedTuple):
    """A table that may be had."""

    name: str
    shows: Phrase
    key: tuple[str, ...]
    fields: tuple[DictionaryColumn, ...]
    #: Rows of it are public from the day that the law names.
    published: bool
    #: Where it is had, without the ending of its form; empty where nothing of it is public yet.
    at: str

    @property
    def numbered(self) -> bool:
        """Whether each row says which record it is from."""
        return any(field.name == "seq" for field in self.fields)


def _field(column: Column, table: str) -> DictionaryColumn:
    unit = "" if column.unit is None else str(column.unit)
    kind = "boolean" if column.truth else column.sql.split()[1].lower()
    return DictionaryColumn(
        column.name,
        Phrase(kind, TYPES.get(kind, kind)),
        Phrase(unit, UNITS.get(unit, unit)),
        Phrase(column.says, column_zh(column.name, table)),
    )


def _data(part: Table | View | FileShape, shows: Phrase, at: str, *, published: bool) -> Data:
    numbered = OF_RECORD if isinstance(part, Table) and part.name in WRITING else ()
    return Data(
        part.name,
        shows,
        tuple(column.name for column in part.parts[: part.key]),
        tuple(_field(column, part.name) for column in (*part.parts, *numbered)),
        published,
        at,
    )


def tables_for(viewer: Viewer) -> list[Data]:
    """The tables of which somebody reads rows, by the law."""
    return [
        _data(
            table,
            Phrase(table.shows, SHOWS[table.name]),
            f"/data/{table.name}",
            published="published" in viewer.reach(table.name),
        )
        for table in TABLES
        if viewer.reach(table.name)
    ]


def views() -> list[Data]:
    """What the public pages show, as tables."""
    return [_data(view, view.shows, f"/data/{view.name}", published=bool(view.until)) for view in VIEWS]


def shapes(*, hours: bool = True) -> list[Data]:
    """The tape, and the hours of all stacks, which lead nowhere while none are for who asks."""
    return [
        _data(HOURS, HOURS.shows, f"/data/{HOURS.name}/{ALL}" if hours else "", published=True),
        _data(TAPE, TAPE.shows, f"/data/{TAPE.name}/{ALL}", published=False),
    ]


async def data(service: Service, request: Request) -> Response:
    """What may be had, with a dictionary of its fields."""
    visitor = await visitor_of(service, request)
    actor = "" if visitor.actor is None else visitor.actor.id
    viewer = await service.readers.read(lambda book: viewer_of(book, actor, service.clock()))
    stacks = await visitor.look(lambda market, rules: stacks_of(market.state, rules, visitor, service.hours))
    found = [*views(), *shapes(hours=bool(stacks)), *tables_for(viewer)]
    return page(visitor, "data.html.j2", tables=found, stacks=stacks, of_row=Phrase("What the book is", "数据性质"))


async def file(service: Service, request: Request) -> Response:
    """A table as a file, each row of which says what the book is."""
    signed = await service.door.visitor(request)
    name, _, ending = request.path_params["file"].rpartition(".")
    if ending not in ENDINGS:
        raise Stopped("not_there", f"there are {', '.join(ENDINGS)}")
    if name in VIEW_NAMES:
        view = VIEW_NAMES[name]

        def rows(book: KeptBook) -> Iterable[tuple[Any, ...]]:
            return view.rows(
                book, book.civil.day_of(max(service.clock(), decode(book.line(book.last())).at)), records_of(service)
            )

        return await view_of(service, name, view.parts, rows, ENDINGS[ending])
    if name not in BY_NAME:
        raise Stopped("not_there", "there is no table of that name")
    return await answered(service, request, signed, name, ENDINGS[ending], by_row=True)
