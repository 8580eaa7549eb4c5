"""Evidence of receipt: per stack and Beijing day the frames as they came, packed and chained when the day is over.

    KM-CEM-01-A/2027-01-01.hj212       frames of the day that is running, one a line
    KM-CEM-01-A/2027-01-01.hj212.gz    frames of a day that is over
    KM-CEM-01-A/chain.json             frames, bytes and SHA-256 of each day, and the chain over them

The days are those of receipt: a file is complete when its day is over, whatever hours its frames tell of. (Simulated
evidence lies by month of the hours instead, since all of them are known when it is written.) What the chain says can be
checked by hand: `zcat FILE | sha256sum`, and `printf '%s %s %s\\n' BEFORE DAY SHA256 | sha256sum`.
"""

from __future__ import annotations

import errno
import os
import re
import zlib
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from hashlib import sha256
from pathlib import Path

import msgspec

from airshed.model.refusal import Malformed
from airshed.mrv.days import GENESIS
from airshed.service.gateway.devices import RESERVED
from airshed.service.gateway.file_modes import FILE_MODE, make_folder, opener
from airshed.service.gateway.receipt_journal import JournalEntry
from airshed.service.stacks.evidence import CHAIN, sync, write_record
from airshed.zone.rows import decoded

FORMAT = "airshed receipts 1"
SUFFIX, PACKED = ".hj212", ".hj212.gz"
MOST_DAYS = 40_000
MOST_DAY_BYTES = 1 << 28
"""Uncompressed bytes of a stack's day beyond which its file is refused; frames every 30 s make 3 MB."""

_GZIP = 31
_PIECE = 1 << 20
_HELD = 1 << 25
_DAY = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})\.hj212(?:\.gz)?")


class ReceiptDay(msgspec.Struct, frozen=True):
    """One day of receipt of a stack; a day without frames has one, too."""

    day: str
    frames: int
    bytes: int
    #: Of the frames with their line ends, uncompressed.
    sha256: str
    #: SHA-256 of the line `chain of the day before, day, sha256`.
    chain: str


class ReceiptChain(msgspec.Struct, frozen=True):
    """All days of receipt of a stack that are over, from its first frame on."""

    format: str
    stack: str
    days: tuple[ReceiptDay, ...]


def link(before: str, day: str, digest: str) -> str:
    """The chain of a day.

    >>> link(GENESIS, "2027-01-01", sha256(b"").hexdigest())[:16]
    'aecaa2fc6ea14160'
    """
    return sha256(f"{before} {day} {digest}\n".encode()).hexdigest()


def stacks_of(folder: Path) -> list[str]:
    """The stacks that a folder of evidence has frames of, by name."""
    return sorted(path.name for path in folder.iterdir() if path.is_dir() and path.name not in RESERVED)


def days_on_disk(folder: Path, stack: str) -> list[str]:
    """The days of receipt that have a file, packed or not."""
    return sorted({found[1] for path in (folder / stack).iterdir() if (found := _DAY.fullmatch(path.name))})


def read_chain(folder: Path, stack: str) -> ReceiptChain:
    """The chain of a stack with its links checked, empty before its first day is over; `Malformed` if it is broken."""
    path = folder / stack / CHAIN
    cure = "restore the folder of the stack from a copy"
    if not path.exists():
        return ReceiptChain(FORMAT, stack, ())
    chain = decoded(path, msgspec.json.Decoder(ReceiptChain).decode, cure)
    if (chain.format, chain.stack) != (FORMAT, stack):
        raise Malformed(str(path), f"is not the chain of {stack} in the form {FORMAT!r}", cure)
    before, day = GENESIS, chain.days[0].day if chain.days else ""
    for each in chain.days:
        if (each.day, each.chain) != (day, link(before, each.day, each.sha256)):
            raise Malformed(str(path), f"the chain is broken at {each.day}", cure)
        before, day = each.chain, day_after(day)
    return chain


def read_day(folder: Path, stack: str, said: ReceiptDay | str) -> bytes:
    """The frames of a day, each with its line end: a day of the chain, checked against it, or one that is running."""
    day = said if isinstance(said, str) else said.day
    if isinstance(said, ReceiptDay) and not said.frames:
        return b""
    text = b"".join(_pieces(folder, stack, day))
    if isinstance(said, ReceiptDay) and sha256(text).hexdigest() != said.sha256:
        path = folder / stack / f"{day}{PACKED}"
        raise Malformed(str(path), f"its frames are not those of {CHAIN}", "restore both from one copy")
    return text


