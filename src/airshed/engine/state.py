"""The state of the market: what deciding may look at. `engine/apply/` folds events into it."""

from __future__ import annotations

from airshed.engine import events as e
from airshed.engine.commands import FindingLine
from airshed.engine.nouns import (
    Act,
    Actor,
    AllowanceTransfer,
    Application,
    Auction,
    Call,
    Cancellation,
    Case,
    ClosureNotice,
    Day,
    Deal,
    FlowControl,
    Grant,
    Lease,
    Mark,
    Order,
    Penalty,
    PenaltyKey,
    Pledge,
    Purchase,
    Repurchase,
    Right,
    Sale,
    Sealing,
    Source,
    SourceTransfer,
    TransferLimits,
    Withdrawal,
    Withholding,
    Year,
    ZoneCall,
)
from airshed.market.auction.waiting import Waiting
from airshed.market.orderbook import OrderBook
from airshed.model.measures import mean_price
from airshed.model.provenance import Provenance
from airshed.registry.ledger import Ledger

#: No act lapses: later than any instant that a command can have.
FOR_GOOD = 2**63 - 1


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
        #: What the book is; None only before its first rulebook.
        self.provenance: Provenance | None = None
        self.keys: dict[tuple[str, str], int] = {}
        self.actors: dict[str, Actor] = {}
        self.acts: dict[int, Act] = {}
        self.next_act = 1
        #: Those that nobody confirmed in time, taken off.
        self.lapsed: dict[int, Act] = {}
        #: The last instant at which all that wait can still be confirmed.
        self.acts_until = FOR_GOOD
        self.ledger = Ledger()
        self.sources: dict[str, Source] = {}
        self.stack_source: dict[str, str] = {}
        self.allocated: dict[tuple[str, str], int] = {}
        self.repurchased: dict[tuple[str, str], int] = {}
        self.shared_out: dict[str, int] = {}
        self.grants: dict[tuple[str, str], Grant] = {}
        self.transfers: dict[int, AllowanceTransfer] = {}
        #: Those of them that wait, in the order in which they were asked for.
        self.waiting_transfers: dict[int, AllowanceTransfer] = {}
        self.next_transfer = 1
        #: Transfers that waited or wait for a second person, by the number of their act: origin, series, count.
        self.proposed_transfers: dict[int, tuple[str, str, int]] = {}
        #: Accounts that give only as the law lets a restricted one, with the reason.
        self.restricted: dict[str, str] = {}
        #: Those of the frozen accounts for which nobody may act, with the reason.
        self.suspended: dict[str, str] = {}
        #: Accounts that are to be closed.
        self.closing: dict[str, ClosureNotice] = {}
        #: Sources that passed to another account, or were to; those that wait, by source.
        self.source_transfers: dict[int, SourceTransfer] = {}
        self.passing: dict[str, SourceTransfer] = {}
        self.cancellations: dict[int, Cancellation] = {}
        #: By account: whom it trusts, from which instant.
        self.trusted: dict[str, dict[str, int]] = {}
        #: To what holders have bound their transfers.
        self.transfer_limits: dict[str, TransferLimits] = {}
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
        #: What takes sealed bids, or took them, by venue and name.
        self.sealings: dict[tuple[str, str], Sealing] = {}
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
        #: By year and pollutant, once the year is over and the law has flow control.
        self.flow_controls: dict[tuple[int, str], FlowControl] = {}
        #: Allowances of a pollutant that an account owes for verified years and has not surrendered yet.
        self.owed: dict[tuple[str, str], int] = {}
        #: Years that oblige a source to nothing, with the reason.
        self.excluded: dict[tuple[str, int], str] = {}
        #: Settled years to which a correction added what is still to be surrendered.
        self.extras: dict[tuple[str, int], None] = {}
        self.cases: dict[int, Case] = {}
        self.next_case = 1
        #: Penalties that were imposed, those that are paid too.
        self.penalties: dict[PenaltyKey, Penalty] = {}

    def mean_price(self, pollutant: str, month: str, first: str = "") -> int | None:
        """Volume-weighted mean price of a month, or from a first one to it, in fen per tonne, half upwards.

        None when nothing was traded.
        """
        if not first:
            traded = self.month_trades.get((pollutant, month))
            return None if traded is None else mean_price(*traded)
        within = [
            traded for (name, at), traded in self.month_trades.items() if name == pollutant and first <= at <= month
        ]
        return mean_price(sum(fen for fen, _ in within), sum(count for _, count in within)) if within else None
