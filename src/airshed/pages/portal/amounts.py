"""Refusals in tonnes, with the way out: the engine tells counts of allowances, whoever reads a page wrote tonnes."""

from __future__ import annotations

import re

from airshed.model.measures import tonnes, yuan
from airshed.pages.kit.words import Phrase, same
from airshed.pages.portal.happening import as_read, in_language
from airshed.service.forms.happened import WORDS
from airshed.service.forms.refusals import in_chinese

_SERIES = r"\S+-[A-Z]+-\d{4}(?:\.\.\d{4})?"
#: What ends a count: a number with a comma, a point or a unit behind it is none.
_N = r"(\d+)(?![\d,.]*\d| ?t\b| yuan| %| kg| mg| fen)"
#: Sentences of the engine whose bare numbers, those in brackets, are allowances.
COUNTED = tuple(
    re.compile(sentence)
    for sentence in (
        rf"{_N} of (?={_SERIES})",
        rf"{_N} is not a multiple of the lot, {_N}",
        rf"{_N} is more than the largest (?:order|transfer), {_N}",
        rf"{_N} is less than the smallest block, {_N}",
        rf"{_N} is more than the {_N} (?:on offer|asked for|that one transfer may give|that may go to)",
        rf" of {_SERIES}(?: (?:free|left|back|today|in all|that nobody has a claim on|in one order))?"
        rf"[,;]? (?:not|not the|set aside are|at most) {_N}",
        rf" of {_SERIES}, at most {_N}",
        rf"free, not (?:the )?{_N}",
        rf"; {_N} are set aside",
        rf"may buy {_N} more of \S+, not {_N}",
        rf"may hold {_N} more, not {_N}; the limit is {_N}",
        rf"{_N} more are too many",
        rf"\b(?:of|in all|for \S+|together), {_N} more",
        rf" more, not {_N}",
        rf"; {_N} may be sold, not {_N}",
        rf"still owes {_N} of \S+ for \d{{4}}, not {_N}",
        rf"{_N} admitted (?=\S+ allowances free)",
        rf"allowances free, not {_N}",
        rf"which count for {_N} under the flow control of \S+ \({_N} of the banked ones",
        rf"one for one, then \S+ for one\), not for {_N}",
        rf"{_N} of (?=\S+ for what is owed)",
        rf"earns {_N} allowances, more than the cap of {_N}",
        rf"in one sale, not {_N}",
        rf"{_N} in one order",
        rf"share the {_N} allowances",
        rf"every claim on the {_N} allowances",
        rf"has {_N} left, not {_N}",
        rf"of {_SERIES} {_N} may be withheld from \S+, {_N} more",
        rf"of \S+ {_N} of {_SERIES} can be reversed, not {_N}",
        rf"that nobody has a claim on, not {_N}",
        rf"all asks of \S+ are for {_N}, it holds {_N}",
        rf"rights claim {_N} of \S+ and may claim {_N}",
    )
)
#: Fen, and milligrams of a year, which nobody reads; in either language.
_FEN = re.compile(r"(?<![\d,.])(\d+)( fen|分)(?!/)")
_MG = re.compile(r"(?<![\d,.])(\d+) ?(mg|毫克)\b")
MG_PER_KG = 1_000_000
#: Names of fields in sentences of the engine.
NAMED = {
    "count": Phrase("the quantity", "数量"),
    "limit": Phrase("the limit", "限价"),
    "price": Phrase("the price", "价格"),
}
_LOT = re.compile(r"(?P<count>\d+) is not a multiple of the lot, (?P<lot>\d+)")
_TICK = re.compile(r"(?P<price>[\d,.]+) is not a multiple of (?:the tick, )?(?P<tick>[\d,.]+)(?: (?P<money>\w+)/t)?")
_NOT_ABOVE = re.compile(r"(count|limit|price) is (-?\d+); it must be above zero")


