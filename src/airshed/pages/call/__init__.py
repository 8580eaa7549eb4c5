"""The page of a zone-wide call: what cover costs where and why, what goes where, what the air gets, the proof."""

from __future__ import annotations

from airshed.pages.call.facts import CallFacts
from airshed.pages.call.page import build

__all__ = ["CallFacts", "build"]
