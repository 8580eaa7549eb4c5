"""A data logger as HJ 212 sees it: its reports, and its answers to what a host asks; the same seed, the same bytes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import pairwise
from random import Random

from airshed.model.period import DAY_MS, HOUR_MS
from airshed.mrv.hj212.encode import seal
from airshed.mrv.hj212.frame import CrcName, Frame, Version
from airshed.mrv.hj212.sm4 import ENCRYPTED, encrypted_frame
from airshed.mrv.hj212.time import BEIJING

REAL_TIME, MINUTES, HOURS, DAYS, EQUIPMENT_HOURS = "2011", "2051", "2061", "2031", "2041"
SPANS_MS: Mapping[str, int] = {REAL_TIME: 30_000, MINUTES: 600_000, HOURS: HOUR_MS, DAYS: DAY_MS}
"""What one report of each command is about: an instant each 30 s, 10 minutes, an hour, a day."""

HISTORY_MS: Mapping[str, int] = {**SPANS_MS, EQUIPMENT_HOURS: DAY_MS}
"""What it answers with history."""

FLAGS: Mapping[Version, int] = {"2005": 0, "2017": 4, "2025": 8}
ANSWER_WANTED, IN_PARTS = 1, 2

#: Code of 2005, code since 2017, typical value, decimals.
FACTORS: Sequence[tuple[str, str, float, int]] = (
    ("B02", "a00000", 115.0, 2),
    ("S02", "a01011", 12.6, 2),
    ("S03", "a01012", 92.0, 1),
    ("S08", "a01013", -0.15, 3),
    ("S05", "a01014", 8.4, 2),
    ("S01", "a19001", 9.2, 2),
    ("02", "a21026", 95.0, 2),
    ("03", "a21002", 240.0, 2),
    ("01", "a34013", 16.0, 2),
)

MOST_HISTORY = 2_000
"""Reports in answer to one request for history."""

READY, WRONG_PASSWORD, UNKNOWN_COMMAND = "1", "3", "8"
DONE, WRONG_CONDITION, NOTHING_THERE = "1", "3", "100"
INTERVALS: Mapping[str, tuple[str, str]] = {
    "1061": ("RtdInterval", "30"),
    "1063": ("MinInterval", "10"),
}
"""Commands that read an interval, its item, and what it is at first; the next number sets it."""

SHOWN: Mapping[str, bool] = {REAL_TIME: True, "2021": False}
"""What it reports by itself, at first; the next number ends it."""

LOGS: Sequence[str] = ("i11001", "i21001", "i31001")
PARAMETERS: Mapping[str, str] = {
    "i12001": "0",
    "i13001": "1000.0",
    "i13003": "60",
    "i13006": "30",
    "i13007": "0.00",
    "i13008": "1.00",
    "i13009": "0.5",
    "i23001": "81.2",
}
"""Device information (HJ 212-2017 table B.10): logs, and parameters with what they are at first."""

_KEY = re.compile(r"[0-9A-Fa-f]{32}")


@dataclass(slots=True)
class Logger:
    """A simulated data logger. What it measured is a function of seed, MN, command and time, so history agrees."""

    mn: str
    version: Version
    seed: int = 0
    password: str = "123456"
    crc: CrcName = "hj212"
    #: Key of SM4, 16 bytes; None sends plain text.
    key: bytes | None = field(default=None, repr=False)
    #: What its clock is ahead of the true time, ms; a host sets it right by 1012.
    clock_off_ms: int = 0
    #: From when on it has readings; None: it always had.
    since: int | None = None
    intervals: dict[str, str] = field(default_factory=lambda: dict(INTERVALS.values()))
    shown: dict[str, bool] = field(default_factory=lambda: dict(SHOWN))
    parameters: dict[str, str] = field(default_factory=lambda: dict(PARAMETERS))

    def report(self, cn: str, begins: int, at: int, *, resent: bool = False) -> bytes:
        """A report of a period (its start), or of an instant, sent at an instant; it asks for an answer.

        The edition of 2025 marks what is sent again with RF=1.
        """
        again = "RF=1;" if resent and self.version == "2025" else ""
        return self._frame(cn, self._qn(at), self.content(cn, begins), ANSWER_WANTED, more=again)

    def report_in_parts(self, cn: str, begins: int, at: int, parts: int) -> list[bytes]:
        """The same report in parts, each with its own QN and the DataTime (HJ 212-2017 example C.49)."""
        time, *items = self.content(cn, begins).split(";")
        bounds = [len(items) * place // parts for place in range(parts + 1)]
        pieces = [items[first:last] for first, last in pairwise(bounds)]
        return [
            self._frame(
                cn,
                self._qn(at + place),
                ";".join((time, *piece)),
                ANSWER_WANTED | IN_PARTS,
                more=f"PNUM={len(pieces)};PNO={place + 1};",
            )
            for place, piece in enumerate(pieces)
        ]

    def clock_notice(self, at: int) -> bytes:
        """The notice that asks to have the clock set (1013)."""
        return self._frame("1013", self._qn(at), "", ANSWER_WANTED)

    def key_notice(self, at: int, made: int) -> bytes:
        """The notice of 2025 that asks for a new key (1014), with the instant at which its own was made."""
        return self._frame("1014", self._qn(at), f"SKCreateTime={_stamp(made)}{made % 1000:03d}", ANSWER_WANTED)

    def content(self, cn: str, begins: int) -> str:
        """What a report says between `CP=&&` and `&&`."""
        if cn == EQUIPMENT_HOURS:
            return f"DataTime={_stamp(begins)};SB1-RT=24"
        rng = Random(f"{self.seed} {self.mn} {cn} {begins}")
        items = [f"DataTime={_stamp(begins)}"]
        for old, new, typical, decimals in FACTORS:
            code = old if self.version == "2005" else new
            mean = typical * (1 + 0.1 * (rng.random() - 0.5))
            if cn == REAL_TIME:
                said = [f"{code}-Rtd={mean:.{decimals}f}"]
            else:
                spread = abs(mean) * 0.05 * rng.random()
                said = [
                    f"{code}-{name}={value:.{decimals}f}"
                    for name, value in (("Min", mean - spread), ("Avg", mean), ("Max", mean + spread))
                ]
            items.append(",".join((*said, f"{code}-Flag=N")))
        return ";".join(items)

    def replies(self, asked: Frame, at: int) -> list[bytes]:
        """The answers to a request of a host, in order: 9011, what was asked for, 9012."""
        if asked.cn.startswith("9"):
            return []
        qn = asked.qn or ""
        if (asked.pw or "") != self.password:
            return [self._reply("9011", qn, f"QnRtn={WRONG_PASSWORD}")]
        found = self._done(asked, at)
        if found is None:
            return [self._reply("9011", qn, f"QnRtn={UNKNOWN_COMMAND}")]
        contents, result = found
        frames = [self._frame(asked.cn, qn, content, 0) for content in contents]
        return [self._reply("9011", qn, f"QnRtn={READY}"), *frames, self._reply("9012", qn, f"ExeRtn={result}")]

    def _done(self, asked: Frame, at: int) -> tuple[list[str], str] | None:
        """What is said to a request, and ExeRtn; None for a command that it does not know."""
        said = asked.field("PolId")
        named = f"PolId={said};" if said else ""
        reads = {
            "1011": f"{named}SystemTime={_stamp(at + self.clock_off_ms)}",
            "2021": f"DataTime={_stamp(at)};SB1-RS=1",
            "3017": f"{named}CstartTime=000000;CTime=1",
            "3018": f"{named}Stime=5",
            "3019": f"{named}{said or 'i21001'}-SN={self.mn}",
            **{cn: f"{item}={self.intervals[item]}" for cn, (item, _) in INTERVALS.items()},
        }
        before = str(int(asked.cn) - 1) if asked.cn.isdigit() else ""
        if asked.cn in self.shown or before in self.shown:
            self.shown[asked.cn if asked.cn in self.shown else before] = asked.cn in self.shown
        if asked.cn in reads:
            return [reads[asked.cn]], DONE
        if asked.cn in HISTORY_MS:
            contents = list(self._history(asked, at))
            return contents, DONE if contents else NOTHING_THERE
        if before in self.shown:
            return [], DONE
        if asked.cn == "3020":
            told = self._information(asked.field("InfoId") or "", named, at)
            return [told] if told else [], DONE if told else NOTHING_THERE
        if before in INTERVALS or asked.cn in ("1012", "1014", "3021"):
            return [], DONE if self._set(asked, at) else WRONG_CONDITION
        return None

    def _information(self, code: str, named: str, at: int) -> str:
        if code in LOGS:
            return f"DataTime={_stamp(at)};{named}{code}-Info=//started//"
        return f"DataTime={_stamp(at)};{named}{code}-Info={self.parameters[code]}" if code in self.parameters else ""

    def _set(self, asked: Frame, at: int) -> bool:
        """Set what a request sets; False if it says so in no way that is understood."""
        if asked.cn == "1012":
            told = instant_of(asked.field("SystemTime") or "")
            self.clock_off_ms = self.clock_off_ms if told is None else told - at
            return told is not None
        if asked.cn == "1014":
            secret = asked.field("NewSK") or ""
            if self.key is None or not _KEY.fullmatch(secret):
                return False
            self.key = bytes.fromhex(secret)
            return True
        if asked.cn == "3021":
            code = asked.field("InfoId") or ""
            value = next((reading.values.get("info") for reading in asked.readings if reading.code == code), None)
            if value is None or code not in self.parameters:
                return False
            self.parameters[code] = value
            return True
        item = INTERVALS[str(int(asked.cn) - 1)][0]
        value = asked.field(item)
        if value is None or not value.isdigit():
            return False
        self.intervals[item] = value
        return True

    def _history(self, asked: Frame, at: int) -> Iterator[str]:
        """Reports of every period that begins within the span asked for, and is over; the last one without a span."""
        span = HISTORY_MS[asked.cn]
        begin, end = (instant_of(asked.field(name) or "") for name in ("BeginTime", "EndTime"))
        over = _floor(at, span) - span
        first, last = (over, over) if begin is None or end is None else (begin, min(end, over))
        start = _floor(first, span)
        start += span if start < first else 0
        if self.since is not None:
            start = max(start, _floor(self.since, span))
        for count, moment in enumerate(range(start, last + 1, span)):
            if count == MOST_HISTORY:
                return
            yield self.content(asked.cn, moment)

    def _reply(self, cn: str, qn: str, content: str) -> bytes:
        """An answer to the host; the edition of 2005 repeats the QN inside the content."""
        if self.version == "2005":
            return self._frame(cn, None, f"QN={qn};{content}", 0, st="91")
        return self._frame(cn, qn, content, 0, st="91")

    def _frame(self, cn: str, qn: str | None, content: str, flag: int, *, st: str = "31", more: str = "") -> bytes:
        first = "" if qn is None else f"QN={qn};"
        bits = FLAGS[self.version] | flag
        segment = f"{first}ST={st};CN={cn};PW={self.password};MN={self.mn};Flag={bits};{more}CP=&&{content}&&"
        raw = seal(segment.encode(), self.crc)
        return encrypted_frame(raw, self.key) if self.key and ENCRYPTED.fullmatch(cn) else raw

    def _qn(self, at: int) -> str:
        told = at + self.clock_off_ms
        return f"{_stamp(told)}{told % 1000:03d}"


def plan(begin: int, step_ms: int, commands: Sequence[str]) -> Iterator[tuple[str, int]]:
    """Command and DataTime of each report as time goes by in steps from `begin`, without end.

    Real-time readings come at each step, a report of a period once it is over.

    >>> from itertools import islice
    >>> [cn for cn, _ in islice(plan(1798732800000 - 30_000, 30_000, ("2011", "2061")), 3)]
    ['2011', '2061', '2011']
    """
    now = begin
    if REAL_TIME in commands:
        yield REAL_TIME, now
    while True:
        before, now = now, now + step_ms
        for cn in commands:
            if cn != REAL_TIME:
                span = SPANS_MS[cn]
                for moment in range(_floor(before, span), _floor(now, span), span):
                    yield cn, moment
        if REAL_TIME in commands:
            yield REAL_TIME, now


def pieces(raw: bytes, most: int, rng: Random) -> Iterator[bytes]:
    """Bytes in pieces of 1 to `most`, wherever they are cut; whole if `most` is 0."""
    at = 0
    while at < len(raw):
        size = rng.randint(1, most) if most else len(raw)
        yield raw[at : at + size]
        at += size


def mns(first: str, count: int) -> list[str]:
    """So many numbers of devices, counting up the last digits of the first as hexadecimal.

    >>> mns("010000A8900016F000169DFF", 2)
    ['010000A8900016F000169DFF', '010000A8900016F000169E00']
    """
    head, tail = first[:-6], first[-6:]
    start = int(tail, 16)
    return [f"{head}{(start + place) % 16 ** len(tail):0{len(tail)}X}" for place in range(count)]


def instant_of(text: str) -> int | None:
    """The instant of a Beijing time in 14 digits; None if it is none.

    >>> instant_of("20270101000000"), instant_of("20271301000000")
    (1798732800000, None)
    """
    if not (text.isascii() and text.isdigit() and len(text) == 14):
        return None
    try:
        return round(datetime.strptime(text, "%Y%m%d%H%M%S").replace(tzinfo=BEIJING.zone).timestamp()) * 1000
    except ValueError:
        return None


def _stamp(at: int) -> str:
    return datetime.fromtimestamp(at // 1000, UTC).astimezone(BEIJING.zone).strftime("%Y%m%d%H%M%S")


def _floor(at: int, span: int) -> int:
    """The start of the period that an instant falls in, by Beijing time."""
    east = 8 * HOUR_MS
    return (at + east) // span * span - east
