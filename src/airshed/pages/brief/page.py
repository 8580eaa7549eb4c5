"""Puts the brief together: one HTML file in English and Chinese that loads nothing."""

from __future__ import annotations

from collections.abc import Mapping

from airshed.lab.brief.designs import GUARD
from airshed.lab.brief.facts import BriefFacts, BriefPollutant
from airshed.lab.brief.measures import MEASURES
from airshed.model.provenance import Told
from airshed.pages.brief import charts, measured, reasons, sentences, words
from airshed.pages.brief import charts_market as market
from airshed.pages.brief import charts_rest as rest
from airshed.pages.brief.summary import summary
from airshed.pages.kit.colours import faded
from airshed.pages.kit.figures import Figure
from airshed.pages.kit.html import environment, script_json
from airshed.pages.kit.origins import origin
from airshed.pages.kit.words import Phrase, told
from airshed.pages.report.labels import place_names
from airshed.rulebook.schema import Rulebook
from airshed.zone.origins import figures

PACKAGE = "airshed.pages.brief"
#: How strong the ground of the best cell of the table is.
DEEPEST = 0.55


def build(facts: BriefFacts, rules: Rulebook, command: str, provenance: Told | None = None) -> str:
    """The page of a brief, which says what its figures are. The same facts give the same bytes."""
    money = Phrase(rules.currency.name_en, rules.currency.name_zh)
    receptors = {row.receptor: Phrase(row.name_en, row.name_zh) for row in rules.receptors.rows}
    names = place_names(rules)
    drawn: dict[str, Figure] = {
        "scores": charts.scores(facts),
        "effects": charts.effects(facts),
        "accepted": charts.accepted(facts),
        "holds": charts.holds(facts),
    }
    for each in facts.pollutants:
        drawn |= {f"{name}-{each.pollutant}": one for name, one in _charts(each, names, receptors, money).items()}
    return (
        environment(PACKAGE)
        .get_template("brief.html.j2")
        .render(
            provenance=told(provenance or figures(facts.origins)),
            facts=facts,
            rules=rules,
            money=money,
            names=names,
            lead=reasons.lead(facts),
            reasons=reasons.reasons(facts, money),
            summary=summary(facts, names, money),
            unknown=sentences.unknown(facts),
            warning=sentences.warning(facts),
            of_prices=sentences.of_prices,
            of_book=sentences.of_book,
            of_band=sentences.of_band,
            of_bounds=reasons.of_bounds,
            keys=_keys(facts, money),
            measures=measured.measures(money, facts.cost_year),
            scored=set(MEASURES),
            words=words,
            origin=origin,
            draw=charts,
            borders=market.BORDERS,
            lines=rest.LINES,
            guard=f"{100 * GUARD:g}",
            order=charts.order_of(facts),
            shade=lambda value: "transparent" if value is None else faded("#2e8087", round(DEEPEST * value, 3)),
            number=number,
            charts=script_json(drawn),
            ranking=script_json(_ranking(facts)),
            drawn=set(drawn),
            command=command,
        )
    )


def _ranking(facts: BriefFacts) -> dict[str, object]:
    """What the page ranks all designs by when its weights are moved."""
    return {
        "axes": list(words.AXES),
        "words": {
            axis: {
                each: {"en": phrase.en, "zh": phrase.zh}
                for (name, each), phrase in words.SPOKEN.items()
                if name == axis
            }
            for axis in words.AXES
        },
        "criteria": list(facts.weights),
        "designs": facts.designs,
        "values": facts.all_values,
        "stated": list(facts.weights.values()),
        "choice": facts.designs.index(tuple(facts.choice.values())),
    }


def number(value: float | None, decimals: int, signed: bool = False) -> str:
    """A figure of a table, a dash where there is none.

    >>> number(1234.56, 1), number(None, 0), number(2.0, 1, True), number(-0.001, 1, True)
    ('1,234.6', '–', '+2.0', '0.0')
    """
    if value is None:
        return "–"
    text = f"{value:{'+' if signed else ''},.{decimals}f}"
    return f"{0:.{decimals}f}" if not any(digit in text for digit in "123456789") else text


def _charts(
    each: BriefPollutant, names: Mapping[str, Phrase], receptors: Mapping[str, Phrase], money: Phrase
) -> dict[str, Figure]:
    has = each.found
    found = {
        "methods": rest.methods(each),
        "path": rest.path(has, money),
        "trade": rest.trade(each),
        "price": rest.tornado(each, "price"),
    }
    if len(has.prices) > 1:
        found["prices"] = market.prices(has, names, money)
        found["saving"] = rest.tornado(each, "saving_percent")
        if has.linking is not None:
            found["linking"] = market.linking(has, names, money)
    if has.loads:
        found["loads"] = market.loads(has, receptors)
        found["frontier"] = market.frontier(has, money)
    return found


def _keys(facts: BriefFacts, money: Phrase) -> list[tuple[Phrase, str, Phrase, str]]:
    """Four figures of the head: label, value, detail, section."""
    first = facts.pollutants[0]
    pilots = facts.scores.get("pilots")
    found = [
        (
            Phrase("The choice scores", "所选设计得分"),
            f"{facts.score:.0f}",
            Phrase(f"of 100; the pilots' way {pilots:.0f}", f"满分100；现行试点{pilots:.0f}")
            if pilots is not None
            else Phrase("of 100", "满分100"),
            "designs",
        ),
        (
            Phrase(f"Price of {first.pollutant}, first year", f"{first.pollutant}首年价格"),
            f"{first.found.price:,.0f}",
            Phrase(f"{money.en}/t if the zone is one market", f"{money.zh}/吨（全区统一市场）"),
            f"prices-{first.pollutant}",
        ),
    ]
    saved = reasons.saving(facts)
    if saved is not None:
        where = next(each for each in facts.pollutants if each.found.linking is not None)
        found.append(
            (
                Phrase("Linking the cities saves", "各市联通节省"),
                saved,
                Phrase("of what closed cities cost", "（占各市封闭的减排成本）"),
                f"prices-{where.pollutant}",
            )
        )
    found.append(
        (
            Phrase("It wins under", "胜出比例"),
            f"{100 * facts.wins:.0f} %",
            Phrase("of all possible weights", "（占全部可能的权重）"),
            "weights",
        )
    )
    return found
