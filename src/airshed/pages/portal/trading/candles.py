"""The days of a series as candles, with the volume below."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import Any

from airshed.market.tape import EXCHANGE_KINDS, Trade
from airshed.model.allowance import instrument
from airshed.model.period import DAY_MS
from airshed.pages.kit.colours import ALARM, faded, pollutant_colour
from airshed.pages.kit.figures import Figure, bars, floors, line, mark, moment, nothing, on_floor, values
from airshed.pages.kit.figures import days as days_axis
from airshed.pages.kit.html import script_json
from airshed.pages.kit.words import Phrase, same
from airshed.pages.portal.live import Sight
from airshed.pages.portal.trading.figures import plain_tonnes, price_unit
from airshed.pages.portal.trading.traded import last_traded, vintage_before
from airshed.rulebook.schema import Rulebook

#: Part of the chart that the volume takes.
VOLUME = 0.32
RISING, FALLING = ALARM, "var(--teal)"  # red rises and green falls, as on every Chinese exchange


def price_figure(sight: Sight) -> Mapping[str, Any]:
    """The days of a series; of one that was never traded those of the vintage before, which say so."""
    name = sight.market.known(sight.asked.get("series", ""))
    drawn = name if last_traded(sight.market, name) else vintage_before(sight.market, name)
    figure = candles(sight.market.tape_of.get(drawn, ()), sight.rules, drawn)
    return {"name": "price", "figure": script_json(figure), "series": name, "drawn": drawn}


def candles(trades: Iterable[Trade], rules: Rulebook, series: str) -> Figure:
    """Days as candles of what was traded on the exchange, with the volume below."""
    size, money = rules.allowance.size_kg, price_unit(rules)
    data, volumes, lasts = [], [], []
    exchange = [trade for trade in trades if trade.kind in EXCHANGE_KINDS]
    for day, of_day in groupby(exchange, key=lambda trade: trade.day):
        prices, count = [], 0
        for trade in of_day:
            prices.append(trade.price / 100)
            count += trade.count
        shown = [prices[0], prices[-1], min(prices), max(prices)]
        tonnes = plain_tonnes(count, size)
        said = [
            same(day),
            Phrase(
                f"open {shown[0]:,.2f}, last {shown[1]:,.2f} {money.en}",
                f"开{shown[0]:,.2f} 收{shown[1]:,.2f} {money.zh}",
            ),
            Phrase(f"low {shown[2]:,.2f}, high {shown[3]:,.2f}", f"低{shown[2]:,.2f} 高{shown[3]:,.2f}"),
            Phrase(f"volume {tonnes} t", f"成交量{tonnes}吨"),
        ]
        data.append(mark([moment(day), *shown], said))
        lasts.append([moment(day), prices[-1]])
        volumes.append(mark([moment(day), count * size / 1000], [same(day), Phrase(f"{tonnes} t", f"{tonnes}吨")]))
    if not data:
        return nothing(Phrase("nothing was traded on the exchange yet", "场内尚无成交"))
    colour = pollutant_colour(instrument(series).pollutant, tuple(row.code for row in rules.pollutants))
    return floors(
        (1, VOLUME),
        [
            line(lasts, faded("var(--quiet)", 0.55), width=1.2, silent=True),
            {
                "type": "candlestick",
                "data": data,
                "itemStyle": {
                    "color": faded(RISING, 0.2),
                    "borderColor": RISING,
                    "color0": FALLING,
                    "borderColor0": FALLING,
                    "borderWidth": 1.4,
                },
                "barMaxWidth": 12,
                "barMinWidth": 3,
            },
            on_floor(1, bars(volumes, faded(colour, 0.75), barMaxWidth=12, barMinWidth=3)),
        ],
        x=days_axis(minInterval=DAY_MS),
        y=[values(money, scale=True), values(Phrase("volume (t)", "成交量（吨）"), splitNumber=2)],
        gap=16,
        foot=26,
        dataZoom=[{"type": "inside", "xAxisIndex": [0, 1]}, {"type": "slider", "xAxisIndex": [0, 1]}],
    )
