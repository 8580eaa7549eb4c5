"""The look of the charts: a quiet palette with one meaning a colour, and what every figure has in common."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from airshed.pages.kit.words import Language

Figure = dict[str, Any]
"""A Plotly figure as plain JSON: `data` and `layout`."""

INK, GREY, RULE, PAPER = "#1f2a33", "#6b7680", "#dfe3e6", "#ffffff"
ALARM = "#b3392f"
#: For what belongs to no pollutant, sector or method.
QUIET_BLUE = "#7fa3bd"
FONT = (
    'Inter, "Noto Sans", "Noto Sans SC", "Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei", '
    "system-ui, -apple-system, sans-serif"
)
#: Sulphur yellow, nitrogen-dioxide brown-red, dust grey, solvent teal; colours beyond these four come from SPARE.
_POLLUTANTS = {"SO2": "#c4932d", "NOx": "#9b4a5c", "PM": "#707a83", "VOC": "#2e8087"}
_SECTORS = {"cement": "#a08c6c", "steel": "#3f5f8a", "power": "#d0693b"}
SPARE = ("#7a6aa0", "#5b8c5a", "#4d7ea8", "#a86f4d")
#: Pale grounds of the map, one a jurisdiction in the order of the rulebook.
GROUNDS = ("#dbe5ee", "#ece3d3", "#dde8d9", "#e6dcea", "#efe0dc", "#d9e7e6")
#: Methods that look at past emissions in warm greys, those that look at output in blues.
METHOD_SHADES = {"history": "#cfc6bd", "benchmark": "#24506f", "limit": "#7fa3bd", "equal_cut": "#98897c"}
SEQUENCE = [[0.0, "#f4f6f8"], [0.15, "#d7e2ea"], [0.5, "#7fa3bd"], [1.0, "#1f4a68"]]


def colour_of(code: str, known: Mapping[str, str], codes: Sequence[str]) -> str:
    """The colour of a code: its own, or a spare one by its place among the unknown."""
    if code in known:
        return known[code]
    strangers = [each for each in codes if each not in known]
    return SPARE[strangers.index(code) % len(SPARE)] if code in strangers else GREY


def pollutant_colour(code: str, codes: Sequence[str] = ()) -> str:
    """The one colour of a pollutant on the whole page."""
    return colour_of(code, _POLLUTANTS, codes)


def sector_colour(code: str, codes: Sequence[str] = ()) -> str:
    """The one colour of a sector on the whole page."""
    return colour_of(code, _SECTORS, codes)


def faded(colour: str, opacity: float) -> str:
    """A colour as rgba.

    >>> faded("#c4932d", 0.25)
    'rgba(196,147,45,0.25)'
    """
    red, green, blue = (int(colour[place : place + 2], 16) for place in (1, 3, 5))
    return f"rgba({red},{green},{blue},{opacity:g})"


def axis(title: str = "", **more: Any) -> dict[str, Any]:
    """An axis: fixed, thin lines, its title naming the unit."""
    return {
        "title": {"text": title, "font": {"size": 12, "color": GREY}, "standoff": 8},
        "gridcolor": RULE,
        "linecolor": RULE,
        "zerolinecolor": "#b9c1c7",
        "tickfont": {"size": 12, "color": INK},
        "automargin": True,
        "fixedrange": True,
        "tickformat": ",",
        **more,
    }


def figure(data: Sequence[Mapping[str, Any]], *, xaxis: Any, yaxis: Any, **more: Any) -> Figure:
    """A figure in the house style."""
    layout = {
        "font": {"family": FONT, "size": 12, "color": INK},
        "paper_bgcolor": PAPER,
        "plot_bgcolor": PAPER,
        "margin": {"l": 8, "r": 16, "t": 10, "b": 8},
        "hoverlabel": {
            "bgcolor": "#ffffff",
            "bordercolor": "#b9c1c7",
            "font": {"family": FONT, "size": 12, "color": INK},
        },
        "showlegend": False,
        "dragmode": False,
        "autosize": True,
        "xaxis": xaxis,
        "yaxis": yaxis,
        **more,
    }
    return {"data": list(data), "layout": layout}


def hover(language: Language, en: Sequence[str], zh: Sequence[str]) -> str:
    """The lines that are shown over a mark, in the language of the chart."""
    return "<br>".join(en if language == "en" else zh) + "<extra></extra>"


def note(text: str, x: float, y: float | str, **more: Any) -> dict[str, Any]:
    """A direct label without an arrow."""
    return {"text": text, "x": x, "y": y, "showarrow": False, "font": {"size": 11, "color": GREY}, **more}
