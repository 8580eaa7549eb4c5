"""The gateway as a process: signals, the clock, and the log on the output."""

from __future__ import annotations

import asyncio
import resource
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

import msgspec

from airshed.model.refusal import Malformed
from airshed.service.gateway.control import Control
from airshed.service.gateway.devices import read_devices
from airshed.service.gateway.host import Host
from airshed.service.gateway.keeper import Keeper
from airshed.service.gateway.keyring import Keyring
from airshed.service.gateway.limits import GatewayLimits
from airshed.service.gateway.lines import Lines
from airshed.service.gateway.secure import Secure

SPARE_FILES = 100
"""Open files beside the connections."""


def now_ms() -> int:
    """The clock of this machine, milliseconds since 1970."""
    return time.time_ns() // 1_000_000


async def run(
    host: str,
    port: int,
    devices: Path,
    keys: Path,
    evidence: Path,
    limits: GatewayLimits,
    write: Callable[[str], object],
    *,
    renew_keys: bool = False,
    secure: Secure | None = None,
) -> None:
    """Serve until SIGINT or SIGTERM; SIGHUP reads the devices again, and keeps the old ones if the file is wrong."""
    lines = Lines(write, now_ms)
    _more_files(limits.connections + SPARE_FILES)
    registry = read_devices(devices, keys)
    keeper = Keeper(evidence, now_ms)
    served = Host(registry, keeper, now_ms, limits=limits, note=lines)
    control = Control(served, Keyring(devices, keys), evidence, now_ms, lines, renew=renew_keys)
    loop = asyncio.get_running_loop()
    over = asyncio.Event()

    def read_again() -> None:
        try:
            if secure is not None:
                secure.read_again()
            served.registry = read_devices(devices, keys)
            lines("devices_read", devices=len(served.registry))
        except Malformed as error:
            lines("devices_not_read", error=str(error))

    for each in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(each, over.set)
    loop.add_signal_handler(signal.SIGHUP, read_again)
    await control.start()
    try:
        await served.start(host, port, secure)
    except Malformed:
        await control.stop()
        raise
    if keeper.tightened:
        lines("taken_from_others", paths=keeper.tightened, folder=str(evidence))
    if devices.stat().st_mode & 0o077:
        lines("devices_open", path=str(devices), cure="chmod 600: it holds passwords")
    control.watch_keys()
    waiting = asyncio.create_task(over.wait())
    assert served.ended is not None
    await asyncio.wait((waiting, served.ended), return_when=asyncio.FIRST_COMPLETED)
    await control.stop()
    await served.stop()
    if served.ended.done():
        served.ended.result()


def write_lines(json: bool) -> Callable[[str], object]:
    """Lines on the output: JSON as it is, or `instant what name=value ...` for people."""

    def write(line: str) -> None:
        if not json:
            facts = msgspec.json.decode(line)
            at, what = facts.pop("at"), facts.pop("what")
            line = " ".join((at, what, *(f"{name}={_shown(value)}" for name, value in facts.items())))
        sys.stdout.write(line + "\n")
        sys.stdout.flush()

    return write


def _shown(value: object) -> str:
    return value if isinstance(value, str) and " " not in value else msgspec.json.encode(value).decode()


def _more_files(wanted: int) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, most), hard))
