"""Clearing an auction event: its terms become an `AuctionLaw`, its outcome becomes entries that settle at once."""

from __future__ import annotations

from collections.abc import Sequence

from airshed.engine import commands as c
from airshed.engine import events as e
from airshed.engine.apply.auction import of_event
from airshed.engine.nouns import Auction
from airshed.engine.procedures.auction_bids import group_of, holding, holding_limit
from airshed.engine.procedures.deadlines import ends, expired
from airshed.engine.procedures.guards import Decision, Procedure, no
from airshed.engine.procedures.sealing import never_opened, still_sealed
from airshed.engine.procedures.seeds import not_of_seal
from airshed.engine.procedures.trade_rules import not_halted, own_accounts, still_may
from airshed.engine.state import State
from airshed.market.auction import AuctionLaw, Bidder, Consigned, Outcome, SealedBid, SeriesOutcome, hold
from airshed.market.auction import law as auction_law
from airshed.market.auction.trimming import ALL_BASIS_POINTS
from airshed.market.auction.waiting import left_over
from airshed.market.fees import before_fee
from airshed.model.allowance import Blocks, Series, lowest
from airshed.model.measures import part_fen
from airshed.model.refusal import Malformed, Refusal, Why
from airshed.registry import accounts
from airshed.registry.moves import Delivered, Move, Paid
from airshed.rulebook import lookup
from airshed.rulebook.schema import Rulebook


def close_auction(state: State, rules: Rulebook, at: int, actor: str, body: c.CloseAuction) -> Decision:
    """Clear and settle all auctions of the event in one record, each in one entry (I8).

    Of a vintage that has expired since nothing is sold, and no bid counts; nor does one of whoever sells in the event.
    """
    auction = state.auctions.get(body.auction)
    if auction is None:
        return no(rules, "auction", Why.UNKNOWN_AUCTION, f"there is no auction {body.auction!r}")
    if not auction.open:
        return no(rules, "auction", Why.AUCTION_CLOSED, f"the auction {body.auction} is over")
    refusal = not_halted(state, rules, auction.series) if auction.of_holder else None
    what = f"the event {auction.event}"
    refusal = refusal or not_of_seal(rules, "auction", what, auction.seal, body.seed, body.salt)
    if refusal:
        return refusal
    event = of_event(state, auction.event)
    names = [each.id for each in event]
    refusal = still_sealed(state, rules, at, "auction", names)
    if refusal:
        return refusal
    law = _law(rules, event, body.seed)
    struck = _struck(state, rules, at, event)
    places = [(each, bid.number) for each in event for bid in each.bids if (each.id, bid.number) not in struck]
    bids = [_sealed(state, each, number) for each, number in places]
    lots = _lots(state, [each for each in event if at <= ends(rules, each.series)])
    try:
        outcome = hold(law, bids, _bidders(state, event), lots)
    except Malformed as error:  # the bids together are beyond any account: the auction stays open
        return no(rules, "auction", Why.TOO_LARGE, str(error))
    refused = _refused(state, rules, places, outcome, struck)
    cleared = never_opened(state, rules, "auction", names)
    for each, sale in zip(event, outcome.sales, strict=True):
        cleared += _cleared(state, each, sale, refused.get(each.id, ()))
    return tuple(cleared)


def _struck(state: State, rules: Rulebook, at: int, event: Sequence[Auction]) -> dict[tuple[str, int], Refusal]:
    """The bids, by auction and number, that the vintage, the air or border, or a law that came since rules out."""
    sellers = {lot.account for each in event for lot in each.lots if lot.count}
    sellers.update(each.seller for each in event if each.of_holder)
    mates = {mate: seller for seller in sorted(sellers) for mate in own_accounts(state, rules, seller)}
    struck: dict[tuple[str, int], Refusal] = {}
    for each in event:
        over = expired(rules, at, each.series)
        for bid in each.bids:
            if over:
                struck[each.id, bid.number] = over
            elif refusal := still_may(state, rules, at, bid.account, each.series):
                struck[each.id, bid.number] = refusal
            elif bid.account in mates:
                detail = f"{mates[bid.account]} sells in {each.id}, so the bid of {bid.account} does not count"
                struck[each.id, bid.number] = no(rules, "trade_rules", Why.SELF_TRADE, detail)
    return struck


