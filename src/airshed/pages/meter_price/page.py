"""Puts the page together: one HTML file in English and Chinese that loads nothing."""

from __future__ import annotations

from decimal import Decimal

from airshed.model.measures import yuan
from airshed.model.provenance import Figures
from airshed.mrv.meter_price import MeterPrice
from airshed.pages.kit.html import environment, script_json
from airshed.pages.kit.words import Phrase, told
from airshed.pages.meter_price.chart import chart, height_of_chart
from airshed.pages.meter_price.facts import PriceFacts
from airshed.pages.meter_price.words import LAW_COLOURS, LAWS, scenario_name, scenario_said

PACKAGE = "airshed.pages.meter_price"


def build(facts: PriceFacts) -> str:
    """The page of a trial. The same facts give the same bytes."""
    drawn = {f"price-{pollutant}": chart(facts, pollutant) for pollutant in facts.pollutants}
    return (
        environment(PACKAGE)
        .get_template("price.html.j2")
        .render(
            provenance=told(Figures(("assumed", "simulated"))),
            facts=facts,
            headline=headline(facts),
            charts=script_json(drawn),
            height=lambda pollutant: height_of_chart(facts, pollutant),
            laws=LAWS,
            colours=LAW_COLOURS,
            scenario_name=scenario_name,
            scenario_said=scenario_said,
            tonnes=_t,
            share=_share,
            yuan_signed=lambda fen: f"{fen / 100:+,.0f}",
            price=yuan(facts.price_fen_per_t),
        )
    )


def headline(facts: PriceFacts) -> Phrase:
    """Whether it pays to break the meter under either law, in one sentence."""
    en, zh = [], []
    for law, name in LAWS.items():
        paying = facts.paying(law)
        worst = facts.worst(law)
        if paying:
            en.append(
                f"Under {name.en} breaking the meter pays in {len(paying)} of {len(facts.prices) // 2} cases, "
                f"at most {_share(worst).lstrip('-')} of the mass."
            )
            zh.append(
                f"按{name.zh}，{len(facts.prices) // 2}种情形中有{len(paying)}种损坏仪表有利可图，最多占排放量的"
                f" {_share(worst).lstrip('-')}。"
            )
        else:
            least = _share(worst).lstrip("+")
            en.append(f"Under {name.en} breaking the meter never pays; it costs at least {least} of the mass.")
            zh.append(f"按{name.zh}，损坏仪表均无利可图，至少多计排放量的 {least}。")
    return Phrase(" ".join(en), "".join(zh))


def _t(mass_mg: int) -> str:
    return f"{Decimal(mass_mg).scaleb(-9):+,.3f}"


def _share(price: MeterPrice) -> str:
    return f"{100 * price.difference_mg / price.true_mg:+.2f} %" if price.true_mg else "–"
