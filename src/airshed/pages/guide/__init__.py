"""A guide price before trading starts as a page."""

from airshed.pages.guide.page import GuideFacts, build

__all__ = ["GuideFacts", "build"]
