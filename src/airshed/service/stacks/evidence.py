"""Evidence on disk: the raw frames of every stack by month as they came, and a manifest that pins them.

    evidence.json                  what was put there: year, seed, stacks, the last digest of each chain
    truth.json                     only of simulated years: what was really emitted, and what was tampered with
    KM-CEM-01-A/2027-01.hj212.gz   frames one after the other, each with its line end
    KM-CEM-01-A/chain.json         frames, bytes and SHA-256 of each month, and the evidence digest of each day

The SHA-256 of a month is that of its frames, not of the compressed file (`zcat FILE | sha256sum`), so that it does not
depend on the version of a compressor. The frames of a day are those that tell of its hours, in order of receipt.
"""

from __future__ import annotations

import os
import zlib
from collections.abc import Iterable, Sequence
from hashlib import sha256
from pathlib import Path
from typing import TypeVar

import msgspec
from msgspec import DecodeError, ValidationError

from airshed.model.provenance import Simulation, Told, of_evidence
from airshed.model.refusal import Malformed
from airshed.mrv.hj212.stream import chunks

FORMAT = "airshed evidence 1"
MANIFEST, TRUTH, CHAIN = "evidence.json", "truth.json", "chain.json"
MOST_MONTH_BYTES = 1 << 28
"""Uncompressed bytes of a stack's month beyond which the file is refused: a month of frames every 30 s has 60 MB."""

_GZIP = 31  # zlib's word for 15 bits of window in a gzip wrapper; its header carries no time and no name
_LINE_END = b"\r\n"
Record = TypeVar("Record")


class Month(msgspec.Struct, frozen=True):
    """One file of frames."""

    month: str
    frames: int
    bytes: int
    #: Of the frames, uncompressed.
    sha256: str


class EvidenceChain(msgspec.Struct, frozen=True):
    """The evidence of a stack's year: its months, and one digest per day, each over the one before."""

    stack: str
    year: int
    months: tuple[Month, ...]
    days: tuple[str, ...]


class EvidenceHolding(msgspec.Struct, frozen=True):
    """One stack in the manifest."""

    stack: str
    frames: int
    bytes: int
    #: Evidence digest of the last day, which rests on all others.
    last_day: str


class EvidenceManifest(msgspec.Struct, frozen=True, kw_only=True):
    """What a folder of evidence holds; written last, so a folder without it is unfinished."""

    format: str
    year: int
    #: None for evidence that was not simulated.
    seed: int | None
    #: What the frames are; a manifest of before that was written has none, and its seed says it.
    provenance: Told | None = None
    stacks: tuple[EvidenceHolding, ...]

    @property
    def told(self) -> Told:
        """What the frames are."""
        return of_evidence(self.seed) if self.provenance is None else self.provenance


def month_path(folder: Path, stack: str, month: str) -> Path:
    """Where the frames of a stack's month lie; `month` as 2027-01."""
    return folder / stack / f"{month}.hj212.gz"


def write_month(folder: Path, stack: str, month: str, frames: Sequence[bytes]) -> Month:
    """Put the frames of a month on disk, whole or not at all; a month that is there already is refused."""
    path = month_path(folder, stack, month)
    if path.exists():
        raise Malformed(str(path), "exists already", "evidence is only added; choose another folder")
    text = b"".join(frame if frame.endswith(_LINE_END) else frame + _LINE_END for frame in frames)
    packer = zlib.compressobj(1, zlib.DEFLATED, _GZIP)
    _put(path, packer.compress(text) + packer.flush())
    return Month(month, len(frames), len(text), sha256(text).hexdigest())


def read_month(folder: Path, stack: str, month: str, said: Month | None = None) -> list[bytes]:
    """The frames of a month, without line ends; against `said` if it is given.

    `Malformed` names the file when it is missing, cut, changed, or not what `said` says.
    """
    path = month_path(folder, stack, month)
    text = _unpacked(path)
    if said is not None and sha256(text).hexdigest() != said.sha256:
        raise Malformed(
            str(path), f"its frames are not those of {CHAIN}", "take the file from the monitor's own archive again"
        )
    frames = split_frames(text)
    if said is not None and len(frames) != said.frames:
        raise Malformed(str(path), f"{len(frames)} frames, {CHAIN} says {said.frames}", "restore both from one copy")
    return frames


def split_frames(text: bytes) -> list[bytes]:
    """Frames and whatever else came, in order. By line end where that is the same as by length, and it mostly is.

    >>> split_frames(b"##0001A4040\\r\\nnoise\\r\\n")
    [b'##0001A4040', b'noise']
    """
    lines = text.split(_LINE_END)
    last = lines.pop()
    counts = {text.count(mark) for mark in (b"##", b"\r", b"\n")}
    if not last and counts == {len(lines)} and all(map(_whole, lines)):
        return lines
    return [chunk for _, chunk in chunks([text])]


