"""What commands do and what their fields mean, in Chinese: `helps.csv` has each English sentence of the code."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import cache
from importlib.resources import files


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
    text = (files("airshed.service.forms") / "helps.csv").read_text("utf-8")
    return {row["en"]: row["zh"] for row in csv.DictReader(text.splitlines())}
