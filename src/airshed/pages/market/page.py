"""Puts the page of the market together: one HTML file in English and Chinese that loads nothing."""

from __future__ import annotations

from itertools import groupby

import msgspec

from airshed.market.index import Point
from airshed.market.tenor import year_price_fen
from airshed.model.allowance import is_strip, pollutant_of
from airshed.model.measures import tonnes, yuan
from airshed.pages.kit.colours import pollutant_colour
from airshed.pages.kit.html import environment, script_json
from airshed.pages.kit.words import Phrase, millions, same, told
from airshed.pages.market.charts import FALLING, RISING, charts, height_of_index
from airshed.pages.market.facts import MarketFacts
from airshed.pages.market.words import KINDS, PARTS

PACKAGE = "airshed.pages.market"
#: Pixels of a series in the chart of shares, and of what lies above and below the bars.
ROW, EDGES = 19, 70
#: What stands where there is nothing.
NOTHING = "–"


class ChartChoice(msgspec.Struct, frozen=True):
    """A chart that a selector offers."""

    chart: str
    label: str
    group: str


def build(facts: MarketFacts) -> str:
    """The page of a market. The same facts give the same bytes."""
    drawn = charts(facts)
    return (
        environment(PACKAGE)
        .get_template("market.html.j2")
        .render(
            provenance=told(facts.provenance),
            facts=facts,
            headline=headline(facts),
            charts=script_json(drawn),
            bars=_choices([(f"bars-{series}", series) for series in _busiest(facts)]),
            depths=_choices(_books(facts)),
            behind=lambda label: _behind(label, facts),
            groups=_choices([(f"held-{group.name}", group.name) for group in facts.groups]),
            newest=newest(facts),
            kinds=KINDS,
            parts=PARTS,
            colours={"rising": RISING, "falling": FALLING},
            height=EDGES + ROW * len(facts.interest),
            index_height=height_of_index(facts),
            colour=lambda code: pollutant_colour(code, facts.pollutants),
            clock=facts.civil.clock,
            million=lambda fen: millions(fen, facts.money),
            tonnes=tonnes,
            price=lambda fen: NOTHING if fen is None else yuan(fen),
            yearly=yearly,
            percent=lambda points: NOTHING if points is None else f"{points / 100:,.2f} %",
            index=lambda hundredths: NOTHING if hundredths is None else f"{hundredths / 100:,.2f}",
        )
    )


def yearly(series: str, fen_per_t: int | None) -> Phrase:
    """Beside the price of a strip, which is for all of its years, what it is for a tonne and year."""
    if fen_per_t is None or not is_strip(series):
        return Phrase("", "")
    shown = yuan(year_price_fen(series, fen_per_t))
    return Phrase(f" ({shown} a year)", f"（每年{shown}）")


def headline(facts: MarketFacts) -> Phrase:
    """What was traded in all, in one sentence."""
    if not facts.kinds:
        return Phrase("Nothing has been traded.", "尚无成交。")
    trades, count = sum(each.trades for each in facts.kinds), sum(each.count for each in facts.kinds)
    fen = millions(sum(each.fen for each in facts.kinds), facts.money)
    return Phrase(
        f"{trades:,} trades moved {tonnes(count)} t for {fen.en}, in {facts.sessions:,} sessions and beside them.",
        f"{facts.sessions:,}个交易日及场外共成交{trades:,}笔、{tonnes(count)}吨，成交额{fen.zh}。",
    )


def newest(facts: MarketFacts) -> Point | None:
    """The last week that has an index."""
    return next((point for point in reversed(facts.index) if point.hundredths is not None), None)


def _busiest(facts: MarketFacts) -> list[str]:
    """Series by pollutant as the rulebook orders them, in each the one with the largest volume first."""
    volumes = {row.series: row.count for row in facts.summary}
    order = {code: place for place, code in enumerate(facts.pollutants)}
    return sorted(facts.series, key=lambda each: (order[pollutant_of(each)], -volumes[each], each))


def _books(facts: MarketFacts) -> list[tuple[str, str]]:
    """The order books with their charts, in the order of the series."""
    place = {series: number for number, series in enumerate(_busiest(facts))}
    names = sorted(facts.quotes, key=lambda name: (place[facts.quotes[name].depth.series], name))
    return [(f"depth-{name}", name) for name in names]


def _behind(label: str, facts: MarketFacts) -> Phrase:
    """An order book: its series, and the sector that trades in it by itself."""
    series, _, wall = label.partition(" · ")
    if not wall:
        return same(label)
    sector = facts.sectors.get(wall, same(wall))
    return Phrase(f"{series} · {sector.en}", f"{series} · {sector.zh}")


def _choices(named: list[tuple[str, str]]) -> list[tuple[str, list[ChartChoice]]]:
    """Choices in groups by pollutant, in the order given."""
    every = [ChartChoice(chart, label, pollutant_of(label)) for chart, label in named]
    return [(group, list(held)) for group, held in groupby(every, key=lambda choice: choice.group)]
