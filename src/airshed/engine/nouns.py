"""What the state remembers of orders, auctions, sources and years. Only `state.apply` changes them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from airshed.engine.commands import Body, Role, Side
from airshed.engine.events import Containment, Owed, Settlement
from airshed.model.allowance import Series
from airshed.model.period import HOUR_MS
from airshed.registry import accounts
from airshed.registry.moves import Delivered
from airshed.rulebook.primary_sections import ReverseAuctionRule
from airshed.rulebook.schema import AuctionRule


@dataclass(frozen=True, slots=True)
class Actor:
    """Who may act, in which role; an operator acts for one account."""

    id: str
    role: Role
    account: str


@dataclass(slots=True)
class Order:
    """A listed order: `done_fen` is the value filled so far, `fee_fen` the fees on it, `held` what is set aside."""

    id: int
    account: str
    series: str
    side: Side
    count: int
    limit: int
    left: int
    held: int = 0
    done_fen: int = 0
    fee_fen: int = 0
    state: str = "open"
    #: Key of the order book in which it rests.
    book: str = ""


@dataclass(frozen=True, slots=True)
class Deal:
    """A deal that waits for its buyer."""

    id: int
    kind: str
    seller: str
    buyer: str
    series: str
    count: int
    price: int


@dataclass(frozen=True, slots=True)
class CallOrder:
    """An order that waits in a call; `held` fen or its allowances are set aside."""

    number: int
    account: str
    side: Side
    count: int
    limit: int
    held: int


@dataclass(slots=True)
class Call:
    """A call and the orders that were placed in it; one that was taken back is gone."""

    id: str
    series: str
    wall: str
    open: bool = True
    placed: int = 0
    orders: dict[int, CallOrder] = field(default_factory=dict)
    price: int | None = None
    count: int = 0
    seal: str = ""


@dataclass(frozen=True, slots=True)
class Bid:
    """A sealed bid; `number` is its place in the auction."""

    number: int
    account: str
    count: int
    limit: int
    held: int


@dataclass(frozen=True, slots=True)
class Lot:
    """What a holder sells through an auction; `minimum` is the least it takes, 0 for any price."""

    account: str
    count: int
    minimum: int


@dataclass(slots=True)
class Auction:
    """An auction of one series: its terms, its sealed bids, the lots of holders, and how it ended.

    `count` is the government's own on offer, `to_holders` the fen of the payments that holders got.
    """

    id: str
    event: str
    series: str
    delivery: Literal["spot", "advance"]
    seller: str
    count: int
    reserve: int
    cost_containment: Containment | None
    emissions_containment: Containment | None
    terms: AuctionRule
    open: bool = True
    bids: list[Bid] = field(default_factory=list)
    lots: list[Lot] = field(default_factory=list)
    price: int | None = None
    sold: int = 0
    released: int = 0
    withheld: int = 0
    to_holders: int = 0
    #: The pledge that is sold, or 0.
    pledge: int = 0
    buyer_fee_basis_points: int = 0
    seller_fee_basis_points: int = 0
    #: Of the seed that orders equal bids.
    seal: str = ""

    @property
    def of_holder(self) -> bool:
        """Whether a holder sells, and not a jurisdiction."""
        return self.seller != accounts.auction(Series.parse(self.series).jurisdiction)

    @property
    def consigned(self) -> int:
        """Allowances that holders sell."""
        return sum(lot.count for lot in self.lots)

    @property
    def most(self) -> int:
        """Allowances that can be sold at most."""
        return self.count + self.consigned + (self.cost_containment.count if self.cost_containment else 0)


@dataclass(slots=True)
class Grant:
    """What a source was given free of a series, and at which instant."""

    count: int
    entrant: bool
    at: int


@dataclass(slots=True)
class Sale:
    """A sale at the fixed price; `left` of every vintage are set aside while it is open."""

    id: str
    series: tuple[str, ...]
    seller: str
    count: int
    price: int
    until: str
    left: int
    open: bool = True


@dataclass(slots=True)
class Purchase:
    """What a source bought in a sale, on the terms of that day; `blocked` of every vintage are not paid for."""

    id: int
    sale: str
    source: str
    account: str
    series: tuple[str, ...]
    count: int
    fen: int
    paid_fen: int
    blocked: int
    #: What is still to be paid, the next first.
    due: list[Owed]
    grace_days: int
    late_basis_points: int
    late_cap_basis_points: int
    withdraw_after_days: int
    #: "owing", "paid" or "withdrawn".
    state: str
    interest_fen: int = 0
    instalments_paid: int = 0
    withdrawn: int = 0


@dataclass(slots=True)
class Application:
    """An application for the new-entrant reserve; `held` fen are set aside while it waits."""

    id: int
    source: str
    account: str
    series: str
    kind: str
    capacity: int
    wanted: int
    price: int
    held: int
    #: "waiting", "dropped" or "granted".
    state: str = "waiting"
    granted: int = 0
    fen: int = 0


@dataclass(frozen=True, slots=True)
class Tender:
    """A sealed ask; `number` is its place in the reverse auction."""

    number: int
    account: str
    count: int
    price: int


@dataclass(slots=True)
class Repurchase:
    """A reverse auction, its sealed asks, and its budget, which is set aside while it is open."""

    id: str
    series: str
    count: int
    budget_fen: int
    ceiling: int
    terms: ReverseAuctionRule
    open: bool = True
    asks: list[Tender] = field(default_factory=list)
    price: int | None = None
    bought: int = 0
    paid_fen: int = 0


@dataclass(slots=True)
class Withdrawal:
    """A notice that part of a grant goes back, and how far it has come; `blocked` is 0 once it is over.

    `short` allowances are not there any more; `sold_on` says what becomes of them.
    """

    id: int
    actor: str
    source: str
    account: str
    series: str
    ground: str
    count: int
    price: int
    short: int
    sold_on: str
    pay_back: int
    appeal_by: str
    notice_until: str
    blocked: int
    #: "noticed", "appealed", "confirmed", "fallen", "withdrawn" or "restored".
    state: str = "noticed"
    withdrawn: int = 0
    paid_fen: int = 0
    #: What the source still has to pay for what it sold on, and what it has paid for that.
    due_fen: int = 0
    paid_back_fen: int = 0
    #: The instant at which it was carried out.
    done_at: int = 0


@dataclass(slots=True)
class Withholding:
    """Part of a grant that is blocked until a condition is met; `blocked` is 0 once it is over."""

    id: int
    source: str
    account: str
    series: str
    ground: str
    year: int
    count: int
    until: str
    blocked: int
    #: "withheld", "released" or "forfeited".
    state: str = "withheld"
    forfeited: int = 0


@dataclass(frozen=True, slots=True)
class Source:
    """A regulated installation and the pollutants that each of its stacks measures."""

    id: str
    name: str
    account: str
    jurisdiction: str
    sector: str
    synthetic: bool
    stacks: tuple[tuple[str, tuple[str, ...]], ...]

    def measured(self) -> tuple[str, ...]:
        """Pollutants that at least one stack measures, sorted."""
        return tuple(sorted({name for _, names in self.stacks for name in names}))


@dataclass(frozen=True, slots=True)
class Day:
    """A sealed day: (measured, substituted, stopped) hours and mass in milligrams per pollutant."""

    hours: dict[str, tuple[int, int, int]]
    mass_mg: dict[str, int]
    evidence: str
    marks: tuple[int, ...] = ()
    #: How many times it was corrected.
    corrections: int = 0


@dataclass(frozen=True, slots=True)
class Act:
    """An act that waits for a second pair of eyes."""

    id: int
    actor: str
    body: Body


@dataclass(slots=True)
class Mark:
    """What an operator says of hours: instants of the first and after the last, and how far it has come."""

    id: int
    stack: str
    kind: str
    first: int
    after: int
    prove_by: int
    actor: str
    reason: str
    evidence: str
    #: "entered", "approved", "refused" or "lapsed".
    state: str = "entered"

    @property
    def stands(self) -> bool:
        """Whether its hours count as marked: from its entry until it is refused or lapses."""
        return self.state in ("entered", "approved")

    @property
    def hours(self) -> int:
        """How many hours it covers."""
        return (self.after - self.first) // HOUR_MS


@dataclass(slots=True)
class Improvement:
    """An item of a year's improvement list."""

    number: int
    actor: str
    item: str
    answer: str = ""
    evidence: str = ""
    #: "open", "answered" or "closed".
    state: str = "open"


