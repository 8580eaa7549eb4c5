"""Caps and their free allocation."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Advance:
    """What of a series waits in the reserve until output is verified, and what sources have of it by now."""

    kept: int
    #: By source: what was given in advance, less what came back since.
    given: dict[str, int]

    @property
    def pool(self) -> int:
        """What is shared out in the end."""
        return self.kept + sum(self.given.values())


@dataclass(slots=True)
class Grant:
    """What a source was given free of a series, and at which instant."""

    count: int
    entrant: bool
    at: int
