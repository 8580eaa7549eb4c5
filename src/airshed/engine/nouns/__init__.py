"""What the state remembers. Only `engine/apply/` changes it."""

from __future__ import annotations

from airshed.engine.nouns.account import *
from airshed.engine.nouns.auction import *
from airshed.engine.nouns.call import *
from airshed.engine.nouns.case import *
from airshed.engine.nouns.day import *
from airshed.engine.nouns.deal import *
from airshed.engine.nouns.issue import *
from airshed.engine.nouns.lease import *
from airshed.engine.nouns.listed import *
from airshed.engine.nouns.mark import *
from airshed.engine.nouns.monitoring import *
from airshed.engine.nouns.people import *
from airshed.engine.nouns.pledge import *
from airshed.engine.nouns.report import *
from airshed.engine.nouns.reserve import *
from airshed.engine.nouns.right import *
from airshed.engine.nouns.sale import *
from airshed.engine.nouns.sealed import *
from airshed.engine.nouns.settling import *
from airshed.engine.nouns.transfer import *
from airshed.engine.nouns.withdrawal import *
from airshed.engine.nouns.zone_call import *
