"""`airshed hj212`: what frames of stack monitors say, for people and for programs."""

from __future__ import annotations

import gzip
import sys
import zlib
from collections.abc import Iterator
from enum import StrEnum
from io import BufferedReader
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from airshed.cli.options import Json
from airshed.cli.show import as_json, console, table
from airshed.model.counted import counted
from airshed.model.refusal import Malformed

if TYPE_CHECKING:
    from airshed.mrv.hj212 import Frame, Rejected

app = typer.Typer(no_args_is_help=True, help="Frames of stack monitors (HJ 212). 污染源在线监测报文 (HJ 212)。")

READ_BYTES = 1 << 16
MAX_LINE_BYTES = 1 << 24
"""Bytes of a line that is no frame which are reported as one refusal."""

GZIP_MAGIC = b"\x1f\x8b"
BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class Crc(StrEnum):
    """Which checksum to accept."""

    HJ212 = "hj212"
    MODBUS = "modbus"
    ANY = "any"


#: Refused chunks that a screen takes; those beyond are counted, and --json has them all.
MOST_REFUSED_SHOWN = 1_000

#: Pieces in a row too short to be a frame, after which a file is taken for noise: it costs seconds, not minutes.
MOST_SCRAPS, SHORTEST_FRAME = 1_000_000, 12

CrcOption = Annotated[
    Crc, typer.Option("--crc", help="Checksum of the devices: the standard's, CRC-16/MODBUS, or any.")
]


@app.command()
def decode(
    file: Annotated[
        str, typer.Argument(help="File of frames, one a line or glued together, also .gz; - is the input.")
    ],
    json: Json = False,
    crc: CrcOption = Crc.HJ212,
    key: Annotated[
        Path | None, typer.Option("--key", metavar="FILE", help="SM4 key that encrypted frames of 2025 are read with.")
    ] = None,
) -> None:
    """Decode the frames of a file, or say why they are refused; then the status is 2, but with --json it is 0.

    A frame that does not fit as it is, is tried with the key: 32 hexadecimal digits in a file that only you may read.

    Example: airshed hj212 decode frames.txt --json
    """
    from airshed.mrv.hj212 import chunks
    from airshed.mrv.hj212 import decode as read
    from airshed.service.gateway.devices import read_key

    secret = None if key is None else read_key(key)
    frames = refused = scraps = 0
    for place, chunk in chunks(_pieces(file), MAX_LINE_BYTES):
        outcome = read(chunk, crc.value)
        if secret is not None and not _is_frame(outcome):
            from airshed.mrv.hj212.sm4 import decrypted_frame

            opened = read(decrypted_frame(chunk, secret), crc.value)
            outcome = opened if _is_frame(opened) else outcome
        good = _is_frame(outcome)
        scraps = 0 if good or len(chunk) >= SHORTEST_FRAME else scraps + 1
        if scraps == MOST_SCRAPS:
            what = f"holds {counted(scraps, 'broken head')} in a row, up to byte {place:,}, and no frame between them"
            raise Malformed(file, what, f"give a file of frames; {frames:,} were read before")
        frames, refused = frames + good, refused + (not good)
        if json:
            as_json(json_of(outcome, place))
        elif good or refused <= MOST_REFUSED_SHOWN:
            _show(outcome, place)
    if not json:
        if refused > MOST_REFUSED_SHOWN:
            console.print(f"{refused - MOST_REFUSED_SHOWN} more are refused and only counted 其余仅计数")
        console.print(f"frames 报文 {frames}, refused 拒收 {refused}")
        if refused:
            raise typer.Exit(2)


@app.command()
def explain(
    frame: Annotated[str, typer.Argument(help="One frame, from ## to the CRC, in quotes.")],
    crc: CrcOption = Crc.HJ212,
    json: Json = False,
) -> None:
    """Say in words what every part of one frame means.

    Example: airshed hj212 explain "##0101QN=20160801085857223;ST=32;CN=1062;PW=100000;MN=010000A8900016F000169DC0;Flag=5;CP=&&RtdInterval=30&&1C80"
    """  # noqa: E501 - a frame has no place to break
    from airshed.mrv.hj212 import Rejected
    from airshed.mrv.hj212 import decode as read
    from airshed.mrv.hj212.words import words_of

    outcome = read(frame.encode("utf-8", "surrogateescape"), crc.value)
    if isinstance(outcome, Rejected):
        raise Malformed(
            "FRAME", f"{outcome.why}: {outcome.detail}", "quote the frame so that the shell leaves it alone"
        )
    rows = words_of(outcome)
    if json:
        for item, value, zh, en in rows:
            as_json({"item": item, "value": value, "zh": zh, "en": en})
    else:
        table("", ("item 项", "value 值", "含义", "meaning"), rows)


