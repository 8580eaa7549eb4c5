"""The design brief as a page: which design it would choose, why, what could change that, and what it does not know."""

from __future__ import annotations

from airshed.pages.brief.page import build

__all__ = ["build"]
