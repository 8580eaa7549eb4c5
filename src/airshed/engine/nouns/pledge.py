"""Allowances that secure a debt."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Pledge:
    """Allowances that secure a debt. `left` has what it still binds of each series, set aside in the pledgor's."""

    id: int
    pledgor: str
    pledgee: str
    series: str
    count: int
    secured: int
    until: str
    left: dict[str, int]
    #: "offered", "standing" or "called".
    state: str = "offered"
    #: First day on which a called pledge may be enforced.
    enforce_from: str = ""
    #: The auction in which a part of it is on sale, or empty.
    sale: str = ""
