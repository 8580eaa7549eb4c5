"""Transfers: those that wait, and those that are over."""

from __future__ import annotations

from dataclasses import dataclass

from airshed.registry.moves import Entry
from airshed.rulebook.transactions import TransactionType


@dataclass(slots=True)
class AllowanceTransfer:
    """A transfer: asked for at one instant, to be carried out from another; while it waits, `count` are set aside."""

    id: int
    type: TransactionType
    origin: str
    target: str
    series: str
    count: int
    asked: int
    due: int
    #: Whether the target was trusted when it was asked for.
    trusted: bool = False
    #: "waiting", "done" or "cancelled".
    state: str = "waiting"
    #: The instant at which it was carried out or called off; None while it waits.
    ended: int | None = None
    #: What it moved; empty while it waits, and when it was called off.
    entry: Entry = ()
    #: What the rules had against it when its hour had come.
    reason: str = ""