@dataclass(slots=True)
class Year:
    """A source's year on its way from report to settlement. None where a step has not happened."""

    source: str
    year: int
    reporter: str | None = None
    #: Version of the report that stands; 0 when nothing is reported.
    version: int = 0
    #: Whether a day was corrected after that report.
    stale: bool = False
    #: Whether the authority has reopened a verified year.
    reopened: bool = False
    improvements: list[Improvement] = field(default_factory=list)
    measured_mg: dict[str, int] = field(default_factory=dict)
    declared_mg: dict[str, int] = field(default_factory=dict)
    opinion: str | None = None
    verified_mg: dict[str, int] | None = None
    obligation: dict[str, int] = field(default_factory=dict)
    surrendered: dict[str, int] = field(default_factory=dict)
    #: What was surrendered, in the order in which it was given.
    given: dict[str, list[Delivered]] = field(default_factory=dict)
    settled: dict[str, Settlement] = field(default_factory=dict)
    due_fen: dict[str, int] = field(default_factory=dict)


@dataclass(slots=True)
class Pledge:
    """Allowances that secure a debt. `left` has what it still binds of each series, set aside in the pledgor's."""

    id: int
    pledgor: str
    pledgee: str
    series: str
    count: int
    secured: int
    until: str
    left: dict[str, int]
    #: "offered", "standing" or "called".
    state: str = "offered"
    #: First day on which a called pledge may be enforced.
    enforce_from: str = ""
    #: The auction in which a part of it is on sale, or empty.
    sale: str = ""


