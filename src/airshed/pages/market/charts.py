"""The charts of the market: candles with volume, the index, depth, open interest."""

from __future__ import annotations

from typing import Any

from airshed.market.bars import Bar
from airshed.market.index import Standing
from airshed.market.orderbook import Level
from airshed.model.allowance import pollutant_of
from airshed.pages.kit.style import ALARM, GREY, INK, Figure, axis, faded, figure, hover, note, pollutant_colour
from airshed.pages.kit.words import LANGUAGES, Language, Phrase
from airshed.pages.market.facts import Group, MarketFacts, Quoted
from airshed.pages.market.words import KINDS, PARTS

Drawn = dict[str, dict[Language, Figure]]
RISING, FALLING = "#b3392f", "#2e8087"  # red rises and green falls, as on every Chinese exchange
DAY_MS = 86_400_000
#: Width of a week's volume.
BAR_MS = 5 * DAY_MS
#: Room beside the outermost levels of a book: a share of what they span, at least so much money.
PAD_SHARE, PAD_PRICE = 0.2, 20.0


def charts(facts: MarketFacts) -> Drawn:
    """Every chart of the page by name, in both languages."""
    drawn: Drawn = {"index": {language: index_chart(facts, language) for language in LANGUAGES}}
    for series in facts.series:
        drawn[f"bars-{series}"] = {language: candles(facts, series, language) for language in LANGUAGES}
    for name, quoted in facts.quotes.items():
        drawn[f"depth-{name}"] = {language: depth_chart(quoted, facts.money, language) for language in LANGUAGES}
    for group in facts.groups:
        drawn[f"held-{group.name}"] = {language: held_chart(group, language) for language in LANGUAGES}
    if facts.interest:
        drawn["held"] = {language: shares_chart(facts, language) for language in LANGUAGES}
    return drawn


def candles(facts: MarketFacts, series: str, language: Language) -> Figure:
    """Weeks as candles of open, high, low and last above, volume below; trades beside the exchange as diamonds."""
    weeks, beside, money = facts.weeks[series], facts.beside[series], facts.money
    colour = pollutant_colour(pollutant_of(series), facts.pollutants)
    data: list[Figure] = [
        {
            "type": "candlestick",
            "x": [bar.first for bar in weeks],
            **{
                key: [_whole(getattr(bar, field)) for bar in weeks]
                for key, field in (("open", "open"), ("high", "high"), ("low", "low"), ("close", "last_price"))
            },
            "increasing": {"line": {"color": RISING, "width": 1.4}, "fillcolor": faded(RISING, 0.15)},
            "decreasing": {"line": {"color": FALLING, "width": 1.4}, "fillcolor": FALLING},
            "text": [_told(bar, language) for bar in weeks],
            "hoverinfo": "text",
        },
        {
            "type": "scatter",
            "mode": "markers",
            "x": [trade.day for trade in beside],
            "y": [trade.price / 100 for trade in beside],
            "marker": {"symbol": "diamond-open", "size": 7, "color": INK, "line": {"width": 1.1}},
            "text": [
                f"<b>{KINDS[trade.kind].said(language)}</b><br>{trade.day}<br>"
                + Phrase(
                    f"{trade.price / 100:,.2f} {money.en}/t, {trade.count / 1_000:,.3f} t",
                    f"{trade.price / 100:,.2f} {money.zh}/吨，{trade.count / 1_000:,.3f} 吨",
                ).said(language)
                for trade in beside
            ],
            "hovertemplate": "%{text}<extra></extra>",
        },
        {
            "type": "bar",
            "x": [bar.first for bar in weeks],
            "y": [bar.count / 1_000 for bar in weeks],
            "yaxis": "y2",
            "width": BAR_MS,
            "marker": {"color": faded(colour, 0.75)},
            "hovertemplate": Phrase("%{x|%Y-%m-%d}: %{y:,.3f} t", "%{x|%Y-%m-%d}：%{y:,.3f} 吨").said(language)
            + "<extra></extra>",
        },
    ]
    return figure(
        data,
        xaxis=_days(facts, anchor="y2", rangeslider={"visible": False}),
        yaxis=axis(_price(money).said(language), domain=[0.34, 1], nticks=6),
        yaxis2=axis(
            Phrase("volume (t)", "成交量（吨）").said(language), domain=[0, 0.24], rangemode="tozero", nticks=4
        ),
        annotations=[] if weeks else [_empty(language)],
    )


