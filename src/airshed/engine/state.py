"""The state of the market: what deciding may look at. `engine/apply/` folds events into it."""

from __future__ import annotations

from dataclasses import dataclass, field

from airshed.engine import events as e
from airshed.engine.commands import FindingLine
from airshed.engine.nouns import (
    Act,
    Actor,
    Advance,
    AllowanceTransfer,
    Application,
    Auction,
    Call,
    Cancellation,
    Case,
    Circulation,
    ClosureNotice,
    Day,
    Deal,
    FiledEstimate,
    FlowControl,
    Grant,
    Lease,
    Mark,
    MonitoringPlan,
    MonitorTest,
    OptedIn,
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
    TestedHours,
    TransferLimits,
    Withdrawal,
    Withholding,
    Year,
    ZoneCall,
)
from airshed.market.auction.waiting import Waiting
from airshed.market.orderbook import OrderBook
from airshed.model.civil import DEFAULT, CivilTime, civil
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


@dataclass(slots=True, eq=False)
class State:
    """Everything that deciding may look at."""

    at: int = 0
    seq: int = 0
    rulebook: e.RulebookAdopted | None = None
    #: The time zone of its days; one for the whole book.
    time_zone: str = DEFAULT
    #: What the book is; None only before its first rulebook.
    provenance: Provenance | None = None
    keys: dict[tuple[str, str], int] = field(default_factory=dict)
    actors: dict[str, Actor] = field(default_factory=dict)
    acts: dict[int, Act] = field(default_factory=dict)
    next_act: int = 1
    #: Those that nobody confirmed in time, taken off.
    lapsed: dict[int, Act] = field(default_factory=dict)
    #: The last instant at which all that wait can still be confirmed.
    acts_until: int = FOR_GOOD
    ledger: Ledger = field(default_factory=Ledger)
    sources: dict[str, Source] = field(default_factory=dict)
    stack_source: dict[str, str] = field(default_factory=dict)
    allocated: dict[tuple[str, str], int] = field(default_factory=dict)
    repurchased: dict[tuple[str, str], int] = field(default_factory=dict)
    shared_out: dict[str, int] = field(default_factory=dict)
    grants: dict[tuple[str, str], Grant] = field(default_factory=dict)
    #: By series: what waits in the reserve until output is verified.
    advances: dict[str, Advance] = field(default_factory=dict)
    transfers: dict[int, AllowanceTransfer] = field(default_factory=dict)
    #: Those of them that wait, in the order in which they were asked for.
    waiting_transfers: dict[int, AllowanceTransfer] = field(default_factory=dict)
    next_transfer: int = 1
    #: Transfers that waited or wait for a second person, by the number of their act: origin, series, count.
    proposed_transfers: dict[int, tuple[str, str, int]] = field(default_factory=dict)
    #: Accounts that give only as the law lets a restricted one, with the reason.
    restricted: dict[str, str] = field(default_factory=dict)
    #: Those of the frozen accounts for which nobody may act, with the reason.
    suspended: dict[str, str] = field(default_factory=dict)
    #: Accounts that are to be closed.
    closing: dict[str, ClosureNotice] = field(default_factory=dict)
    #: Sources that passed to another account, or were to; those that wait, by source.
    source_transfers: dict[int, SourceTransfer] = field(default_factory=dict)
    passing: dict[str, SourceTransfer] = field(default_factory=dict)
    cancellations: dict[int, Cancellation] = field(default_factory=dict)
    #: By account: whom it trusts, from which instant.
    trusted: dict[str, dict[str, int]] = field(default_factory=dict)
    #: To what holders have bound their transfers.
    transfer_limits: dict[str, TransferLimits] = field(default_factory=dict)
    sales: dict[str, Sale] = field(default_factory=dict)
    next_purchase: int = 1
    purchases: dict[int, Purchase] = field(default_factory=dict)
    bought_paid: dict[tuple[str, str], int] = field(default_factory=dict)
    next_application: int = 1
    applications: dict[int, Application] = field(default_factory=dict)
    repurchases: dict[str, Repurchase] = field(default_factory=dict)
    flows: dict[tuple[str, str, str], int] = field(default_factory=dict)
    #: By year and pollutant: the number in circulation, where the law lets auctions follow it.
    circulations: dict[tuple[int, str], Circulation] = field(default_factory=dict)
    #: By series: what auctions held back for it and the reserve has set aside until it is released.
    supply_kept: dict[str, int] = field(default_factory=dict)
    #: By year and pollutant: allowances of the government that auctions sold in it.
    auctioned: dict[tuple[int, str], int] = field(default_factory=dict)
    #: By credit: the pollutant whose obligation it counts for.
    credits: dict[str, str] = field(default_factory=dict)
    closures: dict[str, str] = field(default_factory=dict)
    next_withdrawal: int = 1
    withdrawals: dict[int, Withdrawal] = field(default_factory=dict)
    next_withholding: int = 1
    withholdings: dict[int, Withholding] = field(default_factory=dict)
    makeup_due: dict[tuple[str, str], int] = field(default_factory=dict)
    auctions: dict[str, Auction] = field(default_factory=dict)
    unsold: dict[str, Waiting] = field(default_factory=dict)
    session: str | None = None
    #: The instant at which the day of that session is over.
    session_end: int = 0
    deals: dict[int, Deal] = field(default_factory=dict)
    next_deal: int = 1
    calls: dict[str, Call] = field(default_factory=dict)
    zone_calls: dict[str, ZoneCall] = field(default_factory=dict)
    #: What takes sealed bids, or took them, by venue and name.
    sealings: dict[tuple[str, str], Sealing] = field(default_factory=dict)
    halted: dict[str, str] = field(default_factory=dict)
    crossings: dict[tuple[str, str], str] = field(default_factory=dict)
    #: By account: the sectors of its sources and the jurisdictions where they stand, in the order of entry.
    sectors: dict[str, dict[str, None]] = field(default_factory=dict)
    places: dict[str, dict[str, None]] = field(default_factory=dict)
    #: By account: who was registered for it.
    people: dict[str, tuple[str, ...]] = field(default_factory=dict)
    #: Accounts by corporate group.
    groups: dict[str, tuple[str, ...]] = field(default_factory=dict)
    #: Accounts of which no group is known, by the name of the firm.
    holders: dict[str, tuple[str, ...]] = field(default_factory=dict)
    #: Allowances of a series that an account gave by transfers, or gave up, on the day that is over at `given_end`, and
    #: how many of them to accounts that it did not trust.
    given: dict[tuple[str, str], tuple[int, int]] = field(default_factory=dict)
    given_end: int = 0
    #: Allowances of a series that an account bought on the day that is over at `bought_end`.
    bought: dict[tuple[str, str], int] = field(default_factory=dict)
    bought_end: int = 0
    #: Allowances of a pollutant that an account sold since it was settled last, less those that it bought.
    net_sold: dict[tuple[str, str], int] = field(default_factory=dict)
    #: Allowances of a series that the orders of an account that wait ask for.
    wanted: dict[tuple[str, str], int] = field(default_factory=dict)
    next_order: int = 1
    orders: dict[int, Order] = field(default_factory=dict)
    books: dict[str, OrderBook] = field(default_factory=dict)
    references: dict[str, int] = field(default_factory=dict)
    day_trades: dict[str, list[int]] = field(default_factory=dict)
    month_trades: dict[tuple[str, str], list[int]] = field(default_factory=dict)
    pledges: dict[int, Pledge] = field(default_factory=dict)
    next_pledge: int = 1
    leases: dict[int, Lease] = field(default_factory=dict)
    next_lease: int = 1
    rights: dict[int, Right] = field(default_factory=dict)
    next_right: int = 1
    days: dict[str, dict[str, Day]] = field(default_factory=dict)
    marks: dict[int, Mark] = field(default_factory=dict)
    stack_marks: dict[str, list[Mark]] = field(default_factory=dict)
    #: Monitoring plans by source, in the order in which they were approved.
    plans: dict[str, list[MonitoringPlan]] = field(default_factory=dict)
    #: By source and year: what no monitor measured and stands, by the digest of its file.
    estimates: dict[tuple[str, int], dict[str, FiledEstimate]] = field(default_factory=dict)
    #: Tests of monitors by stack, in the order in which they were entered.
    tests: dict[str, list[MonitorTest]] = field(default_factory=dict)
    next_test: int = 1
    #: By stack: what tests of each kind, of what, put out of control.
    out_of_control: dict[str, dict[tuple[str, str], tuple[TestedHours, ...]]] = field(default_factory=dict)
    findings: dict[tuple[str, int], tuple[FindingLine, ...]] = field(default_factory=dict)
    years: dict[tuple[str, int], Year] = field(default_factory=dict)
    closed: dict[tuple[str, int], bool] = field(default_factory=dict)
    #: By year and pollutant, once the year is over and the law has flow control.
    flow_controls: dict[tuple[int, str], FlowControl] = field(default_factory=dict)
    #: Allowances of a pollutant that an account owes for verified years and has not surrendered yet.
    owed: dict[tuple[str, str], int] = field(default_factory=dict)
    #: Years for which a source owes because it asked to, in their order.
    opted: dict[str, tuple[OptedIn, ...]] = field(default_factory=dict)
    #: Years that oblige a source to nothing, with the reason.
    excluded: dict[tuple[str, int], str] = field(default_factory=dict)
    #: Groups that were held to their level, by name and year.
    groups_settled: dict[tuple[str, int], None] = field(default_factory=dict)
    #: Settled years to which a correction, or the level of a group, added what is still to be surrendered.
    extras: dict[tuple[str, int], None] = field(default_factory=dict)
    cases: dict[int, Case] = field(default_factory=dict)
    next_case: int = 1
    #: Penalties that were imposed, those that are paid too.
    penalties: dict[PenaltyKey, Penalty] = field(default_factory=dict)

    @property
    def civil(self) -> CivilTime:
        """The time that the book keeps: of its days, sessions and deadlines."""
        return civil(self.time_zone)

    @property
    def standard(self) -> CivilTime:
        """The time in which hours are monitored."""
        return civil(self.time_zone).standard

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
