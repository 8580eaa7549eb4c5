"""Published prices of rights in one language as a page."""

from airshed.service.quotepage.page import QuoteFacts, build

__all__ = ["QuoteFacts", "build"]
