"""The page on the price of a bad meter: what each way of losing hours costs under either law, in tonnes and yuan."""

from __future__ import annotations

from airshed.service.pricepage.facts import PriceFacts
from airshed.service.pricepage.page import build

__all__ = ["PriceFacts", "build"]
