"""Commands: what somebody wishes to happen. Counts are allowances, prices fen per tonne, money fen."""

from __future__ import annotations

import msgspec

from airshed.engine.commands.administering import (
    AdoptRulebook,
    ConfirmAct,
    Deposit,
    FreezeAccount,
    OpenAccount,
    RegisterActor,
    RegisterSource,
    RejectAct,
    StackEntry,
    ThawAccount,
    Withdraw,
)
from airshed.engine.commands.auctioning import CloseAuction, ConsignLot, OpenAuction, PlaceBid
from airshed.engine.commands.calling import CloseCall, DropCallOrder, OpenCall, PlaceCallOrder
from airshed.engine.commands.complying import CloseYear, PayPenalty, Surrender
from airshed.engine.commands.dealing import (
    AcceptDeal,
    AllowCrossing,
    DropDeal,
    HaltMarket,
    OfferAuction,
    OfferDeal,
    ResumeMarket,
)
from airshed.engine.commands.granting import (
    ApplyForReserve,
    BuyAllocation,
    CloseSale,
    DropApplication,
    GrantReserve,
    OpenSale,
    PayInstalment,
    ReleaseUnused,
    WithdrawUnpaid,
)
from airshed.engine.commands.issuing import ActivityLine, Allocate, SetCap, Transfer
from airshed.engine.commands.leasing import AcceptLease, DropLease, EndLease, OfferLease, PayRent
from airshed.engine.commands.marking import DecideMark, LapseMark, MarkHours, ProveMark
from airshed.engine.commands.monitoring import FindingLine, NoteFindings, SealDay
from airshed.engine.commands.pledging import (
    AcceptPledge,
    CallPledge,
    EnforcePledge,
    PledgeAllowances,
    RedeemPledge,
    ReleasePledge,
    SellPledge,
)
from airshed.engine.commands.reporting import (
    AnswerImprovement,
    CloseImprovement,
    DetermineYear,
    ReopenYear,
    ReportYear,
    RequestImprovement,
    VerifyYear,
)
from airshed.engine.commands.reserving import AskRepurchase, CloseRepurchase, DrawReserve, FeedReserve, OpenRepurchase
from airshed.engine.commands.returning import (
    AppealWithdrawal,
    CloseSource,
    DecideAppeal,
    ForfeitWithheld,
    NoticeWithdrawal,
    PayBack,
    ReleaseWithheld,
    ReopenSource,
    RestoreWithdrawn,
    ReverseAllocation,
    WithdrawAllowances,
    Withhold,
)
from airshed.engine.commands.rights import AcceptRight, DropRight, GrantRight, OfferRight, RenewRight
from airshed.engine.commands.trading import (
    CancelOrder,
    CloseSession,
    OfferRepurchase,
    OpenSession,
    PlaceOrder,
)
from airshed.engine.commands.wish import LARGEST, Day, Hour, Maybe, Name, Opinion, Role, Side, Text, Whole, Wish, Year
from airshed.engine.commands.zone_calling import (
    BookPrice,
    CloseZoneCall,
    DropZoneOrder,
    FlowLine,
    LimitPrice,
    OpenZoneCall,
    PlaceZoneBid,
    PlaceZoneOffer,
    ZoneAnswer,
    ZoneRound,
)

