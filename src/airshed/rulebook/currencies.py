"""What the money of a law may be: a currency of ISO 4217 (`currencies.csv`, recalled) whose coin is a hundredth."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from functools import lru_cache
from importlib.resources import files
from typing import NamedTuple

from airshed.model.near import near
from airshed.model.refusal import Malformed
from airshed.rulebook.schema import Rulebook

#: Digits of amounts after the point.
KEPT = 2


class Currency(NamedTuple):
    """Digits after the point, those of its smallest coin, and what a whole one is called; its code if nothing else."""

    digits: int
    en: str
    zh: str


@lru_cache(maxsize=1)
def currencies() -> Mapping[str, Currency]:
    """All of them, by code."""
    rows = csv.reader(files("airshed.rulebook").joinpath("currencies.csv").read_text("utf-8").splitlines()[1:])
    return {code: Currency(int(digits), en, zh) for code, digits, en, zh in rows}


def named(code: str) -> Currency:
    """One that there is."""
    return currencies()[code]


def not_money(code: str, place: str) -> Malformed | None:
    """What is wrong with a code: a currency that nobody has, or one whose amounts a law cannot count."""
    if code not in currencies():
        return Malformed(place, f"there is no currency {code!r}", near(code, currencies()))
    if named(code).digits != KEPT:
        what = f"amounts of {code} have {named(code).digits} digits after the point, and those of a law {KEPT}"
        return Malformed(place, what, "reckon in a currency with hundredths, as EUR")
    return None


def money(rules: Rulebook, file: str) -> Iterator[Malformed]:
    """What is wrong with the currency of a law."""
    fault = not_money(rules.currency.code, f"{file} [currency] code")
    if fault is not None:
        yield fault
