"""The charts of a pollutant that are about methods, the price over years, missing trade, and what figures hang on."""

from __future__ import annotations

from collections.abc import Mapping

from airshed.lab.brief.diagnosis import WEDGES
from airshed.lab.brief.facts import BriefPollutant, Found
from airshed.pages.brief.charts_market import upright
from airshed.pages.brief.words import DESIGNS, KNOBS, SHORT, option
from airshed.pages.kit.style import INK, METHOD_SHADES, QUIET_BLUE, Figure, axis, faded, figure, hover
from airshed.pages.kit.words import Language, Phrase

#: Designs in the chart of missing trade, and their colours.
LINES: Mapping[str, str] = {
    "pilots": "#9b4a5c",
    "cities": "#c4932d",
    "reference": "#7fa3bd",
    "book": "#5b8c5a",
    "choice": "#24506f",
}
#: Methods of allocation: the design that has it, and where its name stands beside its point.
METHOD_ROWS = (
    ("history", "history", "bottom left"),
    ("equal_cut", "equal_cut", "top left"),
    ("limit", "limit", "top right"),
    ("benchmark", "reference", "bottom right"),
)


def methods(facts: BriefPollutant, language: Language) -> Figure:
    """A point a method: how unequal shares are, and how hard it whips who abated early."""
    rows = [row for row in METHOD_ROWS if row[1] in facts.judged]
    where = [facts.judged[design] for _, design, _ in rows]
    data = [
        {
            "type": "scatter",
            "mode": "markers+text",
            "x": [each["whip"] for each in where],
            "y": [each["share_gap"] for each in where],
            "text": [option("method", method).said(language) for method, _, _ in rows],
            "textposition": [place for _, _, place in rows],
            "textfont": {"size": 12, "color": INK},
            "cliponaxis": False,
            "marker": {
                "size": 15,
                "color": [METHOD_SHADES[method] for method, _, _ in rows],
                "line": {"width": 1, "color": INK},
            },
            "customdata": [[each["burden_gap"]] for each in where],
            "hovertemplate": hover(
                language,
                ("<b>%{text}</b>", "whip %{x:.2f}", "unequal shares %{y:,.0f} kg/t", "burdens %{customdata[0]:,.0f}"),
                ("<b>%{text}</b>", "鞭打指数 %{x:.2f}", "分配差异 %{y:,.0f} 千克/吨", "负担差异 %{customdata[0]:,.0f}"),
            ),
        }
    ]
    most = max(each["share_gap"] or 0.0 for each in where)
    return figure(
        data,
        xaxis=axis(
            Phrase("whip: allowances lost per tonne abated early", "鞭打指数：提前减排一吨失去的配额").said(language),
            range=[-0.12, 1.0],
            tickformat=".1f",
        ),
        yaxis=axis(
            Phrase("unequal shares, kg/t", "分配差异（千克/吨）").said(language), range=[-0.08 * most, 1.15 * most]
        ),
    )


def path(facts: Found, money: Phrase, language: Language) -> Figure:
    """The zone's price over the years: central, and between the states, without and with the collar."""
    years = [row.year for row in facts.path]
    data = []
    for low, high, middle, colour, words in (
        ("low", "high", "central", "#9b4a5c", Phrase("without a collar", "不设上下限")),
        ("collared_low", "collared_high", "collared", "#24506f", Phrase("with the collar", "设上下限")),
    ):
        lows, highs = [getattr(row, low) for row in facts.path], [getattr(row, high) for row in facts.path]
        data.append(
            {
                "type": "scatter",
                "mode": "lines",
                "x": [*years, *years[::-1]],
                "y": [*highs, *lows[::-1]],
                "fill": "toself",
                "fillcolor": faded(colour, 0.14),
                "line": {"width": 0},
                "hoverinfo": "skip",
            }
        )
        data.append(
            {
                "type": "scatter",
                "mode": "lines+markers",
                "x": years,
                "y": [getattr(row, middle) for row in facts.path],
                "line": {"color": colour, "width": 2.5, "dash": "solid" if middle == "central" else "dot"},
                "marker": {"size": 5},
                "customdata": [[a, b] for a, b in zip(lows, highs, strict=True)],
                "hovertemplate": hover(
                    language,
                    (
                        f"<b>%{{x}}</b> {words.en}",
                        f"%{{y:,.0f}} {money.en}/t",
                        "states: %{customdata[0]:,.0f} to %{customdata[1]:,.0f}",
                    ),
                    (
                        f"<b>%{{x}}</b> {words.zh}",
                        f"%{{y:,.0f}} {money.zh}/吨",
                        "各情景：%{customdata[0]:,.0f}–%{customdata[1]:,.0f}",
                    ),
                ),
            }
        )
    return figure(
        data,
        xaxis=axis(tickformat="d", showgrid=False, dtick=1 if len(years) <= 12 else None),
        yaxis=axis(Phrase(f"{money.en} per tonne", f"{money.zh}/吨").said(language), rangemode="tozero", nticks=6),
    )


