"""The base of all events."""

from __future__ import annotations

import msgspec


class Fact(msgspec.Struct, frozen=True, tag=True, tag_field="is", gc=False):
    """What all events share: the name of the class is the name of the event."""
