"""What every section of a rulebook has: the source it rests on, and whether somebody has read it there."""

from __future__ import annotations

import msgspec

from airshed.rulebook.kinds import Status


class Section(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A part of the law with the source it rests on."""

    #: The article, standard or paper that this section rests on. 依据。
    cite: str
    #: "confirmed" when read in the source, "to confirm" when recalled or assumed. 核实情况。
    status: Status