def index_chart(facts: MarketFacts, language: Language) -> Figure:
    """The index by week, and what each component stands at; where there is none the line is broken."""
    data: list[Figure] = []
    for code in facts.weights:
        standings = [(point, {each.code: each for each in point.components}.get(code)) for point in facts.index]
        data.append(
            {
                "type": "scatter",
                "mode": "lines",
                "name": code,
                "x": [point.last for point, _ in standings],
                "y": [None if there is None else there.hundredths / 100 for _, there in standings],
                "line": {"color": faded(pollutant_colour(code, facts.pollutants), 0.65), "width": 1.2},
                "connectgaps": False,
                "customdata": [_carried(there, language) for _, there in standings],
                "hovertemplate": f"<b>{code}</b> %{{y:,.2f}}<br>%{{x|%Y-%m-%d}}%{{customdata}}<extra></extra>",
            }
        )
    data.append(
        {
            "type": "scatter",
            "mode": "lines+markers",
            "x": [point.last for point in facts.index],
            "y": [None if point.hundredths is None else point.hundredths / 100 for point in facts.index],
            "line": {"color": INK, "width": 2.2},
            "marker": {"size": 4, "color": INK},
            "connectgaps": False,
            "hovertemplate": hover(
                language,
                ("<b>index %{y:,.2f}</b>", "week to %{x|%Y-%m-%d}"),
                ("<b>指数 %{y:,.2f}</b>", "截至 %{x|%Y-%m-%d} 当周"),
            ),
        }
    )
    return figure(
        data,
        xaxis=_days(facts),
        yaxis=axis(Phrase("points", "点").said(language), nticks=7),
        shapes=[
            {
                "type": "line",
                "xref": "paper",
                "x0": 0,
                "x1": 1,
                "y0": 100,
                "y1": 100,
                "line": {"color": GREY, "width": 1, "dash": "dot"},
            }
        ],
        annotations=[] if any(point.components for point in facts.index) else [_empty(language)],
    )


def depth_chart(quoted: Quoted, money: Phrase, language: Language) -> Figure:
    """What waits, cumulated from the best price outwards, with the moment and the spread in words."""
    depth = quoted.depth
    sides = (
        (depth.bids, RISING, Phrase("bid", "买").said(language)),
        (depth.asks, FALLING, Phrase("ask", "卖").said(language)),
    )
    prices = [level.price / 100 for level in (*depth.bids, *depth.asks)]
    margin = max(PAD_SHARE * (max(prices) - min(prices)), PAD_PRICE)
    edges = (min(prices) - margin, max(prices) + margin)
    return figure(
        [
            _steps(levels, edge, colour, word, money, language)
            for (levels, colour, word), edge in zip(sides, edges, strict=True)
            if levels
        ],
        xaxis=axis(_price(money).said(language), nticks=7, zeroline=False, range=list(edges)),
        yaxis=axis(Phrase("waiting, cumulated (t)", "累计挂单量（吨）").said(language), rangemode="tozero"),
        annotations=[
            note(
                _moment(quoted, money).said(language),
                0.5,
                1.08,
                xref="paper",
                yref="paper",
                font={"size": 12.5, "color": INK},
            )
        ],
        margin={"l": 8, "r": 16, "t": 36, "b": 8},
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


def _steps(levels: tuple[Level, ...], edge: float, colour: str, word: str, money: Phrase, language: Language) -> Figure:
    """From nothing at the best price up a step at each level, and on to the edge of the chart."""
    x, y, said = [levels[0].price / 100], [0.0], [""]
    reached = 0
    unit = (f"{money.en}/t", "t", "orders") if language == "en" else (f"{money.zh}/吨", "吨", "笔")
    for level in levels:
        reached += level.count
        x.append(level.price / 100)
        y.append(reached / 1_000)
        said.append(
            f"<b>{word}</b> {level.price / 100:,.2f} {unit[0]}<br>"
            f"{level.count / 1_000:,.3f} {unit[1]}, {level.orders} {unit[2]}<br>Σ {reached / 1_000:,.3f} {unit[1]}"
        )
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "x": [*x, edge],
        "y": [*y, reached / 1_000],
        "text": [*said, ""],
        "line": {"color": colour, "width": 2, "shape": "hv"},
        "marker": {"size": [0, *[7] * len(levels), 0], "color": colour},
        "fill": "tozeroy",
        "fillcolor": faded(colour, 0.15),
        "hovertemplate": "%{text}<extra></extra>",
    }


