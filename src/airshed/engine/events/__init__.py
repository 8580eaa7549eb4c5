"""Events: what has happened. They carry results, so applying one never asks a rule."""

from __future__ import annotations

from airshed.engine.events.administering import (
    AccountFrozen,
    AccountOpened,
    AccountThawed,
    ActConfirmed,
    ActorRegistered,
    ActProposed,
    ActRejected,
    MoneyMoved,
    RulebookAdopted,
    SourceRegistered,
)
from airshed.engine.events.auctioning import (
    AuctionAward,
    AuctionCleared,
    AuctionOpened,
    AuctionProceeds,
    BidPlaced,
    BidRefused,
    Containment,
    LotConsigned,
    LotReturned,
)
from airshed.engine.events.complying import PenaltyPaid, Settlement, Surrendered, YearClosed
from airshed.engine.events.dealing import (
    CallCleared,
    CallFill,
    CallOpened,
    CallOrderDropped,
    CallOrderPlaced,
    CrossingAllowed,
    DealDropped,
    DealOffered,
    DealSettled,
    MarketHalted,
    MarketResumed,
)
from airshed.engine.events.fact import Fact
from airshed.engine.events.granting import (
    AllocationBought,
    ApplicationDropped,
    ApplicationMade,
    Granted,
    InstalmentPaid,
    Owed,
    ReserveGranted,
    SaleClosed,
    SaleOpened,
    UnpaidWithdrawn,
    UnusedReleased,
)
from airshed.engine.events.issuing import Allocated, Award, CapSet, Transferred
from airshed.engine.events.leasing import LeaseDelivered, LeaseDropped, LeaseEnded, LeaseOffered, LeaseShortened
from airshed.engine.events.marking import HoursMarked, MarkApproved, MarkProven, MarkReverted
from airshed.engine.events.monitoring import DayReversed, DaySealed, FindingsNoted
from airshed.engine.events.pledging import (
    ClaimCut,
    PledgeAccepted,
    PledgeCalled,
    PledgeEnforced,
    PledgeForSale,
    PledgeOffered,
    PledgeRedeemed,
    PledgeReleased,
    PledgeServed,
)
from airshed.engine.events.reporting import (
    CheckResult,
    ImprovementAnswered,
    ImprovementClosed,
    ImprovementRequested,
    YearDetermined,
    YearReopened,
    YearReported,
    YearVerified,
)
from airshed.engine.events.reserving import (
    AskPlaced,
    AskReturned,
    RepurchaseAward,
    RepurchaseCleared,
    RepurchaseOpened,
    ReserveDrawn,
    ReserveFed,
)
from airshed.engine.events.returning import (
    AllocationReversed,
    AllowancesWithdrawn,
    AllowancesWithheld,
    AppealDecided,
    PaidBack,
    SourceClosed,
    SourceReopened,
    WithdrawalAppealed,
    WithdrawalNoticed,
    WithdrawalRestored,
    WithheldForfeited,
    WithholdingReleased,
)
from airshed.engine.events.rights import (
    RightDropped,
    RightGranted,
    RightOffered,
    RightRenewed,
    RightSold,
    RightsServed,
    Serving,
)
from airshed.engine.events.trading import (
    OrderCancelled,
    OrderPlaced,
    Repurchased,
    SessionClosed,
    SessionOpened,
    Traded,
)
from airshed.engine.events.zone_calling import (
    ZoneBidPlaced,
    ZoneCallCleared,
    ZoneCallOpened,
    ZoneFill,
    ZoneLimit,
    ZoneOfferPlaced,
    ZoneOrderDropped,
    ZoneOrderRefused,
    ZoneRoundCleared,
)

