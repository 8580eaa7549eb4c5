"""An emission that the authority sets, beside what the works reported, and until when it is surrendered for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from airshed.engine.commands import DetermineYear
from airshed.engine.procedures.deadlines import surrender_day
from airshed.engine.state import State
from airshed.model.measures import Unit
from airshed.pages.kit.words import Phrase, same
from airshed.pages.portal.happening import in_column
from airshed.rulebook import lookup
from airshed.rulebook.schema import Rulebook

G_PER_KG = 1_000


def sets_a_year(kind: type[msgspec.Struct]) -> bool:
    """Whether a command sets the emission of a year."""
    return kind is DetermineYear


def is_year(text: str) -> bool:
    """Whether a text names a year."""
    return text.isascii() and text.isdecimal() and len(text) == 4


def reported(state: State, rules: Rulebook, asked: Mapping[str, str]) -> dict[str, int]:
    """The grams that a works reported of what it owes for; nothing where the address names no report."""
    source, year = state.sources.get(asked.get("source", "")), asked.get("year", "")
    known = state.years.get((source.id, int(year))) if source is not None and is_year(year) else None
    if source is None or known is None:
        return {}
    masses = {**known.measured_mg, **known.declared_mg}
    return {
        rule.code: -(-masses[rule.code] // 1000) for rule in lookup.owed(rules, source.sector) if rule.code in masses
    }


def compared(body: Any, state: State, rules: Rulebook) -> Iterator[tuple[Phrase, Phrase]]:
    """What the works reported and by how much what is set lies above or below, and the last day to surrender."""
    if not isinstance(body, DetermineYear):
        return
    before = reported(state, rules, {"source": body.source, "year": str(body.year)})
    parts = [_part(name, before[name], grams, rules) for name, grams in body.mass_g.items() if name in before]
    said = Phrase("; ".join(each.en for each in parts), "；".join(each.zh for each in parts))
    yield Phrase("Reported by the works", "企业报告"), said if parts else Phrase("nothing", "未报告")
    yield Phrase("Last day to surrender", "清缴截止日"), same(surrender_day(rules, body.year))


def _part(name: str, before: int, grams: int, rules: Rulebook) -> Phrase:
    mass, more = (in_column(round(value / G_PER_KG), Unit.KG, rules) for value in (before, abs(grams - before)))
    if round(grams / G_PER_KG) == round(before / G_PER_KG):
        return Phrase(f"{name} {mass.en}", f"{name} {mass.zh}")
    sides = ("above", "高") if grams > before else ("below", "低")
    return Phrase(f"{name} {mass.en}, set {more.en} {sides[0]}", f"{name} {mass.zh}，核定{sides[1]}{more.zh}")
