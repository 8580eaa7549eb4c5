"""The state of the market, folded from events. Applying never refuses and never asks a rule."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from airshed.engine import auctions, claims, leases, markets, primary, reserve, returning, rights, years, zone_calls
from airshed.engine import events as e
from airshed.engine.commands import FindingLine
from airshed.engine.nouns import (
    Act,
    Actor,
    Application,
    Auction,
    Call,
    Day,
    Deal,
    Grant,
    Lease,
    Mark,
    Order,
    Pledge,
    Purchase,
    Repurchase,
    Right,
    Sale,
    Source,
    Withdrawal,
    Withholding,
    Year,
    ZoneCall,
)
from airshed.market.auction.waiting import Waiting
from airshed.market.orderbook import OrderBook
from airshed.model.allowance import Series, members
from airshed.model.measures import mean_price
from airshed.model.period import day_end
from airshed.registry.ledger import Ledger
from airshed.registry.moves import Delivered


def book_name(series: str, wall: str) -> str:
    """The order book of a series; those behind a wall between industries have one of their own.

    >>> book_name("SO2-KM-2027", ""), book_name("SO2-KM-2027", "power")
    ('SO2-KM-2027', 'SO2-KM-2027 power')
    """
    return f"{series} {wall}" if wall else series


class State:
    """Everything that deciding may look at."""

    def __init__(self) -> None:
        self.at = 0
        self.seq = 0
        self.rulebook: e.RulebookAdopted | None = None
        self.keys: dict[tuple[str, str], int] = {}
        self.actors: dict[str, Actor] = {}
        self.acts: dict[int, Act] = {}
        self.next_act = 1
        self.ledger = Ledger()
        self.sources: dict[str, Source] = {}
        self.stack_source: dict[str, str] = {}
        self.allocated: dict[tuple[str, str], int] = {}
        self.repurchased: dict[tuple[str, str], int] = {}
        self.shared_out: dict[str, int] = {}
        self.grants: dict[tuple[str, str], Grant] = {}
        self.sales: dict[str, Sale] = {}
        self.next_purchase = 1
        self.purchases: dict[int, Purchase] = {}
        self.bought_paid: dict[tuple[str, str], int] = {}
        self.next_application = 1
        self.applications: dict[int, Application] = {}
        self.repurchases: dict[str, Repurchase] = {}
        self.flows: dict[tuple[str, str, str], int] = {}
        self.closures: dict[str, str] = {}
        self.next_withdrawal = 1
        self.withdrawals: dict[int, Withdrawal] = {}
        self.next_withholding = 1
        self.withholdings: dict[int, Withholding] = {}
        self.makeup_due: dict[tuple[str, str], int] = {}
        self.auctions: dict[str, Auction] = {}
        self.unsold: dict[str, Waiting] = {}
        self.session: str | None = None
        #: The instant at which the day of that session is over.
        self.session_end = 0
        self.deals: dict[int, Deal] = {}
        self.next_deal = 1
        self.calls: dict[str, Call] = {}
        self.zone_calls: dict[str, ZoneCall] = {}
        self.halted: dict[str, str] = {}
        self.crossings: dict[tuple[str, str], str] = {}
        #: By account: the sectors of its sources and the jurisdictions where they stand, in the order of entry.
        self.sectors: dict[str, dict[str, None]] = {}
        self.places: dict[str, dict[str, None]] = {}
        #: Accounts by corporate group.
        self.groups: dict[str, tuple[str, ...]] = {}
        #: Allowances of a series that an account bought on the day that is over at `bought_end`.
        self.bought: dict[tuple[str, str], int] = {}
        self.bought_end = 0
        #: Allowances of a series that the orders of an account that wait ask for.
        self.wanted: dict[tuple[str, str], int] = {}
        self.next_order = 1
        self.orders: dict[int, Order] = {}
        self.books: dict[str, OrderBook] = {}
        self.references: dict[str, int] = {}
        self.day_trades: dict[str, list[int]] = {}
        self.month_trades: dict[tuple[str, str], list[int]] = {}
        self.pledges: dict[int, Pledge] = {}
        self.next_pledge = 1
        self.leases: dict[int, Lease] = {}
        self.next_lease = 1
        self.rights: dict[int, Right] = {}
        self.next_right = 1
        self.days: dict[str, dict[str, Day]] = {}
        self.marks: dict[int, Mark] = {}
        self.stack_marks: dict[str, list[Mark]] = {}
        self.findings: dict[tuple[str, int], tuple[FindingLine, ...]] = {}
        self.years: dict[tuple[str, int], Year] = {}
        self.closed: dict[tuple[str, int], bool] = {}

    def apply(self, event: e.Event) -> None:
        """Take in a fact."""
        APPLY[type(event)](self, event)
        if type(event) in reserve.TOUCHING:
            reserve.count_flows(self, event)

    # --- administering

    def _adopted(self, event: e.RulebookAdopted) -> None:
        for account in event.opened:
            self.ledger.open(account)
        if self.rulebook is not None and self.rulebook.authority != event.authority:
            self.actors.pop(self.rulebook.authority, None)
        self.rulebook = event
        self.actors[event.authority] = Actor(event.authority, "authority", "")

    def _actor(self, event: e.ActorRegistered) -> None:
        self.actors[event.actor] = Actor(event.actor, event.role, event.account)

    def _opened(self, event: e.AccountOpened) -> None:
        self.ledger.open(event.account)
        if event.account.group:
            mates = self.groups.get(event.account.group, ())
            self.groups[event.account.group] = (*mates, event.account.id)

    def _frozen(self, event: e.AccountFrozen) -> None:
        self.ledger.frozen[event.account] = event.reason

    def _thawed(self, event: e.AccountThawed) -> None:
        del self.ledger.frozen[event.account]

    def _source(self, event: e.SourceRegistered) -> None:
        stacks = tuple((entry.stack, entry.pollutants) for entry in event.stacks)
        self.sources[event.source] = Source(
            event.source, event.name, event.account, event.jurisdiction, event.sector, event.synthetic, stacks
        )
        self.sectors.setdefault(event.account, {})[event.sector] = None
        self.places.setdefault(event.account, {})[event.jurisdiction] = None
        for stack, _ in stacks:
            self.stack_source[stack] = event.source
            self.days[stack] = {}
            self.stack_marks[stack] = []

    def _entry(self, event: e.MoneyMoved | e.Transferred) -> None:
        self.ledger.post(event.entry)

    def _proposed(self, event: e.ActProposed) -> None:
        self.acts[event.act] = Act(event.act, event.actor, event.body)
        self.next_act = event.act + 1

    def _decided(self, event: e.ActConfirmed | e.ActRejected) -> None:
        del self.acts[event.act]

    # --- issuing

    def _cap(self, event: e.CapSet) -> None:
        self.ledger.issue(event.series, event.account, event.count)

    def _allocated(self, event: e.Allocated) -> None:
        self.ledger.post(event.entry)
        self.shared_out[event.series] = event.for_auction
        primary.granted(self, event)
        pollutant = Series.parse(event.series).pollutant
        for award in event.awards:
            key = (award.account, event.series)
            self.allocated[key] = self.allocated.get(key, 0) + award.count - award.made_up
            if award.made_up:
                self.makeup_due[award.source, pollutant] -= award.made_up

    # --- trading

    def _session(self, event: e.SessionOpened) -> None:
        self.session = event.day
        self.session_end = day_end(self.at)
        self.day_trades = {}

    def _session_closed(self, event: e.SessionClosed) -> None:
        self.session = None
        self.references.update(event.closes)

    def _order(self, event: e.OrderPlaced) -> None:
        number = event.order
        order = Order(number, event.account, event.series, event.side, event.count, event.limit, event.count)
        order.book = book_name(event.series, event.wall)
        self.orders[number] = order
        self.next_order = number + 1
        book = self.books.get(order.book)
        if book is None:
            book = self.books[order.book] = OrderBook()
        book.rest(number, event.side, event.limit, event.count, event.account)
        if event.side == "sell":
            self.set_aside(event.account, event.series, event.count)
        else:
            order.held = event.held
            self.ledger.purses[event.account].held += event.held
            self.want(event.account, event.series, event.count)

    def set_aside(self, account: str, series: str, count: int) -> None:
        """Set aside so many of a series, or of every vintage of a strip; a count below zero sets them free."""
        for member in members(series):
            self.ledger.position(account, member).held += count

    def want(self, account: str, series: str, count: int) -> None:
        """Count what the buy orders of an account that wait ask for of a series, or of every vintage of a strip."""
        for member in members(series):
            key = (account, member)
            self.wanted[key] = self.wanted.get(key, 0) + count

    def _pass_on(self, seller: str, buyer: str, series: str, count: int) -> None:
        """What listed orders set aside and asked for of every vintage changes hands; the buyer bought it today."""
        if self.at >= self.bought_end:
            self._new_day()
        for member in members(series):
            self.ledger.positions[seller, member].held -= count
            key = (buyer, member)
            self.wanted[key] -= count
            self.bought[key] = self.bought.get(key, 0) + count

    def buy(self, account: str, series: str, count: int) -> None:
        """Count what an account buys on this day."""
        if self.at >= self.bought_end:
            self._new_day()
        for member in members(series):
            key = (account, member)
            self.bought[key] = self.bought.get(key, 0) + count

    def _new_day(self) -> None:
        self.bought = {}
        self.bought_end = day_end(self.at)

    def _traded(self, event: e.Traded) -> None:
        book = self.books[self.orders[event.maker].book]
        for number in (event.maker, event.taker):
            order = self.orders[number]
            book.fill(number, event.count)
            order.left -= event.count
            order.done_fen += event.fen
            if order.side == "sell":
                order.fee_fen += event.seller_fee
            else:
                order.fee_fen += event.buyer_fee
                self.ledger.purses[order.account].held += event.buyer_held - order.held
                order.held = event.buyer_held
            if order.left == 0:
                del self.orders[number]
        self._pass_on(event.seller, event.buyer, event.series, event.count)
        self.ledger.post(event.entry)
        self.count_trade(event.series, event.fen, event.count, event.price)

    def count_trade(self, series: str, fen: int, count: int, price: int) -> None:
        """Count a trade of the day and of the month; the first of a day opens it."""
        day = self.day_trades.get(series)
        if day is None:
            day = self.day_trades[series] = [0, 0, price]
        day[0] += fen
        day[1] += count
        assert self.session is not None
        self.count_month(series, self.session[:7], fen, count)

    def count_month(self, series: str, month: str, fen: int, count: int) -> None:
        """Count a trade of a month: for the mean price, a tonne of a strip is a tonne of each of its vintages."""
        key = (series.partition("-")[0], month)
        traded = self.month_trades.get(key)
        if traded is None:
            traded = self.month_trades[key] = [0, 0]
        traded[0] += fen
        traded[1] += count * len(members(series))

    def _cancelled(self, event: e.OrderCancelled) -> None:
        order = self.orders.pop(event.order)
        self.books[order.book].cancel(event.order)
        if order.side == "sell":
            self.set_aside(order.account, order.series, -order.left)
        else:
            self.ledger.purses[order.account].held -= order.held
            self.want(order.account, order.series, -order.left)

    def _repurchased(self, event: e.Repurchased) -> None:
        self.ledger.post(event.entry)
        key = (event.account, event.series)
        self.repurchased[key] = self.repurchased.get(key, 0) + event.count

    # --- complying

    def _surrendered(self, event: e.Surrendered) -> None:
        self.ledger.post(event.entry)
        year = self.years[event.source, event.year]
        year.surrendered[event.pollutant] = year.surrendered.get(event.pollutant, 0) + event.count
        given = year.given.setdefault(event.pollutant, [])
        given += [move for move in event.entry if isinstance(move, Delivered)]

    def _closed(self, event: e.YearClosed) -> None:
        self.ledger.post(event.entry)
        self.closed[event.account, event.year] = True
        for settled in event.settlements:
            year = self.years[settled.source, event.year]
            year.settled[settled.pollutant] = settled
            if settled.penalty_fen:
                year.due_fen[settled.pollutant] = settled.penalty_fen
            if settled.makeup:
                key = (settled.source, settled.pollutant)
                self.makeup_due[key] = self.makeup_due.get(key, 0) + settled.makeup

    def _paid(self, event: e.PenaltyPaid) -> None:
        self.ledger.post(event.entry)
        self.years[event.source, event.year].due_fen[event.pollutant] = 0

    # --- looking

    def mean_price(self, pollutant: str, month: str) -> int | None:
        """Volume-weighted mean price of a month in fen per tonne, half upwards; None when nothing was traded."""
        traded = self.month_trades.get((pollutant, month))
        if traded is None:
            return None
        fen, count = traded
        return mean_price(fen, count)

    def blocked(self, account: str, series: str) -> int:
        """Allowances of an account that no offer of its own has set aside: unpaid for, under notice, withheld."""
        chapters = (primary, returning)
        place = (account, series)
        return sum(count for chapter in chapters for where, count in chapter.set_aside(self) if where == place)

    def check(self) -> None:
        """Assert the invariants that concern a state at rest: I1 to I4, I6, and what is set aside."""
        self.ledger.check()
        purses: dict[str, int] = {}
        positions: dict[tuple[str, str], int] = {}
        for order in self.orders.values():
            assert order.left > 0, order
            if order.side == "buy":
                purses[order.account] = purses.get(order.account, 0) + order.held
            else:
                for series in members(order.series):
                    key = (order.account, series)
                    positions[key] = positions.get(key, 0) + order.left
        auctions.set_aside(self, purses, positions)
        wanted = markets.waiting(self, purses, positions)
        zone_calls.waiting(self, purses, positions, wanted)
        assert wanted == {key: count for key, count in self.wanted.items() if count}, "orders ask for other counts"
        for key, count in claims.bound(self):
            positions[key] = positions.get(key, 0) + count
        for chapter in (primary, reserve, returning):
            for place, count in chapter.set_aside(self):
                positions[place] = positions.get(place, 0) + count
        for account, fen in (*primary.money_set_aside(self), *reserve.money_set_aside(self)):
            purses[account] = purses.get(account, 0) + fen
        reserve.check(self)
        for account, purse in self.ledger.purses.items():
            assert purse.held == purses.get(account, 0), f"I4: {account} sets aside {purse.held}"
        for place, position in self.ledger.positions.items():
            assert position.held == positions.get(place, 0), f"I2: {place} sets aside {position.held}"
        for name, book in self.books.items():
            book.check()
            resting = sum(order.left for order in self.orders.values() if order.book == name)
            assert resting == book.resting_count(), f"I6: {name} book and orders differ"


APPLY: dict[type, Callable[[State, Any], None]] = {
    e.RulebookAdopted: State._adopted,
    e.ActorRegistered: State._actor,
    e.AccountOpened: State._opened,
    e.AccountFrozen: State._frozen,
    e.AccountThawed: State._thawed,
    e.SourceRegistered: State._source,
    e.MoneyMoved: State._entry,
    e.CapSet: State._cap,
    e.Allocated: State._allocated,
    e.SaleOpened: primary.sale_opened,
    e.SaleClosed: primary.sale_closed,
    e.AllocationBought: primary.bought,
    e.InstalmentPaid: primary.instalment_paid,
    e.UnpaidWithdrawn: primary.unpaid_withdrawn,
    e.ApplicationMade: primary.applied,
    e.ApplicationDropped: primary.application_dropped,
    e.ReserveGranted: primary.reserve_granted,
    e.UnusedReleased: primary.unused_released,
    e.SourceClosed: returning.source_closed,
    e.SourceReopened: returning.source_reopened,
    e.WithdrawalNoticed: returning.noticed,
    e.WithdrawalAppealed: returning.appealed,
    e.AppealDecided: returning.appeal_decided,
    e.AllowancesWithdrawn: returning.withdrawn,
    e.PaidBack: returning.paid_back,
    e.WithdrawalRestored: returning.restored,
    e.AllocationReversed: returning.reversed_,
    e.AllowancesWithheld: returning.withheld,
    e.WithholdingReleased: returning.released,
    e.WithheldForfeited: returning.forfeited,
    e.RepurchaseOpened: reserve.opened,
    e.AskPlaced: reserve.asked,
    e.AskReturned: reserve.ask_returned,
    e.RepurchaseCleared: reserve.cleared,
    e.ReserveFed: reserve.posted,
    e.ReserveDrawn: reserve.posted,
    e.Transferred: State._entry,
    e.AuctionOpened: auctions.opened,
    e.LotConsigned: auctions.consigned,
    e.LotReturned: auctions.returned,
    e.BidPlaced: auctions.bid,
    e.AuctionCleared: auctions.cleared,
    e.SessionOpened: State._session,
    e.SessionClosed: State._session_closed,
    e.OrderPlaced: State._order,
    e.Traded: State._traded,
    e.OrderCancelled: State._cancelled,
    e.Repurchased: State._repurchased,
    e.DealOffered: markets.offered,
    e.DealSettled: markets.settled,
    e.DealDropped: markets.dropped,
    e.CrossingAllowed: markets.crossing,
    e.MarketHalted: markets.halted,
    e.MarketResumed: markets.resumed,
    e.CallOpened: markets.call_opened,
    e.CallOrderPlaced: markets.call_placed,
    e.CallOrderDropped: markets.call_dropped,
    e.CallCleared: markets.call_cleared,
    e.PledgeOffered: claims.pledged,
    e.PledgeAccepted: claims.accepted,
    e.PledgeReleased: claims.released,
    e.PledgeRedeemed: claims.released,
    e.PledgeCalled: claims.called,
    e.PledgeEnforced: claims.released,
    e.PledgeForSale: claims.for_sale,
    e.PledgeServed: claims.served,
    e.ClaimCut: claims.cut,
    e.LeaseOffered: leases.lease_offered,
    e.LeaseDropped: leases.lease_dropped,
    e.LeaseDelivered: leases.lease_delivered,
    e.LeaseShortened: leases.lease_shortened,
    e.LeaseEnded: leases.lease_ended,
    e.RightGranted: rights.granted,
    e.RightRenewed: rights.renewed,
    e.RightsServed: rights.served,
    e.RightOffered: rights.offered,
    e.RightDropped: rights.dropped,
    e.RightSold: rights.sold,
    e.ZoneCallOpened: zone_calls.opened,
    e.ZoneOfferPlaced: zone_calls.offered,
    e.ZoneBidPlaced: zone_calls.bid,
    e.ZoneOrderDropped: zone_calls.dropped,
    e.ZoneCallCleared: zone_calls.cleared,
    e.ActProposed: State._proposed,
    e.ActConfirmed: State._decided,
    e.ActRejected: State._decided,
    e.HoursMarked: years.marked,
    e.MarkProven: years.proven,
    e.MarkApproved: years.approved,
    e.MarkReverted: years.reverted,
    e.DayReversed: years.day_reversed,
    e.DaySealed: years.sealed,
    e.FindingsNoted: years.noted,
    e.YearReported: years.reported,
    e.ImprovementRequested: years.requested,
    e.ImprovementAnswered: years.answered,
    e.ImprovementClosed: years.improved,
    e.YearReopened: years.reopened,
    e.YearVerified: years.verified,
    e.YearDetermined: years.verified,
    e.Surrendered: State._surrendered,
    e.YearClosed: State._closed,
    e.PenaltyPaid: State._paid,
}
