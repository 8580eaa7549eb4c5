"""The heat map of completeness: stacks by days, coloured by the share of valid hours."""

from __future__ import annotations

from itertools import groupby

from airshed.model.period import DAY_MS
from airshed.pages.kit.colours import INK
from airshed.pages.kit.figures import Figure, days, drawn, figure, label, mark, moment, points, rows
from airshed.pages.kit.words import Phrase, same
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
#: Of a day on which the source stood still.
NONE = "var(--none)"


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


def heat_map(facts: Completeness) -> Figure:
    """Every stack and day, days of one colour in a row as one span; grey where the source stood still."""
    spans, names, borders = [], [], []
    for place, stack in enumerate(facts.stacks):
        days_of = [share_of_day(stack, day) for day in range(len(facts.days))]
        for step, run in groupby(enumerate(days_of), key=lambda each: _step(each[1])):
            if step is not None:
                spans.append(_span(facts, stack, place, step, list(run)))
    called, first = dict(facts.jurisdictions), 0
    start, end = moment(facts.days[0]), moment(facts.days[-1]) + DAY_MS
    for code, group in groupby(facts.stacks, key=lambda stack: stack.jurisdiction):
        size = len(list(group))
        name = Phrase(called[code].en.split(",")[0], called[code].zh)
        turned = {"rotate": -90, "distance": 12} if size > 6 else {"distance": 6}
        names.append(mark([end, first + (size - 1) // 2], **label(name, "right", fontSize=12, color=INK, **turned)))
        if first:
            borders.append([end, first])
        first += size
    return figure(
        [
            drawn("spans", [[start, end, place] for place in range(len(facts.stacks))], NONE, part=0.9, silent=True),
            drawn("spans", spans, NONE, part=0.9),
            points(names, "transparent", size=1, silent=True),
            drawn("levels", borders, INK, silent=True),
        ],
        x={
            **days(facts.days[0]),
            "min": start,
            "max": end,
            "months": True,
            "position": "top",
            "name": Phrase("day; colour: valid hours of running hours (%)", "日期；颜色：有效小时占运行小时（%）"),
        },
        y=rows([stack.stack for stack in facts.stacks], axisLabel={"fontSize": 8.5, "lineHeight": 9}),
        grid={"right": 62},
    )


def _step(share: tuple[int, str] | None) -> int | None:
    """Which of the steps a day belongs to; None when the source stood still."""
    return None if share is None else max(step for step, (least, *_) in enumerate(STEPS) if share[0] >= least)


def _span(
    facts: Completeness, stack: StackCount, place: int, step: int, run: list[tuple[int, tuple[int, str] | None]]
) -> dict[str, object]:
    """Days in a row of one step, with the least share among them and of which pollutant it is."""
    first, last = facts.days[run[0][0]], facts.days[run[-1][0]]
    least, pollutant = min(share for _, share in run if share is not None)
    when = first if first == last else f"{first} – {last}"
    said = [
        same(f"{stack.stack} {when}"),
        Phrase(
            f"{pollutant}: {'at least ' if first != last else ''}{least} % of running hours valid",
            f"{pollutant}：运行小时有效率{'不低于' if first != last else ''} {least} %",
        ),
    ]
    colour = {"color": STEPS[step][1]}
    return mark([moment(first), moment(last) + DAY_MS, place], said, itemStyle=colour)
