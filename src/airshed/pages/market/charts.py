"""The charts of the market: candles with volume, the index, depth, open interest."""

from __future__ import annotations

from typing import Any

from airshed.market.bars import Bar
from airshed.market.index import IndexComponent
from airshed.market.orderbook import Level
from airshed.market.tape import Trade
from airshed.model.allowance import pollutant_of
from airshed.pages.kit.colours import ALARM, INK, faded, pollutant_colour
from airshed.pages.kit.figures import (
    Figure,
    Series,
    along,
    bars,
    days,
    figure,
    floors,
    line,
    mark,
    moment,
    nothing,
    on_floor,
    points,
    rows,
    ruler,
    values,
)
from airshed.pages.kit.words import Phrase, same
from airshed.pages.market.facts import Group, MarketFacts, Quoted
from airshed.pages.market.words import KINDS, PARTS

Drawn = dict[str, Figure]
RISING, FALLING = ALARM, "var(--teal)"  # red rises and green falls, as on every Chinese exchange
#: Room beside the outermost levels of a book: a share of what they span, at least so much money.
PAD_SHARE, PAD_PRICE = 0.2, 20.0
NO_TRADE = Phrase("nothing was traded", "无成交")
#: Part of a chart of candles that its volume takes, and of the index that each of its parts does.
VOLUME, PART = 0.35, 0.4
#: Pixels of the index, and of each of its parts.
INDEX, PANEL = 240, 92


def charts(facts: MarketFacts) -> Drawn:
    """Every chart of the page by name."""
    drawn: Drawn = {"index": index_chart(facts)}
    for series in facts.series:
        drawn[f"bars-{series}"] = candles(facts, series)
    for name, quoted in facts.quotes.items():
        drawn[f"depth-{name}"] = depth_chart(quoted, facts.money)
    for group in facts.groups:
        drawn[f"held-{group.name}"] = held_chart(group)
    if facts.interest:
        drawn["held"] = shares_chart(facts)
    return drawn


def height_of_index(facts: MarketFacts) -> int:
    """Pixels that the chart of the index needs."""
    return INDEX + PANEL * len(facts.weights)


def candles(facts: MarketFacts, series: str) -> Figure:
    """Weeks as candles of open, high, low and last above, volume below; trades beside the exchange as diamonds."""
    weeks, money = facts.weeks[series], facts.money
    colour = pollutant_colour(pollutant_of(series), facts.pollutants)
    if not weeks and not facts.beside[series]:
        return nothing(NO_TRADE)
    return floors(
        (1, VOLUME),
        [
            {
                "type": "candlestick",
                "data": [mark([moment(bar.first), *_prices(bar)], _told(bar, money)) for bar in weeks],
                "itemStyle": {
                    "color": faded(RISING, 0.15),
                    "borderColor": RISING,
                    "color0": FALLING,
                    "borderColor0": FALLING,
                    "borderWidth": 1.4,
                },
                "barMaxWidth": 12,
                "barMinWidth": 3,
            },
            points(
                [_beside(trade, money) for trade in facts.beside[series]], INK, hollow=True, symbol="diamond", size=8
            ),
            on_floor(
                1,
                bars(
                    [[moment(bar.first), bar.count / 1_000] for bar in weeks],
                    faded(colour, 0.75),
                    said=[same("{x:day}"), Phrase("{y:3} t", "{y:3} 吨")],
                    barMaxWidth=12,
                    barMinWidth=3,
                ),
            ),
        ],
        x=_days(facts),
        y=[values(_price(money), scale=True), values(Phrase("volume (t)", "成交量（吨）"), splitNumber=2)],
    )


