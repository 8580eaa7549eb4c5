"""One chart of all methods: a row each, a column each for fairness, whip, windfall, cost without trade, entrants."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from airshed.lab.methods import MethodCompared
from airshed.market.sharing.named import NAMED
from airshed.pages.kit.colours import ALARM, QUIET_BLUE
from airshed.pages.kit.figures import Figure, Series, bars, beside, mark, rows, values
from airshed.pages.kit.words import Phrase, same

#: Pixels of a method, of what lies above and below the bars, and of the names beside them.
ROW, EDGES, NAMES = 30, 84, 220
#: Part of the width of a column that a figure beside its bar needs, and a sign that stands after the figure.
LABEL_SHARE, SIGN_SHARE = 0.6, 0.06
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
    MethodColumn(Phrase("Gini\nper need", "基尼系数\n（按需求）"), lambda each: each.gini, ",.2f", False),
    MethodColumn(Phrase("Gini\nper emission", "基尼系数\n（按排放）"), lambda each: each.gini_emission, ",.2f", False),
    MethodColumn(Phrase("whip", "鞭打指数"), lambda each: each.whip, "+,.2f", True),
    MethodColumn(
        Phrase("windfall\n(M {money})", "意外收益\n（百万{money}）"),
        lambda each: each.windfall_yuan / MILLION,
        ",.1f",
        False,
    ),
    MethodColumn(
        Phrase("alone\n(M {money})", "不交易成本\n（百万{money}）"),
        lambda each: each.alone_yuan / MILLION,
        ",.1f",
        False,
        lambda each: f" + {each.short_t:,.0f} t" if each.short_t >= 0.5 else "",
    ),
    MethodColumn(
        Phrase("entrants pay\nmore ({money}/t)", "新源多付\n（{money}/吨）"),
        lambda each: each.entrant_gap_yuan or 0.0,
        "+,.0f",
        True,
    ),
)


def height_of_chart(methods: Sequence[MethodCompared]) -> int:
    """Pixels that the chart needs."""
    return EDGES + ROW * len(methods)


def chart(methods: Sequence[MethodCompared], money: Phrase, law: Sequence[str] = ()) -> Figure:
    """Bars that lie, a panel a column; the first method stands on top, those of the law are marked."""
    names = [label(each.name, each.name in law) for each in methods]
    panels = [_panel(number, column, methods, money) for number, column in enumerate(COLUMNS)]
    return {
        "panels": {"side": NAMES, "top": 52},
        "xAxis": [axis for axis, _ in panels],
        "yAxis": [
            rows(names, gridIndex=number, axisLabel={"show": not number, "width": NAMES - 12, "fontSize": 11})
            for number in range(len(COLUMNS))
        ],
        "series": [series for _, series in panels],
    }


def _panel(
    number: int, column: MethodColumn, methods: Sequence[MethodCompared], money: Phrase
) -> tuple[Mapping[str, object], Series]:
    title = Phrase(column.title.en.format(money=money.en), column.title.zh.format(money=money.zh))
    plain = Phrase(title.en.replace("\n", " "), title.zh.replace("\n", ""))
    found = [round(column.of(each), 6) for each in methods]
    low, high = min(0.0, *found), max(0.0, *found)
    longest = max(len(column.also(each)) for each in methods)
    room = (high - low or 1.0) * (LABEL_SHARE + longest * SIGN_SHARE)
    marks = []
    for value, each in zip(found, methods, strict=True):
        said, name = figured(value, column.form) + column.also(each), label(each.name)
        colour = ALARM if column.alarm and value > 0 else QUIET_BLUE
        over = [name, Phrase(f"{plain.en}: {said}", f"{plain.zh}：{said}")]
        marks.append(mark(value, over, itemStyle={"color": colour}, **beside(value, said, fontSize=10)))
    axis = values(
        title,
        gridIndex=number,
        position="top",
        min=low - (room if low < 0 else 0),
        max=high + room,
        splitNumber=2,
        axisLabel={"show": False},
        nameTextStyle={"lineHeight": 14},
    )
    return axis, bars(marks, QUIET_BLUE, xAxisIndex=number, yAxisIndex=number, barCategoryGap="30%")


def figured(value: float, form: str) -> str:
    """A figure as its column writes it; what rounds to nothing has no sign.

    >>> figured(-0.002, "+,.2f"), figured(0.784, "+,.2f")
    ('0.00', '+0.78')
    """
    said = format(value, form)
    return said.lstrip("+-") if not said.strip("+-0.") else said


def label(name: str, lawful: bool = False) -> Phrase:
    """A method by its name in the catalogue; the law's is said to be so."""
    found = NAMED.get(name)
    said = Phrase(found.en, found.zh) if found is not None else same(name.replace("_", " "))
    return Phrase(f"{said.en} (the law's)", f"{said.zh}（现行）") if lawful else said
