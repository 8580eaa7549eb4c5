"""The charts of a guide price: what a cap costs, what is left of it after tax and collar, and the air beside it."""

from __future__ import annotations

from collections.abc import Sequence
from math import isinf
from typing import NamedTuple

from airshed.lab.prices.guide_price import Collar
from airshed.market.emission_tax import Guided
from airshed.pages.kit.style import ALARM, GREY, INK, PAPER, SPARE, Figure, axis, figure, hover, pollutant_colour
from airshed.pages.kit.words import Language, Phrase

#: Pixels of a row, and of what lies above and below.
ROW, EDGES = 40, 150


class GuideRow(NamedTuple):
    """A market on the page: its name, its guide price, how many times that of one market, measured over standard."""

    name: Phrase
    guided: Guided
    times: float
    exceedance: float | None


def height_of_chart(rows: Sequence[GuideRow]) -> int:
    """Pixels that the chart of prices needs."""
    return EDGES + ROW * len(rows)


def prices(rows: Sequence[GuideRow], collar: Collar, pollutant: str, money: Phrase, language: Language) -> Figure:
    """A bar for each guide price, the marginal cost at the cap as a diamond, floor and ceiling as lines."""
    shown = list(reversed(rows))
    names = [each.name.said(language) for each in shown]
    known = [(name, each.guided.marginal) for name, each in zip(names, shown, strict=True) if _finite(each)]
    unit = money.said(language)
    bar, mark = Phrase("guide price", "指导价"), Phrase("marginal cost at the cap", "总量处的边际成本")
    highest = max([each.guided.price for each in shown] + [cost for _, cost in known] + [1.0])
    lines = [(collar.floor, Phrase("floor", "底价"))]
    if not isinf(collar.ceiling) and collar.ceiling <= 2 * highest:
        lines.append((collar.ceiling, Phrase("ceiling", "上限")))
        highest = max(highest, collar.ceiling)
    return figure(
        [
            {
                "type": "bar",
                "orientation": "h",
                "name": bar.said(language),
                "x": [round(each.guided.price, 2) for each in shown],
                "y": names,
                "marker": {"color": pollutant_colour(pollutant, [pollutant])},
                "text": [f"{each.guided.price:,.0f}" for each in shown],
                "textposition": "inside",
                "insidetextanchor": "start",
                "textangle": 0,
                "textfont": {"size": 12, "color": PAPER},
                "hovertemplate": hover(
                    language,
                    ("<b>%{y}</b>", f"guide price %{{x:,.2f}} {unit}/(t.yr)"),
                    ("<b>%{y}</b>", f"指导价 %{{x:,.2f}} {unit}/（吨·年）"),
                ),
            },
            {
                "type": "scatter",
                "mode": "markers",
                "name": mark.said(language),
                "x": [round(cost, 2) for _, cost in known],
                "y": [name for name, _ in known],
                "marker": {"symbol": "diamond-open", "size": 11, "color": INK, "line": {"width": 2}},
                "hovertemplate": hover(
                    language,
                    ("<b>%{y}</b>", f"marginal cost %{{x:,.2f}} {unit}/t"),
                    ("<b>%{y}</b>", f"边际成本 %{{x:,.2f}} {unit}/吨"),
                ),
            },
        ],
        xaxis=axis(Phrase(f"{money.en}/(t.yr)", f"{money.zh}/（吨·年）").said(language), range=[0, highest * 1.08]),
        yaxis=axis(type="category", categoryorder="array", categoryarray=names, showgrid=False),
        shapes=[
            {
                "type": "line",
                "x0": at,
                "x1": at,
                "y0": 0,
                "y1": 1,
                "yref": "paper",
                "line": {"color": ALARM, "width": 1.5, "dash": "dot"},
            }
            for at, _ in lines
        ],
        annotations=[
            {
                "x": at,
                "y": 1,
                "yref": "paper",
                "yanchor": "bottom",
                "xanchor": "right" if at > highest / 2 else "left",
                "yshift": 14 * number,
                "text": f"{said.said(language)} {at:,.0f}",
                "showarrow": False,
                "font": {"size": 11, "color": ALARM},
            }
            for number, (at, said) in enumerate(lines)
        ],
        showlegend=True,
        legend={"orientation": "h", "y": -0.3, "font": {"size": 11}},
        margin={"l": 8, "r": 12, "t": 40, "b": 8},
    )


def scarcity(rows: Sequence[GuideRow], language: Language) -> Figure:
    """How many times the guide price of one market a city's is, over how many times the standard its air is."""
    shown = sorted(
        (each for each in rows if each.exceedance is not None and not isinf(each.times)),
        key=lambda each: each.exceedance or 0.0,
    )
    x, y = [each.exceedance or 0.0 for each in shown], [round(each.times, 3) for each in shown]
    end = max([*x, *y, 1.0]) * 1.15
    return figure(
        [
            {
                "type": "scatter",
                "mode": "lines",
                "x": [0, end],
                "y": [0, end],
                "line": {"color": GREY, "dash": "dot", "width": 1},
                "hoverinfo": "skip",
                "showlegend": False,
            },
            {
                "type": "scatter",
                "mode": "markers+text",
                "x": x,
                "y": y,
                "text": [f" {each.name.said(language)} " for each in shown],
                "textposition": [_beside(number, each > end * 0.6) for number, each in enumerate(x)],
                "textfont": {"size": 11, "color": INK},
                "marker": {"size": 11, "color": SPARE[0]},
                "cliponaxis": False,
                "showlegend": False,
                "hovertemplate": hover(
                    language,
                    ("<b>%{text}</b>", "air %{x:.2f} times the standard", "price %{y:.2f} times"),
                    ("<b>%{text}</b>", "浓度为标准的%{x:.2f}倍", "价格%{y:.2f}倍"),
                ),
            },
        ],
        xaxis=axis(Phrase("measured over standard", "浓度与标准之比").said(language), range=[0, end]),
        yaxis=axis(Phrase("guide price over that of one market", "指导价之比").said(language), range=[0, end]),
    )


def _beside(number: int, left: bool) -> str:
    """Where the name of a point stands: neighbours above and below in turn."""
    return f"{'top' if number % 2 else 'bottom'} {'left' if left else 'right'}"


def _finite(row: GuideRow) -> bool:
    return not isinf(row.guided.marginal)
