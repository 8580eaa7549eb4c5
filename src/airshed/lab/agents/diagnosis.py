"""What stood in the way of trade in sessions, in words: nothing to trade, the law's bounds, refusals."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from airshed.lab.agents.measures import SessionMeasures

#: From which part of the times on, in percent, the law's bounds are worth a note.
NOTED = 5.0
MONEY = ("yuan", "元")


class BothWords(NamedTuple):
    """The same in English and in Chinese."""

    en: str
    zh: str


def notes(measures: Sequence[SessionMeasures], money: tuple[str, str] = MONEY) -> list[BothWords]:
    """What a reader of these sessions must know; `money` is what the law's currency is called."""
    found = [nothing(measures), bounds(measures, money), refusals(measures)]
    return [note for note in found if note is not None]


def nothing(measures: Sequence[SessionMeasures]) -> BothWords | None:
    """Sessions in which the equilibrium trades nothing: no trade is no failure there."""
    idle = sum(1 for one in measures if np.isnan(one.equilibrium))
    if not idle:
        return None
    return BothWords(
        f"In {idle:,} of {len(measures):,} sessions there is nothing to trade: what is held is where it is worth most.",
        f"{len(measures):,}场中有{idle:,}场无需交易：配额已在价值最高处。",
    )


def bounds(measures: Sequence[SessionMeasures], money: tuple[str, str] = MONEY) -> BothWords | None:
    """How often band and collar kept one who would trade at the equilibrium price from naming a price of its own."""
    known = [one for one in measures if not np.isnan(one.equilibrium)]
    asked = sum(one.willing for one in known)
    barred = round(sum(one.willing * one.barred / 100 for one in known if one.willing))
    if not known:
        return None
    reference, lowest, highest, price = (
        float(np.mean([getattr(one, name) for one in known]))
        for name in ("reference", "lowest", "highest", "equilibrium")
    )
    inside = lowest <= price <= highest
    if not asked or (inside and 100 * barred / asked < NOTED):
        return None
    en, zh = money
    limits = f"{lowest:,.0f} to {highest:,.0f} {en}/t (reference price {reference:,.0f})"
    limits_zh = f"{lowest:,.0f}至{highest:,.0f} {zh}/吨（参考价{reference:,.0f}）"
    where, where_zh = ("inside", "在") if inside else ("outside", "不在")
    held = held_zh = ""
    if barred:
        held = (
            f" The law's bounds held back {barred:,} of {asked:,} offers of those who would trade at it: no price"
            " within was free of loss."
        )
        held_zh = f"愿按均衡价交易者的{asked:,}次报价中，有{barred:,}次因限价内无不亏损之价而未能报出。"
    return BothWords(
        f"The equilibrium price, {price:,.0f} {en}/t, lies {where} the limits of the first day, {limits}.{held}"
        " Gains and prices here say more of the bounds than of the firms.",
        f"均衡价{price:,.0f} {zh}/吨{where_zh}首日限价{limits_zh}之内。{held_zh}"
        "此处的收益与价格主要反映限价，而非企业行为。",
    )


def refusals(measures: Sequence[SessionMeasures]) -> BothWords | None:
    """What the engine refused, by reason, over all sessions."""
    total: Counter[str] = Counter()
    for one in measures:
        total.update(dict(one.reasons))
    if not total:
        return None
    said = ", ".join(
        f"{reason} {count:,}" for reason, count in sorted(total.items(), key=lambda row: (-row[1], row[0]))
    )
    return BothWords(
        f"Refused over all sessions: {said}.",
        f"各场被拒指令合计：{said}。",
    )
