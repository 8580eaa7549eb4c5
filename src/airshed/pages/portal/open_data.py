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
from airshed.service.http.viewer import Viewer, viewer_of

#: What a public table shows, in Chinese; the table itself says it in English.
CHINESE = {
    "provenance": "账簿性质：真实计划，或模拟",
    "rulebooks": "依次生效的规则",
    "cancellations": "持有人自愿永久注销的配额及其公开说明",
    "caps": "已核发的配额系列",
    "write_offs": "到期年份未清缴而核销的配额",
    "sales": "定价出让",
    "tenders": "政府反向拍卖",
    "flows": "政府储备的收入、支出及原因",
    "flow_controls": "实行结转流量控制的年度",
    "auctions": "拍卖",
    "opens": "各交易日开盘价",
    "closes": "各交易日收盘价",
    "halts": "停牌的市场",
    "calls": "集合竞价",
    "zone_calls": "全区集合竞价",
    "zone_rounds": "全区集合竞价已结束的各轮及其证明",
    "zone_limits": "全区集合竞价的空气约束：负荷、上限与边际价值",
    "sealings": "接受密封申报的拍卖、竞价与反向拍卖",
    "years": "排放源年度各污染物，自报告至结算；未发生的步骤为空",
}
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
    shows: Phrase
    key: tuple[str, ...]
    fields: tuple[Field, ...]
    #: Rows of it are public from the day that the law names.
    published: bool


def _field(column: Column) -> Field:
    unit = "" if column.unit is None else str(column.unit)
    return Field(column.name, column.sql.split()[1].lower(), unit, column.holds, FACTS.get(column.name, ""))


def tables_for(viewer: Viewer) -> list[Data]:
    """The tables of which somebody reads rows, by the law."""
    return [
        Data(
            table.name,
            Phrase(table.shows, CHINESE.get(table.name, table.shows)),
            tuple(column.name for column in table.parts[: table.key]),
            tuple(_field(column) for column in table.parts),
            "published" in viewer.reach(table.name),
        )
        for table in TABLES
        if viewer.reach(table.name)
    ]


async def data(service: Service, request: Request) -> Response:
    """What may be had, with a dictionary of its fields."""
    visitor = await visitor_of(service, request)
    actor = "" if visitor.actor is None else visitor.actor.id
    viewer = await service.readers.read(lambda book: viewer_of(book, actor, service.clock()))
    found = tables_for(viewer)
    return page(visitor, "data.html.j2", tables=found, of_row=Phrase("What the book is", "数据性质"))


async def file(service: Service, request: Request) -> Response:
    """A table as a file, each row of which says what the book is."""
    signed = await service.door.visitor(request)
    name, _, ending = request.path_params["file"].rpartition(".")
    if ending not in ENDINGS:
        raise Stopped("not_there", f"there are {', '.join(ENDINGS)}")
    return await answered(service, request, signed, name, ENDINGS[ending], by_row=True)
