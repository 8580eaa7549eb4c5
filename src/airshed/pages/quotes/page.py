"""Puts the page together: one HTML file in English and Chinese that loads nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from airshed.lab.prices.floors import FloorBound
from airshed.lab.prices.quotes import FAR, OPEN, TAX, Alarm, AnnualPrice, Famous, Yield
from airshed.model.provenance import Figures
from airshed.pages.kit.html import environment, script_json
from airshed.pages.kit.words import Phrase, told
from airshed.pages.quotes.chart import KINDS, PLACES, POLLUTANTS, chart, height_of_chart, named, pair

PACKAGE = "airshed.pages.quotes"


@dataclass(frozen=True, slots=True)
class QuoteFacts:
    """What the page shows: quotes in one language at a rate (percent), what contradicts itself, markets at floors."""

    rate: float
    life: float
    said: Sequence[AnnualPrice]
    alarms: Sequence[Alarm]
    floors: Sequence[FloorBound]
    yields: Sequence[Yield]
    command: str
    famous: Famous | None = None
    far: float = FAR

    @property
    def pollutants(self) -> tuple[str, ...]:
        """Pollutants with a quote."""
        return tuple(dict.fromkeys(each.quote.pollutant for each in self.said))

    def of(self, pollutant: str) -> list[AnnualPrice]:
        """The quotes of a pollutant."""
        return [each for each in self.said if each.quote.pollutant == pollutant]


def build(facts: QuoteFacts) -> str:
    """The page of published prices. The same facts give the same bytes."""
    drawn = {f"quotes-{number}": chart(facts.of(pollutant)) for number, pollutant in enumerate(facts.pollutants)}
    if facts.famous is not None:
        two = facts.famous
        drawn["pair"] = pair(two, facts.rate, facts.life)
    return (
        environment(PACKAGE)
        .get_template("quotes.html.j2")
        .render(
            provenance=told(Figures(("published", "assumed"))),
            facts=facts,
            headline=headline(facts),
            charts=script_json(drawn),
            height=lambda pollutant: height_of_chart(facts.of(pollutant)),
            named=dated,
            place=lambda name: said_both(name, PLACES),
            kind=lambda name: said_both(name, KINDS),
            pollutant=lambda name: said_both(name, POLLUTANTS),
            term=term,
            yielded=yielded,
            tax_itself=TAX,
        )
    )


def said_both(name: str, words: Mapping[str, str]) -> Phrase:
    """A name, and its Chinese where there is one."""
    return Phrase(name, words.get(name, name))


def dated(said: AnnualPrice) -> Phrase:
    """A quote by place, kind and time."""
    name, when = named(said.quote.place, said.quote.kind), said.quote.when
    return Phrase(f"{name.en} {when}", f"{name.zh} {when}") if when else name


def headline(facts: QuoteFacts) -> Phrase:
    """What is left of the famous eighteen times, and the worst contradiction inside one place."""
    unknown = sum(each.quote.term is None for each in facts.said)
    en = f"{len(facts.said)} published prices, {unknown} of them without a term."
    zh = f"{len(facts.said)}个公布价格，其中{unknown}个未注明期限。"
    pair = facts.famous
    if pair is not None:
        asked, paid = pair.once.quote.yuan_per_t, pair.yearly.quote.yuan_per_t
        en = (
            f"{asked:,.0f} yuan once against {paid:,.0f} a year is not {pair.said_times:.4g} times but"
            f" {pair.times:.2f} at {facts.rate:g} %."
        )
        zh = (
            f"一次性{asked:,.0f}元与每年{paid:,.0f}元相差不是{pair.said_times:.4g}倍，"
            f"按{facts.rate:g} %贴现为{pair.times:.2f}倍。"
        )
    inside = [each for each in facts.alarms if each.inside]
    if inside:
        worst = inside[0]
        where, what = worst.low.quote.place, worst.low.quote.pollutant
        en += f" The widest contradiction inside one place is that of {where}: {worst.times:.1f} times for {what}."
        zh += (
            f"同一地区内部的最大矛盾在{PLACES.get(where, where)}：{POLLUTANTS.get(what, what)}相差{worst.times:.1f}倍。"
        )
    return Phrase(en, zh)


def term(said: AnnualPrice) -> Phrase:
    """The term of a quote in words."""
    years, per_year = said.quote.years, said.quote.per_year
    if years is None and said.assumed is not None:
        return Phrase(f"{said.assumed:g} y, assumed", f"{said.assumed:g}年（假定）")
    if years is None:
        return Phrase("not said", "未注明")
    if years == OPEN:
        return Phrase("no end", "无期限")
    return Phrase(f"{years} y, each", f"{years}年，每年") if per_year == "yes" else Phrase(f"{years} y", f"{years}年")


def yielded(one: Yield) -> Phrase:
    """An implied yield in words."""
    year, once, rate = one.yearly.yuan_per_t, one.once.yuan_per_t, 100 * one.rate
    en, zh = (
        ("without an end", "无期限")
        if one.once.years == OPEN
        else (f"for {one.once.years} years", f"{one.once.years}年")
    )
    return Phrase(
        f"{year:,.6g} a year against {once:,.6g} {en} is a yield of {rate:.3f} %.",
        f"每年{year:,.6g}元与{zh}{once:,.6g}元，隐含收益率{rate:.3f} %。",
    )
