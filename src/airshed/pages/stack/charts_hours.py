"""The hours of a stack's year: means under their limits, why hours were lost, and as what they count."""

from __future__ import annotations

from math import isnan
from typing import Any

import numpy as np

from airshed.mrv import states
from airshed.mrv.exceedance import daily_means
from airshed.mrv.flue_gas import Floats
from airshed.mrv.spans import hour_text
from airshed.pages.kit.colours import ALARM, GREY, INK, faded, pollutant_colour
from airshed.pages.kit.figures import (
    DASHED,
    Figure,
    Series,
    between,
    days,
    drawn,
    floors,
    line,
    mark,
    moment,
    on_floor,
    points,
    rows,
    ruler,
    values,
)
from airshed.pages.kit.words import STATISTICS, Phrase, same
from airshed.pages.stack.facts import HoursSpan, PollutantFacts, StackFacts
from airshed.pages.stack.words import STATES, why_said

HOUR_MS = 3_600_000
#: Colours of states of hours: a substituted one is said by amber, a stopped one is pale, a missing one alarms.
STATE_COLOURS = {
    states.MEASURED: "#8fb8a0",
    states.SUBSTITUTED: "#d99a2b",
    states.STOPPED: "var(--edge)",
    states.MISSING: ALARM,
}
#: Colours of reasons: data flags by letter, and what the checks found.
FLAG_COLOURS = {
    "M": "#7a6aa0",
    "D": ALARM,
    "C": "#4d7ea8",
    "T": "#d0693b",
    "B": INK,
    "S": "#5b8c5a",
    "F": "var(--quiet)",
}
CHECK_COLOUR, NO_FRAME_COLOUR = "#a86f4d", "var(--soft)"
#: How far above the limit the close view goes.
CLOSE_VIEW = 1.6
#: Height of a pollutant's panel in pixels, and the part of it that its two strips take.
PANEL, STRIPS = 270, 0.2
#: Pixels of the slider under the panels that zooms.
ZOOM = 44


def height_of_hours(facts: StackFacts) -> int:
    """Pixels that the chart of the hours needs."""
    return PANEL * len(facts.pollutants) + 40 + ZOOM


def reason_colour(code: int) -> str:
    """The colour of why an hour does not count."""
    if code >= states.FIRST_FLAG:
        return FLAG_COLOURS.get(chr(code), GREY)
    return NO_FRAME_COLOUR if code == states.NO_FRAME else CHECK_COLOUR


def hours_chart(facts: StackFacts, *, close: bool = False) -> Figure:
    """Hourly means at reference oxygen under their limits, one panel a pollutant over the same time.

    Under each panel two strips: why hours do not count, and what stands for them. `close` cuts the range a little
    above the limit, where a peak would press all other hours flat.
    """
    weights: list[float] = []
    series: list[Series] = []
    axes = []
    for place, each in enumerate(facts.pollutants):
        ceiling = _ceiling(each, close)
        shown = [*_series(facts, each, ceiling if close else None), ruler(*_limits(facts, each))]
        series += [on_floor(2 * place, one) for one in shown]
        series += [on_floor(2 * place + 1, one) for one in _strips(facts, each)]
        weights += [1, STRIPS]
        axes += [
            values(
                Phrase(f"{each.pollutant} (mg/m³)", f"{each.pollutant}（毫克/立方米）"),
                min=0,
                max=ceiling,
                splitNumber=4,
            ),
            rows(
                [Phrase("lost by", "原因"), Phrase("counts as", "状态")],
                axisLabel={"fontSize": 10, "color": GREY, "width": 60},
                axisLine={"show": False},
                nameGap=0,
            ),
        ]
    every = list(range(len(weights)))
    return floors(
        weights,
        series,
        x=year_axis(facts),
        y=axes,
        tooltip={"trigger": "axis", "head": "hour"},
        gap=8,
        foot=ZOOM,
        dataZoom=[
            {"type": "inside", "xAxisIndex": every, "filterMode": "weakFilter", "zoomOnMouseWheel": "ctrl"},
            {"type": "slider", "xAxisIndex": every, "filterMode": "weakFilter"},
        ],
    )


def year_axis(facts: StackFacts, **more: Any) -> dict[str, Any]:
    """The year from end to end, its ticks by months, days or hours as far as one zooms in."""
    return {**days(f"{facts.year}-01-01", f"{facts.year + 1}-01-01"), "months": True, "splitNumber": 12, **more}


