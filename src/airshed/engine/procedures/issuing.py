"""Issuing: caps, allocation, primary auctions."""

from __future__ import annotations

from airshed.compliance.obligation import made_up
from airshed.engine import commands as c
from airshed.engine import events as e
from airshed.engine import nouns
from airshed.engine.procedures.guards import Decision, known_series, no, own_account, positive, thawed
from airshed.engine.procedures.trade_rules import (
    bought_today,
    enough,
    may_cross,
    outside_collar,
    over_position,
    walled_off,
)
from airshed.engine.state import State
from airshed.market.allocation import Activity, allocate, parts
from airshed.market.auction import Bid, clear
from airshed.model.allowance import Blocks, Series, lowest
from airshed.model.measures import part_fen, value_fen, yuan
from airshed.model.refusal import Malformed, Refusal, Why
from airshed.registry import accounts
from airshed.registry.moves import Delivered, Move, Paid
from airshed.rulebook import look
from airshed.rulebook.schema import Rulebook


def set_cap(state: State, rules: Rulebook, at: int, actor: str, body: c.SetCap) -> Decision:
    """A series is issued once, with the count that the rulebook's cap says (I2)."""
    series = str(Series(body.pollutant, body.jurisdiction, body.vintage))
    count = look.cap(rules, series)
    if count is None:
        return no(rules, "caps", Why.UNKNOWN_SERIES, f"caps.csv has no cap for {series}")
    if series in state.ledger.caps:
        return no(rules, "caps", Why.ALREADY_EXISTS, f"{series} is issued already")
    return (e.CapSet(series, accounts.issuance(body.jurisdiction), count),)


def allocate_series(state: State, rules: Rulebook, at: int, actor: str, body: c.Allocate) -> Decision:
    """Reserve and auction part come off the cap, the rest is shared by the rulebook's method; nothing is left over.

    New entrants are served from the reserve. A make-up that a source owes from an earlier year goes to the
    reserve instead of the source.
    """
    series = Series(body.pollutant, body.jurisdiction, body.vintage)
    name = str(series)
    refusal = known_series(state, rules, name)
    if refusal:
        return refusal
    for line in body.activities:
        if line.source not in state.sources:
            return no(rules, "allocation", Why.UNKNOWN_SOURCE, f"there is no source {line.source}")
    if name in state.shared_out:
        return no(rules, "allocation", Why.ALREADY_EXISTS, f"{name} is shared out already")
    sectors = {sector.code for sector in rules.sectors}
    for line in body.activities:
        source = state.sources[line.source]
        if source.jurisdiction != body.jurisdiction:
            return no(rules, "allocation", Why.WRONG_KIND, f"{line.source} lies in {source.jurisdiction}")
        if source.sector not in sectors:
            return no(rules, "allocation", Why.WRONG_KIND, f"{line.source} is of {source.sector}, not of the programme")
        if not look.owes(rules, source.sector, body.pollutant):
            what = f"{line.source} is of {source.sector}, which owes no {body.pollutant}"
            return no(rules, "allocation", Why.WRONG_KIND, what)
    cap = state.ledger.caps[name]
    law = look.local(rules, body.jurisdiction).allocation
    split = parts(cap, law.reserve_basis_points, law.auction_basis_points)
    try:
        activities = [_activity(state, rules, body.pollutant, line) for line in body.activities]
        shares = allocate(law.method, law.baseline, split, activities)
    except Malformed as error:
        return no(rules, "allocation", Why.NOT_CONSERVED, str(error))
    blocks = state.ledger.positions[accounts.issuance(body.jurisdiction), name].blocks
    origin = accounts.issuance(body.jurisdiction)
    awards: list[e.Award] = []
    moves: list[Move] = []

    def give(account: str, count: int) -> None:
        nonlocal blocks
        if count:
            taken, blocks = lowest(blocks, count)
            moves.append(Delivered(origin, account, name, taken))

    kept = shares.reserved
    for share in shares.shares:
        account = state.sources[share.source].account
        back = made_up(share.count, state.makeup_due.get((share.source, body.pollutant), 0))
        kept += back
        give(account, share.count - back)
        awards.append(e.Award(share.source, account, share.count, back, share.en, share.zh))
    give(accounts.auction(body.jurisdiction), shares.for_auction)
    give(accounts.reserve(body.jurisdiction), kept)
    assert not blocks, f"I2: {name} is not shared out whole"
    return (e.Allocated(name, law.method, kept, shares.for_auction, tuple(awards), tuple(moves)),)


