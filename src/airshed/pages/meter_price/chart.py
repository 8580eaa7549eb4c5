"""The chart of a pollutant: reported less true mass of each way of losing hours, under either law."""

from __future__ import annotations

from textwrap import wrap

from airshed.mrv.meter_price import MeterPrice
from airshed.pages.kit.style import INK, Figure, axis, figure, hover
from airshed.pages.kit.words import Language, Phrase
from airshed.pages.meter_price.facts import PriceFacts
from airshed.pages.meter_price.words import LAW_COLOURS, LAWS, scenario_name

#: Pixels of a way of losing hours, and of what lies above and below the bars.
ROW, EDGES = 52, 84
#: Letters of a line of a label, so that bars have room on a telephone.
LINE_EN, LINE_ZH = 17, 9
#: Part of the width that a figure beside its bar needs.
LABEL_SHARE = 0.2


def height_of_chart(facts: PriceFacts, pollutant: str) -> int:
    """Pixels that the chart of a pollutant needs."""
    return EDGES + ROW * len(facts.of(pollutant))


def chart(facts: PriceFacts, pollutant: str, language: Language) -> Figure:
    """Bars to the right cost, bars to the left pay."""
    rows = facts.of(pollutant)[::-1]
    names = [_label(scenario_name(ours.scenario).said(language), language) for ours, _ in rows]
    # part 75 first: the first trace lies lowest in a group, and HJ 75 is read first.
    data = [_bars([row[place] for row in rows], names, facts.money, language) for place in (1, 0)]
    reach = [_t(each, each.reported_mg) for row in rows for each in row]
    low, high = min(0.0, *reach), max(0.0, *reach)
    room = (high - low or 1.0) * LABEL_SHARE
    return figure(
        data,
        xaxis=axis(
            Phrase("reported less true mass (t)", "申报量减真实量（吨）").said(language),
            range=[low - (room if low < 0 else 0), high + room],
            zeroline=True,
            zerolinewidth=1.5,
            nticks=5,
        ),
        yaxis=axis(type="category", showgrid=False, tickfont={"size": 11, "color": INK}),
        barmode="group",
        bargap=0.28,
    )


def _bars(prices: list[MeterPrice], names: list[str], money: Phrase, language: Language) -> Figure:
    law = prices[0].law
    values = [_t(each, each.reported_mg) for each in prices]
    return {
        "type": "bar",
        "orientation": "h",
        "name": LAWS[law].said(language),
        "x": values,
        "y": names,
        "marker": {"color": LAW_COLOURS[law]},
        "text": [f"{value:+,.1f}" for value in values],
        "textposition": "outside",
        "textfont": {"size": 11, "color": INK},
        "cliponaxis": False,
        "customdata": [
            [f"{value:+,.3f}", f"{each.cost_fen / 100:+,.0f}", f"{100 * each.difference_mg / (each.true_mg or 1):+.2f}"]
            for each, value in zip(prices, values, strict=True)
        ],
        "hovertemplate": hover(
            language,
            (f"<b>{LAWS[law].en}</b>", "%{customdata[0]} t (%{customdata[2]} %)", f"%{{customdata[1]}} {money.en}"),
            (f"<b>{LAWS[law].zh}</b>", "%{customdata[0]} 吨（%{customdata[2]} %）", f"%{{customdata[1]}} {money.zh}"),
        ),
    }


def _t(price: MeterPrice, mass_mg: int) -> float:
    return round((mass_mg - price.true_mg) / 1e9, 6)


def _label(text: str, language: Language) -> str:
    if language == "en":
        return "<br>".join(wrap(text, LINE_EN))
    return "<br>".join(text[first : first + LINE_ZH] for first in range(0, len(text), LINE_ZH))
