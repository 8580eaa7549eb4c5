"""One stack's year of hourly readings as columns, and how decoded rows become them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from airshed.mrv.flue_gas import Floats
from airshed.mrv.spans import hour_of, hours_in

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
FACTORS = (*POLLUTANT_CODES.values(), VELOCITY, TEMPERATURE, STATIC_PRESSURE, MOISTURE, OXYGEN, AIR_PRESSURE)

#: A factor's hourly mean and its data flag ("" when the frame carries none).
Reading = tuple[float, str]
HourReading = Mapping[str, Reading]


@dataclass(frozen=True, slots=True, eq=False)
class StackReadings:
    """A year of hours: per factor a column of means (NaN: none) and of flags (ASCII code; 0: none)."""

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
    since a correction needs a reason (I9).
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
        if at.size < speaking.size:
            said, now = first[back], speaking
            same = (column[said] == column[now]) | (np.isnan(column[said]) & np.isnan(column[now]))
            duplicate[places[now[~same | (codes[said] != codes[now])]]] = True
    return StackReadings(
        year,
        framed,
        values,
        marks,
        tuple(np.flatnonzero(duplicate).tolist()),
        int(np.count_nonzero(~inside)),
        evidence,
    )


def readings_from_rows(
    year: int, rows: Iterable[tuple[str, HourReading]], evidence: tuple[str, ...] = ()
) -> StackReadings:
    """`readings_from_columns` for rows of (DataTime, factor -> (mean, flag)).

    `Malformed` for a DataTime that is not the start of an hour.

    >>> readings = readings_from_rows(2027, [("20270101010000", {"a21026": (35.0, "N")})])
    >>> readings.at(0), readings.at(1)
    (None, {'a21026': (35.0, 'N')})
    """
    told = [(hour_of(text), reading) for text, reading in rows]
    factors = sorted({factor for _, reading in told for factor in reading})
    nothing: Reading = (float("nan"), "")
    return readings_from_columns(
        year,
        np.array([hour for hour, _ in told], "datetime64[h]"),
        {f: np.array([reading.get(f, nothing)[0] for _, reading in told], np.float64) for f in factors},
        {f: np.array([reading.get(f, nothing)[1] for _, reading in told], np.str_) for f in factors},
        evidence,
    )