def index_chart(facts: MarketFacts) -> Figure:
    """The index by week, below it each part on a scale of its own; where there is none the line is broken."""
    if not any(point.components for point in facts.index):
        return nothing(NO_TRADE)
    whole = line(
        [[moment(point.last), _hundredth(point.hundredths)] for point in facts.index],
        INK,
        said=[Phrase("index {y:2}", "指数 {y:2}"), Phrase("week to {x:day}", "截至 {x:day} 当周")],
        width=2.2,
        dots=4,
    )
    parts = []
    for number, code in enumerate(facts.weights, 1):
        there = [(point, {each.code: each for each in point.components}.get(code)) for point in facts.index]
        data = [_standing(moment(point.last), code, standing) for point, standing in there]
        colour = pollutant_colour(code, facts.pollutants)
        parts.append(on_floor(number, line(data, colour, name=code, width=1.5, dots=3)))
    return floors(
        (1, *[PART] * len(facts.weights)),
        [whole, ruler(along(100)), *parts],
        x=_days(facts),
        y=[
            values(Phrase("index (points)", "指数（点）"), scale=True),
            *(values(same(code), scale=True, splitNumber=2) for code in facts.weights),
        ],
    )


def _standing(at: int, code: str, standing: IndexComponent | None) -> dict[str, Any]:
    """What a part of the index stands at, and whether its price was carried."""
    if standing is None:
        return mark([at, None])
    said = [same(f"{code} {standing.hundredths / 100:,.2f}")]
    if standing.carried:
        said.append(Phrase(f"carried from {standing.day}", f"沿用 {standing.day} 价格"))
    return mark([at, standing.hundredths / 100], said)


def depth_chart(quoted: Quoted, money: Phrase) -> Figure:
    """What waits, cumulated from the best price outwards to the last level, with the moment and the spread in words."""
    depth = quoted.depth
    sides = ((depth.bids, RISING, Phrase("bid", "买")), (depth.asks, FALLING, Phrase("ask", "卖")))
    prices = [level.price / 100 for level in (*depth.bids, *depth.asks)]
    margin = max(PAD_SHARE * (max(prices) - min(prices)), PAD_PRICE)
    return figure(
        [_steps(levels, colour, word, money) for levels, colour, word in sides if levels],
        x=values(_price(money), min=min(prices) - margin, max=max(prices) + margin),
        y=values(Phrase("waiting, cumulated (t)", "累计挂单量（吨）"), min=0),
        heading=_moment(quoted, money),
    )


def _moment(quoted: Quoted, money: Phrase) -> Phrase:
    """When it was, and what lies between the best two."""
    depth, day = quoted.depth, quoted.day
    when = Phrase("now", "当前") if day is None else Phrase(f"before the close of {day}", f"{day} 收盘前")
    if depth.spread is None or depth.spread_basis_points is None:
        return Phrase(f"{when.en}: one side only", f"{when.zh}：仅单边挂单")
    spread, share = f"{depth.spread / 100:,.2f}", f"{depth.spread_basis_points / 100:.2f} %"
    return Phrase(
        f"{when.en}: spread {spread} {money.en}/t, {share}", f"{when.zh}：价差 {spread} {money.zh}/吨，{share}"
    )


def _steps(levels: tuple[Level, ...], colour: str, word: Phrase, money: Phrase) -> Series:
    """From nothing at the best price up a step at each level; beyond the last level nothing is known, and it ends."""
    hidden: dict[str, Any] = {"symbolSize": 0}
    data: list[dict[str, Any]] = [mark([levels[0].price / 100, 0.0], **hidden)]
    reached = 0
    for level in levels:
        price, before = level.price / 100, reached / 1_000
        reached += level.count
        count, whole = f"{level.count / 1_000:,.3f}", f"{reached / 1_000:,.3f}"
        said = [
            Phrase(f"{word.en} {price:,.2f} {money.en}/t", f"{word.zh} {price:,.2f} {money.zh}/吨"),
            Phrase(f"{count} t, {level.orders} orders", f"{count} 吨，{level.orders} 笔"),
            Phrase(f"Σ {whole} t", f"Σ {whole} 吨"),
        ]
        data += [mark([price, before], **hidden), mark([price, reached / 1_000], said)]
    data.append(mark([levels[-1].price / 100, 0.0], **hidden))
    return line(data, colour, dots=8, areaStyle={"color": faded(colour, 0.15)})


