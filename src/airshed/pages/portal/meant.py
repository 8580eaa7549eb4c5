"""What a number in an act stands for, in words: whoever confirms it decides on the thing and not on its number."""

from __future__ import annotations

from typing import Any

from airshed.engine.commands import SetCap
from airshed.engine.state import State
from airshed.model.measures import Unit
from airshed.pages.kit.words import Phrase, same
from airshed.pages.portal.happening import amount, ground_of, word_zh
from airshed.rulebook import lookup
from airshed.rulebook.schema import Rulebook

EVIDENCE = Phrase("evidence", "证据")


def meant(body: Any, state: State, rules: Rulebook) -> list[tuple[Phrase, Phrase]]:
    """The mark, case or withdrawal that an act names by its number, the cap that it sets: each with what is known."""
    found = [*_cap(body, rules)]
    mark = state.marks.get(_number(body, "mark"))
    if mark is not None:
        kind = Phrase(mark.kind.replace("_", " "), word_zh("kind", mark.kind, rules))
        proof = f"; {EVIDENCE.en} {mark.evidence}" if mark.evidence else ""
        first = rules.standard.hour_of(mark.first).replace("T", " ") + ":00"
        found.append(
            (
                Phrase(f"Mark {mark.id}", f"第{mark.id}号标记"),
                Phrase(
                    f"{mark.stack}, {kind.en}, {mark.hours} h from {first}: {mark.reason}{proof}",
                    f"{mark.stack}，{kind.zh}，自{first}起{mark.hours}小时：{mark.reason}"
                    + (f"；{EVIDENCE.zh}{mark.evidence}" if mark.evidence else ""),
                ),
            )
        )
    case = state.cases.get(_number(body, "case"))
    if case is not None:
        ground, fen = ground_of(rules, case.ground), amount(case.proposed_fen, Unit.FEN, rules)
        of = " ".join(part for part in (case.source, case.stack, case.pollutant, case.day or str(case.year)) if part)
        found.append(
            (
                Phrase(f"Case {case.id}", f"第{case.id}号案件"),
                Phrase(
                    f"{ground.en}, {of}; proposed {fen.en}; replies: {case.replies}",
                    f"{ground.zh}，{of}；拟处{fen.zh}；陈述申辩{case.replies}次",
                ),
            )
        )
    taken = state.withdrawals.get(_number(body, "withdrawal"))
    if taken is not None:
        count = amount(taken.count, Unit.ALLOWANCES, rules)
        ground = Phrase(taken.ground.replace("_", " "), word_zh("ground", taken.ground, rules))
        found.append(
            (
                Phrase(f"Withdrawal {taken.id}", f"第{taken.id}号收回告知"),
                Phrase(
                    f"{taken.source}: {count.en} of {taken.series}, {ground.en}",
                    f"{taken.source}：{taken.series} {count.zh}，{ground.zh}",
                ),
            )
        )
    return found


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
    """A number of an act; 0, which nothing has, where it names none."""
    found = getattr(body, field, 0)
    return found if isinstance(found, int) else 0
