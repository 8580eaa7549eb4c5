"""What came out of a study, as rows that stand beside those of another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isnan
from typing import Any, NamedTuple

import msgspec

from airshed.model.provenance import Told
from airshed.pages.brief.words import AXES, OPTIONS
from airshed.pages.kit.origins import origin
from airshed.pages.kit.words import Phrase, same, told
from airshed.pages.portal.office.designs import (
    AS_IT_IS,
    BRIDGE,
    BRIEF,
    KNOBS,
    LAW,
    OF_BOOK,
    OF_SCENARIO,
    PAGES,
    SCENARIO,
    Knob,
    base_of,
    choices_of,
    laws,
)
from airshed.rulebook.load import load
from airshed.rulebook.schema import Rulebook
from airshed.service.run.studies import Asked, Study

NONE = same("–")
#: Totals of paths in their order: what each is called, by how much it is divided, and its digits.
TOTALS: Mapping[str, tuple[str, str, float, int]] = {
    "price": ("Mean price ({en}/t)", "成交均价（{zh}/吨）", 1.0, 0),
    "least_price": ("Equilibrium price ({en}/t)", "均衡价（{zh}/吨）", 1.0, 0),
    "cost": ("Cost of abatement (million {en})", "治理成本（百万{zh}）", 1e6, 1),
    "above": ("Above the cheapest way to the same emissions (%)", "高于同等排放最低成本（%）", 1.0, 1),
    "emitted": ("Emission (t)", "排放量（吨）", 1.0, 0),
    "short": ("Not covered (t)", "缺口（吨）", 1.0, 0),
    "volume": ("Traded (t)", "成交（吨）", 1.0, 0),
    "apart": ("Cities apart in price (%)", "城市间价差（%）", 1.0, 1),
    "revenue": ("Auction revenue (million {en})", "拍卖收入（百万{zh}）", 1e6, 1),
    "fees": ("Trading fees (million {en})", "交易手续费（百万{zh}）", 1e6, 2),
    "penalties": ("Penalties set (million {en})", "所处罚款（百万{zh}）", 1e6, 1),
}


class OutcomeRow(NamedTuple):
    """A figure, or a choice: what it is, and how far it may lie apart."""

    name: Phrase
    text: Phrase
    value: float | None = None
    #: From the fifth to the ninety-fifth percentile of the paths.
    spread: str = ""
    digits: int = 0


class Outcome(NamedTuple):
    """What came out."""

    #: What its figures are.
    told: Phrase
    rows: Sequence[OutcomeRow]
    origins: Sequence[Phrase]


class Beside(NamedTuple):
    """A row of two studies."""

    name: Phrase
    left: OutcomeRow | None
    right: OutcomeRow | None
    difference: str
    differs: bool


def outcome_of(study: Study) -> Outcome:
    """What came out of a study that is done."""
    answer: dict[str, Any] = msgspec.json.decode(study.answer())
    what = told(msgspec.convert(answer.get("provenance"), Told | None))
    if study.asked.kind == BRIEF:
        known = laws()[study.asked.fields["law"]]
        found = [each["found"] for each in answer["pollutants"]]
        origins = dict.fromkeys(row for each in found for row in (*each["origins"], *each["air_origins"]))
        return Outcome(what, _brief_rows(answer, known), [origin(row) for row in origins])
    if study.asked.kind == BRIDGE:
        law = laws()[study.asked.fields["law"]]
        return Outcome(what, _bridge_rows(answer, law), [origin(row) for row in answer["origins"]])
    known = law_played(study)
    return Outcome(what, _scenario_rows(answer["totals"], known), [origin(row) for row in answer["origins"]])


def law_played(study: Study) -> Rulebook:
    """The law that a scenario was played under: a shipped one, or that of the book, whose text lies with the study."""
    base = base_of(study.asked.fields["base"])
    return load(study.folder / LAW) if base is OF_BOOK else laws()[base.rulebook]


def as_it_is(asked: Asked) -> Mapping[str, str]:
    """The same futures under the law as it is, to be compared with; nothing where that was played."""
    if asked.kind != SCENARIO or not changes_of(asked):
        return {}
    of_future = {knob.name for knob in OF_SCENARIO if knob.at[0] != "design" and knob.name != "caps"}
    first = {knob.name: knob.first for knob in OF_SCENARIO}
    return {name: asked.fields.get(name, text) if name in of_future else text for name, text in first.items()}


def _scenario_rows(totals: Mapping[str, Mapping[str, float | None]], law: Rulebook) -> list[OutcomeRow]:
    rows = []
    for key, (english, chinese, divisor, digits) in TOTALS.items():
        spread = totals[key]
        low, middle, high = (_divided(spread[part], divisor) for part in ("low", "median", "high"))
        name = Phrase(english.format(en=law.currency.name_en), chinese.format(zh=law.currency.name_zh))
        known = low is not None and high is not None
        apart = f"{_figure(low, digits)} – {_figure(high, digits)}" if known else ""
        rows.append(OutcomeRow(name, same(_figure(middle, digits)), middle, apart, digits))
    return rows


def _bridge_rows(answer: Mapping[str, Any], law: Rulebook) -> list[OutcomeRow]:
    """The price under the law, and every other with its largest cause."""
    money, year = law.currency, answer["year"]
    under = Phrase(
        f"Price under the law, {year} ({money.name_en}/t)", f"规则下的均衡价，{year}年（{money.name_zh}/吨）"
    )
    rows = [OutcomeRow(under, same(_figure(answer["price_yuan_per_t"], 0)), answer["price_yuan_per_t"])]
    for each in answer["bridges"]:
        price = each["price_yuan_per_t"]
        steps = [step for step in each["steps"] if step["yuan_per_t"]]
        largest = max(steps, key=lambda step: abs(step["yuan_per_t"]), default=None)
        name = Phrase(f"{each['name']} ({money.name_en}/t)", f"{each['name_zh']}（{money.name_zh}/吨）")
        text = same(_figure(price, 0))
        if largest is not None:
            size = f"{largest['yuan_per_t']:+,.0f}".replace("-", "−")
            text = Phrase(
                f"{text.en}; most by {largest['cause']}: {size}", f"{text.zh}；主要成因：{largest['cause_zh']} {size}"
            )
        rows.append(OutcomeRow(name, text, price))
    return rows


def _brief_rows(answer: Mapping[str, Any], law: Rulebook) -> list[OutcomeRow]:
    money = Phrase(law.currency.name_en, law.currency.name_zh)
    rows = [OutcomeRow(AXES[axis], OPTIONS[axis, option]) for axis, option in answer["choice"].items()]
    rows.append(_number(Phrase("Score of 100", "得分（满分100）"), answer["score"], 1))
    for each in answer["pollutants"]:
        code, found = each["pollutant"], each["found"]
        price = Phrase(f"Price of {code} in one zone ({money.en}/t)", f"{code}全区统一价格（{money.zh}/吨）")
        saving = Phrase(f"One zone saves, {code} (%)", f"{code}全区统一节省成本（%）")
        rows += [_number(price, found["price"], 0), _number(saving, found["saving_percent"], 1)]
        cost = each["judged"].get("choice", {}).get("cost")
        named = Phrase(f"Cost of the choice, {code} (million {money.en})", f"{code}所选设计成本（百万{money.zh}）")
        rows.append(_number(named, cost, 1))
    return rows


def _number(name: Phrase, value: float | None, digits: int) -> OutcomeRow:
    return OutcomeRow(name, same(_figure(value, digits)), value, "", digits)


def _divided(value: float | None, divisor: float) -> float | None:
    return None if value is None or isnan(value) else value / divisor


def _figure(value: float | None, digits: int) -> str:
    return NONE.en if value is None else f"{value:,.{digits}f}".replace("-", "−")


#: Draws of fewer futures say little of how far figures lie apart.
FEW_DRAWS = 20


def rests_of(study: Study) -> list[OutcomeRow]:
    """What a played design is about: the law that it was played under, and the pollutant of all its figures."""
    asked = study.asked
    if asked.kind in ("", *PAGES):
        return []
    base, law = base_of(asked.fields["base"]), law_played(study)
    version = f"{law.programme.id} {law.programme.version}"
    whence = (
        Phrase("as the book keeps it", "账簿所存文本")
        if base is OF_BOOK
        else Phrase("as it is shipped with the software", "随软件发布的版本")
    )
    chosen = asked.fields.get("pollutant", AS_IT_IS)
    pollutant = chosen if chosen != AS_IT_IS else base.pollutant or law.pollutants[0].code
    return [
        OutcomeRow(Phrase("Law", "规则"), Phrase(f"{version}, {whence.en}", f"{version}（{whence.zh}）")),
        OutcomeRow(Phrase("Pollutant of all figures", "全部指标的污染物"), same(pollutant)),
    ]


def few(asked: Asked) -> bool:
    """Whether so few futures were drawn that their range says little."""
    draws = asked.fields.get("draws", "")
    return asked.kind not in ("", *PAGES) and draws.isdecimal() and int(draws) < FEW_DRAWS


def settings_of(asked: Asked) -> list[OutcomeRow]:
    """What was asked for, by the words of the form; what was left as it is does not stand there."""
    rows = []
    for knob in KNOBS.get(asked.kind, ()):
        said = asked.fields.get(knob.name)
        if said is None:
            continue
        rows.append(OutcomeRow(knob.label, _said(knob, said)))
    return rows


def _said(knob: Knob, value: str) -> Phrase:
    chosen = next((choice.label for choice in choices_of(knob) if choice.value == value), None)
    return chosen or Phrase(*(f"{value} {part}".strip() for part in (knob.suffix.en, knob.suffix.zh)))


def played_with(asked: Asked) -> list[OutcomeRow]:
    """What a study was played with: where a design was left as its scenario has it, what the scenario has."""
    if asked.kind != SCENARIO:
        return settings_of(asked)
    base, rows = base_of(asked.fields["base"]), []
    for knob in OF_SCENARIO:
        said = asked.fields.get(knob.name) or AS_IT_IS
        table, key = knob.at
        if said == AS_IT_IS and key:
            value = getattr(getattr(base, table) if table else base, key)
            said = {True: "yes", False: "no"}[value] if isinstance(value, bool) else as_written(value)
        rows.append(OutcomeRow(knob.label, _said(knob, said) if said else OF_THE_LAW))
    return rows


def as_written(value: float | str | None) -> str:
    """A value of a scenario as a form has it; empty where the law itself says it.

    >>> as_written(12_000.0), as_written("free"), as_written(None)
    ('12,000', 'free', '')
    """
    return "" if value is None else value if isinstance(value, str) else f"{value:,.10g}"


#: What a scenario leaves to its law.
OF_THE_LAW = Phrase("as the law has it", "按规则")


def changes_of(asked: Asked) -> list[Phrase]:
    """What a played design changes in its scenario, as its name says it."""
    changed = {knob.label for knob in OF_SCENARIO if knob.at[0] and asked.fields.get(knob.name, AS_IT_IS) != AS_IT_IS}
    return [
        Phrase(f"{row.name.en[:1].lower()}{row.name.en[1:]} {row.text.en}", f"{row.name.zh}{row.text.zh}")
        for row in settings_of(asked)
        if row.name in changed
    ]


def same_draws(left: Asked, right: Asked) -> bool:
    """Whether two scenarios were played on the same futures, so that what differs is the design alone."""
    of_future = [knob.name for knob in OF_SCENARIO if knob.at[0] != "design" and knob.name != "caps"]
    return all(left.fields.get(name) == right.fields.get(name) for name in of_future)


def beside(left: Sequence[OutcomeRow], right: Sequence[OutcomeRow]) -> list[Beside]:
    """Rows of two, by what they are called."""
    own, other = {row.name: row for row in left}, {row.name: row for row in right}
    found = []
    for name in dict.fromkeys((*own, *other)):
        a, b = own.get(name), other.get(name)
        difference = ""
        if a is not None and b is not None and a.value is not None and b.value is not None:
            more = round(b.value - a.value, a.digits)
            difference = f"{more:+,.{a.digits}f}".replace("-", "−") if more else "0"
        differs = a is None or b is None or a.text != b.text
        found.append(Beside(name, a, b, difference, differs))
    return found