def _whole(line: bytes) -> bool:
    return line.startswith(b"##") and line[2:6].isdigit() and len(line) == 10 + int(line[2:6])


def write_record(path: Path, record: msgspec.Struct) -> None:
    """A manifest or chain as JSON, whole or not at all."""
    _put(path, msgspec.json.format(msgspec.json.encode(record), indent=1) + b"\n")


def read_manifest(folder: Path) -> EvidenceManifest:
    """The manifest of a folder, or `Malformed`."""
    path = folder / MANIFEST
    if (folder / "journal").is_dir() and not path.exists():
        raise Malformed(str(folder), "holds the receipts of a gateway", "measure it with airshed gateway measure")
    if not path.is_file():
        raise Malformed(str(path), "the file is missing, so the evidence is unfinished", "write it into a new folder")
    manifest = _record(path, EvidenceManifest)
    if manifest.format != FORMAT:
        raise Malformed(str(path), f"format {manifest.format!r}", f"this version reads {FORMAT!r}")
    check_told(path, manifest.seed, manifest.provenance)
    return manifest


def check_told(path: Path, seed: int | None, told: Told | None) -> None:
    """A manifest says one thing of its seed, also where it says it twice; else `Malformed`."""
    if told is not None and (told.seed if isinstance(told, Simulation) else None) != seed:
        raise Malformed(str(path), f"its seed is {seed}, and its provenance another", "restore it from a copy")


def read_chain(folder: Path, holding: EvidenceHolding, year: int) -> EvidenceChain:
    """The chain of one stack, which must be the one that the manifest pins."""
    path = folder / holding.stack / CHAIN
    chain = _record(path, EvidenceChain)
    if (chain.stack, chain.year, chain.days[-1:]) != (holding.stack, year, (holding.last_day,)):
        raise Malformed(str(path), f"it is not the chain that {MANIFEST} names", "restore both from one copy")
    return chain


def prepare(folder: Path) -> None:
    """Make the folder; one that holds anything is refused, since evidence is never written over."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        taken = min(folder.iterdir(), default=None)
    except OSError as error:
        raise Malformed(str(folder), f"cannot be used ({error.strerror})", "name a folder") from None
    if taken is not None:
        raise Malformed(str(folder), f"is not empty (it holds {taken.name})", "name a new folder, or remove it first")


def months_of(year: int) -> tuple[str, ...]:
    """The months of a year as they stand in file names.

    >>> months_of(2027)[0], len(months_of(2027))
    ('2027-01', 12)
    """
    return tuple(f"{year:04}-{month:02}" for month in range(1, 13))


def _put(path: Path, content: bytes) -> None:
    """Write beside, sync, rename: after a crash there is the whole file or none of that name."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    try:
        with part.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError as error:
        raise Malformed(str(path), f"cannot be written ({error.strerror})", "make room and write it again") from None
    finally:
        part.unlink(missing_ok=True)


def sync(folders: Iterable[Path]) -> None:
    """Put the names of new files in these folders on disk, too."""
    for folder in folders:
        at = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(at)
        finally:
            os.close(at)


def _unpacked(path: Path) -> bytes:
    cure = "take the file from the monitor's own archive again"
    unpacker = zlib.decompressobj(_GZIP)
    try:
        text = unpacker.decompress(path.read_bytes(), MOST_MONTH_BYTES)
    except FileNotFoundError:
        raise Malformed(str(path), "the file is missing", cure) from None
    except OSError as error:
        raise Malformed(str(path), f"cannot be read ({error.strerror})", cure) from None
    except zlib.error:
        raise Malformed(str(path), "is no gzip file, or was changed", cure) from None
    if unpacker.unconsumed_tail:
        raise Malformed(str(path), f"more than {MOST_MONTH_BYTES} bytes", "a month of one stack is far less")
    if not unpacker.eof or unpacker.unused_data:
        raise Malformed(str(path), "its end is missing, or something follows it", cure)
    return text


def _record(path: Path, kind: type[Record]) -> Record:
    cure = "restore it from a copy; it is not written by hand"
    try:
        return msgspec.json.decode(path.read_bytes(), type=kind)
    except FileNotFoundError:
        raise Malformed(str(path), "the file is missing", cure) from None
    except OSError as error:
        raise Malformed(str(path), f"cannot be read ({error.strerror})", cure) from None
    except (DecodeError, ValidationError, UnicodeDecodeError) as error:
        raise Malformed(str(path), str(error).rstrip("."), cure) from None
