"""Puts the page together: one HTML file in English and Chinese that loads nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isinf

from airshed.lab.prices.guide_price import Collar, GuidePrices
from airshed.lab.prices.operating import RunningControl
from airshed.pages.guide.chart import GuideRow, height_of_chart, prices, scarcity
from airshed.pages.kit.html import environment, script_json
from airshed.pages.kit.origins import STATUSES, origin
from airshed.pages.kit.words import Phrase, told
from airshed.pages.quotes.chart import PLACES
from airshed.zone.origins import figures

PACKAGE = "airshed.pages.guide"
#: Who says so of a floor or a ceiling.
BOUNDS = {
    "reserve_fen_per_t": Phrase("the law's reserve price of auctions", "规则的拍卖保留价"),
    "floor_fen_per_t": Phrase("the law's floor of trade", "规则的交易底价"),
    "ceiling_fen_per_t": Phrase("the law's ceiling of trade", "规则的交易上限价"),
    "cost_containment_fen_per_t": Phrase("the law's price of the containment reserve", "规则的成本控制储备出售价"),
    "shortfall.fixed_fen_per_t": Phrase("what the law takes for a missing tonne", "规则规定的每吨短缺金额"),
    "shortfall.price_multiple": Phrase(
        "the law's multiple of what it takes for a tonne where nothing was traded", "无成交时规则金额乘以均价倍数"
    ),
    "none: shortfall.flat_fen": Phrase(
        "none: a penalty is the same for one tonne and for all", "无：罚款与短缺吨数无关"
    ),
    "asked for": Phrase("asked for", "由使用者给定"),
    "asked for: none": Phrase("asked for: none", "由使用者设定为无"),
}


@dataclass(frozen=True, slots=True)
class GuideFacts:
    """What the page shows: a guide price of a pollutant and year in the money of a law, and what it rests on."""

    pollutant: str
    year: int
    money: Phrase
    #: Names of the cities by code; a city without one is shown by its code.
    names: Mapping[str, Phrase]
    found: GuidePrices
    collar: Collar
    tax_place: str
    tax: float | None
    controls: Sequence[RunningControl]
    origins: Sequence[str]
    command: str

    @property
    def unsure(self) -> Phrase:
        """What it rests on that nobody has measured or set, in a line; empty where there is nothing."""
        words = ("indicative", "simulated")
        found = [origin(each) for each in self.origins if any(word in each for word in words)]
        found += [Phrase("tax: to confirm", "税额待核实")] if self.tax is not None else []
        if not found:
            return Phrase("", "")
        en = "; ".join(each.en for each in found)
        return Phrase(f"{en[0].upper()}{en[1:]}.", f"{'；'.join(each.zh for each in found)}。")

    @property
    def rows(self) -> list[GuideRow]:
        """One market first, then each city by itself."""
        whole = GuideRow(Phrase("one market", "统一市场"), self.found.together, 1.0, None)
        return [
            whole,
            *(
                GuideRow(
                    self.names.get(each.zone, Phrase(each.zone, each.zone)), each.guided, each.times, each.exceedance
                )
                for each in self.found.cities
            ),
        ]


def build(facts: GuideFacts) -> str:
    """The page of a guide price. The same facts give the same bytes."""
    rows = facts.rows
    drawn = {"guide": prices(rows, facts.collar, facts.pollutant, facts.money)}
    air = any(row.exceedance is not None for row in rows)
    if air:
        drawn["air"] = scarcity(rows)
    return (
        environment(PACKAGE)
        .get_template("guide.html.j2")
        .render(
            provenance=told(figures(facts.origins)),
            facts=facts,
            rows=rows,
            air=air,
            headline=headline(facts),
            bound={
                "": Phrase("", ""),
                "floor": Phrase("at the floor", "底价"),
                "ceiling": Phrase("at the ceiling", "上限"),
            },
            height=height_of_chart(rows),
            isinf=isinf,
            collar=collar(facts.collar),
            statuses=STATUSES,
            origin=origin,
            tax_place=PLACES.get(facts.tax_place, facts.tax_place),
            charts=script_json(drawn),
        )
    )


def collar(found: Collar) -> Phrase:
    """Floor and ceiling, and who says so: the law, or whoever asked."""
    low, high = bound_by(found.floor_origin), bound_by(found.ceiling_origin)
    most = "–" if isinf(found.ceiling) else f"{found.ceiling:,.2f}"
    return Phrase(
        f"Floor {found.floor:,.2f} ({low.en}); ceiling {most} ({high.en}).",
        f"底价{found.floor:,.2f}（{low.zh}）；上限{most}（{high.zh}）。",
    )


def bound_by(said: str) -> Phrase:
    """What a floor or ceiling comes from; a source stays in the words that it was given in.

    >>> bound_by("reserve_fen_per_t").en, bound_by("none: ceiling_fen_per_t is 9.00").zh
    ("the law's reserve price of auctions", '无：规则的交易上限价为9.00，低于底价')
    """
    if said.startswith("none: ") and said not in BOUNDS:
        key, _, figure = said.removeprefix("none: ").partition(" is ")
        law = bound_by(key)
        return Phrase(f"none: {law.en} is {figure}, under the floor", f"无：{law.zh}为{figure}，低于底价")
    return BOUNDS.get(said) or Phrase(said, f"{said}，原文")


def headline(facts: GuideFacts) -> Phrase:
    """The guide price of one market, what bounds it, and the dearest city."""
    whole, unit = facts.found.together, facts.money
    en = f"A guide price of {whole.price:,.2f} {unit.en} a tonne and year"
    zh = f"指导价为每吨每年{whole.price:,.2f}{unit.zh}"
    if whole.bound:
        side = "under" if whole.bound == "floor" else "over"
        en += f", the {whole.bound}: what the cap costs at the margin less the tax lies {side} it."
        zh += f"，即{'底价' if whole.bound == 'floor' else '上限'}。"
    else:
        en += f": the cap costs {whole.marginal:,.2f} at the margin, less a tax of {whole.tax:,.2f}."
        zh += f"：总量处边际成本{whole.marginal:,.2f}，减税{whole.tax:,.2f}。"
    dearest = max(facts.found.cities, key=lambda each: each.times, default=None)
    if dearest is not None and dearest.times > 1.005 and not isinf(dearest.times):
        name = facts.names.get(dearest.zone, Phrase(dearest.zone, dearest.zone))
        en += f" Behind its own border {name.en} would ask {dearest.times:.2f} times as much."
        zh += f"若各自封闭，{name.zh}为其{dearest.times:.2f}倍。"
    return Phrase(en, zh)
