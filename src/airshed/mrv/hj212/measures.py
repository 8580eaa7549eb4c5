"""Devices that send a factor in another measure than the standard's: by what to multiply."""

from __future__ import annotations

from collections.abc import Mapping

from airshed.model.refusal import Malformed
from airshed.mrv.gases import BY_CODE, NG_PER_MG, mg_m3_per_ppm
from airshed.mrv.hj212.codes import code_2017, factors_of

#: (measure sent, measure of HJ 212-2017 table B.2) -> factor.
FACTORS: Mapping[tuple[str, str], float] = {
    ("m3/h", "m3/s"): 1 / 3600,
    ("Pa", "kPa"): 0.001,
    ("hPa", "kPa"): 0.1,
    ("g/m3", "mg/m3"): 1000.0,
    ("ug/m3", "mg/m3"): 0.001,
    ("ng/m3", "mg/m3"): 0.000001,
    ("mg/m3", "ng/m3"): 1_000_000.0,
    ("ug/m3", "ng/m3"): 1_000.0,
}
#: Measures of volume in volume, which become mass by the molar mass of the gas -> parts per million in one of them.
PPM: Mapping[str, float] = {"ppm": 1.0, "ppb": 0.001, "%": 10_000.0}


def factor_to_standard(code: str, sent: str, place: str) -> float:
    """By what a value of `code` in the measure `sent` is multiplied to stand in the measure of the standard.

    `Malformed` at `place` for a code or a measure that is not known.

    >>> factor_to_standard("a01013", "Pa", "devices.csv line 2"), factor_to_standard("a21026", "mg/m3", "")
    (0.001, 1.0)
    >>> round(factor_to_standard("a21026", "ppm", "") * 100, 3)  # equation (20)
    285.714
    """
    known = factors_of(code)
    if len(known) != 1:
        raise Malformed(place, f"{code!r} is no code of one factor", "take the code from HJ 212-2017 table B.2")
    wanted = known[0].measure
    if sent == wanted:
        return 1.0
    gas = BY_CODE.get(code_2017(code))
    per_ppm = None if gas is None else mg_m3_per_ppm(gas)
    if per_ppm is not None and sent in PPM:
        return PPM[sent] * per_ppm * (NG_PER_MG if wanted == "ng/m3" else 1)
    found = FACTORS.get((sent, wanted))
    if found is None:
        others = [measure for measure, standard in FACTORS if standard == wanted] + ([*PPM] if per_ppm else [])
        can = ", ".join(sorted(others)) or "nothing else"
        raise Malformed(place, f"{code} in {sent!r} cannot become {wanted}", f"known besides {wanted}: {can}")
    return found
