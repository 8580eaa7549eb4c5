"""Moves from one origin to one target, and entries: moves that happen together or not at all."""

from __future__ import annotations

import msgspec

from airshed.model.allowance import Blocks


class Delivered(msgspec.Struct, frozen=True, array_like=True, tag="allowances", gc=False):
    """Serials of a series that go from one account to another."""

    origin: str
    target: str
    series: str
    blocks: Blocks


class Paid(msgspec.Struct, frozen=True, array_like=True, tag="cash", gc=False):
    """Fen that go from one account to another."""

    origin: str
    target: str
    fen: int


Move = Delivered | Paid
Entry = tuple[Move, ...]
