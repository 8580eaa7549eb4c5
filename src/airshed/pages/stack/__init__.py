"""Pages that show what was measured: one of a stack's year, and one of how complete the readings of a zone are."""

from __future__ import annotations

from airshed.pages.stack.page import build, build_completeness, picture_page

__all__ = ["build", "build_completeness", "picture_page"]
