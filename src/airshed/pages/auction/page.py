"""Puts the page together: one HTML file in English and Chinese that loads nothing."""

from __future__ import annotations

from airshed.market.auction import AuctionLaw, Notice
from airshed.model.allowance import pollutant_of
from airshed.model.measures import yuan
from airshed.model.provenance import Figures
from airshed.pages.auction.chart import chart
from airshed.pages.auction.curves import Positions, curve_of
from airshed.pages.kit.colours import ALARM, INK, pollutant_colour
from airshed.pages.kit.html import environment, script_json
from airshed.pages.kit.words import YUAN, Phrase, told

PACKAGE = "airshed.pages.auction"
DELIVERY = {"spot": Phrase("spot", "现货"), "advance": Phrase("advance", "远期")}
PRICE_RULES = {
    "uniform": Phrase("all winners pay one price", "统一价格"),
    "pay-as-bid": Phrase("each pays its own bid", "按报价支付"),
}


def build(
    law: AuctionLaw, shown: Notice, command: str, positions: Positions | None = None, currency: Phrase = YUAN
) -> str:
    """The page of an auction; what is not published is on it only where `positions` are given.

    The same auction gives the same bytes.
    """
    per = law.auction.price_per
    drawn = {}
    for offer, sale in zip(law.offer, shown.sales, strict=True):
        curve = curve_of(offer, sale, positions)
        drawn[f"curve-{sale.series}"] = chart(sale, curve, per, public=positions is None, money=currency)
    return (
        environment(PACKAGE)
        .get_template("auction.html.j2")
        .render(
            provenance=told(Figures(("given",))),
            law=law,
            notice=shown,
            positions=positions,
            pairs=list(zip(law.offer, shown.sales, strict=True)),
            outcomes=[] if positions is None else positions.outcome.sales,
            headline=headline(law, shown, currency),
            charts=script_json(drawn),
            command=command,
            money=yuan,
            currency=currency,
            ratio=lambda basis_points: "–" if basis_points is None else f"{basis_points / 10_000:.2f}",
            delivery=DELIVERY,
            price_rule=PRICE_RULES[law.auction.price_rule],
            unit=Phrase(f"{currency.en}/t", f"{currency.zh}/吨")
            if per == "tonne"
            else Phrase(currency.en, f"{currency.zh}/份"),
            colour=lambda series: pollutant_colour(pollutant_of(series)),
            ink=INK,
            alarm=ALARM,
        )
    )


def headline(law: AuctionLaw, shown: Notice, currency: Phrase = YUAN) -> Phrase:
    """What came out, in one sentence a series."""
    per = Phrase("t", "吨") if law.auction.price_per == "tonne" else Phrase("allowance", "份")
    en, zh = [], []
    for sale in shown.sales:
        if sale.cancelled:
            en.append(f"The sale of {sale.series} was cancelled.")
            zh.append(f"{sale.series} 的拍卖取消。")
        elif sale.price is None:
            en.append(f"Nobody bought {sale.series}.")
            zh.append(f"{sale.series} 流拍。")
        else:
            en.append(f"{sale.series} sold {sale.sold:,} at {yuan(sale.price)} {currency.en}/{per.en}.")
            zh.append(f"{sale.series} 售出 {sale.sold:,} 份，价格 {yuan(sale.price)} {currency.zh}/{per.zh}。")
    return Phrase(" ".join(en), "".join(zh))