def _activity(state: State, rules: Rulebook, pollutant: str, line: c.ActivityLine) -> Activity:
    source = state.sources[line.source]
    row = look.benchmark(rules, source.sector, pollutant)
    return Activity(
        source=line.source,
        sector=source.sector,
        years=line.years,
        emitted_kg=line.emitted_kg,
        output=line.output,
        benchmark_g=row.benchmark_g,
        quota_g=row.quota_g,
        entrant=line.entrant,
    )


def open_auction(state: State, rules: Rulebook, at: int, actor: str, body: c.OpenAuction) -> Decision:
    """What the jurisdiction's auction account holds free is offered, in whole lots."""
    refusal = known_series(state, rules, body.series)
    if refusal:
        return refusal
    if body.auction in state.auctions:
        return no(rules, "auction", Why.ALREADY_EXISTS, f"the auction {body.auction} exists; choose another name")
    refusal = positive(rules, "auction", "the count", body.count)
    if refusal:
        return refusal
    lot = rules.auction.lot
    if body.count % lot:
        return no(rules, "auction", Why.OFF_LOT, f"{body.count} is not a multiple of the lot, {lot}")
    series = Series.parse(body.series)
    seller = accounts.auction(series.jurisdiction)
    free = state.ledger.held_of(seller, body.series).free
    if free < body.count:
        return no(
            rules,
            "auction",
            Why.INSUFFICIENT_HOLDING,
            f"{seller} has {free} of {body.series}, not {body.count}",
        )
    reserve = look.pollutant(rules, series.pollutant).reserve_fen_per_t
    return (e.AuctionOpened(body.auction, body.series, seller, body.count, reserve),)


def offer_auction(state: State, rules: Rulebook, at: int, actor: str, body: c.OfferAuction) -> Decision:
    """A holder offers what it has free, in whole lots, at a reserve price of its own inside the collar."""
    refusal = own_account(state, rules, actor, body.account) or known_series(state, rules, body.series)
    if refusal:
        return refusal
    if body.auction in state.auctions:
        return no(rules, "auction", Why.ALREADY_EXISTS, f"the auction {body.auction} exists; choose another name")
    law = rules.auction
    refusal = (
        thawed(state, rules, body.account)
        or positive(rules, "auction", "the count", body.count)
        or positive(rules, "auction", "the reserve price", body.reserve)
    )
    if refusal:
        return refusal
    if body.count % law.lot:
        return no(rules, "auction", Why.OFF_LOT, f"{body.count} is not a multiple of the lot, {law.lot}")
    if body.reserve % law.tick_fen_per_t:
        tick = yuan(law.tick_fen_per_t)
        return no(rules, "auction", Why.OFF_TICK, f"{yuan(body.reserve)} is not a multiple of {tick}")
    position = state.ledger.held_of(body.account, body.series)
    refusal = (
        outside_collar(rules, body.series, body.reserve)
        or bought_today(state, rules, at, body.account, body.series, body.count, position)
        or enough(rules, body.account, body.series, body.count, position)
    )
    return refusal or (e.AuctionOpened(body.auction, body.series, body.account, body.count, body.reserve),)


def _may_bid(state: State, rules: Rulebook, at: int, auction: nouns.Auction, body: c.PlaceBid) -> Refusal | None:
    """The wall between seller and bidder, when a holder sells, and where the series comes from."""
    wall = None
    if state.ledger.accounts[auction.seller].kind in accounts.PRIVATE:
        wall = walled_off(state, rules, auction.seller, body.account)
    return wall or may_cross(state, rules, at, body.account, auction.series, body.limit)


