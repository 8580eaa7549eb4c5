"""How the columns of a read table stand on a screen: tonnes, yuan and instants, or raw as the book counts."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from airshed.engine.tables.table import Column
from airshed.model.civil import CivilTime
from airshed.model.measures import FEN_PER_YUAN, KG_PER_T, MG_PER_KG, Unit, yuan
from airshed.model.measures import tonnes as tonnes_of


def heading(column: Column, money: str, civil: CivilTime, *, raw: bool = False) -> str:
    """The head of a column with its measure in brackets, and `#` after a plain number.

    >>> from airshed.model.civil import civil
    >>> BERLIN = civil("Europe/Berlin")
    >>> heading(Column("cash_fen INTEGER"), "yuan", BERLIN), heading(Column("at INTEGER", "", Unit.MS), "", BERLIN)
    ('cash [yuan]', 'at [Berlin]')
    """
    unit = column.unit
    if unit is None:
        name = column.name if raw else column.name.replace("_", " ")
        return f"{name} #" if column.sql.endswith(" INTEGER") else name
    if raw:
        return column.name if column.name.endswith(unit) else f"{column.name} [{unit}]"
    measure = {Unit.MS: civil.place, Unit.KG: "t", Unit.MG: "t", Unit.FEN: money, Unit.FEN_PER_T: f"{money}/t"}[unit]
    name = column.name.removesuffix("fen").removesuffix("mg").rstrip("_").replace("_", " ")
    return f"{name or 'value'} [{measure}]"


def cell(value: object, unit: Unit | None, civil: CivilTime, *, raw: bool = False) -> str:
    """A value of a read table in what its heading says.

    >>> from airshed.model.civil import civil
    >>> BERLIN = civil("Europe/Berlin")
    >>> [cell(value, unit, BERLIN) for value, unit in ((1_500, Unit.KG), (150, Unit.FEN), (2_000_000, Unit.MG))]
    ['1.500', '1.50', '0.002000000']
    >>> [cell(value, unit, BERLIN) for value, unit in (("400/3", Unit.FEN), (1_814_425_200_000, Unit.MS), (None, None))]
    ['1.333333', '2027-07-01T09:00:00', '']
    """
    match unit, value:
        case _, None:
            return ""
        case _ if raw:
            return str(value)
        case None, _:  # serials and other lists break between their parts
            return str(value) if " " in str(value) else str(value).replace(",", ", ")
        case Unit.MS, int(at):
            return civil.clock(at)[:19]
        case Unit.KG, int(kg):
            return tonnes_of(kg)
        case Unit.MG, int(mg):
            return f"{Decimal(mg) / (KG_PER_T * MG_PER_KG):,.9f}"
        case ((Unit.FEN | Unit.FEN_PER_T), int(fen)):
            return yuan(fen)
        case _, str(text) if text:
            part = Fraction(text) / (KG_PER_T if unit is Unit.KG else FEN_PER_YUAN)
            return f"{Decimal(part.numerator) / part.denominator:,.6f}"
        case _:
            return str(value)