def trade(facts: BriefPollutant, language: Language) -> Figure:
    """What is left of the trade of the first year as trading gets dearer; the fee of the law is a line."""
    data = []
    for each in facts.diagnoses:
        if each.design in LINES:
            words = DESIGNS[each.design].said(language)
            data.append(
                {
                    "type": "scatter",
                    "mode": "lines+markers",
                    "name": words,
                    "x": [100 * wedge for wedge in WEDGES],
                    "y": [100 * part for part in each.volume_left],
                    "line": {"color": LINES[each.design], "width": 3 if each.design == "choice" else 2},
                    "marker": {"size": 6},
                    "hovertemplate": f"<b>{words}</b><br>%{{x:g}} %: %{{y:.0f}} %<extra></extra>",
                }
            )
    return figure(
        data,
        xaxis=axis(
            Phrase(
                "costs of trading, both sides together, percent of the price", "买卖双方交易成本合计占价格的比例（%）"
            ).said(language),
            range=[-2, 102],
        ),
        yaxis=axis(Phrase("percent of the trade left", "剩余交易量（%）").said(language), range=[0, 105]),
        shapes=[upright(facts.found.fee_percent)],
    )


def tornado(facts: BriefPollutant, measure: str, language: Language) -> Figure:
    """By how much the price, or the saving of linking, moves as one assumption is moved; the largest on top."""
    base = getattr(facts.found, measure)
    pairs: dict[str, list[tuple[str, float]]] = {}
    for swing in facts.swings:
        change = getattr(swing, measure) - base
        pairs.setdefault(swing.knob, []).append(
            (swing.at, 100 * change / base if measure == "price" and base else change)
        )
    knobs = sorted(pairs, key=lambda knob: max(abs(change) for _, change in pairs[knob]))
    labels = [KNOBS[knob].said(language) for knob in knobs]
    data = []
    for place, colour in enumerate((QUIET_BLUE, "#c4932d")):
        ends = [pairs[knob][place] for knob in knobs]
        said = [SHORT[knob, at].said(language) for knob, (at, _) in zip(knobs, ends, strict=True)]
        data.append(
            {
                "type": "bar",
                "orientation": "h",
                "x": [change for _, change in ends],
                "y": labels,
                "marker": {"color": colour},
                "text": [word if _alone(pairs[knob], place) else "" for knob, word in zip(knobs, said, strict=True)],
                "textposition": "outside",
                "textfont": {"size": 11, "color": INK},
                "cliponaxis": False,
                "customdata": said,
                "hovertemplate": "<b>%{y}</b> %{customdata}<br>%{x:+.1f}<extra></extra>",
            }
        )
    reach = max((abs(change) for each in pairs.values() for _, change in each), default=1.0) or 1.0
    words = (
        Phrase("change of the price, percent", "价格变化（%）")
        if measure == "price"
        else Phrase("change of the saving, points", "节省比例变化（百分点）")
    )
    return figure(
        data,
        xaxis=axis(
            words.said(language), range=[-1.25 * reach, 1.25 * reach], zeroline=True, zerolinewidth=1.5, nticks=5
        ),
        yaxis=axis(type="category", showgrid=False),
        barmode="overlay",
        bargap=0.35,
    )


def _alone(ends: list[tuple[str, float]], place: int) -> bool:
    """Whether a bar's end can be named: on its own side, or the longer of two on one."""
    own, other = ends[place][1], ends[1 - place][1]
    return own * other < 0 or abs(own) > abs(other)
