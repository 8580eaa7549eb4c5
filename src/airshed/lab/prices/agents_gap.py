"""Why agents do not trade at the equilibrium price: their first year played with one thing more as it is each time.

It begins where nothing stands in the way: firms that judge the published price right, whose year comes as expected,
who trade long without fees, bands and walls. Each further play switches one thing to what it is.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from math import isnan
from typing import NamedTuple

import msgspec
import numpy as np

from airshed.lab.prices.bridge import PLAYED, Assumptions, Bridge, Switched, Words, fen
from airshed.lab.scenarios.draw import Setting, draw
from airshed.lab.scenarios.path import play_path
from airshed.lab.scenarios.schema import Caps, Costs, Demand, Design, Scenario, TradeHabits
from airshed.rulebook.schema import Rulebook
from airshed.zone.zone import Zone

#: Days and turns of a firm in a year where trade is no matter of time.
LONG = TradeHabits(days=40, turns=200)
CERTAIN = Demand(growth_spread_percent=0.0, firm_spread_percent=0.0)
SURE = Costs(common_spread_percent=0.0, technology_spread_percent=0.0, firm_spread_percent=0.0)


class Play(NamedTuple):
    """A way of playing: what stands in the way of trade, and whether firms misjudge the price."""

    words: Words
    scenario: Scenario
    misjudged: bool


def plays_of(code: str, rulebook: str, assumed: Assumptions) -> list[Play]:
    """From a year in which nothing stands in the way to the year as it is."""
    demand, costs, trade = Demand(growth_percent=100 * assumed.growth), Costs(), TradeHabits()
    certain = msgspec.structs.replace(CERTAIN, growth_percent=100 * assumed.growth)
    free = Design(fee_percent=0.0, band_percent=100.0, wall=False)
    asked = Scenario(
        "", "", "", "", rulebook, code, years=PLAYED, seed=assumed.seed, rate_percent=100 * assumed.rate,
        caps=Caps(decline_percent=100 * assumed.decline), demand=certain, costs=SURE, design=free, trade=LONG,
    )  # fmt: skip
    steps: list[tuple[Words, dict[str, object]]] = [
        (Words("rules of thumb of those who trade", "交易者的经验规则"), {}),
        (
            Words("emissions and costs of the path, as they come", "路径的实际排放与成本"),
            {"demand": demand, "costs": costs},
        ),
        (Words("few turns: a thin book", "交易机会少，挂单薄"), {"trade": trade}),
        (Words("walls between sectors", "行业壁垒"), {"design": Design(fee_percent=0.0, band_percent=100.0)}),
        (Words("the band around the last price", "涨跌幅限制"), {"design": Design(fee_percent=0.0)}),
        (Words("fees of both sides", "双方手续费"), {"design": Design()}),
    ]
    found = []
    for words, changed in steps:
        asked = msgspec.structs.replace(asked, **changed)
        found.append(Play(words, asked, misjudged=False))
    return [
        *found,
        Play(Words("firms misjudge the price, each by its own draw", "企业对价格判断有误差"), asked, misjudged=True),
    ]


def agents_gap(
    zone: Zone,
    rules: Rulebook,
    pollutant: str,
    assumed: Assumptions,
    paths: int,
    told: Callable[[object], object] = lambda each: None,
) -> Bridge:
    """From the first year's price under the law, with foresight of each path, to the mean price that agents pay."""
    plays = plays_of(pollutant, rules.programme.id, assumed)
    actual = Setting(plays[-1].scenario, rules, zone)
    origin = _mean([float(actual.equilibrium(draw(actual, number)).price[0]) for number in range(paths)])
    steps = [
        Switched(
            Words("nobody foresees: told is the price if all comes as expected", "无人预知：公布的是预期情形下的价格"),
            fen(float(actual.guide[0])),
        )
    ]
    for play in plays:
        steps.append(Switched(play.words, _mean(_prices(play, Setting(play.scenario, rules, zone), paths, told))))
    name = Words(
        f"agents, mean of {paths} paths, against the price with foresight of each",
        f"智能体，{paths}条路径均值，与完全预知价格相比",
    )
    return Bridge(name, "airshed lab run", origin, tuple(steps), steps[-1].fen)


def _prices(play: Play, setting: Setting, paths: int, told: Callable[[object], object]) -> list[float]:
    found = []
    for number in range(paths):
        drawn = draw(setting, number)
        if not play.misjudged:
            drawn = replace(drawn, beliefs=np.ones_like(drawn.beliefs))
        (row,) = play_path(setting, number, drawn, years=1)
        found.append(row.price)
        told(number)
    return found


def _mean(prices: Sequence[float]) -> int | None:
    known = [price for price in prices if not isnan(price)]
    return fen(sum(known) / len(known)) if known else None
