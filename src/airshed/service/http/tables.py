"""Read tables over HTTP: pages in JSON, whole tables as CSV or Parquet."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from functools import partial
from hashlib import sha256
from itertools import chain, islice
from tempfile import SpooledTemporaryFile
from typing import IO, Any, NamedTuple

import msgspec
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from airshed.engine.tables import BY_NAME, TABLES
from airshed.engine.tables.table import Column
from airshed.model.provenance import said
from airshed.service.book.kept import KeptBook
from airshed.service.book.row_records import OF_RECORD, WRITING, RowRecords
from airshed.service.http.problems import Stopped
from airshed.service.http.rows import Query, RowPage, as_dicts, page_of, pages_of, query_of
from airshed.service.http.service import JSON, Service, given
from airshed.service.http.shapes.tables import KnownTables, TablePage
from airshed.service.http.viewer import Viewer, viewer_of
from airshed.service.http.ways import CURSOR, LAST, LIMIT, Way
from airshed.service.http.who import Signed

CSV, PARQUET = "text/csv", "application/vnd.apache.parquet"
FORMS = (JSON, CSV, PARQUET)
#: How the name of a file in each of them ends.
ENDING_OF = {CSV: "csv", PARQUET: "parquet", JSON: "json"}
#: Rows of a large answer in memory at once, bytes of it before it lies on disk, and bytes that are sent at once.
ROWS_AT_ONCE, MOST_IN_MEMORY, PIECE = 10_000, 1 << 20, 1 << 16
#: The column that says of each row what the book is.
OF_ROW = "provenance"
#: What a spreadsheet takes for a formula where it begins a text.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


async def catalogue(service: Service, request: Request) -> Response:
    """The tables that there are, what they show, their columns, and whether everybody reads them."""
    await service.door.look(request)
    everybody = await service.readers.read(lambda book: viewer_of(book, "", service.clock()))
    found = [
        {
            "table": table.name,
            "shows": table.shows,
            "public": everybody.reach(table.name) != "",
            "key": [column.name for column in table.parts[: table.key]],
            "columns": [_said(column) for column in table.parts],
        }
        for table in TABLES
    ]
    return given(service, {"tables": found}, headers={"Cache-Control": "no-cache"})


def _said(column: Column) -> dict[str, Any]:
    unit = None if column.unit is None else str(column.unit)
    return {"name": column.name, "type": column.sql.split()[1], "unit": unit, "holds": column.holds}


async def table(service: Service, request: Request) -> Response:
    """One table: a page of JSON, or all of it as a file."""
    signed = await service.door.look(request)
    return await answered(
        service, request, signed, request.path_params["table"], form_of(request.headers.get("accept", ""))
    )


async def answered(
    service: Service, request: Request, signed: Signed | None, name: str, form: str, *, by_row: bool = False
) -> Response:
    """A table in one of the forms; `by_row` each row says what the book is, so that a row alone still does."""
    most = service.limits.most_rows if form == JSON else service.limits.file_rows
    usual = service.limits.usual_rows if form == JSON and not by_row else most
    query = query_of(name, request.query_params.multi_items(), usual, most)
    actor = "" if signed is None else signed.user.actor

    def look(book: KeptBook) -> tuple[str, str, RowPage | _File | None]:
        viewer = viewer_of(book, actor, service.clock())
        if signed is None and not viewer.reach(query.table.name):
            raise Stopped("not_signed_in", f"{query.table.name} is not read by everybody")
        head = book.sql.execute("SELECT seq, hash FROM journal ORDER BY seq DESC LIMIT 1").fetchone()
        tag = _tag(query, viewer, form, head)
        if tag in request.headers.get("if-none-match", ""):
            return tag, f"{head[0]}:{head[1]}", None
        number = _numbering(service, book, query) if by_row else None
        if form == JSON:
            whole = page_of(book, query, viewer)
            found: RowPage | _File | None = whole if whole is None or number is None else number(whole)
        else:
            found = _file_of(book, query, viewer, form, service, number)
        if found is None:
            raise Stopped("not_yours_to_read", f"{query.table.name} is not for who reads {viewer}")
        return tag, f"{head[0]}:{head[1]}", found

    tag, head, page = await (service.readers if form == JSON else service.files).read(look)
    headers = {"ETag": tag, "Cache-Control": "private, no-cache", "Vary": "Accept, Cookie", "Airshed-Head": head}
    if page is None:
        return Response(status_code=304, headers=headers)
    if page.cursor is not None:
        headers["Airshed-Cursor"] = page.cursor
    if isinstance(page, _File):
        file = f"{query.table.name}.{ENDING_OF[form]}"
        headers |= {"Content-Disposition": f'attachment; filename="{file}"', "Content-Length": str(page.size)}
        return StreamingResponse(_pieces(page.file), 200, headers, f"{CSV}; charset=utf-8" if form == CSV else PARQUET)
    told = {OF_ROW: said(service.provenance)[0]} if by_row else {}
    value = {
        "table": query.table.name,
        "rows": [{**row, **told} for row in as_dicts(page.columns, page.rows)],
        "total": page.total,
        "cursor": page.cursor,
        "sealed": page.sealed,
        "silent": page.silent,
        "embargoed": page.embargoed,
        "head": head,
    }
    return given(service, value, headers=headers)


def form_of(accept: str) -> str:
    """The form that is wanted most of those that there are.

    >>> form_of(""), form_of("text/csv"), form_of("text/html, */*;q=0.1"), form_of("text/csv;q=0.2, application/json")
    ('application/json', 'text/csv', 'application/json', 'application/json')
    """
    if not accept.strip():
        return JSON
    best, form = 0.0, ""
    for part in accept.split(","):
        name, _, rest = part.strip().partition(";")
        wanted = _weight(rest)
        name = name.strip().lower()
        offered = next((each for each in FORMS if name in (each, f"{each.partition('/')[0]}/*", "*/*")), "")
        if offered and wanted > best:
            best, form = wanted, offered
    if not form:
        raise Stopped("not_acceptable", f"there are {', '.join(FORMS)}")
    return form


def _weight(text: str) -> float:
    for part in text.split(";"):
        name, _, value = part.strip().partition("=")
        if name == "q":
            try:
                return min(1.0, max(0.0, float(value)))
            except ValueError:
                return 0.0
    return 1.0


def _tag(query: Query, viewer: Viewer, form: str, head: Sequence[Any]) -> str:
    """Another for every record, reader and form: what is sealed changes with the book alone."""
    asked = repr((query.table.name, query[1:], tuple(viewer), form, tuple(head)))
    return f'"{sha256(asked.encode()).hexdigest()[:32]}"'


class _File(NamedTuple):
    """A table as a file, on disk where it is large."""

    file: IO[bytes]
    size: int
    cursor: str | None


#: Adds to each row of a page what a row that stands alone has to say.
Numbering = Callable[[RowPage], RowPage]


def records_of(service: Service) -> RowRecords:
    """What knows which record wrote which row, of a service."""
    found: RowRecords = service.beside.setdefault("row_records", RowRecords())
    return found


def _numbering(service: Service, book: KeptBook, query: Query) -> Numbering:
    """Adds the record that wrote each row, where the table has no such number and its records are known."""
    table = query.table
    if table.name not in WRITING:
        return lambda page: page._replace(rows=[standing_alone(table.parts, row) for row in page.rows])
    recorded = records_of(service).of(book, table.name)
    keys = [column.name for column in table.parts[: table.key]]

    def numbered(page: RowPage) -> RowPage:
        at = [page.columns.index(name) for name in keys]
        rows = [(*standing_alone(table.parts, row), *recorded([row[place] for place in at])) for row in page.rows]
        return page._replace(columns=(*page.columns, *(column.name for column in OF_RECORD)), rows=rows)

    return numbered


def standing_alone(parts: Sequence[Column], row: Sequence[Any]) -> tuple[Any, ...]:
    """A row as a file has it in each form: yes and no are no numbers, and a text that is empty is not there.

    >>> standing_alone([Column("name TEXT"), Column("open INTEGER"), Column("sold INTEGER")], ["", 1, 0])
    (None, True, 0)
    """
    return tuple(
        None if value is None or value == "" else bool(value) if column.truth else value
        for column, value in zip(parts, row, strict=True)
    )


def _file_of(
    book: KeptBook, query: Query, viewer: Viewer, form: str, service: Service, number: Numbering | None
) -> _File | None:
    """A table as a file, made by a reader and page by page: neither the loop nor the memory carries a large one."""
    pages = pages_of(book, query, viewer, ROWS_AT_ONCE)
    parts = query.table.parts
    if number is not None:
        pages = map(number, pages)
        parts = (*parts, *OF_RECORD) if query.table.name in WRITING else parts
    first = next(pages, None)
    if first is None:
        return None
    file: IO[bytes] = SpooledTemporaryFile(MOST_IN_MEMORY)  # noqa: SIM115  # closed once it is sent
    told = (said(service.provenance)[0],) if number is not None else ()
    cursor = (partial(_csv, told) if form == CSV else partial(_parquet, parts, service, told))(
        chain([first], pages), file
    )
    size = file.tell()
    file.seek(0)
    return _File(file, size, cursor)


Rows = Callable[[KeptBook], Iterable[tuple[Any, ...]]]
"""Rows out of a book."""


async def view_of(service: Service, name: str, parts: Sequence[Column], rows: Rows, form: str) -> Response:
    """What pages show of several tables, as a file of its own; each row says what the book is."""
    told = (said(service.provenance)[0],)
    names = tuple(column.name for column in parts)

    def look(book: KeptBook) -> _File:
        found = iter(standing_alone(parts, row) for row in rows(book))
        first = RowPage(names, list(islice(found, ROWS_AT_ONCE)), None, 0, {}, ())
        more = (RowPage(names, some, None, 0, {}, ()) for some in iter(lambda: list(islice(found, ROWS_AT_ONCE)), []))
        file: IO[bytes] = SpooledTemporaryFile(MOST_IN_MEMORY)  # noqa: SIM115  # closed once it is sent
        pages = chain([first], more)
        if form == CSV:
            _csv(told, pages, file)
        elif form == PARQUET:
            _parquet(parts, service, told, pages, file)
        else:
            _json(name, service, told, pages, file)
        size = file.tell()
        file.seek(0)
        return _File(file, size, None)

    made = await service.files.read(look)
    headers = {"Cache-Control": "private, no-cache", "Content-Length": str(made.size)}
    headers["Content-Disposition"] = f'attachment; filename="{name}.{ENDING_OF[form]}"'
    return StreamingResponse(_pieces(made.file), 200, headers, f"{CSV}; charset=utf-8" if form == CSV else form)


def _json(name: str, service: Service, of_row: tuple[str, ...], pages: Iterable[RowPage], file: IO[bytes]) -> None:
    file.write(b'{"table":' + msgspec.json.encode(name) + b',"rows":[')
    comma = b""
    for page in pages:
        for row in page.rows:
            file.write(comma + msgspec.json.encode(dict(zip((*page.columns, OF_ROW), (*row, *of_row), strict=True))))
            comma = b","
    file.write(b'],"provenance":' + msgspec.json.encode(service.provenance) + b"}")


async def _pieces(file: IO[bytes]) -> AsyncIterator[bytes]:
    with file:
        while piece := file.read(PIECE):
            yield piece


def _csv(told: tuple[str, ...], pages: Iterable[RowPage], file: IO[bytes]) -> str | None:
    """RFC 4180; a text that a spreadsheet would run begins with an apostrophe."""
    cursor = None
    for number, page in enumerate(pages):
        out = io.StringIO(newline="")
        writer = csv.writer(out)
        if not number:
            writer.writerow([*page.columns, *([OF_ROW] if told else [])])
        writer.writerows([[cell(value) for value in (*row, *told)] for row in page.rows])
        file.write(out.getvalue().encode())
        cursor = page.cursor
    return cursor


def cell(value: Any) -> Any:
    """A cell of CSV.

    >>> cell("=1+1"), cell(-5), cell(None), cell("steel"), cell(True)
    ("'=1+1", -5, '', 'steel', 'true')
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value


