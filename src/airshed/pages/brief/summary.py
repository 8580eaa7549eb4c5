"""The first page of a brief: what we would do, what it saves, for whom, how sure that is, and what could turn it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from airshed.lab.brief.facts import BriefFacts, Linking
from airshed.pages.brief.sentences import sensitivity
from airshed.pages.brief.words import said
from airshed.pages.kit.words import Phrase

#: How many cities are named of those that save.
NAMED = 2


def summary(facts: BriefFacts, names: Mapping[str, Phrase], money: Phrase) -> list[tuple[Phrase, Phrase]]:
    """Five questions with an answer each, sums over all pollutants; nothing here that the brief does not show."""
    found = [each.found.linking for each in facts.pollutants if each.found.linking is not None]
    choice = said(facts.choice, facts.axes)
    return [
        (Phrase("What we would do", "建议"), Phrase(f"{choice.en[0].upper()}{choice.en[1:]}.", f"{choice.zh}。")),
        (Phrase("What it saves", "节省多少"), _saved(facts, found, money)),
        (Phrase("For whom", "谁受益"), _whom(found, names, money)),
        (Phrase("How sure", "把握多大"), _sure(facts)),
        (Phrase("What could turn it", "什么会改变结论"), sensitivity(facts)),
    ]


def _saved(facts: BriefFacts, found: Sequence[Linking], money: Phrase) -> Phrase:
    if not found:
        return Phrase("No saving of linking was worked out.", "未测算联通所得的节省。")
    alone, saved = sum(sum(each.alone) for each in found), sum(each.saved for each in found)
    years = int(facts.assumed["years"])
    of_all = Phrase(", all pollutants together", "各污染物合计") if len(found) > 1 else Phrase("", "")
    return Phrase(
        f"One market instead of closed cities: {saved:,.1f} of {alone:,.1f} million {money.en} over {years}"
        f" years{of_all.en}, if all goes as in the central state.",
        f"统一市场较各市封闭：中值情景下{years}年内{of_all.zh}{alone:,.1f}百万{money.zh}中节省{saved:,.1f}百万{money.zh}。",
    )


def _whom(found: Sequence[Linking], names: Mapping[str, Phrase], money: Phrase) -> Phrase:
    parts: dict[str, float] = {}
    for each in found:
        for city, part in zip(each.cities, each.shapley, strict=True):
            parts[city] = parts.get(city, 0.0) + part
    if not parts:
        return Phrase("No border between cities falls.", "没有取消的市际边界。")
    order = sorted(parts, key=lambda city: (-parts[city], city))[:NAMED]
    en = " and ".join(f"{names[city].en} ({parts[city]:,.1f} million {money.en})" for city in order)
    zh = "、".join(f"{names[city].zh}（{parts[city]:,.1f}百万{money.zh}）" for city in order)
    return Phrase(
        f"Most for {en}, shared by what each city brings to it (Shapley value).",
        f"主要为{zh}，按各市的贡献分摊（沙普利值）。",
    )


def _sure(facts: BriefFacts) -> Phrase:
    """How near other designs come; its score, and how often it wins, stand in the table of the page."""
    near = len(facts.near)
    close = Phrase(f"{near} others lie within a point of it", f"另有{near}种设计与其相差一分以内")
    if near < 2:
        close = Phrase(
            f"{'One other lies' if near else 'No other lies'} within a point of it",
            f"{'另有1种' if near else '无其他'}设计与其相差一分以内",
        )
    return Phrase(
        f"{close.en}. Its score and under how many weights it wins stand above.",
        f"{close.zh}。得分及其胜出的权重比例见上。",
    )
