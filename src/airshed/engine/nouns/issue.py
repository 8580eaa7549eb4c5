"""Caps and their free allocation."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Grant:
    """What a source was given free of a series, and at which instant."""

    count: int
    entrant: bool
    at: int
