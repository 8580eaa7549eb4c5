"""The hours of every stack that is for who asks, in one file: made stack by stack while it is sent.

A zone has some millions of hours. One stack is in memory at a time; the next is made once the last one is on its way,
so that who reads slowly keeps nobody waiting. Parquet has its directory at the end, and is put together on disk.
"""

from __future__ import annotations

import asyncio
import io
import zlib
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, NamedTuple

import msgspec
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from airshed.model.provenance import said
from airshed.service.http.readers import ASKING
from airshed.service.http.receipts import Busy
from airshed.service.http.service import Service
from airshed.service.http.tables import CSV, ENDING_OF, OF_ROW, PARQUET, PIECE

if TYPE_CHECKING:
    import polars as pl

NAME = "hours-all"
#: Seconds after which who has too many of these files underway may ask again.
AGAIN_S = 30
#: Of zlib: the fastest, and the head of gzip.
LEVEL, GZIP = 1, 31


class Making(NamedTuple):
    """A file that is to be made: the frame of each stack, one after the other, and what the book is."""

    frames: Sequence[Callable[[], pl.DataFrame]]
    provenance: bytes
    told: str

    def of(self, place: int) -> pl.DataFrame:
        """The rows of a stack as they stand in the file."""
        import polars as pl

        return self.frames[place]().with_columns(pl.lit(self.told).alias(OF_ROW))


class Underway:
    """Of which askers such files are underway; one piece is made at a time."""

    def __init__(self) -> None:
        self.asking: Counter[str] = Counter()
        self._alone = asyncio.Lock()

    async def made(self, work: Callable[[], bytes]) -> bytes:
        """A piece, made in a thread once no other one is."""
        async with self._alone:
            return await asyncio.to_thread(work)


async def all_hours(
    service: Service, request: Request, frames: Sequence[Callable[[], pl.DataFrame]], form: str
) -> Response:
    """The file in one of the forms; its length is not in the head, for it is not made yet."""
    making = Making(frames, msgspec.json.encode(service.provenance), said(service.provenance)[0])
    underway: Underway = service.beside.setdefault("all_hours", Underway())
    who, limits = ASKING.get(), service.limits
    if underway.asking.total() >= limits.waiting_files or underway.asking[who] >= limits.files_of_one:
        raise Busy(AGAIN_S)
    headers = {"Cache-Control": "private, no-cache", "Vary": "Accept-Encoding, Cookie"}
    headers["Content-Disposition"] = f'attachment; filename="{NAME}.{ENDING_OF[form]}"'
    pieces = _parquet(making, underway) if form == PARQUET else _text(making, underway, form)
    if form != PARQUET and "gzip" in request.headers.get("accept-encoding", ""):
        headers["Content-Encoding"] = "gzip"
        pieces = _packed(pieces)
    kind = f"{CSV}; charset=utf-8" if form == CSV else form
    return StreamingResponse(_counted(pieces, underway, who), 200, headers, kind)


async def _counted(pieces: AsyncIterator[bytes], underway: Underway, who: str) -> AsyncIterator[bytes]:
    underway.asking[who] += 1
    try:
        async for piece in pieces:
            yield piece
    finally:
        underway.asking[who] -= 1


async def _text(making: Making, underway: Underway, form: str) -> AsyncIterator[bytes]:
    """CSV or JSON: one stack after the other, with what stands before and after them all."""
    if form != CSV:
        yield b'{"table":' + msgspec.json.encode(NAME) + b',"rows":['

    def piece(place: int) -> bytes:
        return (_csv if form == CSV else _json)(making.of(place), first=not place)

    for place in range(len(making.frames)):
        yield await underway.made(partial(piece, place))
    if form != CSV:
        yield b'],"provenance":' + making.provenance + b"}"


def _csv(frame: pl.DataFrame, *, first: bool) -> bytes:
    out = io.BytesIO()
    frame.write_csv(out, include_header=first, line_terminator="\r\n")
    return out.getvalue()


def _json(frame: pl.DataFrame, *, first: bool) -> bytes:
    rows = frame.write_json()[1:-1].encode()
    return rows if first or not rows else b"," + rows


async def _parquet(making: Making, underway: Underway) -> AsyncIterator[bytes]:
    """The stacks are written as files of their own, then as the row groups of one."""
    with TemporaryDirectory() as folder:

        def part(place: int) -> bytes:
            making.of(place).write_parquet(Path(folder) / f"{place:06}.parquet")
            return b""

        def together() -> bytes:
            import polars as pl

            told = {"provenance": making.provenance.decode(), "said": making.told}
            pl.scan_parquet(Path(folder) / "*.parquet").sink_parquet(Path(folder) / "all", metadata=told)
            return b""

        for place in range(len(making.frames)):
            await underway.made(partial(part, place))
        await underway.made(together)
        with (Path(folder) / "all").open("rb") as file:
            while piece := await asyncio.to_thread(file.read, PIECE):
                yield piece


async def _packed(pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    packing = zlib.compressobj(LEVEL, wbits=GZIP)
    async for piece in pieces:
        if packed := await asyncio.to_thread(packing.compress, piece):
            yield packed
    yield packing.flush()
