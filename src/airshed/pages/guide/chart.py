"""The charts of a guide price: what a cap costs, what is left of it after tax and collar, and the air beside it."""

from __future__ import annotations

from collections.abc import Sequence
from math import isinf
from typing import NamedTuple

from airshed.lab.prices.guide_price import Collar
from airshed.market.emission_tax import Guided
from airshed.pages.kit.colours import GREY, INK, PAPER, SPARE, pollutant_colour
from airshed.pages.kit.figures import Figure, across, bars, figure, label, line, mark, points, rows, ruler, values
from airshed.pages.kit.words import Phrase, same

#: Pixels of a row, and of what lies above and below.
ROW, EDGES = 40, 130


class GuideRow(NamedTuple):
    """A market on the page: its name, its guide price, how many times that of one market, measured over standard."""

    name: Phrase
    guided: Guided
    times: float
    exceedance: float | None


def height_of_chart(shown: Sequence[GuideRow]) -> int:
    """Pixels that the chart of prices needs."""
    return EDGES + ROW * len(shown)


def prices(shown: Sequence[GuideRow], collar: Collar, pollutant: str, money: Phrase) -> Figure:
    """A bar for each guide price, the marginal cost at the cap as a diamond, floor and ceiling as lines."""
    known = [(place, each) for place, each in enumerate(shown) if not isinf(each.guided.marginal)]
    unit = Phrase(f"{money.en}/(t.yr)", f"{money.zh}/（吨·年）")
    highest = max([each.guided.price for each in shown] + [each.guided.marginal for _, each in known] + [1.0])
    bounds = [(collar.floor, Phrase("floor", "底价"))]
    if not isinf(collar.ceiling) and collar.ceiling <= 2 * highest:
        bounds.append((collar.ceiling, Phrase("ceiling", "上限")))
        highest = max(highest, collar.ceiling)
    return figure(
        [
            bars(
                [_price(each, unit) for each in shown],
                pollutant_colour(pollutant, [pollutant]),
                name=Phrase("guide price", "指导价"),
                barCategoryGap="25%",
            ),
            points(
                [_marginal(place, each, money) for place, each in known],
                INK,
                name=Phrase("marginal cost at the cap", "总量处的边际成本"),
                hollow=True,
                symbol="diamond",
                size=13,
            ),
            ruler(
                *(
                    across(
                        at,
                        Phrase(f"{said.en} {at:,.0f}", f"{said.zh} {at:,.0f}"),
                        position="start",
                        distance=4 + 14 * number,
                    )
                    for number, (at, said) in enumerate(bounds)
                )
            ),
        ],
        x=values(unit, min=0, max=highest * 1.12),
        y=rows(each.name for each in shown),
        legend={},
        grid={"top": 40, "bottom": 34},
    )


def _price(each: GuideRow, unit: Phrase) -> dict[str, object]:
    price = each.guided.price
    said = [each.name, Phrase(f"guide price {price:,.2f} {unit.en}", f"指导价 {price:,.2f} {unit.zh}")]
    return mark(round(price, 2), said, **label(same(f"{price:,.0f}"), "insideLeft", color=PAPER))


def _marginal(place: int, each: GuideRow, money: Phrase) -> dict[str, object]:
    cost = each.guided.marginal
    said = Phrase(f"marginal cost {cost:,.2f} {money.en}/t", f"边际成本 {cost:,.2f} {money.zh}/吨")
    return mark([round(cost, 2), place], [each.name, said])


def scarcity(shown: Sequence[GuideRow]) -> Figure:
    """How many times the guide price of one market a city's is, over how many times the standard its air is."""
    found = sorted(
        (
            (each.exceedance, round(each.times, 3), each.name)
            for each in shown
            if each.exceedance is not None and not isinf(each.times)
        ),
        key=lambda each: each[0],
    )
    end = max([1.0, *(max(air, times) for air, times, _ in found)]) * 1.15
    return figure(
        [
            line([[0, 0], [end, end]], GREY, dash="dotted", width=1, silent=True),
            points(
                [
                    mark(
                        [air, times],
                        [
                            name,
                            Phrase(f"air {air:.2f} times the standard", f"浓度为标准的{air:.2f}倍"),
                            Phrase(f"price {times:.2f} times", f"价格{times:.2f}倍"),
                        ],
                        **_name(name, number, air > end * 0.6),
                    )
                    for number, (air, times, name) in enumerate(found)
                ],
                SPARE[0],
                size=11,
            ),
        ],
        x=values(Phrase("measured over standard", "浓度与标准之比"), min=0, max=end),
        y=values(Phrase("guide price over that of one market", "指导价之比"), min=0, max=end),
        grid={"top": 20},
    )


def _name(name: Phrase, number: int, left: bool) -> dict[str, object]:
    """The name of a point: neighbours above and below in turn."""
    return label(name, "left" if left else "right", offset=[0, -9 if number % 2 else 9])
