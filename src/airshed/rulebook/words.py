"""Says the values of a rulebook as a lawyer reads them: percent, yuan per tonne, tonnes, days."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from airshed.model.measures import tonnes, yuan
from airshed.rulebook.chinese import key_zh, section_zh, word_zh

#: Keys that count allowances of one kilogram, beside those of the largest order and the like.
_COUNTS = ("count", "lot", "block_from", "basic_count", "smallest_purchase", "smallest_ask")
_MEASURES: Mapping[str, str] = {
    "_percent": " %",
    "_mg_m3": " mg/m3",
    "_kg": " kg",
    "_hours": " h",
    "_minutes": " min",
    "_working_days": " working days",
    "_g": " g per product",
    "_mg": " mg",
    "_m_s": " m/s",
    "_celsius": " °C",
}
#: Keys that hold for everything where they are empty.
_ANY = (
    "longest_hours",
    "sector",
    "sectors",
    "region",
    "commissioned_from",
    "commissioned_before",
    "first_year_from",
    "first_year_before",
    "from_kg",
    "below_kg",
)
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
        case int() if key.endswith("basis_points"):
            return f"{value / 100:g} %"
        case int() if key.endswith("_tenths"):
            return f"{value / 10:g} %"
        case int() if key.endswith("_thousandths"):
            return f"{value / 1000:g}"
        case int() if key.endswith("_fen_per_t"):
            return f"{yuan(value)} {money}/t"
        case int() | float() if key not in _PLAIN:
            measure = next((said_as for end, said_as in _MEASURES.items() if key.endswith(end)), "")
            return f"{value:g}{measure}" if isinstance(value, float) else f"{value}{measure}"
        case _:
            return str(value)


#: The measures of `said` in Chinese.
_MEASURES_ZH: Mapping[str, str] = {
    "_percent": "%",
    "_mg_m3": "毫克/立方米",
    "_kg": "千克",
    "_hours": "小时",
    "_minutes": "分钟",
    "_working_days": "个工作日",
    "_g": "克/单位产品",
    "_mg": "毫克",
    "_m_s": "米/秒",
    "_celsius": "℃",
    "_days": "天",
    "_months": "个月",
    "_years": "年",
}


def said_zh(section: str, key: str, value: object, money: str = "元") -> str:
    """A value of a section in Chinese, as `said` has it in English.

    >>> said_zh("trading", "band_basis_points", 1_050), said_zh("pollutants", "reserve_fen_per_t", 150_000)
    ('10.5%', '1,500.00元/吨')
    >>> said_zh("monitoring", "longest_hours", None), said_zh("banking", "open", True)
    ('不限', '是')
    >>> said_zh("allocation", "method", "equal_cut"), said_zh("cases", "reply_working_days", 5)
    ('等比例削减', '5个工作日')
    """
    match value:
        case None:
            return "不限" if key in _ANY else "按业务权限" if key in _ROLES else "无"
        case bool():
            return "是" if value else "否"
        case tuple():
            return "、".join(word_zh(section, key, str(each)) for each in value) or "无"
        case int() if key.endswith("_fen"):
            return f"{yuan(value)}{money}"
        case int() | float() if key in _COUNTS or key.startswith("largest_"):
            return f"{tonnes(int(value))}吨"
        case int() if key.endswith("basis_points"):
            return f"{value / 100:g}%"
        case int() if key.endswith("_tenths"):
            return f"{value / 10:g}%"
        case int() if key.endswith("_thousandths"):
            return f"{value / 1000:g}"
        case int() if key.endswith("_fen_per_t"):
            return f"{yuan(value)}{money}/吨"
        case int() | float() if key not in _PLAIN:
            measure = next((said_as for end, said_as in _MEASURES_ZH.items() if key.endswith(end)), "")
            return f"{value:g}{measure}" if isinstance(value, float) else f"{value}{measure}"
        case str():
            return word_zh(section, key, value)
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


def _key_columns(table: str, row: msgspec.Struct) -> dict[str, object]:
    """The key columns of a row; a section with several tables has those of each."""
    return {name: getattr(row, name) for name in KEYS[table] if name in row.__struct_fields__}


def row_name(table: str, row: msgspec.Struct) -> str:
    """What a row of a table is called: its key columns in words."""
    values = list(_key_columns(table, row).items())
    if table == "caps":
        return "-".join(str(value) for _, value in values)
    if table == "monitoring":
        return f"capture from {said(*values[0])}, runs up to {said(*values[1])}"
    if table == "part75":
        return f"{values[0][1]} available from {said(*values[1])}, runs up to {said(*values[2])}"
    if table == "applicability":
        return " ".join(f"{name} {value}" if name != "limit_set" else str(value) for name, value in values if value)
    return " ".join(str(value) for _, value in values)


def row_name_zh(table: str, row: msgspec.Struct) -> str:
    """What a row of a table is called in Chinese."""
    values = _key_columns(table, row)
    words = {name: said_zh(table, name, value) for name, value in values.items()}
    match table:
        case "caps":
            return row_name(table, row)
        case "monitoring":
            capture, longest = words.values()
            return f"捕集率不低于{capture}，连续缺失{longest if longest == '不限' else f'不超过{longest}'}"
        case "part75":
            parameter, available, longest = words.values()
            return f"{parameter}可用率不低于{available}，连续缺失{longest if longest == '不限' else f'不超过{longest}'}"
        case "variations":
            section, _, key = str(values["key"]).partition(".")
            return f"{values['jurisdiction']} {section_zh(section)}：{key_zh(section, key)}"
        case "applicability":
            named = (f"{key_zh(table, name)}{words[name]}" for name, value in values.items() if value)
            return " ".join(named)
    return " ".join(words.values())


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
    "reserve": ("period", "pollutant"),
    "compliance": ("credit", "period", "first"),
    "caps": ("pollutant", "jurisdiction", "vintage"),
    "allocation": ("name",),
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
    "quality_tests": ("test", "of"),
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
