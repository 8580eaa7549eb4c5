"""Methods of allocation side by side as a page."""

from airshed.pages.methods.page import MethodsFacts, Terms, build

__all__ = ["MethodsFacts", "Terms", "build"]
