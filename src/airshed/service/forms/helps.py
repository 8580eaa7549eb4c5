"""What commands do and what their fields mean, in Chinese: `helps.csv` has each English sentence of the code."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from airshed.model.beside import rows_beside


def help_zh(english: str) -> str:
    """A sentence of help in Chinese; one without is an error.

    >>> help_zh("The compliance year.")
    '履约年度。'
    """
    said = sentences().get(english)
    if said is None:
        raise LookupError(f"{english!r} has no Chinese: write it in airshed/service/forms/helps.csv")
    return said


@cache
def sentences() -> Mapping[str, str]:
    """All of them by their English."""
    return {row["en"]: row["zh"] for row in rows_beside("airshed.service.forms", "helps.csv")}
