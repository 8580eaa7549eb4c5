"""The chart of a series: what was bid for, what was on offer at which price, and where they met."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from airshed.market.auction.notice import SaleNotice
from airshed.model.allowance import Series
from airshed.pages.auction.curves import AuctionCurve, Point
from airshed.pages.kit.colours import ALARM, GREY, INK, PAPER, faded, pollutant_colour
from airshed.pages.kit.figures import DASHED, Figure, along, figure, line, mark, points, ruler, ticks, values
from airshed.pages.kit.figures import Series as Kind
from airshed.pages.kit.words import YUAN, Phrase

#: Allowances of one kilogram that the horizontal axis counts as one, by what a price is for.
COUNTED = {"tonne": 1_000, "allowance": 1}
#: How far beyond the last step the axes reach.
BEYOND = 1.1


def chart(
    shown: SaleNotice,
    curve: AuctionCurve,
    per: Literal["tonne", "allowance"],
    *,
    public: bool,
    money: Phrase = YUAN,
) -> Figure:
    """Demand falls, supply rises by its steps, the clearing price lies where they meet."""
    colour = pollutant_colour(Series.parse(shown.series).pollutant)
    unit = Phrase("t", "吨") if per == "tonne" else Phrase("allowances", "份")
    reach = [*curve.bid, *curve.supply]
    wide = max(count for count, _ in reach) / COUNTED[per] * BEYOND or 1.0
    top = max(price for _, price in reach) / 100 * BEYOND or 1.0
    low = min([price for _, price in reach] + ([] if shown.price is None else [shown.price])) / 100 / BEYOND
    step = ticks(top)[1]

    def curved(points_of: Sequence[Point], shade: str, name: Phrase, **more: Any) -> Kind:
        return line(
            [[count / COUNTED[per], price / 100] for count, price in points_of],
            shade,
            name=name,
            said=[
                name,
                Phrase(f"{{x}} {unit.en}, {{y:2}} {money.en}", f"{{x}} {unit.zh}，{{y:2}} {money.zh}"),
            ],
            **{"dots": 5, **more},
        )

    name = Phrase("published quarters of what was bid for", "公布的报价分位点") if public else Phrase("bid for", "报价")
    series = []
    if curve.trimmed is not None:
        before = Phrase("bid for, before trimming", "调整前报价")
        series.append(curved(curve.bid, GREY, before, dash="dotted"))
    demand = curve.bid if curve.trimmed is None else curve.trimmed
    ground = {} if public else {"areaStyle": {"color": faded(colour, 0.12), "origin": "start"}}
    series.append(curved(demand, colour, name, **{"dots": 8} if public else ground))
    supply = [*curve.supply, (curve.supply[-1][0], round(top * 100))]
    series.append(curved(supply, INK, Phrase("on offer", "供给")))
    if shown.price is not None:
        sold, price = shown.sold / COUNTED[per], shown.price / 100
        said = [
            Phrase(f"price {price:,.2f} {money.en}", f"价格 {price:,.2f} {money.zh}"),
            Phrase(f"sold {sold:,g} {unit.en}", f"售出 {sold:,g} {unit.zh}"),
        ]
        edge = {"color": ALARM, "borderColor": PAPER, "borderWidth": 1.5}
        series += [
            points([mark([sold, price], said, itemStyle=edge)], ALARM, size=13),
            ruler(
                along(
                    price,
                    Phrase(f"price {price:,.2f}", f"价格 {price:,.2f}"),
                    ALARM,
                    DASHED,
                    position="insideStartTop",
                    fontSize=12,
                )
            ),
        ]
    return figure(
        series,
        x=values(Phrase(f"cumulated ({unit.en})", f"累计数量（{unit.zh}）"), min=0, max=wide),
        y=values(Phrase(f"{money.en} per {per}", f"{money.zh}/{unit.zh}"), min=low // step * step, max=top),
    )
