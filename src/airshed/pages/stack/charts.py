"""Charts of a stack's year by name: its hours, its mass per day, its capture rate by quarter."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from airshed.mrv.spans import quarter_bounds
from airshed.mrv.substitution import Capture
from airshed.pages.kit.colours import ALARM, INK, faded, pollutant_colour
from airshed.pages.kit.figures import Figure, along, bars, columns, figure, label, mark, moment, points, ruler, values
from airshed.pages.kit.words import Phrase, same
from airshed.pages.stack.charts_hours import hours_chart, year_axis
from airshed.pages.stack.facts import PollutantFacts, StackFacts

#: The charts of the hours by name: the whole range, and the range up to the limit.
WHOLE, CLOSE = "hours", "hours-close"

Drawn = dict[str, Figure]


def charts(facts: StackFacts) -> Drawn:
    """Every chart of the page by name."""
    return {
        WHOLE: hours_chart(facts),
        CLOSE: hours_chart(facts, close=True),
        "capture": capture_chart(facts),
        **{f"mass-{each.pollutant}": mass_chart(facts, each) for each in facts.pollutants},
    }


def mass_chart(facts: StackFacts, each: PollutantFacts) -> Figure:
    """Kilograms a day, measured and substituted; days that are not sealed marked on the axis."""
    days = [moment(day) for day in facts.days]
    parts = (
        (Phrase("measured", "实测"), each.measured_mg, faded(pollutant_colour(each.pollutant), 0.75)),
        (Phrase("substituted", "替代"), each.substituted_mg, INK),
    )
    series = [
        bars(
            [[day, round(mg / 1e6, 3)] for day, mg in zip(days, masses.tolist(), strict=True)],
            shade,
            name=what,
            said=[same("{x:day}"), Phrase(f"{what.en} {{y:3}} kg", f"{what.zh} {{y:3}} 千克")],
            stack="mass",
            barCategoryGap="0%",
        )
        for what, masses, shade in parts
    ]
    open_days = np.flatnonzero(each.missing).tolist()
    if open_days:
        said = [same("{x:day}"), Phrase("not sealed", "未封存")]
        series.append(points([[days[day], 0] for day in open_days], ALARM, said=said, symbol="triangle", size=7))
    return figure(
        series,
        x=year_axis(facts, splitNumber=4),
        y=values(Phrase("mass (kg/d)", "日排放量（千克/日）"), min=0),
    )


def capture_chart(facts: StackFacts) -> Figure:
    """The capture rate of each pollutant and quarter, with the rates at which the rows of the tiers begin."""
    quarters = list(zip(range(1, 5), pairwise(quarter_bounds(facts.year)), strict=True))
    thresholds = sorted(
        {tier.capture_from_basis_points for tier in facts.rules.tiers} | {facts.rules.capture_target_basis_points}
    )
    names = [Phrase(f"Q{number}", f"第{number}季度") for number, _ in quarters]
    return figure(
        [
            *(
                bars(
                    [
                        _rate(rate, name, len(quarters) * len(facts.pollutants))
                        for rate, name in zip(
                            (rate for rate in facts.closed.quarters if rate.pollutant == each.pollutant),
                            names,
                            strict=False,
                        )
                    ],
                    pollutant_colour(each.pollutant),
                    name=each.pollutant,
                    barCategoryGap="20%",
                )
                for each in facts.pollutants
            ),
            ruler(
                *(
                    along(
                        each / 100,
                        same(f"{each / 100:g} %"),
                        ALARM if each == thresholds[0] else INK,
                        position="end",
                        color=INK,
                    )
                    for each in thresholds
                )
            ),
        ],
        x=columns(names),
        y=values(Phrase("valid hours of running hours (%)", "有效小时占运行小时（%）"), min=0, max=112, interval=25),
        grid={"right": 48},
    )


def _rate(rate: Capture, name: Phrase, beside: int) -> dict[str, object]:
    """A bar among so many side by side."""
    shown = None if rate.basis_points is None else rate.basis_points / 100
    text = "–" if shown is None else f"{shown:.2f}"
    hours = (f"{rate.running:,}", f"{rate.invalid:,}", f"{rate.stopped:,}")
    said = [
        Phrase(f"{rate.pollutant} {name.en}: {text} %", f"{rate.pollutant} {name.zh}：{text} %"),
        Phrase(
            f"{hours[0]} h running, {hours[1]} of them lost; {hours[2]} h stopped",
            f"运行 {hours[0]} 小时，其中无效 {hours[1]}；停运 {hours[2]}",
        ),
    ]
    return mark(shown, said, **label(same("–" if shown is None else f"{shown:.1f}"), "top", distance=3, beside=beside))
