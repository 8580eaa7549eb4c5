"""One chart of all methods: a row each, a column each for fairness, whip, windfall, cost without trade, entrants."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from airshed.lab.methods import MethodCompared
from airshed.market.sharing.named import NAMED
from airshed.pages.kit.style import ALARM, INK, QUIET_BLUE, Figure, axis, figure, hover
from airshed.pages.kit.words import Language, Phrase

#: Pixels of a method, and of what lies above and below the bars.
ROW, EDGES = 26, 96
#: Part of the width between two columns, and part of a column that a figure beside its bar needs.
GAP, LABEL_SHARE = 0.02, 0.5
#: The same of a sign that stands after the figure.
SIGN_SHARE = 0.06
MILLION = 1e6


class MethodColumn(NamedTuple):
    """What a column shows of a method; its title has the money of the law for `{money}`."""

    title: Phrase
    of: Callable[[MethodCompared], float]
    form: str
    #: Whether more of it is worse, so that bars above zero are drawn in the colour of alarm.
    alarm: bool
    #: What stands after the figure.
    also: Callable[[MethodCompared], str] = lambda each: ""


COLUMNS: tuple[MethodColumn, ...] = (
    MethodColumn(Phrase("Gini<br>per need", "基尼系数<br>（按需求）"), lambda each: each.gini, ",.2f", False),
    MethodColumn(
        Phrase("Gini<br>per emission", "基尼系数<br>（按排放）"), lambda each: each.gini_emission, ",.2f", False
    ),
    MethodColumn(Phrase("whip", "鞭打指数"), lambda each: each.whip, "+,.2f", True),
    MethodColumn(
        Phrase("windfall<br>(M {money})", "意外收益<br>（百万{money}）"),
        lambda each: each.windfall_yuan / MILLION,
        ",.1f",
        False,
    ),
    MethodColumn(
        Phrase("alone<br>(M {money})", "不交易成本<br>（百万{money}）"),
        lambda each: each.alone_yuan / MILLION,
        ",.1f",
        False,
        lambda each: f" + {each.short_t:,.0f} t" if each.short_t >= 0.5 else "",
    ),
    MethodColumn(
        Phrase("entrants pay<br>more ({money}/t)", "新源多付<br>（{money}/吨）"),
        lambda each: each.entrant_gap_yuan or 0.0,
        "+,.0f",
        True,
    ),
)


def height_of_chart(rows: Sequence[MethodCompared]) -> int:
    """Pixels that the chart needs."""
    return EDGES + ROW * len(rows)


def chart(rows: Sequence[MethodCompared], money: Phrase, language: Language) -> Figure:
    """Horizontal bars; the first method stands on top."""
    shown = rows[::-1]
    names = [label(each.name, language) for each in shown]
    width = (1 + GAP) / len(COLUMNS) - GAP
    data = []
    layout = {}
    for number, column in enumerate(COLUMNS):
        key = "" if number == 0 else str(number + 1)
        values = [round(column.of(each), 6) for each in shown]
        low, high = min(0.0, *values), max(0.0, *values)
        longest = max(len(column.also(each)) for each in shown)
        room = (high - low or 1.0) * (LABEL_SHARE + longest * SIGN_SHARE)
        start = number * (width + GAP)
        layout[f"xaxis{key}"] = axis(
            column.title.said(language).format(money=money.said(language)),
            domain=[start, start + width],
            range=[low - (room if low < 0 else 0), high + room],
            zeroline=True,
            nticks=3,
            side="top",
            tickfont={"size": 10, "color": INK},
        )
        colours = [ALARM if column.alarm and value > 0 else QUIET_BLUE for value in values]
        data.append(
            {
                "type": "bar",
                "orientation": "h",
                "x": values,
                "y": names,
                "xaxis": f"x{key}",
                "yaxis": "y",
                "marker": {"color": colours},
                "text": [
                    figured(value, column.form) + column.also(each) for value, each in zip(values, shown, strict=True)
                ],
                "textposition": "outside",
                "textfont": {"size": 10, "color": INK},
                "cliponaxis": False,
                "hovertemplate": hover(
                    language,
                    ("<b>%{y}</b>", column.title.en.format(money=money.en).replace("<br>", " ") + ": %{text}"),
                    ("<b>%{y}</b>", column.title.zh.format(money=money.zh).replace("<br>", "") + "：%{text}"),
                ),
            }
        )
    first = layout.pop("xaxis")
    return figure(
        data,
        xaxis=first,
        yaxis=axis(type="category", showgrid=False, tickfont={"size": 11, "color": INK}),
        bargap=0.3,
        **layout,
    )


def figured(value: float, form: str) -> str:
    """A figure as its column writes it; what rounds to nothing has no sign.

    >>> figured(-0.002, "+,.2f"), figured(0.784, "+,.2f")
    ('0.00', '+0.78')
    """
    said = format(value, form)
    return said.lstrip("+-") if not said.strip("+-0.") else said


def label(name: str, language: Language) -> str:
    """A method by its name: the catalogue's Chinese where it has one."""
    if language == "zh" and name in NAMED:
        return NAMED[name].zh
    return name.replace("_", " ")