def add(folder: Path, stack: str, day: str, frames: Iterable[bytes], size: int | None = None) -> int | None:
    """Add frames to the file of a running day: its size then, or OSError if nothing was added.

    None if the file cannot be gone on with: it has not the `size` that the last call left, or a part was added. Not
    synced: the journal is, and the file is written anew from it at the next start.
    """
    place = folder / stack
    make_folder(place)
    text = b"".join(frame + b"\r\n" for frame in frames)
    with open(place / f"{day}{SUFFIX}", "ab", buffering=0, opener=opener) as file:
        before = file.tell()
        if size not in (None, before):
            return None
        if file.write(text) == len(text):
            return before + len(text)
        try:
            file.truncate(before)
        except OSError:
            return None
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def rewrite(folder: Path, day: str, entries: Iterable[JournalEntry]) -> None:
    """Write the files of a day anew from its journal, stack by stack, but for those that are packed already."""
    held: dict[str, list[bytes]] = {}
    size, begun = 0, set[str]()

    def flush() -> None:
        for stack, frames in held.items():
            place = folder / stack
            make_folder(place)
            with open(place / f"{day}{SUFFIX}.part", "ab" if stack in begun else "wb", opener=opener) as file:
                file.writelines(frames)
            begun.add(stack)
        held.clear()

    for entry in entries:
        held.setdefault(entry.stack, []).append(entry.plain + b"\r\n")
        size += len(entry.plain)
        if size > _HELD:
            flush()
            size = 0
    flush()
    for stack in sorted(begun):
        part = folder / stack / f"{day}{SUFFIX}.part"
        if (folder / stack / f"{day}{PACKED}").exists():
            part.unlink()
        else:
            part.replace(folder / stack / f"{day}{SUFFIX}")


def close_days(folder: Path, today: str) -> list[str]:
    """Pack and chain every day before `today` of every stack; the days that were closed. May be repeated."""
    closed: set[str] = set()
    for stack in stacks_of(folder):
        chain = read_chain(folder, stack)
        day = day_after(chain.days[-1].day) if chain.days else next(iter(days_on_disk(folder, stack)), today)
        days = list(chain.days)
        while day < today:
            before = days[-1].chain if days else GENESIS
            days.append(_closed(folder, stack, day, before))
            assert len(days) < MOST_DAYS, "the clock is off by a century"
            day = day_after(day)
        if len(days) == len(chain.days):
            continue
        fresh = days[len(chain.days) :]
        write_record(folder / stack / CHAIN, ReceiptChain(FORMAT, stack, tuple(days)))
        os.chmod(folder / stack / CHAIN, FILE_MODE)
        sync([folder / stack])
        for each in fresh:
            (folder / stack / f"{each.day}{SUFFIX}").unlink(missing_ok=True)
        closed |= {each.day for each in fresh}
    return sorted(closed)


def pack(path: Path) -> tuple[int, int, str]:
    """Compress a file beside itself, synced, under its name with `.gz`: lines, bytes and SHA-256 of what it holds."""
    part = path.with_name(f"{path.name}.gz.part")
    packer = zlib.compressobj(1, zlib.DEFLATED, _GZIP)
    digest, lines, size = sha256(), 0, 0
    with path.open("rb") as source, open(part, "wb", opener=opener) as target:
        while piece := source.read(_PIECE):
            digest.update(piece)
            lines, size = lines + piece.count(b"\n"), size + len(piece)
            target.write(packer.compress(piece))
        target.write(packer.flush())
        target.flush()
        os.fsync(target.fileno())
    part.replace(path.with_name(f"{path.name}.gz"))
    sync([path.parent])
    return lines, size, digest.hexdigest()


def day_after(day: str) -> str:
    """The next day.

    >>> day_after("2027-12-31")
    '2028-01-01'
    """
    return (date.fromisoformat(day) + timedelta(days=1)).isoformat()


def _closed(folder: Path, stack: str, day: str, before: str) -> ReceiptDay:
    plain = folder / stack / f"{day}{SUFFIX}"
    if (folder / stack / f"{day}{PACKED}").exists():  # packed before the gateway ended, not chained yet
        lines, size, digest = 0, 0, sha256()
        for piece in _pieces(folder, stack, day):
            digest.update(piece)
            lines, size = lines + piece.count(b"\n"), size + len(piece)
        found = lines, size, digest.hexdigest()
    else:
        found = pack(plain) if plain.exists() else (0, 0, sha256().hexdigest())
    return ReceiptDay(day, *found, link(before, day, found[2]))


def _pieces(folder: Path, stack: str, day: str) -> Iterator[bytes]:
    """What the file of a day holds, packed or not; `Malformed` if it is missing, cut or too large."""
    path = folder / stack / f"{day}{PACKED}"
    cure = "restore it from a copy, or write it anew from the journal"
    try:
        if not path.exists():
            path = folder / stack / f"{day}{SUFFIX}"
            yield path.read_bytes()
            return
        unpacker, size = zlib.decompressobj(_GZIP), 0
        with path.open("rb") as file:
            while piece := file.read(_PIECE):
                text = unpacker.decompress(piece, MOST_DAY_BYTES - size + 1)
                size += len(text)
                if size > MOST_DAY_BYTES:
                    raise Malformed(str(path), f"more than {MOST_DAY_BYTES} bytes", "a day of one stack is far less")
                yield text
        if not unpacker.eof or unpacker.unused_data:
            raise Malformed(str(path), "its end is missing, or something follows it", cure)
    except FileNotFoundError:
        raise Malformed(str(path), "the file is missing", cure) from None
    except OSError as error:
        raise Malformed(str(path), f"cannot be read ({error.strerror})", cure) from None
    except zlib.error:
        raise Malformed(str(path), "is no gzip file, or was changed", cure) from None