def json_of(outcome: Frame | Rejected, place: int) -> dict[str, Any]:
    """A frame or a refusal as JSON. The password stays out. `at` is the byte of the input where refused bytes begin.

    Other items of CP are keys in lower case: a text, or a list where the item is said more than once; `cp_` stands
    before a name that is taken.
    """
    from airshed.mrv.hj212 import Rejected

    if isinstance(outcome, Rejected):
        return {"ok": False, "why": outcome.why.value, "detail": outcome.detail, "at": place}
    said: dict[str, Any] = {"ok": True, "version": outcome.version, "crc": outcome.crc}
    said |= {name: getattr(outcome, name) for name in ("qn", "st", "cn", "mn", "flag")}
    said |= {name: part for name in ("pnum", "pno") if (part := getattr(outcome, name)) is not None}
    said["readings"] = [
        {"code": reading.code}
        | {f"cp_{suffix}" if suffix == "code" else suffix: value for suffix, value in reading.values.items()}
        | ({} if reading.flag is None else {"flag": reading.flag})
        for reading in outcome.readings
    ]
    others: dict[str, list[str]] = {}
    for name, value in (*outcome.further, *outcome.fields):
        others.setdefault(name.lower(), []).append(value)
    taken = {*said, "pw", "pnum", "pno", "why", "detail", "at"}
    for name, values in others.items():
        if name not in {"newpw", "newsk"}:
            said[f"cp_{name}" if name in taken else name] = values[0] if len(values) == 1 else values
    return said


def _is_frame(outcome: Frame | Rejected) -> bool:
    from airshed.mrv.hj212 import Frame

    return isinstance(outcome, Frame)


def _pieces(file: str) -> Iterator[bytes]:
    """The bytes of the file or of the input, unpacked if they are packed."""
    try:
        with cast(BufferedReader, sys.stdin.buffer) if file == "-" else Path(file).open("rb") as opened:
            head = opened.peek(len(GZIP_MAGIC))[: len(GZIP_MAGIC)]
            source = gzip.GzipFile(fileobj=opened) if head == GZIP_MAGIC else opened
            first = True
            while piece := source.read(READ_BYTES):
                yield piece.removeprefix(BYTE_ORDER_MARK) if first else piece
                first = False
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise Malformed(file, f"the packed file is damaged ({error})", "fetch it again") from None
    except OSError as error:
        raise Malformed(
            file, f"cannot be read ({error.strerror})", "give a file of frames, or - for the input"
        ) from None


def _show(outcome: Frame | Rejected, place: int) -> None:
    from rich.text import Text

    from airshed.mrv.hj212 import Rejected
    from airshed.mrv.hj212.codes import COMMANDS, DATA_FLAGS, name_of
    from airshed.mrv.hj212.words import both

    if isinstance(outcome, Rejected):
        said = f" at byte {place}: {outcome.why}: {outcome.detail}"
        console.print(Text.assemble(("refused 拒收", "red"), said))
        return
    time = outcome.field("DataTime") or outcome.qn or ""
    command = both(COMMANDS.get(outcome.cn, ("", "")))
    head = f"HJ 212-{outcome.version} MN {outcome.mn or '-'} CN {outcome.cn} {command} {time}"
    suffixes = list(dict.fromkeys(suffix for reading in outcome.readings for suffix in reading.values))
    if suffixes:
        rows = [
            (
                reading.code,
                *name_of(reading.code),
                *(reading.values.get(suffix, "") for suffix in suffixes),
                f"{reading.flag or ''} {both(DATA_FLAGS.get(reading.flag or '', ('', '')))}".strip(),
            )
            for reading in outcome.readings
        ]
        table(
            head,
            ("code", "名称", "name", *(f"{suffix}#" for suffix in suffixes), "flag 标记"),
            rows,
        )
    else:
        console.print(head)
    hidden = {"DataTime", "NewPW", "NewSK"}
    others = ", ".join(f"{name}={value}" for name, value in outcome.fields if name not in hidden)
    if others:
        console.print(others)
