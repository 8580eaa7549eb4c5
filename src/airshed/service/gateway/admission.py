"""Whether what came over a connection is taken: who speaks, over whose line, of a time that is over, and how much."""

from __future__ import annotations

from collections.abc import Callable

from airshed.model.period import DAY_MS, HOUR_MS
from airshed.mrv.hj212.frame import Frame
from airshed.mrv.hj212.frame_hours import HOUR_REPORT, MINUTE_REPORT
from airshed.mrv.hj212.time import BEIJING
from airshed.service.gateway.answers import instant_of
from airshed.service.gateway.connection import Connection
from airshed.service.gateway.devices import Device, Registry
from airshed.service.gateway.flood import Flood
from airshed.service.gateway.gaps import hour_said
from airshed.service.gateway.limits import GatewayLimits
from airshed.service.gateway.lockout import Lockout
from airshed.service.gateway.reception import Received, Turned, TurnedAway, opened, password_fits

MINUTE_MS = 60_000
LAST = BEIJING.instant("9999-12-31") + DAY_MS - 1000
"""The last second that a calendar has; an interval may end after it."""
DAYS = frozenset({"2031", "2041"})
INTERVALS = frozenset({HOUR_REPORT, MINUTE_REPORT, *DAYS})
"""Reports of an interval; others tell of a moment."""


class Admission:
    """The judge of one gateway; `now_s` is a clock that is never set."""

    def __init__(self, limits: GatewayLimits, flood: Flood, lockout: Lockout, now_s: Callable[[], float]) -> None:
        self._limits, self._flood, self._lockout, self._now_s = limits, flood, lockout, now_s

    def verdict(self, raw: bytes, connection: Connection, registry: Registry, at: int) -> Received | TurnedAway:
        """One chunk as far as its sender and its time go; `counted` looks at how much it sends."""
        found = opened(raw, registry, at)
        if isinstance(found, TurnedAway):
            return found
        turned = (
            self._not_its_line(found, raw, connection, registry)
            or self._not_its_certificate(found, raw, connection)
            or self._password(found, raw, connection)
        )
        return turned or self._ahead(found, raw, at) or found

    def counted(self, verdict: Received | TurnedAway, raw: bytes, at: int) -> tuple[Received | TurnedAway, float]:
        """The verdict under the bounds of its device, and for how many seconds the host reads no more of it."""
        return self._flood.bounded(verdict, raw, at, self._now_s())

    def early_ms(self, verdict: Received | TurnedAway, at: int) -> int:
        """By how much a report came before its interval was over; so long it waits."""
        if isinstance(verdict, TurnedAway) or verdict.frame.cn not in INTERVALS:
            return 0
        ends = ends_at(verdict.device, verdict.frame)
        return 0 if ends is None else max(0, ends - at)

    def _not_its_line(
        self, found: Received, raw: bytes, connection: Connection, registry: Registry
    ) -> TurnedAway | None:
        own = connection.owner
        if own is None or registry.get(own.mn, own).shares_line(found.device):
            return None
        detail = f"the connection is that of MN {own.mn}; use one for each device, or register both with one `line`"
        return TurnedAway(Turned.OTHER_MN, detail, raw, found.device.mn)

    def _not_its_certificate(self, found: Received, raw: bytes, connection: Connection) -> TurnedAway | None:
        """Looked at before the password: who has no certificate of the device learns nothing of it and locks nobody."""
        device = found.device
        if not device.certificates or connection.certificate in device.certificates:
            return None
        shown = f"the line showed {connection.certificate}" if connection.certificate else "the line showed none"
        detail = f"MN {device.mn} shows one of its certificates by TLS; {shown}"
        return TurnedAway(Turned.NO_CERTIFICATE, detail, raw, device.mn)

    def _password(self, found: Received, raw: bytes, connection: Connection) -> TurnedAway | None:
        mn = found.device.mn
        known = mn in connection.mns or found.key is not None or bool(found.device.certificates)
        wait = 0.0 if known else self._lockout.waits(connection.origin, mn, self._now_s())
        if wait > 0:
            detail = f"too many wrong passwords; the next is looked at in {max(1, round(wait))} s"
            return TurnedAway(Turned.LOCKED, detail, raw, mn)
        if password_fits(found):
            self._lockout.right(connection.origin, mn)
            return None
        self._lockout.wrong(connection.origin, mn, self._now_s())
        return TurnedAway(Turned.WRONG_PASSWORD, "PW is not the one registered", raw, mn)

    def _ahead(self, found: Received, raw: bytes, at: int) -> TurnedAway | None:
        ends = ends_at(found.device, found.frame)
        if ends is None or ends - at <= self._limits.early_ms:
            return None
        said = found.frame.field("DataTime")
        over = BEIJING.clock(min(ends, LAST))
        detail = f"CN {found.frame.cn} of DataTime {said} is over at {over}; set the clock of the device"
        return TurnedAway(Turned.AHEAD, detail, raw, found.device.mn, found)


def ends_at(device: Device, frame: Frame) -> int | None:
    """The instant at which what a frame tells of is over, by the label of its device; None if it tells of no time.

    A report of minutes lasts as long as the registration says, or at least one minute.

    >>> from airshed.mrv.hj212.time import BEIJING
    >>> frame = Frame(version="2017", crc="hj212", cn="2061", fields=(("DataTime", "20270101080000"),))
    >>> BEIJING.clock(ends_at(Device("A1", "KM-1", "2017"), frame))
    '2027-01-01T09:00:00+08:00'
    """
    at = instant_of(frame.field("DataTime"))
    if at is None:
        return None
    if frame.cn == HOUR_REPORT:
        hour = hour_said(frame, device)
        return None if hour is None else hour + HOUR_MS
    if device.end_labelled or frame.cn not in INTERVALS:
        return at
    if frame.cn == MINUTE_REPORT:
        return at // MINUTE_MS * MINUTE_MS + device.minutes * MINUTE_MS
    return BEIJING.instant(BEIJING.day_of(at)) + DAY_MS
