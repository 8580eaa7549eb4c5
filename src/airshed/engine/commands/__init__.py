"""Commands: what somebody wishes to happen. Counts are allowances, prices fen per tonne, money fen."""

from __future__ import annotations

import msgspec

from airshed.engine.commands.account import *
from airshed.engine.commands.auction import *
from airshed.engine.commands.call import *
from airshed.engine.commands.case import *
from airshed.engine.commands.day import *
from airshed.engine.commands.deal import *
from airshed.engine.commands.issue import *
from airshed.engine.commands.lease import *
from airshed.engine.commands.listed import *
from airshed.engine.commands.mark import *
from airshed.engine.commands.monitoring import *
from airshed.engine.commands.people import *
from airshed.engine.commands.pledge import *
from airshed.engine.commands.report import *
from airshed.engine.commands.reserve import *
from airshed.engine.commands.right import *
from airshed.engine.commands.sale import *
from airshed.engine.commands.sealed import *
from airshed.engine.commands.settling import *
from airshed.engine.commands.standing import *
from airshed.engine.commands.transfer import *
from airshed.engine.commands.wish import *
from airshed.engine.commands.withdrawal import *
from airshed.engine.commands.zone_call import *

#: Every command: the sum of what the rooms have.
Body = (
    PeopleBody
    | AccountBody
    | IssueBody
    | TransferBody
    | SaleBody
    | ReserveBody
    | WithdrawalBody
    | AuctionBody
    | ListedBody
    | DealBody
    | CallBody
    | ZoneCallBody
    | SealedBody
    | PledgeBody
    | LeaseBody
    | RightBody
    | MarkBody
    | MonitoringBody
    | DayBody
    | ReportBody
    | SettlingBody
    | StandingBody
    | CaseBody
)


class Command(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A body with who sends it and the key under which it counts once."""

    #: Who sends it.
    actor: Name
    #: Chosen by the sender; the same key with the same body gets the same answer and counts once.
    key: Name
    #: What is wished: one of the commands, named by `do`.
    body: Body
