"""What it is to apply an event: to take in a fact, without a rule and without a refusal."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from airshed.engine.state import State

Apply = Callable[[State, Any], None]
