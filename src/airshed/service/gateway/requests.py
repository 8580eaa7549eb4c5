"""What an operator of the host may ask of a device: the requests of table 9 by word and number, with their items."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import msgspec

from airshed.model.refusal import Malformed
from airshed.mrv.hj212.codes import factors_of
from airshed.mrv.hj212.time import BEIJING
from airshed.service.gateway.answers import stamp

Takes = Literal["", "factor", "value", "span", "info", "parameter", "at", "key"]
"""Which items a request has: none, PolId, one number, BeginTime and EndTime, InfoId, a parameter, a time, a key."""


@dataclass(frozen=True, slots=True)
class Request:
    """One request of HJ 212-2017 table 9 (1014: of 2025)."""

    word: str
    cn: str
    takes: Takes = ""
    #: Name of the number that it sets.
    item: str = ""
    #: What that number may be.
    allowed: tuple[int, ...] | range = ()


REALTIME_S = range(30, 3601)
MINUTES = (1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30)
"""Intervals that HJ 212-2017 table 9 allows (1062 in seconds, 1064 in minutes)."""

REQUESTS: tuple[Request, ...] = (
    Request("time", "1011", "factor"),
    Request("set-time", "1012", "at"),
    Request("new-key", "1014", "key"),
    Request("realtime-interval", "1061"),
    Request("set-realtime-interval", "1062", "value", "RtdInterval", REALTIME_S),
    Request("minute-interval", "1063"),
    Request("set-minute-interval", "1064", "value", "MinInterval", MINUTES),
    Request("realtime", "2011"),
    Request("realtime-off", "2012"),
    Request("state", "2021"),
    Request("state-off", "2022"),
    Request("days", "2031", "span"),
    Request("equipment-hours", "2041", "span"),
    Request("minutes", "2051", "span"),
    Request("hours", "2061", "span"),
    Request("sampling-cycle", "3017", "factor"),
    Request("sampling-time", "3018", "factor"),
    Request("serial", "3019", "factor"),
    Request("info", "3020", "info"),
    Request("set-parameter", "3021", "parameter"),
)
"""Not among them: 1000 and 1072 (timeout, password), and 3011 to 3016, which act on the instruments themselves."""

SETTABLE: frozenset[str] = frozenset({"i13003", "i13004", "i13005", "i13006"})
"""Parameters that 3021 may set from here (HJ 212-2017 table B.10): measuring interval, digestion temperature and time,
calibration time. Range, intercept, slope and detection limit (i13001, i13007 to i13009) bend or clip every reading, so
they change at the instrument, with a calibration that is on record."""

MOST_REASON = 200


class RequestOptions(msgspec.Struct, frozen=True):
    """The options of a request, each as text; empty where not given."""

    begin: str = ""
    end: str = ""
    value: str = ""
    factor: str = ""
    info: str = ""
    reason: str = ""
    at: str = ""


def request_of(word: str) -> Request:
    """A request by its word or number, or `Malformed`.

    >>> request_of("2061").word, request_of("time").cn
    ('hours', '1011')
    """
    found = next((each for each in REQUESTS if word in (each.word, each.cn)), None)
    if found is None:
        raise Malformed("COMMAND", f"no request {word!r}", f"give one of {', '.join(each.word for each in REQUESTS)}")
    return found


def items_of(request: Request, told: RequestOptions) -> tuple[tuple[str, str], ...]:
    """The items of a request, in the order of the standard's examples. `Malformed` names the option that is wrong.

    None for `set-time` without a time: the gateway puts its own at the moment of sending; none for a key either.

    >>> items_of(request_of("hours"), RequestOptions(begin="2027-01-01T00:00", end="2027-01-01T05:00"))
    (('BeginTime', '20270101000000'), ('EndTime', '20270101050000'))
    """
    for option in _unused(request, told):
        raise Malformed(f"--{option}", f"{request.word} ({request.cn}) does not take it", "leave it out")
    match request.takes:
        case "factor":
            return (("PolId", _factor(told.factor)),) if told.factor else ()
        case "value":
            return ((request.item, _number(request, told.value)),)
        case "span":
            begin, end = _time("--begin", told.begin), _time("--end", told.end)
            if end < begin:
                raise Malformed("--end", f"{told.end} is before {told.begin}", "give a time after --begin")
            return (("BeginTime", begin), ("EndTime", end))
        case "info":
            return _info(told)
        case "parameter":
            return _parameter(told)
        case "at":
            return (("SystemTime", _time("--at", told.at)),) if told.at else ()
    return ()


OPTIONS: Mapping[Takes, frozenset[str]] = {
    "": frozenset(),
    "key": frozenset(),
    "factor": frozenset({"factor"}),
    "value": frozenset({"value"}),
    "span": frozenset({"begin", "end"}),
    "info": frozenset({"factor", "info", "begin", "end"}),
    "parameter": frozenset({"factor", "info", "value", "reason"}),
    "at": frozenset({"at"}),
}
"""The options that each kind of request takes."""


def _unused(request: Request, told: RequestOptions) -> list[str]:
    return [
        name for name in RequestOptions.__struct_fields__ if getattr(told, name) and name not in OPTIONS[request.takes]
    ]


def _factor(text: str) -> str:
    if not factors_of(text):
        raise Malformed("--factor", f"{text!r} is no code of a factor", "take it from HJ 212-2017 appendix B")
    return text


def _number(request: Request, text: str) -> str:
    if not (text.isascii() and text.isdigit() and int(text) in request.allowed):
        allowed = request.allowed
        shown = f"{allowed[0]} to {allowed[-1]}" if isinstance(allowed, range) else ", ".join(map(str, allowed))
        raise Malformed("--value", f"{text!r} is no {request.item}", f"give {shown} (HJ 212-2017 table 9)")
    return str(int(text))


def _time(option: str, text: str) -> str:
    try:
        said = datetime.fromisoformat(text)
    except ValueError:
        raise Malformed(option, f"{text!r} is no time", "write Beijing time as 2027-01-01T08:00") from None
    wall = said if said.tzinfo is not None else said.replace(tzinfo=BEIJING.zone)
    return stamp(round(wall.timestamp()) * 1000)


def _info(told: RequestOptions) -> tuple[tuple[str, str], ...]:
    if not factors_of(told.info) or not told.info.startswith("i"):
        cure = "take it from HJ 212-2017 table B.10, as i12001 (state) or i11001 (log, with --begin and --end)"
        raise Malformed("--info", f"{told.info!r} is no code of device information", cure)
    items = [("PolId", _factor(told.factor))] if told.factor else []
    items.append(("InfoId", told.info))
    if told.begin or told.end:
        items += [("BeginTime", _time("--begin", told.begin)), ("EndTime", _time("--end", told.end))]
    return tuple(items)


def _parameter(told: RequestOptions) -> tuple[tuple[str, str], ...]:
    if told.info not in SETTABLE:
        can = ", ".join(sorted(SETTABLE))
        raise Malformed("--info", f"{told.info!r} is not set from a host", f"only {can}; others change at the device")
    if not told.reason or len(told.reason) > MOST_REASON:
        raise Malformed("--reason", "who sets a parameter says why", f"give it, at most {MOST_REASON} characters")
    try:
        sound = abs(float(told.value)) < float("inf")
    except ValueError:
        sound = False
    if not sound:
        raise Malformed("--value", f"{told.value!r} is no number", "give the new value")
    return (("PolId", _factor(told.factor)), ("InfoId", told.info), (f"{told.info}-Info", told.value))
