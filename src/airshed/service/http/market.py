"""Market data over HTTP: the tables of `airshed market export`, and the order books as they stand. For everybody."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from airshed.market.interest import Interest
from airshed.market.tape import kinds_of
from airshed.model.allowance import members
from airshed.model.near import near
from airshed.model.refusal import Malformed
from airshed.service.http.problems import Stopped
from airshed.service.http.rows import flag, only, whole_number
from airshed.service.http.service import Service, given
from airshed.service.http.shapes.market import Depths, InterestNow, MarketPage, MarketTables
from airshed.service.http.ways import CURSOR, LAST, LIMIT, Parameter, Way
from airshed.service.marketdata.reading import Market
from airshed.service.marketdata.tables import COLUMNS, OF_KINDS

#: Tables in which kinds of trade are chosen.
KINDED = frozenset({"trades", *OF_KINDS})
#: Prices of a side that are told: every one of a book, where the band of prices holds no more.
MOST_LEVELS = 100_000
#: A table that was made for somebody so many seconds ago does for a stranger, though the book has gone on.
OLD_S = 20.0
#: The last column of an export says what the book is; an answer says it once.
_OWN_COLUMNS = slice(0, -1)


async def tables(service: Service, request: Request) -> Response:
    """The tables of market data, and what their columns hold."""
    await service.door.look(request)
    found = {
        name: [
            {"name": column.name, "type": column.type, "what": column.what, "none": column.none}
            for column in columns[_OWN_COLUMNS]
        ]
        for name, columns in COLUMNS.items()
    }
    return given(service, {"tables": found})


async def table(service: Service, request: Request) -> Response:
    """Rows of market data, filtered by equality and a page at a time."""
    signed = await service.door.look(request)
    name = request.path_params["table"]
    if name not in COLUMNS:
        raise Malformed(f"market {name[:60]}", "is no table of market data", near(name, COLUMNS))
    columns = [column.name for column in COLUMNS[name][_OWN_COLUMNS]]
    limit, begin, last, filters = service.limits.usual_rows, 0, False, dict[str, str]()
    kinds: list[str] = []
    for word, text in request.query_params.multi_items():
        if word == "limit":
            limit = whole_number(text, "?limit")
            if not 1 <= limit <= service.limits.most_rows:
                raise Malformed("?limit", f"{limit} rows", f"ask for 1 to {service.limits.most_rows:,}")
        elif word == "cursor":
            begin = whole_number(text, "?cursor")
        elif word == "last":
            last = flag(text)
        elif word == "kind" and name in KINDED:
            kinds.append(text)
        elif word in columns and word not in filters:
            filters[word] = text
        else:
            raise Malformed(f"?{word[:60]}", f"{name} is not asked so", near(word, (*columns, "limit", "cursor")))
    if last and begin:
        raise Malformed("?last", "goes without a cursor", "leave one of them out")
    counted = kinds_of(kinds, "?kind") if kinds else ()
    if counted and name in OF_KINDS and signed is None:
        raise Stopped("not_signed_in", f"{name} of chosen kinds of trade is made for who has signed in")
    old_s = OLD_S if signed is None else -1.0
    made = await service.market.table(
        name, counted if name in OF_KINDS else (), now_s=service.door.ticks(), old_s=old_s
    )
    rows = [row for row in made.rows if _fits(columns, row, filters)]
    if counted and name not in OF_KINDS:
        rows = [row for row in rows if row[columns.index("kind")] in counted]
    if last:
        begin = max(0, len(rows) - limit)
    part = rows[begin : begin + limit] if begin >= 0 else []
    value = {
        "table": name,
        "rows": [dict(zip(columns, row, strict=True)) for row in part],
        "total": len(rows),
        "cursor": str(begin + limit) if begin + limit < len(rows) else None,
        "head": made.head,
    }
    return given(service, value)


def _fits(columns: Sequence[str], row: Sequence[Any], filters: Mapping[str, str]) -> bool:
    return all(_said(row[columns.index(name)]) == text for name, text in filters.items())


def _said(value: Any) -> str:
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


async def depth(service: Service, request: Request) -> Response:
    """What waits in the order books of a series, best first; of a strip too."""
    await service.door.look(request)
    only(request.query_params.multi_items(), "levels")
    levels = whole_number(request.query_params.get("levels", "5"), "?levels")
    if not 1 <= levels <= MOST_LEVELS:
        raise Malformed("?levels", f"{levels} of them", f"ask for 1 to {MOST_LEVELS:,}")
    series = request.path_params["series"]
    told = await service.market.told(lambda market: market.depths(market.known(series), levels))
    books = [
        {"series": each.series, "wall": each.wall, "bids": _levels(each.bids), "asks": _levels(each.asks)}
        for each in told.found
    ]
    return given(service, {"books": books, "at": told.at, "head": told.head})


async def interest(service: Service, request: Request) -> Response:
    """Where the allowances of each series are now; they sum to the cap."""
    await service.door.look(request)
    only(request.query_params.multi_items(), "series")
    series = request.query_params.get("series", "")

    def look(market: Market) -> list[Interest]:
        wanted = members(market.known(series)) if series else None
        return [part for part in market.interest() if wanted is None or part.series in wanted]

    told = await service.market.told(look)
    return given(service, {"parts": told.found, "at": told.at, "head": told.head})


def _levels(levels: Sequence[Any]) -> list[dict[str, int]]:
    return [{"price": level.price, "count": level.count, "orders": level.orders} for level in levels]


WAYS: Sequence[Way] = (
    Way("/v1/market", "GET", tables, "market_tables", "market", "anybody", answer=MarketTables),
    Way(
        "/v1/market/{table}",
        "GET",
        table,
        "market",
        "market",
        "anybody",
        answer=MarketPage,
        asked=(
            *(LIMIT, CURSOR, LAST),
            Parameter(
                "kind",
                "Of trades, and for who has signed in of bars and summary: which kinds of trade count; again for more, "
                "or all.",
            ),
        ),
        more=("not_signed_in",),
        filtered=True,
        choices={"table": tuple(COLUMNS)},
    ),
    Way(
        "/v1/depth/{series}",
        "GET",
        depth,
        "depth",
        "market",
        "anybody",
        answer=Depths,
        asked=(Parameter("levels", "Most prices of a side.", "integer"),),
    ),
    Way(
        "/v1/interest",
        "GET",
        interest,
        "interest",
        "market",
        "anybody",
        answer=InterestNow,
        asked=(Parameter("series", "Of this series, or of those of this strip."),),
    ),
)
