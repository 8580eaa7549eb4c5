"""The charts of prices side by side: each as a bar, and the way from one to the other as a waterfall."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from airshed.lab.prices.bridge import Bridge, Words
from airshed.model.measures import FEN_PER_YUAN
from airshed.pages.kit.colours import DEEP, INK, SPARE, pollutant_colour
from airshed.pages.kit.figures import Figure, across, bars, beside, figure, label, mark, rows, ruler, values
from airshed.pages.kit.words import Phrase, same

#: Pixels of a row, and of what lies above and below.
ROW, EDGES = 42, 96
#: Room for the figure behind the longest bar, as a part of it.
ROOM = 1.22
#: What makes a price higher, and what makes it lower.
RAISES, LOWERS = SPARE[3], SPARE[1]
#: Under the bar of a cause, from nothing to where it begins.
CLEAR = "transparent"


def height_of_chart(count: int) -> int:
    """Pixels that a chart of so many rows needs."""
    return EDGES + ROW * count


def figure_text(fen: int | None, sign: str = "") -> str:
    """Fen as yuan and fen, with a sign where one is asked for; a dash where there is no price.

    >>> figure_text(456_190), figure_text(-90_190, "+"), figure_text(None)
    ('4,561.90', '-901.90', '–')
    """
    return "–" if fen is None else f"{fen / FEN_PER_YUAN:{sign},.2f}"


def side_by_side(price: int | None, bridges: Sequence[Bridge], pollutant: str, money: Phrase) -> Figure:
    """A bar for each price that there is, and a line at the one under the law."""
    shown = [(phrase(each.name), each.said) for each in bridges if each.said is not None]
    if price is not None:
        shown.insert(0, (Phrase("under the law", "规则下的均衡"), price))
    most = max([1.0, *(fen / FEN_PER_YUAN for _, fen in shown)])
    line = [] if price is None else [across(price / FEN_PER_YUAN, colour=INK)]
    return figure(
        [
            bars([_price(name, fen, money) for name, fen in shown], pollutant_colour(pollutant, [pollutant])),
            ruler(*line),
        ],
        x=values(per_tonne(money), min=0, max=most * ROOM),
        y=rows(name for name, _ in shown),
        grid={"top": 30, "bottom": 34},
    )


def waterfall(one: Bridge, money: Phrase) -> Figure | None:
    """From the price under the law to another, a bar a cause that moves it; None where a step has no price."""
    steps = [(step, size) for step, size in zip(one.steps, one.sizes, strict=True) if size != 0]
    if one.origin is None or one.said is None or any(size is None for _, size in steps):
        return None
    named = [Phrase("under the law", "规则下的均衡"), *(short(step.words) for step, _ in steps), phrase(one.name)]
    under, whole, raised, lowered = ([_none()] * len(named) for _ in range(4))
    whole[0], whole[-1] = (_price(name, fen, money) for name, fen in ((named[0], one.origin), (named[-1], one.said)))
    before = one.origin
    for place, (step, size) in enumerate(steps, 1):
        assert step.fen is not None
        assert size is not None
        under[place] = mark(min(before, step.fen) / FEN_PER_YUAN)
        (raised if size > 0 else lowered)[place] = _cause(named[place], size, step.fen, money)
        before = step.fen
    most = max(one.origin, one.said, *(step.fen or 0 for step, _ in steps)) / FEN_PER_YUAN
    return figure(
        [
            bars(under, CLEAR, stack="way", silent=True),
            bars(whole, DEEP, name=Phrase("a price", "价格"), stack="way"),
            bars(raised, RAISES, name=Phrase("makes it higher", "推高"), stack="way"),
            bars(lowered, LOWERS, name=Phrase("makes it lower", "压低"), stack="way"),
        ],
        x=values(per_tonne(money), min=0, max=max(1.0, most) * ROOM),
        y=rows(named),
        legend={},
        grid={"top": 40, "bottom": 34},
    )


def phrase(words: Words) -> Phrase:
    """What the lab says in both languages, as pages say it."""
    return Phrase(words.en, words.zh)


def short(words: Words) -> Phrase:
    """What stands beside a bar: without what follows a colon, which the table has.

    >>> short(Words("set by the law: annex 1", "由规则设定")).en
    'set by the law'
    """
    return Phrase(words.en.split(": ")[0], words.zh.split("：")[0])


def per_tonne(money: Phrase) -> Phrase:
    """The unit of a price."""
    return Phrase(f"{money.en}/t", f"{money.zh}/吨")


def _none() -> dict[str, Any]:
    return mark(0)


def _price(name: Phrase, fen: int, money: Phrase) -> dict[str, Any]:
    text, unit = figure_text(fen), per_tonne(money)
    said = Phrase(f"{text} {unit.en}", f"{text} {unit.zh}")
    return mark(fen / FEN_PER_YUAN, [name, said], **beside(fen, same(f"{fen / FEN_PER_YUAN:,.0f}")))


def _cause(name: Phrase, size: int, then: int, money: Phrase) -> dict[str, Any]:
    """The bar of a cause: as long as what it does, from the lower of the prices before and after it."""
    moved, reached, unit = figure_text(size, "+"), figure_text(then), per_tonne(money)
    said = Phrase(f"{moved}, then {reached} {unit.en}", f"{moved}，其后{reached} {unit.zh}")
    return mark(abs(size) / FEN_PER_YUAN, [name, said], **label(same(f"{size / FEN_PER_YUAN:+,.0f}")))
