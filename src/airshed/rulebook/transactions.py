"""Types of transactions as one table of law: between which accounts, by how many, from which, who may start."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Annotated, Literal, NamedTuple

import msgspec
from msgspec import Meta

from airshed.model.near import near
from airshed.model.refusal import Malformed
from airshed.rulebook.command_names import CommandName
from airshed.rulebook.kinds import Clock, Count, Status
from airshed.rulebook.section import Section

FILE = "transactions.csv"

#: Every way in which allowances leave an account.
TransactionType = Literal[
    "allocation",
    "true_up",
    "sale",
    "auction_delivery",
    "entrant_grant",
    "right",
    "trade",
    "pledge",
    "lease",
    "repurchase",
    "transfer",
    "own_transfer",
    "gift",
    "cancellation",
    "closure",
    "surrender",
    "surrender_return",
    "withdrawal",
    "restoration",
    "reserve_flow",
    "year_end",
    "excess_return",
    "reversal",
    "write_off",
    "haircut",
]
#: Kinds of account or roles, separated by spaces.
Names = Annotated[str, Meta(pattern=r"^[a-z]+( [a-z]+)*\Z", examples=["operator trader"])]


class TransactionRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One row of `transactions.csv`: a type of transaction."""

    #: The type. 类型。
    type: TransactionType
    #: Name in English. 英文名称。
    name_en: str
    #: Name in Chinese. 中文名称。
    name_zh: str
    #: Kinds of account that may give, separated by spaces. 转出账户类别。
    origins: Names
    #: Kinds of account that may receive. 转入账户类别。
    targets: Names
    #: How many people it takes; empty: as `second` of `[roles]` has it for its commands. 所需人数。
    approvals: Annotated[int, Meta(ge=1, le=2)] | None = None
    #: Roles that may start it; empty: all that `[roles]` lets send its commands. 可发起的角色。
    starts: Names | None = None
    #: Whether a frozen account may give so. 冻结账户可办理。
    frozen: Literal["yes", "no"]
    #: Whether an account may give so of which some transactions are restricted. 受限账户可办理。
    restricted: Literal["yes", "no"]
    #: How it waits where the target is not trusted: "none"; "hours": `delay_minutes` of the business clock; "noon":
    #: until noon of the next working day, of the second one where it is asked for at noon or later.
    #: 非信任账户的等待方式。
    delay: Literal["none", "hours", "noon"]
    #: Minutes that it waits; whole days of them count as working days. Only with "hours". 等待时长。
    delay_minutes: Annotated[int, Meta(ge=0, le=86_400)] | None = None
    #: How it waits where the target is trusted: "none"; "hours": until the clock is open. 信任账户的等待方式。
    trusted: Literal["none", "hours"]
    #: Days in which it can be reversed; empty: it is not. 可撤销天数。
    reversible_days: Annotated[int, Meta(ge=0, le=3_660)] | None = None
    #: Source. 依据。
    cite: str
    #: "confirmed" or "to confirm". 核实情况。
    status: Status


class TransactionRule(Section, frozen=True):
    """Types of transactions, from `transactions.csv`; the business clock by which they wait; whom a holder trusts."""

    #: When the business clock opens on a working day of the calendar. 业务开始时刻。
    opens: Clock
    #: When it closes; what is asked for at that moment is still in time. 业务截止时刻。
    closes: Clock
    #: Working days after which an account that a holder has named as trusted counts as trusted; 0 for at once.
    #: 信任生效前的工作日。
    trust_working_days: Annotated[int, Meta(ge=0, le=60)]
    #: At what time of that day. 信任生效时刻。
    trust_at: Clock
    #: What becomes of a transfer that waits when a new law moves a holiday: the instant that was announced "stands", or
    #: it "moves" with the calendar. 节假日调整时待执行划转的处理。
    moved_holidays: Literal["stands", "moves"]
    #: Most of a series that one transfer may give to an account that is not trusted; any where it is left out.
    #: 向非信任账户单笔划转上限。
    largest_untrusted: Count | None = None
    #: Years after the last day on which a vintage could be surrendered, after which what nobody surrendered of it is
    #: written off; never, where it is left out. 核销前的年数。
    write_off_years: Annotated[int, Meta(ge=0, le=100)] | None = None
    #: Working days of a notice, after which what still lies in an account goes to the reserves when it is closed; where
    #: it is left out, no notice is given, and an account is closed empty. 注销账户告知期。
    closure_working_days: Annotated[int, Meta(ge=1, le=250)] | None = None
    #: Whether a source passes to another account with years that are over and not settled ("pass"), or these are
    #: settled first ("settle_first"); left out: they pass. 未结算年度的转让。
    unsettled_years: Literal["pass", "settle_first"] | None = None
    #: One row per type (read from `transactions.csv`). 明细。
    rows: tuple[TransactionRow, ...] = ()