def _ceiling(each: PollutantFacts, close: bool) -> float:
    limit = max((span.limit.limit_mg_m3 for span in each.limits), default=0.0)
    highest = float(np.nanmax(each.mg_m3)) if np.isfinite(each.mg_m3).any() else 1.0
    return CLOSE_VIEW * limit if close and limit else 1.08 * max(highest, 1.1 * limit)


def _rounded(column: Floats) -> list[float | None]:
    return [None if isnan(value) else round(value, 2) for value in column.tolist()]


def _series(facts: StackFacts, each: PollutantFacts, ceiling: float | None) -> list[Series]:
    """Hourly means, the daily means where a limit is on them, and the hours above the limit."""
    colour, name = pollutant_colour(each.pollutant), each.pollutant
    daily = any(span.limit.statistic == "daily mean" for span in each.limits)
    hourly = line(
        _rounded(each.mg_m3),
        faded(colour, 0.45) if daily else colour,
        said=[Phrase(f"{name} {{y:2}} mg/m³, hourly mean", f"{name} {{y:2}} 毫克/立方米，小时均值")],
        width=0.9,
    )
    found = [{**hourly, "from": moment(f"{facts.year}-01-01"), "step_ms": HOUR_MS}]
    if daily:
        means = _rounded(daily_means(each.mg_m3, facts.rules.hours_per_day))
        found.append(
            line(
                [[moment(day), mean] for day, mean in zip(facts.days, means, strict=True)],
                colour,
                said=[Phrase(f"{name} {{y:2}} mg/m³, daily mean", f"{name} {{y:2}} 毫克/立方米，日均值")],
                step="end",
            )
        )
    if each.over:
        over = [_over(facts, hour, float(each.mg_m3[hour]), times, ceiling) for hour, times in each.over]
        found.append(points(over, ALARM, hollow=True, size=7))
    return found


def _over(facts: StackFacts, hour: int, height: float, times: float, ceiling: float | None) -> dict[str, Any]:
    """An hour above its limit: a ring, or a triangle at the edge of a close view that does not reach it."""
    beyond = ceiling is not None and height > ceiling
    at = min(height, ceiling * 0.97) if ceiling else height
    said = [
        Phrase(f"{height:,.2f} mg/m³", f"{height:,.2f} 毫克/立方米"),
        Phrase(f"{times:.2f} times over", f"超标 {times:.2f} 倍"),
    ]
    where = [moment(hour_text(facts.year, hour)), round(at, 2)]
    return mark(where, said, **({"symbol": "triangle"} if beyond else {}))


def _strips(facts: StackFacts, each: PollutantFacts) -> list[Series]:
    """Two rows of spans: why hours do not count, and as what they count in the end."""
    whole = HoursSpan(0, facts.through, states.MEASURED)
    lost = [_span(facts, span, 0, reason_colour(span.code), why_said(span.code)) for span in each.raw_spans]
    final = [_span(facts, span, 1, STATE_COLOURS[span.code], STATES[span.code]) for span in (whole, *each.final_spans)]
    return [drawn("spans", [*lost, *final], GREY, part=0.8, tooltip={"trigger": "item"})]


def _span(facts: StackFacts, span: HoursSpan, row: int, colour: str, what: Phrase) -> dict[str, Any]:
    first, after = hour_text(facts.year, span.first_hour), hour_text(facts.year, span.after_hour)
    hours = f"{span.after_hour - span.first_hour:,}"
    # A measured hour is what is expected: nothing is said of it.
    said = [what, same(f"{first} – {after}"), Phrase(f"{hours} h", f"{hours} 小时")] if row == 0 or span.code else []
    return mark([moment(first), moment(after), row], said, itemStyle={"color": colour})


def _limits(facts: StackFacts, each: PollutantFacts) -> list[Any]:
    found = []
    for span in each.limits:
        limit, statistic = span.limit, STATISTICS[span.limit.statistic]
        oxygen = f", O₂ {limit.reference_o2_percent:g} %" if limit.reference_o2_percent is not None else ""
        ends = [moment(hour_text(facts.year, hour)) for hour in (span.first_hour, span.after_hour)]
        said = Phrase(
            f"{limit.limit_mg_m3:g} · {limit.standard} · {statistic.en}{oxygen}",
            f"{limit.limit_mg_m3:g} · {limit.standard} · {statistic.zh}{oxygen}",
        )
        found.append(between((ends[0], limit.limit_mg_m3), (ends[1], limit.limit_mg_m3), said, ALARM, DASHED))
    return found
