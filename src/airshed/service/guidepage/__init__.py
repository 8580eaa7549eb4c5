"""A guide price before trading starts as a page."""

from airshed.service.guidepage.page import GuideFacts, build

__all__ = ["GuideFacts", "build"]
