"""Charts of monitoring: exceedances by times over, data capture, substituted hours."""

from __future__ import annotations

from itertools import groupby

from airshed.pages.kit.colours import INK, QUIET_BLUE, pollutant_colour
from airshed.pages.kit.figures import (
    Figure,
    bars,
    beside,
    columns,
    drawn,
    figure,
    label,
    mark,
    points,
    rows,
    values,
)
from airshed.pages.kit.words import STATISTICS, Phrase, same
from airshed.pages.report.facts import Facts
from airshed.pages.report.labels import place_names
from airshed.pages.report.monitoring import ExceedanceRow, MonthOfCapture
from airshed.rulebook.schema import Rulebook

MOST_EXCEEDANCES = 15
MOST_SUBSTITUTED = 15
#: Data capture in steps: under the target, up to 90 percent, up to 97.5 percent, above.
CAPTURE_STEPS = ((0.0, "#b3392f"), (75.0, "#e0b568"), (90.0, "#cfe0d4"), (97.5, "#8fb8a0"))
STOPPED = Phrase("stood still", "停产")


def exceedance_chart(facts: Facts) -> Figure:
    """The worst exceedances by times over, C / L - 1."""
    shown = facts.monitoring.exceedances[:MOST_EXCEEDANCES]
    most = max((row.times_over for row in shown), default=1.0)
    return figure(
        [bars([_exceedance(facts, row) for row in shown], QUIET_BLUE, barCategoryGap="35%")],
        x=values(Phrase("times over the limit, C/L − 1 (times)", "超标倍数 C/L − 1（倍）"), min=0, max=most * 1.15),
        y=rows(f"{row.stack} {row.pollutant}" for row in shown),
    )


def _exceedance(facts: Facts, row: ExceedanceRow) -> dict[str, object]:
    times, statistic = f"{row.times_over:.2f}", STATISTICS[row.statistic]
    return mark(
        row.times_over,
        [
            facts.stacks[row.stack].name,
            Phrase(
                f"{row.worst_mg_m3:,.2f} mg/m³ against {row.limit_mg_m3:g} mg/m³",
                f"{row.worst_mg_m3:,.2f} 毫克/立方米，限值 {row.limit_mg_m3:g}",
            ),
            Phrase(f"{row.standard}, {statistic.en}", f"{row.standard}，{statistic.zh}"),
            Phrase(f"{times} times over, {row.worst_at}", f"超标 {times} 倍，{row.worst_at}"),
        ],
        itemStyle={"color": pollutant_colour(row.pollutant)},
        **beside(row.times_over, same(times)),
    )


def capture_chart(facts: Facts, rules: Rulebook) -> Figure:
    """Data capture of every stack and month: the pollutant caught least."""
    order = {place.code: number for number, place in enumerate(rules.jurisdictions)}
    stacks = sorted(
        dict.fromkeys(row.stack for row in facts.monitoring.capture),
        key=lambda stack: (order[facts.stacks[stack].jurisdiction], stack),
    )
    held = {(row.stack, row.month): row for row in facts.monitoring.capture}
    cells = [
        _captured(facts, held.get((stack, month)), (place, month), stack)
        for month in range(1, 13)
        for place, stack in enumerate(stacks)
    ]
    names, borders, first = [], [], 0
    for code, group in groupby(stacks, key=lambda stack: facts.stacks[stack].jurisdiction):
        size = len(list(group))
        middle = first + (size - 1) // 2
        names.append(mark([middle, 0], **label(place_names(rules)[code], "top", distance=14, fontSize=12, color=INK)))
        if first:
            borders.append([first, 0])
        first += size
    return figure(
        [
            drawn("cells", cells, "var(--none)", gap=1),
            points(names, "transparent", size=1, silent=True),
            drawn("uprights", borders, INK, silent=True),
        ],
        x=columns(
            stacks,
            name=Phrase("stacks by jurisdiction; colour: valid hours (%)", "排放口（按所在地）；颜色：有效小时（%）"),
            axisLabel={"show": False},
        ),
        y=rows(
            [Phrase(f"{month}", f"{month}月") for month in range(1, 13)],
            name=Phrase("month", "月份"),
            axisLabel={"width": 36},
        ),
        grid={"top": 30},
    )


def _captured(facts: Facts, row: MonthOfCapture | None, at: tuple[int, int], stack: str) -> dict[str, object]:
    place, month = at
    rate = None if row is None else row.basis_points
    name = facts.stacks[stack].name
    what = STOPPED if row is None or rate is None else same(f"{row.pollutant} {rate / 100:.1f} %")
    said = [
        Phrase(f"{stack} {name.en}", f"{stack} {name.zh}"),
        Phrase(f"{facts.year}-{month:02}: {what.en}", f"{facts.year}-{month:02}：{what.zh}"),
    ]
    shade = "var(--none)" if rate is None else [colour for least, colour in CAPTURE_STEPS if rate / 100 >= least][-1]
    return mark([place, month - 1], said, itemStyle={"color": shade})


def substituted_chart(facts: Facts) -> Figure:
    """The stacks with the largest share of substituted hours in the hours they ran, over all their pollutants."""
    sums: dict[str, list[int]] = {}
    for row in facts.monitoring.hours:
        total = sums.setdefault(row.stack, [0, 0, 0])
        for place, hours in enumerate((row.substituted, row.measured, row.stopped)):
            total[place] += hours
    shares = {stack: 100 * total[0] / (total[0] + total[1]) for stack, total in sums.items() if total[0]}
    shown = sorted(shares, key=lambda stack: (-shares[stack], stack))[:MOST_SUBSTITUTED]
    return figure(
        [
            bars(
                [
                    mark(
                        shares[stack],
                        [
                            facts.stacks[stack].name,
                            Phrase(
                                f"{sums[stack][0]:,} h substituted, {sums[stack][1]:,} h measured",
                                f"替代 {sums[stack][0]:,} 小时，实测 {sums[stack][1]:,} 小时",
                            ),
                            Phrase(
                                f"{sums[stack][2]:,} h stopped (all pollutants together)",
                                f"停产 {sums[stack][2]:,} 小时（各污染物合计）",
                            ),
                        ],
                        **beside(shares[stack], same(f"{shares[stack]:.1f}")),
                    )
                    for stack in shown
                ],
                QUIET_BLUE,
                barCategoryGap="35%",
            )
        ],
        x=values(
            Phrase("substituted hours in running hours (%)", "替代小时占运行小时（%）"),
            min=0,
            max=1.15 * max(shares.values()),
        ),
        y=rows(shown),
    )
