"""Events: what has happened. They carry results, so applying one never asks a rule."""

from __future__ import annotations

from airshed.engine.events.account import *
from airshed.engine.events.auction import *
from airshed.engine.events.call import *
from airshed.engine.events.case import *
from airshed.engine.events.day import *
from airshed.engine.events.deal import *
from airshed.engine.events.fact import *
from airshed.engine.events.issue import *
from airshed.engine.events.lease import *
from airshed.engine.events.listed import *
from airshed.engine.events.mark import *
from airshed.engine.events.monitoring import *
from airshed.engine.events.people import *
from airshed.engine.events.pledge import *
from airshed.engine.events.report import *
from airshed.engine.events.reserve import *
from airshed.engine.events.right import *
from airshed.engine.events.sale import *
from airshed.engine.events.sealed import *
from airshed.engine.events.settling import *
from airshed.engine.events.standing import *
from airshed.engine.events.transfer import *
from airshed.engine.events.withdrawal import *
from airshed.engine.events.zone_call import *

#: Every event: the sum of what the rooms have.
Event = (
    PeopleEvent
    | AccountEvent
    | IssueEvent
    | TransferEvent
    | SaleEvent
    | ReserveEvent
    | WithdrawalEvent
    | AuctionEvent
    | ListedEvent
    | DealEvent
    | CallEvent
    | ZoneCallEvent
    | SealedEvent
    | PledgeEvent
    | LeaseEvent
    | RightEvent
    | MarkEvent
    | MonitoringEvent
    | DayEvent
    | ReportEvent
    | SettlingEvent
    | StandingEvent
    | CaseEvent
)
