"""A refusal on a page: what it says in both languages, and the field beside which it stands."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import NamedTuple

import msgspec

from airshed.model.beside import rows_beside
from airshed.model.measures import yuan
from airshed.model.refusal import Refusal, Why
from airshed.pages.kit.words import Phrase
from airshed.pages.portal.amounts import detail
from airshed.pages.portal.fields import by_their_names, name_of
from airshed.service.forms.articles import article_zh
from airshed.service.forms.form import BODIES, slots
from airshed.service.forms.measures import Terms
from airshed.service.forms.refusals import rows

#: A command by its name in the catalogue.
_COMMAND = re.compile(rf" ?\b({'|'.join(BODIES)})\b ?", re.ASCII)


class RefusalPlace(NamedTuple):
    """Where refusals of a reason stand, and what is done about them; a row of `beside.csv`."""

    #: What the sentence of the refusal says, as a pattern; empty for any other of the reason.
    words: str
    #: The fields beside which it may stand; `*` is the first of the command, the thing that it is about.
    fields: tuple[str, ...]
    cure: Phrase
    #: Why it may stand above the form: no field of it caused the refusal; empty where one always did.
    aside: str


def _places() -> Mapping[str, list[RefusalPlace]]:
    found: dict[str, list[RefusalPlace]] = {}
    for row in rows_beside(__package__, "beside.csv"):
        place = RefusalPlace(row["words"], tuple(row["fields"].split()), Phrase(row["en"], row["zh"]), row["aside"])
        found.setdefault(row["why"], []).append(place)
    return found


#: The places of each reason; the first whose words the sentence has.
PLACES = _places()
#: Titles of refusals of a field that their cause says too widely.
TITLES: Mapping[tuple[Why, str], Phrase] = {
    (Why.TOO_SMALL, "fen"): Phrase("An amount of money is less than the rules ask for.", "金额低于下限。"),
    (Why.TOO_LARGE, "fen"): Phrase(
        "An amount of money is more than the rules or what is owed allow.", "金额超过上限。"
    ),
    (Why.NOT_POSITIVE, "fen"): Phrase("An amount of money is zero or below.", "金额须大于零。"),
    (Why.UNEXPLAINED, "evidence"): Phrase("The document that it rests on is missing.", "缺少所依据的文件。"),
}


class Told(NamedTuple):
    """A refusal on a page."""

    title: Phrase
    #: The thing and the place.
    detail: Phrase
    article: Phrase
    #: What to do about it.
    cure: Phrase
    #: The field that caused it; empty where none did.
    field: str
    #: The record of it, where it was sent.
    seq: int | None = None

    @property
    def whole(self) -> Phrase:
        """All of it, as it stands beside its field."""
        english = " ".join(filter(None, (self.title.en, _sentence(self.detail.en, "."), self.cure.en)))
        chinese = f"{self.title.zh}{_sentence(self.detail.zh, '。')}{self.cure.zh}"
        return Phrase(
            f"{english} Rests on: {_sentence(self.article.en, '.')}",
            f"{chinese}依据：{_sentence(self.article.zh, '。')}",
        )


def _sentence(text: str, stop: str) -> str:
    return f"{text.rstrip('.。')}{stop}" if text else ""


def told(
    refusal: Refusal,
    kind: type[msgspec.Struct],
    terms: Terms,
    seq: int | None = None,
    body: msgspec.Struct | None = None,
) -> Told:
    """A refusal with the field beside which it stands and its cure, its amounts in tonnes and money."""
    place = place_of(refusal)
    field = _field(refusal, place, kind, body)
    title = TITLES.get((refusal.why, field)) or Phrase(refusal.why.english, refusal.why.chinese)
    article = Phrase(refusal.cite, article_zh(refusal.cite))
    said = begun(by_names(detail(refusal.detail, terms.size_kg)))
    return Told(title, said, article, place.cure, field, seq)


@cache
def _first_words() -> frozenset[str]:
    """The words with which sentences of the engine begin, but for those that begin with a name."""
    heads = (english.partition(" ") for english, _ in rows())
    return frozenset(word for word, blank, _ in heads if blank and word.isalpha())


def begun(said: Phrase) -> Phrase:
    """A sentence with a capital at its head; a name stays as it is.

    >>> begun(Phrase("the law gives 3", "")).en, begun(Phrase("steel has 3", "")).en
    ('The law gives 3', 'steel has 3')
    """
    word = said.en.partition(" ")[0]
    return Phrase(said.en[:1].upper() + said.en[1:], said.zh) if word in _first_words() else said


def by_names(said: Phrase) -> Phrase:
    """A sentence with commands as screens call them.

    >>> by_names(Phrase("wait, or DropSource", "请等待，或用 DropSource 撤回")).zh
    '请等待，或用“撤回排放源转移”撤回'
    """
    return Phrase(by_their_names(said.en), _COMMAND.sub(lambda it: f"“{name_of(BODIES[it[1]]).zh}”", said.zh))


def place_of(refusal: Refusal) -> RefusalPlace:
    """The row of a refusal: the first whose words its sentence has."""
    return next(each for each in PLACES[refusal.why] if re.search(each.words, refusal.detail))


def _field(refusal: Refusal, place: RefusalPlace, kind: type[msgspec.Struct], body: msgspec.Struct | None) -> str:
    """The first field of a place that the command has, and before it one of them whose value the sentence names.

    What is not explained is what was left empty, whatever the sentence names.
    """
    names = [slot.field for slot in slots(kind)]
    may_be = [names[0] if each == "*" and names else each for each in place.fields]
    beside = [name for name in may_be if name in names]
    if body is not None and refusal.why is Why.UNEXPLAINED:
        named = [name for name in beside if not str(getattr(body, name)).strip()]
    else:
        named = [name for name in beside if body is not None and _says(refusal.detail, getattr(body, name))]
    return (named or beside or [""])[0]


def _says(sentence: str, value: object) -> bool:
    """Whether a sentence names a value, a sum as it is written too, and not a longer name that holds it.

    >>> _says("no more than 150,000.00 yuan are owed, not 200,000.00 yuan", 20_000_000), _says("KM-1 is out", "KM")
    (True, False)
    """
    texts = [] if isinstance(value, bool) else [str(value)]
    if isinstance(value, int) and texts:
        texts.append(yuan(value))
    found = (re.search(rf"(?<![\w-]){re.escape(text)}(?![\w-])", sentence) for text in texts if text)
    return any(each is not None for each in found)
