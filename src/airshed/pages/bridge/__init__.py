"""All prices of a pollutant on one page, each explained cause by cause from the price under the law."""

from airshed.pages.bridge.page import BridgeFacts, build

__all__ = ["BridgeFacts", "build"]