__all__ = (
    "AccountFrozen",
    "AccountOpened",
    "AccountThawed",
    "ActConfirmed",
    "ActProposed",
    "ActRejected",
    "ActorRegistered",
    "Allocated",
    "AllocationBought",
    "AllocationReversed",
    "AllowancesWithdrawn",
    "AllowancesWithheld",
    "AppealDecided",
    "ApplicationDropped",
    "ApplicationMade",
    "AskPlaced",
    "AskReturned",
    "AuctionAward",
    "AuctionCleared",
    "AuctionOpened",
    "AuctionProceeds",
    "Award",
    "BidPlaced",
    "BidRefused",
    "CallCleared",
    "CallFill",
    "CallOpened",
    "CallOrderDropped",
    "CallOrderPlaced",
    "CapSet",
    "CheckResult",
    "ClaimCut",
    "Containment",
    "CrossingAllowed",
    "DayReversed",
    "DaySealed",
    "DealDropped",
    "DealOffered",
    "DealSettled",
    "Event",
    "Fact",
    "FindingsNoted",
    "Granted",
    "HoursMarked",
    "ImprovementAnswered",
    "ImprovementClosed",
    "ImprovementRequested",
    "InstalmentPaid",
    "LeaseDelivered",
    "LeaseDropped",
    "LeaseEnded",
    "LeaseOffered",
    "LeaseShortened",
    "LotConsigned",
    "LotReturned",
    "MarkApproved",
    "MarkProven",
    "MarkReverted",
    "MarketHalted",
    "MarketResumed",
    "MoneyMoved",
    "OrderCancelled",
    "OrderPlaced",
    "Owed",
    "PaidBack",
    "PenaltyPaid",
    "PledgeAccepted",
    "PledgeCalled",
    "PledgeEnforced",
    "PledgeForSale",
    "PledgeOffered",
    "PledgeRedeemed",
    "PledgeReleased",
    "PledgeServed",
    "RepurchaseAward",
    "RepurchaseCleared",
    "RepurchaseOpened",
    "Repurchased",
    "ReserveDrawn",
    "ReserveFed",
    "ReserveGranted",
    "RightDropped",
    "RightGranted",
    "RightOffered",
    "RightRenewed",
    "RightSold",
    "RightsServed",
    "RulebookAdopted",
    "SaleClosed",
    "SaleOpened",
    "Serving",
    "SessionClosed",
    "SessionOpened",
    "Settlement",
    "SourceClosed",
    "SourceRegistered",
    "SourceReopened",
    "Surrendered",
    "Traded",
    "Transferred",
    "UnpaidWithdrawn",
    "UnusedReleased",
    "WithdrawalAppealed",
    "WithdrawalNoticed",
    "WithdrawalRestored",
    "WithheldForfeited",
    "WithholdingReleased",
    "YearClosed",
    "YearDetermined",
    "YearReopened",
    "YearReported",
    "YearVerified",
    "ZoneBidPlaced",
    "ZoneCallCleared",
    "ZoneCallOpened",
    "ZoneFill",
    "ZoneLimit",
    "ZoneOfferPlaced",
    "ZoneOrderDropped",
    "ZoneOrderRefused",
    "ZoneRoundCleared",
)

Event = (
    RulebookAdopted
    | ActorRegistered
    | AccountOpened
    | AccountFrozen
    | AccountThawed
    | SourceRegistered
    | MoneyMoved
    | ActProposed
    | ActConfirmed
    | ActRejected
    | CapSet
    | Allocated
    | SaleOpened
    | SaleClosed
    | AllocationBought
    | InstalmentPaid
    | UnpaidWithdrawn
    | ApplicationMade
    | ApplicationDropped
    | ReserveGranted
    | UnusedReleased
    | SourceClosed
    | SourceReopened
    | WithdrawalNoticed
    | WithdrawalAppealed
    | AppealDecided
    | AllowancesWithdrawn
    | PaidBack
    | WithdrawalRestored
    | AllocationReversed
    | AllowancesWithheld
    | WithholdingReleased
    | WithheldForfeited
    | RepurchaseOpened
    | AskPlaced
    | AskReturned
    | RepurchaseCleared
    | ReserveFed
    | ReserveDrawn
    | Transferred
    | AuctionOpened
    | LotConsigned
    | LotReturned
    | BidPlaced
    | AuctionCleared
    | SessionOpened
    | SessionClosed
    | OrderPlaced
    | Traded
    | OrderCancelled
    | Repurchased
    | DealOffered
    | DealSettled
    | DealDropped
    | CrossingAllowed
    | MarketHalted
    | MarketResumed
    | CallOpened
    | CallOrderPlaced
    | CallOrderDropped
    | CallCleared
    | PledgeOffered
    | PledgeAccepted
    | PledgeReleased
    | PledgeRedeemed
    | PledgeCalled
    | PledgeEnforced
    | PledgeForSale
    | PledgeServed
    | ClaimCut
    | LeaseOffered
    | LeaseDropped
    | LeaseDelivered
    | LeaseShortened
    | LeaseEnded
    | RightGranted
    | RightRenewed
    | RightsServed
    | RightOffered
    | RightDropped
    | RightSold
    | ZoneCallOpened
    | ZoneOfferPlaced
    | ZoneBidPlaced
    | ZoneOrderDropped
    | ZoneCallCleared
    | HoursMarked
    | MarkProven
    | MarkApproved
    | MarkReverted
    | DayReversed
    | DaySealed
    | FindingsNoted
    | YearReported
    | ImprovementRequested
    | ImprovementAnswered
    | ImprovementClosed
    | YearVerified
    | YearDetermined
    | YearReopened
    | Surrendered
    | YearClosed
    | PenaltyPaid
)
