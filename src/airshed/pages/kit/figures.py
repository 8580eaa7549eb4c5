"""Figures as plain JSON for ECharts: axes, series and marks in the house style, each text in both languages.

A figure is an ECharts option whose texts may be phrases; `figures.js` says them in the language that is shown, looks up
the colours that `page.css` names, and draws. What is shown over a mark is `said`: lines of text, the first one bold.
A series' own lines may name `{x}`, `{y}` and `{name}` of the mark, with `{x:day}`, `{x:hour}` or a number of decimals.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from math import floor, log10
from typing import Any

from airshed.pages.kit.colours import ALARM, GREY
from airshed.pages.kit.words import Phrase

Figure = dict[str, Any]
Series = dict[str, Any]
Text = str | Phrase
Lines = Sequence[Text]

#: Kinds of dashes by the names that their lines have in words.
SOLID, DASHED, DOTTED = "solid", "dashed", "dotted"


def figure(series: Sequence[Series], *, x: Mapping[str, Any], y: Mapping[str, Any], **more: Any) -> Figure:
    """A figure of series over one pair of axes."""
    return {"xAxis": x, "yAxis": y, "series": list(series), **more}


def floors(
    weights: Sequence[float],
    series: Sequence[Series],
    *,
    x: Mapping[str, Any],
    y: Sequence[Mapping[str, Any]],
    gap: int = 22,
    foot: int = 0,
    **more: Any,
) -> Figure:
    """Panels one above the other over the same time, as high as their weights; time is told under the last.

    `foot` is room for a slider below them.
    """
    last = len(weights) - 1
    bare = {"axisLabel": {"show": False}}
    return {
        "floors": {"weights": list(weights), "gap": gap, "top": 12, "left": 74, "right": 18},
        "foot": foot,
        "xAxis": [{**x, "gridIndex": place, **({} if place == last else bare)} for place in range(len(weights))],
        "yAxis": [{"nameGap": 52, **axis, "gridIndex": place} for place, axis in enumerate(y)],
        "series": list(series),
        **more,
    }


def on_floor(number: int, series: Series) -> Series:
    """A series in the panel of so many below the first."""
    return {**series, "xAxisIndex": number, "yAxisIndex": number}


def moment(text: str) -> int:
    """Milliseconds of a day, or of an hour of it, as the time axis counts them.

    >>> moment("2027-01-01"), moment("2027-01-01 05:00") - moment("2027-01-01")
    (1798761600000, 18000000)
    """
    return round(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


def values(title: Text = "", **more: Any) -> Mapping[str, Any]:
    """An axis of figures, whose title names the unit."""
    return {"type": "value", "name": title, **more}


def ticks(most: float, pieces: int = 5) -> list[float]:
    """Round figures from zero up to one that is not above it, by a step of 1, 2, 2.5 or 5 with noughts.

    >>> ticks(16_874), ticks(121.8)
    ([0.0, 5000.0, 10000.0, 15000.0], [0.0, 25.0, 50.0, 75.0, 100.0])
    """
    whole = 10.0 ** floor(log10(most / pieces))
    step = next(step * whole for step in (1, 2, 2.5, 5, 10) if step * whole * pieces >= most * (1 - 1e-9))
    return [step * place for place in range(int(most / step * (1 + 1e-9)) + 1)]


def days(first: str | None = None, last: str | None = None, **more: Any) -> Mapping[str, Any]:
    """An axis of time from day to day."""
    ends = {"min": moment(first), "max": moment(last)} if first and last else {}
    return {"type": "time", **ends, **more}


def rows(names: Iterable[Text], **more: Any) -> Mapping[str, Any]:
    """The names of bars that lie, the first of them on top."""
    return {"type": "category", "data": list(names), "inverse": True, **more}


def columns(names: Iterable[Text], **more: Any) -> Mapping[str, Any]:
    """The names of bars that stand, or of columns."""
    return {"type": "category", "data": list(names), **more}


def mark(value: Any, said: Lines = (), **style: Any) -> dict[str, Any]:
    """A bar, point or span: where it is, what is shown over it, and what sets it apart from others of its series."""
    return {"value": value, **({"said": list(said)} if said else {}), **style}


def bars(data: Sequence[Any], colour: str, *, name: Text = "", said: Lines = (), **more: Any) -> Series:
    """Bars of one meaning; with `stack` they stand on those of the same stack."""
    return _series("bar", data, name, said, {"itemStyle": {"color": colour}, **more})


def points(
    data: Sequence[Any],
    colour: str,
    *,
    name: Text = "",
    said: Lines = (),
    size: Any = 12,
    hollow: bool = False,
    **more: Any,
) -> Series:
    """Points; hollow ones are drawn as their edge alone."""
    look = {"color": "transparent", "borderColor": colour, "borderWidth": 1.8} if hollow else {"color": colour}
    return _series("scatter", data, name, said, {"symbolSize": size, "itemStyle": look, **more})


def line(
    data: Sequence[Any],
    colour: str,
    *,
    name: Text = "",
    said: Lines = (),
    width: float = 2,
    dash: str = SOLID,
    dots: float = 0,
    **more: Any,
) -> Series:
    """A line; with `step="end"` a value holds until the next one, with `dots` each value is a dot of so many pixels."""
    look: dict[str, Any] = {
        "lineStyle": {"color": colour, "width": width, "type": dash},
        "itemStyle": {"color": colour},
    }
    look |= {"showSymbol": True, "symbol": "circle", "symbolSize": dots} if dots else {"showSymbol": False}
    return _series("line", data, name, said, {**look, **more})


def drawn(how: str, data: Sequence[Any], colour: str, *, said: Lines = (), **more: Any) -> Series:
    """What ECharts has no kind for, by the name that `figures.js` draws it under: a polygon, spans, cells."""
    return _series("custom", data, "", said, {"draw": how, "itemStyle": {"color": colour}, **more})


def ruler(*lines: Mapping[str, Any] | Sequence[Mapping[str, Any]]) -> Series:
    """Lines across the chart where something is set; each is made by `across`, `along` or `between`."""
    return {"type": "line", "data": [], "silent": True, "markLine": {"data": list(lines)}}


def across(x: float, text: Text = "", colour: str = ALARM, dash: str = DOTTED, **label: Any) -> dict[str, Any]:
    """A line from foot to top at a place of the x axis, and what it is called."""
    return _rule({"xAxis": x}, text, colour, dash, {"position": "end", **label})


def along(y: float, text: Text = "", colour: str = GREY, dash: str = DOTTED, **label: Any) -> dict[str, Any]:
    """A line from left to right at a height of the y axis, and what it is called."""
    return _rule({"yAxis": y}, text, colour, dash, {"position": "insideEndTop", **label})


def between(
    first: tuple[float, float], last: tuple[float, float], text: Text, colour: str, dash: str = DOTTED
) -> list[dict[str, Any]]:
    """A line from one point to another, and what it is called."""
    return [_rule({"coord": list(first)}, text, colour, dash, {"position": "insideEndTop"}), {"coord": list(last)}]


def label(text: Text, position: str = "right", **more: Any) -> dict[str, Any]:
    """The label of one bar or point: what stands beside it, and as `narrow` what does on a telephone."""
    return {"label": {"show": True, "formatter": text, "position": position, **more}}


def beside(value: float, text: Text, **more: Any) -> dict[str, Any]:
    """The figure of a lying bar at its end: to the right of it, or to the left where it lies below zero."""
    return label(text, "left" if value < 0 else "right", **more)


def totals(stack: str, texts: Sequence[Text]) -> Series:
    """The figures behind the last bars of a stack."""
    data = [mark(0, **label(text, fontWeight="bold")) for text in texts]
    return {"type": "bar", "stack": stack, "data": data, "silent": True, "itemStyle": {"color": "transparent"}}


def nothing(text: Text) -> Figure:
    """What a chart says that has nothing to show."""
    return {"empty": text, "series": []}


def _series(kind: str, data: Sequence[Any], name: Text, said: Lines, more: Mapping[str, Any]) -> Series:
    named = {"name": name} if name else {}
    return {"type": kind, **named, "data": list(data), **({"said": list(said)} if said else {}), **more}


def _rule(at: Mapping[str, Any], text: Text, colour: str, dash: str, label: Mapping[str, Any]) -> dict[str, Any]:
    said = {"show": True, "formatter": text, "color": colour, **label} if text else {"show": False}
    return {**at, "lineStyle": {"color": colour, "type": dash, "width": 1.3}, "label": said}
