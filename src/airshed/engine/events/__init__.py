"""Events: what has happened. They carry results, so applying one never asks a rule."""

from __future__ import annotations

from airshed.engine.events.administering import (
    AccountFrozen,
    AccountOpened,
    AccountThawed,
    ActorRegistered,
    MoneyMoved,
    RulebookAdopted,
    SourceRegistered,
)
from airshed.engine.events.complying import PenaltyPaid, Settlement, Surrendered, YearClosed
from airshed.engine.events.fact import Fact
from airshed.engine.events.issuing import Allocated, Award, CapSet, Transferred
from airshed.engine.events.monitoring import DaySealed, YearDetermined, YearReported, YearVerified
from airshed.engine.events.trading import (
    AuctionAward,
    AuctionCleared,
    AuctionOpened,
    BidPlaced,
    OrderCancelled,
    OrderPlaced,
    Repurchased,
    SessionClosed,
    SessionOpened,
    Traded,
)

__all__ = (
    "AccountFrozen",
    "AccountOpened",
    "AccountThawed",
    "ActorRegistered",
    "Allocated",
    "AuctionAward",
    "AuctionCleared",
    "AuctionOpened",
    "Award",
    "BidPlaced",
    "CapSet",
    "DaySealed",
    "Event",
    "Fact",
    "MoneyMoved",
    "OrderCancelled",
    "OrderPlaced",
    "PenaltyPaid",
    "Repurchased",
    "RulebookAdopted",
    "SessionClosed",
    "SessionOpened",
    "Settlement",
    "SourceRegistered",
    "Surrendered",
    "Traded",
    "Transferred",
    "YearClosed",
    "YearDetermined",
    "YearReported",
    "YearVerified",
)

Event = (
    RulebookAdopted
    | ActorRegistered
    | AccountOpened
    | AccountFrozen
    | AccountThawed
    | SourceRegistered
    | MoneyMoved
    | CapSet
    | Allocated
    | Transferred
    | AuctionOpened
    | BidPlaced
    | AuctionCleared
    | SessionOpened
    | SessionClosed
    | OrderPlaced
    | Traded
    | OrderCancelled
    | Repurchased
    | DaySealed
    | YearReported
    | YearVerified
    | YearDetermined
    | Surrendered
    | YearClosed
    | PenaltyPaid
)
