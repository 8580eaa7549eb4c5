"""The charts of published prices: what each is worth a year, and how the rate decides between one-off and yearly."""

from __future__ import annotations

from collections.abc import Sequence

from airshed.lab.prices.quotes import AnnualPrice, Famous
from airshed.market.tenor import annualised
from airshed.pages.kit.style import ALARM, GREY, INK, QUIET_BLUE, SPARE, Figure, axis, figure, hover
from airshed.pages.kit.words import Language, Phrase

#: Pixels of a quote, and of what lies above and below the marks.
ROW, EDGES = 34, 90
#: Percent a year over which the pair is drawn.
RATES = [each / 4 for each in range(4, 61)]

#: Kinds of quotes in Chinese; what is not here stands as it is.
KINDS = {
    "floor": "基准价（最低价）",
    "guide price": "指导价",
    "highest bid": "最高报价",
    "start price of auction": "起拍价",
    "base of price index": "价格指数基期价",
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
    "Qinghai": "青海",
    "Yunnan": "云南",
}
POLLUTANTS = {"soot": "烟尘", "industrial dust": "工业粉尘"}


def named(quote_place: str, kind: str) -> Phrase:
    """A quote by place and kind in both languages."""
    return Phrase(f"{quote_place}, {kind}", f"{PLACES.get(quote_place, quote_place)} {KINDS.get(kind, kind)}")


def height_of_chart(rows: Sequence[AnnualPrice]) -> int:
    """Pixels that a chart of quotes needs."""
    return EDGES + ROW * len(rows)


def chart(rows: Sequence[AnnualPrice], language: Language) -> Figure:
    """A mark for each quote, on a scale of tens, the lowest at the foot; a line where no term is said."""
    shown = sorted(rows, key=_middle)
    names = [_two_lines(each, language) for each in shown]
    ends = [(each.at_least or each.yearly or 0.0, each.at_most or each.yearly or 0.0) for each in shown]
    limits = _decades([each for pair in ends for each in pair])
    traces = [
        {
            "type": "scatter",
            "mode": "lines",
            "x": [round(low, 2), round(high, 2)],
            "y": [name, name],
            "line": {"color": GREY, "width": 5},
            "showlegend": False,
            "hovertemplate": hover(
                language,
                ("<b>%{y}</b>", f"no term: {low:,.0f} to {high:,.0f} yuan/(t.yr)"),
                ("<b>%{y}</b>", f"未注明期限：{low:,.0f}至{high:,.0f}元/（吨·年）"),
            ),
        }
        for name, (low, high), each in zip(names, ends, shown, strict=True)
        if each.at_least is not None
    ]
    said = [(name, each) for name, each in zip(names, shown, strict=True) if each.yearly is not None]
    values = [round(each.yearly or 0.0, 2) for _, each in said]
    right = 10 ** ((limits[0] + limits[1]) / 2)
    traces.append(
        {
            "type": "scatter",
            "mode": "markers+text",
            "x": values,
            "y": [name for name, _ in said],
            "marker": {
                "size": 11,
                "color": [QUIET_BLUE if each.quote.status == "confirmed" else PALE for _, each in said],
                "line": {"color": INK, "width": 1},
            },
            "text": [f"{value:,.0f}  " if value > right else f"  {value:,.0f}" for value in values],
            "textposition": ["middle left" if value > right else "middle right" for value in values],
            "textfont": {"size": 11, "color": INK},
            "cliponaxis": False,
            "showlegend": False,
            "hovertemplate": hover(
                language, ("<b>%{y}</b>", "%{x:,.2f} yuan/(t.yr)"), ("<b>%{y}</b>", "%{x:,.2f} 元/（吨·年）")
            ),
        }
    )
    return figure(
        traces,
        xaxis=axis(
            Phrase("yuan/(t.yr)", "元/（吨·年）").said(language),
            type="log",
            range=limits,
            dtick=1,
            tickangle=0,
            showgrid=True,
        ),
        yaxis=axis(
            type="category",
            categoryorder="array",
            categoryarray=names,
            showgrid=False,
            tickfont={"size": 11, "color": INK},
        ),
    )


def _two_lines(each: AnnualPrice, language: Language) -> str:
    """A place over kind and time: what stands beside a chart that a telephone shows must be narrow."""
    quote = each.quote
    place, kind = PLACES.get(quote.place, quote.place), KINDS.get(quote.kind, quote.kind)
    said = Phrase(f"{quote.place}<br>{quote.kind}", f"{place}<br>{kind}").said(language)
    return said + (f" {quote.when}" if quote.when else "")


def _middle(each: AnnualPrice) -> float:
    """Where a quote stands in the order: its price a year, or the middle of what it may be on a scale of tens."""
    return each.yearly or ((each.at_least or 0.0) * (each.at_most or 0.0)) ** 0.5


#: What is to be confirmed is drawn hollow.
PALE = "#ffffff"


def pair(two: Famous, rate: float, life: float, language: Language) -> Figure:
    """The famous pair over the rate: a line that rises, one that does not, and where they meet."""
    asked, paid = two.once.quote.yuan_per_t, two.yearly.quote.yuan_per_t
    meet = 100 * two.equal_rate
    rates = RATES if rate <= RATES[-1] else [*RATES, rate]
    term = two.once.quote.term or float("inf")
    lines = [annualised(asked, term, each / 100) for each in rates]
    plant = [annualised(asked, life, each / 100) for each in rates]
    once, lived, yearly = (
        Phrase(f"{asked:,.0f} once, without an end", f"一次性{asked:,.0f}元，无期限"),
        Phrase(f"{asked:,.0f} once, for {life:g} years", f"一次性{asked:,.0f}元，{life:g}年"),
        Phrase(f"{paid:,.0f} for each year", f"每年{paid:,.0f}元"),
    )
    data = [
        _line(rates, values, name.said(language), colour)
        for values, name, colour in (
            (lines, once, SPARE[0]),
            (plant, lived, SPARE[1]),
            ([paid] * len(rates), yearly, ALARM),
        )
    ]
    return figure(
        data,
        xaxis=axis(Phrase("rate (% a year)", "贴现率（%/年）").said(language), range=[min(RATES[0], rate), rates[-1]]),
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
                "xanchor": side,
                "yanchor": "top",
                "font": {"size": 11, "color": GREY},
                "yshift": shift,
            }
            for at, said, shift, side in (
                (meet, Phrase(f" equal at {meet:.2f} % ", f" {meet:.2f} % 时相等 "), 0, "right"),
                (rate, Phrase(f" here {rate:g} % ", f" 本页 {rate:g} % "), -16, "left" if rate < 10 else "right"),
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
    from math import floor, log10

    return [floor(log10(min(values))) - 0.1, log10(max(values)) + 0.3] if values else [0, 1]
