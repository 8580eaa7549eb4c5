"""Charts of a stack's year by name: its hours, its mass per day, its capture rate by quarter."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from airshed.mrv.spans import quarter_bounds
from airshed.pages.kit.style import ALARM, INK, Figure, axis, faded, figure, hover, note, pollutant_colour
from airshed.pages.kit.words import LANGUAGES, Language, Phrase
from airshed.pages.stack.charts_hours import hours_chart, time_axis
from airshed.pages.stack.facts import PollutantFacts, StackFacts

#: The charts of the hours by name: the whole range, and the range up to the limit.
WHOLE, CLOSE = "hours", "hours-close"

Drawn = dict[str, dict[Language, Figure]]


def charts(facts: StackFacts) -> Drawn:
    """Every chart of the page by name, in both languages."""
    drawn: Drawn = {}
    for language in LANGUAGES:
        drawn.setdefault(WHOLE, {})[language] = hours_chart(facts, language)
        drawn.setdefault(CLOSE, {})[language] = hours_chart(facts, language, close=True)
        drawn.setdefault("capture", {})[language] = capture_chart(facts, language)
        for each in facts.pollutants:
            drawn.setdefault(f"mass-{each.pollutant}", {})[language] = mass_chart(facts, each, language)
    return drawn


def mass_chart(facts: StackFacts, each: PollutantFacts, language: Language) -> Figure:
    """Kilograms a day, measured and substituted; days that are not sealed marked on the axis."""
    colour = pollutant_colour(each.pollutant)
    days = [*facts.days]
    parts = (
        (Phrase("measured", "实测"), each.measured_mg, faded(colour, 0.75)),
        (Phrase("substituted", "替代"), each.substituted_mg, "#1f2a33"),
    )
    data: list[Figure] = [
        {
            "type": "bar",
            "x": days,
            "y": [round(mg / 1e6, 3) for mg in masses.tolist()],
            "marker": {"color": shade, "line": {"width": 0}},
            "hovertemplate": hover(
                language,
                ("%{x|%Y-%m-%d}", f"{what.en} " + "%{y:,.3f} kg"),
                ("%{x|%Y-%m-%d}", f"{what.zh} " + "%{y:,.3f} 千克"),
            ),
        }
        for what, masses, shade in parts
    ]
    open_days = np.flatnonzero(each.missing)
    if open_days.size:
        data.append(
            {
                "type": "scatter",
                "mode": "markers",
                "x": [days[place] for place in open_days.tolist()],
                "y": [0] * int(open_days.size),
                "marker": {"symbol": "x", "color": ALARM, "size": 6},
                "cliponaxis": False,
                "hovertemplate": hover(language, ("%{x|%Y-%m-%d}", "not sealed"), ("%{x|%Y-%m-%d}", "未封存")),
            }
        )
    return figure(
        data,
        xaxis=time_axis(facts, language, nticks=5),
        yaxis=axis(Phrase("mass (kg/d)", "日排放量（千克/日）").said(language), rangemode="tozero"),
        barmode="stack",
        bargap=0,
    )


def capture_chart(facts: StackFacts, language: Language) -> Figure:
    """The capture rate of each pollutant and quarter, with the rates at which the rows of the tiers begin."""
    quarters = list(zip(range(1, 5), pairwise(quarter_bounds(facts.year)), strict=True))
    thresholds = sorted(
        {tier.capture_from_basis_points for tier in facts.rules.tiers} | {facts.rules.capture_target_basis_points}
    )
    names = [Phrase(f"Q{number}", f"第{number}季度").said(language) for number, _ in quarters]
    data: list[Figure] = []
    for each in facts.pollutants:
        rates = [rate for rate in facts.closed.quarters if rate.pollutant == each.pollutant]
        shown = [None if rate.basis_points is None else rate.basis_points / 100 for rate in rates]
        data.append(
            {
                "type": "bar",
                "name": each.pollutant,
                "x": names,
                "y": shown,
                "marker": {"color": pollutant_colour(each.pollutant)},
                "text": ["–" if rate is None else f"{rate:.1f}" for rate in shown],
                "textposition": "outside",
                "textfont": {"size": 11},
                "cliponaxis": False,
                "customdata": [[each.pollutant, rate.running, rate.invalid, rate.stopped] for rate in rates],
                "hovertemplate": hover(
                    language,
                    (
                        "<b>%{customdata[0]}</b> %{x}: %{y:.2f} %",
                        "%{customdata[1]:,} h running, %{customdata[2]:,} of them lost; %{customdata[3]:,} h stopped",
                    ),
                    (
                        "<b>%{customdata[0]}</b> %{x}：%{y:.2f} %",
                        "运行 %{customdata[1]:,} 小时，其中无效 %{customdata[2]:,}；停运 %{customdata[3]:,}",
                    ),
                ),
            }
        )
    return figure(
        data,
        xaxis=axis(showgrid=False, type="category"),
        yaxis=axis(
            Phrase("valid hours of running hours (%)", "有效小时占运行小时（%）").said(language), range=[0, 108]
        ),
        barmode="group",
        bargap=0.3,
        shapes=[
            {
                "type": "line",
                "xref": "paper",
                "x0": 0,
                "x1": 1,
                "y0": points / 100,
                "y1": points / 100,
                "line": {"color": ALARM if points == thresholds[0] else INK, "width": 1.2, "dash": "dot"},
            }
            for points in thresholds
        ],
        annotations=[
            note(f"{points / 100:g} %", 1, points / 100, xref="paper", xanchor="left", font={"size": 11, "color": INK})
            for points in thresholds
        ],
        margin={"l": 8, "r": 40, "t": 10, "b": 8},
    )
