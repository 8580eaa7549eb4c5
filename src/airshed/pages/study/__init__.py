"""The founding study, sentence by sentence, as a page."""

from airshed.pages.study.page import build

__all__ = ["build"]
