"""Transfers of allowances without money."""

from __future__ import annotations

from airshed.engine.events.fact import Fact
from airshed.registry.moves import Entry


class Transferred(Fact, frozen=True):
    """Allowances changed hands without money."""

    entry: Entry


TransferEvent = Transferred
