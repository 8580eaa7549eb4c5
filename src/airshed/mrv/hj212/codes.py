"""What the codes of HJ 212 mean, in Chinese and English: factors, commands, data flags, suffixes, answers, systems."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import msgspec

from airshed.model.beside import rows_beside

Name = tuple[str, str]
"""A name in Chinese and in English."""


class ReadingFactor(msgspec.Struct, frozen=True):
    """A factor that readings are of: its code, names, 2005 code ("" if none), measures as printed, and the table.

    `form` is the printed width: N5.2 is a number with five digits before the point and two after.
    """

    code: str
    name_zh: str
    name_en: str
    code_2005: str
    measure: str
    mass_measure: str
    form: str
    note: str
    cite: str


@cache
def factors() -> tuple[ReadingFactor, ...]:
    """All rows of codes.csv: flue-gas and air factors (B.2), process (B.7), device (B.10), in the printed order."""
    return tuple(ReadingFactor(**row) for row in rows_beside("airshed.mrv.hj212", "codes.csv"))


@cache
def _by_code() -> Mapping[str, tuple[ReadingFactor, ...]]:
    found: dict[str, tuple[ReadingFactor, ...]] = {}
    for factor in factors():
        found[factor.code] = (*found.get(factor.code, ()), factor)
    return found


@cache
def _by_code_2005() -> Mapping[str, str]:
    return {factor.code_2005: factor.code for factor in factors() if factor.code_2005}


def code_2017(code: str) -> str:
    """The 2017 code of a 2005 code; any other code as it is.

    >>> code_2017("02"), code_2017("S01"), code_2017("a21026")
    ('a21026', 'a19001', 'a21026')
    """
    return _by_code_2005().get(code, code)


def factors_of(code: str) -> tuple[ReadingFactor, ...]:
    """What a code may stand for: nothing if no table has it, two rows where the standard prints a code twice.

    The last digits of process and furnace codes count devices: g11902 is the second g119xx.

    >>> [factor.name_en for factor in factors_of("g11902")]
    ['Desulphurisation rate', 'Inlet SO2']
    """
    known = _by_code()
    wanted = code_2017(code)
    numbered = (wanted[:-2] + "xx", wanted[:-1] + "x") if wanted[-1:].isdigit() else ()
    return next((known[key] for key in (wanted, *numbered) if key in known), ())


def name_of(code: str) -> Name:
    """The names of a factor in Chinese and English; the code itself where no table has it.

    >>> name_of("a21026"), name_of("S01"), name_of("Leq")
    (('二氧化硫', 'Sulphur dioxide'), ('氧气含量', 'Oxygen content'), ('Leq', 'Leq'))
    """
    found = factors_of(code)
    if not found:
        return (code, code)
    return " / ".join(factor.name_zh for factor in found), " / ".join(factor.name_en for factor in found)


def _names(of: str) -> Mapping[str, Name]:
    return {row["name"]: (row["zh"], row["en"]) for row in _NAMES if row["of"] == of}


_NAMES = rows_beside("airshed.mrv.hj212", "names.csv")
#: Flags of readings; provinces add more: an unknown flag is no normal reading.
DATA_FLAGS = _names("flag")
SUFFIX_NAMES = _names("suffix")
#: Those of the editions of 2005 and 2025 too.
COMMANDS = _names("command")
#: The answer to a request (QnRtn), and the result of execution (ExeRtn).
REQUEST_ANSWERS, EXECUTION_RESULTS = _names("request answer"), _names("execution result")
#: What is monitored (ST).
SYSTEMS = _names("system")
#: Fields of a frame.
FIELD_NAMES = _names("field")
