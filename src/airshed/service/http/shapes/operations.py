"""What is answered to who watches over the service."""

from __future__ import annotations

import msgspec

from airshed.model.provenance import Provenance


class Healthy(msgspec.Struct, frozen=True):
    """The process answers."""

    healthy: bool
    provenance: Provenance


class Ready(msgspec.Struct, frozen=True):
    """Commands are decided."""

    ready: bool
    records: int
    #: Instant of the book.
    at: int
    #: The record up to which it answers from a snapshot that is being checked; 0 once it was.
    unchecked: int
    #: `known` or `away`: whether the provider of single sign-on has answered; null where there is none.
    provider: str | None
    provenance: Provenance
