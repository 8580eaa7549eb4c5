"""Puts the page of a call together: one HTML file in English and Chinese that loads nothing."""

from __future__ import annotations

from math import ceil

from airshed.model.measures import tonnes, yuan
from airshed.pages.call import charts
from airshed.pages.call.facts import CallFacts
from airshed.pages.call.words import TRADES, limit_name, wall_name
from airshed.pages.kit.figures import Figure
from airshed.pages.kit.html import environment, script_json
from airshed.pages.kit.words import Phrase, told

PACKAGE = "airshed.pages.call"


def build(facts: CallFacts) -> str:
    """The page of a call. The same facts give the same bytes."""
    drawn: dict[str, Figure] = {}
    for number, each in enumerate(facts.rounds, 1):
        if each.prices:
            drawn[f"prices-{number}"] = charts.prices(facts, each)
            drawn[f"flows-{number}"] = charts.flows(facts, each)
        if each.limits:
            drawn[f"limits-{number}"] = charts.limits(facts, each)
    return (
        environment(PACKAGE)
        .get_template("call.html.j2")
        .render(
            provenance=told(facts.provenance),
            facts=facts,
            headline=headline(facts),
            charts=script_json(drawn),
            draw=charts,
            trades=TRADES,
            limit_name=lambda name: limit_name(facts, name),
            wall_name=wall_name,
            yuan=lambda fen: yuan(round(fen)),
            most=lambda fen: yuan(ceil(fen)),
            tonnes=lambda kg: tonnes(round(kg)),
        )
    )


def headline(facts: CallFacts) -> Phrase:
    """What changed hands at which prices, and how good that is, in two sentences."""
    fens = [price.fen for each in facts.rounds for price in each.prices]
    if not fens:
        return Phrase("Nothing changed hands.", "本次集合竞价没有成交。")
    crossing = sum(each.crossing for each in facts.rounds)
    low, high, gap = yuan(min(fens)), yuan(max(fens)), yuan(ceil(facts.gap_fen))
    money = facts.money
    prices = Phrase(f"{low} {money.en}/t everywhere", f"各地均为每吨{low}{money.zh}")
    if low != high:
        prices = Phrase(f"{low} to {high} {money.en}/t", f"每吨{low}至{high}{money.zh}")
    return Phrase(
        f"{tonnes(facts.count)} t of {facts.pollutant} changed hands at {prices.en}, {tonnes(crossing)} t of it across"
        f" a border. No allocation gains more than {gap} {money.en} above this one.",
        f"{facts.pollutant}成交{tonnes(facts.count)}吨，价格{prices.zh}，其中跨区{tonnes(crossing)}吨。"
        f"任何其他分配的收益至多比本次多{gap}{money.zh}。",
    )
