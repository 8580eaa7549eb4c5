"""Devices that send a factor in another measure than the standard's: by what to multiply."""

from __future__ import annotations

from collections.abc import Mapping

from airshed.model.refusal import Malformed
from airshed.mrv.hj212.codes import factors_of

#: (measure sent, measure of HJ 212-2017 table B.2) -> factor.
FACTORS: Mapping[tuple[str, str], float] = {
    ("m3/h", "m3/s"): 1 / 3600,
    ("Pa", "kPa"): 0.001,
    ("hPa", "kPa"): 0.1,
    ("g/m3", "mg/m3"): 1000.0,
    ("ug/m3", "mg/m3"): 0.001,
    ("ng/m3", "mg/m3"): 0.000001,
    ("mg/m3", "ng/m3"): 1_000_000.0,
}


def factor_to_standard(code: str, sent: str, place: str) -> float:
    """By what a value of `code` in the measure `sent` is multiplied to stand in the measure of the standard.

    `Malformed` at `place` for a code or a measure that is not known.

    >>> factor_to_standard("a01013", "Pa", "devices.csv line 2"), factor_to_standard("a21026", "mg/m3", "")
    (0.001, 1.0)
    """
    known = factors_of(code)
    if len(known) != 1:
        raise Malformed(place, f"{code!r} is no code of one factor", "take the code from HJ 212-2017 table B.2")
    wanted = known[0].measure
    if sent == wanted:
        return 1.0
    found = FACTORS.get((sent, wanted))
    if found is None:
        can = ", ".join(sorted(measure for measure, standard in FACTORS if standard == wanted)) or "nothing else"
        raise Malformed(place, f"{code} in {sent!r} cannot become {wanted}", f"known besides {wanted}: {can}")
    return found
