"""Puts the page together: one HTML file in English and Chinese that loads nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup
from plotly.offline import get_plotlyjs

from airshed.lab.prices.floors import FloorBound
from airshed.lab.prices.quotes import Alarm, Said, Yield
from airshed.market.tenor import annualised
from airshed.service.quotepage.chart import KINDS, ONCE, PLACES, POLLUTANTS, YEARLY, chart, height_of_chart, named, pair
from airshed.service.report.page import environment, script_json
from airshed.service.report.style import FONT
from airshed.service.report.words import LANGUAGES, Phrase

PACKAGE = "airshed.service.quotepage"


@dataclass(frozen=True, slots=True)
class QuoteFacts:
    """What the page shows: quotes in one language at a rate (percent), what contradicts itself, markets at floors."""

    rate: float
    life: float
    said: Sequence[Said]
    alarms: Sequence[Alarm]
    floors: Sequence[FloorBound]
    yields: Sequence[Yield]
    command: str

    @property
    def pollutants(self) -> tuple[str, ...]:
        """Pollutants with a quote that names its term."""
        return tuple(dict.fromkeys(each.quote.pollutant for each in self.said if each.yearly is not None))

    def of(self, pollutant: str) -> list[Said]:
        """The quotes of a pollutant."""
        return [each for each in self.said if each.quote.pollutant == pollutant]


def build(facts: QuoteFacts) -> str:
    """The page of published prices. The same facts give the same bytes."""
    drawn = {
        f"quotes-{number}": {language: chart(facts.of(pollutant), language) for language in LANGUAGES}
        for number, pollutant in enumerate(facts.pollutants)
    }
    drawn["pair"] = {language: pair(facts.rate, language) for language in LANGUAGES}
    return (
        environment(PACKAGE)
        .get_template("quotes.html.j2")
        .render(
            facts=facts,
            headline=headline(facts),
            charts=script_json(drawn),
            plotly=Markup(get_plotlyjs()),
            height=lambda pollutant: height_of_chart([each for each in facts.of(pollutant) if each.yearly]),
            named=lambda said: named(said.quote.place, said.quote.kind),
            place=lambda name: said_both(name, PLACES),
            kind=lambda name: said_both(name, KINDS),
            pollutant=lambda name: said_both(name, POLLUTANTS),
            term=term,
            font=FONT,
        )
    )


def said_both(name: str, words: Mapping[str, str]) -> Phrase:
    """A name, and its Chinese where there is one."""
    return Phrase(name, words.get(name, name))


def headline(facts: QuoteFacts) -> Phrase:
    """What is left of eighteen times, and the worst contradiction inside one place."""
    times = annualised(ONCE, float("inf"), facts.rate / 100) / YEARLY
    en = f"18,000 yuan once against 1,000 a year is not 18 times but {times:.2f} at {facts.rate:g} %."
    zh = f"一次性18,000元与每年1,000元相差不是18倍，按{facts.rate:g} %贴现为{times:.2f}倍。"
    inside = [each for each in facts.alarms if each.inside]
    if inside:
        worst = inside[0]
        where, what = worst.low.quote.place, worst.low.quote.pollutant
        en += f" The real contradiction is inside {where}: {worst.times:.1f} times for {what}."
        zh += f"真正的矛盾在{PLACES.get(where, where)}内部：{POLLUTANTS.get(what, what)}相差{worst.times:.1f}倍。"
    return Phrase(en, zh)


def term(years: str | None, per_year: str | None) -> Phrase:
    """The term of a quote in words."""
    if years is None:
        return Phrase("not said", "未注明")
    if years == "open":
        return Phrase("no end", "无期限")
    return Phrase(f"{years} y, each", f"{years}年，每年") if per_year == "yes" else Phrase(f"{years} y", f"{years}年")
