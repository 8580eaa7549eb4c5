"""Throw broken frames of HJ 212 at the decoder, from a seed: `make fuzz`, or `scripts/fuzz.py --seconds 300 --seed 7`.

Published frames and those of the simulated loggers of all three editions are mutated, sealed anew or not, encrypted or
not, glued and cut at any byte. What must hold of every case stands in `check`. A case that fails prints the line that
repeats it, and the status is 1.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path
from random import Random

from airshed.lab.stacks.device import Logger
from airshed.model.refusal import Malformed
from airshed.mrv.hj212 import Frame, Rejected, chunks, decode, encode, seal
from airshed.mrv.hj212.frame import CrcName
from airshed.mrv.hj212.frame_hours import hour_rows
from airshed.mrv.hj212.parts import Assembler
from airshed.mrv.hj212.sm4 import ENCRYPTED, decrypted_frame, encrypted_frame
from airshed.mrv.hj212.words import words_of
from airshed.service.gateway.answers import answer_to
from airshed.service.gateway.devices import Device, Key
from airshed.service.gateway.duplicates import ReceiptMemory, content_digest
from airshed.service.gateway.keeper import Arrived
from airshed.service.gateway.receipt_journal import JournalEntry, entry_of, line_of
from airshed.service.gateway.reception import Received, judge, masked

FRAMES = Path(__file__).parents[1] / "tests" / "hj212_frames.json"
AT = 1_798_732_800_000
KEY = b"0123456789abcdef"
MN = "010000A8900016F000169DC0"
#: What separates and names things on the wire: mutations put these where they do not belong.
TOKENS: Sequence[bytes] = (
    b"##", b"##0101", b"##9999", b"&&", b"&&&&", b"CP=&&", b";", b",", b"=", b"-", b"\r\n", b"\r", b"\n", b" ",
    b"\x00", b"\xff", b"\xc3\xa9", "氧".encode(), b"//", b"=//", b"QN=", b"MN=", b";MN=" + MN.encode(),
    b"PNUM=2;PNO=1;", b"PNUM=0;PNO=9;", b"Flag=3", b"Flag=999", b"CN=2061", b"DataTime=20270101000000",
    b"a21026-Avg=1e999", b"a21026-Avg=nan", b"NewSK=00", b"0" * 40,
)  # fmt: skip
#: What stands between the separators of a content.
ITEMS: Sequence[bytes] = (
    b"a21026-Avg=", b"a21026-Avg=1", b"a21026-avg=2", b"a21026-Flag=N", b"a21026-flag=zz", b"a19001-Avg=-0",
    b"DataTime=2", b"DataTime=20270101000000", b"DataTime=20271301000000", b"QN=20270101000000000",
    b"i11001-Info=//a;b,c//", b"i11001-Info=//", b"PolId=a,b", b"=1", b"a-=1", b"-Avg=1", b"x", b"  ", b"CTime=1",
    b"NewSK=0", b"\xe6\xb0\xa7=1",
)  # fmt: skip
LONGEST = 20_000


def corpus() -> list[bytes]:
    """Frames as they were published, and as the loggers of the three editions write them."""
    published = [entry["frame"].encode() for entry in json.loads(FRAMES.read_text("utf-8"))]
    made: list[bytes] = []
    loggers = [
        Logger(MN, "2005"),
        Logger(MN, "2017"),
        Logger(MN, "2017", crc="modbus"),
        Logger(MN, "2025"),
    ]
    for one in loggers:
        made += [one.report(cn, AT, AT).strip() for cn in ("2011", "2051", "2061", "2031")]
        made += [raw.strip() for raw in one.report_in_parts("2061", AT, AT, 3)]
        made += [one.clock_notice(AT).strip(), one.key_notice(AT, AT).strip()]
    return published + made


def reworded(rng: Random, raw: bytes) -> bytes:
    """A frame whose content says something else, and which is whole all the same."""
    opening, ending = raw.find(b"CP=&&"), raw.rfind(b"&&")
    if opening < 6 or ending < opening + 5:
        return raw
    items = raw[opening + 5 : ending].split(b";")
    for _ in range(rng.choice((1, 2, 5))):
        kind, at = rng.randrange(5), rng.randrange(len(items) + 1)
        if kind == 0:
            items.insert(at, rng.choice(ITEMS))
        elif kind == 1 and items:
            items.pop(min(at, len(items) - 1))
        elif kind == 2 and items:
            items.append(rng.choice(items))
        elif kind == 3 and items:
            place = min(at, len(items) - 1)
            items[place] = items[place] + rng.choice((b",", b";", b"")) + rng.choice(ITEMS)
        else:
            rng.shuffle(items)
    header = raw[6:opening]
    if rng.random() < 0.3:
        words = header.split(b";")
        rng.shuffle(words)
        header = b";".join(words) + b";"
    segment = (header + b"CP=&&" + b";".join(items) + b"&&")[:9_000]
    return seal(segment, "modbus" if rng.random() < 0.3 else "hj212").strip()


def mutated(rng: Random, raw: bytes, others: Sequence[bytes]) -> bytes:
    """A frame with something wrong, or not: bytes changed, lost, doubled, swapped, and perhaps sealed anew."""
    if rng.random() < 0.4:
        return reworded(rng, raw)
    text = bytearray(raw)
    for _ in range(rng.choice((0, 1, 1, 2, 4, 9))):
        at, until = sorted(rng.randrange(len(text) + 1) for _ in range(2))
        kind = rng.randrange(9)
        if kind == 0 and text:
            text[rng.randrange(len(text))] ^= 1 << rng.randrange(8)
        elif kind == 1:
            del text[at : min(until, at + rng.choice((1, 2, 30)))]
        elif kind == 2:
            text[at:at] = rng.choice(TOKENS)
        elif kind == 3:
            text[at:at] = text[at : min(until, at + 60)]
        elif kind == 4:
            text[at:at] = rng.randbytes(rng.choice((1, 4, 17)))
        elif kind == 5:
            text[2:6] = b"%04d" % rng.randrange(10_000)
        elif kind == 6:
            other = rng.choice(others)
            text[at:] = other[rng.randrange(len(other) + 1) :]
        elif kind == 7:
            items = bytes(text).split(b";")
            rng.shuffle(items)
            text = bytearray(b";".join(items))
        else:
            text[at:until] = rng.choice(TOKENS)
    del text[LONGEST:]
    if rng.random() < 0.5 and len(text) > 12:  # sealed anew, so that it comes past length and CRC
        crc: CrcName = "modbus" if rng.random() < 0.3 else "hj212"
        return seal(bytes(text[6:-4])[:9_000], crc).strip()
    return bytes(text)


def cuts(rng: Random, stream: bytes) -> list[bytes]:
    """A stream in pieces: byte by byte, or cut at some places."""
    if rng.random() < 0.1:
        return [stream[place : place + 1] for place in range(len(stream))]
    places = sorted(rng.randrange(len(stream) + 1) for _ in range(rng.randrange(1, 12)))
    edges = [0, *places, len(stream)]
    return [stream[begin:end] for begin, end in pairwise(edges)]


def check(rng: Random, frames: Sequence[bytes], counts: Counter[str]) -> None:
    """What must hold, whatever the bytes are."""
    stream = b"".join(raw + rng.choice((b"", b"\r\n", b"\n", b" ")) for raw in frames)
    whole = list(chunks([stream]))
    assert list(chunks(cuts(rng, stream))) == whole, "the chunks depend on how the stream was cut"
    assert all(stream[place : place + len(chunk)] == chunk for place, chunk in whole), "a chunk is not of its place"
    assert b"".join(chunk for _, chunk in whole).translate(None, b" \t\r\n") == stream.translate(None, b" \t\r\n"), (
        "bytes were lost"
    )
    assembler = Assembler()
    for _, chunk in whole:
        check_chunk(rng, chunk, assembler, counts)
    rows = hour_rows([chunk for _, chunk in whole], ("a21026", "a19001"), "any")
    assert len(rows) + len(rows.refused) == len(whole), "a chunk is neither an hour nor refused"
    for position, (_, chunk) in enumerate(whole):
        one = hour_rows([chunk], ("a21026", "a19001"), "any")
        assert (position in rows.position) == bool(len(one)), "what a frame is depends on its neighbours"


def check_chunk(rng: Random, chunk: bytes, assembler: Assembler, counts: Counter[str]) -> None:
    """One chunk: decoded once, in any dialect, encrypted, judged, written to the journal and read again."""
    outcome = decode(chunk, "any")
    assert outcome == decode(chunk + b"\r\n", "any"), "a line end changes a frame"
    counts["frame" if isinstance(outcome, Frame) else f"rejected {outcome.why}"] += 1
    if isinstance(outcome, Frame):
        assert decode(chunk, outcome.crc) == outcome, "the dialect that fits does not fit"
        assert words_of(outcome)
        assembler.take(outcome)
        try:
            assert decode(encode(outcome), outcome.crc) == outcome, "written and read again it is another frame"
            counts["written again"] += 1
        except Malformed:
            counts["not the standard's"] += 1
    else:
        assert outcome.detail
        assert "\n" not in outcome.detail
    check_sm4(chunk, outcome, counts)
    check_received(rng, chunk, counts)


def check_sm4(chunk: bytes, outcome: Frame | Rejected, counts: Counter[str]) -> None:
    """Encrypting changes the content only, is undone by decrypting, and never moves where a frame ends."""
    wire = encrypted_frame(chunk, KEY)
    assert len(wire) == len(chunk)
    if isinstance(outcome, Frame):
        assert decrypted_frame(wire, KEY) == chunk, "decrypting does not undo encrypting"
        assert [piece for _, piece in chunks([wire + b"\r\n" + wire])] == [wire, wire], "ciphertext moves the end"
        counts["encrypted"] += wire != chunk
        device = Device(outcome.mn or "", "KM-1", "2025", outcome.crc, password=outcome.pw, keys=(Key("k1", 0, KEY),))
        verdict = judge(wire, {device.mn: device}, AT)
        shall = ENCRYPTED.fullmatch(outcome.cn) is not None
        if outcome.mn and shall and wire != chunk and isinstance(verdict, Received):
            assert verdict.plain == chunk, "the gateway reads other text than was encrypted"
            counts["deciphered"] += 1


def check_received(rng: Random, chunk: bytes, counts: Counter[str]) -> None:
    """The gateway takes it or names why not; what it takes comes back from the journal, one line a frame."""
    keys = (Key("k1", 0, KEY),) if rng.random() < 0.5 else ()
    device = Device(
        MN, "KM-1", "2025" if keys else "2017", rng.choice(("hj212", "modbus")), password="123456", keys=keys
    )
    raw = encrypted_frame(chunk, KEY) if keys and rng.random() < 0.7 else chunk
    verdict = judge(raw, {MN: device}, AT)
    if not isinstance(verdict, Received):
        counts[f"turned away {verdict.why}"] += 1
        assert verdict.detail
        return
    counts["received"] += 1
    entry = JournalEntry(AT, device.stack, device.mn, verdict.key, "127.0.0.1:1", masked(verdict.plain))
    assert entry_of(line_of(entry)) == entry, "a frame does not come back from the journal"
    assert line_of(entry).count(b"\n") == 1
    answer = answer_to(device, verdict.frame)
    if answer is not None:
        assert isinstance(decode(answer, device.crc), Frame), "the answer of the gateway is no frame"
    seen, digest = ReceiptMemory(), content_digest(verdict.plain)
    arrived = Arrived(verdict, "127.0.0.1:1")
    assert seen.judge(MN, verdict.frame, digest, asked=arrived.asked) == "kept"
    seen.learn(MN, verdict.frame, digest)
    again = seen.judge(MN, verdict.frame, digest)
    assert again == ("resent" if verdict.frame.field("DataTime") is not None else "kept")


def case(seed: int, number: int, frames: Sequence[bytes]) -> tuple[Random, list[bytes]]:
    """The frames of one case; the same seed and number give the same."""
    rng = Random(f"{seed} {number}")
    return rng, [mutated(rng, rng.choice(frames), frames) for _ in range(rng.choice((1, 1, 2, 5)))]


def fuzz(
    seed: int, *, count: int = 0, seconds: float = 0.0, first: int = 0, said: Callable[[str], object] = print
) -> int:
    """Run cases until so many are done, or so much time has passed; the status of the process."""
    frames, counts = corpus(), Counter[str]()
    begun, number, slowest = time.monotonic(), first, (0.0, first)
    while (count and number < first + count) or (seconds and time.monotonic() - begun < seconds):
        rng, broken = case(seed, number, frames)
        since = time.monotonic()
        try:
            check(rng, broken, counts)
        except Exception as error:  # whatever is raised is what is looked for
            said(f"FAILED: {type(error).__name__}: {error}")
            said(f"frames: {broken!r}")
            said(f"again: scripts/fuzz.py --seed {seed} --first {number} --count 1")
            return 1
        slowest = max(slowest, (time.monotonic() - since, number))
        number += 1
    took = time.monotonic() - begun
    for name, times in sorted(counts.items()):
        said(f"{times:>10,} {name}")
    said(f"slowest: case {slowest[1]} with {slowest[0] * 1000:.0f} ms")
    said(f"{number - first:,} cases of seed {seed} in {took:.1f} s, none failed")
    return 0


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=7, help="the same seed gives the same cases")
    parser.add_argument("--count", type=int, default=0, help="cases; 0 runs by time")
    parser.add_argument("--seconds", type=float, default=0.0, help="how long; 0 runs by count")
    parser.add_argument("--first", type=int, default=0, help="number of the first case")
    told = parser.parse_args()
    count = told.count or (0 if told.seconds else 2_000)
    return fuzz(told.seed, count=count, seconds=told.seconds, first=told.first)


if __name__ == "__main__":
    sys.exit(main())