class Flow(NamedTuple):
    """What the engine does for a type: its commands, the kinds of account that it moves between.

    Of an `open` one the table decides, within these kinds; the others have procedures of their own, and the table says
    what those do.
    """

    commands: tuple[CommandName, ...]
    origins: str
    targets: str
    frozen: bool = False
    open: bool = False
    #: Whether the engine can reverse it.
    reversible: bool = False
    #: Whether a holder starts it, so that the law can leave it to a restricted account or not.
    own: bool = False
    #: In which column a law may add accounts of the public, which buy, are given to and cancel.
    public: Literal["", "origins", "targets"] = ""
    #: Whether what goes besides under flow control is of it: a law that has that names cancelled accounts as targets.
    flow_control: bool = False

    def may_add(self, column: str) -> list[str]:
        """Kinds of account that a law may name in a column besides those of the engine."""
        return ["public"] * (self.public == column) + ["cancelled"] * (self.flow_control and column == "targets")


_PRIVATE = "operator trader"
FLOWS: Mapping[TransactionType, Flow] = {
    "allocation": Flow(("SetCap", "Allocate"), "issuance", "operator trader auction reserve"),
    "true_up": Flow(("TrueUp",), "operator reserve", "operator reserve cancelled", True),
    "sale": Flow(("BuyAllocation",), "auction", "operator"),
    "auction_delivery": Flow(
        ("CloseAuction",), "auction reserve operator trader", "operator trader reserve", True, own=True
    ),
    "entrant_grant": Flow(("GrantReserve",), "reserve", "operator"),
    "right": Flow(("GrantRight", "RenewRight", "AcceptRight"), "issuance reserve operator trader", _PRIVATE, own=True),
    "trade": Flow(
        ("PlaceOrder", "AcceptDeal", "CloseCall", "CloseZoneCall"),
        _PRIVATE,
        f"{_PRIVATE} surrendered",
        own=True,
        public="targets",
    ),
    "pledge": Flow(("EnforcePledge",), _PRIVATE, _PRIVATE, True, own=True),
    "lease": Flow(("AcceptLease", "PayRent", "EndLease"), _PRIVATE, _PRIVATE, True, own=True),
    "repurchase": Flow(("OfferRepurchase", "CloseRepurchase"), _PRIVATE, "reserve", own=True),
    "transfer": Flow(
        ("Transfer", "ExecuteTransfers"), _PRIVATE, _PRIVATE, open=True, reversible=True, own=True, public="targets"
    ),
    "own_transfer": Flow(
        ("Transfer", "ExecuteTransfers"), _PRIVATE, _PRIVATE, open=True, reversible=True, own=True, public="targets"
    ),
    "gift": Flow(("Transfer", "ExecuteTransfers"), _PRIVATE, "reserve", open=True, own=True),
    "cancellation": Flow(("CancelAllowances",), _PRIVATE, "cancelled", own=True, public="origins"),
    "closure": Flow(("CloseAccount",), _PRIVATE, "reserve", public="origins"),
    "surrender": Flow(("Surrender",), "operator", "surrendered", reversible=True, own=True, flow_control=True),
    "surrender_return": Flow(("VerifyYear", "DetermineYear", "AmendYear"), "surrendered", "operator"),
    "withdrawal": Flow(
        ("WithdrawAllowances", "WithdrawUnpaid", "ForfeitWithheld", "ReverseAllocation"), "operator", "reserve", True
    ),
    "restoration": Flow(("RestoreWithdrawn",), "reserve", "operator"),
    "reserve_flow": Flow(
        ("FeedReserve", "DrawReserve", "ReleaseUnused", "Allocate"), "auction reserve", "auction reserve"
    ),
    "year_end": Flow(  # what is lost, and what the law deducts
        ("CloseYear",), "operator", "reserve surrendered", True, flow_control=True
    ),
    "excess_return": Flow(("ReturnExcess",), "operator", "reserve", own=True),
    "reversal": Flow(
        ("ReverseTransfer", "ReverseSurrender"), "operator trader surrendered", _PRIVATE, True, public="origins"
    ),
    "haircut": Flow(("CutHoldings",), "operator trader", "cancelled", True, public="origins"),
    "write_off": Flow(("WriteOff",), "operator trader auction reserve", "cancelled", True, public="origins"),
}


