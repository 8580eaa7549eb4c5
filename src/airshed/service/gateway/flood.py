"""A registered device that floods: how fast it is read, and how much of it a day takes, against its cadence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from airshed.mrv.hj212.frame import STANDARD_SEGMENT
from airshed.mrv.hj212.time import BEIJING
from airshed.service.gateway.devices import Device
from airshed.service.gateway.limits import GatewayLimits
from airshed.service.gateway.reception import Received, Turned, TurnedAway

DAY_S = 86_400
FRAME_BYTES = STANDARD_SEGMENT + 12
"""Bytes of the largest frame of the standard, with its head, CRC and line end."""


@dataclass(slots=True)
class _Bucket:
    """Frames that a device may still send at once, and when that was so."""

    left: float
    at_s: float


class Flood:
    """The bounds of each registered device. They are kept by MN, so a new connection begins nothing anew."""

    def __init__(self, limits: GatewayLimits, received: Mapping[tuple[str, str], int] | None = None) -> None:
        """`received` are the bytes of the running day that were there before, by stack and MN."""
        self._limits = limits
        self._day = ""
        self._before = Counter(received or {})
        self._of_device: Counter[str] = Counter()
        self._of_stack: Counter[str] = Counter()
        self._buckets: dict[str, _Bucket] = {}

    def bounded(
        self, verdict: Received | TurnedAway, raw: bytes, at: int, now_s: float
    ) -> tuple[Received | TurnedAway, float]:
        """The verdict on some bytes with the bounds of its device: what it is then, and for how many seconds the host
        reads no more of it. `at` is the instant, `now_s` a clock that is never set."""
        if isinstance(verdict, TurnedAway):  # of a device that is known for what it is, too much is too much
            return verdict, 0.0 if verdict.sender is None else self._wait(verdict.sender.device, now_s)
        device, size = verdict.device, len(verdict.plain)
        self._turn(at)
        most = day_bytes(device, self._limits)
        if self._of_device[device.mn] + size > most:
            detail = f"more than {most:,} bytes of {device.mn} today; look at the device, it is read again tomorrow"
            return TurnedAway(Turned.FLOOD, detail, raw, device.mn), 0.0
        if self._of_stack[device.stack] + size > self._limits.flood_stack_bytes:
            detail = f"more than {self._limits.flood_stack_bytes:,} bytes at {device.stack} today; look at its devices"
            return TurnedAway(Turned.FLOOD, detail, raw, device.mn), 0.0
        self._of_device[device.mn] += size
        self._of_stack[device.stack] += size
        return verdict, self._wait(device, now_s)

    def _turn(self, at: int) -> None:
        day = BEIJING.day_of(at)
        if day == self._day:
            return
        before = self._before if not self._day else Counter[tuple[str, str]]()
        self._day = day
        self._of_device, self._of_stack = Counter(), Counter()
        for (stack, mn), size in before.items():
            self._of_device[mn] += size
            self._of_stack[stack] += size

    def _wait(self, device: Device, now_s: float) -> float:
        """Take one frame out of the bucket; the seconds until it has one again."""
        rate, burst = pace(device, self._limits)
        bucket = self._buckets.setdefault(device.mn, _Bucket(burst, now_s))
        bucket.left = min(burst, bucket.left + (now_s - bucket.at_s) * rate) - 1
        bucket.at_s = now_s
        return max(0.0, -bucket.left / rate)


def pace(device: Device, limits: GatewayLimits) -> tuple[float, float]:
    """Frames a second that are read of a device, and how many at once.

    >>> usual, hourly = Device("A1", "KM-1", "2017"), Device("A1", "KM-1", "2017", every_s=3600)
    >>> pace(usual, GatewayLimits()), pace(hourly, GatewayLimits())
    ((20.0, 11520.0), (10.0, 10000))
    """
    rate = max(limits.flood_least_s, limits.flood_times / device.every_s)
    return rate, max(limits.flood_burst, limits.flood_days * DAY_S / device.every_s)


def day_bytes(device: Device, limits: GatewayLimits) -> int:
    """Bytes of a device that a day takes.

    >>> usual, minutely = Device("A1", "KM-1", "2017"), Device("A1", "KM-1", "2017", every_s=60)
    >>> day_bytes(usual, GatewayLimits()), day_bytes(minutely, GatewayLimits())
    (59673600, 33554432)
    """
    return max(limits.flood_day_bytes, round(limits.flood_day_times * DAY_S / device.every_s) * FRAME_BYTES)
