"""The hours of a stack's year: means under their limits, why hours were lost, and as what they count."""

from __future__ import annotations

from collections.abc import Sequence
from math import isnan
from typing import Any

import numpy as np

from airshed.mrv import states
from airshed.mrv.exceedance import daily_means
from airshed.mrv.flue_gas import Floats
from airshed.mrv.spans import hour_text
from airshed.pages.kit.style import ALARM, GREY, Figure, axis, faded, figure, hover, note, pollutant_colour
from airshed.pages.kit.words import STATISTICS, Language, Phrase
from airshed.pages.stack.facts import HoursSpan, PollutantFacts, StackFacts
from airshed.pages.stack.words import STATES, why_said

HOUR_MS = 3_600_000
#: Colours of states of hours: a substituted one is said by amber, a stopped one is pale, a missing one alarms.
STATE_COLOURS = {
    states.MEASURED: "#8fb8a0",
    states.SUBSTITUTED: "#d99a2b",
    states.STOPPED: "#c9d0d6",
    states.MISSING: ALARM,
}
#: Colours of reasons: data flags by letter, and what the checks found.
FLAG_COLOURS = {
    "M": "#7a6aa0",
    "D": "#b3392f",
    "C": "#4d7ea8",
    "T": "#d0693b",
    "B": "#1f2a33",
    "S": "#5b8c5a",
    "F": "#a8b0b6",
}
CHECK_COLOUR, NO_FRAME_COLOUR = "#a86f4d", "#59626a"
#: How far above the limit the close view goes.
CLOSE_VIEW = 1.6
#: Height of a pollutant's panel in pixels, and the part of it that its two strips take.
PANEL, STRIPS = 270, 0.17


def height_of_hours(facts: StackFacts) -> int:
    """Pixels that the chart of the hours needs."""
    return PANEL * len(facts.pollutants) + 40


def reason_colour(code: int) -> str:
    """The colour of why an hour does not count."""
    if code >= states.FIRST_FLAG:
        return FLAG_COLOURS.get(chr(code), GREY)
    return NO_FRAME_COLOUR if code == states.NO_FRAME else CHECK_COLOUR


def hours_chart(facts: StackFacts, language: Language, *, close: bool = False) -> Figure:
    """Hourly means at reference oxygen under their limits, one panel a pollutant over the same time.

    Under each panel two strips: why hours do not count, and what stands for them. `close` cuts the range a little
    above the limit, where a peak would press all other hours flat.
    """
    count = len(facts.pollutants)
    data: list[Figure] = []
    axes: dict[str, Any] = {}
    shapes: list[Figure] = []
    notes: list[Figure] = []
    for place, each in enumerate(facts.pollutants):
        top = 1 - place / count
        bottom = 1 - (place + 0.9) / count
        cut = bottom + STRIPS * (top - bottom)
        values, strips = f"y{2 * place + 1 if place else ''}", f"y{2 * place + 2}"
        ceiling = _ceiling(each, close)
        data += _series(facts, each, values, language, ceiling if close else None)
        data += _strips(facts, each, strips, language)
        shapes += _limit_lines(facts, each, values)
        notes += _limit_notes(facts, each, values, language)
        axes[values.replace("y", "yaxis")] = axis(
            f"{each.pollutant} ({Phrase('mg/m³', '毫克/立方米').said(language)})",
            domain=[cut, top - 0.02 / count],
            range=[0, ceiling],
            zeroline=False,
            nticks=5,
        )
        axes[strips.replace("y", "yaxis")] = axis(
            domain=[bottom, cut - 0.012 / count],
            range=[-0.6, 1.6],
            tickvals=[1, 0],
            ticktext=[Phrase("lost by", "原因").said(language), Phrase("counts as", "状态").said(language)],
            showgrid=False,
            zeroline=False,
            tickfont={"size": 10, "color": GREY},
        )
    xaxis = time_axis(facts, language, anchor=f"y{2 * count}")
    xaxis["fixedrange"] = False
    yaxis = axes.pop("yaxis")
    return figure(
        data,
        xaxis=xaxis,
        yaxis=yaxis,
        **axes,
        shapes=shapes,
        annotations=notes,
        dragmode="zoom",
        barmode="overlay",
        hovermode="closest",
        hoverdistance=12,
        margin={"l": 8, "r": 16, "t": 10, "b": 8},
    )


def time_axis(facts: StackFacts, language: Language, **more: Any) -> dict[str, Any]:
    """The year from end to end, its ticks by months, days or hours as far as one zooms in."""
    return axis(
        type="date",
        range=[f"{facts.year}-01-01", f"{facts.year + 1}-01-01"],
        tickformatstops=[
            {"dtickrange": [None, 86_400_000 - 1], "value": "%m-%d %H:00"},
            {"dtickrange": [86_400_000, 14 * 86_400_000], "value": "%m-%d"},
            {"dtickrange": ["M1", None], "value": "%b" if language == "en" else "%-m月"},
        ],
        showgrid=False,
        **{"nticks": 13, **more},
    )


def _ceiling(each: PollutantFacts, close: bool) -> float:
    limit = max((span.limit.limit_mg_m3 for span in each.limits), default=0.0)
    highest = float(np.nanmax(each.mg_m3)) if np.isfinite(each.mg_m3).any() else 1.0
    return CLOSE_VIEW * limit if close and limit else 1.08 * max(highest, 1.1 * limit)


def _rounded(column: Floats) -> list[float | None]:
    return [None if isnan(value) else round(value, 2) for value in column.tolist()]


