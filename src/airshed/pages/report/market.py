"""What the market did in a year: auctions, prices and volumes by day, who sold to whom, and the government's money."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import NamedTuple

import msgspec

from airshed.engine.events import CallCleared
from airshed.engine.journal import decode
from airshed.engine.procedures.deadlines import surrender_day
from airshed.model.allowance import Series, count_of, instrument, members
from airshed.model.measures import mean_price, value_fen
from airshed.pages.report.sight import Sight
from airshed.registry.moves import Delivered
from airshed.rulebook.schema import Rulebook
from airshed.service.book.kept import KeptBook
from airshed.service.book.summary import ComplianceRow


class BidFacts(msgspec.Struct, frozen=True):
    """Allowances wanted and the limit, fen per tonne."""

    #: Empty where it is not told to who reads the report.
    account: str
    count: int
    price: int


class AuctionFacts(msgspec.Struct, frozen=True):
    """One auction with its bids from the highest price down: the demand curve. Prices are fen per tonne."""

    auction: str
    series: str
    pollutant: str
    jurisdiction: str
    #: Day on which it was cleared, None when it sold nothing.
    day: str | None
    offered: int
    sold: int
    reserve: int
    #: None when nothing was sold.
    price: int | None
    bids: tuple[BidFacts, ...]


class DayOfTrade(msgspec.Struct, frozen=True):
    """A day's trades of one pollutant over all its series, on one side of a wall: listed, in calls, between two."""

    pollutant: str
    day: str
    #: The walled sector that traded, empty for all others.
    wall: str
    trades: int
    count: int
    fen: int

    @property
    def price(self) -> int:
        """Volume-weighted, fen per tonne, half upwards."""
        return mean_price(self.fen, self.count)


class CityFlow(msgspec.Struct, frozen=True):
    """What the accounts of one jurisdiction sold to those of another."""

    pollutant: str
    seller: str
    buyer: str
    trades: int
    count: int
    fen: int


class PublicMoney(msgspec.Struct, frozen=True):
    """What the public purse received and paid for one pollutant, in fen."""

    pollutant: str
    auctions: int
    penalties: int
    #: Of the penalties, what has been paid.
    penalties_paid: int
    fees: int
    repurchases: int
    repurchased: int


class ReportedMarket(msgspec.Struct, frozen=True):
    """Everything the page says of the market."""

    auctions: tuple[AuctionFacts, ...]
    days: tuple[DayOfTrade, ...]
    flows: tuple[CityFlow, ...]
    money: tuple[PublicMoney, ...]


class Span(NamedTuple):
    """The days of the market that a report tells of, both in it; an end that is empty is open."""

    first: str
    last: str

    def has(self, day: str) -> bool:
        """Whether a day lies in it."""
        return self.first <= day and (not self.last or day <= self.last)


def span_of(rules: Rulebook, year: int, years: Sequence[int]) -> Span:
    """The market of a year: from after the surrender for the year before until the surrender for the year itself.

    What came before the first year of a book is told with it, and what comes after the last with that.
    """
    first = (date.fromisoformat(surrender_day(rules, year - 1)) + timedelta(1)).isoformat()
    return Span(
        first if any(each < year for each in years) else "",
        surrender_day(rules, year) if any(each > year for each in years) else "",
    )


def market(sight: Sight, rules: Rulebook, compliance: Sequence[ComplianceRow], span: Span) -> ReportedMarket:
    """Read the market of a book. What was traded, at what price and between which cities is public; who bid is not."""
    auctions = _auctions(sight, rules, span)
    return ReportedMarket(
        auctions=auctions,
        days=_days(sight.book, rules, span),
        flows=_flows(sight.book, span),
        money=_money(sight, rules, compliance, span, [each.auction for each in auctions]),
    )


def _auctions(sight: Sight, rules: Rulebook, span: Span) -> tuple[AuctionFacts, ...]:
    book = sight.book
    order = {rule.code: place for place, rule in enumerate(rules.pollutants)}
    places = {rule.code: place for place, rule in enumerate(rules.jurisdictions)}
    own = None if sight.whole else {account for (account,) in sight.rows("DISTINCT account", "bids")}
    bids: dict[str, list[BidFacts]] = {}
    for auction, account, count, price in book.sql.execute(
        "SELECT auction, account, count, price FROM bids ORDER BY auction, price DESC, number"
    ):
        who = account if own is None or account in own else ""
        bids.setdefault(auction, []).append(BidFacts(who, count, price))
    cleared = {
        auction: rules.civil.day_of(decode(book.line(seq)).at)
        for auction, seq in book.sql.execute("SELECT auction, min(seq) FROM awards GROUP BY auction ORDER BY auction")
    }
    found = []
    for auction, name, offered, sold, reserve, price in book.sql.execute(
        "SELECT auction, series, offered, sold, reserve, price FROM auctions WHERE open = 0 ORDER BY auction"
    ):
        series = instrument(name)
        day = cleared.get(auction)
        # Of what sold nothing no record says when: it goes with the year of its allowances.
        if not (span.has(day) if day is not None else Series.parse(members(name)[0]).vintage == sight.year):
            continue
        found.append(
            AuctionFacts(
                auction,
                name,
                series.pollutant,
                series.jurisdiction,
                day,
                offered,
                sold or 0,
                reserve,
                price,
                tuple(bids.get(auction, ())),
            )
        )
    return tuple(sorted(found, key=lambda each: (order[each.pollutant], places[each.jurisdiction], each.auction)))


