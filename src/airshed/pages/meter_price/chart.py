"""The chart of a pollutant: reported less true mass of each way of losing hours, under either law."""

from __future__ import annotations

from airshed.mrv.meter_price import MeterPrice
from airshed.pages.kit.figures import Figure, Series, bars, beside, figure, mark, rows, values
from airshed.pages.kit.words import Phrase, same
from airshed.pages.meter_price.facts import PriceFacts
from airshed.pages.meter_price.words import LAW_COLOURS, LAWS, scenario_name

#: Pixels of a way of losing hours, and of what lies above and below the bars.
ROW, EDGES = 56, 84
#: Part of the width that a figure beside its bar needs.
LABEL_SHARE = 0.2


def height_of_chart(facts: PriceFacts, pollutant: str) -> int:
    """Pixels that the chart of a pollutant needs."""
    return EDGES + ROW * len(facts.of(pollutant))


def chart(facts: PriceFacts, pollutant: str) -> Figure:
    """Bars to the right cost, bars to the left pay."""
    pairs = facts.of(pollutant)
    reach = [_t(each) for pair in pairs for each in pair]
    low, high = min(0.0, *reach), max(0.0, *reach)
    room = (high - low or 1.0) * LABEL_SHARE
    return figure(
        [_bars([pair[place] for pair in pairs], facts.money) for place in (0, 1)],
        x=values(
            Phrase("reported less true mass (t)", "申报量减真实量（吨）"),
            min=low - (room if low < 0 else 0),
            max=high + room,
        ),
        y=rows(scenario_name(ours.scenario) for ours, _ in pairs),
    )


def _bars(prices: list[MeterPrice], money: Phrase) -> Series:
    law = LAWS[prices[0].law]
    return bars(
        [
            mark(
                _t(each),
                [
                    law,
                    Phrase(f"{_t(each):+,.3f} t ({_share(each)} %)", f"{_t(each):+,.3f} 吨（{_share(each)} %）"),
                    Phrase(f"{each.cost_fen / 100:+,.0f} {money.en}", f"{each.cost_fen / 100:+,.0f} {money.zh}"),
                ],
                **beside(_t(each), same(f"{_t(each):+,.1f}")),
            )
            for each in prices
        ],
        LAW_COLOURS[prices[0].law],
        name=law,
        barCategoryGap="28%",
    )


def _t(price: MeterPrice) -> float:
    return round(price.difference_mg / 1e9, 6)


def _share(price: MeterPrice) -> str:
    return f"{100 * price.difference_mg / (price.true_mg or 1):+.2f}"
