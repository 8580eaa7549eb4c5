"""A sentence in Chinese: the engine and the rules say theirs in English, a catalogue has each sentence they can say.

`refusals.csv` has what the engine refuses with, `faults.csv` what is wrong in a law.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import Literal, NamedTuple

from airshed.model.beside import rows_beside
from airshed.mrv.findings import SEEN

#: What stands between two things that are listed, and how Chinese lists them.
LISTS = (("; ", "；"), (": ", "："), (" and ", "和"), (" or ", "或"), (", ", "、"))
#: The most semicolons that one sentence has of its own, and one.
MOST_PARTS = 3
#: Checks of a law that head what they found.
MOST_CHECKS = 99
#: What names one thing.
_NAME = re.compile(r"[\w.:-]+")
#: What stands before a part of a sentence, and how Chinese writes it.
_EDGES = re.compile(r"([\s,;]*)(.*)", re.DOTALL)
_SIGNS = str.maketrans({",": "，", ";": "；"})
#: The longest text that is looked at: what people write comes into refusals too.
LONGEST = 400
#: A place that follows a word or another place at once: nothing, or what begins as a further part does.
_NEXT = re.compile(r"(?<=[a-z}])\\\{(\d+)\\\}")
_BRACED = re.compile(r"\{\d+\}")
#: What divides a sentence into the pieces that stand in every text of its form; for yuan any money may stand.
_BETWEEN = re.compile(r"\{\d+\}|yuan")
#: Letters and signs of a sentence that says next to nothing.
FEW = 3
_PLACE = re.compile(r"\\\{(\d+)\\\}")
#: A sum in the money of the law, which stands where the sentence says yuan.
_SUM = re.compile(r"\\\{(\d+)\\\} yuan\b")


#: Whose sentences: the engine's, or those of the reader of laws.
Catalogue = Literal["refusals", "faults"]


class Sentence(NamedTuple):
    """What the engine may say, with places to be filled, its Chinese, and a piece that any text of this form holds."""

    en: str
    zh: str
    piece: str


def in_chinese(detail: str) -> str:
    """What a refusal says, in Chinese; names, numbers and what has no Chinese stay as they are.

    >>> in_chinese("KM-CEMENT has 40 of SO2-KM-2027 free, not 50")
    'KM-CEMENT可用SO2-KM-2027 40，不足50'
    >>> in_chinese("the count is -3; it must be above zero")
    '数量为-3；须大于零'
    """
    return _said(detail)


def fault_in_chinese(what: str) -> str:
    """What is wrong in a law, or its cure, in Chinese; names, numbers and what has no Chinese stay as they are.

    >>> fault_in_chinese("no cap for SO2 KM 2030")
    '没有SO2 KM 2030年的总量'
    >>> fault_in_chinese("is 'x' (text), not a whole number"), fault_in_chinese("write a whole number from 1 to 60")
    ("为'x'（文本），应为整数", '请写1至60的整数')
    """
    return _said(what, "faults")


@lru_cache(maxsize=4096)
def _said(text: str, of: Catalogue = "refusals") -> str:
    """A sentence or a part of one; the first way that fits: known whole, a heading and what it heads, several, any."""
    if text in _words(of):
        return _words(of)[text]
    found = _matched(text, "strict", of)
    if found is not None:
        return found
    head, colon, rest = text.partition(": ")
    if colon and "; " not in head and _said(head, of) != head:
        return f"{_said(head, of)}：{_said(rest, of)}"
    parts = _series(tuple(text.split("; ")), of)
    if parts is not None:
        return "；".join(parts)
    return _matched(text, "loose", of) or _listed(text, of)


def _matched(text: str, how: Literal["strict", "loose"], of: Catalogue) -> str | None:
    """What the first sentence that fits says in Chinese; `strict` is where no part may have a semicolon.

    Few sentences have a piece in the text, so that few of the forms are made and tried.
    """
    if text in _words(of) or len(text) > LONGEST:
        return _words(of).get(text)
    for sentence in _sentences(of):
        if sentence.piece in text:
            found = _form(sentence.en, r"(?:(?!; ).)" if how == "strict" else ".").fullmatch(text)
            if found is not None:
                return _filled(sentence.zh, found, of)
    return None


def _series(parts: tuple[str, ...], of: Catalogue) -> tuple[str, ...] | None:
    """Sentences in a row, some of which have a semicolon of their own: the longest that is known, and so on."""
    if len(parts) < 2:
        return None
    said: tuple[str, ...] = ()
    while parts:
        for end in range(min(len(parts), MOST_PARTS), 0, -1):
            found = _matched("; ".join(parts[:end]), "strict", of)
            if found is not None:
                break
        else:
            end, found = 1, _said(parts[0], of)
            if found == parts[0]:
                return None
        said, parts = (*said, found), parts[end:]
    return said


def _filled(zh: str, found: re.Match[str], of: Catalogue) -> str:
    """The Chinese sentence with what was found at its places, said in Chinese where it has any."""
    money = found.groupdict().get("money") or "yuan"
    said = zh if money == "yuan" else zh.replace("元", money)
    for place, part in found.groupdict().items():
        if place != "money":
            said = said.replace("{" + place[1:] + "}", _part(part, of))
    return said


def _part(text: str, of: Catalogue) -> str:
    """A part of a sentence; the comma or semicolon before it stays outside."""
    before, within = _EDGES.fullmatch(text).groups()  # type: ignore[union-attr]
    said = _said(within, of)
    return text if said == within else before.translate(_SIGNS).replace(" ", "") + said


def _listed(text: str, of: Catalogue) -> str:
    """Several things in one, each said on its own; names in a row stay as they are."""
    for between, zh in LISTS:
        parts = text.split(between)
        if len(parts) > 1:
            said = [_said(each, of) for each in parts]
            if said != parts or all(_NAME.fullmatch(each) for each in parts):
                return zh.join(said)
    return text


@cache
def rows(of: Catalogue = "refusals") -> tuple[tuple[str, str], ...]:
    """Each sentence of a catalogue, as English and Chinese; `{1}` is what stands there first."""
    return tuple((row["en"].strip(" ;,"), row["zh"].strip("；，")) for row in rows_beside(__package__, f"{of}.csv"))


@cache
def _words(of: Catalogue) -> dict[str, str]:
    return {en: zh for en, zh in (*rows(of), *_of_checks()) if "{" not in en}


@cache
def _sentences(of: Catalogue) -> tuple[Sentence, ...]:
    """The forms, that which says most first: two of them may fit what one of them means."""
    forms = [(en, zh) for en, zh in (*rows(of), *_of_checks()) if "{" in en]
    ranked = sorted(forms, key=lambda each: (-len(_BRACED.sub("", each[0])), -each[0].count("{")))
    return tuple(Sentence(en, zh, max(_BETWEEN.split(en), key=len)) for en, zh in ranked)


def _of_checks() -> Iterator[tuple[str, str]]:
    """What a check of a report is called, and a finding by its code, with its stack and pollutant where it has one."""
    yield from ((f"check {number}", f"检查{number}") for number in range(1, MOST_CHECKS + 1))
    for code, seen in SEEN.items():
        yield f"{{1}}: {code} over {{2}} hours", f"{{1}}：{seen.zh}，共{{2}}小时"
        yield f"{{1}}: {code} {{2}} over {{3}} hours", f"{{1}}：{{2}}{seen.zh}，共{{3}}小时"


@cache
def _form(en: str, within: str) -> re.Pattern[str]:
    """What a sentence looks like with anything at its places: before the money a number, and any money for yuan.

    A mass is no money. Where a sentence says very little, as "3 of SO2-KM-2027", one word stands at each place.
    """
    if len(_BRACED.sub("", en).replace(" ", "")) <= FEW:
        within = r"[^\s;]"
    form = re.escape(en).replace("\\ ", " ")
    form = _SUM.sub(lambda place: rf"(?P<n{place[1]}>-?[\d,.]+|any) {{money}}", form)
    form = _NEXT.sub(lambda place: rf"(?P<n{place[1]}>(?:[\s,;(]{within}*?)?)", form)
    form = _PLACE.sub(lambda place: f"(?P<n{place[1]}>{within}+?)", form)
    form = form.replace("{money}", r"(?P<money>(?!t\b|kg\b)[^\s/]+)", 1).replace("{money}", "(?P=money)")
    return re.compile(form, re.DOTALL)
