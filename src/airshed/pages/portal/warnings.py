"""What a preview warns of, in sentences: what cannot be taken back, how much it is about and what follows."""

from __future__ import annotations

import re

from airshed.model.measures import Unit
from airshed.pages.kit.words import Phrase
from airshed.pages.portal.happening import amount
from airshed.rulebook.schema import Rulebook

_SHORT = re.compile(r"short (\S+) (\S+) (\d+), penalty (.+?)( by case)?$")


def warning(what: str, count: int, rules: Rulebook) -> Phrase:
    """One warning, as the engine names it, and how many allowances it is about.

    >>> from airshed.rulebook.load import find, load
    >>> law = load(find("dianzhong"))
    >>> warning("cut SO2-KM-2027", 2_000, law).en
    'SO2-KM-2027: new entrants claim 2 t more than the reserve has, and each gets less than it claims.'
    >>> warning("short s-steel SO2 2027, penalty 60.00 yuan", 4_000, law).en
    's-steel: 4 t of SO2 are missing for 2027; penalty 60.00 yuan.'
    """
    mass = amount(count, Unit.ALLOWANCES, rules)
    if found := _SHORT.fullmatch(what):
        source, pollutant, year, cost, case = found.groups()
        money = rules.currency.name_en, rules.currency.name_zh
        en = f"; a case decides on the penalty, {cost} by rule" if case else f"; penalty {cost}"
        zh = f"；罚款经立案决定，按规则为{cost}" if case else f"；罚款{cost}"
        return Phrase(
            f"{source}: {mass.en} of {pollutant} are missing for {year}{en}.",
            f"{source}：{year}年度{pollutant}欠缴{mass.zh}{zh.replace(f' {money[0]}', money[1])}。",
        )
    kind, _, series = what.partition(" ")
    match kind:
        case "above":
            return Phrase(
                f"{series}: {mass.en} more than all works claim are shared out free: each gets more than it claims.",
                f"{series}：免费配额比全部企业的应得量多{mass.zh}，各企业所得将超过其应得量。",
            )
        case "cut":
            return Phrase(
                f"{series}: new entrants claim {mass.en} more than the reserve has, and each gets less than it claims.",
                f"{series}：新建项目的应得量比储备多{mass.zh}，各项目所得将少于其应得量。",
            )
        case "lost":
            return Phrase(
                f"{series}: {mass.en} are lost, for they cannot be kept for a later year.",
                f"{series}：{mass.zh}不得结转，将失效。",
            )
        case _:
            raise LookupError(f"what is warned of as {what!r} has no sentence: write it in portal/warnings.py")