def _law(rules: Rulebook, event: Sequence[Auction], seed: int) -> AuctionLaw:
    """The terms of an event. What counts as its bidders' guarantee is all the cash they have, for the whole value."""
    terms = event[0].terms
    cite, status = lookup.article(rules, "auction"), terms.status

    def reserve(held: e.Containment | None) -> auction_law.Reserve | None:
        if held is None:
            return None
        return auction_law.Reserve(count=held.count, trigger_fen=held.price, cite=cite, status=status)

    return AuctionLaw(
        auction=auction_law.Terms(
            id=event[0].event,
            price_rule=terms.rule,
            price_per="tonne",
            lot=terms.lot,
            tick_fen=terms.tick_fen_per_t,
            undersubscribed=terms.undersubscribed,
            tie=terms.tie,
            seed=seed,
            cite=cite,
            status=status,
        ),
        offer=tuple(
            auction_law.Offer(
                series=auction.series,
                delivery=auction.delivery,
                count=auction.count,
                reserve_fen=auction.reserve if terms.reserve_price else None,
                cost_containment=reserve(auction.cost_containment),
                emissions_containment=reserve(auction.emissions_containment),
                cite=cite,
                status=status,
            )
            for auction in event
        ),
        consignment=None
        if terms.consignment == "none"
        else auction_law.Consignment(sold=terms.consignment, cite=cite, status=status),
        limits=auction_law.Limits(
            purchase_basis_points=None
            if terms.purchase_basis_points == ALL_BASIS_POINTS
            else terms.purchase_basis_points,
            over=terms.over_limit,
            cite=cite,
            status=status,
        ),
        guarantee=auction_law.Guarantee(basis_points=ALL_BASIS_POINTS, short="trim", cite=cite, status=status),
        trimming=auction_law.Trimming(order=terms.trimming, cite=cite, status=status),
    )


def _sealed(state: State, auction: Auction, number: int) -> SealedBid:
    """A bid as the calculator takes it; its time is its place in the book, so that no two came at once.

    Of one that was sealed that of the seal counts: who opens first gains nothing by it.
    """
    bid = auction.bids[number - 1]
    sealing = state.sealings.get(("auction", auction.id))
    at = sealing.opened[number] if sealing else number
    return SealedBid(bidder=bid.account, series=auction.series, price=bid.limit, count=bid.count, at=at)


def _bidders(state: State, event: Sequence[Auction]) -> list[Bidder]:
    """Everybody who bids, with the cash it has and has set aside; frozen accounts are left out, so do not count."""
    pollutant = Series.parse(event[0].series).pollutant
    most = holding_limit(state, event[0])
    means: dict[str, int] = {}
    for auction in event:
        for bid in auction.bids:
            free = state.ledger.purses[bid.account].free
            means[bid.account] = means.get(bid.account, free) + bid.held
    seen: set[str] = set()
    bidders: list[Bidder] = []
    for account, fen in means.items():
        group = group_of(state, account)
        if account in state.ledger.frozen:
            continue
        held = 0 if group in seen or most is None else holding(state, account, pollutant)
        seen.add(group)
        worth = before_fee(fen, event[0].buyer_fee_basis_points)
        bidders.append(Bidder(bidder=account, group=group, guarantee_fen=worth, held=held, holding_limit=most))
    return bidders


def _lots(state: State, event: Sequence[Auction]) -> list[Consigned]:
    """What holders sell; a frozen one sells nothing."""
    return [
        Consigned(holder=lot.account, series=auction.series, count=lot.count, minimum_fen=lot.minimum or None)
        for auction in event
        for lot in auction.lots
        if lot.count and lot.account not in state.ledger.frozen
    ]


def _refused(
    state: State,
    rules: Rulebook,
    places: Sequence[tuple[Auction, int]],
    outcome: Outcome,
    struck: dict[tuple[str, int], Refusal],
) -> dict[str, tuple[e.BidRefused, ...]]:
    """The bids that do not count, by auction and in their order."""
    refusals = dict(struck)
    for each in outcome.refused:
        auction, number = places[each.place]
        refusal = each.refusal
        if each.bidder in state.ledger.frozen:
            reason = f"{each.bidder} is frozen ({state.ledger.frozen[each.bidder]}) and its bid does not count"
            refusal = Refusal(Why.ACCOUNT_FROZEN, reason, lookup.article(rules, "auction"))
        refusals[auction.id, number] = refusal
    found: dict[str, tuple[e.BidRefused, ...]] = {}
    for (name, number), refusal in sorted(refusals.items()):
        found[name] = (*found.get(name, ()), e.BidRefused(number, refusal))
    return found