__all__ = (
    "LARGEST",
    "AcceptDeal",
    "AcceptLease",
    "AcceptPledge",
    "AcceptRight",
    "ActivityLine",
    "AdoptRulebook",
    "Allocate",
    "AllowCrossing",
    "AnswerImprovement",
    "AppealWithdrawal",
    "ApplyForReserve",
    "AskRepurchase",
    "Body",
    "BookPrice",
    "BuyAllocation",
    "CallPledge",
    "CancelOrder",
    "CloseAuction",
    "CloseCall",
    "CloseImprovement",
    "CloseRepurchase",
    "CloseSale",
    "CloseSession",
    "CloseSource",
    "CloseYear",
    "CloseZoneCall",
    "Command",
    "ConfirmAct",
    "ConsignLot",
    "Day",
    "DecideAppeal",
    "DecideMark",
    "Deposit",
    "DetermineYear",
    "DrawReserve",
    "DropApplication",
    "DropCallOrder",
    "DropDeal",
    "DropLease",
    "DropRight",
    "DropZoneOrder",
    "EndLease",
    "EnforcePledge",
    "FeedReserve",
    "FindingLine",
    "FlowLine",
    "ForfeitWithheld",
    "FreezeAccount",
    "GrantReserve",
    "GrantRight",
    "HaltMarket",
    "Hour",
    "LapseMark",
    "LimitPrice",
    "MarkHours",
    "Maybe",
    "Name",
    "NoteFindings",
    "NoticeWithdrawal",
    "OfferAuction",
    "OfferDeal",
    "OfferLease",
    "OfferRepurchase",
    "OfferRight",
    "OpenAccount",
    "OpenAuction",
    "OpenCall",
    "OpenRepurchase",
    "OpenSale",
    "OpenSession",
    "OpenZoneCall",
    "Opinion",
    "PayBack",
    "PayInstalment",
    "PayPenalty",
    "PayRent",
    "PlaceBid",
    "PlaceCallOrder",
    "PlaceOrder",
    "PlaceZoneBid",
    "PlaceZoneOffer",
    "PledgeAllowances",
    "ProveMark",
    "RedeemPledge",
    "RegisterActor",
    "RegisterSource",
    "RejectAct",
    "ReleasePledge",
    "ReleaseUnused",
    "ReleaseWithheld",
    "RenewRight",
    "ReopenSource",
    "ReopenYear",
    "ReportYear",
    "RequestImprovement",
    "RestoreWithdrawn",
    "ResumeMarket",
    "ReverseAllocation",
    "Role",
    "SealDay",
    "SellPledge",
    "SetCap",
    "Side",
    "StackEntry",
    "Surrender",
    "Text",
    "ThawAccount",
    "Transfer",
    "VerifyYear",
    "Whole",
    "Wish",
    "Withdraw",
    "WithdrawAllowances",
    "WithdrawUnpaid",
    "Withhold",
    "Year",
    "ZoneAnswer",
    "ZoneRound",
)

Body = (
    AdoptRulebook
    | RegisterActor
    | OpenAccount
    | FreezeAccount
    | ThawAccount
    | RegisterSource
    | Deposit
    | Withdraw
    | ConfirmAct
    | RejectAct
    | SetCap
    | Allocate
    | OpenSale
    | CloseSale
    | BuyAllocation
    | PayInstalment
    | WithdrawUnpaid
    | ApplyForReserve
    | DropApplication
    | GrantReserve
    | ReleaseUnused
    | CloseSource
    | ReopenSource
    | NoticeWithdrawal
    | AppealWithdrawal
    | DecideAppeal
    | WithdrawAllowances
    | PayBack
    | RestoreWithdrawn
    | ReverseAllocation
    | Withhold
    | ReleaseWithheld
    | ForfeitWithheld
    | OpenRepurchase
    | AskRepurchase
    | CloseRepurchase
    | FeedReserve
    | DrawReserve
    | Transfer
    | OpenAuction
    | ConsignLot
    | PlaceBid
    | CloseAuction
    | OpenSession
    | CloseSession
    | PlaceOrder
    | CancelOrder
    | OfferRepurchase
    | OfferDeal
    | AcceptDeal
    | DropDeal
    | OfferAuction
    | AllowCrossing
    | HaltMarket
    | ResumeMarket
    | OpenCall
    | PlaceCallOrder
    | DropCallOrder
    | CloseCall
    | PledgeAllowances
    | AcceptPledge
    | ReleasePledge
    | RedeemPledge
    | CallPledge
    | EnforcePledge
    | SellPledge
    | OfferLease
    | AcceptLease
    | DropLease
    | PayRent
    | EndLease
    | GrantRight
    | RenewRight
    | OfferRight
    | AcceptRight
    | DropRight
    | OpenZoneCall
    | PlaceZoneOffer
    | PlaceZoneBid
    | DropZoneOrder
    | CloseZoneCall
    | MarkHours
    | ProveMark
    | DecideMark
    | LapseMark
    | SealDay
    | NoteFindings
    | ReportYear
    | RequestImprovement
    | AnswerImprovement
    | CloseImprovement
    | VerifyYear
    | DetermineYear
    | ReopenYear
    | Surrender
    | CloseYear
    | PayPenalty
)


class Command(msgspec.Struct, frozen=True):
    """A body with who sends it and the key under which it counts once."""

    #: Who sends it.
    actor: Name
    #: Chosen by the sender; the same key with the same body gets the same answer and counts once.
    key: Name
    #: What is wished: one of the commands, named by `do`.
    body: Body
