"""The chapter of the state that auctions fill: what is on offer, who bids, what is set aside until they are cleared."""

from __future__ import annotations

from collections.abc import Iterator

from airshed.engine import events as e
from airshed.engine.apply import sealed
from airshed.engine.apply.fold import Apply
from airshed.engine.apply.positions import want
from airshed.engine.nouns import Auction, AuctionBid, Lot
from airshed.engine.state import State
from airshed.model.allowance import Series, count_of
from airshed.registry import accounts
from airshed.registry.moves import Delivered


def opened(state: State, event: e.AuctionOpened) -> None:
    """What is on offer is set aside, and what the government reserve may add."""
    auction = Auction(
        event.auction,
        event.event,
        event.series,
        event.delivery,
        event.seller,
        event.count,
        event.reserve,
        event.cost_containment,
        event.emissions_containment,
        event.terms,
        pledge=event.pledge,
        buyer_fee_basis_points=event.buyer_fee_basis_points,
        seller_fee_basis_points=event.seller_fee_basis_points,
        seal=event.seal,
    )
    state.auctions[event.auction] = auction
    state.unsold[event.series] = event.waiting
    for account, count in offered(auction):
        state.ledger.position(account, event.series).held += count


def consigned(state: State, event: e.LotConsigned) -> None:
    """A holder's allowances are set aside."""
    auction = state.auctions[event.auction]
    auction.lots.append(Lot(event.account, event.count, event.minimum))
    state.ledger.position(event.account, auction.series).held += event.count


def returned(state: State, event: e.LotReturned) -> None:
    """A lot is free again; its place in the auction stays, with nothing in it."""
    auction = state.auctions[event.auction]
    lot = auction.lots[event.number - 1]
    auction.lots[event.number - 1] = Lot(lot.account, 0, lot.minimum)
    state.ledger.position(event.account, auction.series).held -= event.count


def bid(state: State, event: e.BidPlaced) -> None:
    """A bidder's guarantee is set aside."""
    auction = state.auctions[event.auction]
    auction.bids.append(AuctionBid(len(auction.bids) + 1, event.account, event.count, event.limit, event.held))
    state.ledger.purses[event.account].held += event.held
    want(state, event.account, auction.series, event.count)


def cleared(state: State, event: e.AuctionCleared) -> None:
    """The first auction of an event that is cleared frees all that the event has set aside."""
    auction = state.auctions[event.auction]
    if auction.open:
        for each in of_event(state, auction.event):
            each.open = False
            sealed.over(state, "auction", each.id)
            for bidding in each.bids:
                state.ledger.purses[bidding.account].held -= bidding.held
                want(state, bidding.account, each.series, -bidding.count)
            for account, count in offered(each):
                state.ledger.position(account, each.series).held -= count
    state.ledger.post(event.entry)
    _auctioned(state, auction, event)
    auction.price = event.price
    auction.sold = event.sold
    auction.released = event.released
    auction.withheld = event.withheld
    auction.to_holders = sum(each.fen for each in event.proceeds)
    state.unsold[auction.series] = event.waiting
    if event.price is not None:
        state.references[auction.series] = event.price


def _auctioned(state: State, auction: Auction, event: e.AuctionCleared) -> None:
    """What of the government's own was sold counts for the year."""
    series = Series.parse(auction.series)
    own = (accounts.auction(series.jurisdiction), accounts.reserve(series.jurisdiction))
    sold = sum(
        count_of(move.blocks)
        for move in event.entry
        if isinstance(move, Delivered) and move.origin in own and move.target not in own
    )
    key = (int(state.civil.day_of(state.at)[:4]), series.pollutant)
    state.auctioned[key] = state.auctioned.get(key, 0) + sold


def of_event(state: State, event: str) -> list[Auction]:
    """The auctions of an event, in the order in which they were opened."""
    return [auction for auction in state.auctions.values() if auction.event == event]


def lots_of(state: State, account: str) -> Iterator[e.LotReturned]:
    """What gives an account back all that it sells through open auctions."""
    for auction in state.auctions.values():
        for number, lot in enumerate(auction.lots, 1):
            if auction.open and lot.account == account and lot.count:
                yield e.LotReturned(auction.id, number, account, lot.count)


def offered(auction: Auction) -> Iterator[tuple[str, int]]:
    """Whose allowances an auction sets aside, and how many."""
    yield auction.seller, auction.count
    if auction.cost_containment is not None:
        yield accounts.reserve(Series.parse(auction.series).jurisdiction), auction.cost_containment.count
    for lot in auction.lots:
        yield lot.account, lot.count


def set_aside(state: State, purses: dict[str, int], positions: dict[tuple[str, str], int]) -> None:
    """Add what the open auctions have set aside."""
    for auction in state.auctions.values():
        if not auction.open:
            continue
        for account, count in offered(auction):
            positions[account, auction.series] = positions.get((account, auction.series), 0) + count
        for bidding in auction.bids:
            purses[bidding.account] = purses.get(bidding.account, 0) + bidding.held


#: What each event does to the state.
APPLY: dict[type, Apply] = {
    e.AuctionOpened: opened,
    e.LotConsigned: consigned,
    e.LotReturned: returned,
    e.BidPlaced: bid,
    e.AuctionCleared: cleared,
}