def held_chart(group: Group, language: Language) -> Figure:
    """Where the allowances of a pollutant and vintage were, week by week: the parts stand on one another."""
    data = []
    for field, name, colour in PARTS:
        values = [getattr(part, field) / 1_000 for _, part in group.weeks]
        if any(values):
            data.append(
                {
                    "type": "scatter",
                    "mode": "lines",
                    "name": name.said(language),
                    "stackgroup": "held",
                    "x": [day for day, _ in group.weeks],
                    "y": values,
                    "line": {"width": 0, "color": colour, "shape": "hv"},
                    "fillcolor": colour,
                    "hovertemplate": f"<b>{name.said(language)}</b> %{{y:,.3f}} "
                    + Phrase("t<br>%{x|%Y-%m-%d}", "吨<br>%{x|%Y-%m-%d}").said(language)
                    + "<extra></extra>",
                }
            )
    days = [day for day, _ in group.weeks]
    return figure(
        data,
        xaxis=axis(
            type="date", range=[days[0], days[-1]], showgrid=False, nticks=6, tickformat="%Y-%m", hoverformat="%Y-%m-%d"
        ),
        yaxis=axis(Phrase("allowances (t)", "配额（吨）").said(language), rangemode="tozero"),
    )


def shares_chart(facts: MarketFacts, language: Language) -> Figure:
    """Where the allowances of every series are, as shares of its cap."""
    rows = facts.interest[::-1]
    data = []
    for field, name, colour in PARTS:
        counts = [getattr(part, field) for part in rows]
        if any(counts):
            data.append(
                {
                    "type": "bar",
                    "orientation": "h",
                    "y": [part.series for part in rows],
                    "x": [100 * count / part.cap for count, part in zip(counts, rows, strict=True)],
                    "marker": {"color": colour},
                    "customdata": [f"{count / 1_000:,.3f}" for count in counts],
                    "hovertemplate": f"<b>%{{y}}</b><br>{name.said(language)} %{{x:.2f}} %<br>%{{customdata}} "
                    + Phrase("t", "吨").said(language)
                    + "<extra></extra>",
                }
            )
    return figure(
        data,
        xaxis=axis(Phrase("share of the cap (%)", "占总量（%）").said(language), range=[0, 100], side="top"),
        yaxis=axis(type="category", showgrid=False, tickfont={"size": 10.5, "color": INK}),
        barmode="stack",
        bargap=0.25,
    )


def _days(facts: MarketFacts, **more: Any) -> Figure:
    fixed: dict[str, Any] = {"range": [facts.first, facts.last]} if facts.first != facts.last else {}
    return axis(type="date", showgrid=False, nticks=6, tickformat="%Y-%m", hoverformat="%Y-%m-%d", **fixed, **more)


def _empty(language: Language) -> Figure:
    text = Phrase("nothing was traded", "无成交").said(language)
    return note(text, 0.5, 0.5, xref="paper", yref="paper", font={"size": 14, "color": ALARM})


def _price(money: Phrase) -> Phrase:
    return Phrase(f"price ({money.en}/t)", f"价格（{money.zh}/吨）")


def _whole(fen: int | None) -> float | None:
    return None if fen is None else fen / 100


def _carried(there: Standing | None, language: Language) -> str:
    if there is None or not there.carried:
        return ""
    return Phrase(f"<br>carried from {there.day}", f"<br>沿用 {there.day} 价格").said(language)


def _told(bar: Bar, language: Language) -> str:
    """What is shown over a candle."""
    prices = [
        f"{value / 100:,.2f}" for value in (bar.open, bar.high, bar.low, bar.last_price, bar.vwap) if value is not None
    ]
    words = ("open", "high", "low", "last", "mean") if language == "en" else ("开", "高", "低", "末", "均")
    lines = [f"<b>{bar.span}</b> {bar.first} – {bar.last}"]
    lines += [f"{word} {price}" for word, price in zip(words, prices, strict=True)]
    count = f"{bar.count / 1_000:,.3f}"
    lines.append(f"{count} t in {bar.trades} trades" if language == "en" else f"{bar.trades} 笔共 {count} 吨")
    return "<br>".join(lines)
