"""Puts the page together: one HTML file in English and Chinese that loads nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from airshed.lab.methods import MethodCompared, ShareChange
from airshed.market.sharing.named import NAMED
from airshed.pages.kit.html import environment, script_json
from airshed.pages.kit.origins import origin
from airshed.pages.kit.words import Phrase, told
from airshed.pages.methods.chart import chart, height_of_chart, label
from airshed.zone.origins import figures

PACKAGE = "airshed.pages.methods"
#: A whip under it is none.
NEUTRAL = 0.0005
#: From which Gini coefficient of shares per need on a method shares how; bounds are ours.
EVENNESS = (
    (0.2, Phrase("very uneven", "很不均匀")),
    (0.1, Phrase("uneven", "不均匀")),
    (0.03, Phrase("fairly even", "较均匀")),
    (-1.0, Phrase("even", "均匀")),
)


@dataclass(frozen=True, slots=True)
class ComparedTerms:
    """On what terms methods are compared: a cap in allowances, its price in `money` per t and year, how it was asked.

    `market_yuan` is what keeping the cap costs all by one market, None where it cannot be kept; `pass_through` the part
    of what allowances cost that products' prices take up, `origins` what all of it rests on, `law` the methods by which
    the rulebook shares the cap.
    """

    name: str
    cap: int
    price: float
    market_yuan: float | None
    pass_through: float
    origins: Sequence[str]
    command: str
    money: Phrase
    law: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class MethodsFacts:
    """What the page shows: the terms, the methods, and who gains between two of them."""

    terms: ComparedTerms
    methods: tuple[MethodCompared, ...]
    before: str
    after: str
    changes: tuple[ShareChange, ...]
    #: What is left out, and why.
    without: tuple[Phrase, ...]


def build(facts: MethodsFacts) -> str:
    """The page of a comparison. The same facts give the same bytes."""
    drawn = {"methods": chart(facts.methods, facts.terms.money, facts.terms.law)}
    return (
        environment(PACKAGE)
        .get_template("methods.html.j2")
        .render(
            provenance=told(figures(facts.terms.origins)),
            facts=facts,
            headline=headline(facts),
            basis=basis(facts.terms),
            charts=script_json(drawn),
            height=height_of_chart(facts.methods),
            origin=origin,
            named=label,
            verdicts={each.name: verdict(each) for each in facts.methods},
            number=lambda name: NAMED[name].number if name in NAMED else "",
        )
    )


def basis(terms: ComparedTerms) -> Phrase:
    """The cap, the price, what one market costs, and what products take up."""
    en = f"{terms.cap:,} allowances at {terms.price:,.2f} {terms.money.en} a tonne and year"
    zh = f"配额{terms.cap:,}份，价格每吨每年{terms.price:,.2f}{terms.money.zh}"
    if terms.market_yuan is None:
        en, zh = f"{en}; all steps together cannot keep the cap", f"{zh}；全部措施也无法守住总量"
    else:
        cost = f"{terms.market_yuan / 1e6:,.2f}"
        en += f"; one market keeps them for {cost} million {terms.money.en} a year, whatever the method"
        zh += f"；统一市场每年以{cost}百万{terms.money.zh}守住总量，与方法无关"
    if terms.pass_through:
        en += f"; products' prices take up {terms.pass_through:.0%} of what allowances cost"
        zh += f"；产品价格吸收配额成本的{terms.pass_through:.0%}"
    return Phrase(f"{en}.", f"{zh}。")


def headline(facts: MethodsFacts) -> Phrase:
    """Which method whips hardest, which is fairest without whipping anybody, and what the law's own does."""
    hardest = max(facts.methods, key=lambda each: each.whip)
    mild = [each for each in facts.methods if abs(each.whip) < NEUTRAL]
    name = label(hardest.name)
    en = f'"{name.en}" takes {hardest.whip:.2f} allowances for each one abated early'
    zh = f"“{name.zh}”使早减排者每少排一份少得{hardest.whip:.2f}份配额"
    if mild:
        fairest = min(mild, key=lambda each: each.gini)
        name = label(fairest.name)
        en += f'; "{name.en}" takes none and shares by need most evenly (Gini {fairest.gini:.2f})'
        zh += f"；“{name.zh}”不惩罚早减排，且按需分配最均匀（基尼系数{fairest.gini:.2f}）"
    en, zh = f"{en}.", f"{zh}。"
    for each in facts.methods:
        if each.name in facts.terms.law:
            name, said = label(each.name), verdict(each)
            en += f' The law shares by "{name.en}": {said.en}.'
            zh += f"现行规则采用“{name.zh}”：{said.zh}。"
    return Phrase(en, zh)


def verdict(method: MethodCompared) -> Phrase:
    """What a method does, in a line: to who abated early, and how evenly it shares by need."""
    if abs(method.whip) < NEUTRAL:
        early = Phrase("neutral to early abatement", "对早减排中性")
    elif method.whip > 0:
        early = Phrase(f"punishes early abatement ({method.whip:+.2f})", f"惩罚早减排（{method.whip:+.2f}）")
    else:
        early = Phrase(f"rewards early abatement ({method.whip:+.2f})", f"奖励早减排（{method.whip:+.2f}）")
    even = next(words for least, words in EVENNESS if method.gini >= least)
    return Phrase(f"{early.en}, {even.en} by need", f"{early.zh}，按需{even.zh}")
