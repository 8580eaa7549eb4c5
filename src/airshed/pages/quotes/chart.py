"""The charts of published prices: what each is worth a year, and how the rate decides between one-off and yearly."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, floor, log10
from typing import Any

from airshed.lab.prices.quotes import AnnualPrice, Famous
from airshed.market.tenor import annualised
from airshed.pages.kit.colours import ALARM, GREY, INK, PAPER, QUIET_BLUE, SPARE
from airshed.pages.kit.figures import Figure, across, drawn, figure, label, line, mark, points, rows, ruler, values
from airshed.pages.kit.words import Phrase, same

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


def height_of_chart(quotes: Sequence[AnnualPrice]) -> int:
    """Pixels that a chart of quotes needs."""
    return EDGES + ROW * len(quotes)


def chart(quotes: Sequence[AnnualPrice]) -> Figure:
    """A mark for each quote, on a scale of tens, the highest on top; a line where no term is said."""
    shown = sorted(quotes, key=_middle, reverse=True)
    ends = [(each.at_least or each.yearly or 0.0, each.at_most or each.yearly or 0.0) for each in shown]
    low, high = _decades([each for pair in ends for each in pair])
    places = list(enumerate(shown))
    return figure(
        [
            drawn(
                "spans",
                [_unsaid(place, *ends[place], each) for place, each in places if each.at_least is not None],
                GREY,
                thick=5,
            ),
            points(
                [_said(place, each, (low * high) ** 0.5) for place, each in places if each.yearly is not None],
                QUIET_BLUE,
                size=11,
            ),
        ],
        x=values(Phrase("yuan/(t.yr)", "元/（吨·年）"), type="log", min=low, max=high),
        y=rows(_two_lines(each) for each in shown),
    )


def _unsaid(place: int, low: float, high: float, each: AnnualPrice) -> dict[str, object]:
    said = Phrase(f"no term: {low:,.0f} to {high:,.0f} yuan/(t.yr)", f"未注明期限：{low:,.0f}至{high:,.0f}元/（吨·年）")
    return mark([round(low, 2), round(high, 2), place], [named(each.quote.place, each.quote.kind), said])


def _said(place: int, each: AnnualPrice, middle: float) -> dict[str, object]:
    """A price a year with its figure beside it; hollow where it is to be confirmed."""
    value = each.yearly or 0.0
    said = Phrase(f"{value:,.2f} yuan/(t.yr)", f"{value:,.2f} 元/（吨·年）")
    ground = QUIET_BLUE if each.quote.status == "confirmed" else PAPER
    return mark(
        [round(value, 2), place],
        [named(each.quote.place, each.quote.kind), said],
        itemStyle={"color": ground, "borderColor": INK, "borderWidth": 1},
        **label(same(f"{value:,.0f}"), "left" if value > middle else "right"),
    )


def _two_lines(each: AnnualPrice) -> Phrase:
    """A place over kind and time: what stands beside a chart that a telephone shows must be narrow."""
    quote = each.quote
    place, kind = PLACES.get(quote.place, quote.place), KINDS.get(quote.kind, quote.kind)
    when = f" {quote.when}" if quote.when else ""
    return Phrase(f"{quote.place}\n{quote.kind}{when}", f"{place}\n{kind}{when}")


def _middle(each: AnnualPrice) -> float:
    """Where a quote stands in the order: its price a year, or the middle of what it may be on a scale of tens."""
    return each.yearly or ((each.at_least or 0.0) * (each.at_most or 0.0)) ** 0.5


def pair(two: Famous, rate: float, life: float) -> Figure:
    """The famous pair over the rate: a line that rises, one that does not, and where they meet."""
    asked, paid = two.once.quote.yuan_per_t, two.yearly.quote.yuan_per_t
    meet = 100 * two.equal_rate
    rates = RATES if rate <= RATES[-1] else [*RATES, rate]
    term = two.once.quote.term or float("inf")
    plant = [annualised(asked, life, each / 100) for each in rates]
    lines = (
        (
            [annualised(asked, term, each / 100) for each in rates],
            Phrase(f"{asked:,.0f} once, without an end", f"一次性{asked:,.0f}元，无期限"),
            SPARE[0],
        ),
        (plant, Phrase(f"{asked:,.0f} once, for {life:g} years", f"一次性{asked:,.0f}元，{life:g}年"), SPARE[1]),
        ([paid] * len(rates), Phrase(f"{paid:,.0f} for each year", f"每年{paid:,.0f}元"), ALARM),
    )
    here = rates[-1] - rate > 0.3 * (rates[-1] - RATES[0])
    return figure(
        [
            *(
                line(
                    [[x, round(y, 2)] for x, y in zip(rates, yearly, strict=True)],
                    colour,
                    name=name,
                    said=[Phrase(f"{name.en}, {{x}} %: {{y:0}} yuan", f"{name.zh}，{{x}} %：{{y:0}}元")],
                )
                for yearly, name, colour in lines
            ),
            ruler(
                across(meet, Phrase(f"equal at {meet:.2f} %", f"{meet:.2f} % 时相等"), GREY, **_flag(left=True)),
                across(rate, Phrase(f"here {rate:g} %", f"本页 {rate:g} %"), GREY, **_flag(left=not here)),
            ),
        ],
        x=values(Phrase("rate (% a year)", "贴现率（%/年）"), min=min(RATES[0], rate), max=rates[-1]),
        y=values(Phrase("yuan per tonne and year", "元/（吨·年）"), min=0, max=max(plant) * 1.05),
        legend={},
        grid={"top": 28, "bottom": 34},
        tooltip={"trigger": "axis"},
    )


def _flag(*, left: bool) -> dict[str, Any]:
    return {"align": "right" if left else "left", "distance": 4}


def _decades(found: Sequence[float]) -> tuple[float, float]:
    """Powers of ten around figures, with room beyond the highest."""
    if not found:
        return 1, 10
    return 10 ** floor(log10(min(found))), 10 ** ceil(log10(max(found) * 1.5))