def detail(text: str, size_kg: int) -> Phrase:
    """What a refusal says, its counts of allowances of a size in tonnes, and with the nearest amounts that would do.

    >>> detail("18384 is not a multiple of the lot, 100", 1).en
    '18.384 t is not a multiple of the lot, 0.1 t; write 18.3 t or 18.4 t'
    >>> detail("4,005.00 is not a multiple of the tick, 10.00 yuan/t", 1).zh
    '4,005.00不是最小变动价位10.00元/吨的整数倍；请写4,000.00或4,010.00'
    >>> detail("3000000 is more than the largest order, 2000000", 1).zh
    '3,000吨超过单笔委托上限2,000吨'
    >>> detail("count is 0; it must be above zero", 1).en
    'the quantity is 0; it must be above zero'
    >>> detail("steel has 300 of SO2-KM-2027 free, not 500", 1000).en
    'steel has 300 t of SO2-KM-2027 free, not 500 t'
    >>> detail("start_up had to be entered until 2028-07-01T10:00:00+08:00, 48 hours after its last hour", 1).en
    'start up had to be entered until 2028-07-01 10:00, 48 hours after its last hour'
    """
    if found := _NOT_ABOVE.fullmatch(text):
        name = NAMED[found[1]]
        return Phrase(f"{name.en} is {found[2]}; it must be above zero", f"{name.zh}为{found[2]}，须大于零")
    counted = _counted(text, size_kg)
    chinese = in_chinese(re.sub(r"(?<=\d) t\b", "t", counted))  # one word, as the number was
    chinese = re.sub(r"(?<=\d) ?t(?![A-Za-z\d])", " t", _read(chinese))
    english, chinese = as_read(_in_words(_read(counted)), "en"), as_read(chinese, "zh")
    cure = _nearest(text, size_kg)
    return Phrase(f"{english}; {cure.en}", f"{chinese}；{cure.zh}") if cure.en else Phrase(english, chinese)


#: Words of fields that the engine writes in one, as marks and grounds.
_CODE = re.compile(rf"\b({'|'.join(sorted({name.rpartition('.')[2] for name in WORDS if '_' in name}))})\b")


def _in_words(text: str) -> str:
    """A sentence with its codes as words; in Chinese the catalogue of refusals has them."""
    return _CODE.sub(lambda found: found[1].replace("_", " "), text)


def _counted(text: str, size_kg: int) -> str:
    """A sentence with its counts as tonnes."""
    for start, end in sorted(_spans(text), reverse=True):
        text = f"{text[:start]}{_mass(int(text[start:end]), size_kg)}{text[end:]}"
    return text


def _read(text: str) -> str:
    """A sentence with fen as yuan and milligrams as kilograms, in its own language."""
    text = _FEN.sub(lambda found: f"{yuan(int(found[1]))}{' yuan' if found[2] == ' fen' else '元'}", text)
    return _MG.sub(lambda found: f"{int(found[1]) / MG_PER_KG:,.3f} {'kg' if found[2] == 'mg' else '千克'}", text)


def _spans(text: str) -> set[tuple[int, int]]:
    """Where in a sentence the numbers of allowances stand."""
    return {
        found.span(group)
        for sentence in COUNTED
        for found in sentence.finditer(text)
        for group in range(1, sentence.groups + 1)
    }


def _mass(count: int, size_kg: int) -> str:
    """Allowances as tonnes."""
    return f"{tonnes(count * size_kg).rstrip('0').rstrip('.')} t"


def _nearest(text: str, size_kg: int) -> Phrase:
    """The admissible amounts on both sides of one that is no whole number of lots or ticks."""
    if found := _LOT.search(text):
        below = int(found["count"]) // int(found["lot"]) * int(found["lot"])
        shown = [_mass(count, size_kg) for count in (below, below + int(found["lot"])) if count]
    elif found := _TICK.search(text):
        price, tick = (round(float(found[name].replace(",", "")) * 100) for name in ("price", "tick"))
        below = price // tick * tick
        shown = [yuan(fen) for fen in (below, below + tick) if fen]
    else:
        return same("")
    return Phrase(f"write {' or '.join(shown)}", in_language(f"请写{'或'.join(shown)}", "zh"))
