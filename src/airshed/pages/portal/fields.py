"""The form of a command on a screen: its fields with labels, units and choices, read as people write them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Literal, NamedTuple
from unicodedata import normalize

import msgspec
from msgspec import inspect as kinds

from airshed.engine.nouns import Actor
from airshed.engine.state import State
from airshed.model.measures import Unit
from airshed.model.refusal import Malformed
from airshed.pages.kit.words import Phrase, same
from airshed.pages.portal import cures, rows
from airshed.pages.portal.bounds import DayRange, RangeAsked, days_of, range_of, said
from airshed.pages.portal.choices import Choice, choices
from airshed.pages.portal.grounds import DEPENDS, NOTICE, OF_GROUND, UNASKED, WHY
from airshed.rulebook.schema import Rulebook
from airshed.service.forms.chinese import both, field_zh
from airshed.service.forms.english import meaning
from airshed.service.forms.form import BODIES, Slot, bare, body_of, fields_in, slots, title_of, value_of
from airshed.service.forms.happened import said_of_word
from airshed.service.forms.helps import help_zh
from airshed.service.forms.measures import Terms, unit_of, write

Widget = Literal["text", "amount", "choice", "radios", "lines", "day", "area", "fixed", "among", "none"]
#: More choices than these are looked for by writing.
MOST_SHOWN = 400
#: What a preview warns of: its page carries it on, and nobody writes it.
WARNED = "knowing"
#: What is chosen among so few stands in the open.
IN_THE_OPEN = 4
#: Labels in English that the name of the field does not make.
ENGLISH: Mapping[str, str] = {
    "count": "Allowances",
    "fen": "Amount of money",
    "limit": "Limit price",
    "budget_fen": "Budget",
    "act": "Act",
    "may": "Rights",
    "until": "Until (day)",
    "two_above": "Two people above",
    "trusted_above": "Only trusted accounts above",
    "simulated": "Simulated",
    "upheld": "Appeal upheld",
    "mass_mg": "Mass by pollutant",
    "mass_g": "Mass of the year by pollutant",
    "declared_g": "Declared mass by pollutant",
    "PlaceZoneBid.count": "Mass to cover",
}
#: Thousands parted by points with a decimal comma, or a decimal comma alone: read differently in different countries.
_COMMA = re.compile(r"(\d{1,3}(?:\.\d{3})+),(\d+)(.*)|(\d+),(\d{1,2}|\d{4,})(?!\d)(.*)", re.ASCII | re.DOTALL)
#: Groups by several commas that are not of three digits, as 12,34,567: the commas cannot be decimal ones.
_LAKHS = re.compile(r"(?!\d{1,3}(?:,\d{3})+(?![\d,]))(\d+(?:,\d+){2,})(\.\d+)?", re.ASCII)
#: A minus or a dash before a number, and a point that ends one.
_MINUS, _ENDS = re.compile("^[\u2212\u2013\u2014]"), re.compile(r"(?<=\d)\.$")
#: Thousands parted by points alone, by spaces with a decimal comma, or by another sign: each with what is meant.
_OTHERWISE = re.compile(
    r"(?P<whole>\d{1,3}(?:\.\d{3}){2,}|\d{1,3}(?: \d{3})+(?=,)|\d{1,3}(?:['’_]\d{3})+)(?:[,.](?P<part>\d+))?(?![\d.,])",
    re.ASCII,
)
#: A number as programs write it, by a power of ten; one that is larger than any amount is shown as no number.
LARGEST_POWER = 15
_POWER = re.compile(r"(\d+(?:\.\d+)?)[eE]\+?(\d{1,2})(?!\d)", re.ASCII)
#: Of prices the sign of money may stand before the number, and the label says of how much.
_PRICES = (Unit.FEN_PER_T, Unit.FEN_PER_T_YEAR)
#: A number that says no unit.
_BARE = re.compile(r"[+-]?[\d, ]*\.?\d+\s*[万亿]?", re.ASCII)


class Field(NamedTuple):
    """A field on a screen."""

    name: str
    label: Phrase
    help: Phrase
    widget: Widget
    value: str
    required: bool
    #: What stands behind an amount that says no unit.
    suffix: Phrase
    choices: Sequence[Choice]
    error: Phrase | None = None
    #: What stands beside one that is not required.
    left_out: Phrase = Phrase("(may be left out)", "（可不填）")
    #: The first and the last day that it may be.
    days: DayRange = DayRange()


def label_of(command: str, field: str) -> Phrase:
    """What a field is called."""
    english = ENGLISH.get(f"{command}.{field}") or ENGLISH.get(field)
    if english is None:
        plain = re.sub(r"_(fen|mg|g|kg)$", "", field).replace("_", " ")
        english = plain[:1].upper() + plain[1:]
    return Phrase(english, field_zh(command, field))


def suffix_of(slot: Slot, terms: Terms, money: Phrase) -> Phrase:
    """The unit of an amount that says none."""
    if not isinstance(bare(slot.kind), kinds.IntType):
        return same("")
    match unit_of(slot.field, slot.kind):
        case Unit.ALLOWANCES | Unit.KG | Unit.G | Unit.MG:
            return Phrase("t", "吨")
        case Unit.FEN:
            return money
        case Unit.FEN_PER_T:
            return Phrase(f"{money.en}/t", f"{money.zh}/吨")
        case Unit.FEN_PER_T_YEAR:
            return Phrase(f"{money.en}/t a year", f"{money.zh}/吨·年")
        case Unit.BASIS_POINTS:
            return same("%")
        case _:
            return same("")


def form_of(
    kind: type[msgspec.Struct],
    state: State,
    rules: Rulebook,
    actor: Actor,
    written: Mapping[str, str],
    errors: Mapping[str, Phrase] | None = None,
    today: str = "",
) -> list[Field]:
    """The fields of a command for somebody, with what is written in them, and the ranges that the law has for them."""
    today = today or rules.civil.day_of(state.at)
    terms, money = Terms.of(rules), Phrase(rules.currency.name_en, rules.currency.name_zh)
    found = []
    for slot in slots(kind):
        if slot.field == WARNED:
            continue
        named = choices(state, rules, actor, kind.__name__, slot.field, written.get("source", ""))
        may_be = named or _words(slot)
        value = written.get(slot.field, "")
        nothing = named is not None and not (may_be or value) and slot.required and not slot.many
        widget = "none" if nothing and not _may_be_empty(slot) else _widget(slot, may_be)
        if slot.required and len(may_be) == 1 and widget in ("choice", "radios"):
            widget, value = "fixed", may_be[0].value
        days = days_of(kind.__name__, slot.field, today)
        found_range = range_of(kind.__name__, slot, rules, RangeAsked(state, written))
        bounds = said(found_range, unit_of(slot.field, slot.kind), terms, money)
        found.append(
            Field(
                slot.field,
                label_of(kind.__name__, slot.field),
                _joined(_help(kind, slot), bounds if bounds.en else days.said),
                widget,
                value,
                slot.required and (not _may_be_empty(slot) or (slot.field in WHY and kind.__name__ not in UNASKED)),
                suffix_of(slot, terms, money),
                may_be,
                (errors or {}).get(slot.field),
                days=days,
                **({"left_out": DEPENDS} if kind.__name__ == NOTICE and slot.field in OF_GROUND else {}),
            )
        )
    return found


def possible(kind: type[msgspec.Struct], state: State, rules: Rulebook, actor: Actor) -> bool:
    """Whether an act has something to be about as things stand: what it has to name, it can."""
    return not any(
        slot.required
        and not slot.many
        and not _may_be_empty(slot)
        and choices(state, rules, actor, kind.__name__, slot.field) == ()
        for slot in slots(kind)
    )


def _words(slot: Slot) -> tuple[Choice, ...]:
    kind = bare(slot.kind)
    if isinstance(kind, kinds.LiteralType):
        return tuple(Choice(str(word), Phrase(*said_of_word(slot.field, str(word)))) for word in kind.values)
    if isinstance(kind, kinds.BoolType):
        return (Choice("yes", Phrase("yes", "是")), Choice("no", Phrase("no", "否")))
    return ()


def _widget(slot: Slot, may_be: Sequence[Choice]) -> Widget:
    kind = bare(slot.kind)
    if slot.many:
        return "lines"
    if title_of(slot.kind).startswith("day"):
        return "day"
    if may_be:
        if len(may_be) > MOST_SHOWN:
            return "among"
        # What is chosen in the open cannot be left out again.
        return "radios" if len(may_be) <= IN_THE_OPEN and slot.required and not _may_be_empty(slot) else "choice"
    if isinstance(kind, kinds.IntType):
        return "amount"
    if isinstance(kind, kinds.StrType) and (kind.max_length or 0) > 100:
        return "area"
    return "text"


def _help(kind: type[msgspec.Struct], slot: Slot) -> Phrase:
    """What a field means, and how it is written; nothing where its label says it already."""
    english = meaning(kind, slot.field).replace("`", "")
    line, chinese = _line(slot), help_zh(english)
    if says_no_more(english, label_of(kind.__name__, slot.field).en):
        return line
    english, chinese = _choices_by_name(slot, by_their_names(english), chinese)
    return Phrase(f"{english} {line.en}".rstrip(), chinese + line.zh)


def _choices_by_name(slot: Slot, english: str, chinese: str) -> tuple[str, str]:
    """A help that explains the words that a field may hold, with the words as its choices show them."""
    kind = bare(slot.kind)
    for choice in _words(slot) if isinstance(kind, kinds.LiteralType) else ():
        english = english.replace(f'"{choice.value}"', f"“{choice.label.en}”")
        chinese = re.sub(rf"\b{choice.value}(?=：)", choice.label.zh, chinese, flags=re.ASCII)
    return english, chinese


def _joined(help_of: Phrase, bounds: Phrase) -> Phrase:
    return Phrase(f"{help_of.en} {bounds.en}".strip(), f"{help_of.zh}{bounds.zh}")


#: Words that say nothing beside a label.
_EMPTY = frozenset(("a", "an", "how", "its", "many", "of", "the", "why"))


def says_no_more(text: str, label: str) -> bool:
    """Whether a help has no word that its label has not.

    >>> says_no_more("The account.", "Account"), says_no_more("The account whose list it is.", "Account")
    (True, False)
    """
    words, known = (set(re.findall("[a-z]+", each.lower())) for each in (text, label))
    return words - _EMPTY <= known


def by_their_names(text: str) -> str:
    """A sentence with commands as screens call them.

    >>> by_their_names("Number of the deal, from the answer to OfferDeal.")
    'Number of the deal, from the answer to "Offer deal".'
    """
    return re.sub(
        r"\b[A-Z][a-z]+(?:[A-Z][a-z]+)+\b",
        lambda found: f'"{name_of(BODIES[found[0]]).en}"' if found[0] in BODIES else found[0],
        text,
    )


def _line(slot: Slot) -> Phrase:
    """How a line of a field that takes several is written."""
    row = rows.kind_of(slot)
    if isinstance(bare(slot.kind), kinds.DictType):
        return Phrase(
            "A line each: NAME: VALUE. Two columns of a table may be pasted.",
            "每行一项，写作“名称: 数值”。可从表格中直接粘贴两列。",
        )
    if row is not None:
        return rows.how(row)
    return Phrase("A line each.", "每行一项。") if slot.many else same("")


# --- reading


class Written(NamedTuple):
    """What was written in a form: a body, or what is wrong in which field."""

    body: Any
    errors: dict[str, Phrase]


def read(kind: type[msgspec.Struct], written: Mapping[str, str], terms: Terms, money: Phrase) -> Written:
    """The command that a form makes; every field that cannot be read says so by itself."""
    errors: dict[str, Phrase] = {}
    given: list[tuple[str, str]] = []
    for slot in slots(kind):
        text = written.get(slot.field, "")
        try:
            texts = _texts(slot, text, terms, money)
            if not texts:
                if slot.required and not _may_be_empty(slot):
                    errors[slot.field] = Phrase("This is needed.", "此项必填。")
                elif slot.required:
                    given.append((slot.option, ""))
                continue
            value_of(slot, texts, terms)
        except Malformed as error:
            errors[slot.field] = _told(error, slot, terms, text)
            continue
        except TwoMeanings as unclear:
            errors[slot.field] = unclear.phrase
            continue
        given += [(slot.option, each) for each in texts]
    if errors:
        return Written(None, errors)
    try:
        return Written(body_of(kind, given, terms), {})
    except Malformed as error:
        found = next((slot for slot in slots(kind) if _is_of(slot, error.place)), None)
        said = cures.told(error) if found is None else _told(error, found, terms, written.get(found.field, ""))
        return Written(None, {"" if found is None else found.field: said})


def _is_of(slot: Slot, place: str) -> bool:
    """Whether a place is a field, or a part of one of its lines."""
    row, last = rows.kind_of(slot), place.rpartition(" ")[2]
    return place == slot.place or (row is not None and last in [field.name for field in fields_in(row)])


#: A number that is out of reach, as the book counts.
_BOUND = re.compile(r"(it takes at (?:least|most)) ([\d,]+)")


#: What was written, as it stands before what is wrong with it, where that is told of all of a text.
_OF_TEXT = re.compile(r"(?:'.*'|\".*\") (?=is not plain text|holds |mixes |has a word |is not composed)", re.DOTALL)
#: A number with the unit that was added to it.
_ADDED = re.compile(r"'([^']*)'( is below zero| is not a whole number)")


def _told(error: Malformed, slot: Slot, terms: Terms, typed: str) -> Phrase:
    """What is wrong in a field: of a line with parts, how a line is written; of an amount, its bound with the unit.

    What is shown of it is what was typed, without the unit that was added.
    """
    row, bound = rows.kind_of(slot), _BOUND.fullmatch(error.what)
    if row is not None and error.what.startswith(rows.LACKS):
        lacks, how = rows.by_their_names(error.what, row), rows.how(row)
        return Phrase(f"{lacks.en}. {how.en}", f"{lacks.zh}。{how.zh}")
    what = _OF_TEXT.sub("it ", error.what)
    if row is not None:
        return cures.told(Malformed(error.place, what, ""), rows.how(row))
    if " parts, not " in error.what:
        return cures.told(error, _line(slot))
    if bound is not None and (unit := unit_of(slot.field, slot.kind)) is not None:
        limit = write(int(bound[2].replace(",", "")), unit, terms)
        return cures.told(Malformed(error.place, f"{bound[1]} {limit}", error.cure))
    if isinstance(bare(slot.kind), kinds.LiteralType):
        names = [choice.label for choice in _words(slot)]
        english, chinese = "; ".join(each.en for each in names), "、".join(each.zh for each in names)
        return cures.told(error, Phrase(f"Choose one: {english}.", f"可选：{chinese}。"))
    if not slot.many and isinstance(bare(slot.kind), kinds.IntType):
        what = _ADDED.sub(lambda found: f"'{typed.strip()[:60]}'{found[2]}", what)
    return cures.told(Malformed(error.place, what, error.cure))


class TwoMeanings(Exception):
    """A text that could be meant in two ways."""

    def __init__(self, phrase: Phrase) -> None:
        super().__init__(phrase.en)
        self.phrase = phrase


def _may_be_empty(slot: Slot) -> bool:
    kind = bare(slot.kind)
    empty = isinstance(kind, kinds.StrType) and not kind.min_length
    return empty and (kind.pattern is None or re.match(kind.pattern, "") is not None)


def _texts(slot: Slot, text: str, terms: Terms, money: Phrase) -> list[str]:
    """What a field holds, each of several lines by itself, as the readers of forms take it."""
    kind = bare(slot.kind)
    if slot.many:
        lines, row = [line for line in text.splitlines() if line.strip()], rows.kind_of(slot)
        for line in lines if row is None else ():
            rows.pasted(line, 2 if isinstance(kind, kinds.DictType) else 1, slot.place)
        return [rows.entry(line, row, slot.place) for line in lines]
    if isinstance(kind, kinds.StrType) and not title_of(slot.kind).startswith(("day", "hour")):
        return [text.strip().replace("\r\n", "\n")] if text.strip() else []
    plain = normalize("NFKC", text).strip()
    if not plain:
        return []
    if "\t" in plain or "\n" in plain:
        raise TwoMeanings(Phrase("This is more than one cell: paste one.", "粘贴了多个单元格，请只粘贴一个。"))
    if isinstance(kind, kinds.IntType):
        unit = unit_of(slot.field, slot.kind)
        if unit in _PRICES and "CNY" in terms.money_names:
            plain = plain.removeprefix("¥").strip()
        plain = _ENDS.sub("", _MINUS.sub("-", plain))
        one_way(plain)
        if _BARE.fullmatch(plain) and unit is not None:
            plain = f"{plain} {_said(slot, terms, money)}"
    return [plain]


def _said(slot: Slot, terms: Terms, money: Phrase) -> str:
    """The unit of the label, as the reader of amounts knows it."""
    return suffix_of(slot, terms, Phrase(terms.money, money.zh)).en


def one_way(text: str) -> None:
    """`TwoMeanings` where a number is written as it is elsewhere, and what would be meant is known."""
    if (lakhs := _LAKHS.match(text)) is not None:
        meant = f"{int(lakhs[1].replace(',', '')):,}{lakhs[2] or ''}"
        raise _otherwise(text, meant, Phrase("is not grouped by thousands", "未按千位分节"))
    if (found := _OTHERWISE.match(text)) is not None:
        meant = f"{int(re.sub('[^0-9]', '', found['whole'])):,}" + (f".{found['part']}" if found["part"] else "")
        raise _otherwise(text, meant, Phrase("is grouped otherwise than here", "的分节方式与此处不同"))
    if (power := _POWER.match(text)) is not None and int(power[2]) <= LARGEST_POWER:
        exact = Decimal(power[1]) * 10 ** int(power[2])
        raise _otherwise(
            text,
            f"{exact:,f}".rstrip("0").rstrip(".") if "." in f"{exact:f}" else f"{exact:,f}",
            Phrase("is a power of ten, as programs write it", "为科学计数法"),
        )
    found = _COMMA.match(text)
    if found is None:
        return
    if found[1] is not None:
        whole, part = found[1].replace(".", ""), found[2]
    else:
        whole, part = found[4], found[5]
    meant = f"{int(whole):,}.{part}" if len(part) < 4 else f"{int(whole + part):,}"
    raise TwoMeanings(
        Phrase(
            f"“{text[:40]}” is read differently in different countries. Write {meant} if that is meant.",
            f"“{text[:40]}”的写法有歧义。如指{meant}，请写作{meant}（小数点用“.”，千位用“,”）。",
        )
    )


def _otherwise(text: str, meant: str, how: Phrase) -> TwoMeanings:
    return TwoMeanings(
        Phrase(
            f"“{text[:40]}” {how.en}. Write {meant} if that is meant.",
            f"“{text[:40]}”{how.zh}。如指{meant}，请写作{meant}。",
        )
    )


def name_of(kind: type[msgspec.Struct]) -> Phrase:
    """What a command is called: the start of its sentence in English, its name in Chinese."""
    english, chinese = both(kind)
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", kind.__name__).capitalize()
    return Phrase(words if english else kind.__name__, chinese)


def sentence_of(kind: type[msgspec.Struct]) -> Phrase:
    """What a command does, in a sentence."""
    english = both(kind)[0].split("\n\n")[0].replace("\n", " ").replace("`", "")
    return Phrase(by_their_names(english), help_zh(english))