@dataclass(slots=True)
class Lease:
    """Allowances for use: `waiting` is set aside at the lessor's for rent to come, `leased` at the lessee's for use."""

    id: int
    lessor: str
    lessee: str
    series: str
    count: int
    rent: int
    #: "once" or "yearly".
    pay: str
    #: The lease under which the lessor holds them itself; 0 when they are its own.
    part_of: int
    ends: str
    waiting: dict[str, int]
    leased: dict[str, int] = field(default_factory=dict)
    #: Day of acceptance.
    since: str = ""
    #: "offered" or "standing".
    state: str = "offered"


@dataclass(frozen=True, slots=True)
class RightOffer:
    """A right on offer: `aside` has what of its delivered vintages goes along."""

    buyer: str
    start: int
    fen: int
    aside: dict[str, int]


@dataclass(slots=True)
class Right:
    """So many allowances of every vintage from `first` on. `served` has what its holder got under it, by series."""

    id: int
    holder: str
    pollutant: str
    jurisdiction: str
    count: int
    first: int
    #: Its last vintage; 0 without an end.
    last: int
    #: Last vintage for which it is served without a renewal.
    until: int
    served: dict[str, int]
    offer: RightOffer | None = None

    def named(self, vintage: int) -> str:
        """The series of one of its vintages."""
        return str(Series(self.pollutant, self.jurisdiction, vintage))

    def covers(self, pollutant: str, jurisdiction: str, vintage: int) -> bool:
        """Whether it is served of this series."""
        return (self.pollutant, self.jurisdiction) == (pollutant, jurisdiction) and self.first <= vintage <= self.until


@dataclass(frozen=True, slots=True)
class ZoneOrder:
    """An order that waits in a zone-wide call: to sell of `series`, or to buy cover that each of `fills` may fill."""

    number: int
    account: str
    side: Side
    place: str
    #: Vintage to sell, or year to cover.
    year: int
    count: int
    limit: int
    series: str = ""
    held: int = 0
    fills: tuple[str, ...] = ()


@dataclass(slots=True)
class ZoneCall:
    """A zone-wide call and the orders that were placed in it; one that was taken back is gone."""

    id: str
    pollutant: str
    open: bool = True
    placed: int = 0
    orders: dict[int, ZoneOrder] = field(default_factory=dict)
    #: The same by account.
    of: dict[str, dict[int, ZoneOrder]] = field(default_factory=dict)
    count: int = 0
    zone_fen: int = 0
    seal: str = ""

    def add(self, order: ZoneOrder) -> None:
        """An order waits."""
        self.placed = order.number
        self.orders[order.number] = order
        self.of.setdefault(order.account, {})[order.number] = order

    def drop(self, number: int) -> ZoneOrder:
        """An order is gone."""
        order = self.orders.pop(number)
        del self.of[order.account][number]
        return order
