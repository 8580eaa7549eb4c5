"""What it would cost a firm to buy what it lacks: at its own series' price, or at the close that is nearest to it."""

from __future__ import annotations

from typing import NamedTuple

from airshed.compliance.obligation import admitted
from airshed.engine.procedures.deadlines import ends
from airshed.model.allowance import Series
from airshed.model.measures import Unit
from airshed.pages.kit.words import Phrase, same
from airshed.pages.portal.happening import in_column
from airshed.rulebook.schema import Rulebook
from airshed.service.book.position import Position
from airshed.service.marketdata.reading import Market


class Closed(NamedTuple):
    """The last close of a series that counts for a year."""

    #: Whether it is of the city where the firm emits: its price is nearer than that of another city.
    own: bool
    day: str
    series: str
    fen: int


class Cost(NamedTuple):
    """What is lacking, in money; empty phrases where nothing is lacking."""

    whole: Phrase
    #: From the least emission at the cheapest series that counts to the most at the dearest; empty where all are one.
    range: Phrase
    #: Which price that is.
    rests: Phrase
    #: What the pollutant closed at last; empty where its own series was traded, or none was.
    lately: Phrase
    #: The first of these, in fen.
    fen: int
    #: The series whose price that is, and that is bought.
    series: str


def cost(market: Market, rules: Rulebook, each: Position) -> Cost:
    """What is lacking costs, at the market's price where there is one: the law's opening price knows nothing of it."""
    last = [] if each.traded else _closed(market, rules, each)
    if not last:
        at = Phrase("assumed: at the reference price, without fee", "假设：按参考价计算，不含手续费")
        fen = _fen(each.short, each.price, rules)
        return Cost(_money(fen, rules), _range(each, each.price, each.price, rules), at, same(""), fen, each.series)
    nearest = max(last)
    fens = [every.fen for every in last]
    by_law = _money(_fen(each.short, each.price, rules), rules)
    rests = Phrase(
        f"assumed: at the last close of {nearest.series}, without fee; {by_law.en} at the price of the rulebook",
        f"假设：按{nearest.series}最近收盘价计算，不含手续费；按规则所定参考价为{by_law.zh}",
    )
    fen = _fen(each.short, nearest.fen, rules)
    between = _range(each, min(fens), max(fens), rules)
    return Cost(_money(fen, rules), between, rests, _lately(nearest, fens, rules), fen, nearest.series)


def _range(each: Position, least: int, most: int, rules: Rulebook) -> Phrase:
    """What it would cost with the least emission at the least price, to the most at the most: both ranges of it."""
    low, high = _fen(each.lacking(each.low), least, rules), _fen(each.lacking(each.high), most, rules)
    if low == high:
        return same("")
    of_both = (Phrase("price and emission", "价格与排放"), Phrase("price", "价格"), Phrase("emission", "排放"))
    of = of_both[0 if least != most and each.low != each.high else 1 if least != most else 2]
    shown = [_money(fen, rules) for fen in (low, high)]
    return Phrase(f"{shown[0].en} to {shown[1].en}, by {of.en}", f"{shown[0].zh}至{shown[1].zh}，取决于{of.zh}")


def _closed(market: Market, rules: Rulebook, each: Position) -> list[Closed]:
    """The last closes of a pollutant in series that count for a year of an account and can still be bought."""
    law = rules.allowance
    places = {source.jurisdiction for source in market.state.sources.values() if source.account == each.account}
    own = Series.parse(each.series).jurisdiction
    found = []
    for name, closes in market.closes.items():
        if not closes or ".." in name or market.state.at > ends(rules, name):
            continue
        series = Series.parse(name)
        if any(admitted(series, each.pollutant, of, each.year, law.admitted, law.vintages_back) for of in places):
            found.append(Closed(series.jurisdiction == own, max(closes), name, closes[max(closes)]))
    return found


def _lately(nearest: Closed, fens: list[int], rules: Rulebook) -> Phrase:
    price = in_column(nearest.fen, Unit.FEN_PER_T, rules)
    said = Phrase(f"{price.en} ({nearest.series}, {nearest.day})", f"{price.zh}（{nearest.series}，{nearest.day}）")
    if len(fens) == 1:
        return said
    low, high = (in_column(end(fens), Unit.FEN_PER_T, rules) for end in (min, max))
    return Phrase(
        f"{said.en}; of {len(fens)} series {low.en} to {high.en}",
        f"{said.zh}；{len(fens)}个系列为{low.zh}至{high.zh}",
    )


def _money(fen: int, rules: Rulebook) -> Phrase:
    return in_column(fen, Unit.FEN, rules)


def _fen(count: int, fen_per_t: int, rules: Rulebook) -> int:
    """What is lacking at a price, rounded up."""
    return -(-count * fen_per_t * rules.allowance.size_kg // 1000)
