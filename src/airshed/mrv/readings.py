"""One stack's year of hourly readings as columns, and how decoded rows become them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from airshed.mrv.flue_gas import Floats, nox_as_no2
from airshed.mrv.gases import BY_CODE, GASES, gas_code
from airshed.mrv.spans import hours_in

Flags = NDArray[np.uint8]

#: HJ 212-2017 table B.2. Concentrations are mg/m3, dry, standard state, as measured (the -Avg of an hour).
POLLUTANT_CODES = {"SO2": "a21026", "NOx": "a21002", "PM": "a34013", "VOC": "a24088"}
#: Velocity at duct conditions, wet, m/s. (a00000 says flow without saying of which state, so it is not used.)
VELOCITY = "a01011"
#: Flue gas temperature, degrees Celsius.
TEMPERATURE = "a01012"
#: Static pressure of the duct over the air outside, kPa.
STATIC_PRESSURE = "a01013"
#: Moisture, percent by volume.
MOISTURE = "a01014"
#: Oxygen, percent, dry.
OXYGEN = "a19001"
#: Local air pressure, kPa; optional.
AIR_PRESSURE = "i23001"
AIR_PRESSURE_OF_FLUE_GAS = "a01006"
"""Air pressure in HJ 212-2017 table B.2; i23001 of table B.10 belongs to messages about the device."""
#: Flow as the device reckons it, m3/s; beside the hours, for the identities of a frame.
FLOW = "a00000"
FACTORS = (*POLLUTANT_CODES.values(), VELOCITY, TEMPERATURE, STATIC_PRESSURE, MOISTURE, OXYGEN, AIR_PRESSURE)

#: What else a rulebook may cap; read where a device sends it.
FURTHER_GASES = tuple(gas.code for gas in GASES if gas.pollutant not in POLLUTANT_CODES)

#: A factor's hourly mean and its data flag ("" when the frame carries none).
Reading = tuple[float, str]
HourReading = Mapping[str, Reading]


@dataclass(frozen=True, slots=True, eq=False)
class StackReadings:
    """A year of hours: per factor a column of means (NaN: none) and of flags (ASCII code; 0: none).

    A flag below 32 is no character but the reason of `states` why an hour that was built of minutes has no mean.
    """

    year: int
    #: Whether a frame of this hour arrived.
    framed: NDArray[np.bool_]
    values: Mapping[str, Floats]
    flags: Mapping[str, Flags]
    #: Hours for which a second frame said something else; the first one holds.
    duplicates: tuple[int, ...] = ()
    #: How many frames named an hour of another year.
    outside: int = 0
    #: One digest of the raw frames per day (`days.evidence_of_days`); empty when the frames are not at hand.
    evidence: tuple[str, ...] = ()
    #: How many hours of the year have passed; quarters that end later are not yet substituted.
    through: int | None = None
    #: Valid hourly masses of the year before, mg, oldest first, per pollutant: what January looks back on.
    history_mg: Mapping[str, NDArray[np.int64]] = field(default_factory=dict)
    #: Load of the plant by the plant's own record, of its full load (NaN: not known); frames do not carry it.
    load: Floats | None = None
    #: By how many hours the clock of its frames was off (`told.clock_hours`); None when all of them were right.
    clock_h: Floats | None = None
    #: Hours told by two frames of one QN with other content; the first one holds.
    conflicts: tuple[int, ...] = ()
    #: Flow that the device states, m3/s; its total in m3 and the masses in kg (-Cou) by code; means that it converted
    #: to reference oxygen, mg/m3 (-ZsAvg), by code. Only for checks: no mass rests on them.
    flow_m3_s: Floats | None = None
    totals: Mapping[str, Floats] = field(default_factory=dict)
    converted: Mapping[str, Floats] = field(default_factory=dict)

    @property
    def hours(self) -> int:
        """How many hours the year has."""
        return len(self.framed)

    def column(self, factor: str) -> Floats:
        """The means of a factor; all NaN when the stack never reported it."""
        found = self.values.get(factor)
        return np.full(self.hours, np.nan) if found is None else found

    def marks(self, factor: str) -> Flags:
        """The flags of a factor; all 0 when the stack never reported it."""
        found = self.flags.get(factor)
        return np.zeros(self.hours, np.uint8) if found is None else found

    def at(self, hour: int) -> HourReading | None:
        """One hour as a frame said it, or None when none arrived."""
        if not self.framed[hour]:
            return None
        factors = [f for f in self.values if not np.isnan(self.values[f][hour]) or self.marks(f)[hour]]
        return {f: (float(self.values[f][hour]), _letter(int(self.marks(f)[hour]))) for f in factors}


def _letter(code: int) -> str:
    return chr(code) if code else ""


def flag_code(flag: str) -> int:
    """A data flag as it stands in a column: its character, 0 for none, "?" for one that is no character.

    >>> flag_code("N"), flag_code(""), chr(flag_code("zz"))
    (78, 0, '?')
    """
    if not flag:
        return 0
    return ord(flag) if len(flag) == 1 and "!" <= flag <= "~" else ord("?")


def flag_codes(flags: NDArray[np.str_]) -> Flags:
    """`flag_code` for a column.

    >>> flag_codes(np.array(["N", "", "zz"])).tolist()
    [78, 0, 63]
    """
    if flags.dtype == "<U1":  # one character each: its code point is the flag, as far as it is printable ASCII
        points = np.ascontiguousarray(flags).view(np.uint32)
        return np.where((points == 0) | ((points > 32) & (points < 127)), points, ord("?")).astype(np.uint8)
    known, back = np.unique(flags, return_inverse=True)
    codes = np.array([flag_code(str(flag)) for flag in known], np.uint8)
    return codes[back]


def readings_from_columns(
    year: int,
    hours: NDArray[np.datetime64],
    means: Mapping[str, Floats],
    flags: Mapping[str, NDArray[np.str_]],
    evidence: tuple[str, ...] = (),
) -> StackReadings:
    """A year from decoded reports as columns, in order of receipt: the hour each names (its start), means
    and flags.

    What an hour first says of a factor holds. The same again is a resend and changes nothing; another part
    of the same message adds its factors; a second, other figure is kept as a duplicate for the verifier,
    since a correction needs a reason (I9). Gases that the standard prints in ng/m3 become mg/m3 here. Where nobody
    reports NOx, it is reckoned from NO and NO2 (equation 21).
    """
    length = hours_in(year)
    places = (hours - np.datetime64(f"{year:04}-01-01T00", "h")).astype(np.int64)
    inside = (places >= 0) & (places < length)
    framed = np.zeros(length, np.bool_)
    framed[places[inside]] = True
    duplicate = np.zeros(length, np.bool_)
    values: dict[str, Floats] = {}
    marks: dict[str, Flags] = {}
    for factor, column in means.items():
        codes = flag_codes(flags[factor])
        speaking = np.flatnonzero(inside & ((codes != 0) | ~np.isnan(column)))
        if not speaking.size:
            continue
        at, rows, back = np.unique(places[speaking], return_index=True, return_inverse=True)
        first = speaking[rows]
        values[factor], marks[factor] = np.full(length, np.nan), np.zeros(length, np.uint8)
        values[factor][at], marks[factor][at] = column[first], codes[first]
        gas = BY_CODE.get(factor)
        if gas is not None and gas.printed_to_mg_m3 != 1.0:
            values[factor] *= gas.printed_to_mg_m3
        if at.size < speaking.size:
            said, now = first[back], speaking
            same = (column[said] == column[now]) | (np.isnan(column[said]) & np.isnan(column[now]))
            duplicate[places[now[~same | (codes[said] != codes[now])]]] = True
    _add_nox(values, marks)
    return StackReadings(
        year,
        framed,
        values,
        marks,
        tuple(np.flatnonzero(duplicate).tolist()),
        int(np.count_nonzero(~inside)),
        evidence,
    )


def _add_nox(values: dict[str, Floats], marks: dict[str, Flags]) -> None:
    """Equation (21) in hours in which NO and NO2 are reported and NOx is not. Changes both."""
    no, no2, nox = gas_code("NO"), gas_code("NO2"), gas_code("NOx")
    if no not in values or no2 not in values:
        return
    both = ((marks[no] != 0) | ~np.isnan(values[no])) & ((marks[no2] != 0) | ~np.isnan(values[no2]))
    if nox in values:
        both &= np.isnan(values[nox]) & (marks[nox] == 0)
    else:
        values[nox], marks[nox] = np.full(len(both), np.nan), np.zeros(len(both), np.uint8)
    values[nox][both] = nox_as_no2(values[no][both], values[no2][both])
    # A bad flag of either one speaks for both, that of NO first; no flag at all is no flag.
    worse = np.where(marks[no] == ord("N"), marks[no2], marks[no])
    marks[nox][both] = worse[both]
