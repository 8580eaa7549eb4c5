"""Says the values of a rulebook as a lawyer reads them: percent, yuan per tonne, tonnes, days."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from airshed.model.measures import tonnes, yuan

#: Keys that count allowances of one kilogram, beside those of the largest order and the like.
_COUNTS = ("count", "lot", "block_from")
_MEASURES: Mapping[str, str] = {
    "_percent": " %",
    "_mg_m3": " mg/m3",
    "_kg": " kg",
    "_hours": " h",
    "_minutes": " min",
    "_working_days": " working days",
    "_g": " g per product",
}
#: Keys that hold for everything where they are empty.
_ANY = ("longest_hours", "sector", "region", "commissioned_from", "commissioned_before")
#: Columns that are as `[roles]` has it where they are empty.
_ROLES = ("approvals", "starts")
_PLAIN = ("minutes_per_hour", "hours_per_day", "days_per_month", "days_per_february")


def said(key: str, value: object, money: str = "yuan") -> str:
    """A value in words, with the measure that its key names; `money` is what the currency of the law is called.

    >>> said("band_basis_points", 1_050), said("reserve_fen_per_t", 150_000), said("count", 6_487_000)
    ('10.5 %', '1,500.00 yuan/t', '6,487.000 t')
    >>> said("largest_deposit_fen", 1_000_000_000_000)
    '10,000,000,000.00 yuan'
    >>> said("longest_hours", None), said("open", True), said("surrender_by", "06-30")
    ('any', 'yes', '06-30')
    >>> said("reserve_fen_per_t", 150_000, "dollars")
    '1,500.00 dollars/t'
    """
    match value:
        case None:
            return "any" if key in _ANY else "as [roles]" if key in _ROLES else "none"
        case bool():
            return "yes" if value else "no"
        case tuple():
            return ", ".join(str(each) for each in value) or "none"
        case int() if key.endswith("_fen"):
            return f"{yuan(value)} {money}"
        case int() | float() if key in _COUNTS or key.startswith("largest_"):
            return f"{tonnes(int(value))} t"
        case int() if key.endswith("_basis_points"):
            return f"{value / 100:g} %"
        case int() if key.endswith("_tenths"):
            return f"{value / 10:g} %"
        case int() if key.endswith("_fen_per_t"):
            return f"{yuan(value)} {money}/t"
        case int() | float() if key not in _PLAIN:
            measure = next((said_as for end, said_as in _MEASURES.items() if key.endswith(end)), "")
            return f"{value:g}{measure}" if isinstance(value, float) else f"{value}{measure}"
        case _:
            return str(value)


def head(key: str, money: str = "yuan") -> str:
    """The key as the head of a column whose cells are `bare`: its measure in brackets.

    >>> head("reserve_fen_per_t"), head("limit_mg_m3"), head("sector")
    ('reserve [yuan/t]', 'limit [mg/m3]', 'sector')
    """
    ends = {"_basis_points": " [%]", "_tenths": " [%]", "_fen_per_t": f" [{money}/t]", "_fen": f" [{money}]"}
    ends |= {end: f" [{measure.strip()}]" for end, measure in _MEASURES.items()}
    end = next((each for each in ends if key.endswith(each)), "")
    return key.removesuffix(end).replace("_", " ") + ends.get(end, "")


def bare(key: str, value: object, money: str = "yuan") -> str:
    """A value as `said`, without the measure that the head of its column has.

    >>> bare("limit_mg_m3", 200.0), bare("limit_mg_m3", None)
    ('200', 'none')
    """
    ends = (" %", f" {money}/t", *_MEASURES.values())
    text = said(key, value, money)
    end = next((each for each in ends if text.endswith(each)), "")
    return text if isinstance(value, str) else text.removesuffix(end)


def row_name(table: str, row: msgspec.Struct) -> str:
    """What a row of a table is called: its key columns in words."""
    key = KEYS[table]
    values = [(name, getattr(row, name)) for name in key]
    if table == "caps":
        return "-".join(str(value) for _, value in values)
    if table == "monitoring":
        return f"capture from {said(*values[0])}, runs up to {said(*values[1])}"
    if table == "part75":
        return f"{values[0][1]} available from {said(*values[1])}, runs up to {said(*values[2])}"
    if table == "applicability":
        return " ".join(f"{name} {value}" if name != "limit_set" else str(value) for name, value in values if value)
    return " ".join(str(value) for _, value in values)


#: The key columns of every table: two rows that agree in them are the same row.
KEYS: Mapping[str, tuple[str, ...]] = {
    "jurisdictions": ("code",),
    "people": ("code",),
    "founders": ("actor",),
    "roles": ("role", "command"),
    "reading": ("reader", "table"),
    "shortfall": ("period",),
    "sectors": ("code",),
    "pollutants": ("code",),
    "sale_prices": ("pollutant",),
    "instalments": ("years_later", "on"),
    "withdrawal_grounds": ("ground",),
    "cases": ("ground",),
    "late_payment": ("first",),
    "caps": ("pollutant", "jurisdiction", "vintage"),
    "monitoring": ("capture_from_basis_points", "longest_hours"),
    "marks": ("mark",),
    "reporting": ("check",),
    "limits": ("limit_set", "pollutant", "statistic", "valid_from"),
    "benchmarks": ("sector", "pollutant"),
    "price_index": ("pollutant",),
    "transactions": ("type",),
    "receptors": ("pollutant", "receptor"),
    "transfer": ("pollutant", "receptor", "jurisdiction"),
    "ratios": ("pollutant", "origin", "target"),
    "part75": ("parameter", "available_from_tenths", "longest_hours"),
    "manual_tests": ("pollutant", "standard"),
    "methods": ("sector", "process", "pollutant"),
    "applicability": (
        "limit_set",
        "process",
        "sector",
        "commissioned_from",
        "commissioned_before",
        "region",
        "special",
        "valid_from",
    ),
    "variations": ("jurisdiction", "key"),
}