def _series(
    facts: StackFacts, each: PollutantFacts, values: str, language: Language, ceiling: float | None
) -> list[Figure]:
    """Hourly means, the daily means where a limit is on them, and the hours above the limit."""
    colour = pollutant_colour(each.pollutant)
    daily = any(span.limit.statistic == "daily mean" for span in each.limits)
    data: list[Figure] = [
        {
            "type": "scatter",
            "mode": "lines",
            "x0": f"{facts.year}-01-01",
            "dx": HOUR_MS,
            "y": _rounded(each.mg_m3),
            "yaxis": values,
            "line": {"color": faded(colour, 0.45) if daily else colour, "width": 0.9},
            "connectgaps": False,
            "hovertemplate": hover(
                language,
                ("%{x|%Y-%m-%d %H:00}", f"<b>{each.pollutant}</b> " + "%{y:,.2f} mg/m³, hourly mean"),
                ("%{x|%Y-%m-%d %H:00}", f"<b>{each.pollutant}</b> " + "%{y:,.2f} 毫克/立方米，小时均值"),
            ),
        }
    ]
    if daily:
        data.append(
            {
                "type": "scatter",
                "mode": "lines",
                "x": [*facts.days],
                "y": _rounded(daily_means(each.mg_m3, facts.rules.hours_per_day)),
                "yaxis": values,
                "line": {"color": colour, "width": 2, "shape": "hv"},
                "hovertemplate": hover(
                    language,
                    ("%{x|%Y-%m-%d}", f"<b>{each.pollutant}</b> " + "%{y:,.2f} mg/m³, daily mean"),
                    ("%{x|%Y-%m-%d}", f"<b>{each.pollutant}</b> " + "%{y:,.2f} 毫克/立方米，日均值"),
                ),
            }
        )
    if each.over:
        heights = [float(each.mg_m3[hour]) for hour, _ in each.over]
        data.append(
            {
                "type": "scatter",
                "mode": "markers",
                "x": [hour_text(facts.year, hour) for hour, _ in each.over],
                "y": [round(min(height, ceiling * 0.97) if ceiling else height, 2) for height in heights],
                "yaxis": values,
                "marker": {
                    "color": ALARM,
                    "size": 6,
                    "symbol": ["triangle-up" if ceiling and height > ceiling else "circle-open" for height in heights],
                    "line": {"width": 1.4, "color": ALARM},
                },
                "customdata": [
                    [round(height, 2), times] for height, (_, times) in zip(heights, each.over, strict=True)
                ],
                "hovertemplate": hover(
                    language,
                    ("%{x|%Y-%m-%d %H:00}", "%{customdata[0]:,.2f} mg/m³", "<b>%{customdata[1]:.2f} times over</b>"),
                    ("%{x|%Y-%m-%d %H:00}", "%{customdata[0]:,.2f} 毫克/立方米", "<b>超标 %{customdata[1]:.2f} 倍</b>"),
                ),
            }
        )
    return data


def _strips(facts: StackFacts, each: PollutantFacts, strips: str, language: Language) -> list[Figure]:
    """Two rows of spans: why hours do not count, and as what they count in the end."""
    whole = HoursSpan(0, facts.through, states.MEASURED)
    rows = (
        (1, each.raw_spans, reason_colour, lambda code: why_said(code).said(language)),
        (0, (whole, *each.final_spans), STATE_COLOURS.__getitem__, lambda code: STATES[code].said(language)),
    )
    return [_spans(facts, spans, height, strips, colour, said) for height, spans, colour, said in rows if spans]


def _spans(
    facts: StackFacts, spans: Sequence[HoursSpan], height: int, strips: str, colour: Any, said: Any
) -> dict[str, Any]:
    shades = [colour(span.code) for span in spans]
    return {
        "type": "bar",
        "orientation": "h",
        "base": [hour_text(facts.year, span.first_hour) for span in spans],
        "x": [(span.after_hour - span.first_hour) * HOUR_MS for span in spans],
        "y": [height] * len(spans),
        "width": 0.8,
        "yaxis": strips,
        # A thin edge keeps a single hour of a year visible.
        "marker": {
            "color": shades,
            "line": {"width": [0 if not span.code else 0.8 for span in spans], "color": shades},
        },
        "hoverinfo": "text",
        "hovertext": [
            ""
            if not span.code
            else f"{hour_text(facts.year, span.first_hour)} – {hour_text(facts.year, span.after_hour)}<br>"
            f"<b>{said(span.code)}</b>, {span.after_hour - span.first_hour:,} h"
            for span in spans
        ],
        "textposition": "none",
    }


def _limit_lines(facts: StackFacts, each: PollutantFacts, values: str) -> list[Figure]:
    return [
        {
            "type": "line",
            "yref": values,
            "x0": hour_text(facts.year, span.first_hour),
            "x1": hour_text(facts.year, span.after_hour),
            "y0": span.limit.limit_mg_m3,
            "y1": span.limit.limit_mg_m3,
            "line": {"color": ALARM, "width": 1.3, "dash": "dash"},
        }
        for span in each.limits
    ]


def _limit_notes(facts: StackFacts, each: PollutantFacts, values: str, language: Language) -> list[Figure]:
    found = []
    for span in each.limits:
        limit = span.limit
        oxygen = f", O₂ {limit.reference_o2_percent:g} %" if limit.reference_o2_percent is not None else ""
        words = f"{limit.limit_mg_m3:g} · {limit.standard} · {STATISTICS[limit.statistic].said(language)}{oxygen}"
        found.append(
            {
                **note(words, 1, limit.limit_mg_m3, yref=values, xanchor="right", yanchor="bottom"),
                "x": hour_text(facts.year, span.after_hour),
                "font": {"size": 11, "color": ALARM},
                "bgcolor": "rgba(255,255,255,0.75)",
            }
        )
    return found
