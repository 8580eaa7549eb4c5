"""What the money of a law may be: a currency of ISO 4217 (`currencies.csv`, recalled) whose coin is a hundredth."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from functools import lru_cache
from importlib.resources import files

from airshed.model.near import near
from airshed.model.refusal import Malformed
from airshed.rulebook.schema import Rulebook

#: Digits of amounts after the point.
KEPT = 2


@lru_cache(maxsize=1)
def digits() -> Mapping[str, int]:
    """Digits after the point by currency: those of its smallest coin."""
    rows = csv.DictReader(files("airshed.rulebook").joinpath("currencies.csv").read_text("utf-8").splitlines())
    return {row["code"]: int(row["digits"]) for row in rows}


def money(rules: Rulebook, file: str) -> Iterator[Malformed]:
    """A currency that nobody has, or one whose amounts a law cannot count."""
    code, place = rules.currency.code, f"{file} [currency] code"
    if code not in digits():
        yield Malformed(place, f"there is no currency {code!r}", near(code, digits()))
    elif digits()[code] != KEPT:
        what = f"amounts of {code} have {digits()[code]} digits after the point, and those of a law {KEPT}"
        yield Malformed(place, what, "reckon in a currency with hundredths, as EUR")
