"""The heat map of completeness: stacks by days, coloured by the share of valid hours."""

from __future__ import annotations

from itertools import groupby

from airshed.pages.kit.style import INK, Figure, axis, figure, hover, note
from airshed.pages.kit.words import Language, Phrase, same
from airshed.pages.stack.completeness import Completeness, StackCount

#: From which share of valid hours in percent each colour holds, and its words. 83 percent are 20 of 24 hours.
STEPS = (
    (0.0, "#8c1d18", Phrase("0 %, no hour", "0 %，全部缺失")),
    (1.0, "#c8553d", same("1–49 %")),
    (50.0, "#e8b04b", same("50–82 %")),
    (83.0, "#d3e3d4", same("83–99 %")),
    (100.0, "#8fb8a0", Phrase("100 %, every hour", "100 %，全部有效")),
)
ROW, EDGES = 11, 70


def height_of_map(facts: Completeness) -> int:
    """Pixels that the heat map needs."""
    return EDGES + max(ROW * len(facts.stacks), 160)


def share_of_day(stack: StackCount, day: int) -> tuple[int, str] | None:
    """Percent of valid hours of the pollutant caught least that day, rounded down; None when the source stood still."""
    shares = [
        (100 * count.valid[day] // count.running[day], count.pollutant)
        for count in stack.pollutants
        if count.running[day]
    ]
    return min(shares, default=None)


def heat_map(facts: Completeness, language: Language) -> Figure:
    """Every stack and day; grey where the source stood still."""
    z: list[list[int | None]] = []
    which: list[list[str]] = []
    for stack in facts.stacks:
        row = [share_of_day(stack, day) for day in range(len(facts.days))]
        z.append([share[0] if share else None for share in row])
        which.append([share[1] if share else "" for share in row])
    scale: list[list[object]] = []
    bounds = [*(step[0] for step in STEPS), 101.0]
    for (_, colour, _), begin, end in zip(STEPS, bounds, bounds[1:], strict=False):
        scale += [[begin / 101, colour], [end / 101, colour]]
    heat = {
        "type": "heatmap",
        "z": z,
        "x": list(facts.days),
        "y": [stack.stack for stack in facts.stacks],
        "customdata": which,
        "zmin": 0,
        "zmax": 101,
        "colorscale": scale,
        "showscale": False,
        "ygap": 1,
        "hovertemplate": hover(
            language,
            ("<b>%{y}</b> %{x|%Y-%m-%d}", "%{customdata}: %{z} % of running hours valid"),
            ("<b>%{y}</b> %{x|%Y-%m-%d}", "%{customdata}：运行小时有效率 %{z} %"),
        ),
    }
    names = dict(facts.jurisdictions)
    lines: list[Figure] = []
    notes: list[Figure] = []
    first = 0
    for code, group in groupby(facts.stacks, key=lambda stack: stack.jurisdiction):
        size = len(list(group))
        notes.append(
            note(
                names[code].said(language).split(",")[0],
                1,
                first + size / 2 - 0.5,
                xref="paper",
                xanchor="left",
                xshift=6,
                textangle=90 if size > 6 else 0,
                font={"size": 12, "color": INK},
            )
        )
        if first:
            lines.append(
                {
                    "type": "line",
                    "xref": "paper",
                    "x0": 0,
                    "x1": 1.02,
                    "y0": first - 0.5,
                    "y1": first - 0.5,
                    "line": {"color": INK, "width": 1},
                }
            )
        first += size
    return figure(
        [heat],
        xaxis=axis(
            Phrase("day; colour: valid hours of running hours (%)", "日期；颜色：有效小时占运行小时（%）").said(
                language
            ),
            type="date",
            dtick="M1",
            tickformat="%b" if language == "en" else "%-m月",
            ticklabelmode="period",
            showgrid=False,
            side="top",
        ),
        yaxis=axis(
            autorange="reversed",
            type="category",
            showgrid=False,
            tickfont={"size": 8, "color": INK},
            dtick=1,
        ),
        shapes=lines,
        annotations=notes,
        margin={"l": 8, "r": 62, "t": 8, "b": 8},
        plot_bgcolor="#eceef0",
    )
