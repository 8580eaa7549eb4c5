"""Open data: every table that everybody reads, as CSV, Parquet and JSON, with what its columns hold."""

from __future__ import annotations

from typing import NamedTuple

from starlette.requests import Request
from starlette.responses import Response

from airshed.engine.tables import TABLES
from airshed.engine.tables.table import Column
from airshed.pages.kit.words import Phrase
from airshed.pages.portal.frame import page, visitor_of
from airshed.service.forms.happened import FACTS
from airshed.service.http.problems import Stopped
from airshed.service.http.service import JSON, Service
from airshed.service.http.tables import CSV, PARQUET, answered
from airshed.service.http.viewer import PUBLIC, PUBLISHED, names_somebody

#: Endings of files, and what they are.
ENDINGS = {"csv": CSV, "parquet": PARQUET, "json": JSON}


class Field(NamedTuple):
    """A column in the dictionary."""

    name: str
    type: str
    unit: str
    holds: str
    chinese: str


class Data(NamedTuple):
    """A table that may be had."""

    name: str
    shows: str
    key: tuple[str, ...]
    fields: tuple[Field, ...]
    #: Rows of it are public from the day that the law names.
    published: bool


def _field(column: Column) -> Field:
    unit = "" if column.unit is None else str(column.unit)
    return Field(column.name, column.sql.split()[1].lower(), unit, column.holds, FACTS.get(column.name, ""))


def tables_for(everything: bool) -> list[Data]:
    """The tables that everybody reads; whoever acts in the book reads their own rows of the others too."""
    return [
        Data(
            table.name,
            table.shows,
            tuple(column.name for column in table.parts[: table.key]),
            tuple(_field(column) for column in table.parts),
            table.name in PUBLISHED,
        )
        for table in TABLES
        if table.name in PUBLIC | PUBLISHED or (everything and names_somebody(table))
    ]


async def data(service: Service, request: Request) -> Response:
    """What may be had, with a dictionary of its fields."""
    visitor = await visitor_of(service, request)
    found = tables_for(visitor.actor is not None)
    return page(visitor, "data.html.j2", tables=found, of_row=Phrase("What the book is", "数据性质"))


async def file(service: Service, request: Request) -> Response:
    """A table as a file, each row of which says what the book is."""
    signed = await service.door.visitor(request)
    name, _, ending = request.path_params["file"].rpartition(".")
    if ending not in ENDINGS:
        raise Stopped("not_there", f"there are {', '.join(ENDINGS)}")
    return await answered(service, request, signed, name, ENDINGS[ending], by_row=True)
