"""The charts of published prices: what each is worth a year, and how the rate decides between one-off and yearly."""

from __future__ import annotations

from collections.abc import Sequence

from airshed.lab.prices.quotes import Said
from airshed.market.tenor import annualised
from airshed.service.report.style import ALARM, GREY, INK, QUIET_BLUE, SPARE, Figure, axis, figure, hover
from airshed.service.report.words import Language, Phrase

#: Pixels of a quote, and of what lies above and below the marks.
ROW, EDGES = 30, 90
#: The famous pair: Shanxi's 18,000 yuan once without an end, Chongqing's 1,000 yuan for one year.
ONCE, YEARLY = 18_000.0, 1_000.0
#: Percent a year over which the pair is drawn.
RATES = [each / 4 for each in range(4, 61)]

#: Kinds of quotes in Chinese; what is not here stands as it is.
KINDS = {
    "floor": "基准价（最低价）",
    "guide price": "指导价",
    "highest bid": "最高报价",
    "use fee": "有偿使用费",
    "trade price": "交易价",
    "fee and start price": "有偿使用费暨起拍价",
    "market price": "市场价",
    "reserve price": "起拍价",
    "mean of auction": "拍卖均价",
    "mean of first auction": "首次拍卖均价",
    "mean of second auction": "第二次拍卖均价",
    "floor of reserve auction": "储备拍卖底价",
    "environmental tax": "环境保护税",
}
PLACES = {
    "Shanxi": "山西",
    "Chongqing": "重庆",
    "Zhuzhou": "株洲",
    "Jiangsu": "江苏",
    "Inner Mongolia": "内蒙古",
    "Jiangxi": "江西",
    "Zhejiang": "浙江",
    "Foshan Shunde": "佛山顺德",
    "Shaanxi": "陕西",
    "Xinjiang": "新疆",
    "Yunnan": "云南",
}
POLLUTANTS = {"soot": "烟尘", "industrial dust": "工业粉尘"}


def named(quote_place: str, kind: str) -> Phrase:
    """A quote by place and kind in both languages."""
    return Phrase(f"{quote_place}, {kind}", f"{PLACES.get(quote_place, quote_place)} {KINDS.get(kind, kind)}")


def height_of_chart(rows: Sequence[Said]) -> int:
    """Pixels that a chart of quotes needs."""
    return EDGES + ROW * len(rows)


def chart(rows: Sequence[Said], language: Language) -> Figure:
    """A mark for each quote that names its term, on a scale of tens, the lowest at the foot."""
    shown = sorted((each for each in rows if each.yearly), key=lambda each: each.yearly or 0.0)
    names = [
        named(each.quote.place, each.quote.kind).said(language) + (f" {each.quote.when}" if each.quote.when else "")
        for each in shown
    ]
    values = [round(each.yearly or 0.0, 2) for each in shown]
    return figure(
        [
            {
                "type": "scatter",
                "mode": "markers+text",
                "x": values,
                "y": names,
                "marker": {
                    "size": 11,
                    "color": [QUIET_BLUE if each.quote.status == "confirmed" else PALE for each in shown],
                    "line": {"color": INK, "width": 1},
                },
                "text": [f"  {value:,.0f}" for value in values],
                "textposition": "middle right",
                "textfont": {"size": 11, "color": INK},
                "cliponaxis": False,
                "hovertemplate": hover(
                    language, ("<b>%{y}</b>", "%{x:,.2f} yuan/(t.yr)"), ("<b>%{y}</b>", "%{x:,.2f} 元/（吨·年）")
                ),
            }
        ],
        xaxis=axis(
            Phrase("yuan per tonne and year", "元/（吨·年）").said(language),
            type="log",
            range=_decades(values),
            dtick=1,
            showgrid=True,
        ),
        yaxis=axis(type="category", showgrid=False, tickfont={"size": 11, "color": INK}),
    )


#: What is to be confirmed is drawn hollow.
PALE = "#ffffff"


def pair(rate: float, language: Language) -> Figure:
    """18,000 once against 1,000 a year over the rate: a line that rises, one that does not, and where they meet."""
    lines = [annualised(ONCE, float("inf"), each / 100) for each in RATES]
    meet = 100 * YEARLY / ONCE
    plant = [annualised(ONCE, 20, each / 100) for each in RATES]
    once, life, yearly = (
        Phrase("18,000 once, without an end", "一次性18,000元，无期限"),
        Phrase("18,000 once, for 20 years", "一次性18,000元，20年"),
        Phrase("1,000 for each year", "每年1,000元"),
    )
    data = [
        _line(RATES, values, name.said(language), colour)
        for values, name, colour in (
            (lines, once, SPARE[0]),
            (plant, life, SPARE[1]),
            ([YEARLY] * len(RATES), yearly, ALARM),
        )
    ]
    return figure(
        data,
        xaxis=axis(Phrase("rate (% a year)", "贴现率（%/年）").said(language), range=[RATES[0], RATES[-1]]),
        yaxis=axis(Phrase("yuan per tonne and year", "元/（吨·年）").said(language), range=[0, max(plant) * 1.05]),
        shapes=[
            {
                "type": "line",
                "x0": at,
                "x1": at,
                "y0": 0,
                "y1": 1,
                "yref": "paper",
                "line": {"color": GREY, "dash": "dot"},
            }
            for at in (meet, rate)
        ],
        annotations=[
            {
                "x": at,
                "y": 1,
                "yref": "paper",
                "text": said.said(language),
                "showarrow": False,
                "xanchor": "left",
                "yanchor": "top",
                "font": {"size": 11, "color": GREY},
                "yshift": shift,
            }
            for at, said, shift in (
                (meet, Phrase(f" equal at {meet:.2f} %", f" {meet:.2f} % 时相等"), 0),
                (rate, Phrase(f" here {rate:g} %", f" 本页 {rate:g} %"), -16),
            )
        ],
        showlegend=True,
        legend={"orientation": "h", "y": -0.25, "font": {"size": 11}},
    )


def _line(x: Sequence[float], y: Sequence[float], name: str, colour: str) -> Figure:
    return {
        "type": "scatter",
        "mode": "lines",
        "x": list(x),
        "y": [round(each, 2) for each in y],
        "name": name,
        "line": {"color": colour, "width": 2},
        "hovertemplate": "%{x} %: %{y:,.0f}<extra></extra>",
    }


def _decades(values: Sequence[float]) -> list[float]:
    from math import ceil, floor, log10

    return [floor(log10(min(values))) - 0.1, ceil(log10(max(values))) + 0.4] if values else [0, 1]
