"""Puts the page together: one HTML file in English and Chinese that loads nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from airshed.lab.prices.bridge import Bridge, Bridged, Switched
from airshed.pages.bridge.chart import figure_text, height_of_chart, per_tonne, phrase, side_by_side, waterfall
from airshed.pages.kit.html import environment, script_json
from airshed.pages.kit.origins import origin
from airshed.pages.kit.words import Phrase, told
from airshed.zone.origins import figures

PACKAGE = "airshed.pages.bridge"


@dataclass(frozen=True, slots=True)
class BridgeFacts:
    """What the page shows: the prices of a law's first year, the bridges to them, and what they rest on."""

    law: str
    found: Bridged
    bridges: Sequence[Bridge]
    origins: Sequence[str]
    command: str

    @property
    def money(self) -> Phrase:
        """The money of the law."""
        return phrase(self.found.money)


def build(facts: BridgeFacts) -> str:
    """The page of prices side by side. The same facts give the same bytes."""
    found, money = facts.found, facts.money
    drawn = {"prices": side_by_side(found.price, facts.bridges, found.pollutant, money)}
    for number, each in enumerate(facts.bridges):
        if made := waterfall(each, money):
            drawn[f"bridge{number}"] = made
    return (
        environment(PACKAGE)
        .get_template("bridge.html.j2")
        .render(
            provenance=told(figures(facts.origins)),
            facts=facts,
            found=found,
            unit=per_tonne(money),
            headline=headline(facts),
            shown=figure_text,
            phrase=phrase,
            moving=moving,
            idle=idle,
            heights={key: height_of_chart(len(made["yAxis"]["data"])) for key, made in drawn.items()},
            origin=origin,
            charts=script_json(drawn),
        )
    )


def moving(one: Bridge) -> list[Switched]:
    """The causes that move a price, or leave none, in their order."""
    return [step for step, size in zip(one.steps, one.sizes, strict=True) if size != 0]


def idle(one: Bridge) -> Phrase | None:
    """The causes that move nothing, in one line; None where each moves something."""
    found = [step.words for step, size in zip(one.steps, one.sizes, strict=True) if size == 0]
    return Phrase("; ".join(each.en for each in found), "；".join(each.zh for each in found)) if found else None


def headline(facts: BridgeFacts) -> Phrase:
    """The price under the law, and the lowest and highest of the others."""
    found, money = facts.found, facts.money
    known = sorted(each.said for each in facts.bridges if each.said is not None)
    if found.price is None:
        return Phrase("No price keeps this cap under the law.", "在规则之下没有价格能使总量得到遵守。")
    price = figure_text(found.price)
    en = f"A tonne is worth {price} {money.en} under the law."
    zh = f"在规则之下，每吨值{price}{money.zh}。"
    if known:
        low, high = figure_text(known[0]), figure_text(known[-1])
        en += f" Other prices of the same year run from {low} to {high}, for each answers another question."
        zh += f"同一年的其他价格由{low}至{high}，因为各自回答的问题不同。"
    return Phrase(en, zh)
