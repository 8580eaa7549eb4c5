"""What may be asked of the laboratory on a page: a scenario with its design changed, or a brief; each within bounds."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, NamedTuple
from unicodedata import normalize

from airshed.lab.scenarios import schema
from airshed.lab.scenarios.law import law_of
from airshed.model.refusal import Malformed
from airshed.pages.brief.words import OPTIONS
from airshed.pages.kit.words import Phrase, same
from airshed.pages.portal import cures
from airshed.pages.portal.choices import Choice
from airshed.pages.portal.fields import Field, Widget
from airshed.rulebook.load import find, load
from airshed.rulebook.schema import Rulebook
from airshed.rulebook.shipped import shipped
from airshed.service.run.studies import Asked

SCENARIO, BRIEF, BRIDGE = "scenario", "brief", "bridge"
#: Kinds of study that make a page, with its file.
PAGES: Mapping[str, str] = {BRIEF: "brief.html", BRIDGE: "bridge.html"}
#: The file of a scenario in the folder of a study, and where its draws go.
FILE, DRAWS = "study.toml", "draws"
#: Instead of a shipped scenario: the law of the book as it is in force, and the folder in which its text lies.
BOOK, LAW = "book", "law"
#: Left as the scenario has it.
AS_IT_IS = "as-it-is"
NUMBER = re.compile(r"[-+]?(\d{1,9}|\d{1,3}(,\d{3}){1,2})(\.\d{1,6})?", re.ASCII)
NOTHING = same("")
PERCENT = same("%")
YEARS = Phrase("years", "年")
KEPT = Phrase("as the scenario has it", "按情景原设定")


class Knob(NamedTuple):
    """A parameter that may be set: a number between bounds, or one of a few words where it has choices."""

    name: str
    label: Phrase
    help: Phrase = NOTHING
    #: Where it stands in a scenario: its table and key.
    at: tuple[str, str] = ("", "")
    low: float = 0
    high: float = 0
    whole: bool = False
    suffix: Phrase = NOTHING
    choices: tuple[Choice, ...] = ()
    #: What stands there at first; a number without one may be left out.
    first: str = ""

    def field(self, value: str, error: Phrase | None, choices: Sequence[Choice]) -> Field:
        """It on a page."""
        widget: Widget = "choice" if choices else "amount"
        needed = bool(choices or self.first)
        return Field(self.name, self.label, self.help, widget, value, needed, self.suffix, choices, error)


def _words(*pairs: tuple[str, str, str]) -> tuple[Choice, ...]:
    return (Choice(AS_IT_IS, KEPT), *(Choice(word, Phrase(english, chinese)) for word, english, chinese in pairs))


OF_SCENARIO: tuple[Knob, ...] = (
    Knob("base", Phrase("Scenario", "情景"), Phrase("the future that is played", "所模拟的未来"), first=BOOK),
    Knob("pollutant", Phrase("Pollutant", "污染物"), at=("", "pollutant"), first=AS_IT_IS),
    Knob("years", Phrase("Years played", "模拟年数"), at=("", "years"), low=1, high=8, whole=True, suffix=YEARS),
    Knob(
        "draws",
        Phrase("Paths", "路径数"),
        Phrase("more make the range surer and take longer: some seconds each", "路径越多区间越可靠，每条需数秒"),
        at=("", "draws"),
        low=1,
        high=50,
        whole=True,
        first="5",
    ),
    Knob(
        "seed",
        Phrase("Seed", "随机种子"),
        Phrase("the same seed draws the same futures", "同一种子抽取同样的未来"),
        at=("", "seed"),
        low=0,
        high=2**31,
        whole=True,
        first="7",
    ),
    Knob(
        "caps",
        Phrase("Caps, of the law's", "总量（占规则总量）"),
        at=("caps", "level_percent"),
        low=10,
        high=300,
        suffix=PERCENT,
    ),
    Knob(
        "growth",
        Phrase("Growth of emissions a year", "排放年增长率"),
        at=("demand", "growth_percent"),
        low=-20,
        high=25,
        suffix=PERCENT,
    ),
    Knob(
        "crossing",
        Phrase("Borders between cities", "城市间交易"),
        at=("design", "crossing"),
        choices=_words(
            ("free", "open", "开放"),
            ("first", "own city first", "本市优先"),
            ("approval", "by approval", "须经批准"),
            ("never", "closed cities", OPTIONS["border", "cities"].zh),
        ),
        first=AS_IT_IS,
    ),
    Knob(
        "wall",
        Phrase("Wall between industries", "行业隔离"),
        at=("design", "wall"),
        choices=_words(("yes", "stands", "保留"), ("no", "falls", "取消")),
        first=AS_IT_IS,
    ),
    Knob(
        "method",
        Phrase("How the free ones are shared", "免费配额分配方法"),
        at=("design", "method"),
        choices=(
            Choice(AS_IT_IS, KEPT),
            *(Choice(word, OPTIONS["method", word]) for word in ("history", "benchmark", "limit", "equal_cut")),
        ),
        first=AS_IT_IS,
    ),
    Knob(
        "paid",
        Phrase("Sold by auction, of each cap", "拍卖比例（占总量）"),
        at=("design", "paid_percent"),
        low=0,
        high=100,
        suffix=PERCENT,
    ),
    Knob(
        "floor",
        Phrase("Lowest price", "最低价格"),
        at=("design", "floor_yuan_per_t"),
        low=0,
        high=10_000_000,
        suffix=Phrase("yuan/t", "元/吨"),
    ),
    Knob(
        "ceiling",
        Phrase("Highest price", "最高价格"),
        Phrase("0 for none", "0为不设"),
        at=("design", "ceiling_yuan_per_t"),
        low=0,
        high=10_000_000,
        suffix=Phrase("yuan/t", "元/吨"),
    ),
    Knob(
        "banking",
        Phrase("Leftovers go on to the next year", "结余可结转下年"),
        at=("design", "banking"),
        choices=_words(("yes", "yes", "是"), ("no", "no", "否")),
        first=AS_IT_IS,
    ),
)
OF_BRIEF: tuple[Knob, ...] = (
    Knob(
        "law",
        Phrase("Law and zone", "规则与区域"),
        Phrase("as they are shipped", "随软件发布的版本"),
        first="dianzhong",
    ),
    Knob("pollutant", Phrase("Pollutant", "污染物"), first="SO2"),
    Knob("years", Phrase("Years", "年数"), low=1, high=20, whole=True, suffix=YEARS, first="10"),
    Knob("growth", Phrase("Growth of emissions a year", "排放年增长率"), low=-20, high=25, suffix=PERCENT, first="1"),
    Knob("decline", Phrase("Fall of later caps a year", "后续总量年降幅"), low=-20, high=50, suffix=PERCENT, first="3"),
    Knob("rate", Phrase("Discount rate", "折现率"), low=0, high=30, suffix=PERCENT, first="5"),
    Knob(
        "sessions",
        Phrase("Sessions of agents of each kind", "每类智能体交易场次"),
        Phrase("0 leaves them out, and is quick", "0为不模拟交易，较快"),
        low=0,
        high=12,
        whole=True,
        first="6",
    ),
)
#: Prices are of the same law, pollutant and years as a brief; no agents trade.
OF_BRIDGE = tuple(knob for knob in OF_BRIEF if knob.name != "sessions")
KNOBS: Mapping[str, tuple[Knob, ...]] = {SCENARIO: OF_SCENARIO, BRIEF: OF_BRIEF, BRIDGE: OF_BRIDGE}


@cache
def scenarios() -> Mapping[str, schema.Scenario]:
    """The shipped scenarios, read once."""
    return schema.every()


class Own(NamedTuple):
    """The law in force of a book, with its text."""

    rules: Rulebook
    files: Mapping[str, str]


OF_BOOK = schema.Scenario(
    name_en="The law in force of this book",
    name_zh="本账簿现行规则",
    question_en="What does the law that is in force here come to, and how sure is that?",
    question_zh="本账簿现行规则的成本、价格与履约情况及其不确定性如何？",
    rulebook=LAW,
    pollutant="",
)


def base_of(name: str) -> schema.Scenario:
    """What is played: a shipped scenario, or the law of the book."""
    return OF_BOOK if name == BOOK else scenarios()[name]


@cache
def laws() -> Mapping[str, Rulebook]:
    """The shipped laws, read once."""
    there = shipped("rulebooks", "dianzhong").parent
    return {folder.name: load(find(folder.name)) for folder in sorted(there.iterdir()) if folder.is_dir()}


@cache
def choices_of(knob: Knob) -> tuple[Choice, ...]:
    """What a knob offers; nothing where a number is written."""
    match knob.name:
        case "base":
            every = {BOOK: OF_BOOK, **scenarios()}
            return tuple(Choice(name, Phrase(each.name_en, each.name_zh)) for name, each in every.items())
        case "law":
            return tuple(
                Choice(name, Phrase(each.programme.name_en, each.programme.name_zh)) for name, each in laws().items()
            )
        case "pollutant":
            codes = dict.fromkeys(rule.code for rules in laws().values() for rule in rules.pollutants)
            kept = (Choice(AS_IT_IS, KEPT),) if knob.first == AS_IT_IS else ()
            return (*kept, *(Choice(code, same(code)) for code in codes))
    return knob.choices


@dataclass(frozen=True, slots=True)
class Written:
    """A form as somebody wrote it, and what is wrong with it."""

    kind: str
    values: Mapping[str, str]
    errors: dict[str, Phrase] = field(default_factory=dict)

    def fields(self) -> list[Field]:
        """Its fields on a page."""
        return [
            knob.field(self.values.get(knob.name, ""), self.errors.get(knob.name), choices_of(knob))
            for knob in KNOBS[self.kind]
        ]


def blank(kind: str, programme: str = "") -> Written:
    """A form as it stands at first; a brief or a bridge is of the law of the book, where that is shipped."""
    values = {knob.name: knob.first for knob in KNOBS[kind]}
    if kind in PAGES and programme in laws():
        values |= {"law": programme, "pollutant": laws()[programme].pollutants[0].code}
    return Written(kind, values)


def understood(kind: str, fields: Mapping[str, str]) -> tuple[Written, dict[str, float | str]]:
    """What a form says, as values by knob; what is wrong stands in the form."""
    written = Written(kind, {knob.name: fields.get(knob.name, "")[:200] for knob in KNOBS[kind]})
    found: dict[str, float | str] = {}
    for knob in KNOBS[kind]:
        text = normalize("NFKC", written.values[knob.name]).replace(" ", "").removesuffix("%")
        offered = choices_of(knob)
        if offered:
            text = text or (AS_IT_IS if knob.first == AS_IT_IS else "")
            if text in [choice.value for choice in offered]:
                found[knob.name] = text
            else:
                written.errors[knob.name] = Phrase("Choose one of these.", "请从列表中选择。")
        elif text or knob.first:
            value = _number(text)
            low, high = f"{knob.low:,.10g}", f"{knob.high:,.10g}"
            if value is None:
                written.errors[knob.name] = Phrase(
                    f"'{text[:40]}' is no number. Write one from {low} to {high}.",
                    f"“{text[:40]}”不是数字。请填写{low}至{high}之间的数。",
                )
            elif not knob.low <= value <= knob.high or (knob.whole and value != int(value)):
                whole = knob.whole
                written.errors[knob.name] = Phrase(
                    f"Write a {'whole ' if whole else ''}number from {low} to {high}.",
                    f"请填写{low}至{high}之间的{'整数' if whole else '数'}。",
                )
            else:
                found[knob.name] = int(value) if knob.whole else value
    return written, found


def asked(
    kind: str, fields: Mapping[str, str], by: str, at: int, own: Own | None = None
) -> tuple[Written, Asked | None]:
    """What is to be run; None where something is wrong, which then stands in the form. `own` is the law of the book."""
    written, found = understood(kind, fields)
    if written.errors:
        return written, None
    said = {name: f"{value:g}" if isinstance(value, float) else str(value) for name, value in found.items()}
    if kind in PAGES:
        rules = laws()[str(found["law"])]
        codes = [rule.code for rule in rules.pollutants]
        if found["pollutant"] not in codes:
            written.errors["pollutant"] = Phrase(
                f"This law does not know it. It knows {', '.join(codes)}.",
                f"所选规则不含该污染物，可选：{'、'.join(codes)}。",
            )
            return written, None
        options = [f"--{knob.name}={said[knob.name]}" for knob in KNOBS[kind] if knob.name not in ("law", "pollutant")]
        named = (f"--rulebook={found['law']}", f"--pollutant={found['pollutant']}")
        ways = (f"--html={PAGES[BRIDGE]}",) if kind == BRIDGE else ("--workers=1", "--out=.")
        words = ("lab", kind, *named, *options, *ways, "--json")
        return written, Asked(kind, by, at, said, words)
    of_book = found["base"] == BOOK
    if of_book and own is None:
        written.errors["base"] = Phrase("The text of that law is not kept in the book.", "该规则文本未存于账簿。")
        return written, None
    told = changed(found, own)
    try:
        scenario = schema.of(told, FILE)
        law_of(scenario, own.rules if of_book and own is not None else laws()[scenario.rulebook])
    except Malformed as error:
        written.errors[_knob_of(error.place)] = cures.told(error)
        return written, None
    words = ("lab", "run", FILE, f"--out={DRAWS}", "--workers=1", "--json")
    texts = {f"{LAW}/{name}": text for name, text in own.files.items()} if of_book and own is not None else {}
    return written, Asked(kind, by, at, said, words, {FILE: as_toml(told), **texts})


def changed(found: Mapping[str, float | str], own: Own | None = None) -> dict[str, Any]:
    """The file of a scenario with what somebody changed in it."""
    base = _of_book(own) if found["base"] == BOOK and own is not None else _file(str(found["base"]))
    told = {key: dict(value) if isinstance(value, dict) else value for key, value in base.items()}
    for knob in OF_SCENARIO:
        table, key = knob.at
        value = found.get(knob.name, AS_IT_IS)
        if not key or value == AS_IT_IS:
            continue
        place = told.setdefault(table, {}) if table else told
        place[key] = value == "yes" if knob.name in ("wall", "banking") else value
    return told


@cache
def _file(name: str) -> dict[str, Any]:
    return schema.told_by(schema.find(name))


def _of_book(own: Own) -> dict[str, Any]:
    """A scenario of the law of the book."""
    version = own.rules.programme.version
    return {
        "name_en": f"{OF_BOOK.name_en}, {version}",
        "name_zh": f"{OF_BOOK.name_zh}（{version}）",
        "question_en": OF_BOOK.question_en,
        "question_zh": OF_BOOK.question_zh,
        "rulebook": LAW,
        "pollutant": own.rules.pollutants[0].code,
        "years": 5,
    }


def _knob_of(place: str) -> str:
    """The field that a slip is of; a shock that is not played is one of the years."""
    if "shocks" in place:
        return "years"
    return next((knob.name for knob in OF_SCENARIO if knob.at[1] and knob.at[1] in place), "base")


def _number(text: str) -> float | None:
    """A number as people write it; None for what could be read in two ways, or is none.

    >>> _number("1,500"), _number("-2.5"), _number("3.000,5"), _number("40t")
    (1500.0, -2.5, None, None)
    """
    if not NUMBER.fullmatch(text):
        return None
    found = float(text.replace(",", ""))
    return found if math.isfinite(found) else None


def as_toml(told: Mapping[str, Any]) -> str:
    """A scenario as its file: plain values, then tables, then lists of tables.

    >>> print(as_toml({"name": "one", "design": {"wall": True}, "shocks": [{"what": "boom", "year": 2028}]}))
    name = "one"
    <BLANKLINE>
    [design]
    wall = true
    <BLANKLINE>
    [[shocks]]
    what = "boom"
    year = 2028
    <BLANKLINE>
    """
    lines = [f"{key} = {_value(value)}" for key, value in told.items() if not _tables(value)]
    for key, value in told.items():
        if not _tables(value):
            continue
        for head, table in [(f"[{key}]", value)] if isinstance(value, dict) else [(f"[[{key}]]", row) for row in value]:
            lines += ["", head, *(f"{name} = {_value(each)}" for name, each in table.items())]
    return "\n".join(lines) + "\n"


def _tables(value: Any) -> bool:
    return isinstance(value, dict) or (isinstance(value, list) and bool(value) and isinstance(value[0], dict))


def _value(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
