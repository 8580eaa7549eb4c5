"""The fingerprint of a rulebook: of what it says, not of how its files are laid out."""

from __future__ import annotations

from functools import lru_cache
from hashlib import sha256

import msgspec

from airshed.rulebook.lookup import RULEBOOKS_KEPT
from airshed.rulebook.schema import Rulebook


def canonical(rules: Rulebook) -> bytes:
    """The content as JSON with sorted keys: comments, spaces and the order of keys do not show."""
    return msgspec.json.encode(rules, order="sorted")


@lru_cache(maxsize=RULEBOOKS_KEPT)
def digest(rules: Rulebook) -> str:
    """The SHA-256 of the canonical content, as 64 hex digits."""
    return sha256(canonical(rules)).hexdigest()
