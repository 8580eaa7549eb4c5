"""Charts of monitoring: exceedances by times over, data capture, substituted hours."""

from __future__ import annotations

from itertools import groupby

from airshed.pages.kit.style import INK, QUIET_BLUE, Figure, axis, figure, hover, note, pollutant_colour
from airshed.pages.kit.words import STATISTICS, Language, Phrase
from airshed.pages.report.facts import Facts
from airshed.pages.report.labels import place_names
from airshed.rulebook.schema import Rulebook

MOST_EXCEEDANCES = 15
MOST_SUBSTITUTED = 15
#: Data capture in steps: under the target, up to 90 percent, up to 97.5 percent, above.
CAPTURE_STEPS = ((0.0, "#b3392f"), (75.0, "#e0b568"), (90.0, "#cfe0d4"), (97.5, "#8fb8a0"))


def exceedance_chart(facts: Facts, language: Language) -> Figure:
    """The worst exceedances by times over, C / L - 1."""
    rows = facts.monitoring.exceedances[:MOST_EXCEEDANCES]
    labels = [f"{row.stack} {row.pollutant}" for row in rows]
    traces = [
        {
            "type": "bar",
            "orientation": "h",
            "x": [row.times_over for row in rows],
            "y": labels,
            "marker": {"color": [pollutant_colour(row.pollutant) for row in rows]},
            "text": [f"{row.times_over:.2f}" for row in rows],
            "textposition": "outside",
            "cliponaxis": False,
            "customdata": [
                [
                    facts.stacks[row.stack].name.said(language),
                    row.worst_mg_m3,
                    row.limit_mg_m3,
                    row.standard,
                    STATISTICS[row.statistic].said(language),
                    row.worst_at,
                ]
                for row in rows
            ],
            "hovertemplate": hover(
                language,
                (
                    "<b>%{customdata[0]}</b>",
                    "%{customdata[1]:,.2f} mg/m³ against %{customdata[2]:g} mg/m³",
                    "%{customdata[3]}, %{customdata[4]}",
                    "%{x:.2f} times over, %{customdata[5]}",
                ),
                (
                    "<b>%{customdata[0]}</b>",
                    "%{customdata[1]:,.2f} 毫克/立方米，限值 %{customdata[2]:g}",
                    "%{customdata[3]}，%{customdata[4]}",
                    "超标 %{x:.2f} 倍，%{customdata[5]}",
                ),
            ),
        }
    ]
    most = max((row.times_over for row in rows), default=1.0)
    return figure(
        traces,
        xaxis=axis(
            Phrase("times over the limit, C/L − 1 (times)", "超标倍数 C/L − 1（倍）").said(language),
            range=[0, most * 1.12],
        ),
        yaxis=axis(autorange="reversed", showgrid=False, type="category"),
        bargap=0.35,
    )


