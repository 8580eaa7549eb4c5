"""Methods of allocation side by side as a page."""

from airshed.pages.methods.page import ComparedTerms, MethodsFacts, build

__all__ = ["ComparedTerms", "MethodsFacts", "build"]
