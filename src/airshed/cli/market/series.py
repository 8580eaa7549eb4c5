"""`airshed market summary` and `interest`: every series in a line."""

from __future__ import annotations

from typing import Annotated

import typer

from airshed.cli.market.either import place_of
from airshed.cli.market.read import KindNames, price, share, year_price
from airshed.cli.options import AsOf, BookOrArgument, Json, Seq
from airshed.cli.server.kept import MarketServer
from airshed.cli.show import as_json, console, table
from airshed.market.tape import EXCHANGE_KINDS, kinds_of
from airshed.model.allowance import is_strip
from airshed.model.measures import tonnes


def summary(
    book: BookOrArgument = "",
    kind: KindNames = None,
    seq: Seq = None,
    at: AsOf = "",
    server: MarketServer = "",
    json: Json = False,
) -> None:
    """Each series in a line: trades, volume, mean, last close, last quote with its spread, turnover ratio. 行情概览。

    Example: airshed market summary demo/dianzhong.book --kind all
    """
    kinds = kinds_of(kind, "--kind") if kind else EXCHANGE_KINDS
    found, money_name = place_of(book, server, seq, at, "summary").summary(kinds)
    if json:
        for row in found:
            as_json(row)
        return
    if not found:
        console.print("no series is issued 尚无配额")
        return
    strips = int(any(is_strip(row.series) for row in found))
    money = money_name()
    table(
        f"trades that count 计入方式: {', '.join(kinds)}; t, {money}/t, turnover in % of what was given out",
        [
            "series #",
            "trades 笔 #",
            "volume 量 #",
            "mean 均 #",
            *(["a year 年均 #"] * strips),
            "close 收 #",
            "of 日 #",
            "bid 买 #",
            "ask 卖 #",
            "spread [%]",
            "of 日 #",
            "turnover 换手 #",
        ],
        [
            (
                row.series,
                row.trades,
                tonnes(row.count),
                price(row.vwap),
                *([year_price(row.series, row.vwap)] * strips),
                price(row.close),
                row.close_day or "",
                price(row.bid),
                price(row.ask),
                share(row.spread_basis_points),
                row.quoted_day or "",
                share(row.turnover_basis_points),
            )
            for row in found
        ],
    )


def interest(
    book: BookOrArgument = "",
    series: Annotated[
        str, typer.Option("--series", help="Series or strip; all if not given.", show_default=False)
    ] = "",
    seq: Seq = None,
    at: AsOf = "",
    server: MarketServer = "",
    json: Json = False,
) -> None:
    """Where the allowances of each series are: free, set aside, reserve, surrendered, unissued; they sum to the cap.
    持仓分布。

    Example: airshed market interest demo/dianzhong.book --at 2027-12-31T23:59
    """
    reached, when, found, civil = place_of(book, server, seq, at, "interest").interest(series)
    if json:
        for part in found:
            as_json(part)
        return
    if not found:
        console.print("no series is issued 尚无配额")
        return
    table(
        f"record {reached:,}  {civil.clock(when)}  t 吨",
        [
            "series #",
            "cap 总量 #",
            "unissued 未发 #",
            "auction 待拍 #",
            "reserve 储备 #",
            "firms 企业 #",
            "traders 贸易 #",
            "set aside 冻结 #",
            "given up 清缴 #",
            "cancelled 注销 #",
            "other 其他 #",
        ],
        [(part.series, *(tonnes(getattr(part, name)) for name in part.__struct_fields__[1:])) for part in found],
    )
