"""What strategies are called: a scenario is read without those who play it."""

from __future__ import annotations

STRATEGY_NAMES = ("zi-c", "zi-u", "zip", "gd", "officer", "hoarder", "manipulator")
