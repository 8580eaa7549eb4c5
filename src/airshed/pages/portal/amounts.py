"""Refusals in tonnes, with the way out: the engine tells counts of allowances, whoever reads a page wrote tonnes."""

from __future__ import annotations

import re

from airshed.model.measures import tonnes, yuan
from airshed.pages.kit.words import Phrase, same
from airshed.pages.portal.happening import in_language
from airshed.service.forms.refusals import in_chinese

#: Sentences of the engine whose bare numbers are allowances.
COUNTED = (
    r"(?P<count>\d+) is not a multiple of the lot, (?P<lot>\d+)",
    r"(?P<a>\d+) is more than the largest (?:order|transfer), (?P<b>\d+)",
    r"(?P<a>\d+) is less than the smallest block, (?P<b>\d+)",
    r"has (?P<a>\d+) of (?=\S+-[A-Z]+-\d{4})",
    r"free, not (?P<a>\d+)(?! yuan)\b(?!\.)",
    r"; (?P<a>\d+) are set aside",
)
#: Names of fields in sentences of the engine.
NAMED = {
    "count": Phrase("the quantity", "数量"),
    "limit": Phrase("the limit", "限价"),
    "price": Phrase("the price", "价格"),
}
_LOT = re.compile(COUNTED[0])
_TICK = re.compile(r"(?P<price>[\d,.]+) is not a multiple of (?:the tick, )?(?P<tick>[\d,.]+)(?: (?P<money>\w+)/t)?")
_NOT_ABOVE = re.compile(r"(count|limit|price) is (-?\d+); it must be above zero")


def detail(text: str) -> Phrase:
    """What a refusal says, with its counts in tonnes, and with the nearest amounts that would do.

    >>> detail("18384 is not a multiple of the lot, 100").en
    '18.384 t is not a multiple of the lot, 0.1 t; write 18.3 t or 18.4 t'
    >>> detail("4,005.00 is not a multiple of the tick, 10.00 yuan/t").zh
    '4,005.00不是最小变动价位10.00元/吨的整数倍；请写4,000.00或4,010.00'
    >>> detail("3000000 is more than the largest order, 2000000").zh
    '3,000吨超过单笔委托上限2,000吨'
    >>> detail("count is 0; it must be above zero").en
    'the quantity is 0; it must be above zero'
    """
    english = text
    for sentence in COUNTED:
        english = re.sub(sentence, _tonnes, english)
    if found := _NOT_ABOVE.fullmatch(text):
        name = NAMED[found[1]]
        return Phrase(f"{name.en} is {found[2]}; it must be above zero", f"{name.zh}为{found[2]}，须大于零")
    chinese = in_language(re.sub(r"(?<=\d) ?t(?![A-Za-z\d])", " t", in_chinese(english)), "zh")
    cure = _nearest(text)
    return Phrase(f"{english}; {cure.en}", f"{chinese}；{cure.zh}") if cure.en else Phrase(english, chinese)


def _mass(count: int) -> str:
    """Allowances of a kilogram as tonnes."""
    return f"{tonnes(count).rstrip('0').rstrip('.')} t"


def _tonnes(found: re.Match[str]) -> str:
    """A sentence with its counts written as tonnes."""
    said = found[0]
    for text in found.groups():
        said = said.replace(text, _mass(int(text)), 1)
    return said


def _nearest(text: str) -> Phrase:
    """The admissible amounts on both sides of one that is no whole number of lots or ticks."""
    if found := _LOT.search(text):
        below = int(found["count"]) // int(found["lot"]) * int(found["lot"])
        shown = [_mass(count) for count in (below, below + int(found["lot"])) if count]
    elif found := _TICK.search(text):
        price, tick = (round(float(found[name].replace(",", "")) * 100) for name in ("price", "tick"))
        below = price // tick * tick
        shown = [yuan(fen) for fen in (below, below + tick) if fen]
    else:
        return same("")
    return Phrase(f"write {' or '.join(shown)}", in_language(f"请写{'或'.join(shown)}", "zh"))