@lru_cache(maxsize=32)
def by_type(rows: tuple[TransactionRow, ...]) -> Mapping[str, TransactionRow]:
    """The rows by type."""
    return {row.type: row for row in rows}


def transaction_faults(
    rows: Sequence[TransactionRow], lines: Sequence[int], roles: Mapping[str, frozenset[str]]
) -> Iterator[Malformed]:
    """Types twice or not at all, kinds and roles that are none, and what the engine does otherwise than a row says."""
    seen: dict[str, int] = {}
    for line, row in zip(lines, rows, strict=True):
        place = f"{FILE} line {line}"
        if row.type in seen:
            yield Malformed(place, f"{row.type} stands in line {seen[row.type]} already", "keep one")
        seen.setdefault(row.type, line)
        yield from _kinds(row, place)
        yield from _starts(row, place, roles)
    for name, flow in FLOWS.items():
        sent = [command for command in flow.commands if any(command in may for may in roles.values())]
        if name not in seen and sent:
            yield Malformed(FILE, f"no row for {name}, which {sent[0]} is of", "add the row")


def _kinds(row: TransactionRow, place: str) -> Iterator[Malformed]:
    flow = FLOWS[row.type]
    for column in ("origins", "targets"):
        told, done = getattr(row, column).split(" "), getattr(flow, column).split(" ")
        more = flow.may_add(column)
        here = f"{place}, column {column}"
        for kind in dict.fromkeys(told):
            if kind not in (*done, *more):
                yield Malformed(here, f"{row.type} has no {kind} account there", near(kind, [*done, *more]))
            elif told.count(kind) > 1:
                yield Malformed(here, f"{kind!r} stands twice", "keep one")
        if not flow.open and not {*done} <= {*told}:
            lacking = " ".join(kind for kind in done if kind not in told)
            yield Malformed(here, f"lacks {lacking}", f"{row.type} has a rule of its own: write {' '.join(done)}")
    yield from _delay(row, place, waits=flow.open)
    if not flow.open and row.type != "surrender" and (row.frozen == "yes") != flow.frozen:
        right = "yes" if flow.frozen else "no"
        yield Malformed(f"{place}, column frozen", f"is {row.frozen}", f"{row.type} has a rule of its own: {right}")
    if not flow.own and row.restricted != row.frozen:
        what = f"is {row.restricted}, and no holder starts {row.type}"
        yield Malformed(f"{place}, column restricted", what, f"write {row.frozen}, as in the column frozen")
    if row.frozen == "yes" and row.restricted == "no" and row.type in ("surrender", "transfer", "own_transfer", "gift"):
        what = f"is no, and even a frozen account may give by {row.type}"
        yield Malformed(f"{place}, column restricted", what, "write yes: a frozen account may do less")


def _delay(row: TransactionRow, place: str, *, waits: bool) -> Iterator[Malformed]:
    if not waits and (row.delay, row.trusted) != ("none", "none"):
        yield Malformed(f"{place}, column delay", f"{row.type} does not wait", 'write "none", and "none" for trusted')
    if row.reversible_days is not None and not FLOWS[row.type].reversible:
        what = f"{row.type} is not reversed by this table"
        yield Malformed(f"{place}, column reversible_days", what, "leave it empty")
    if (row.delay == "hours") != (row.delay_minutes is not None):
        cure = "say how many minutes" if row.delay == "hours" else "leave it empty"
        yield Malformed(f"{place}, column delay_minutes", f"does not go with delay {row.delay!r}", cure)


def _starts(row: TransactionRow, place: str, roles: Mapping[str, frozenset[str]]) -> Iterator[Malformed]:
    if not FLOWS[row.type].open:
        for column in ("approvals", "starts"):
            if getattr(row, column) is not None:
                what = f"{row.type} follows [roles], and this says it again"
                yield Malformed(f"{place}, column {column}", what, "leave it empty")
        return
    for role in row.starts.split(" ") if row.starts else ():
        if role not in roles:
            yield Malformed(f"{place}, column starts", f"no such role {role!r}", near(role, list(roles)))