def _days(book: KeptBook, rules: Rulebook, span: Span) -> tuple[DayOfTrade, ...]:
    walls = {
        account: sector
        for sector in reversed(rules.trade_rules.walled_sectors)
        for (account,) in book.sql.execute("SELECT account FROM sources WHERE sector = ?", (sector,))
    }
    sums: dict[tuple[str, str, str], list[int]] = {}
    for series, at, buyer, count, fen in book.sql.execute(
        "SELECT series, at, buyer, count, fen FROM trades"
        " UNION ALL SELECT series, at, account, count, fen FROM call_fills WHERE side = 'buy'"
        " UNION ALL SELECT series, at, buyer, count, fen FROM deal_trades"
    ):
        if span.has(day := rules.civil.day_of(at)):
            total = sums.setdefault((instrument(series).pollutant, day, walls.get(buyer, "")), [0, 0, 0])
            total[0] += 1
            total[1] += count
            total[2] += fen
    return tuple(DayOfTrade(*key, *total) for key, total in sorted(sums.items()))


def _flows(book: KeptBook, span: Span) -> tuple[CityFlow, ...]:
    homes = dict(book.sql.execute("SELECT account, jurisdiction FROM accounts"))
    sums: dict[tuple[str, str, str], list[int]] = {}
    for series, at, seller, buyer, count, fen in (*_pairs(book), *_called(book)):
        if span.has(book.civil.day_of(at)):
            total = sums.setdefault((instrument(series).pollutant, homes[seller], homes[buyer]), [0, 0, 0])
            total[0] += 1
            total[1] += count
            total[2] += fen
    return tuple(CityFlow(*key, *total) for key, total in sorted(sums.items()))


def _pairs(book: KeptBook) -> Iterator[tuple[str, int, str, str, int, int]]:
    """Series, instant, seller, buyer, count and fen of listed trades and of deals."""
    yield from book.sql.execute(
        "SELECT series, at, seller, buyer, count, fen FROM trades"
        " UNION ALL SELECT series, at, seller, buyer, count, fen FROM deal_trades"
    )


def _called(book: KeptBook) -> Iterator[tuple[str, int, str, str, int, int]]:
    """The same of every delivery of a call, at its price; the money went through the exchange."""
    for (seq,) in book.sql.execute("SELECT DISTINCT seq FROM call_fills ORDER BY seq").fetchall():
        record = decode(book.line(seq))
        for event in record.events:
            if isinstance(event, CallCleared) and event.price is not None:
                for move in event.entry:
                    if isinstance(move, Delivered):
                        count = count_of(move.blocks)
                        yield (
                            *(move.series, record.at, move.origin, move.target),
                            *(count, value_fen(count, event.price)),
                        )


def _money(
    sight: Sight, rules: Rulebook, compliance: Sequence[ComplianceRow], span: Span, held: Sequence[str]
) -> tuple[PublicMoney, ...]:
    book = sight.book
    auctions: dict[str, int] = {}
    for auction, series, fen in book.sql.execute(
        "SELECT auction, series, fen FROM awards JOIN auctions USING (auction)"
        " UNION ALL SELECT auction, series, -to_holders FROM auctions"
    ):
        if auction in held:
            pollutant = instrument(series).pollutant
            auctions[pollutant] = auctions.get(pollutant, 0) + (fen or 0)
    fees: dict[str, int] = {}
    for series, at, fen in book.sql.execute(
        "SELECT series, at, buyer_fee + seller_fee FROM trades UNION ALL SELECT series, at, fee FROM call_fills"
        " UNION ALL SELECT series, at, buyer_fee + seller_fee FROM deal_trades"
    ):
        if span.has(rules.civil.day_of(at)):
            pollutant = instrument(series).pollutant
            fees[pollutant] = fees.get(pollutant, 0) + fen
    bought: dict[str, tuple[int, int]] = {}
    for seq, series, count, price in book.sql.execute("SELECT seq, series, count, price FROM repurchases").fetchall():
        if span.has(rules.civil.day_of(decode(book.line(seq)).at)):
            pollutant = instrument(series).pollutant
            counts, spent = bought.get(pollutant, (0, 0))
            bought[pollutant] = (counts + count, spent + value_fen(count, price))
    return tuple(
        PublicMoney(
            pollutant=code,
            auctions=auctions.get(code, 0),
            penalties=sum(row.penalty_fen or 0 for row in compliance if row.pollutant == code),
            penalties_paid=sum(row.paid_fen for row in compliance if row.pollutant == code),
            fees=fees.get(code, 0),
            repurchases=bought.get(code, (0, 0))[1],
            repurchased=bought.get(code, (0, 0))[0],
        )
        for code in (rule.code for rule in rules.pollutants)
    )