class _Pool:
    """Serials of one account that go to winners, the lowest first."""

    def __init__(self, state: State, account: str, series: str, count: int) -> None:
        self.account = account
        self.left = count
        self.blocks: Blocks = state.ledger.held_of(account, series).blocks

    def take(self, wanted: int) -> Blocks:
        """At most so many."""
        taken, self.blocks = lowest(self.blocks, min(wanted, self.left))
        self.left -= min(wanted, self.left)
        return taken


def _cleared(state: State, auction: Auction, sale: SeriesOutcome, refused: tuple[e.BidRefused, ...]) -> list[e.Event]:
    """Holders' allowances go to the first winners, then the government's, then those of its reserve.

    A holder that sells by itself gets what the winners pay, less its fee; of a pledge the debt is paid first.
    """
    series, terms = auction.series, auction.terms
    reserve = accounts.reserve(Series.parse(series).jurisdiction)
    of_holders = sum(each.sold for each in sale.proceeds)
    assert not (sale.released and sale.unsold), f"{sale.series} releases a reserve and leaves {sale.unsold}"
    seller = _Pool(state, auction.seller, series, sale.sold - of_holders - sale.released)
    pools = [
        *(_Pool(state, each.holder, series, each.sold) for each in sale.proceeds),
        seller,
        _Pool(state, reserve, series, sale.released),
    ]
    payee = auction.seller if auction.of_holder else accounts.TREASURY
    moves: list[Move] = []
    awards: list[e.AuctionAward] = []
    for won in sale.awards:
        wanted = won.count
        for pool in pools:
            count = min(wanted, pool.left)
            if count:
                moves.append(Delivered(pool.account, won.bidder, series, pool.take(count)))
                wanted -= count
        assert not wanted, f"I8: {won} is not delivered"
        if won.payment_fen:
            moves.append(Paid(won.bidder, payee, won.payment_fen))
        fee = part_fen(won.payment_fen, auction.buyer_fee_basis_points)
        if fee:
            moves.append(Paid(won.bidder, accounts.EXCHANGE, fee))
        awards.append(e.AuctionAward(won.bidder, won.count, won.payment_fen, fee))
    proceeds = tuple(
        e.AuctionProceeds(each.holder, each.sold, each.proceeds_fen) for each in sale.proceeds if each.sold
    )
    moves += [Paid(accounts.TREASURY, each.account, each.fen) for each in proceeds if each.fen]
    kept, waiting = 0, state.unsold[series]
    if not auction.of_holder:
        kept, waiting = left_over(terms.unsold, waiting, sale.unsold, sale.price, auction.reserve, terms.lot)
    seller.left = kept + sale.withheld
    if seller.left:
        moves.append(Delivered(auction.seller, reserve, series, seller.take(seller.left)))
    earned = sum(won.fen for won in awards)
    seller_fee = part_fen(earned, auction.seller_fee_basis_points)
    if seller_fee:
        moves.append(Paid(auction.seller, accounts.EXCHANGE, seller_fee))
    after: list[e.Event] = []
    if auction.pledge:
        pledge = state.pledges[auction.pledge]
        fen = min(pledge.secured, earned - seller_fee)
        if fen:
            moves.append(Paid(auction.seller, pledge.pledgee, fen))
        what = (pledge.id, auction.seller, pledge.pledgee, auction.id, series)
        after.append(e.PledgeServed(*what, pledged=pledge.series, back=sale.unsold, fen=fen, owed=pledge.secured - fen))
    cleared = e.AuctionCleared(
        auction.id,
        sale.price,
        sale.sold,
        sale.unsold,
        sale.released,
        sale.withheld,
        tuple(awards),
        proceeds,
        refused,
        waiting,
        tuple(moves),
        seller_fee,
    )
    return [cleared, *after]


#: What decides each command.
PROCEDURES: dict[type, Procedure] = {
    c.CloseAuction: close_auction,
}
