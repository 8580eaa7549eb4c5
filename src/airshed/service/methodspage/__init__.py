"""Methods of allocation side by side as a page."""

from airshed.service.methodspage.page import MethodsFacts, build

__all__ = ["MethodsFacts", "build"]