def _parquet(
    parts: Sequence[Column], service: Service, of_row: tuple[str, ...], pages: Iterable[RowPage], file: IO[bytes]
) -> str | None:
    import polars as pl

    kinds: dict[str, Any] = {"INTEGER": pl.Int64, "REAL": pl.Float64, "TEXT": pl.String, "BLOB": pl.Binary}
    # what an interface gives as a page has 1 and 0, as the table itself; what stands alone says yes and no
    schema = {column.name: pl.Boolean if of_row and column.truth else kinds[column.sql.split()[1]] for column in parts}
    told = {"provenance": msgspec.json.encode(service.provenance).decode(), "said": said(service.provenance)[0]}
    frames: list[pl.DataFrame] = []
    cursor = None
    for page in pages:
        frame = pl.DataFrame(page.rows, schema=schema, orient="row")
        frames.append(frame.with_columns(pl.lit(of_row[0]).alias(OF_ROW)) if of_row else frame)
        cursor = page.cursor
    pl.concat(frames, rechunk=False).write_parquet(file, metadata=told)
    return cursor


WAYS: Sequence[Way] = (
    Way("/v1/tables", "GET", catalogue, "tables", access="anybody", answer=KnownTables),
    Way(
        "/v1/tables/{table}",
        "GET",
        table,
        "table",
        access="anybody",
        answer=TablePage,
        asked=(LIMIT, CURSOR, LAST),
        gives=(JSON, CSV, PARQUET),
        more=("not_signed_in", "not_yours_to_read", "not_acceptable"),
        tagged=True,
        filtered=True,
        choices={"table": tuple(BY_NAME)},
    ),
)
