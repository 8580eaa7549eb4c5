"""What the page of the market rests on: bars, quotes, holdings and the index of a book."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from airshed.market.bars import Bar, bars, span_of
from airshed.market.depth import Depth
from airshed.market.index import Point
from airshed.market.interest import Interest
from airshed.market.tape import EXCHANGE_KINDS, Kind, Trade
from airshed.model.allowance import Series
from airshed.model.civil import CivilTime
from airshed.model.provenance import Provenance
from airshed.pages.kit.words import Phrase
from airshed.rulebook.schema import Rulebook
from airshed.service.marketdata import Market, SeriesSummary, summaries, zone_index
from airshed.service.marketdata.reading import Holdings


class Quoted(msgspec.Struct, frozen=True):
    """What waited in a series, and when."""

    #: Day of the session before whose close it was, None for now.
    day: str | None
    depth: Depth


class KindSum(msgspec.Struct, frozen=True):
    """What one way of trading moved."""

    kind: Kind
    trades: int
    count: int
    fen: int


class Group(msgspec.Struct, frozen=True):
    """The series of one pollutant and vintage, and their holdings week by week: (day, sums of the parts)."""

    pollutant: str
    vintage: int
    weeks: tuple[tuple[str, Interest], ...]

    @property
    def name(self) -> str:
        """As charts are called."""
        return f"{self.pollutant}-{self.vintage}"


class MarketFacts(msgspec.Struct, frozen=True):
    """The market of a book at one moment."""

    book: str
    provenance: Provenance | None
    programme_en: str
    programme_zh: str
    #: What the currency is called.
    money: Phrase
    seq: int
    at: int
    civil: CivilTime
    #: Days on which the market was open.
    sessions: int
    first: str | None
    last: str | None
    #: Series and strips that were traded on the exchange or were quoted, series in the order of issue first.
    series: tuple[str, ...]
    #: Their bars by week.
    weeks: dict[str, tuple[Bar, ...]]
    #: Trades beside the exchange, by series.
    beside: dict[str, tuple[Trade, ...]]
    #: By series, with the wall behind which the book stands if any: what waits now, or waited before the last close at
    #: which both sides did.
    quotes: dict[str, Quoted]
    kinds: tuple[KindSum, ...]
    groups: tuple[Group, ...]
    interest: tuple[Interest, ...]
    index: tuple[Point, ...]
    #: Pollutants of the rulebook in its order.
    pollutants: tuple[str, ...]
    #: Weight of each component in hundredths of a percent.
    weights: dict[str, int]
    index_cite: str
    #: What sectors are called, by their codes: behind the wall of one there is a book of its own.
    sectors: dict[str, Phrase]
    summary: tuple[SeriesSummary, ...]


def facts_of(market: Market, rules: Rulebook, book: str) -> MarketFacts:
    """Everything the page says; `market` was read with its history, `rules` are in force."""
    quotes = _quotes(market)
    quoted = {each.depth.series for each in quotes.values()}
    traded = {trade.series for trade in market.tape if trade.kind in EXCHANGE_KINDS}
    series = tuple(each for each in market.names if each in traded or each in quoted)
    days = sorted(market.days)
    return MarketFacts(
        book=book,
        provenance=market.state.provenance,
        programme_en=rules.programme.name_en,
        programme_zh=rules.programme.name_zh,
        money=Phrase(rules.currency.name_en, rules.currency.name_zh),
        seq=market.state.seq,
        at=market.state.at,
        civil=market.state.civil,
        sessions=len(days),
        first=days[0] if days else None,
        last=days[-1] if days else None,
        series=series,
        weeks={each: _bars(market, each) for each in series},
        beside={
            each: tuple(trade for trade in market.trades(each) if trade.kind not in EXCHANGE_KINDS) for each in series
        },
        quotes=quotes,
        kinds=_kinds(market.tape),
        groups=_groups(market),
        interest=market.interest(),
        index=zone_index(market, rules, "week"),
        pollutants=tuple(rule.code for rule in rules.pollutants),
        weights={row.pollutant: row.weight_basis_points for row in rules.price_index.rows},
        sectors={row.code: Phrase(row.name_en, row.name_zh) for row in rules.sectors},
        index_cite=f"{rules.price_index.cite} ({rules.price_index.status})",
        summary=tuple(row for row in summaries(market, EXCHANGE_KINDS) if row.series in series),
    )


def _bars(market: Market, series: str) -> tuple[Bar, ...]:
    own = market.trades(series, EXCHANGE_KINDS)
    found = bars(series, own, market.closes.get(series, {}), market.days, "week")
    return tuple(bar for bar in found if bar.trades)


def _quotes(market: Market) -> dict[str, Quoted]:
    found: dict[str, Quoted] = {}
    for quote in market.quotes:
        known = found.get(_name(quote.depth))
        # one with both sides says more than a later one with a single side
        if known is None or known.depth.spread is None or quote.depth.spread is not None:
            found[_name(quote.depth)] = Quoted(quote.day, quote.depth)
    for series in market.names:
        for depth in market.depths(series):
            if depth.bids or depth.asks:
                found[_name(depth)] = Quoted(None, depth)
    return dict(sorted(found.items()))


def _name(depth: Depth) -> str:
    """The series, with its wall if it has one."""
    return f"{depth.series} · {depth.wall}" if depth.wall else depth.series


def _kinds(tape: Sequence[Trade]) -> tuple[KindSum, ...]:
    sums: dict[Kind, list[int]] = {}
    for trade in tape:
        total = sums.setdefault(trade.kind, [0, 0, 0])
        total[0] += 1
        total[1] += trade.count
        total[2] += trade.fen
    return tuple(KindSum(kind, *total) for kind, total in sorted(sums.items(), key=lambda item: -item[1][2]))


def _groups(market: Market) -> tuple[Group, ...]:
    """Holdings after the last session of every week and at the end, summed over the jurisdictions."""
    weekly: dict[str, Holdings] = {span_of(held.day, "week"): held for held in market.holdings}
    today = market.state.civil.day_of(market.state.at)
    weekly["end"] = Holdings(today, market.state.seq, market.interest())
    groups: dict[tuple[str, int], list[tuple[str, Interest]]] = {}
    for held in weekly.values():
        sums: dict[tuple[str, int], list[int]] = {}
        for part in held.parts:
            series = Series.parse(part.series)
            total = sums.setdefault((series.pollutant, series.vintage), [0] * len(_COUNTS))
            for place, name in enumerate(_COUNTS):
                total[place] += getattr(part, name)
        for key, total in sums.items():
            groups.setdefault(key, []).append((held.day, Interest(f"{key[0]}-{key[1]}", *total)))
    return tuple(Group(*key, tuple(weeks)) for key, weeks in groups.items())


_COUNTS = Interest.__struct_fields__[1:]
