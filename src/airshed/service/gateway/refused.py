"""What was turned away, kept with its reason: one JSON object a line and day, bounded per address and per day."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import msgspec

from airshed.mrv.hj212.time import BEIJING
from airshed.service.gateway.file_modes import make_folder, opener
from airshed.service.gateway.lockout import origin_of
from airshed.service.gateway.reception import TurnedAway, kept
from airshed.service.gateway.store import pack

FOLDER = "refused"
MOST_OF_ADDRESS = 1 << 22
"""Bytes kept per address and day; what goes beyond is counted, not kept, so that noise does not fill the disk."""
MOST_OF_DAY = 1 << 28
MOST_ADDRESSES = 10_000
BEYOND = ".beyond.json"
BEYOND_EVERY = 1_024
"""Chunks that are only counted, after which the count is written down (and at 1, 2, 4, ...)."""


class RefusedLine(msgspec.Struct, frozen=True):
    """One line of refused/DAY.jsonl."""

    at: str
    peer: str
    #: The registered number that it gave; None if it gave none.
    mn: str | None
    why: str
    detail: str
    #: The bytes as they came, in base64; keys as `*`, and passwords where no check rests on them.
    raw: bytes


class Beyond(msgspec.Struct, frozen=True):
    """What of a day was only counted, by reason."""

    counts: dict[str, int]


class RefusedFile:
    """The file of the running day. Not synced: nothing in it was acknowledged."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / FOLDER
        make_folder(self._folder)
        self._day = ""
        self._beyond: Counter[str] = Counter()
        self._total = 0
        self._by_address: dict[str, int] = {}

    def add(self, day: str, at: int, peer: str, turned: TurnedAway) -> bool:
        """Keep one; False if the bound is reached. OSError if the disk does not take it."""
        if day != self._day:
            self.note_beyond()
            self._day, self._total, self._by_address = day, 0, {}
            self._beyond = self._noted(day)
        address = origin_of(peer.rpartition(":")[0])
        if address not in self._by_address and len(self._by_address) >= MOST_ADDRESSES:
            address = "others"
        line = msgspec.json.encode(
            RefusedLine(BEIJING.clock(at), peer, turned.mn, turned.why.value, turned.detail, kept(turned))
        )
        so_far = self._by_address.get(address, 0) + len(line)
        if so_far > MOST_OF_ADDRESS or self._total + len(line) > MOST_OF_DAY:
            self._beyond[turned.why.value] += 1
            count = self._beyond.total()
            if count & (count - 1) == 0 or count % BEYOND_EVERY == 0:
                self.note_beyond()
            return False
        self._by_address[address] = so_far
        self._total += len(line)
        with open(self._folder / f"{day}.jsonl", "ab", buffering=0, opener=opener) as file:
            file.write(line + b"\n")
        return True

    def note_beyond(self) -> None:
        """Write down what was only counted; at the end too, or the last of it would be forgotten."""
        if self._beyond:
            content = msgspec.json.encode(Beyond(dict(sorted(self._beyond.items()))))
            part = self._folder / f"{self._day}{BEYOND}.part"
            with open(part, "wb", opener=opener) as file:
                file.write(content + b"\n")
            part.replace(self._folder / f"{self._day}{BEYOND}")

    def _noted(self, day: str) -> Counter[str]:
        try:
            return Counter(msgspec.json.decode((self._folder / f"{day}{BEYOND}").read_bytes(), type=Beyond).counts)
        except (FileNotFoundError, msgspec.DecodeError):
            return Counter()

    def pack_until(self, today: str) -> None:
        """Compress the files of days that are over."""
        for path in sorted(self._folder.glob("*.jsonl")):
            if path.stem < today:
                pack(path)
                path.unlink()
