"""The chart of a series: what was bid for, what was on offer at which price, and where they met."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from airshed.market.auction.notice import SaleNotice
from airshed.model.allowance import Series
from airshed.pages.auction.curves import AuctionCurve, Point
from airshed.pages.kit.style import ALARM, GREY, INK, Figure, axis, faded, figure, hover, note, pollutant_colour
from airshed.pages.kit.words import YUAN, Language, Phrase

#: Allowances of one kilogram that the horizontal axis counts as one, by what a price is for.
COUNTED = {"tonne": 1_000, "allowance": 1}
#: How far beyond the last step the axes reach.
BEYOND = 1.1


def chart(
    shown: SaleNotice,
    curve: AuctionCurve,
    per: Literal["tonne", "allowance"],
    language: Language,
    *,
    public: bool,
    money: Phrase = YUAN,
) -> Figure:
    """Demand falls, supply rises by its steps, the clearing price lies where they meet."""
    colour = pollutant_colour(Series.parse(shown.series).pollutant)
    scale = COUNTED[per]
    unit = Phrase("t", "吨") if per == "tonne" else Phrase("allowances", "份")
    measure = unit.said(language)
    points = [*curve.bid, *curve.supply]
    wide = max(count for count, _ in points) / scale * BEYOND or 1.0
    top = max(price for _, price in points) / 100 * BEYOND or 1.0
    low = min([price for _, price in points] + ([] if shown.price is None else [shown.price])) / 100 / BEYOND
    supply = [*curve.supply, (curve.supply[-1][0], round(top * 100))]
    demand = curve.bid if curve.trimmed is None else curve.trimmed
    traces: list[dict[str, Any]] = []
    if curve.trimmed is not None:
        name = Phrase("bid for, before trimming", "调整前报价")
        traces.append(_line(curve.bid, scale, GREY, "dot", name, measure, language, money))
    name = Phrase("published quarters of what was bid for", "公布的报价分位点") if public else Phrase("bid for", "报价")
    traces.append(_line(demand, scale, colour, "solid", name, measure, language, money))
    traces[-1] |= {"mode": "lines+markers"} if public else {"fill": "tozeroy", "fillcolor": faded(colour, 0.12)}
    traces.append(_line(supply, scale, INK, "solid", Phrase("on offer", "供给"), measure, language, money))
    notes, shapes = [], []
    if shown.price is not None:
        sold, price = shown.sold / scale, shown.price / 100
        traces.append(
            {
                "type": "scatter",
                "mode": "markers",
                "name": Phrase("outcome", "结果").said(language),
                "x": [sold],
                "y": [price],
                "marker": {"size": 11, "color": ALARM, "line": {"color": "#fff", "width": 1.5}},
                "hovertemplate": hover(
                    language,
                    (f"price %{{y:,.2f}} {money.en}", f"sold %{{x:,}} {measure}"),
                    (f"价格 %{{y:,.2f}} {money.zh}", f"售出 %{{x:,}} {measure}"),
                ),
            }
        )
        shapes.append(
            {
                "type": "line",
                "x0": 0,
                "x1": wide,
                "y0": price,
                "y1": price,
                "line": {"color": ALARM, "width": 1, "dash": "dash"},
            }
        )
        notes.append(
            note(
                Phrase(f"price {price:,.2f}", f"价格 {price:,.2f}").said(language),
                0,
                price,
                xanchor="left",
                yanchor="bottom",
                xshift=4,
                font={"size": 12, "color": ALARM},
            )
        )
    return figure(
        traces,
        xaxis=axis(
            Phrase(f"cumulated ({unit.en})", f"累计数量（{unit.zh}）").said(language), range=[0, wide], zeroline=False
        ),
        yaxis=axis(
            Phrase(f"{money.en} per {per}", f"{money.zh}/{unit.zh}").said(language),
            range=[low, top],
            zeroline=False,
        ),
        shapes=shapes,
        annotations=notes,
    )


def _line(
    points: Sequence[Point],
    scale: int,
    colour: str,
    dash: str,
    name: Phrase,
    measure: str,
    language: Language,
    money: Phrase,
) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines",
        "name": name.said(language),
        "x": [count / scale for count, _ in points],
        "y": [price / 100 for _, price in points],
        "line": {"color": colour, "width": 2, "dash": dash},
        "hovertemplate": hover(
            language,
            (f"<b>{name.en}</b>", f"%{{x:,}} {measure}, %{{y:,.2f}} {money.en}"),
            (f"<b>{name.zh}</b>", f"%{{x:,}} {measure}，%{{y:,.2f}} {money.zh}"),
        ),
    }
