"""The charts of a pollutant that are about methods, the price over years, missing trade, and what figures hang on."""

from __future__ import annotations

from collections.abc import Mapping

from airshed.lab.brief.diagnosis import WEDGES
from airshed.lab.brief.facts import BriefPollutant, Found
from airshed.pages.brief.words import DESIGNS, KNOBS, SHORT, option
from airshed.pages.kit.colours import AMBER, DEEP, GREEN, INK, METHOD_SHADES, QUIET_BLUE, faded
from airshed.pages.kit.figures import (
    DOTTED,
    SOLID,
    Figure,
    Series,
    across,
    bars,
    beside,
    drawn,
    figure,
    label,
    line,
    mark,
    points,
    rows,
    ruler,
    values,
)
from airshed.pages.kit.words import Phrase, same

#: Designs in the chart of missing trade, and their colours.
LINES: Mapping[str, str] = {
    "pilots": "var(--nox)",
    "cities": AMBER,
    "reference": QUIET_BLUE,
    "book": GREEN,
    "choice": DEEP,
}
#: Methods of allocation: the design that has it, and where its name stands beside its point.
METHOD_ROWS = (
    ("history", "history", "left", 12),
    ("equal_cut", "equal_cut", "left", -12),
    ("limit", "limit", "right", -12),
    ("benchmark", "reference", "right", 12),
)


def methods(facts: BriefPollutant) -> Figure:
    """A point a method: how unequal shares are, and how hard it whips who abated early."""
    shown = [row for row in METHOD_ROWS if row[1] in facts.judged]
    most = max(facts.judged[design]["share_gap"] or 0.0 for _, design, *_ in shown)

    def point(method: str, design: str, side: str, lift: int) -> dict[str, object]:
        where, name = facts.judged[design], option("method", method)
        whip, gap, burdens = f"{where['whip']:.2f}", f"{where['share_gap']:,.0f}", f"{where['burden_gap']:,.0f}"
        said = [
            name,
            Phrase(f"whip {whip}", f"鞭打指数 {whip}"),
            Phrase(f"unequal shares {gap} kg/t", f"分配差异 {gap} 千克/吨"),
            Phrase(f"burdens {burdens}", f"负担差异 {burdens}"),
        ]
        look = {"color": METHOD_SHADES[method], "borderColor": INK, "borderWidth": 1}
        at = [where["whip"], where["share_gap"]]
        return mark(at, said, itemStyle=look, **label(name, side, offset=[0, lift], fontSize=12))

    return figure(
        [points([point(*row) for row in shown], QUIET_BLUE, size=15)],
        x=values(
            Phrase("whip: allowances lost per tonne abated early", "鞭打指数：提前减排一吨失去的配额"),
            min=-0.12,
            max=1.0,
        ),
        y=values(Phrase("unequal shares, kg/t", "分配差异（千克/吨）"), min=-0.08 * most, max=1.15 * most or 1.0),
    )


def path(facts: Found, money: Phrase) -> Figure:
    """The zone's price over the years: central, and between the states, without and with the collar."""
    years = [row.year for row in facts.path]
    series: list[Series] = []
    for low, high, middle, colour, words in (
        ("low", "high", "central", "var(--nox)", Phrase("without a collar", "不设上下限")),
        ("collared_low", "collared_high", "collared", DEEP, Phrase("with the collar", "设上下限")),
    ):
        ends = [[row.year, getattr(row, high)] for row in facts.path]
        ends += [[row.year, getattr(row, low)] for row in reversed(facts.path)]
        series.append(drawn("polygon", ends, faded(colour, 0.14), silent=True))
        data = []
        for row in facts.path:
            price = f"{getattr(row, middle):,.0f}"
            least, most = f"{getattr(row, low):,.0f}", f"{getattr(row, high):,.0f}"
            said = [
                Phrase(f"{row.year} {words.en}", f"{row.year} {words.zh}"),
                Phrase(f"{price} {money.en}/t", f"{price} {money.zh}/吨"),
                Phrase(f"states: {least} to {most}", f"各情景：{least}–{most}"),
            ]
            data.append(mark([row.year, getattr(row, middle)], said))
        dash = SOLID if middle == "central" else DOTTED
        series.append(line(data, colour, width=2.5, dash=dash, dots=5))
    return figure(
        series,
        x=values(
            min=years[0],
            max=years[-1],
            minInterval=1,
            plain=True,
            splitLine={"show": False},
        ),
        y=values(Phrase(f"{money.en} per tonne", f"{money.zh}/吨"), min=0),
    )


def trade(facts: BriefPollutant) -> Figure:
    """What is left of the trade of the first year as trading gets dearer; the fee of the law is a line."""
    return figure(
        [
            *(
                line(
                    [[100 * wedge, 100 * part] for wedge, part in zip(WEDGES, each.volume_left, strict=True)],
                    LINES[each.design],
                    name=DESIGNS[each.design],
                    said=[DESIGNS[each.design], same("{x} %: {y:0} %")],
                    width=3 if each.design == "choice" else 2,
                    dots=6,
                )
                for each in facts.diagnoses
                if each.design in LINES
            ),
            ruler(across(facts.found.fee_percent)),
        ],
        x=values(
            Phrase(
                "costs of trading, both sides together, percent of the price", "买卖双方交易成本合计占价格的比例（%）"
            ),
            min=-2,
            max=102,
            interval=20,
        ),
        y=values(Phrase("percent of the trade left", "剩余交易量（%）"), min=0, max=105, interval=25),
    )


def tornado(facts: BriefPollutant, measure: str) -> Figure:
    """By how much the price, or the saving of linking, moves as one assumption is moved; the largest on top."""
    base = getattr(facts.found, measure)
    pairs: dict[str, list[tuple[str, float]]] = {}
    for swing in facts.swings:
        change = getattr(swing, measure) - base
        pairs.setdefault(swing.knob, []).append(
            (swing.at, 100 * change / base if measure == "price" and base else change)
        )
    knobs = sorted(pairs, key=lambda knob: max(abs(change) for _, change in pairs[knob]), reverse=True)
    reach = max((abs(change) for each in pairs.values() for _, change in each), default=1.0) or 1.0

    def end(knob: str, place: int) -> dict[str, object]:
        at, change = pairs[knob][place]
        name, short = KNOBS[knob], SHORT[knob, at]
        said = [Phrase(f"{name.en} {short.en}", f"{name.zh} {short.zh}"), same(f"{change:+.1f}")]
        return mark(change, said, **(beside(change, short) if _alone(pairs[knob], place) else {}))

    words = (
        Phrase("change of the price, percent", "价格变化（%）")
        if measure == "price"
        else Phrase("change of the saving, points", "节省比例变化（百分点）")
    )
    return figure(
        [
            bars([end(knob, place) for knob in knobs], colour, barGap="-100%", barCategoryGap="35%")
            for place, colour in enumerate((QUIET_BLUE, AMBER))
        ],
        x=values(words, min=-1.4 * reach, max=1.4 * reach),
        y=rows(KNOBS[knob] for knob in knobs),
    )


def _alone(ends: list[tuple[str, float]], place: int) -> bool:
    """Whether a bar's end can be named: on its own side, or the longer of two on one."""
    own, other = ends[place][1], ends[1 - place][1]
    return own * other < 0 or abs(own) > abs(other)
