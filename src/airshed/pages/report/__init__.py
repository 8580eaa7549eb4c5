"""The report of a year: one self-contained page in English and Chinese, read from a book."""

from __future__ import annotations

from airshed.pages.report.page import build

__all__ = ["build"]
