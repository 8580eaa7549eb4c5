"""What a book shows of the first vintage: what firms traded with each other, and what each got from the programme."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from airshed.engine.journal import GENESIS
from airshed.engine.runner import checked
from airshed.model.allowance import Series, Strip, count_of, instrument
from airshed.model.measures import KG_PER_T
from airshed.model.provenance import Provenance
from airshed.model.refusal import Malformed
from airshed.registry.accounts import PRIVATE, AccountKind
from airshed.registry.moves import Delivered
from airshed.rulebook.load import load_texts
from airshed.rulebook.schema import Rulebook
from airshed.service.book.addressed import to_read
from airshed.service.book.kept import KeptBook
from airshed.service.marketdata import Market, read_market

#: Kinds of trade between firms, which a prediction is of; what offices sell or buy back is none.
BETWEEN_FIRMS = ("listed", "call", "zone_call", "block", "transfer", "one_way")
#: Accounts from which the programme hands out, and to which it takes back.
OFFICES = (AccountKind.ISSUANCE, AccountKind.AUCTION, AccountKind.RESERVE)


class BookTrade(NamedTuple):
    """A pollutant's first vintage in a book, t: what firms traded, and what each source got, free or for money."""

    traded_t: float
    given_t: dict[str, float]


class VintageSeen(NamedTuple):
    """What a book shows by pollutant, the law that it ends under (None if it keeps none), and what the book is."""

    trades: dict[str, BookTrade]
    law: Rulebook | None
    provenance: Provenance | None


def seen_in(book: Path | str, pollutants: Sequence[str], year: int, programme: str) -> VintageSeen:
    """What firms traded with each other of a vintage, and what they got of it, t by pollutant.

    Malformed for a book of another programme, for its trade says nothing of this one.
    """
    with to_read(book) as opened, opened.named():
        market, told = read_market(opened.lines()), opened.provenance()
        adopted = market.state.rulebook
        if adopted is None:
            raise Malformed(str(opened.path), "adopts no rulebook", "give a book in which a programme has begun")
        if adopted.programme != programme:
            cure = f"give a book of {programme}, or its --rulebook"
            raise Malformed(str(opened.path), f"is of {adopted.programme}", cure)
        given = {name: dict.fromkeys(market.state.sources, 0.0) for name in pollutants}
        works: dict[str, list[str]] = {}
        for source in market.state.sources.values():
            works.setdefault(source.account, []).append(source.id)
        for account, name, tonnes in _handed_out(opened, market, year):
            for source_id in works.get(account, ()) if name in given else ():
                given[name][source_id] += tonnes / len(works[account])
        try:
            law = load_texts(opened.law(adopted.digest))
        except Malformed:
            law = None
    return VintageSeen({name: BookTrade(_traded(market, name, year), given[name]) for name in pollutants}, law, told)


def _traded(market: Market, pollutant: str, year: int) -> float:
    total = 0
    for trade in market.tape:
        read = instrument(trade.series)
        first = read.first if isinstance(read, Strip) else read.vintage
        if read.pollutant == pollutant and trade.kind in BETWEEN_FIRMS and first == year:
            total += trade.count
    return total / KG_PER_T


def _handed_out(book: KeptBook, market: Market, year: int) -> Iterator[tuple[str, str, float]]:
    """Accounts, pollutants and t that offices gave or sold to firms, below zero what they took back."""
    accounts = market.state.ledger.accounts
    after, reached = 0, GENESIS
    for line in book.lines():
        record, reached = checked(line, after, reached)
        after = line.seq
        for event in record.events:
            for move in getattr(event, "entry", ()):
                if not isinstance(move, Delivered):
                    continue
                series = Series.parse(move.series)
                if series.vintage != year:
                    continue
                tonnes = count_of(move.blocks) / KG_PER_T
                origin, target = accounts[move.origin].kind, accounts[move.target].kind
                if origin in OFFICES and target in PRIVATE:
                    yield move.target, series.pollutant, tonnes
                elif origin in PRIVATE and target in OFFICES:
                    yield move.origin, series.pollutant, -tonnes