def held_chart(group: Group) -> Figure:
    """Where the allowances of a pollutant and vintage were, week by week: the parts stand on one another."""
    at = [moment(day) for day, _ in group.weeks]
    data = []
    for field, name, colour in PARTS:
        counts = [getattr(part, field) / 1_000 for _, part in group.weeks]
        if any(counts):
            data.append(
                line(
                    [[day, count] for day, count in zip(at, counts, strict=True)],
                    colour,
                    name=name,
                    said=[Phrase(f"{name.en} {{y:3}} t", f"{name.zh} {{y:3}} 吨")],
                    width=0,
                    step="end",
                    stack="held",
                    areaStyle={"color": colour, "opacity": 1},
                )
            )
    return figure(
        data,
        x=days(group.weeks[0][0], group.weeks[-1][0]),
        y=values(Phrase("allowances (t)", "配额（吨）"), min=0),
        tooltip={"trigger": "axis", "head": "day"},
    )


def shares_chart(facts: MarketFacts) -> Figure:
    """Where the allowances of every series are, as shares of its cap."""
    data = []
    for field, name, colour in PARTS:
        counts = [(part, getattr(part, field)) for part in facts.interest]
        if any(count for _, count in counts):
            data.append(
                bars(
                    [
                        mark(
                            100 * count / part.cap,
                            [
                                part.series,
                                Phrase(
                                    f"{name.en} {100 * count / part.cap:.2f} %",
                                    f"{name.zh} {100 * count / part.cap:.2f} %",
                                ),
                                Phrase(f"{count / 1_000:,.3f} t", f"{count / 1_000:,.3f} 吨"),
                            ],
                        )
                        for part, count in counts
                    ],
                    colour,
                    name=name,
                    stack="held",
                    barCategoryGap="25%",
                )
            )
    return figure(
        data,
        x=values(Phrase("share of the cap (%)", "占总量（%）"), min=0, max=100, position="top"),
        y=rows([part.series for part in facts.interest], axisLabel={"fontSize": 10.5}),
    )


def _days(facts: MarketFacts) -> dict[str, Any]:
    return dict(days(facts.first, facts.last) if facts.first != facts.last else days())


def _price(money: Phrase) -> Phrase:
    return Phrase(f"price ({money.en}/t)", f"价格（{money.zh}/吨）")


def _hundredth(count: int | None) -> float | None:
    return None if count is None else count / 100


def _prices(bar: Bar) -> list[float | None]:
    """Open, last, low and high, in the order that a candle is drawn from."""
    return [_hundredth(price) for price in (bar.open, bar.last_price, bar.low, bar.high)]


def _beside(trade: Trade, money: Phrase) -> dict[str, Any]:
    price, count = f"{trade.price / 100:,.2f}", f"{trade.count / 1_000:,.3f}"
    return mark(
        [moment(trade.day), trade.price / 100],
        [
            KINDS[trade.kind],
            same(trade.day),
            Phrase(f"{price} {money.en}/t, {count} t", f"{price} {money.zh}/吨，{count} 吨"),
        ],
    )


def _told(bar: Bar, money: Phrase) -> list[Phrase]:
    """What is shown over a candle."""
    said = [same(f"{bar.span} {bar.first} – {bar.last}")]
    for value, en, zh in (
        (bar.open, "open", "开"),
        (bar.high, "high", "高"),
        (bar.low, "low", "低"),
        (bar.last_price, "last", "末"),
        (bar.vwap, "mean", "均"),
    ):
        if value is not None:
            said.append(Phrase(f"{en} {value / 100:,.2f}", f"{zh} {value / 100:,.2f}"))
    count = f"{bar.count / 1_000:,.3f}"
    said.append(Phrase(f"{count} t in {bar.trades} trades", f"{bar.trades} 笔共 {count} 吨"))
    return said