def place_bid(state: State, rules: Rulebook, at: int, actor: str, body: c.PlaceBid) -> Decision:
    """Whole lots, on the tick, at the reserve price or more; the guarantee counts with all other bids."""
    law = rules.auction
    refusal = own_account(state, rules, actor, body.account)
    if refusal:
        return refusal
    auction = state.auctions.get(body.auction)
    if auction is None:
        return no(rules, "auction", Why.UNKNOWN_AUCTION, f"there is no auction {body.auction!r}")
    refusal = thawed(state, rules, body.account)
    if refusal:
        return refusal
    if not auction.open:
        return no(rules, "auction", Why.AUCTION_CLOSED, f"the auction {body.auction} is over")
    refusal = (
        _may_bid(state, rules, at, auction, body)
        or positive(rules, "auction", "the count", body.count)
        or positive(rules, "auction", "limit", body.limit)
    )
    if refusal:
        return refusal
    if body.count > auction.count:
        return no(rules, "auction", Why.TOO_LARGE, f"{body.count} is more than the {auction.count} on offer")
    if body.count % law.lot:
        return no(rules, "auction", Why.OFF_LOT, f"{body.count} is not a multiple of the lot, {law.lot}")
    if body.limit % law.tick_fen_per_t:
        return no(
            rules,
            "auction",
            Why.OFF_TICK,
            f"{yuan(body.limit)} is not a multiple of {yuan(law.tick_fen_per_t)}",
        )
    if body.limit < auction.reserve:
        return no(
            rules,
            "auction",
            Why.UNDER_RESERVE,
            f"{yuan(body.limit)} is under the reserve price of {yuan(auction.reserve)} yuan/t",
        )
    refusal = outside_collar(rules, auction.series, body.limit) or over_position(
        state, rules, body.account, auction.series, body.count
    )
    if refusal:
        return refusal
    if body.account == auction.seller:
        return no(rules, "auction", Why.SELF_TRADE, f"{body.account} sells in {body.auction} and cannot buy there")
    held = part_fen(value_fen(body.count, body.limit), law.guarantee_basis_points)
    free = state.ledger.purses[body.account].free
    if free < held:
        return no(
            rules,
            "auction",
            Why.INSUFFICIENT_CASH,
            f"{body.account} has {yuan(free)} yuan free beside its other bids, the guarantee is {yuan(held)}",
        )
    return (e.BidPlaced(body.auction, body.account, body.count, body.limit, held),)


def close_auction(state: State, rules: Rulebook, at: int, actor: str, body: c.CloseAuction) -> Decision:
    """Clear and settle in one entry (I8); what is not sold stays with the seller, whom the money reaches."""
    auction = state.auctions.get(body.auction)
    if auction is None:
        return no(rules, "auction", Why.UNKNOWN_AUCTION, f"there is no auction {body.auction!r}")
    if not auction.open:
        return no(rules, "auction", Why.AUCTION_CLOSED, f"the auction {body.auction} is over")
    bids = [Bid(bid.account, bid.limit, bid.count) for bid in _covered(state, auction)]
    holder = state.ledger.accounts[auction.seller].kind in accounts.PRIVATE
    payee = auction.seller if holder else accounts.TREASURY
    result = clear(bids, auction.count, rules.auction.rule, reserve=auction.reserve, seed=body.seed)
    blocks: Blocks = state.ledger.positions[auction.seller, auction.series].blocks
    moves: list[Move] = []
    awards: list[e.AuctionAward] = []
    for award in result.awards:
        taken, blocks = lowest(blocks, award.quantity)
        moves.append(Delivered(auction.seller, award.bidder, auction.series, taken))
        if award.payment:
            moves.append(Paid(award.bidder, payee, award.payment))
        awards.append(e.AuctionAward(award.bidder, award.quantity, award.payment))
    return (e.AuctionCleared(body.auction, result.price, result.sold, result.unsold, tuple(awards), tuple(moves)),)


def _covered(state: State, auction: nouns.Auction) -> list[nouns.Bid]:
    """The bids that their bidder can pay in full, in the order in which they came.

    With a guarantee of the whole value these are all of them.
    """
    means: dict[str, int] = {}
    for bid in auction.bids:
        means[bid.account] = means.get(bid.account, state.ledger.purses[bid.account].free) + bid.held
    covered: list[nouns.Bid] = []
    for bid in auction.bids:
        worth = value_fen(bid.count, bid.limit)
        if worth <= means[bid.account]:
            means[bid.account] -= worth
            covered.append(bid)
    return covered
