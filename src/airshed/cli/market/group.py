"""`airshed market`: depth, tape and bars of a book's market; other rooms add summaries, index and export."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from airshed.cli.market import export as market_out
from airshed.cli.market import index as market_index
from airshed.cli.market import series as market_series
from airshed.cli.market.either import place_of
from airshed.cli.market.read import SPANS, KindNames, amount, price, span_kind, year_price
from airshed.cli.options import AsOf, BookOrArgument, Json, Seq, SeriesName
from airshed.cli.server.kept import MarketServer
from airshed.cli.show import as_json, console, table
from airshed.market.tape import EXCHANGE_KINDS, KINDS, kinds_of
from airshed.model.allowance import is_strip
from airshed.model.counted import counted
from airshed.model.measures import tonnes, yuan

if TYPE_CHECKING:
    from airshed.market.depth import Depth
    from airshed.market.orderbook import Level

app = typer.Typer(help="Market data of a book: depth, tape, bars, index, export. 行情。", no_args_is_help=True)

SpanName = Annotated[str, typer.Option("--by", help="session, week or month.")]

#: What a screen takes of the tape; `--limit` shows more.
ROWS_SHOWN = 20


@app.command()
def depth(
    book: BookOrArgument = "",
    *,
    series: SeriesName,
    whole: Annotated[bool, typer.Option("--whole", help="Every level, not the best five.")] = False,
    seq: Seq = None,
    at: AsOf = "",
    server: MarketServer = "",
    json: Json = False,
) -> None:
    """What waits in the order book of a series: best five levels or all, at the end or at any record or instant. 盘口。

    Where the rulebook parts industries by a wall, the book on each side of it is shown.

    Example: airshed market depth demo/dianzhong.book --series SO2-KM-2027 --at 2027-04-15T14:30 --whole
    """
    from airshed.market.depth import BEST

    found = place_of(book, server, seq, at, "depth").depth(series, None if whole else BEST)
    if json:
        for shown in found.books:
            plain = {"series": series, "wall": shown.wall, "seq": found.seq, "at": found.at}
            best = {"spread": shown.spread, "spread_basis_points": shown.spread_basis_points}
            as_json({**plain, "bids": shown.bids, "asks": shown.asks, **best})
        return
    console.print(f"{series}  record {found.seq:,}  {found.civil.clock(found.at)}")
    money = found.money()
    for shown in found.books:
        if shown.wall:
            console.print(f"behind the wall 隔墙: {shown.wall}")
        _levels(shown, money)


def _levels(shown: Depth, money: str) -> None:
    if not shown.bids and not shown.asks:
        console.print("nobody waits 无挂单")
        return
    rows: list[tuple[object, ...]] = []
    for place in range(max(len(shown.bids), len(shown.asks))):
        bid = shown.bids[place] if place < len(shown.bids) else None
        ask = shown.asks[place] if place < len(shown.asks) else None
        rows.append(
            (
                place + 1,
                bid.orders if bid else "",
                tonnes(bid.count) if bid else "",
                _quoted(shown.series, bid),
                _quoted(shown.series, ask),
                tonnes(ask.count) if ask else "",
                ask.orders if ask else "",
            )
        )
    columns = ["orders #", "bids 买量 [t]", f"bid 买价 [{money}/t]", f"ask 卖价 [{money}/t]", "asks 卖量 [t]"]
    table("", ["level 档 #", *columns, "orders #"], rows)
    if shown.spread is not None and shown.spread_basis_points is not None:
        share = f"{shown.spread_basis_points / 100:.2f} %"
        console.print(f"spread 价差 {yuan(shown.spread)} {money}/t, {share} of the middle 占中间价")


def _quoted(series: str, level: Level | None) -> str:
    """The price of a level; of a strip also what it is a year."""
    if level is None:
        return ""
    yearly = year_price(series, level.price)
    return f"{yuan(level.price)} ({yearly} a year 每年)" if yearly else yuan(level.price)


@app.command()
def tape(
    book: BookOrArgument = "",
    series: Annotated[str, typer.Option("--series", help="One series; all if not given.", show_default=False)] = "",
    kind: KindNames = None,
    limit: Annotated[int, typer.Option(min=1, help="Most rows to show.")] = ROWS_SHOWN,
    last: Annotated[bool, typer.Option("--last", help="The last rows, not the first.")] = False,
    seq: Seq = None,
    at: AsOf = "",
    server: MarketServer = "",
    json: Json = False,
) -> None:
    """Every trade in the order of the book: listed, calls, blocks, deals, auctions, sales, repurchases. 成交明细。

    Example: airshed market tape demo/dianzhong.book --series SO2-KM-2027 --kind listed --last
    """
    kinds = kinds_of(kind, "--kind") if kind else KINDS
    tape = place_of(book, server, seq, at, "tape").tape(kinds, series, limit, last=last)
    shown, total, money_name = tape.trades, tape.total, tape.money
    if json:
        for trade in shown:
            as_json(trade)
        return
    if not total:
        console.print("nothing was traded 无成交")
        return
    money, strips = money_name(), int(any(is_strip(trade.series) for trade in shown))
    table(
        f"{len(shown)} of {counted(total, 'trade')} 成交",
        [
            *("record #", "time 时间", "kind 方式", "series", f"price 价 [{money}/t]"),
            *([f"yearly 年价 [{money}/t]"] * strips),
            *("volume 量 [t]", f"value 额 [{money}]"),
        ],
        [
            (
                trade.seq,
                tape.civil.clock(trade.at)[:19],
                trade.kind,
                trade.series,
                yuan(trade.price),
                *([year_price(trade.series, trade.price)] * strips),
                tonnes(trade.count),
                yuan(trade.fen),
            )
            for trade in shown
        ],
    )


@app.command()
def bars(
    book: BookOrArgument = "",
    *,
    series: SeriesName,
    by: SpanName = "session",
    kind: KindNames = None,
    every: Annotated[bool, typer.Option("--every", help="Also spans in which nothing was traded.")] = False,
    seq: Seq = None,
    at: AsOf = "",
    server: MarketServer = "",
    json: Json = False,
) -> None:
    """Open, high, low, last and closing price, volume, turnover and mean of a series by session, week or month. K线。

    Example: airshed market bars demo/dianzhong.book --series SO2-KM-2027 --by month
    """
    span, kinds = span_kind(by), kinds_of(kind, "--kind") if kind else EXCHANGE_KINDS
    all_bars, money_name = place_of(book, server, seq, at, "bars").bars(series, kinds, span)
    found = [bar for bar in all_bars if every or bar.trades]
    if json:
        for bar in found:
            as_json(bar)
        return
    if not found:
        console.print(f"{series}: nothing was traded 无成交")
        return
    money = money_name()
    columns = ["trades #", "volume [t]", f"turnover [{money}]"]
    prices = ["open 开", "high 高", "low 低", "last 末", "mean 均", "close 收", "before 前收"]
    table(
        f"{series} by {span}, prices in {money}/t",
        [f"{span} {SPANS[span]}", *columns, *(f"{name} #" for name in prices)],
        [
            (
                bar.span,
                bar.trades,
                amount(bar.count),
                yuan(bar.fen),
                *map(price, (bar.open, bar.high, bar.low, bar.last_price, bar.vwap, bar.close, bar.previous_close)),
            )
            for bar in found
        ],
    )


for command in (market_series.summary, market_series.interest, market_index.index, market_out.export, market_out.page):
    app.command()(command)