def capture_chart(facts: Facts, rules: Rulebook, language: Language) -> Figure:
    """Data capture of every stack and month: the pollutant caught least."""
    order = {place.code: number for number, place in enumerate(rules.jurisdictions)}
    stacks = sorted(
        dict.fromkeys(row.stack for row in facts.monitoring.capture),
        key=lambda stack: (order[facts.stacks[stack].jurisdiction], stack),
    )
    cells = {(row.stack, row.month): row for row in facts.monitoring.capture}
    z: list[list[float | None]] = []
    said: list[list[str]] = []
    stopped = Phrase("stood still", "停产").said(language)
    for month in range(1, 13):
        z.append([])
        said.append([])
        for stack in stacks:
            row = cells.get((stack, month))
            rate = row.basis_points if row else None
            z[-1].append(None if rate is None else rate / 100)
            name = facts.stacks[stack].name.said(language)
            what = stopped if row is None or rate is None else f"{row.pollutant} {rate / 100:.1f} %"
            said[-1].append(f"<b>{stack}</b> {name}<br>{facts.year}-{month:02}: {what}")
    scale: list[list[object]] = []
    for number, (from_, colour) in enumerate(CAPTURE_STEPS):
        until = CAPTURE_STEPS[number + 1][0] if number + 1 < len(CAPTURE_STEPS) else 100.0
        scale += [[from_ / 100, colour], [until / 100, colour]]
    lines: list[Figure] = []
    notes: list[Figure] = []
    first = 0
    for code, group in groupby(stacks, key=lambda stack: facts.stacks[stack].jurisdiction):
        size = len(list(group))
        notes.append(
            note(
                place_names(rules)[code].said(language),
                first + size / 2 - 0.5,
                1,
                yref="paper",
                yanchor="bottom",
                font={"size": 12, "color": INK},
            )
        )
        if first:
            lines.append(
                {
                    "type": "line",
                    "x0": first - 0.5,
                    "x1": first - 0.5,
                    "yref": "paper",
                    "y0": 0,
                    "y1": 1.06,
                    "line": {"color": INK, "width": 1},
                }
            )
        first += size
    months = [f"{month}" for month in range(1, 13)] if language == "en" else [f"{month}月" for month in range(1, 13)]
    heat = {
        "type": "heatmap",
        "z": z,
        "x": list(range(len(stacks))),
        "y": months,
        "text": said,
        "hovertemplate": "%{text}<extra></extra>",
        "colorscale": scale,
        "zmin": 0,
        "zmax": 100,
        "xgap": 1,
        "ygap": 1,
        "showscale": False,
        "hoverongaps": True,
    }
    return figure(
        [heat],
        xaxis=axis(
            Phrase("stacks by jurisdiction; colour: valid hours (%)", "排放口（按所在地）；颜色：有效小时（%）").said(
                language
            ),
            showticklabels=False,
            ticks="",
            showgrid=False,
            zeroline=False,
        ),
        yaxis=axis(Phrase("month", "月份").said(language), autorange="reversed", showgrid=False, type="category"),
        shapes=lines,
        annotations=notes,
        margin={"l": 8, "r": 8, "t": 28, "b": 8},
        plot_bgcolor="#eef0f2",
    )


def substituted_chart(facts: Facts, language: Language) -> Figure:
    """The stacks with the largest share of substituted hours in the hours they ran, over all their pollutants."""
    sums: dict[str, list[int]] = {}
    for row in facts.monitoring.hours:
        total = sums.setdefault(row.stack, [0, 0, 0])
        for place, hours in enumerate((row.substituted, row.measured, row.stopped)):
            total[place] += hours
    shares = {stack: 100 * total[0] / (total[0] + total[1]) for stack, total in sums.items() if total[0]}
    shown = sorted(shares, key=lambda stack: (-shares[stack], stack))[:MOST_SUBSTITUTED]
    bars = {
        "type": "bar",
        "orientation": "h",
        "x": [shares[stack] for stack in shown],
        "y": shown,
        "marker": {"color": QUIET_BLUE},
        "text": [f"{shares[stack]:.1f}" for stack in shown],
        "textposition": "outside",
        "cliponaxis": False,
        "customdata": [[facts.stacks[stack].name.said(language), *sums[stack]] for stack in shown],
        "hovertemplate": hover(
            language,
            (
                "<b>%{customdata[0]}</b>",
                "%{customdata[1]:,} h substituted, %{customdata[2]:,} h measured",
                "%{customdata[3]:,} h stopped (all pollutants together)",
            ),
            (
                "<b>%{customdata[0]}</b>",
                "替代 %{customdata[1]:,} 小时，实测 %{customdata[2]:,} 小时",
                "停产 %{customdata[3]:,} 小时（各污染物合计）",
            ),
        ),
    }
    return figure(
        [bars],
        xaxis=axis(
            Phrase("substituted hours in running hours (%)", "替代小时占运行小时（%）").said(language),
            range=[0, 1.1 * max(shares.values())],
        ),
        yaxis=axis(autorange="reversed", showgrid=False, type="category"),
        bargap=0.35,
    )
