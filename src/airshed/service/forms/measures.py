"""Amounts as people write them, read into what the book counts in and written back, exactly.

Which unit it is follows from the field of a command; how large an allowance is, and what the money is called, from the
law.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from fractions import Fraction
from typing import Any, NamedTuple

from msgspec import inspect as kinds

from airshed.model.civil import DEFAULT, CivilTime, civil
from airshed.model.measures import COMMON_UNITS, FEN_PER_YUAN, KG_PER_T, Unit, yuan
from airshed.model.near import near
from airshed.model.refusal import Malformed
from airshed.rulebook.schema import Rulebook

#: Longest text of a number with its unit.
LONGEST = 80
#: A number, as people group it, and what stands behind it.
_AMOUNT = re.compile(r"([+-]?)([¥￥$€£]?)\s*([0-9]{1,3}(?:,[0-9]{3})+|[0-9]+|(?=\.))(\.[0-9]+)?\s*(万|亿)?\s*(.*)")
#: Spaces between groups of three digits, as GB/T 15835 and many a spreadsheet write them.
_GROUPS = re.compile("(?<=[0-9])[ \u00a0\u2009\u202f](?=[0-9]{3}(?![0-9]))")
#: Signs of money that stand before an amount, and the code of each.
_SIGNS = {"": "", "¥": "CNY", "￥": "CNY", "$": "USD", "€": "EUR", "£": "GBP"}
_TIMES = {None: 1, "万": 10**4, "亿": 10**8}
#: Kilograms of what masses are written in.
_MASSES: Mapping[str, Fraction] = {
    **dict.fromkeys(("t", "tonne", "tonnes", "吨"), Fraction(KG_PER_T)),
    **dict.fromkeys(("kg", "千克", "公斤"), Fraction(1)),
    **dict.fromkeys(("g", "克"), Fraction(1, 1000)),
    **dict.fromkeys(("mg", "毫克"), Fraction(1, 10**6)),
}
_ALLOWANCES = ("allowances", "allowance", "份")
_A_YEAR = re.compile(r"\s*(a year|per year|/\s*year|/\s*a|/\s*年)$")
#: Milligrams and grams in kilograms.
_OWN = {Unit.KG: Fraction(1), Unit.G: Fraction(1, 1000), Unit.MG: Fraction(1, 10**6)}
#: What names of fields say of what they count, where their type does not.
BY_NAME: Mapping[str, Unit] = {**COMMON_UNITS, "count": Unit.ALLOWANCES}
_ENDINGS = {"kg": Unit.KG, "g": Unit.G, "mg": Unit.MG, "fen": Unit.FEN}


class Terms(NamedTuple):
    """What of a law amounts and instants are read by: kilograms of an allowance, names of the money, its time."""

    size_kg: int
    money: str
    money_names: tuple[str, ...]
    civil: CivilTime
    #: Whether money is written with both places, as pages do; a shell writes no digit too many.
    places: bool = False

    @classmethod
    def of(cls, rules: Rulebook) -> Terms:
        """Those of a law."""
        money = rules.currency
        return cls(rules.allowance.size_kg, money.name_en, (money.name_en, money.name_zh, money.code), rules.civil)


#: Terms before a book is named, for help.
ANY_LAW = Terms(1, "yuan", ("yuan", "元", "CNY"), civil(DEFAULT))


def unit_of(name: str, kind: Any) -> Unit | None:
    """What the numbers of a field are counted in: its type says it, or its name; None for plain numbers and words.

    >>> unit_of("budget_fen", kinds.IntType()), unit_of("count", kinds.IntType()), unit_of("number", kinds.IntType())
    (<Unit.FEN: 'fen'>, <Unit.ALLOWANCES: 'allowances'>, None)
    """
    match kind:
        case kinds.Metadata(extra={"unit": unit}):
            return Unit(unit)
        case kinds.Metadata(type=inner) | kinds.VarTupleType(item_type=inner) | kinds.DictType(value_type=inner):
            return unit_of(name, inner)
        case kinds.UnionType(types=types):
            return next((unit for each in types if (unit := unit_of(name, each)) is not None), None)
        case kinds.IntType():
            return BY_NAME.get(name) or _ENDINGS.get(name.rpartition("_")[2])
        case _:
            return None


def written_as(unit: Unit | None, terms: Terms) -> str:
    """How an amount is written, for help.

    >>> written_as(Unit.FEN_PER_T, ANY_LAW)
    '4,100 yuan/t'
    """
    match unit:
        case Unit.ALLOWANCES:
            return "40 t, 40,000 kg or 40,000 allowances" if terms.size_kg == 1 else "40 t, or as many allowances"
        case Unit.KG | Unit.G | Unit.MG:
            return "1.5 t, 1,500 kg or 1,500,000 g"
        case Unit.FEN:
            return f"50,000 {terms.money}"
        case Unit.FEN_PER_T:
            return f"4,100 {terms.money}/t"
        case Unit.FEN_PER_T_YEAR:
            return f"800 {terms.money}/t a year"
        case Unit.BASIS_POINTS:
            return "25 %"
        case _:
            return "a whole number"


def read(text: str, unit: Unit | None, terms: Terms, place: str) -> int:
    """An amount in what the book counts in; `Malformed` names the unit that is missing, or both neighbours.

    >>> read("40 t", Unit.ALLOWANCES, ANY_LAW, "--count"), read("4,100 yuan/t", Unit.FEN_PER_T, ANY_LAW, "--limit")
    (40000, 410000)
    >>> read("1.5 kg", Unit.ALLOWANCES, ANY_LAW, "--count")
    Traceback (most recent call last):
    airshed.model.refusal.Malformed: --count: '1.5 kg' is not a whole number of allowances of 1 kg; write 1 kg or 2 kg
    """
    shown = repr(text)
    if len(text) > LONGEST:
        raise Malformed(place, f"is longer than {LONGEST} characters", "shorten it")
    found = _AMOUNT.fullmatch(_GROUPS.sub(",", text.strip()))
    example = f"write it as {written_as(unit, terms)}"
    if found is None:
        raise Malformed(place, f"{shown} is not an amount" if unit else f"{shown} is not a whole number", example)
    minus, sign, whole, part, times, word = found.groups()
    number = Fraction(f"{whole.replace(',', '') or 0}{part or ''}") * _TIMES[times]
    if minus == "-" and number:
        raise Malformed(place, f"{shown} is below zero", "write an amount of zero or more")
    word = _SIGNS[sign] + word.strip()
    if not word and not number and unit is not None:
        return 0
    scale = _scale(word, unit, terms)
    if scale is None:
        units = _units(unit, terms)
        if not units:
            raise Malformed(
                place, f"{shown} is a plain number and has no unit", "write the number of what the field counts"
            )
        what = f"{shown} is in {word!r}" if word else f"{shown} does not say of what"
        cure = near(word, units) if word else f"there are {', '.join(units)}"
        raise Malformed(place, what, f"{cure}; {example}")
    amount = number * scale
    if amount.denominator != 1:
        below = int(amount)
        either = [_in_words(Fraction(each) / scale, word, each, unit, terms) for each in (below, below + 1)]
        raise Malformed(
            place, f"{shown} is not a whole number of {_counted(unit, terms)}", f"write {' or '.join(either)}"
        )
    return int(amount)


def write(value: int, unit: Unit | None, terms: Terms) -> str:
    """An amount as people write it, which `read` reads back.

    >>> write(40_000, Unit.ALLOWANCES, ANY_LAW), write(2500, Unit.BASIS_POINTS, ANY_LAW)
    ('40 t', '25 %')
    """
    match unit:
        case Unit.ALLOWANCES:
            return _mass(Fraction(value * terms.size_kg))
        case Unit.KG | Unit.G | Unit.MG:
            return _mass(value * _OWN[unit])
        case Unit.FEN:
            return f"{_money(value, terms)} {terms.money}"
        case Unit.FEN_PER_T:
            return f"{_money(value, terms)} {terms.money}/t"
        case Unit.FEN_PER_T_YEAR:
            return f"{_money(value, terms)} {terms.money}/t a year"
        case Unit.BASIS_POINTS:
            return f"{_decimal(Fraction(value, 100))} %"
        case _:
            return str(value)


def _scale(word: str, unit: Unit | None, terms: Terms) -> Fraction | None:
    """How many of what the book counts in one of `word` is."""
    match unit:
        case Unit.ALLOWANCES if word in _ALLOWANCES:
            return Fraction(1)
        case Unit.ALLOWANCES:
            return _MASSES[word] / terms.size_kg if word in _MASSES else None
        case Unit.KG | Unit.G | Unit.MG:
            return _MASSES[word] / _OWN[unit] if word in _MASSES else None
        case Unit.FEN:
            return Fraction(FEN_PER_YUAN) if word in terms.money_names else None
        case Unit.FEN_PER_T:
            return _price_scale(word, terms)
        case Unit.FEN_PER_T_YEAR:
            return _price_scale(_A_YEAR.sub("", word), terms)
        case Unit.BASIS_POINTS:
            return Fraction(100) if word in ("%", "percent") else None
        case _:
            return None if word else Fraction(1)


def _price_scale(word: str, terms: Terms) -> Fraction | None:
    money, slash, mass = word.replace(" per ", "/").partition("/")
    money, mass = money.strip(), mass.strip()
    if not slash or money not in terms.money_names:
        return None
    if mass in _ALLOWANCES:
        return Fraction(FEN_PER_YUAN * KG_PER_T, terms.size_kg)
    return FEN_PER_YUAN * KG_PER_T / _MASSES[mass] if mass in _MASSES else None


def _units(unit: Unit | None, terms: Terms) -> tuple[str, ...]:
    """What an amount may be written in, but for other spellings of the same."""
    money = terms.money
    match unit:
        case Unit.ALLOWANCES:
            return ("t", "kg", "g", "allowances")
        case Unit.KG | Unit.G | Unit.MG:
            return ("t", "kg", "g", "mg")
        case Unit.FEN:
            return (money,)
        case Unit.FEN_PER_T:
            return (f"{money}/t", f"{money}/kg")
        case Unit.FEN_PER_T_YEAR:
            return (f"{money}/t a year", f"{money}/kg a year")
        case Unit.BASIS_POINTS:
            return ("%",)
        case _:
            return ()


def _counted(unit: Unit | None, terms: Terms) -> str:
    match unit:
        case Unit.ALLOWANCES:
            return (
                f"allowances of {terms.size_kg} kg"
                if terms.size_kg % KG_PER_T
                else f"allowances of {_mass(Fraction(terms.size_kg))}"
            )
        case Unit.KG | Unit.G | Unit.MG:
            return {Unit.KG: "kilograms", Unit.G: "grams", Unit.MG: "milligrams"}[unit]
        case Unit.FEN:
            return f"hundredths of a {terms.money}"
        case Unit.FEN_PER_T | Unit.FEN_PER_T_YEAR:
            return f"hundredths of a {terms.money} per tonne"
        case Unit.BASIS_POINTS:
            return "hundredths of a percent"
        case _:
            return "ones"


def _in_words(number: Fraction, word: str, value: int, unit: Unit | None, terms: Terms) -> str:
    """A neighbour in the unit that was asked for, or in another where that has no end."""
    shown = _decimal(number)
    return f"{shown} {word}".strip() if Fraction(shown.replace(",", "")) == number else write(value, unit, terms)


def _mass(kg: Fraction) -> str:
    """A mass in the largest unit that it has one of."""
    for name, size in (("t", _MASSES["t"]), ("kg", _MASSES["kg"]), ("g", _MASSES["g"])):
        if kg >= size:
            return f"{_decimal(kg / size)} {name}"
    return f"{_decimal(kg / _MASSES['mg'])} mg" if kg else "0 t"


def _money(fen: int, terms: Terms) -> str:
    return yuan(fen) if terms.places else _decimal(Fraction(fen, FEN_PER_YUAN))


def _decimal(number: Fraction) -> str:
    """A number with its thousands apart and no digit too many; one without an end is cut after nine.

    >>> _decimal(Fraction(410050, 100)), _decimal(Fraction(1, 3))
    ('4,100.5', '0.333333333')
    """
    places = 9
    digits = round(number * 10**places)
    whole, part = divmod(digits, 10**places)
    return f"{whole:,}.{part:0{places}d}".rstrip("0").rstrip(".")


# --- days and hours

_DAY_FORMS = ("%Y-%m-%d", "%Y/%m/%d", "%Y年%m月%d日", "%d %B %Y", "%d %b %Y")
_HOUR = re.compile(r"(.+?)(?:T|\s+)([01]?[0-9]|2[0-3])(?::(00)(?::00)?|时)?")


def read_day(text: str, place: str) -> str:
    """A day as 2027-12-31.

    >>> read_day("31 December 2027", "--day"), read_day("2027年12月31日", "--day")
    ('2027-12-31', '2027-12-31')
    """
    for form in _DAY_FORMS if len(text) <= LONGEST and text.isprintable() else ():
        try:
            day = datetime.strptime(text.strip(), form)
        except ValueError:
            continue
        return day.date().isoformat()
    raise Malformed(place, f"{text[:LONGEST]!r} is not a day", "write it as 2027-12-31 or 31 December 2027")


def read_hour(text: str, place: str) -> str:
    """An hour of standard time by its start, as 2027-12-31T07.

    >>> read_hour("2027-12-31 07:00", "--first"), read_hour("2027-12-31T7", "--first")
    ('2027-12-31T07', '2027-12-31T07')
    """
    found = _HOUR.fullmatch(text.strip()) if len(text) <= LONGEST else None
    if found is None:
        cure = "write the start of a whole hour of standard time, as 2027-12-31T07 or 2027-12-31 07:00"
        raise Malformed(place, f"{text[:LONGEST]!r} is not an hour", cure)
    return f"{read_day(found[1], place)}T{int(found[2]):02d}"
