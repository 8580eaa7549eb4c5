"""A new key for a device (1014): made, registered from its instant on, then handed over; none of its bytes is told."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import msgspec

from airshed.model.period import DAY_MS
from airshed.model.refusal import Malformed
from airshed.mrv.hj212.sm4 import BLOCK
from airshed.mrv.hj212.time import BEIJING
from airshed.service.gateway.answers import stamp
from airshed.service.gateway.asking import Declined, Outcome, RequestDone
from airshed.service.gateway.devices import KEY_ID, OPTIONAL, Device, DeviceRow, Key, read_devices
from airshed.service.gateway.host import NEW_KEY, Host
from airshed.service.stacks.evidence import sync
from airshed.zone.rows import read_rows, write_rows

KEY_DAYS = 90
"""Days after which a key is due (HJ 212-2025, as third-party code of it says; not confirmed from its text)."""

DONE = "1"
"""ExeRtn of what was done."""


@dataclass(frozen=True, slots=True)
class Keyring:
    """Where the registration and the keys lie."""

    devices: Path
    keys: Path

    async def renew(
        self, host: Host, device: Device, name: str, at: int, timeout: float, tries: int
    ) -> tuple[Outcome, str]:
        """Hand a new key to a device: what it said, and the name of the newest key that is registered then.

        It is registered before the device hears of it, since from then on the device may use it. If the device refuses
        it, it is taken out again; if its answer is lost, both keys stay good on receipt, and the next call hands over
        the same key again. `Malformed` if the device cannot have one.
        """
        if not device.keys:
            cure = "hand it over at the device, and write it into the registration"
            raise Malformed(device.mn, "has no key yet, so the first would go in plain text", cure)
        spoken = host.spoken_key.get(device.mn)
        if device.mn in host.connected and spoken is None:
            cure = "wait for its next report"
            raise Malformed(device.mn, "has not spoken in a key since the gateway started", cure)
        if device.mn not in host.connected or spoken is None:
            return await host.ask(device.mn, NEW_KEY), device.keys[0].name  # NotConnected: nothing is made
        newest = device.keys[0]
        fresh = newest.name == spoken
        if fresh:
            newest = self._made(device, name, at)
            self._write(device.mn, add=newest)
            host.registry = read_devices(self.devices, self.keys)
        # Names of the items as third-party code of HJ 212-2025 has them; 32 hexadecimal digits: both to confirm.
        items = (("SKCreateTime", stamp(at, 17)), ("NewSK", newest.secret.hex().upper()))
        outcome = await host.ask(device.mn, NEW_KEY, items, timeout, tries)
        refused = isinstance(outcome, Declined) or (isinstance(outcome, RequestDone) and outcome.execution != DONE)
        if fresh and refused:
            self._write(device.mn, drop=newest)
            (self.keys / f"{newest.name}.key").unlink(missing_ok=True)
            host.registry = read_devices(self.devices, self.keys)
            return outcome, device.keys[0].name
        if isinstance(outcome, RequestDone) and not refused:
            host.spoken_key[device.mn] = newest.name  # it said that it has taken it
            host.keys_wanted.discard(device.mn)
        return outcome, newest.name

    def _made(self, device: Device, name: str, at: int) -> Key:
        name = name or f"{device.mn[-20:]}-{stamp(at)}"
        if not KEY_ID.fullmatch(name):
            raise Malformed("--name", f"{name!r} is no name of a key", "give letters, digits, - and _, at most 40")
        path = self.keys / f"{name}.key"
        secret = secrets.token_bytes(BLOCK)
        try:
            file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            try:
                os.write(file, secret.hex().encode() + b"\n")
                os.fsync(file)
            finally:
                os.close(file)
            sync([self.keys])
        except FileExistsError:
            raise Malformed(str(path), "the file is there already", "give another --name") from None
        except OSError as error:
            raise Malformed(str(path), f"cannot be written ({error.strerror})", "make room, and ask again") from None
        return Key(name, at - at % 1000, secret)

    def _write(self, mn: str, *, add: Key | None = None, drop: Key | None = None) -> None:
        """Write the registration anew with one key more or less of a device, whole or not at all."""

        def changed(words: tuple[str, ...]) -> tuple[str, ...]:
            if drop is not None:
                words = tuple(word for word in words if word.partition("@")[0] != drop.name)
            if add is not None:
                since = datetime.fromtimestamp(add.valid_from / 1000, BEIJING.zone)
                words = (*words, f"{add.name}@{since:%Y-%m-%dT%H:%M:%S}")
            return words

        rows = [
            msgspec.structs.replace(row, keys=changed(row.keys)) if row.mn == mn else row
            for row in read_rows(self.devices, DeviceRow, OPTIONAL)
        ]
        part = self.devices.with_name(f"{self.devices.name}.part")
        try:
            part.touch(mode=0o600)
            write_rows(part, DeviceRow, rows)
            os.chmod(part, self.devices.stat().st_mode & 0o777)
            with part.open("rb") as file:
                os.fsync(file.fileno())
            part.replace(self.devices)
            sync([self.devices.parent])
        except OSError as error:
            part.unlink(missing_ok=True)
            raise Malformed(
                str(self.devices), f"cannot be written ({error.strerror})", "make room, and ask again"
            ) from None


def days_old(key: Key, at: int) -> int:
    """Whole days for which a key has been in force.

    >>> days_old(Key("k1", 0, bytes(16)), 91 * DAY_MS - 1)
    90
    """
    return max(0, at - key.valid_from) // DAY_MS
