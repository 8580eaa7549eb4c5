"""What `airshed simulate device` was asked for, checked, and played."""

from __future__ import annotations

import asyncio
import re
import signal
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import get_args

from airshed.lab.stacks.device import MINUTES, SPANS_MS, Logger, mns, plan
from airshed.model.refusal import Malformed
from airshed.mrv.hj212.frame import CrcName, Version
from airshed.mrv.hj212.time import BEIJING
from airshed.service.devices.logger import Caller, Manner, call_all
from airshed.service.gateway.devices import DeviceRow, read_key
from airshed.service.gateway.process import now_ms
from airshed.zone.rows import write_rows

COUNTED = ("sent", "answered", "resent", "broken", "unanswered", "requests")


@dataclass(frozen=True, slots=True)
class DeviceWords:
    """The options of the command."""

    host: str
    port: int
    mn: str
    version: str
    count: int
    reports: int
    commands: str
    begin: str
    step_s: int
    interval_s: float
    stay_s: float
    break_every: int
    cut: int
    password: str = field(repr=False)
    crc: str = "hj212"
    key: Path | None = None
    seed: int = 7
    #: Reports that the line loses, as "7-12" by number; empty for none.
    outage: str = ""
    #: Seconds until a report that is not answered is sent again.
    overtime_s: float = 10.0

    def loggers(self) -> list[Logger]:
        """The devices, or `Malformed` with the option that is wrong."""
        if not re.fullmatch(r"[0-9A-Za-z_-]{0,34}[0-9A-Fa-f]{6}", self.mn):
            raise Malformed("--mn", f"{self.mn!r} does not end in six hexadecimal digits", "give 24 of them")
        version = next((known for known in get_args(Version) if known == self.version), None)
        if version is None:
            raise Malformed("--version", f"no edition {self.version!r}", f"give one of {', '.join(get_args(Version))}")
        crc = next((known for known in get_args(CrcName) if known == self.crc), None)
        if crc is None:
            raise Malformed("--crc", f"no checksum {self.crc!r}", f"give one of {', '.join(get_args(CrcName))}")
        if self.key is not None and version != "2025":
            raise Malformed("--key", f"a device of {version} does not encrypt", "leave it out, or give --version 2025")
        secret = read_key(self.key) if self.key is not None else None
        return [Logger(mn, version, self.seed, self.password, crc, secret) for mn in mns(self.mn, self.count)]

    def begins(self, now: int) -> int:
        """The instant of the first report; if none is given, now, or so much before it that no report is ahead."""
        if not self.begin:
            return now - max(0, round(self.reports * (self.step_s - self.interval_s))) * 1000
        try:
            return round(datetime.fromisoformat(self.begin).replace(tzinfo=BEIJING.zone).timestamp()) * 1000
        except ValueError:
            raise Malformed("--begin", f"{self.begin!r} is no time", "write it as 2027-01-01T08:00") from None

    def lost(self) -> range:
        """The numbers of the reports that are not sent, from 1."""
        if not self.outage:
            return range(0)
        found = re.fullmatch(r"([1-9][0-9]{0,8})-([1-9][0-9]{0,8})", self.outage)
        if found is None or int(found[1]) > int(found[2]):
            raise Malformed("--outage", f"{self.outage!r} is no span of reports", "write it as 7-12")
        return range(int(found[1]), int(found[2]) + 1)

    def wanted_reports(self, now: int) -> Iterator[tuple[str, int]]:
        """What each device reports, in order."""
        words = tuple(self.commands.split(","))
        for word in words:
            if word not in SPANS_MS:
                raise Malformed("--commands", f"no report {word!r}", f"give some of {', '.join(SPANS_MS)}")
        lost = self.lost()
        planned = islice(plan(self.begins(now), self.step_s * 1000, words), self.reports or None)
        return (report for number, report in enumerate(planned, start=1) if number not in lost)

    def write_registration(self, path: Path) -> None:
        """A CSV that registers these devices at stacks SIM-1, SIM-2, ...; keys by the name of the key file."""
        keys = (f"{self.key.stem}@2026-01-01",) if self.key else ()
        rows = [
            DeviceRow(
                logger.mn, f"SIM-{place}", logger.version, logger.crc, "start", (), logger.password, keys, None,
                minutes=SPANS_MS[MINUTES] // 60_000,
            )
            for place, logger in enumerate(self.loggers(), start=1)
        ]  # fmt: skip
        try:
            path.touch(mode=0o600)
            write_rows(path, DeviceRow, rows)
        except OSError as error:
            raise Malformed(str(path), f"cannot be written ({error.strerror})", "name a file") from None


async def play(wanted: DeviceWords) -> dict[str, int]:
    """Let the devices report until they are done or the process is interrupted; what happened, by name."""
    manner = Manner(wanted.interval_s, wanted.cut, wanted.break_every, wanted.overtime_s)
    callers = [Caller(logger, wanted.host, wanted.port, now_ms, manner) for logger in wanted.loggers()]
    now = now_ms()
    wanted.wanted_reports(now)
    for caller in callers:
        caller.logger.since = wanted.begins(now)
    calling = asyncio.create_task(call_all(callers, lambda: wanted.wanted_reports(now), wanted.stay_s))
    loop = asyncio.get_running_loop()
    for each in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(each, calling.cancel)
    try:
        await calling
    except asyncio.CancelledError:
        if not calling.cancelled():
            raise
    total = sum((caller.counts for caller in callers), Counter[str]())
    return {"devices": len(callers), **{name: total[name] for name in COUNTED}}
