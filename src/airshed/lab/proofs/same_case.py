"""Whether a certificate is of the case that somebody holds in their hands, and not of another one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from airshed.lab.proofs.market import CurveRow, MarketCertificate
from airshed.model.refusal import Malformed


def hold_to_case(found: MarketCertificate, case: Mapping[str, Any], place: str = "certificate") -> None:
    """Nothing, if the certificate is of that case. Malformed, naming the first figure that differs, otherwise.

    `case` has zones, receptors, years, discount, transfer, need and curves as `certificate.stated` writes them.
    """
    stated = {**case, "curves": [msgspec.convert(row, CurveRow) for row in case["curves"]]}
    for name in ("zones", "receptors", "years", "discount", "transfer", "need", "curves"):
        here, there = (msgspec.json.decode(msgspec.json.encode(each)) for each in (getattr(found, name), stated[name]))
        fault = _difference(name, here, there)
        if fault:
            raise Malformed(place, fault, "it is the certificate of another case; ask for that of this one")


def _difference(path: str, here: Any, there: Any) -> str:
    """The first place at which two plain values differ; empty if nowhere."""
    if isinstance(here, list) and isinstance(there, list):
        if len(here) != len(there):
            return f"{path} has {len(here)} figures, the case {len(there)}"
        pairs = ((f"{path} {number}", *each) for number, each in enumerate(zip(here, there, strict=True), 1))
    elif isinstance(here, dict) and isinstance(there, dict):
        pairs = ((f"{path} {key}", here[key], there[key]) for key in here)
    else:
        return "" if here == there else f"{path} is {here}, in the case {there}"
    return next((fault for each in pairs if (fault := _difference(*each))), "")
