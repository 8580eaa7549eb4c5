"""What a gateway refused, counted by day and reason: from the folder, whether the gateway runs or not."""

from __future__ import annotations

import gzip
import zlib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import msgspec

from airshed.model.refusal import Malformed
from airshed.service.gateway.file_modes import look_into
from airshed.service.gateway.refused import BEYOND, FOLDER, Beyond, RefusedLine

KEPT, COUNTED = "kept", "counted"


def refused_lines(folder: Path, day: str = "") -> Iterator[tuple[str, RefusedLine]]:
    """Each refused chunk with its day, in order of receipt. `Malformed` names a line that is none."""
    for path in _files(folder, day):
        name = path.name.removesuffix(".gz").removesuffix(".jsonl")
        try:
            with gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb") as file:
                for number, line in enumerate(file, start=1):
                    if not line.endswith(b"\n"):
                        return  # the gateway is writing it
                    try:
                        yield name, msgspec.json.decode(line, type=RefusedLine)
                    except msgspec.DecodeError as error:
                        raise Malformed(f"{path} line {number}", str(error), "restore it from a copy") from None
        except (OSError, EOFError, zlib.error) as error:
            raise Malformed(str(path), f"cannot be read ({error})", "restore it from a copy") from None


def counted(folder: Path, day: str = "") -> list[tuple[str, str, int, int, int, str]]:
    """Day, reason, chunks kept, chunks only counted, addresses, and the last sentence on it; by day and reason."""
    kept: Counter[tuple[str, str]] = Counter()
    addresses: dict[tuple[str, str], set[str]] = {}
    last: dict[tuple[str, str], str] = {}
    for of, line in refused_lines(folder, day):
        place = of, line.why
        kept[place] += 1
        addresses.setdefault(place, set()).add(line.peer.rpartition(":")[0])
        last[place] = line.detail
    beyond: Counter[tuple[str, str]] = Counter()
    for path in sorted((folder / FOLDER).glob(f"{day or '*'}{BEYOND}")):
        try:
            more = msgspec.json.decode(path.read_bytes(), type=Beyond)
        except (OSError, msgspec.DecodeError) as error:
            raise Malformed(str(path), f"cannot be read ({error})", "restore it from a copy") from None
        beyond.update({(path.name.removesuffix(BEYOND), why): count for why, count in more.counts.items()})
    return [
        (*place, kept[place], beyond[place], len(addresses.get(place, ())), last.get(place, ""))
        for place in sorted({*kept, *beyond})
    ]


def _files(folder: Path, day: str) -> list[Path]:
    look_into(folder)
    if not (folder / FOLDER).is_dir():
        raise Malformed(str(folder), "is no folder of a gateway", "name the one given as --evidence")
    return sorted([*(folder / FOLDER).glob(f"{day or '*'}.jsonl"), *(folder / FOLDER).glob(f"{day or '*'}.jsonl.gz")])
