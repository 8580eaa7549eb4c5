"""An example of every command, for its help: a body with plausible names and amounts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec import inspect as kinds

from airshed.model.measures import Unit
from airshed.service.forms.measures import unit_of

_NAMES: Mapping[str, str] = {
    **dict.fromkeys(("account", "origin", "seller", "lessor", "pledgor"), "kunming-forge"),
    **dict.fromkeys(("target", "buyer", "lessee", "pledgee"), "kunming-cement"),
    **dict.fromkeys(("jurisdiction", "place", "issued"), "KM"),
    **dict.fromkeys(("pollutant", "pollutants"), "SO2"),
    **dict.fromkeys(("auction", "call", "sale", "repurchase"), "spring"),
    "actor": "wang",
    "role": "operator",
    "name": "Kunming Forge",
    "sector": "steel",
    "series": "SO2-KM-2027",
    "source": "KM-SINTER-1",
    "stack": "KM-SINTER-1-A",
    "mark": "fault",
    "finding": "flat_line",
    "programme": "dianzhong",
    "version": "2027.1",
    "digest": "0" * 64,
    "text": '{"auction":"spring","account":"kunming-forge","count":40000,"limit":410000}',
    "evidence": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "reason": "as the notice of 3 March says",
    "item": "keep the log of the burner with the monitor",
    "answer": "it is kept there from March on",
    "comments": "SO2 stood still for 36 hours in August",
    "detail": "36 equal hours of SO2",
}
#: Fields that hold digits alone.
_HEX: Mapping[str, str] = {
    **dict.fromkeys(("digest", "evidence"), "0" * 64),
    "public_key": "0" * 64,
    "box": "0" * 1_120,
}
_NUMBERS: Mapping[Unit | None, int] = {
    Unit.ALLOWANCES: 40_000,
    Unit.KG: 60_000,
    Unit.G: 85_000,
    Unit.MG: 2_400_000,
    Unit.FEN: 5_000_000,
    Unit.FEN_PER_T: 410_000,
    Unit.FEN_PER_T_YEAR: 80_000,
    Unit.BASIS_POINTS: 4_000,
    None: 1,
}
_PLAIN: Mapping[str, int] = {
    **dict.fromkeys(("vintage", "year", "first", "start"), 2027),
    "last": 2031,
    "years": 2,
    "seed": 20270401,
    "capacity": 800_000,
    "output": 400_000,
}


def sample(kind: type[msgspec.Struct]) -> Any:
    """A body of a command, or a part of one, with what it cannot do without."""
    shape = kinds.type_info(kind)
    assert isinstance(shape, kinds.StructType)
    shown = [field for field in shape.fields if field.required or isinstance(field.type, kinds.VarTupleType)]
    return kind(**{field.name: _value(field.name, field.type) for field in shown})


def _value(name: str, kind: Any) -> Any:
    match kind:
        case kinds.Metadata(extra_json_schema={"title": str(title)}):
            if title.startswith("day"):
                return "2027-12-31"
            if title.startswith("hour"):
                return "2027-03-03T08"
            if title.startswith("salt"):
                return "0" * 32
            return "7/4" if title.startswith("fraction") else _HEX.get(name, "")
        case kinds.Metadata(type=inner):
            return _value(name, inner) if not kind.extra else _NUMBERS[unit_of(name, kind)]
        case kinds.IntType():
            unit = unit_of(name, kind)
            value = _PLAIN.get(name, 1) if unit is None else _NUMBERS[unit]
            return value if kind.ge is None or kind.ge < 1970 else max(value, 2027)
        case kinds.StrType():
            return _NAMES.get(name, "" if not kind.min_length else name.replace("_", "-"))
        case kinds.BoolType():
            return True
        case kinds.LiteralType(values=values):
            return values[0]
        case kinds.VarTupleType(item_type=item):
            return () if name in ("rounds", "flows", "limits") else (_value(name, item),)
        case kinds.TupleType():
            return (22, 2, 0)
        case kinds.DictType(value_type=value):
            return {"SO2": _value(name, value)}
        case kinds.StructType(cls=cls):
            return sample(cls)
        case other:
            raise AssertionError(other)
