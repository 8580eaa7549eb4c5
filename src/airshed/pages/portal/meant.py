"""What a number in an act stands for, in words: whoever confirms it decides on the thing and not on its number."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from airshed.engine.commands import SetCap
from airshed.engine.state import State
from airshed.model.measures import Unit
from airshed.pages.kit.words import Phrase, same
from airshed.pages.portal import stands_for
from airshed.pages.portal.determined import compared
from airshed.pages.portal.happening import amount, word_zh
from airshed.pages.portal.names import called_in
from airshed.pages.portal.numbered import NUMBERED
from airshed.pages.portal.stands_for import SentenceSight
from airshed.rulebook import lookup
from airshed.rulebook.schema import Rulebook

#: Acts about a source that is on its way to another account.
PASSING = ("ClaimSource", "TransferSource", "DropSource")


def meant(body: Any, state: State, rules: Rulebook, command: str = "") -> list[tuple[Phrase, Phrase]]:
    """What an act names by its number, the cap that it sets: each with what is known of it."""
    sight = SentenceSight(state, rules, called_in(state, rules))
    command = command or type(body).__name__
    return [
        *_cap(body, rules),
        *compared(body, state, rules),
        *_numbered(body, sight),
        *_passing(body, command, sight),
        *_improvement(body, sight),
    ]


def _numbered(body: Any, sight: SentenceSight) -> Iterator[tuple[Phrase, Phrase]]:
    for field, kind in NUMBERED.items():
        number = _number(body, field)
        thing = kind.things(sight.state).get(number)
        if thing is not None:
            name = type(thing).__name__.removeprefix("Allowance")
            yield Phrase(f"{name} {number}", kind.name_zh.format(number)), kind.sentence(thing, sight)


def _passing(body: Any, command: str, sight: SentenceSight) -> Iterator[tuple[Phrase, Phrase]]:
    sale = sight.state.passing.get(str(getattr(body, "source", "")))
    if command in PASSING and sale is not None:
        yield Phrase(f"Source {sale.source}", f"第{sale.id}号排放源转移"), stands_for.passing(sale, sight)


def _improvement(body: Any, sight: SentenceSight) -> Iterator[tuple[Phrase, Phrase]]:
    year = sight.state.years.get((str(getattr(body, "source", "")), _number(body, "year")))
    for item in () if year is None else year.improvements:
        if item.number == _number(body, "number"):
            yield Phrase(f"Item {item.number}", f"第{item.number}项整改"), stands_for.improvement(item)


def _cap(body: Any, rules: Rulebook) -> list[tuple[Phrase, Phrase]]:
    """How large the cap is that somebody sets: the law says it, and not they."""
    if not isinstance(body, SetCap):
        return []
    count = lookup.cap(rules, f"{body.pollutant}-{body.jurisdiction}-{body.vintage}")
    return [] if count is None else [(Phrase("Cap by the law", "规则所定总量"), amount(count, Unit.ALLOWANCES, rules))]


def choice_of(mark: Any, rules: Rulebook) -> Phrase:
    """A mark in a list of them."""
    first = same(f"{mark.id} · {mark.stack} {rules.standard.hour_of(mark.first).replace('T', ' ')}:00")
    return Phrase(
        f"{first.en} {mark.kind.replace('_', ' ')}",
        f"{first.zh} {word_zh('kind', mark.kind, rules)}",
    )


def _number(body: Any, field: str) -> int:
    """A number of an act, or of a form where it is text still; 0, which nothing has, where it names none."""
    found = getattr(body, field, 0)
    if isinstance(found, str):
        return int(found) if found.isascii() and found.isdecimal() and len(found) < 16 else 0
    return found if isinstance(found, int) else 0
